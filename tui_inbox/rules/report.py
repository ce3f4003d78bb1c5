"""Figures over all conversations: what happened in a window, added up, told apart, with n, median, p90 and max."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tui_inbox.rules.calendar import EPOCH, Calendar
from tui_inbox.rules.happened import Happened, What
from tui_inbox.rules.model import Outcome


class By(StrEnum):
    """What figures may be told apart by."""

    CHANNEL = "channel"
    TIER = "tier"
    WEEK = "week"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Window:
    """The time a report is about: from *since* until before *until* (aware); a None leaves that side open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Dist:
    """How long something took, in business minutes; `n` counts what is over, `still_waiting` what is not."""

    n: int = 0
    still_waiting: int = 0
    median: float | None = None
    p90: float | None = None
    max: float | None = None
    archived_unanswered: int = 0
    """Of those that still wait: in the archive, without an answer."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one group."""

    by: Mapping[str, str | int]
    arrived: int
    messages: int
    closed: int
    first_response: Dist
    next_response: Dist
    customer_wait: Dist
    promises: Mapping[Outcome, int]
    open_late: int
    decided: int
    """Waits with a promise that were answered, or whose first due time has passed."""
    kept_as_first_made: int
    kept_as_renegotiated: int
    reopened: int
    thanks_only: int
    snoozed: int
    forwarded: int
    returned: int


@dataclass(slots=True)
class _Group:
    """The figures of one group while they are added up: a number for each wait that is over, else only counts."""

    counts: dict[What, int] = field(default_factory=lambda: dict.fromkeys(What, 0))
    minutes: dict[What, list[float]] = field(default_factory=lambda: {What.FIRST: [], What.NEXT: []})
    waiting: dict[What, int] = field(default_factory=lambda: {What.FIRST: 0, What.NEXT: 0})
    unanswered: dict[What, int] = field(default_factory=lambda: {What.FIRST: 0, What.NEXT: 0})
    promises: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    open_late: int = 0
    decided: int = 0
    kept: int = 0
    renegotiated: int = 0

    def add(self, one: Happened) -> None:
        self.counts[one.what] += 1
        if one.outcome is not None:
            self.promises[one.outcome] += 1
            self.open_late += one.late
        if one.what in self.minutes:
            if one.minutes is None:
                self.waiting[one.what] += 1
                self.unanswered[one.what] += one.archived
            else:
                self.minutes[one.what].append(one.minutes)
            self.decided += one.first_made is not None
            self.kept += one.first_made is True
            self.renegotiated += one.renegotiated is True

    def figures(self, by: Mapping[str, str | int]) -> Figures:
        counts = self.counts
        return Figures(
            by,
            counts[What.ARRIVED],
            counts[What.MESSAGE],
            counts[What.CLOSED],
            self._dist(What.FIRST),
            self._dist(What.NEXT),
            self._dist(What.FIRST, What.NEXT),
            dict(self.promises),
            self.open_late,
            self.decided,
            self.kept,
            self.renegotiated,
            counts[What.REOPENED],
            counts[What.THANKS],
            counts[What.SNOOZED],
            counts[What.FORWARDED],
            counts[What.RETURNED],
        )

    def _dist(self, *kinds: What) -> Dist:
        over = sorted(one for kind in kinds for one in self.minutes[kind])
        waiting, unanswered = (sum(some[kind] for kind in kinds) for some in (self.waiting, self.unanswered))
        if not over:
            return Dist(0, waiting, archived_unanswered=unanswered)
        return Dist(len(over), waiting, median(over), ninth(over), over[-1], unanswered)


def median(over: Sequence[float]) -> float:
    """Return the middle of *over* (sorted, not empty), or what lies half way between the two in the middle."""
    half = len(over) // 2
    return over[half] if len(over) % 2 else round((over[half - 1] + over[half]) / 2, 2)


def ninth(over: Sequence[float]) -> float:
    """Return the least of *over* (sorted, not empty) that nine of ten are not above (nearest rank)."""
    return over[-(-len(over) * 9 // 10) - 1]


QUARTER = timedelta(minutes=15)
AGES = (4, 24, 72, 168, 672)
"""Hours below which an open wait counts as one of an age; the last age has no end."""


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a window, told apart; the backlog by age as it is now; the arrivals by weekday and hour."""

    since: datetime | None
    until: datetime
    by: tuple[By, ...]
    groups: tuple[Figures, ...]
    backlog: tuple[int, ...]
    """Open questions by age, as `AGES` names them, whenever they came."""
    arrivals: tuple[tuple[int, ...], ...]
    """Customers' messages in the window: Monday to Sunday, each by hour, in the work calendar's zone."""


@dataclass(slots=True)
class Reporting:
    """Adds up what happened; what it keeps grows by a number for each wait and a row for each group."""

    window: Window
    now: datetime
    by: tuple[By, ...]
    hours: Calendar
    _groups: dict[tuple[str | int, ...], _Group] = field(default_factory=dict)
    _backlog: list[int] = field(default_factory=lambda: [0] * (len(AGES) + 1))
    _arrivals: list[list[int]] = field(default_factory=lambda: [[0] * 24 for _ in range(7)])
    _earliest: datetime | None = None
    _weeks: dict[int, str] = field(default_factory=dict)

    def add(self, one: Happened) -> None:
        if waits_now(one):
            self._backlog[age(self.now - one.at)] += 1
        if not self.window.holds(one.at):
            return
        if self._earliest is None or one.at < self._earliest:
            self._earliest = one.at
        if one.what is What.MESSAGE:
            local = one.at.astimezone(self._zone)
            self._arrivals[local.weekday()][local.hour] += 1
        values = self.values(one)
        if (adding := self._groups.get(values)) is None:
            adding = self._groups[values] = _Group()
        adding.add(one)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.hours.zone)

    def values(self, one: Happened) -> tuple[str | int, ...]:
        """Return the group in which a thing counts."""
        return tuple([self._value(one, which) for which in self.by])

    def _value(self, one: Happened, by: By) -> str | int:
        match by:
            case By.CHANNEL:
                return one.channel
            case By.TIER:
                return one.tier
            case By.OWNER:
                return one.owner
            case By.WEEK:
                # Within a quarter of an hour of UTC no day begins, in whatever zone.
                quarter = (one.at - EPOCH) // QUARTER
                if (week := self._weeks.get(quarter)) is None:
                    year, number, _ = one.at.astimezone(self._zone).isocalendar()
                    week = self._weeks[quarter] = f"{year}-W{number:02}"
                return week

    def report(self) -> Report:
        if not self.by and not self._groups:
            self._groups[()] = _Group()
        groups = tuple(
            self._groups[values].figures(dict(zip((one.value for one in self.by), values, strict=True)))
            for values in sorted(self._groups, key=lambda values: tuple(map(str, values)))
        )
        return Report(
            self.window.since or self._earliest,
            self.window.until or self.now,
            self.by,
            groups,
            tuple(self._backlog),
            tuple(map(tuple, self._arrivals)),
        )


def with_empty_weeks(report: Report, hours: Calendar) -> Report:
    """Return *report*, which is told apart by week, with those weeks of its window, too, in which nothing happened."""
    if report.since is None:
        return report
    zone = ZoneInfo(hours.zone)
    day, last = (one.astimezone(zone).date() for one in (report.since, report.until))
    groups = {str(one.by[By.WEEK]): one for one in report.groups}
    while day.isocalendar()[:2] <= last.isocalendar()[:2]:
        year, number, _ = day.isocalendar()
        name = f"{year}-W{number:02}"
        groups.setdefault(name, _Group().figures({By.WEEK.value: name}))
        day += timedelta(weeks=1)
    return replace(report, groups=tuple(groups[name] for name in sorted(groups)))


def waits_now(one: Happened) -> bool:
    """Return whether *one* is a question that still waits for an answer, outside the archive."""
    return one.minutes is None and one.what in (What.FIRST, What.NEXT) and not one.archived


def age(waited: timedelta) -> int:
    """Return which of the ages a wait of that length has."""
    return next((n for n, hours in enumerate(AGES) if waited < timedelta(hours=hours)), len(AGES))

"""Business time: add, between, next opening; daylight saving; holidays."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tui_inbox.problems import Misconfigured
from tui_inbox.rules.days import WEEKDAYS

Frame = tuple[int, int]
"""From and to, in minutes since midnight by the wall clock; 1440 is the day's end."""
Frames = tuple[Frame, ...]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ALL_DAY: Frames = ((0, 1440),)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCARCE = timedelta(hours=24)
"""A calendar with less open time than this in the coming year is refused when it is read."""

_TICK = timedelta(microseconds=1)
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_MINUTE = 60_000_000
_DAY = 1440 * _MINUTE
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Calendar:
    """When we work. The default is always, in UTC.

    `weekly` holds the frames of Monday to Sunday; empty means every hour of every day. `holidays` is a country
    code of ISO 3166, with a subdivision where one is wanted (`TR`, `DE-BY`). `closed` holds first and last day of
    each absence; `half` gives single days frames of their own, even on a holiday. What is closed stays closed.

    Moments are aware and come back in UTC. A frame's edge in a daylight-saving gap is the first valid moment
    after it, in an overlap the earlier one. Business time is counted from 1970 to 2199.
    """

    zone: str = "UTC"
    weekly: tuple[Frames, ...] = ()
    holidays: str = ""
    closed: tuple[tuple[date, date], ...] = ()
    half: tuple[tuple[date, Frames], ...] = ()
    _known: list[_Line] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def always(self) -> bool:
        """Whether all time is business time."""
        return not (self.weekly or self.holidays or self.closed or self.half)

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """Return the moment at which *amount* of business time has passed since *start*.

        A frame whose end is just reached is enough: the answer is that end, not the next opening. Nothing added
        to a closed moment is that moment. Raises `Misconfigured` where the calendar never opens that long.
        """
        if amount < timedelta(0):
            raise ValueError("business time is only added forwards")
        if not amount or self.always:
            return start.astimezone(UTC) + amount
        line, at = self._line(start, start), _ticks(start)
        wanted = line.open_before(at) + amount // _TICK
        while line.after[-1:] < [wanted]:
            if line.last >= _LAST_YEAR:
                raise Misconfigured(
                    "The business hours never open long enough for that.", "Give [hours] more open time."
                )
            line = self._line(start, _year_start(line.last + 1))
        i = bisect_left(line.after, wanted)
        return _moment(line.ends[i] - (line.after[i] - wanted))

    def between(self, a: datetime, b: datetime) -> timedelta:
        """Return the business time from *a* to *b*; negative where *b* comes first."""
        if self.always:
            return b.astimezone(UTC) - a.astimezone(UTC)
        line = self._line(min(a, b), max(a, b))
        return timedelta(microseconds=line.open_before(_ticks(b)) - line.open_before(_ticks(a)))

    def is_open(self, at: datetime) -> bool:
        """Return whether *at* is business time; a frame's first moment is, its end is not."""
        if self.always:
            return True
        line, ticks = self._line(at, at), _ticks(at)
        i = bisect_right(line.starts, ticks) - 1
        return i >= 0 and ticks < line.ends[i]

    def weekday(self, at: datetime) -> int:
        """Return the day of the week of *at* by the wall clock; Monday is 0."""
        try:
            return at.astimezone(ZoneInfo(self.zone)).weekday()
        except OverflowError:  # the first and the last day that a calendar has
            return at.weekday()

    def next_opening(self, at: datetime) -> datetime | None:
        """Return the first moment after *at* at which a closed stretch ends; None if there is none in two years."""
        if self.always:
            return None
        line, ticks = self._line(at, _year_start(min(at.year + 2, _LAST_YEAR))), _ticks(at)
        i = bisect_right(line.starts, ticks)
        return _moment(line.starts[i]) if i < len(line.starts) else None

    def last_closing(self, at: datetime) -> datetime | None:
        """Return when the closed stretch began that *at* lies in; None if open then, or closed for two years."""
        if self.always:
            return None
        line, ticks = self._line(_year_start(max(at.year - 2, _FIRST_YEAR)), at), _ticks(at)
        i = bisect_right(line.starts, ticks) - 1
        return _moment(line.ends[i]) if i >= 0 and line.ends[i] <= ticks else None

    def opening_on(self, day: date) -> datetime | None:
        """Return the first opening on *day* by the wall clock; None if closed that day, or if always open."""
        frames = self.frames_on(day)
        if not frames or not self.weekly:
            return None
        hour, minute = divmod(frames[0][0], 60)
        return valid_moment(datetime.combine(day, time(hour, minute)), self.zone)

    def frames_on(self, day: date) -> Frames:
        """Return the open frames of *day*, in order; none where it is closed."""
        if any(first <= day <= last for first, last in self.closed):
            return ()
        for half, frames in self.half:
            if half == day:
                return frames
        if self.holidays and day in public_holidays(self.holidays, day.year):
            return ()
        return self.weekly[day.weekday()] if self.weekly else ALL_DAY

    def check(self, now: datetime) -> None:
        """Raise `Misconfigured` where the year after *now* holds next to no open time (less than a day in all)."""
        if not self.always and self.between(now, now + timedelta(days=366)) < SCARCE:
            raise Misconfigured(
                "The business hours leave less than 24 open hours in the coming year.",
                "Give [hours] more open time, or leave the table out: then all time is business time.",
            )

    def explain(self, start: datetime, amount: timedelta, due: datetime) -> str:
        """Return one sentence saying how *due* follows from *start*: "Mon 11:00: 4 business hours after Fri 16:00"."""
        zone = ZoneInfo(self.zone)
        begun, ends = start.astimezone(zone), due.astimezone(zone)
        far = (ends.date() - begun.date()).days > 6
        sort = "" if self.always else "business "
        said = f"{_day(ends, far)} {ends:%H:%M}: {in_words(amount, sort)} after {_day(begun, far)} {begun:%H:%M}"
        notes = [] if self.always else self._notes(begun.date(), ends.date(), far)
        if not self.is_open(start) and self.frames_on(begun.date()):
            opens = self.next_opening(start)
            if opens is not None and opens < due:
                local = opens.astimezone(zone)
                notes.insert(0, f"counted from {_day(local, far)} {local:%H:%M}")
        return "; ".join([said, *notes])

    def _notes(self, first: date, last: date, far: bool) -> list[str]:
        """Return what is special between two days: which are closed, and which are half."""
        closed: list[str] = []
        half: list[str] = []
        span = (last - first).days
        if span > 366:
            return []
        own = dict(self.half)
        for day in (first + timedelta(days=n) for n in range(span + 1)):
            if not self.frames_on(day):
                name = public_holidays(self.holidays, day.year).get(day, "") if self.holidays else ""
                closed.append(_day(day, far) + (f" ({name})" if name else ""))
            elif day in own:
                half.append(f"{_day(day, far)} open {', '.join(map(frame_text, own[day]))}")
        if len(closed) > 4:
            return [f"{len(closed)} days closed", *half]
        return [*([f"{_listed(closed)} closed"] if closed else []), *half]

    def as_json(self) -> str:
        """Return the calendar as compact JSON; `from_json` gives an equal one back."""
        kept: dict[str, object] = {"zone": self.zone}
        if self.weekly:
            kept["weekly"] = self.weekly
        if self.holidays:
            kept["holidays"] = self.holidays
        if self.closed:
            kept["closed"] = [[first.isoformat(), last.isoformat()] for first, last in self.closed]
        if self.half:
            kept["half"] = [[day.isoformat(), frames] for day, frames in self.half]
        return json.dumps(kept, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Calendar:
        """Return the calendar that `as_json` wrote."""
        kept = json.loads(text)
        return cls(
            zone=kept["zone"],
            weekly=tuple(_frames(day) for day in kept.get("weekly", ())),
            holidays=kept.get("holidays", ""),
            closed=tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in kept.get("closed", ())),
            half=tuple((date.fromisoformat(day), _frames(frames)) for day, frames in kept.get("half", ())),
        )

    def _line(self, a: datetime, b: datetime) -> _Line:
        """Return the open stretches of at least the time from *a* to *b*, built once and then extended."""
        first, last = max(a.year - 1, _FIRST_YEAR), min(b.year + 1, _LAST_YEAR)
        line = self._known[0] if self._known else None
        if line is None or first < line.first:
            line = _Line(first, first - 1).extended(self, max(last, line.last if line else last))
        elif last > line.last:
            line = line.extended(self, last)
        else:
            return line
        self._known[:] = [line]  # one swap: another thread sees the old line or the new one, never half of it
        return line


class _Line:
    """The open stretches of some years: starts, ends and the open time up to each end, in microseconds."""

    __slots__ = ("after", "ends", "first", "last", "starts")

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.after: list[int] = []

    def extended(self, calendar: Calendar, last: int) -> _Line:
        """Return a line that reaches to the end of year *last*. Stretches that touch become one."""
        zone = ZoneInfo(calendar.zone)
        line = _Line(self.first, last)
        line.starts, line.ends, line.after = self.starts[:], self.ends[:], self.after[:]
        total = line.after[-1] if line.after else 0
        for n in range(date(self.last + 1, 1, 1).toordinal(), date(last + 1, 1, 1).toordinal()):
            for start, end in _stretches(calendar, date.fromordinal(n), zone):
                total += end - start
                if line.ends and line.ends[-1] == start:
                    line.ends[-1], line.after[-1] = end, total
                else:
                    line.starts.append(start)
                    line.ends.append(end)
                    line.after.append(total)
        return line

    def open_before(self, ticks: int) -> int:
        """Return the open microseconds of the line before *ticks*."""
        i = bisect_right(self.starts, ticks) - 1
        return self.after[i] - max(self.ends[i] - ticks, 0) if i >= 0 else 0


def _stretches(calendar: Calendar, day: date, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return the open stretches of *day* in microseconds since 1970; a frame that a gap swallows is left out."""
    frames = calendar.frames_on(day)
    if not frames:
        return []
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    offset = midnight.utcoffset()
    if offset is not None and offset == (midnight + timedelta(days=1)).utcoffset():
        zero = (day.toordinal() - _EPOCH_DAY) * _DAY - offset // _TICK
        return [(zero + a * _MINUTE, zero + b * _MINUTE) for a, b in frames]
    wall = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall time, given its zone by valid_moment
    edges = (
        tuple(_ticks(valid_moment(wall + timedelta(minutes=edge), calendar.zone)) for edge in frame) for frame in frames
    )
    return [(a, b) for a, b in edges if a < b]


def valid_moment(wall: datetime, zone: str | ZoneInfo) -> datetime:
    """Return the UTC moment of the naive *wall* time in *zone*.

    In a daylight-saving gap it is the first valid moment after the gap, in an overlap the earlier one (PEP 495).
    """
    local = wall.replace(tzinfo=ZoneInfo(zone) if isinstance(zone, str) else zone, fold=0)
    at = local.astimezone(UTC)
    if at.astimezone(local.tzinfo).replace(tzinfo=None) == wall:
        return at
    before, after = local.replace(fold=1).astimezone(UTC), at
    old = before.astimezone(local.tzinfo).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(local.tzinfo).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


@lru_cache(maxsize=256)
def public_holidays(code: str, year: int) -> Mapping[date, str]:
    """Return the public holidays of a country (`TR`) or a part of it (`DE-BY`) in *year*, with their names.

    Raises `Misconfigured` where no such country or part is known.
    """
    import holidays

    country, _, part = code.partition("-")
    try:
        return dict(holidays.country_holidays(country, subdiv=part or None, years=year, language="en_US"))
    except NotImplementedError:
        raise Misconfigured(
            f'No public holidays are known for "{code}".',
            "Write a country's two letters (TR), or with a part of it (DE-BY).",
        ) from None


def in_words(amount: timedelta, sort: str = "") -> str:
    """Return *amount* as a person says it: "4 business hours" with *sort* "business "."""
    minutes = max(1, round(amount.total_seconds() / 60)) if amount else 0
    hours, rest = divmod(minutes, 60)
    if not hours or (rest and hours < 2):
        return f"{minutes} {sort}minute{'' if minutes == 1 else 's'}"
    said = f"{hours} {sort}hour{'' if hours == 1 else 's'}"
    return said + (f" {rest} minutes" if rest else "")


def frame_text(frame: Frame) -> str:
    """Return a frame as it is written: "09:00-12:30"."""
    (a, b), (c, d) = divmod(frame[0], 60), divmod(frame[1], 60)
    return f"{a:02}:{b:02}-{c:02}:{d:02}"


def _frames(kept: list[list[int]]) -> Frames:
    return tuple((a, b) for a, b in kept)


def _day(day: date, far: bool) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}" if far else WEEKDAYS[day.weekday()]


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _ticks(at: datetime) -> int:
    return (at - EPOCH) // _TICK


def _moment(ticks: int) -> datetime:
    return EPOCH + timedelta(microseconds=ticks)


def _year_start(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)

"""What counts of one conversation: what came, how long its customers waited, what was done, promised and kept.

How long somebody waited is read off the messages alone, so that no act can shorten it: from the first message that
stands unanswered to the first answer of ours that did not bounce. A question that was archived, snoozed or forwarded
without an answer still waits. `docs/reports.md` says each figure in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.rules.calendar import EPOCH, Calendar
from tui_inbox.rules.history import Act, Delivery, Heard, History, Verb, timeline
from tui_inbox.rules.model import ME, Kind, Outcome, Place
from tui_inbox.rules.promise import Promise

MINUTE = timedelta(minutes=1)


class What(StrEnum):
    """What can be counted; each happens in one conversation at one moment."""

    ARRIVED = "arrived"
    MESSAGE = "messages"
    CLOSED = "closed"
    FIRST = "first_response"
    NEXT = "next_response"
    PROMISE = "promises"
    REOPENED = "reopened"
    THANKS = "thanks_only"
    SNOOZED = "snoozed"
    FORWARDED = "forwarded"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Made:
    """A promise as it stands, when it was made, and the calendar it was made under."""

    promise: Promise
    made: datetime
    calendar: Calendar | None = None

    @property
    def due(self) -> datetime:
        return self.promise.due


@dataclass(frozen=True, slots=True)
class Life:
    """One conversation as a report reads it."""

    id: int
    channel: str
    tier: int
    owner: str
    archived: bool
    history: History
    promises: tuple[Made, ...] = ()
    thanks: frozenset[int] = frozenset()
    """Messages that only thank."""


class Happened(NamedTuple):
    """One thing that counts. For a wait: its minutes (None: it goes on), and whether its promise was kept as first
    made and as renegotiated (None: not decided yet, or nothing was promised)."""

    what: What
    at: datetime
    conversation: int
    channel: str
    tier: int
    owner: str
    minutes: float | None = None
    first_made: bool | None = None
    renegotiated: bool | None = None
    outcome: Outcome | None = None
    late: bool = False
    """A promise that is open, and past due."""
    archived: bool = False
    """A wait that goes on in a conversation that was archived."""


def happened(life: Life, now: datetime, hours: Calendar) -> Iterator[Happened]:
    """Yield what counts of *life* at *now*; waits without a promise of their own are measured by *hours*."""
    told = _Telling(life, now, hours)
    yield from told.waits()
    yield from told.acts()
    for one in life.promises:
        yield told.promise(one)


class _Run(NamedTuple):
    """Questions in a row, and the answer that ended them."""

    kind: What
    asked: tuple[Heard, ...]
    answer: Heard | None


@dataclass(slots=True)
class _Telling:
    """One conversation being told: what counts of it, read off its messages, acts and promises."""

    life: Life
    now: datetime
    hours: Calendar
    asked: list[Heard] = field(init=False)
    """What customers wrote, not counting history."""
    back: datetime | None = None
    """When the last hand-over came back, where none was made since."""
    given: list[tuple[Act, datetime]] = field(default_factory=list)
    """The acts that say whose the conversation is, in the order in which they count, and since when."""

    def __post_init__(self) -> None:
        self.asked = [one for one in self.life.history.messages if one.asks and not one.history]
        if any(act.gives_to is not None for act in self.life.history.acts):
            self.given = [(act, since) for act, since in self._counted() if act.gives_to is not None]
            self.back = self._came_back(self.given[-1][0])

    @property
    def _plain(self) -> bool:
        """Whether every act had seen every message: then the acts stand in their own order."""
        history = self.life.history
        last = max((one.id for one in history.messages), default=0)
        return all(act.verb is not Verb.ROUTE and act.seen >= last for act in history.acts)

    def _counted(self) -> Iterator[tuple[Act, datetime]]:
        """Yield each act where it counts, and since when: what a rule does with a late message, not before the acts
        that message stands behind."""
        since = EPOCH
        for step in self.life.history.acts if self._plain else timeline(self.life.history):
            if isinstance(step, Act):
                since = max(since, step.at)
                yield step, since

    def _one(self, what: What, at: datetime, tier: int | None = None, owner: str | None = None) -> Happened:
        life = self.life
        return Happened(what, at, life.id, life.channel, life.tier if tier is None else tier, owner or self._owner)

    @property
    def _owner(self) -> str:
        return self.life.owner if self.back is None else ME

    def waits(self) -> Iterator[Happened]:
        """Yield what came in, and the waits it began."""
        if self.asked:
            yield self._one(What.ARRIVED, min(one.received for one in self.asked))
        for one in self.asked:
            yield self._one(What.MESSAGE, one.received)
        promised = {one.promise.origin: one for one in self.life.promises}
        for run in runs(self.life.history.messages):
            if run.kind is What.NEXT and all(one.id in self.life.thanks for one in run.asked):
                yield self._one(What.THANKS, run.asked[0].received)
            else:
                made = next((promised[name] for one in run.asked if (name := f"m{one.id}") in promised), None)
                yield self._wait(run, made)

    def _wait(self, run: _Run, made: Made | None) -> Happened:
        began, ended = run.asked[0].received, run.answer.received if run.answer else None
        calendar = made.calendar if made and made.calendar else self.hours
        minutes = None if ended is None else round(max(calendar.between(began, ended), timedelta(0)) / MINUTE, 2)
        until = ended or self.now
        tier = made.promise.tier if made else None
        owner = made.promise.owner_at(min(made.due, until)) if made else None
        return self._one(run.kind, began, tier, owner)._replace(
            minutes=minutes,
            first_made=_kept(made.due, ended, self.now) if made else None,
            renegotiated=self._renegotiated(made, ended) if made else None,
            archived=ended is None and self.life.archived,
        )

    def _renegotiated(self, first: Made, ended: datetime | None) -> bool | None:
        """Return whether a wait was kept by what was promised last in it; a promise that was late by then is broken,
        and an act that gave one up moves no time: what is promised after it does not count."""
        until = ended or self.now
        since = (one for one in self.life.promises if one is first or first.made <= one.made <= until)
        # What was asked and put off within one instant was first promised and then renegotiated.
        chain = sorted(since, key=lambda one: (one.made, one.promise.kind is Kind.FOLLOW_UP))
        given_up = (n for n, one in enumerate(chain, 1) if one.promise.outcome in (Outcome.WAIVED, Outcome.CANCELLED))
        chain = chain[: next(given_up, None)]
        if any(one.promise.outcome in (Outcome.BREACHED, Outcome.UNOBSERVED) for one in chain[:-1]):
            return False
        return _kept(chain[-1].due, ended, self.now)

    def acts(self) -> Iterator[Happened]:
        """Yield what was done, and what came back from it."""
        acts = self.life.history.acts
        for act in acts:
            if act.verb is Verb.SNOOZE:
                yield self._one(What.SNOOZED, act.at)
            elif act.verb is Verb.FORWARD and act.to != ME:
                yield self._one(What.FORWARDED, act.at)
            if (back := self._came_back(act)) is not None:
                yield self._one(What.RETURNED, back)
        if self.asked and any(act.verb in (Verb.ARCHIVE, Verb.ROUTE) for act in acts):
            yield from self._closings()

    def _came_back(self, act: Act) -> datetime | None:
        """Return when a hand-over came back: refused, unsent when something was due, or its owner gone."""
        if act.verb is Verb.RETURN:
            return act.at
        if act.delivery is Delivery.REFUSED:
            return act.delivered_at
        if act.delivery is not Delivery.WAITING:
            return None
        place, given = next((n, at) for n, (one, at) in enumerate(self.given) if one is act)
        due = [
            one.due
            for one in self.life.promises
            if given < one.due <= self.now and (one.promise.ended is None or one.promise.ended > one.due)
        ]
        back = min(due, default=None)
        return None if back is None or any(at <= back for _, at in self.given[place + 1 :]) else back

    def _closings(self) -> Iterator[Happened]:
        """Yield each archiving, and each time a customer's message took the conversation out of the archive again."""
        closed, waiting = False, list[Heard]()
        history = self.life.history
        # Where every act had seen every message, the acts alone tell it.
        for step in history.acts if self._plain else timeline(history):
            match step:
                case Heard() if step.answers:
                    waiting = []
                case Heard() if step.asks and not step.history:
                    waiting.append(step)
                    if closed:
                        closed = False
                        yield self._one(What.REOPENED, step.received)
                case Act() if _archives(step, waiting):
                    closed = True
                    yield self._one(What.CLOSED, step.at)
                case Act(verb=Verb.SNOOZE | Verb.FORWARD | Verb.RETURN):
                    closed = False
                case _:
                    pass

    def promise(self, one: Made) -> Happened:
        """Return a promise with its outcome as it reads now, and whose it is."""
        kept = one.promise
        if kept.open and self.back is not None:
            kept = kept.handed_to(ME, self.back)
        outcome = kept.reads(self.now)
        told = self._one(What.PROMISE, one.made, kept.tier, kept.accountable(self.now))
        return told._replace(outcome=outcome, late=outcome is Outcome.OPEN and self.now > kept.due)


def runs(messages: Iterable[Heard]) -> Iterator[_Run]:
    """Yield the questions of a conversation, each run with the first answer of ours that stands.

    The first run is a `first` where the customer began the conversation and nobody had answered, else a `next`.
    """
    spoken = sorted((one for one in messages if one.asks or one.answers or one.bounced), key=lambda one: one.order)
    lost = {one.bounced for one in spoken if one.bounced is not None and not one.history}
    kind: What | None = None
    asked: list[Heard] = []
    for one in spoken:
        if one.answers:
            if asked and one.id not in lost:
                yield _Run(kind or What.FIRST, tuple(asked), one)
                asked = []
            if kind is None or one.id not in lost:
                kind = What.NEXT
        elif one.asks:
            kind = kind or What.FIRST
            if not one.history:
                asked.append(one)
    if asked:
        yield _Run(kind or What.FIRST, tuple(asked), None)


def _kept(due: datetime, ended: datetime | None, now: datetime) -> bool | None:
    """Return whether an answer came by *due*; None where it may still come."""
    if ended is not None:
        return ended <= due
    return None if now <= due else False


def _archives(act: Act, waiting: Sequence[Heard]) -> bool:
    """Return whether an act archives: the agent's does; a rule's not where a question stands that it had not seen."""
    if act.verb is Verb.ROUTE:
        return act.effects.place is Place.ARCHIVED and not any(one.id > act.seen for one in waiting)
    return act.verb is Verb.ARCHIVE

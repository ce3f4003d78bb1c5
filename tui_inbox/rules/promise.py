"""The SLA: what was promised, when it is due, how it ended and who was responsible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tui_inbox.rules.model import ME, Kind, Outcome


@dataclass(frozen=True, slots=True)
class Terms:
    """What a promise was made under; kept with it, so that a changed setting rewrites no history."""

    due: datetime
    risk_at: datetime | None = None
    """When a share of the business time is gone (`at_risk`), or closing time if it is due before the next opening."""
    target: timedelta | None = None
    calendar: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who was responsible from a moment on; the next entry ends it."""

    who: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment. `origin` is what it began with (`m7`: message 7, `a3`: act 3) and identifies it for ever."""

    origin: str
    kind: Kind
    started: datetime | None
    terms: Terms
    responsible: tuple[Responsible, ...]
    seen_from: int = 0
    """The message an act must have seen to end it."""
    tier: int = 1
    ended: datetime | None = None
    outcome: Outcome = Outcome.OPEN
    answer: int | None = None
    """The message that met it (or came too late), so that its bounce can open it again."""

    @property
    def open(self) -> bool:
        return self.outcome is Outcome.OPEN

    @property
    def due(self) -> datetime:
        return self.terms.due

    def owner_at(self, moment: datetime) -> str:
        """Return who was responsible at *moment*; before the first entry, the first."""
        who = self.responsible[0].who
        for entry in self.responsible:
            if entry.since <= moment:
                who = entry.who
        return who

    def accountable(self, now: datetime) -> str:
        """Return whose it is: what came late, or is unobserved, whoever had it when it was due; else the last."""
        if self.reads(now) in (Outcome.BREACHED, Outcome.UNOBSERVED):
            return self.owner_at(self.due)
        return self.responsible[-1].who

    def answered(self, at: datetime, message: int) -> Promise:
        """Return it as an answer received at *at* leaves it."""
        outcome = Outcome.MET if at <= self.due else Outcome.BREACHED
        return replace(self, ended=at, outcome=outcome, answer=message)

    def acted_on(self, at: datetime, otherwise: Outcome) -> Promise:
        """Return it as an act at *at* leaves it: *otherwise*, unless it was late by then."""
        if at > self.due:
            late = Outcome.BREACHED if self.owner_at(self.due) == ME else Outcome.UNOBSERVED
            return replace(self, ended=at, outcome=late)
        return replace(self, ended=at, outcome=otherwise)

    def reopened(self, seen_from: int) -> Promise:
        """Return it open again, by something that an act must have seen (message *seen_from*) to end it."""
        return replace(self, ended=None, outcome=Outcome.OPEN, answer=None, seen_from=seen_from)

    def handed_to(self, who: str, at: datetime) -> Promise:
        """Return it with *who* responsible from *at* on."""
        if self.responsible[-1].who == who:
            return self
        return replace(self, responsible=(*self.responsible, Responsible(who, at)))

    def reads(self, now: datetime) -> Outcome:
        """Return its outcome as it reads at *now*: one that a teammate let pass, with no answer seen, is unobserved."""
        if self.open and now > self.due and self.owner_at(self.due) != ME:
            return Outcome.UNOBSERVED
        return self.outcome


def earliest(promises: Iterable[Promise]) -> Promise | None:
    """Return the open promise that is due first."""
    return min((one for one in promises if one.open), key=lambda one: one.due, default=None)

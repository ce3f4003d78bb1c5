"""What is promised while a history is read, and who is responsible for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tui_inbox.rules.history import Act, Heard
from tui_inbox.rules.model import Kind, Outcome
from tui_inbox.rules.promise import Promise, Responsible, Terms

FROM_THE_START = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Ledger:
    """The promises of one conversation and its owners, both in the order in which they came."""

    owned: list[Responsible]
    """Who has owned it, and from when on; the first from the beginning."""
    promises: list[Promise] = field(default_factory=list)

    @classmethod
    def begun(cls, *owners: str) -> Ledger:
        """Return the ledger of a conversation that began with *owners*, one after the other at once."""
        return cls([Responsible(who, FROM_THE_START) for who in dict.fromkeys(owners)])

    # --- what is open -------------------------------------------------------------------------------

    @property
    def responses(self) -> list[Promise]:
        """The open promises of a response."""
        return [one for one in self.promises if one.open and one.kind is not Kind.FOLLOW_UP]

    @property
    def follow_up(self) -> Promise | None:
        """The follow-up that is open."""
        return next((one for one in self.promises if one.open and one.kind is Kind.FOLLOW_UP), None)

    def due_after(self, moment: datetime) -> datetime | None:
        """Return the first due time of an open promise that lies after *moment*."""
        return min((one.due for one in self.promises if one.open and one.due > moment), default=None)

    # --- how promises begin and end -----------------------------------------------------------------

    def respond(self, kind: Kind, message: Heard, terms: Terms, tier: int) -> None:
        """A response to *message* is promised."""
        responsible = self._responsible_from(message.received)
        origin = f"m{message.id}"
        self.promises.append(Promise(origin, kind, message.received, terms, responsible, message.id, tier))

    def return_from(self, act: Act, terms: Terms, tier: int) -> None:
        """A return from the snooze *act* is promised; it starts when the conversation is back."""
        responsible = (Responsible(self.owned[-1].who, act.at),)
        self.promises.append(Promise(f"a{act.id}", Kind.FOLLOW_UP, None, terms, responsible, tier=tier))

    def start(self, at: datetime) -> None:
        """The conversation is back at *at*: its follow-up starts."""
        self._replace_open(lambda one: replace(one, started=at) if one.started is None else one)

    def answer(self, message: Heard) -> None:
        """An answer of ours ends all that has started."""
        self._replace_open(lambda one: one.answered(message.received, message.id) if one.started is not None else one)

    def lose(self, answer: int, report: int, later: Heard | None) -> None:
        """What *answer* had ended is open again, by *report*; where a *later* answer stands, that one ended it."""
        for at, one in enumerate(self.promises):
            if one.answer == answer:
                again = self._reopened(one, report)
                self.promises[at] = again.answered(later.received, later.id) if later is not None else again

    def take_up(self, message: Heard) -> bool:
        """Open the promise again that had begun with *message*; return whether there was one."""
        for at, one in enumerate(self.promises):
            if one.origin == f"m{message.id}":
                self.promises[at] = self._reopened(one, message.id)
                return True
        return False

    def end(self, act: Act, response: Outcome, follow_up: Outcome) -> None:
        """End what is open and what *act* had seen."""

        def ended(one: Promise) -> Promise:
            if one.seen_from > act.seen:
                return one
            return one.acted_on(act.at, follow_up if one.kind is Kind.FOLLOW_UP else response)

        self._replace_open(ended)

    def _replace_open(self, change: Callable[[Promise], Promise]) -> None:
        self.promises = [change(one) if one.open else one for one in self.promises]

    # --- whose they are -----------------------------------------------------------------------------

    def give(self, who: str, at: datetime) -> None:
        """Make *who* the owner from *at* on; the responsibility for what is open goes with it."""
        self.owned.append(Responsible(who, at))
        self._replace_open(lambda one: one.handed_to(who, at))

    def _reopened(self, one: Promise, seen_from: int) -> Promise:
        """Return *one* as if it had been open all the time: it was each owner's in turn."""
        return replace(one.reopened(seen_from), responsible=self._responsible_from(one.responsible[0].since))

    def _responsible_from(self, began: datetime) -> tuple[Responsible, ...]:
        """Return who is responsible for what began at *began*: whoever owned it then, and each owner since."""
        then = max((n for n, one in enumerate(self.owned) if one.since <= began), default=0)
        spans = [replace(self.owned[then], since=began)]
        for one in self.owned[then + 1 :]:
            if one.who != spans[-1].who:
                spans.append(one)
        return tuple(spans)

"""Which messages of a customer still wait for an answer, and which answers of ours arrived."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from tui_inbox.rules.history import Heard


@dataclass(slots=True)
class Replies:
    """What was asked and what was answered, while a history is read step by step."""

    waiting: list[Heard] = field(default_factory=list)
    """Customer messages without an answer, that are not history."""
    dismissed: set[int] = field(default_factory=set)
    """Those of them that were archived without one: nobody waits for it any more."""
    unpromised: list[Heard] = field(default_factory=list)
    """Those of them that spam kept from having a promise."""
    answers: list[Heard] = field(default_factory=list)
    """Answers of ours that arrived, as far as is known."""
    answered_by: dict[int, list[Heard]] = field(default_factory=dict)
    """What waited for each of them."""
    lost: set[int] = field(default_factory=set)
    """Answers of ours that a report said will never arrive."""

    @property
    def answered(self) -> bool:
        return bool(self.answers)

    def answer(self, message: Heard) -> None:
        """Let *message* of ours answer all that waits."""
        self.answers.append(message)
        self.answered_by[message.id] = self.waiting
        self.waiting, self.unpromised = [], []

    def lose(self, lost: int) -> Heard | None:
        """Take the answer *lost* back; return the answer after it, which answers instead, or None: all waits again."""
        self.lost.add(lost)
        unanswered = self.answered_by.pop(lost, [])
        index = next((n for n, one in enumerate(self.answers) if one.id == lost), None)
        if index is not None:
            del self.answers[index]
            if index < len(self.answers):
                later = self.answers[index]
                self.answered_by[later.id] = [*unanswered, *self.answered_by[later.id]]
                return later
        self.waiting = sorted([*unanswered, *self.waiting], key=lambda one: one.order)
        self.dismissed -= {one.id for one in unanswered}
        return None

    def dismiss(self, seen: int) -> None:
        """Count what waits, up to message *seen*, as archived without an answer by somebody who had seen it."""
        self.dismissed |= {one.id for one in self.waiting if one.id <= seen}

    def unpromise(self, promised: Collection[datetime]) -> None:
        """Keep the messages from the first moment *promised* on: out of spam, a response is promised for them again."""
        if promised:
            self.unpromised = [one for one in self.waiting if one.received >= min(promised)]

    def waiting_since(self) -> datetime | None:
        """Return since when somebody waits; what was archived without an answer is waited for no more."""
        return min((one.received for one in self.waiting if one.id not in self.dismissed), default=None)

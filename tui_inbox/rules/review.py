"""A review: a queue one conversation after another, what was decided of each, and how far it has come."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

SKIPPED = "skipped"
"""What is put off: seen in this review, and left as it is."""


@dataclass(frozen=True, slots=True)
class Review:
    """The conversations of *of* in their order, which one is shown, and what was decided of those before it."""

    of: str
    ids: tuple[int, ...]
    at: int = 0
    decided: tuple[tuple[int, str], ...] = ()
    """Conversation and what was done with it (`archived`, `snoozed`, `forwarded`, `skipped`), the last one last."""
    spent: timedelta = timedelta(0)
    """How long it has been worked on, not counting breaks."""

    @property
    def current(self) -> int | None:
        """The conversation that is shown; None behind the last."""
        return self.ids[self.at] if self.at < len(self.ids) else None

    @property
    def over(self) -> bool:
        return self.at >= len(self.ids)

    def decide(self, how: str) -> Review:
        """Return it with the current conversation decided, at the next one."""
        if self.current is None:
            return self
        others = tuple(one for one in self.decided if one[0] != self.current)
        return replace(self, at=self.at + 1, decided=(*others, (self.current, how)))

    def undecided(self, ids: Iterable[int]) -> Review:
        """Return it with *ids* open again, at the first of them that it holds."""
        taken = set(ids)
        first = next((n for n, id_ in enumerate(self.ids) if id_ in taken), None)
        left = tuple(one for one in self.decided if one[0] not in taken)
        return self if first is None else replace(self, at=first, decided=left)

    def back(self) -> Review:
        """Return it at the conversation before, whose decision stands until another one is made."""
        return replace(self, at=max(0, self.at - 1))

    def onward(self) -> Review:
        """Return it at the next conversation; one that was decided keeps its decision, another one is skipped."""
        if self.current is not None and self.how(self.current):
            return replace(self, at=self.at + 1)
        return self.decide(SKIPPED)

    def how(self, id_: int) -> str:
        """Return what was decided of a conversation; "" where nothing was."""
        return next((how for one, how in self.decided if one == id_), "")

    def taken_up(self, present: Iterable[int]) -> Review:
        """Return it as it goes on over *present*, what lies in the queue now.

        What came since stands at the end; what is gone without having been shown is left out.
        """
        here = dict.fromkeys(present)
        shown = self.ids[: self.at]
        rest = [id_ for id_ in self.ids[self.at :] if id_ in here]
        known = {*self.ids}
        return replace(self, ids=(*shown, *rest, *(id_ for id_ in here if id_ not in known)))

    def counts(self) -> dict[str, int]:
        """Return how many were decided how, most first."""
        return dict(Counter(how for _, how in self.decided).most_common())

    @property
    def left(self) -> tuple[int, ...]:
        """What nothing was decided of: skipped, or not shown yet."""
        done = {id_ for id_, how in self.decided if how != SKIPPED}
        return tuple(id_ for id_ in self.ids if id_ not in done)

    def as_json(self) -> str:
        """Return it as a text from which `from_json` makes the same."""
        kept = {"of": self.of, "ids": self.ids, "at": self.at, "decided": self.decided}
        return json.dumps(kept | {"spent": self.spent.total_seconds()})

    @classmethod
    def from_json(cls, text: str) -> Review:
        """Return the review that `as_json` wrote."""
        kept = json.loads(text)
        decided = tuple((id_, how) for id_, how in kept["decided"])
        return cls(kept["of"], tuple(kept["ids"]), kept["at"], decided, timedelta(seconds=kept["spent"]))

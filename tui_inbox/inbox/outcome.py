"""What the shell answers: values for the screen and the commands alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """A conversation that an act or an undo left as it was, and why."""

    id: int
    why: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act on one or many conversations came to. `batch` is what one undo takes back."""

    done: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class SnoozePlan:
    """Both times that a snooze would set, and a sentence that says them."""

    returns: datetime
    due: datetime
    sentence: str


@dataclass(slots=True)
class Ingested:
    """What one batch, or several added up, came to."""

    found: int = 0
    new: int = 0
    known: int = 0
    updated: int = 0
    set_aside: int = 0
    gone: int = 0
    conversations: set[int] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    warnings: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    """Names as they are known here, and what the same person is called in this export."""

    def add(self, other: Ingested) -> None:
        """Add what a further batch came to."""
        self.found += other.found
        self.new += other.new
        self.known += other.known
        self.updated += other.updated
        self.set_aside += other.set_aside
        self.gone += other.gone
        self.conversations |= other.conversations
        self.renamed |= other.renamed
        moments = [one for one in (self.first, other.first) if one]
        self.first = min(moments, default=None)
        self.last = max([one for one in (self.last, other.last) if one], default=None)
        self.warnings.extend(one for one in other.warnings if one not in self.warnings)

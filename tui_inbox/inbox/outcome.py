"""What the shell answers: values for the screen and the commands alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
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


class Ids(Collection[int]):
    """Ids as they were given, one after another: a bit for each, so that a million of them weigh next to nothing."""

    __slots__ = ("_bits", "_count")

    def __init__(self, ids: Iterable[int] = ()) -> None:
        self._bits = bytearray()
        self._count = 0
        self |= ids

    def add(self, id_: int) -> None:
        at, bit = id_ >> 3, 1 << (id_ & 7)
        if at >= len(self._bits):
            self._bits.extend(bytes(at + 1 - len(self._bits)))
        self._count += not self._bits[at] & bit
        self._bits[at] |= bit

    def __ior__(self, ids: Iterable[int]) -> Ids:
        for id_ in ids:
            self.add(id_)
        return self

    def __contains__(self, id_: object) -> bool:
        return isinstance(id_, int) and id_ >> 3 < len(self._bits) and bool(self._bits[id_ >> 3] & 1 << (id_ & 7))

    def __iter__(self) -> Iterator[int]:
        return (at << 3 | bit for at, byte in enumerate(self._bits) if byte for bit in range(8) if byte & 1 << bit)

    def __len__(self) -> int:
        return self._count


@dataclass(slots=True)
class Ingested:
    """What one batch, or several added up, came to."""

    found: int = 0
    new: int = 0
    known: int = 0
    updated: int = 0
    set_aside: int = 0
    gone: int = 0
    conversations: Ids = field(default_factory=Ids)
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

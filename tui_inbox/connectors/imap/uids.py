"""Sets of UIDs as ranges: what a cursor keeps, and what a command line can carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Uids:
    """A set of UIDs, held as disjoint ascending ranges; every operation is linear in their number."""

    ranges: tuple[Range, ...] = ()

    @classmethod
    def of(cls, uids: Iterable[int]) -> Uids:
        """Return the set of *uids*, in any order and repeated as they may be."""
        return cls(_joined((uid, uid) for uid in sorted(uids)))

    @classmethod
    def parse(cls, text: str) -> Uids:
        """Return the set written as an IMAP sequence set (RFC 9051, 9) without `*`; ValueError for anything else."""
        pairs = []
        for part in text.split(",") if text else ():
            low, _, high = part.partition(":")
            first, last = int(low), int(high or low)
            if not 0 < first <= last:
                raise ValueError(f"not a range of UIDs: {part!r}")
            pairs.append((first, last))
        return cls(_joined(sorted(pairs)))

    def __str__(self) -> str:
        return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in self.ranges)

    def __len__(self) -> int:
        return sum(high - low + 1 for low, high in self.ranges)

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __iter__(self) -> Iterator[int]:
        for low, high in self.ranges:
            yield from range(low, high + 1)

    def __or__(self, other: Uids) -> Uids:
        return Uids(_joined(sorted((*self.ranges, *other.ranges))))

    def __sub__(self, other: Uids) -> Uids:
        left: list[Range] = []
        taken = 0
        for low, high in self.ranges:
            while taken < len(other.ranges) and other.ranges[taken][1] < low:
                taken += 1
            at = taken
            while at < len(other.ranges) and other.ranges[at][0] <= high:
                if low < other.ranges[at][0]:
                    left.append((low, other.ranges[at][0] - 1))
                low = other.ranges[at][1] + 1
                at += 1
            if low <= high:
                left.append((low, high))
        return Uids(tuple(left))

    def __and__(self, other: Uids) -> Uids:
        return self - (self - other)

    def above(self, mark: int) -> Uids:
        """Return those higher than *mark*."""
        return Uids(tuple((max(low, mark + 1), high) for low, high in self.ranges if high > mark))

    def newest(self, count: int) -> list[int]:
        """Return the *count* highest UIDs, highest first."""
        found: list[int] = []
        for low, high in reversed(self.ranges):
            found.extend(range(high, max(low, high - (count - len(found)) + 1) - 1, -1))
            if len(found) >= count:
                break
        return found

    def lines(self, limit: int) -> Iterator[Uids]:
        """Yield the set in parts whose text is at most *limit* characters: servers refuse long lines."""
        part: list[Range] = []
        length = 0
        for low, high in self.ranges:
            size = len(f"{low}:{high},")
            if part and length + size > limit:
                yield Uids(tuple(part))
                part, length = [], 0
            part.append((low, high))
            length += size
        if part:
            yield Uids(tuple(part))


def _joined(pairs: Iterable[Range]) -> tuple[Range, ...]:
    """Return ascending *pairs* with those that touch or overlap made one."""
    whole: list[Range] = []
    for low, high in pairs:
        if whole and low <= whole[-1][1] + 1:
            whole[-1] = (whole[-1][0], max(whole[-1][1], high))
        else:
            whole.append((low, high))
    return tuple(whole)

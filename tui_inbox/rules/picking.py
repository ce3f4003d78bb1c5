"""Who is meant by a few letters: names whose letters come in that order, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def score(typed: str, name: str) -> int | None:
    """Return how well *typed* fits *name*: lower is better, None where its letters do not come in order."""
    typed, name = typed.casefold(), name.casefold()
    if name.startswith(typed):
        return 0
    if any(word.startswith(typed) for word in name.split()):
        return 1
    if typed in name:
        return 2
    at, gaps = 0, 3
    for letter in typed:
        found = name.find(letter, at)
        if found < 0:
            return None
        gaps += found - at
        at = found + 1
    return gaps


def matching(typed: str, known: Sequence[tuple[T, Sequence[str]]]) -> list[T]:
    """Return what *typed* may mean of (thing, what it is called, first by name), the best first."""
    if not (typed := typed.strip()):
        return [one for one, _ in known]
    found = []
    for one, names in known:
        marks = [score(typed, name) for name in names]
        good = [mark + (index > 0) for index, mark in enumerate(marks) if mark is not None]
        if good:
            found.append((min(good), one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]

"""Text broken into lines for a width in terminal cells; pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from tui_inbox.rules import clean

_NARROW = "\u0300"
"""Below this every printable character takes one cell."""


def wrap(text: str, width: int) -> list[str]:
    """Return *text* broken into lines of at most *width* cells, at spaces where there are any; linear."""
    lines: list[str] = []
    for line in text.split("\n"):
        if not line:
            lines.append("")
        elif max(line) < _NARROW:
            lines.extend(_broken(line, width))
        else:
            lines.extend(_measured(_plain(line), width))
    return lines


def _broken(line: str, width: int) -> Iterator[str]:
    """Yield parts of a line in which every character takes one cell."""
    at = 0
    while len(line) - at > width:
        cut = line.rfind(" ", at, at + width + 1)
        if cut <= at or not line[at:cut].strip():
            cut = at + width
        yield line[at:cut]
        at = cut + 1 if line[cut : cut + 1] == " " else cut
    yield line[at:]


def _measured(line: str, width: int) -> Iterator[str]:
    """Yield parts of a line whose characters take none, one or two cells."""
    start, space, used, since = 0, -1, 0, 0
    for at, char in enumerate(line):
        size = _size(char)
        if used + size > width:
            cut = space if space > start else at
            yield line[start:cut]
            start = cut + 1 if cut == space else cut
            used, space = (used - since if cut != at else 0), -1
        used += size
        if char == " ":
            space, since = at, used
    yield line[start:]


@lru_cache(maxsize=4096)
def _size(char: str) -> int:
    return clean.width(char)


def _plain(line: str) -> str:
    """Return *line* with composed emoji as their first sign, so that every terminal counts the same cells."""
    if not any(sign in line for sign in "\u200d\ufe0f\ufe0e\u20e3") and max(line) < "\U0001f1e6":
        return line
    words = line.lstrip(" ")
    return " " * (len(line) - len(words)) + clean.cells(words, max(1, 2 * len(words)))

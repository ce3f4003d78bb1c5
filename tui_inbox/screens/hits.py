"""What stands out in the lines of a conversation: what was searched for, and links; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_inbox.rules import clean
from tui_inbox.rules.links import links, pointed, spots
from tui_inbox.screens.cells import Piece
from tui_inbox.screens.thread import Layout, Line

if TYPE_CHECKING:
    from tui_inbox.store.whole import MessageLine

LOOKED = 5_000
"""Lines in which the first hit is looked for."""
_PART = 8
"""Letters of an address that tell which it is, where the line was broken in its middle."""


def first_hit(layout: Layout, terms: Sequence[str]) -> int:
    """Return the first line of a message that holds any of *terms* (`query.terms`), 0 where none of many lines does."""
    if not terms or not layout.starts:
        return 0
    from tui_inbox.rules import fold  # deferred: nothing is searched for before the first picture

    lines = layout.lines[layout.starts[0] : layout.starts[0] + LOOKED]
    found = (at for at, line in enumerate(lines, layout.starts[0]) if any(fold.found(text, terms) for text, _ in line))
    return next(found, 0)


def struck(line: Line, terms: Sequence[str]) -> Line:
    """Return *line* with the places of *terms* in a role of their own."""
    if not terms:
        return line
    from tui_inbox.rules import fold

    pieces: list[Piece] = []
    for text, role in line:
        at = 0
        for start, end in fold.found(text, terms):
            pieces += [(text[at:start], role), (text[start:end], "hit")]
            at = end
        pieces.append((text[at:], role))
    return tuple(pieces)


def linked(line: Line) -> Line:
    """Return *line* with its links in a role of their own."""
    pieces: list[Piece] = []
    for text, role in line:
        at = 0
        for start, end in spots(text):
            pieces += [(text[at:start], role), (text[start:end], "link")]
            at = end
        pieces.append((text[at:], role))
    return tuple(pieces)


def links_of(message: MessageLine) -> list[tuple[int, str]]:
    """Return (number, address) for the links of *message*, in what it says and what it quotes."""
    return links(clean.block(f"{message.text}\n{message.quoted}"))


def link_at(layout: Layout, line: int, column: int) -> tuple[int, str] | None:
    """Return the message (by its place) and the address of the link at a cell of *layout*; None where there is none."""
    if not layout.starts or not layout.starts[0] <= line < len(layout.lines):
        return None
    of = bisect_right(layout.starts, line) - 1
    text = "".join(text for text, _ in layout.lines[line])
    at = len(clean.cells(text, column)) if column else 0
    known = links_of(layout.whole.messages[of])
    number, written = pointed(text, at)
    word = written or _word(text, at)
    for one, address in known:
        if one == number or (len(word) >= _PART and word in address):
            return of, address
    return None


def _word(text: str, at: int) -> str:
    """Return what stands round character *at* up to the next spaces."""
    return text[:at].rpartition(" ")[2] + text[at:].partition(" ")[0]

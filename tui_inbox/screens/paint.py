"""The gate where text becomes strips: whatever came from outside is cleaned once more before a terminal sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip

from tui_inbox.rules.clean import block
from tui_inbox.screens.cells import Piece


def gate(text: str) -> str:
    """Return *text* on one line and safe for a terminal, however it came here."""
    if text.isascii() and text.isprintable():
        return text
    return block(text).replace("\n", " ").replace("\t", " ")


def strip(pieces: Iterable[Piece], style: Callable[[str], Style], width: int, under: Style) -> Strip:
    """Return *pieces* as one line of exactly *width* cells; *under* lies below every role's own style."""
    segments = [Segment(gate(text), under + style(role)) for text, role in pieces if text]
    return Strip(segments).adjust_cell_length(width, under)


def content(pieces: Iterable[Piece], styles: Mapping[str, str] | None = None) -> Content:
    """Return *pieces* as one Textual content, never read as markup; roles become the theme's own variables."""
    styles = styles or STYLES
    return Content("").join(Content.styled(gate(text), styles.get(role, "")) for text, role in pieces)


STYLES: Mapping[str, str] = {
    "late": "bold $text-error",
    "risk": "bold $text-warning",
    "ontime": "$text-success",
    "quiet": "dim",
    "news": "bold $text-accent",
    "title": "bold",
    "good": "$text-success",
    "key": "bold $text-accent",
    "warning": "$text-warning",
}


def lines(pieces: Iterable[Iterable[Piece]]) -> Content:
    """Return several lines of pieces as one content."""
    return Content("\n").join(content(line) for line in pieces)

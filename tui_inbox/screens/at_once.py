"""Paints what a key has changed before anything else is done: lines of the list, and the one above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.control import Control
from textual._compositor import CompositorUpdate  # what an app gives its terminal: there is no public name for it
from textual.geometry import Offset, Region
from textual.screen import Screen
from textual.strip import Strip

from tui_inbox.screens.looks import Painted

Places = Sequence[tuple[Offset, Strip]]


class Drawn(CompositorUpdate):
    """Lines and their places, as a terminal is given them."""

    def __init__(self, lines: Places) -> None:
        self.lines = lines

    def render_segments(self, console: Console) -> str:
        """Return the lines as a terminal reads them."""
        return "".join(Control.move_to(*place).segment.text + strip.render(console) for place, strip in self.lines)


def paint(screen: Screen[Any], changed: Mapping[Painted, Iterable[int]]) -> None:
    """Have the lines *changed* of some parts painted, each counted from the top of the part's content.

    At once where *screen* is what is seen, with nothing above it. Textual would ask each part that is visible for all
    of its lines, after three rounds of messages: that takes three times as long as the key and these lines together.
    """
    app = screen.app
    shown = {part: sorted({y for y in lines if 0 <= y < part.size.height}) for part, lines in changed.items()}
    if not screen.is_current or app._batch_count:  # a batch: several changes are to be seen together
        for part, lines in shown.items():
            part.refresh(*(Region(0, y, part.size.width, 1) for y in lines))
        return
    placed: list[tuple[Offset, Strip]] = []
    for part, lines in shown.items():
        for y in lines:
            part.forget(y)
        placed += _placed(part, lines)
    if placed:
        # Within one update, and with the terminal's cursor put where it belongs, as Textual's own paintings.
        app._display(screen, Drawn(placed))  # type: ignore[arg-type]  # takes an update, though its type says otherwise


def _placed(part: Painted, lines: Sequence[int]) -> Places:
    """Return *lines* of *part* with their places on the screen; none where the part is not seen."""
    if not part.region:
        return []
    place, background, filters = part.content_region.offset, part.background_colors[1], part.get_line_filters()
    placed = []
    for y in lines:
        strip = part.render_line(y)
        for one in filters:
            strip = strip.apply_filter(one, background)
        placed.append((place + Offset(0, y), strip))
    return placed

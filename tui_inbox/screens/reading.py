"""The conversation as it is read: lines laid out in a thread, drawn one by one."""

from __future__ import annotations

from bisect import bisect_left

from textual.events import Click, Resize
from textual.geometry import Offset, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_inbox.screens import cells, looks, paint
from tui_inbox.screens.hits import link_at, linked, struck
from tui_inbox.screens.keys import READING, bindings
from tui_inbox.screens.thread import Layout

WIDEST = 118
"""Cells that a line takes at most: eyes lose the way back from the end of a longer one."""


class Reading(looks.Painted, ScrollView, can_focus=True, inherit_bindings=False):
    """One conversation, oldest message first; opens at the first message that has not been seen."""

    BINDINGS = bindings(READING)  # type: ignore[assignment]  # Textual types this as a mixed list
    DEFAULT_CSS = """
    Reading { height: 1fr; width: 1fr; padding: 0 0 0 1; overflow-x: hidden; overflow-y: auto;
              scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    Reading.-plain { scrollbar-size-vertical: 0; }
    """

    class Resized(Message):
        """The width is another one; lines have to be laid out anew."""

    class Folded(Message):
        """Quotes are to be shown, or folded again."""

    class Pointed(Message):
        """A link was clicked: which message it stands in, and where it leads."""

        def __init__(self, message: int, address: str) -> None:
            super().__init__()
            self.message, self.address = message, address

    def __init__(self) -> None:
        super().__init__(id="reading")
        self.layout_: Layout | None = None
        self.folded = True
        self.terms: tuple[str, ...] = ()
        """What is searched for, folded; where it stands is drawn as a hit."""
        self.marks = cells.FANCY

    @property
    def shown(self) -> int | None:
        """The id of the conversation that is drawn; None where there is none."""
        return self.layout_.whole.row.id if self.layout_ and self.display else None

    @property
    def room(self) -> int:
        """How many cells a line may take."""
        return max(20, min(WIDEST, self.scrollable_content_region.width))

    @property
    def seen(self) -> int:
        """The watermark of what is drawn."""
        return self.layout_.whole.seen if self.layout_ else 0

    @property
    def position(self) -> int:
        """The index of the message under the reading position: the first that begins on the screen, else the one
        that fills it; at the very end the last."""
        starts, top = (self.layout_.starts if self.layout_ else ()), self.scroll_offset.y
        if 0 < self.max_scroll_y <= top:
            return max(0, len(starts) - 1)
        below = bisect_left(starts, top)
        return below if below < len(starts) and starts[below] < top + self.size.height else max(0, below - 1)

    def show(self, layout: Layout | None) -> None:
        """Draw *layout*; the same conversation keeps its place, another one opens at what is new, or was sought."""
        old, self.layout_ = self.layout_, layout
        if layout is None:
            self.virtual_size = Size(self.size.width, 0)
        else:
            self.virtual_size = Size(self.size.width, len(layout.lines))
            same = old is not None and old.whole.row.id == layout.whole.row.id
            top = self._kept(old, layout) if same and old else self._opening(layout)
            self.scroll_to(y=top, animate=False, immediate=True, force=True)
        self.refresh()

    def _opening(self, layout: Layout) -> int:
        """Return the line to open at: the first unseen message, with a line of what stood before it."""
        if layout.first_new < len(layout.starts) and layout.first_new > 0:
            return max(0, layout.starts[layout.first_new] - 1)
        return max(0, layout.hit - 2) if layout.hit >= self.size.height else 0

    def _kept(self, old: Layout, new: Layout) -> int:
        """Return the line that shows what stood at the top before: the same message, as far into it."""
        top = self.scroll_offset.y
        before = [index for index, start in enumerate(old.starts) if start <= top]
        if not before or before[-1] >= len(new.starts):
            return top
        return new.starts[before[-1]] + top - old.starts[before[-1]]

    def render_line(self, y: int) -> Strip:
        width, under = self.scrollable_content_region.width, self.ground
        line = y + self.scroll_offset.y
        if self.layout_ is None or line >= len(self.layout_.lines):
            return Strip.blank(width, under)
        said = self.layout_.lines[line]
        if self.layout_.starts and line >= self.layout_.starts[0]:
            said = linked(said)
        return paint.strip(struck(said, self.terms), self.ink, width, under)

    def on_resize(self, event: Resize) -> None:
        if self.layout_ and self.layout_.width != self.room:
            self.post_message(self.Resized())

    def on_click(self, event: Click) -> None:
        """Ask about the link under the mouse; nothing is opened by a click."""
        place = event.get_content_offset(self)
        found = place and self.layout_ and link_at(self.layout_, place.y + self.scroll_offset.y, place.x)
        if found:
            self.post_message(self.Pointed(*found))

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's own cursor belongs: where what is read begins."""
        return self.content_region.offset

    def _scroll(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True, force=True)

    def action_down(self) -> None:
        self._scroll(1)

    def action_up(self) -> None:
        self._scroll(-1)

    def action_page_down(self) -> None:
        self._scroll(max(1, self.size.height - 2))

    def action_page_up(self) -> None:
        self._scroll(-max(1, self.size.height - 2))

    def action_home(self) -> None:
        self._scroll(-self.scroll_offset.y)

    def action_end(self) -> None:
        self._scroll(self.virtual_size.height)

    def action_quotes(self) -> None:
        self.folded = not self.folded
        self.post_message(self.Folded())

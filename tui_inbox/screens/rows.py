"""The list of conversations: a window over a queue of ids, however long the queue is."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from rich.style import Style
from textual.events import Click, Resize
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_inbox.screens import at_once, cells, looks, paint
from tui_inbox.screens.at_hand import AtHand
from tui_inbox.screens.keys import LIST, bindings
from tui_inbox.screens.wrapping import wrap
from tui_inbox.store.lines import Queue, Row

FINE = 16
"""Parts of a cell by which the scroll bar moves: twice as fine as it can be drawn."""
DRAWN = 4096
"""Lines that are kept as they were drawn, at most."""


def _plain(role: str) -> Style:
    return Style.null()


class Rows(looks.Painted, ScrollView, can_focus=True, inherit_bindings=False):
    """A virtual list: it holds the ids of a queue, and draws of its rows only what is visible."""

    BINDINGS = bindings(LIST)  # type: ignore[assignment]  # Textual types this as a mixed list
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--bar", "rows--held"}
    DEFAULT_CSS = """
    Rows { height: 1fr; width: 1fr; overflow-x: hidden; overflow-y: auto;
           scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    Rows.-plain { scrollbar-size-vertical: 0; }
    Rows > .rows--bar { background: $bar-quiet; }
    Rows:focus > .rows--bar { background: $bar; text-style: bold; }
    Rows:ansi > .rows--bar { background: ansi_default; text-style: reverse; }
    Rows:ansi > .rows--held { background: ansi_default; text-style: underline; }
    Rows > .rows--held { background: $held; }
    """

    class Moved(Message):
        """The cursor stands on another conversation."""

    class Opened(Message):
        """The conversation under the cursor is to be opened."""

    cursor: reactive[int] = reactive(0, repaint=False)

    def __init__(
        self, window: Callable[[Sequence[int]], list[Row]], clock: Callable[[], datetime], zone: ZoneInfo
    ) -> None:
        super().__init__(id="rows")
        self._clock, self._zone = clock, zone
        self.at_hand = AtHand(window)
        self.queue = Queue("inbox", array("q"), 0)
        self.drawn_seen = 0
        """The newest message that what is painted may tell of: what an act has seen."""
        self.selected: set[int] = set()
        self.going: set[int] = set()
        """What an act is under way for; drawn dim until the store says where it lies."""
        self.direction = 1
        self.marks = cells.FANCY
        self.dated = False
        """Whether rows may show a date where others show a countdown."""
        self.nothing: list[str] = []
        """What an empty list says."""
        self.waiting = False
        """Whether another list than the one that is held is wanted: then no row is drawn."""
        self.whole = True
        """Whether these are all that the queue has."""
        self._anchor = 0
        self.moved: Callable[[Iterable[int]], None] = lambda lines: at_once.paint(self.screen, {self: lines})
        """Called where the cursor has moved: paints those lines, and whatever is to be painted with them."""
        self._strips: dict[tuple[int, bool, bool, bool], Strip] = {}
        """Conversation, under the cursor, selected, going -> its line."""

    # --- what it shows ------------------------------------------------------------------------------------

    @property
    def current(self) -> int | None:
        """The id under the cursor; None in an empty list."""
        return self.queue.ids[self.cursor] if self.cursor < len(self.queue.ids) else None

    def show(self, queue: Queue, at: int, settled: Iterable[int] = (), *, follow: bool = True) -> None:
        """Show *queue* with the cursor at index *at*, which stays on the line of the screen where it was.

        *settled* are those whose acts the queue already knows of. Without *follow* the cursor is on another
        conversation than before, and it is the rows that stay.
        """
        line, top = self.cursor - round(self.scroll_y), round(self.scroll_y)
        same, self.waiting = queue.name == self.queue.name, False
        before = self.current
        self.queue = queue
        self.at_hand.begin(queue.ids)
        self._strips.clear()
        self.going.difference_update(settled)
        self.virtual_size = Size(self.size.width, len(queue.ids))
        at = max(0, min(at, len(queue.ids) - 1))
        self.set_reactive(Rows.cursor, at)
        if not same:
            top = at - self.size.height // 2
        elif follow:
            top = at - line if 0 <= line < self.size.height else at
        self.scroll_to(y=max(0, min(top, len(queue.ids) - self.size.height)), animate=False, immediate=True, force=True)
        self._keep_visible()
        self.refresh()
        if self.current != before or not same:
            self.post_message(self.Moved())

    def wait(self, lines: list[str]) -> None:
        """Show *lines* instead of rows until a list is shown."""
        self.waiting, self.nothing = True, lines
        self.virtual_size = Size(self.size.width, 0)  # there is nothing to scroll through
        self.refresh()

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def current_row(self) -> Row | None:
        """Return the row under the cursor."""
        return self.at_hand.row(self.cursor, self.size.height)

    def chosen(self) -> list[int]:
        """Return what an act is about: the selection in the list's order, else the conversation under the cursor."""
        if self.selected:
            return [id_ for id_ in self.queue.ids if id_ in self.selected]
        return [] if self.current is None else [self.current]

    # --- how it draws -------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        strips = super().render_lines(crop)
        self.drawn_seen = self.queue.seen  # no sooner, and no later: the next key may lie there already
        return strips

    def render_line(self, y: int) -> Strip:
        width, under = self.scrollable_content_region.width, self.ground
        index = y + self.scroll_offset.y
        if self.waiting or index >= len(self.queue.ids):
            return self._beside(y, width, under)
        id_ = self.queue.ids[index]
        how = (id_, index == self.cursor, id_ in self.selected, id_ in self.going)
        if (strip := self._strips.get(how)) is None:
            if (row := self.at_hand.row(index, self.size.height)) is None:
                return Strip.blank(width, under)
            if len(self._strips) > DRAWN:
                self._strips.clear()
            strip = self._strips[how] = self._drawn(row, width, here=how[1])
        return strip

    def _drawn(self, row: Row, width: int, *, here: bool) -> Strip:
        """Return *row* as a line; kept until it is read anew, so that a list that scrolls is not made anew."""
        under = self.ground
        if here:
            under = self.get_component_rich_style("rows--bar")
        elif row.id in self.selected:
            under = self.get_component_rich_style("rows--held")
        pieces = cells.row_pieces(
            row,
            width,
            self._clock(),
            self._zone,
            marks=self.marks,
            cursor=here,
            selected=row.id in self.selected,
            dates=self.dated,
        )
        if row.id in self.going:
            pieces = [(text, "going") for text, _ in pieces]
        if here:
            # What is blue is not to be read on blue.
            pieces = [(text, "read" if role in ("channel", "reason") else role) for text, role in pieces]
        # A terminal's own colours are not ours to combine: there the cursor's row is reversed, and plain.
        style = _plain if here and self.app.native_ansi_color else self.ink
        return paint.strip(pieces, style, width, under)

    def _beside(self, y: int, width: int, under: Style) -> Strip:
        """Return a line below the rows: blank, or a part of what an empty list says."""
        if not self.nothing or (len(self.queue.ids) and not self.waiting):
            return Strip.blank(width, under)
        lines = [part for line in self.nothing for part in wrap(line, min(72, width - 4))]
        top = max(0, min(4, self.size.height - len(lines)))
        said = lines[y - top] if 0 <= y - top < len(lines) else ""
        left = max(0, min(8, (width - max(map(len, lines))) // 2))
        role = "title" if y == top else "quiet"
        return paint.strip([(" " * left + said, role)], self.ink, width, under)

    # --- how it moves -------------------------------------------------------------------------------------

    def go(self, to: int) -> None:
        """Put the cursor on the row at index *to*, or at the nearest end."""
        to = max(0, min(to, len(self.queue.ids) - 1))
        if to == self.cursor or not self.queue.ids:
            return
        old, self.cursor = self.cursor, to
        top = self.scroll_offset.y
        self._keep_visible()
        self.moved((old - top, to - top) if top == self.scroll_offset.y else range(self.size.height))
        self.post_message(self.Moved())

    def leave(self, ids: Iterable[int]) -> None:
        """Mark *ids* as being acted on and go to the nearest other row, in the direction the agent was going."""
        ids, here = set(ids), self.current
        several = bool(self.selected) or ids != {here}
        self.going.update(ids)
        self.selected.clear()
        count = len(self.queue.ids)
        onward = range(self.cursor, count) if self.direction > 0 else range(self.cursor, -1, -1)
        back = range(self.cursor, -1, -1) if self.direction > 0 else range(self.cursor, count)
        for index in (*onward[: len(self.going) + 1], *back[: len(self.going) + 1]):
            if self.queue.ids[index] not in self.going:
                self.go(index)
                break
        if several or self.current == here:
            self.refresh()

    def stay(self, ids: Iterable[int]) -> None:
        """Forget that *ids* were being acted on: nothing came of it."""
        if gone := self.going.intersection(ids):
            self.going -= gone
            self.refresh()

    def _keep_visible(self) -> None:
        """Scroll by as little as shows the cursor; what is seen then is still to be painted."""
        top, height = self.scroll_offset.y, self.size.height
        if not height or top <= self.cursor < top + height:
            return
        self.scroll_target_y = float(self.cursor if self.cursor < top else self.cursor - height + 1)
        self.set_reactive(Rows.scroll_y, self.scroll_target_y)  # `scroll_to` would have the whole list painted later
        if self.show_vertical_scrollbar:
            bar, step = self.vertical_scrollbar, max(1, self.max_scroll_y) / (height * FINE)
            if bar.position // step != self.scroll_target_y // step:  # else it looks the same, and Textual paints it
                bar.position = self.scroll_target_y

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's own cursor belongs: on the row of the list's, where Braille lines look for it."""
        return self.content_region.offset + Offset(0, self.cursor - self.scroll_offset.y)

    def on_resize(self, event: Resize) -> None:
        self.virtual_size = Size(event.size.width, len(self.queue.ids))
        self._strips.clear()
        self._keep_visible()
        self.refresh()

    def on_click(self, event: Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self.queue.ids):
            self.go(index)
            if event.chain > 1:
                self.post_message(self.Opened())

    def action_step(self, by: int) -> None:
        """Go on by so many rows, and remember which way the agent is going."""
        self.direction = 1 if by > 0 else -1
        self.go(self.cursor + by)

    def action_page(self, by: int) -> None:
        self.action_step(by * max(1, self.size.height - 1))

    def action_end(self, onward: int) -> None:
        """Go to the first row, or the last; from there only one way leads on."""
        self.direction = onward
        self.go(0 if onward > 0 else len(self.queue.ids) - 1)

    # --- how it selects -----------------------------------------------------------------------------------

    def action_select(self) -> None:
        if self.current is None:
            return
        self.selected ^= {self.current}
        here = self._anchor = self.cursor
        self.go(here + self.direction)
        if self.cursor == here:
            self.moved([here - self.scroll_offset.y])
        self.post_message(self.Moved())

    def action_select_range(self) -> None:
        first, last = sorted((min(self._anchor, len(self.queue.ids)), self.cursor))
        self.selected.update(self.queue.ids[first : last + 1])
        self.refresh()
        self.post_message(self.Moved())

    def choose(self, ids: Iterable[int]) -> None:
        """Select those of *ids* that are in the list, and nothing else."""
        self.selected = set(self.queue.ids).intersection(ids)
        self.refresh()
        self.post_message(self.Moved())

"""The desk: queues, the list and the conversation beside it; it shows what the store holds and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.events import DescendantFocus, Resize

from tui_inbox.screens.bars import Foot, Places, Said, Top
from tui_inbox.screens.glance import Glance
from tui_inbox.screens.keys import DESK, LIST, READING, SEARCH, bindings
from tui_inbox.screens.opening import Opening
from tui_inbox.screens.post import Post
from tui_inbox.screens.reading import Reading
from tui_inbox.screens.rows import Rows
from tui_inbox.screens.search import Asked, SearchLine
from tui_inbox.store.lines import Row
from tui_inbox.store.reader import Reader

POLL = 0.5
"""Seconds between two looks at whether anybody else has written."""
CALM = 5.0
"""Seconds from one such notice to the next while a mailbox comes in: each has the list and its figures read anew."""
ENOUGH = 20
"""Conversations with which an agent has something to do: until they are there, nothing is waited for."""
TICK = 15.0
"""Seconds after which clocks are read anew although nobody has written."""
WIDE, TALL = 140, 34
"""From how many columns three panes stand side by side; from how many lines two stand one above the other."""


class Desk(Opening):
    """The one screen an agent lives in."""

    BINDINGS = bindings(DESK)  # type: ignore[assignment]  # Textual types this as a mixed list
    AUTO_FOCUS = "#rows"
    DEFAULT_CSS = """
    Desk { layers: base; }
    #body { height: 1fr; }
    #body, #panes, #listing, #beside { visibility: hidden; }  /* else drawn with each key, blank */
    Places, SearchLine, Rows, Reading, Glance { visibility: visible; }
    #panes { height: 1fr; width: 1fr; }
    #listing { height: 1fr; width: 1fr; }
    #beside { height: 1fr; width: 1fr; }
    Desk Places { display: none; }
    Desk.-stacked #panes { layout: vertical; }
    Desk.-stacked #listing { height: 2fr; }
    Desk.-stacked #beside { height: 3fr; }
    Desk.-stacked Reading { border-top: solid $primary 40%; }
    Desk.-wide Places { display: block; }
    Desk.-wide #panes { layout: horizontal; }
    Desk.-wide #listing { width: 6fr; }
    Desk.-wide #beside { width: 5fr; }
    Desk.-wide Reading { padding: 0 1; border-left: solid $primary 40%; }
    Desk.-wide.-tall Glance { display: block; padding: 0 1; border-left: solid $primary 40%;
                              border-top: solid $primary 40%; }
    Desk.-stacked Reading:focus { border-top: solid $accent; }
    Desk.-wide Reading:focus { border-left: solid $accent; }
    Desk.-plain.-stacked Reading, Desk.-plain.-stacked Reading:focus { border-top: ascii $primary 40%; }
    Desk.-plain.-wide Reading, Desk.-plain.-wide Reading:focus { border-left: ascii $primary 40%; }
    Desk.-plain.-wide.-tall Glance { border-left: ascii $primary 40%; border-top: ascii $primary 40%; }
    """

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._reader: Reader | None = None
        self._version = -1
        self._noticed = 0.0
        """When (monotonic) it was noticed last that somebody else had written."""

    def compose(self) -> ComposeResult:
        post = self.post
        self.update_classes(self._shape(*self.app.size), update=False)  # before anything has a style
        yield Top()
        with Horizontal(id="body"):
            yield Places(tuple(post.views), post.marks, post.keys)
            with Container(id="panes"):
                with Vertical(id="listing"):
                    yield SearchLine(post.key("search.complete"))
                    yield Rows(self.window, post.clock, post.zone)
                with Vertical(id="beside"):
                    yield Reading()
                    yield Glance()
        yield Said()
        yield Foot()

    # --- wiring -------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        plain = self.post.marks.ascii
        for pane in (self.rows, self.reading):
            pane.marks = self.post.marks
            pane.set_class(plain, "-plain")
        self.rows.moved = self.position
        self._arrange(*self.app.size)
        self.run_worker(self.keep_list(), group="list", exit_on_error=True)
        self.run_worker(self.keep_figures(), group="figures", exit_on_error=True)
        self.run_worker(self.keep_reading(), group="reading", exit_on_error=True)
        self._reader = self.post.reader()
        self._version = self._reader.version()
        self.set_interval(POLL, self._poll)
        self.set_interval(TICK, self.stale.set)
        self.read_first(self._reader)

    def on_unmount(self) -> None:
        if self._reader:
            self._reader.close()
            self._reader = None

    def on_resize(self, event: Resize) -> None:
        self._arrange(event.size.width, event.size.height)

    @property
    def holding(self) -> bool:
        """Whether keys wait: the list that was asked for is not there yet, and they are meant for it."""
        return not self.in_step and not self._searching

    def _shape(self, width: int, height: int) -> dict[str, bool]:
        """Return the classes of a desk of that size, and whether it has each."""
        wide, tall = width >= WIDE, height >= TALL
        shape = {"-wide": wide, "-tall": tall, "-stacked": tall and not wide, "-narrow": not wide and not tall}
        return shape | {"-plain": self.post.marks.ascii}

    def _arrange(self, width: int, height: int) -> None:
        """Choose how many panes there is room for."""
        self.update_classes(self._shape(width, height))
        self.query_one(Top).set_class(width < WIDE, "-queues")
        self.show_panes()
        self.turned()

    def going(self, words: str) -> None:
        """Show how far the reading of a mailbox is; "": it is done."""
        top = self.query_one(Top)
        top.going = words
        top.refresh()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self.foot()

    def where(self) -> str:
        """Return the part of the screen that has the focus."""
        match self.focused:
            case Reading():
                return READING
            case Asked():
                return SEARCH
            case _:
                return LIST

    # --- reading the store --------------------------------------------------------------------------------

    def window(self, ids: Sequence[int]) -> list[Row]:
        """Return the rows of *ids*: a short indexed read, on the screen's own connection."""
        return self._reader.rows(ids, self.post.clock()) if self._reader else []

    def _poll(self) -> None:
        """Notice that somebody else has written; a look costs a few microseconds."""
        if self.query_one(Top).going and len(self.rows.queue.ids) >= ENOUGH and monotonic() - self._noticed < CALM:
            return
        if self._reader and (version := self._reader.version()) != self._version:
            self._version, self._noticed = version, monotonic()
            self.stale.set()

    async def action_quit(self) -> None:
        await self.app.action_quit()

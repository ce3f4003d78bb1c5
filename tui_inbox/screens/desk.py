"""The desk: queues, the list and the conversation beside it; it shows what the store holds and decides nothing."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.message import Message

from tui_inbox.problems import Problem
from tui_inbox.rules.query import parse
from tui_inbox.rules.query import terms as sought_in
from tui_inbox.screens import cells
from tui_inbox.screens.bars import Foot, Places, Said, Top, freshness
from tui_inbox.screens.customer import Glance, GlanceLine, glance
from tui_inbox.screens.going import Going, View
from tui_inbox.screens.keys import DESK, LIST, READING, SEARCH, bindings, shown
from tui_inbox.screens.post import Post
from tui_inbox.screens.reading import Reading
from tui_inbox.screens.rows import Rows, follow
from tui_inbox.screens.search import Asked, SearchLine
from tui_inbox.screens.thread import Layout, first_hit, lay_out
from tui_inbox.store.reader import Counts, Queue, Reader, Row

POLL = 0.5
"""Seconds between two looks at whether anybody else has written."""
TICK = 15.0
"""Seconds after which clocks are read anew although nobody has written."""
WIDE, TALL = 140, 34
"""From how many columns three panes stand side by side; from how many lines two stand one above the other."""
REST = 0.15
"""Seconds more that it rests until the customer is read."""
TYPING = 200
"""Conversations that a search finds while it is typed; with Enter it finds all."""
PAUSE = 0.06
"""Seconds the cursor rests on a row before its conversation is read for the pane beside it."""


class Counted(Message):
    """The counts have been read."""

    def __init__(self, counts: Counts) -> None:
        super().__init__()
        self.counts = counts


@dataclass(frozen=True, slots=True)
class Read:
    """What one reading of the store gave."""

    view: View
    queue: Queue
    at: int
    counts: Counts
    found: dict[str, int]
    wrong: str
    synced: str
    trouble: str
    at_risk: int = 0
    """How many have come to be at risk since the reading before."""
    terms: tuple[str, ...] = ()
    """What a reader wants to see in the conversations that were found."""


class Desk(Going):
    """The one screen an agent lives in."""

    BINDINGS = bindings(DESK)  # type: ignore[assignment]  # Textual types this as a mixed list
    AUTO_FOCUS = "#rows"
    DEFAULT_CSS = """
    Desk { layers: base; }
    #body { height: 1fr; }
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
    Desk.-plain Reading, Desk.-plain Glance { border-top: none; border-left: none; }
    """

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._turned = asyncio.Event()
        self._reader: Reader | None = None
        self._version = -1
        self._trouble = ""
        self._looked_at: datetime | None = None
        """When the list was read last."""
        self._patient, self._turning = True, False

    def compose(self) -> ComposeResult:
        post = self.post
        yield Top()
        with Horizontal(id="body"):
            yield Places(tuple(post.views), post.marks)
            with Container(id="panes"):
                with Vertical(id="listing"):
                    yield SearchLine()
                    yield Rows(self.window, post.clock, post.zone)
                with Vertical(id="beside"):
                    yield Reading()
                    yield Glance()
        yield Said()
        yield Foot()

    # --- wiring -------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        plain = self.post.marks.ascii
        self.set_class(plain, "-plain")
        for pane in (self.rows, self.reading):
            pane.marks = self.post.marks
            pane.set_class(plain, "-plain")
        self._arrange(self.size.width, self.size.height)
        self.run_worker(self._keep_list(), group="list", exit_on_error=True)
        self.run_worker(self._keep_reading(), group="reading", exit_on_error=True)
        self._reader = self.post.reader()
        self._version = self._reader.version()
        self.set_interval(POLL, self._poll)
        self.set_interval(TICK, self.stale.set)
        self.stale.set()

    def on_unmount(self) -> None:
        if self._reader:
            self._reader.close()
            self._reader = None

    def on_resize(self, event: Resize) -> None:
        self._arrange(event.size.width, event.size.height)

    @property
    def resting(self) -> bool:
        """Whether nothing is being read, written or waited for."""
        waiting = self.stale.is_set() or self._turned.is_set() or self._turning
        glancing = any(one.group == "glance" and not one.is_finished for one in self.workers)
        return not waiting and not glancing and self.post.busy == 0

    def _arrange(self, width: int, height: int) -> None:
        """Choose how many panes there is room for."""
        wide, tall = width >= WIDE, height >= TALL
        self.set_class(wide, "-wide")
        self.set_class(tall, "-tall")
        self.set_class(tall and not wide, "-stacked")
        self.set_class(not wide and not tall, "-narrow")
        self.query_one(Top).set_class(not wide, "-queues")
        self._show_panes()
        self._turned.set()

    def unfold(self, *, opened: bool) -> None:
        """Give the conversation the screen, or the list, where there is room for one only."""
        self.opened = opened
        self._show_panes()

    def _show_panes(self) -> None:
        """Show what there is room for. A class on the screen would have every part of it styled anew: 50 ms a key."""
        narrow = self.has_class("-narrow")
        self.query_one("#listing").display = not (narrow and self.opened)
        for pane in (self.query_one("#beside"), self.reading):
            pane.display = self.opened or not narrow

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._foot()

    def where(self) -> str:
        """Return the part of the screen that has the focus."""
        match self.focused:
            case Reading():
                return READING
            case Asked():
                return SEARCH
            case _:
                return LIST

    def _foot(self) -> None:
        foot = self.query_one(Foot)
        foot.keys = shown(self.where(), self.post.keys, self.post.marks.ascii)
        foot.refresh()

    # --- reading the store --------------------------------------------------------------------------------

    def window(self, ids: Sequence[int]) -> list[Row]:
        """Return the rows of *ids*: a short indexed read, on the screen's own connection."""
        return self._reader.rows(ids, self.post.clock()) if self._reader else []

    def _poll(self) -> None:
        """Notice that somebody else has written; a look costs a few microseconds."""
        if self._reader and (version := self._reader.version()) != self._version:
            self._version = version
            self.stale.set()

    async def _keep_list(self) -> None:
        """Read the list anew whenever it may have changed; several changes at once are one reading."""
        while True:
            await self.stale.wait()
            self.stale.clear()
            settled, rows = set(self.settled), self.rows
            view, old, at, typing = self.view, rows.queue.ids, rows.cursor, self._searching
            try:
                read = await self.post.ask(lambda reader: self._read(reader, view, old, at, typing))  # noqa: B023 - awaited here
            except Problem as problem:
                self.say_problem(problem)
                continue
            if view == self.view:
                self._show(read, settled, moved=rows.cursor != at)

    def _read(self, reader: Reader, view: View, old: array[int], at: int, typing: bool) -> Read:
        """Return what the store holds for *view*; runs in a thread."""
        now, zone, wrong, query = self.post.clock(), self.post.zone, "", None
        found = {one.name: self._count(reader, one.query, now) for one in self.post.views}
        words = view.words
        place = view.queue
        if place.startswith("="):
            words = next((one.query for one in self.post.views if one.name == place[1:]), "")
            place = "all"
        try:
            query = parse(words, now, zone) if words.strip() else None
            if place.startswith("clock:"):
                standing = reader.standing(place.removeprefix("clock:"), now)
                whole = reader.queue("inbox", now)
                queue = replace(whole, ids=array("q", [id_ for id_ in whole.ids if id_ in standing]))
            elif query and place == "search":
                queue = reader.search(query, now, TYPING if typing else None)
            else:
                queue = reader.queue("inbox" if place == "search" else place, now, query)
        except Problem as problem:
            picture = getattr(problem, "picture", None)
            wrong = picture() if callable(picture) else f"{problem.what} {problem.hint}"
            queue = Queue(place, old, 0)
        queue = replace(queue, name=f"{view.queue} {view.words}")
        synced, trouble = freshness(reader.accounts(), {one.name for one in self.post.config.accounts}, now)
        terms = tuple(sought_in(query)) if query else ()
        at, counts = follow(old, at, queue.ids), reader.counts(now)
        risky = reader.came_at_risk(self._looked_at, now) if self._looked_at else 0
        self._looked_at = now
        return Read(view, queue, at, counts, found, wrong, synced, trouble, risky, terms)

    def _count(self, reader: Reader, words: str, now: datetime) -> int:
        """Return how many conversations a view of the configuration holds; -1 where its query is wrong."""
        try:
            return len(reader.queue("all", now, parse(words, now, self.post.zone)).ids)
        except Problem:
            return -1

    def _show(self, read: Read, settled: set[int], *, moved: bool) -> None:
        """Draw what was read; the cursor stays on its conversation."""
        rows, top, places = self.rows, self.query_one(Top), self.query_one(Places)
        self._counts = top.counts = places.counts = read.counts
        places.found, top.queue, places.queue = read.found, read.view.queue, read.view.queue
        top.title = self._title(read.view)
        self.announce(read)
        search = self.query_one(SearchLine)
        search.wrong(read.wrong)
        if read.wrong and not search.has_class("-open"):
            self.say(read.wrong, trouble=True)
        if read.trouble != self._trouble and (words := read.trouble):
            self.say(words, trouble=True)
        self._trouble, top.synced = read.trouble, read.synced
        if not read.wrong:
            if self.reading.terms != read.terms:
                self.reading.terms = read.terms
                self.reading.refresh()
            now = self.post.clock()
            place = "search" if read.view.words else read.view.queue
            rows.nothing = cells.empty(place, read.counts, now, self.post.zone, bool(self.post.config.accounts))
            at = follow(rows.queue.ids, rows.cursor, read.queue.ids) if moved else read.at
            same = rows.queue.name == read.queue.name
            rows.dated = read.view.queue not in {"inbox", "handed_over"} and not read.view.queue.startswith("clock:")
            rows.show(read.queue, at if same else 0, settled)
            self.settled -= settled
            self._arrive()
            if self.reading.has_focus and not read.queue.ids:
                self.action_leave()
        top.refresh()
        places.refresh()
        self.position()
        self._turned.set()

    def announce(self, read: Read) -> None:
        """Put the counts into the terminal's title, and ring once for what has come to be at risk."""
        self.app.post_message(Counted(read.counts))
        if read.at_risk:
            self.app.bell()
            self.say(f"{read.at_risk} {'is' if read.at_risk == 1 else 'are'} at risk now: g 2 shows them.")

    def _arrive(self) -> None:
        """Open the conversation that was gone to, where its queue has it."""
        id_, self.sought = self.sought, None
        if id_ is not None and id_ in self.rows.queue.ids:
            self.rows.go(self.rows.queue.ids.index(id_))
            self.action_open()

    def _title(self, view: View) -> str:
        if view.queue == "search":
            return "Search"
        if view.queue.startswith("clock:"):
            return f"Inbox, {cells.STANDINGS[view.queue.removeprefix('clock:')].lower()}"
        title = view.queue[1:] if view.queue.startswith("=") else cells.TITLES.get(view.queue, view.queue)
        return f"{title}, {view.words}" if view.words else title

    def position(self) -> None:
        top, rows = self.query_one(Top), self.rows
        count = len(rows.queue.ids)
        top.position = f"{rows.cursor + 1}/{count}" if count else "empty"
        top.selected = len(rows.selected)
        top.refresh()

    # --- the open conversation ----------------------------------------------------------------------------

    async def _keep_reading(self) -> None:
        """Keep the pane on the conversation under the cursor, and mark what has been read there as seen."""
        while True:
            await self._turned.wait()
            if self.reading.display and self._patient:
                self._turning = True
                await self.post.rest(PAUSE)
            self._turned.clear()
            self._patient = True
            if self.reading.display:
                await self._turn()
            self._turning = False

    async def _turn(self) -> None:
        """Draw the conversation under the cursor, unless the cursor has gone on meanwhile."""
        pane, id_ = self.reading, self.rows.current
        if id_ is None:
            pane.show(None)
            self.query_one(Glance).show([])
            return
        width, folded, terms = pane.room, pane.folded, pane.terms
        try:
            layout = await self.post.ask(lambda reader: self._laid_out(reader, id_, width, folded, terms))
        except Problem as problem:
            pane.show(None)
            self.say_problem(problem)
            return
        if layout.width != pane.room:  # the pane has been given its place meanwhile
            self._patient = False
            self._turned.set()
        elif id_ == self.rows.current:
            pane.show(layout)
            if pane.has_focus:
                self._mark_seen(layout)
            if self.query_one(Glance).display:
                self.run_worker(self._glance(layout.whole.row.contact.id), group="glance", exclusive=True)

    async def _glance(self, contact: int) -> None:
        """Draw the customer below the conversation, once the cursor has come to rest on it."""
        await self.post.rest(REST)
        pane, now = self.query_one(Glance), self.post.clock()

        def looked(reader: Reader) -> list[GlanceLine]:
            it = reader.customer(contact, now)
            return glance(it, max(20, pane.size.width), now, self.post.zone, self.post.marks, brief=True)

        try:
            pane.show(await self.post.ask(looked))
        except Problem:  # nobody is known here: the pane stays empty
            pane.show([])

    def _laid_out(self, reader: Reader, id_: int, width: int, folded: bool, terms: tuple[str, ...]) -> Layout:
        """Return a conversation as lines; runs in a thread."""
        now = self.post.clock()
        whole = reader.conversation(id_, now)
        before = self.reading.layout_
        if before and before.whole.row.id == id_:
            # What was new when the conversation was opened stays marked while it is open.
            whole = replace(whole, seen_before=min(whole.seen_before, before.whole.seen_before))
        layout = lay_out(whole, width, now, self.post.zone, folded=folded, marks=self.post.marks)
        return replace(layout, hit=first_hit(layout, terms))

    def _mark_seen(self, layout: Layout) -> None:
        """Record that what is drawn has been seen, where any of it is news."""
        if layout.whole.row.news:
            id_, seen, now = layout.whole.row.id, layout.whole.seen, self.post.clock()
            self.run_worker(self._seen(id_, seen, now), group="seen")

    async def _seen(self, id_: int, seen: int, now: datetime) -> None:
        try:
            await self.post.write(lambda inbox: inbox.mark_seen(id_, seen, now))
        except Problem as problem:
            self.say_problem(problem)

    def on_rows_moved(self) -> None:
        self.position()
        self._turned.set()

    def on_rows_opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        if self.rows.current is None:
            return
        self.unfold(opened=True)
        self.set_focus(self.reading)
        if self.reading.shown == self.rows.current and self.reading.layout_:
            self._mark_seen(self.reading.layout_)
        else:
            self.reading.show(None)
        self._patient = False
        self._turned.set()

    def action_leave(self) -> None:
        self.unfold(opened=False)
        self.set_focus(self.rows)
        if self.has_class("-narrow"):
            self.reading.show(None)

    def action_turn(self, by: int) -> None:
        self._patient = False
        self.rows.go(self.rows.cursor + by)

    def on_reading_resized(self) -> None:
        self._turned.set()

    def on_reading_folded(self) -> None:
        self._patient = False
        self._turned.set()

    async def action_quit(self) -> None:
        await self.app.action_quit()

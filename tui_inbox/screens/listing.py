"""The list kept in step with the store: read in a thread when anything may have changed, drawn when it has come."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual.message import Message

from tui_inbox.problems import Problem
from tui_inbox.rules.following import follow
from tui_inbox.screens import at_once, cells
from tui_inbox.screens.bars import Places, Said, Top, freshness, silent
from tui_inbox.screens.going import Going
from tui_inbox.screens.intent import unreached
from tui_inbox.screens.keys import Named
from tui_inbox.screens.looks import Painted
from tui_inbox.screens.post import Post
from tui_inbox.screens.search import SearchLine
from tui_inbox.screens.view import View
from tui_inbox.store.lines import Queue
from tui_inbox.store.queues import Counts
from tui_inbox.store.reader import Reader

if TYPE_CHECKING:
    from tui_inbox.rules.asked import Query

TYPING = 200
"""Conversations that a search finds while it is typed; with Enter it finds all."""
FIRST = 500
"""Conversations that the first picture waits for; the rest of a long list follows."""
LONG = 0.3
"""Seconds after which it is said that a list is being read."""


class Counted(Message):
    """The counts have been read."""

    def __init__(self, counts: Counts) -> None:
        super().__init__()
        self.counts = counts


@dataclass(frozen=True, slots=True)
class Listed:
    """What one reading of the list gave."""

    view: View
    queue: Queue
    at: int
    whole: bool = True
    """Whether these are all."""
    wrong: str = ""
    """What is wrong with the query, in words; then the list is the one before."""
    terms: tuple[str, ...] = ()
    """What a reader wants to see in the conversations that were found."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one reading of the figures around the list gave."""

    counts: Counts
    found: dict[str, int]
    """How many conversations each view holds; -1 where its query is wrong."""
    synced: str
    trouble: str
    at_risk: int = 0
    """How many have come to be at risk since the reading before."""
    silent: str = ""
    """Until when the inbox is known, where that is too long ago."""


class Listing(Going):
    """A screen whose list is what the store holds."""

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._listed: View | None = None
        """What the list that is drawn is of; None before the first."""
        self._counting = asyncio.Event()
        """Set when the figures are to be read anew."""
        self._looked_at: datetime | None = None
        """When the figures were read last."""
        self._trouble = ""

    @property
    def in_step(self) -> bool:
        """Whether the list that is drawn is the one that was asked for."""
        return self._listed == self.view

    def turned(self, *, elsewhere: bool = False) -> None:
        """Answer to a list that was drawn anew; *elsewhere*: it is of another queue than the one before."""
        raise NotImplementedError

    # --- the list -----------------------------------------------------------------------------------------

    def read_first(self, reader: Reader) -> None:
        """Draw the beginning of the list before anything else is: the first picture shows it, and is made only once."""
        try:
            read = self._read(reader, self.view, array("q"), 0, FIRST)
        except Problem:
            self.stale.set()  # read once more, and said, where every other list is
            return
        self._draw(read, set(), moved=False)
        self._counting.set()
        if not read.whole:
            self.stale.set()

    async def keep_list(self) -> None:
        """Read the list anew whenever it may have changed; several changes at once are one reading."""
        while True:
            await self.stale.wait()
            self.stale.clear()
            self.elsewhere.clear()
            settled, rows = set(self.settled), self.rows
            view, old, at, typing = self.view, rows.queue.ids, rows.cursor, self._searching
            most = TYPING if typing else FIRST if self._listed != view else None
            slow = self.set_timer(LONG, self._say_reading)
            try:
                read = await self._still_wanted(lambda reader: self._read(reader, view, old, at, most))  # noqa: B023 - of this round
            except Problem as problem:
                self._say_unread(view, problem)
                continue
            finally:
                slow.stop()
            if read is not None and view == self.view and self.query(Top):
                self._draw(read, settled, moved=rows.cursor != at)
                self._counting.set()
                if not read.whole and not typing:
                    self.stale.set()

    async def _still_wanted(self, question: Callable[[Reader], Listed]) -> Listed | None:
        """Return the answer to *question*; None as soon as another list is wanted."""
        reading = asyncio.ensure_future(self.post.ask(question))
        elsewhere = asyncio.ensure_future(self.elsewhere.wait())
        try:
            await asyncio.wait({reading, elsewhere}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            reading.cancel()
            raise
        finally:
            elsewhere.cancel()
        if reading.done():
            return reading.result()
        reading.add_done_callback(lambda late: late.cancelled() or late.exception())
        return None

    def _say_reading(self) -> None:
        """Say that the list which was asked for is being read."""
        if not self.in_step:
            self.greeted()
            self._head(self.view, f"reading{self.post.marks.more}")
            self.rows.wait([f"Reading{self.post.marks.more}"])
            self.reading.show(None)

    def _say_unread(self, view: View, problem: Problem) -> None:
        """Say that the list could not be read, and why."""
        self._listed = view
        self.rows.wait(["This list could not be read.", "", problem.what, problem.hint])
        self.reading.show(None)
        self._head(view, "not read")
        self.foot()

    def _head(self, view: View, position: str) -> None:
        """Say above and beside the list which one it is, and where in it the cursor stands."""
        top, places = self.query_one(Top), self.query_one(Places)
        top.title, top.position = view.title, position
        top.queue = places.queue = view.queue
        top.refresh()
        places.refresh()

    def _read(self, reader: Reader, view: View, old: array[int], at: int, most: int | None) -> Listed:
        """Return what the store holds for *view*, at most *most* conversations; runs in a thread."""
        words = view.words
        if view.queue.startswith("="):
            words = next((one.query for one in self.post.views if one.name == view.queue[1:]), "")
        query: Query | None = None
        terms: tuple[str, ...] = ()
        if words.strip():
            try:
                query, terms = self._parsed(words, typed=view.queue == "search")
            except Problem as problem:
                return Listed(view, Queue(view.key, old, 0), at, wrong=f"{problem.what} {problem.hint}")
        queue = self._asked(reader, view.queue, query, most)
        whole = most is None or len(queue.ids) < most
        return Listed(view, replace(queue, name=view.key), follow(old, at, queue.ids), whole, terms=terms)

    def _parsed(self, words: str, *, typed: bool) -> tuple[Query, tuple[str, ...]]:
        """Return what *words* ask, and what is then to be marked where it stands. Raises `WrongQuery`."""
        from tui_inbox.rules.query import parse, terms  # deferred: the first picture does not need it
        from tui_inbox.rules.typed import begun

        query = parse(begun(words) if typed else words, self.post.clock(), self.post.zone)
        return query, tuple(terms(query))

    def _asked(self, reader: Reader, place: str, query: Query | None, most: int | None) -> Queue:
        now = self.post.clock()
        if place.startswith("clock:"):
            return reader.queue("inbox", now, standing=place.removeprefix("clock:"), most=most)
        if place.startswith("behind:"):
            return Queue(place, array("q", self.post.behind), reader.seen())
        if place == "search" and query:
            return reader.search(query, now, most)
        known = {"search": "inbox"}.get(place, "all" if place.startswith("=") else place)
        return reader.queue(known, now, query, most=most)

    def _draw(self, read: Listed, settled: set[int], *, moved: bool) -> None:
        """Draw what was read; the cursor stays on its conversation."""
        rows, top, search = self.rows, self.query_one(Top), self.query_one(SearchLine)
        if self._listed is None and read.queue.ids:
            self.say(greeting(self.post.key))
        elif read.view != self._listed:
            self.greeted()
        elsewhere = self._listed is None or read.view.queue != self._listed.queue
        self._listed = read.view
        self._head(read.view, top.position)
        search.wrong(read.wrong)
        if read.wrong and not search.has_class("-open"):
            self.say(read.wrong, trouble=True)
        if not read.wrong:
            if self.reading.terms != read.terms:
                self.reading.terms = read.terms
                self.reading.refresh()
            at = follow(rows.queue.ids, rows.cursor, read.queue.ids) if moved else read.at
            same = rows.queue.name == read.queue.name
            rows.dated = read.view.queue not in {"inbox", "handed_over"} and not read.view.queue.startswith("clock:")
            rows.whole = read.whole
            self._say_nothing()
            back = self._brought_to(read.queue.ids)
            if back is None:
                rows.show(read.queue, at if same else 0, settled)
            else:
                rows.show(read.queue, back, settled, follow=False)
            self.settled -= settled
            self._arrive()
            if self.reading.has_focus and not read.queue.ids:
                self.action_leave()
        self.position()
        self.foot()
        self.turned(elsewhere=elsewhere)

    def greeted(self) -> None:
        """Take the greeting away: it is about the inbox, as it was opened."""
        if self.query_one(Said).says(greeting(self.post.key)):
            self.say("")

    def _say_nothing(self) -> None:
        """Have the list say what comes next, should it be empty."""
        if self._counts is not None:
            place = "search" if self.view.words else self.view.queue
            configured = bool(self.post.config.accounts)
            post = self.post
            self.rows.nothing = cells.empty(place, self._counts, post.clock(), post.zone, configured, post.key)

    def _brought_to(self, ids: Sequence[int]) -> int | None:
        """Return where in *ids* the first of what was brought back lies; None where there is none of it."""
        back, self.restored = self.restored, frozenset()
        return next((index for index, id_ in enumerate(ids) if id_ in back), None) if back else None

    def _arrive(self) -> None:
        """Open the conversation that was gone to, where its queue has it."""
        id_, self.sought = self.sought, None
        if id_ is not None and id_ in self.rows.queue.ids:
            self.rows.go(self.rows.queue.ids.index(id_))
            self.action_open()

    def action_open(self) -> None:
        """Open the conversation under the cursor."""
        raise NotImplementedError

    def position(self, lines: Iterable[int] = ()) -> None:
        top, rows = self.query_one(Top), self.rows
        count = len(rows.queue.ids)
        words = (f"{rows.cursor + 1:,}/{count:,}" + ("" if rows.whole else "+")) if count else "empty"
        changed: dict[Painted, Iterable[int]] = {rows: lines}
        if (words, len(rows.selected)) != (top.position, top.selected):
            top.position, top.selected = words, len(rows.selected)
            changed[top] = [top.placed]
        at_once.paint(self, changed)

    # --- the figures around it ----------------------------------------------------------------------------

    async def keep_figures(self) -> None:
        """Read the figures anew after each reading of the list, which never waits for them."""
        while True:
            await self._counting.wait()
            self._counting.clear()
            try:
                figures = await self.post.ask(self._figures)
                if self.query(Top):  # else the screen is being left
                    self._say_figures(figures)
            except Problem as problem:
                self.say_problem(problem)

    def _figures(self, reader: Reader) -> Standing:
        """Return what the store holds; runs in a thread."""
        now, since = self.post.clock(), self._looked_at
        self._looked_at = now
        accounts, configured = reader.sources.accounts(), {one.name for one in self.post.config.accounts}
        synced, trouble = freshness(accounts, configured, now)
        voice = silent(accounts, configured, now, self.post.zone)
        found = {one.name: self._count(reader, one.query, now) for one in self.post.views}
        risky = reader.came_at_risk(since, now) if since else 0
        return Standing(reader.counts(now), found, synced, trouble, risky, voice)

    def _count(self, reader: Reader, words: str, now: datetime) -> int:
        from tui_inbox.rules.query import parse  # deferred: the first picture does not need it

        try:
            return reader.count(parse(words, now, self.post.zone), now)
        except Problem:
            return -1

    def _say_figures(self, read: Standing) -> None:
        """Draw the figures, put them into the terminal's title, and ring once for what has come to be at risk."""
        top, places, rows = self.query_one(Top), self.query_one(Places), self.rows
        self._counts = top.counts = places.counts = read.counts
        places.found, top.synced, top.silent = read.found, read.synced, read.silent
        if read.trouble != self._trouble and (read.trouble or self.query_one(Said).says(self._trouble)):
            self.say(read.trouble, trouble=bool(read.trouble))
        self._trouble, self.cut_off = read.trouble, unreached(read.trouble)
        self.app.post_message(Counted(read.counts))
        if read.at_risk:
            self.app.bell()
            said = f"{read.at_risk:,} {'is' if read.at_risk == 1 else 'are'} at risk now"
            self.say(f"{said}: {self.post.key('go.at_risk')} shows {'it' if read.at_risk == 1 else 'them'}.")
        self._say_nothing()
        self.foot()
        if not rows.queue.ids:
            rows.refresh()
        top.refresh()
        places.refresh()


def greeting(key: Named) -> str:
    """Return what somebody who sees the list for the first time needs to know."""
    said = f"Due first is on top. {key('list.down')} goes on, {key('list.open')} opens"
    return f"{said}, {key('desk.review')} goes through them, {key('desk.help')} teaches."

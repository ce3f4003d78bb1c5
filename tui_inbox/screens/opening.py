"""The conversation beside the list: read once the cursor has come to rest, and marked as seen where it is read."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from tui_inbox.problems import Problem
from tui_inbox.screens.glance import Glance, GlanceLine, glance
from tui_inbox.screens.hits import first_hit
from tui_inbox.screens.listing import Listing
from tui_inbox.screens.post import Post
from tui_inbox.screens.thread import Layout, lay_out
from tui_inbox.store.reader import Reader

PAUSE = 0.06
"""Seconds the cursor rests on a row before its conversation is read; while a key is held down, none is."""
REST = 0.15
"""Seconds more that it rests until the customer is read."""


class Opening(Listing):
    """A screen that shows the conversation under the cursor."""

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._turned = asyncio.Event()
        """Set when another conversation may be under the cursor, or the same may have changed."""
        self._patient, self._turning = True, False

    @property
    def resting(self) -> bool:
        """Whether nothing is being read, written or waited for; asked by what drives the screen: tests and pictures.

        While the program is left, nothing is read any more.
        """
        if self.post.leaving:
            return self.post.busy == 0
        waiting = any(one.is_set() for one in (self.stale, self._counting, self._turned)) or self._turning
        glancing = any(one.group in {"glance", "select"} and not one.is_finished for one in self.workers)
        return not waiting and not glancing and self.post.busy == 0

    def turned(self, *, elsewhere: bool = False) -> None:
        if elsewhere and self.reading.shown != self.rows.current:
            self._draw_nothing()
        self._turned.set()

    def _draw_nothing(self) -> None:
        """Have the panes beside the list show no conversation."""
        self.reading.show(None)
        self.query_one(Glance).show([])

    def unfold(self, *, opened: bool) -> None:
        self.opened = opened
        self.show_panes()

    def show_panes(self) -> None:
        """Show what there is room for. A class on the screen would have every part of it styled anew: 50 ms a key."""
        narrow = self.has_class("-narrow")
        self.query_one("#listing").display = not (narrow and self.opened)
        for pane in (self.query_one("#beside"), self.reading):
            pane.display = self.opened or not narrow

    async def keep_reading(self) -> None:
        """Keep the pane on the conversation under the cursor, and mark what has been read there as seen."""
        while True:
            await self._turned.wait()
            self._turning = True
            await self._rested()
            self._patient = True
            if self.reading.display:
                await self._turn()
            self._turning = False

    async def _rested(self) -> None:
        """Wait until the cursor has stood still for a moment, unless the agent asked for the conversation."""
        while self._turned.is_set():
            self._turned.clear()
            if self._patient and self.reading.display:
                await self.post.rest(PAUSE)

    async def _turn(self) -> None:
        """Draw the conversation under the cursor, unless the cursor has gone on meanwhile."""
        pane, id_ = self.reading, self.rows.current
        if id_ is None:
            self._draw_nothing()
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
            it, post = reader.customer(contact, now), self.post
            return glance(it, max(20, pane.size.width), now, post.zone, post.marks, key=post.key, brief=True)

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
        post = self.post
        layout = lay_out(whole, width, now, post.zone, folded=folded, marks=post.marks, key=post.key)
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
        if self.rows.selected:
            self.greeted()
        self._turned.set()

    def on_rows_opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        if self.rows.current is None:
            return
        self.greeted()
        self.unfold(opened=True)
        self.set_focus(self.reading)
        if self.reading.shown == self.rows.current and self.reading.layout_:
            self._mark_seen(self.reading.layout_)
        else:
            self.reading.show(None)
        self._hasten()

    def action_leave(self) -> None:
        self.unfold(opened=False)
        self.set_focus(self.rows)
        if self.has_class("-narrow"):
            self.reading.show(None)

    def action_pane(self) -> None:
        """Go to the conversation, or back to the list, where they stand beside each other."""
        if self.reading.has_focus:
            self.action_leave()
        elif self.reading.display:
            self.action_open()

    def action_turn(self, by: int) -> None:
        self._patient = False
        self.rows.action_step(by)

    def on_reading_resized(self) -> None:
        self._turned.set()

    def on_reading_folded(self) -> None:
        self._hasten()

    def _hasten(self) -> None:
        """Have the conversation under the cursor read without waiting for the cursor to rest."""
        self._patient = False
        self._turned.set()

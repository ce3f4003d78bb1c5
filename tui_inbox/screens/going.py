"""Going elsewhere on the desk: other queues, views, what lies behind a figure; and what is selected there."""

from __future__ import annotations

from collections.abc import Container

from tui_inbox.problems import Problem
from tui_inbox.screens import cells
from tui_inbox.screens.bars import Foot, Places, Top
from tui_inbox.screens.keys import OF_ROWS, shown
from tui_inbox.screens.post import Behind, Post
from tui_inbox.screens.search import SearchLine
from tui_inbox.screens.searching import Searching
from tui_inbox.screens.view import View
from tui_inbox.store.lines import Row
from tui_inbox.store.queues import Counts

SOON = 0.05
"""Seconds between two looks at whether a list has been read whole."""


class Going(Searching):
    """A screen whose list may be of any queue."""

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._counts: Counts | None = None
        self.opened = False
        """Whether the conversation has the screen, where there is room for one pane only."""
        self.sought: int | None = None
        """The conversation to open once its queue has been read."""

    def foot(self) -> None:
        """Offer the keys of which something would come here."""
        vain: Container[str] = ()
        if self.rows.current is None or (self.rows.waiting and self.in_step):
            there = self._counts is not None and any(self._counts.queues.values())
            vain = OF_ROWS if there else OF_ROWS | {"desk.undo", "desk.review"}
        foot, keys = self.query_one(Foot), shown(self.where(), self.post.keys, self.post.marks.ascii, vain)
        if keys != foot.keys:
            foot.keys = keys
            foot.refresh()

    def action_leave(self) -> None:
        """Go back from the conversation to the list."""
        raise NotImplementedError

    def action_go(self, where: str = "") -> None:
        if where:
            self.visit(where)
        else:
            from tui_inbox.screens.menus import GoTo  # deferred: the first picture does not need it

            self.app.push_screen(GoTo(self.post, self.numbers()), self.visit)

    def action_review(self, which: str = "") -> None:
        from tui_inbox.screens.reviewing import Reviews, begin  # deferred: the first picture does not need it

        def chosen(which: str | None) -> None:
            if which:
                self.run_worker(begin(self, self.view, which), group="review", exclusive=True)

        if which:
            chosen(which)
        else:
            self.app.push_screen(Reviews(self.post), chosen)

    def numbers(self) -> dict[str, int]:
        """Return how many conversations lie in each queue, by the names that `visit` takes; -1 for a broken view."""
        it = self._counts
        if it is None:
            return {}
        clocks = zip(cells.STANDINGS, (it.late, it.at_risk, it.on_time, it.no_sla, it.follow_up), strict=True)
        views = {f"={name}": count for name, count in self.query_one(Places).found.items()}
        return it.queues | {f"clock:{name}": count for name, count in clocks} | views

    def visit(self, where: str | None) -> None:
        """Show another queue; `?words` narrows the inbox, `=name` is a view of the configuration."""
        if where is None:
            return
        if where.startswith("page:"):
            self.open_page(where.removeprefix("page:"))
            return
        self._searching = False
        self.query_one(SearchLine).remove_class("-open")
        self._look_at(View("inbox", where[1:]) if where.startswith("?") else View(where))
        self._home = self.view
        self.action_leave()

    def open_page(self, which: str) -> None:
        """Open one of the pages over the desk: reports, sources, outbox, rules."""
        from tui_inbox.screens.overview import page_of  # deferred: the first picture does not need it

        self.app.push_screen(page_of(self.post, which), self.visit_behind)

    def visit_behind(self, found: Behind | None) -> None:
        """Show the conversations behind a figure."""
        if found is not None:
            self.post.behind = found.ids
            self._look_at(View(f"behind:{found.title}"))
            self._home = self.view
            self.action_leave()

    def visit_row(self, row: Row | None) -> None:
        """Show the queue in which *row* lies, with the cursor on it, and open it."""
        if row is not None:
            self.visit(row.place.value)
            self.sought = row.id

    def action_selecting(self) -> None:
        from tui_inbox.screens.menus import Select  # deferred: the first picture does not need it

        self.app.push_screen(Select(self.post), self.action_choose)

    def action_choose(self, which: str | None) -> None:
        """Select all that stands as *which* says; None leaves the selection as it is."""
        if which == "all" and not self.rows.whole:
            self.run_worker(self._choose_whole(), group="select", exclusive=True)
        elif which in {"all", "none"}:
            self.rows.choose(self.rows.queue.ids if which == "all" else ())
        elif which:
            self.run_worker(self._choose(which), group="select", exclusive=True)

    async def _choose_whole(self) -> None:
        """Select all of a list, once all of it has been read."""
        while not self.rows.whole:
            await self.post.rest(SOON)
        self.rows.choose(self.rows.queue.ids)

    async def _choose(self, which: str) -> None:
        now = self.post.clock()
        try:
            ids = await self.post.ask(lambda reader: reader.standing(which, now))
        except Problem as problem:
            self.say_problem(problem)
            return
        self.rows.choose(ids)
        if not self.rows.selected:
            self.say(f"Nothing here is {cells.STANDINGS[which].lower()}.")

    def on_top_chosen(self, event: Top.Chosen) -> None:
        self.visit(event.queue)

    def action_clear(self) -> None:
        if self.rows.selected:
            self.rows.choose(())
            return
        if self.view.queue == "search":
            self.action_leave_search()
        elif self.view != View("inbox"):
            self.visit("inbox")

"""Going elsewhere: other queues, and the search over everything, on the desk."""

from __future__ import annotations

from dataclasses import dataclass

from textual.events import Key
from textual.widgets import Input

from tui_inbox.config import View as Kept
from tui_inbox.problems import Problem
from tui_inbox.screens import cells
from tui_inbox.screens.asking import Asking
from tui_inbox.screens.bars import Places, Top
from tui_inbox.screens.post import Behind, Post
from tui_inbox.screens.prompt import type_into
from tui_inbox.screens.search import SearchLine
from tui_inbox.store.lines import Row
from tui_inbox.store.queues import Counts

SOON = 0.05
"""Seconds between two looks at whether a list has been read whole."""
SEARCHES = 100
"""Searches that are kept for the arrow up."""


@dataclass(frozen=True, slots=True)
class View:
    """What a list is of: a queue by its name (`=name` a view of the configuration), narrowed by a query."""

    queue: str
    words: str = ""


class Going(Asking):
    """A screen whose list may be of any queue, or of what a search finds."""

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self.view = View("inbox")
        self._home = self.view
        self._counts: Counts | None = None
        self._searching = False
        self.opened = False
        """Whether the conversation has the screen, where there is room for one pane only."""
        self._recalled = 0
        """How many searches back the arrow up has gone."""
        self._left: int | None = None
        """Where the cursor stood when the search began."""
        self.sought: int | None = None
        """The conversation to open once its queue has been read."""

    def unfold(self, *, opened: bool) -> None:
        """Give the conversation the screen, or the list, where there is room for one only."""
        raise NotImplementedError

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
                self.run_worker(begin(self, which), group="review", exclusive=True)

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
            self.overlook(where.removeprefix("page:"))
            return
        self._searching = False
        self.query_one(SearchLine).remove_class("-open")
        self._look_at(View("inbox", where[1:]) if where.startswith("?") else View(where))
        self._home = self.view
        self.action_leave()

    def overlook(self, which: str) -> None:
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

    def _look_at(self, view: View) -> None:
        self.view = view
        self.elsewhere.set()
        self.rows.selected = set()
        self.stale.set()

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

    def action_search(self) -> None:
        search = self.query_one(SearchLine)
        search.add_class("-open")
        self.unfold(opened=False)
        if not self._searching:
            search.line.action_select_all()
        if self.view == self._home and self.rows.current is not None:
            self._left = self.rows.current
        self._searching = True
        self.set_focus(search.line)
        self.view = View("search", search.line.value)
        self.elsewhere.set()
        self.stale.set()

    def take(self, event: Key) -> bool:
        """Keep for the search line what is typed before it has the focus; return whether the key was for it."""
        line = self.query_one(SearchLine).line
        if not self._searching or line.has_focus:
            return False
        if event.character and event.is_printable:
            type_into(line, event.character)
        elif event.key == "enter":
            self.action_results()
        else:
            return False
        return True

    def on_input_changed(self, event: Input.Changed) -> None:
        search = self.query_one(SearchLine)
        if search.has_class("-open"):
            search.offer()
            self._look_at(View("search", event.value))

    def action_complete(self) -> None:
        if not self.query_one(SearchLine).take_offer():
            self.action_results()

    def action_recall(self, back: int) -> None:
        """Take the search before the one in the line, or after it."""
        searches, line = self.post.searches, self.query_one(SearchLine).line
        if not self._recalled and back < 0:
            self.action_results()
            return
        self._recalled = max(0, min(self._recalled + back, len(searches)))
        line.value = searches[-self._recalled] if self._recalled else ""
        line.cursor_position = len(line.value)

    def _remember(self) -> None:
        """Keep what was searched for, for the arrow up."""
        self._recalled = 0
        if words := self.query_one(SearchLine).line.value.strip():
            self.post.searches = [*(one for one in self.post.searches if one != words), words][-SEARCHES:]

    def action_save(self) -> None:
        """Ask for a name and a key, under which the search is kept as a view in config.toml."""
        words, views = self.view.words.strip(), self.post.views
        if self.view.queue != "search" or not words:
            self.say("Search for something first; then this keeps it as a view.")
        elif any(one.query == words for one in views):
            self.say("That is a view already.")
        else:
            from tui_inbox.screens.saving import ViewPrompt  # deferred: the first picture does not need it

            self.app.push_screen(ViewPrompt(self.post, words), self._keep)

    def _keep(self, kept: Kept | None) -> None:
        """Show a view that was kept among the others."""
        if kept is not None:
            self.post.views.append(kept)
            self.query_one(Places).views = tuple(self.post.views)
            self.stale.set()
            leads = f": {self.post.key('desk.go')} {kept.key} leads here" if kept.key else ""
            self.say(f"Kept as the view {kept.name} in {self.post.written.name}{leads}.")

    def action_results(self) -> None:
        self._remember()
        self._searching = False
        self.stale.set()  # while typing only the newest are read
        self.query_one("#may").display = False
        self.set_focus(self.rows)

    def action_clear(self) -> None:
        if self.rows.drop():
            return
        if self.view.queue == "search":
            self.action_leave_search()
        elif self.view != View("inbox"):
            self.visit("inbox")

    def action_leave_search(self) -> None:
        self._remember()
        self._searching = False
        search = self.query_one(SearchLine)
        search.remove_class("-open")
        with self.prevent(Input.Changed):
            search.line.value = ""
        self.set_focus(self.rows)
        self._look_at(self._home)
        if self._left is not None:
            self.restored = frozenset({self._left})

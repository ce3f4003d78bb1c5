"""Going elsewhere: other queues, and the search over everything, on the desk."""

from __future__ import annotations

from dataclasses import dataclass

from textual.events import Key
from textual.widgets import Input

from tui_inbox.screens.asking import Asking
from tui_inbox.screens.bars import Top
from tui_inbox.screens.pages import GoTo
from tui_inbox.screens.post import Post
from tui_inbox.screens.prompt import type_into
from tui_inbox.screens.search import SearchLine
from tui_inbox.store.reader import Counts, Row


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
        self.sought: int | None = None
        """The conversation to open once its queue has been read."""

    def action_leave(self) -> None:
        """Go back from the conversation to the list."""
        raise NotImplementedError

    def action_go(self, where: str = "") -> None:
        if where:
            self.visit(where)
        else:
            self.app.push_screen(GoTo(self.post, self._counts.queues if self._counts else {}), self.visit)

    def visit(self, where: str | None) -> None:
        """Show another queue; `?words` narrows the inbox, `=name` is a view of the configuration."""
        if where is None:
            return
        self._searching = False
        self.query_one(SearchLine).remove_class("-open")
        self._look_at(View("inbox", where[1:]) if where.startswith("?") else View(where))
        self._home = self.view
        self.action_leave()

    def visit_row(self, row: Row | None) -> None:
        """Show the queue in which *row* lies, with the cursor on it, and open it."""
        if row is not None:
            self.visit(row.place.value)
            self.sought = row.id

    def _look_at(self, view: View) -> None:
        self.view = view
        self.rows.selected = set()
        self.stale.set()

    def on_top_chosen(self, event: Top.Chosen) -> None:
        self.visit(event.queue)

    def action_search(self) -> None:
        search = self.query_one(SearchLine)
        search.add_class("-open")
        self.remove_class("-open")
        self._searching = True
        self.set_focus(search.line)
        self.view = View("search", search.line.value)
        self.stale.set()

    def take(self, event: Key) -> bool:
        """Keep for the search line what is typed before it has the focus; return whether the key was for it."""
        line = self.query_one(SearchLine).line
        if not self._searching or line.has_focus:
            return False
        if event.character and event.is_printable:
            type_into(line, event.character)
        elif event.key in {"enter", "tab", "down"}:
            self.action_results()
        else:
            return False
        return True

    def on_input_changed(self, event: Input.Changed) -> None:
        if self.query_one(SearchLine).has_class("-open"):
            self._look_at(View("search", event.value))

    def action_results(self) -> None:
        self._searching = False
        self.set_focus(self.rows)

    def action_clear(self) -> None:
        if self.rows.drop():
            return
        if self.view.queue == "search":
            self.action_leave_search()
        elif self.view != View("inbox"):
            self.visit("inbox")

    def action_leave_search(self) -> None:
        self._searching = False
        search = self.query_one(SearchLine)
        search.remove_class("-open")
        with self.prevent(Input.Changed):
            search.line.value = ""
        self.set_focus(self.rows)
        self._look_at(self._home)

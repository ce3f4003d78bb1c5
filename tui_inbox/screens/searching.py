"""The search over everything, on the desk: results while it is typed, what was sought before, kept as a view."""

from __future__ import annotations

from textual.events import Key
from textual.widgets import Input

from tui_inbox.config import View as Kept
from tui_inbox.screens.asking import Asking
from tui_inbox.screens.bars import Places
from tui_inbox.screens.post import Post
from tui_inbox.screens.search import SearchLine
from tui_inbox.screens.typed import type_into
from tui_inbox.screens.view import View

SEARCHES = 100
"""Searches that are kept for the arrow up."""


class Searching(Asking):
    """A screen whose list may be of what a search finds."""

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self.view = View("inbox")
        self._home = self.view
        """What the list was of before the search, and is again behind it."""
        self._searching = False
        """Whether a search is being typed."""
        self._left: int | None = None
        """Where the cursor stood when the search began."""
        self._recalled = 0
        """How many searches back the arrow up has gone."""

    def unfold(self, *, opened: bool) -> None:
        """Give the conversation the screen, or the list, where there is room for one only."""
        raise NotImplementedError

    def _look_at(self, view: View) -> None:
        self.view = view
        self.elsewhere.set()
        self.rows.selected = set()
        self.stale.set()

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
            self.say(f"Kept as the view {kept.name} in {self.post.config_file.name}{leads}.")

    def action_results(self) -> None:
        self._remember()
        self._searching = False
        self.stale.set()  # while typing only the newest are read
        self.query_one("#may").display = False
        self.set_focus(self.rows)

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

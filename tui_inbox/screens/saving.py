"""The prompt that keeps a search as a view in config.toml: its name, then its key."""

from __future__ import annotations

from textual.content import Content

from tui_inbox.config import View
from tui_inbox.problems import Misconfigured, Problem
from tui_inbox.screens import paint
from tui_inbox.screens.keys import check_views, named, reached
from tui_inbox.screens.post import Post
from tui_inbox.screens.prompt import Prompt

OFFERED = "6789"
"""Keys that are offered, the first one that is free."""


class ViewPrompt(Prompt[View]):
    """Asks how the view is called, then which key leads to it; what is taken is said before anything is written."""

    def __init__(self, post: Post, words: str) -> None:
        super().__init__(post, f"Keep as a view: {words}", f"its name; {post.key('prompt.confirm')} takes the search")
        self._words = words
        self._name = ""
        """How it is called, once that has been said."""

    def begin(self) -> None:
        self.typed("")

    def typed(self, text: str) -> None:
        if not self.holding:
            self._show(self._wanted(text.strip()))

    def _wanted(self, text: str) -> View:
        """Return the view that *text* makes, as far as it has been said."""
        return View(self._name or text or self._words, self._words, text if self._name else "")

    def _wrong(self, view: View) -> str:
        """Return why *view* cannot be kept; "" where it can."""
        if any(one.name.casefold() == view.name.casefold() for one in self.post.views):
            return f"There is a view called {view.name} already. Give this one another name."
        if len(view.key) > 1:
            return "A key is one character: take a letter or a digit."
        try:
            check_views([*self.post.views, view], self.post.keys)
        except Misconfigured as problem:
            return f"{problem.what} {problem.hint}"
        return ""

    def _show(self, view: View) -> None:
        leads = f"{self.post.key('desk.go')} {view.key} leads there." if view.key else ""
        if wrong := self._wrong(view):
            self.preview(paint.lines([[(wrong, "warning")]]))
        elif self._name:
            self.preview(paint.lines([[(leads or "No key leads there; it stands among the queues.", "good")]]))
        else:
            self.preview(paint.lines([[(f"It is called {view.name}; its key comes next.", "quiet")]]))

    def confirm(self) -> None:
        view = self._wanted(self.line.value.strip())
        if self.holding or self._wrong(view):
            return
        if not self._name:
            self._name = view.name
            self.choices(Content(paint.gate(f"Called {view.name}")))
            taken = {named(one.key) for one in self.post.views} | reached(self.post.keys)
            self.line.placeholder = f"its key after {self.post.key('desk.go')}; empty: none"
            self.line.value = next((key for key in OFFERED if key not in taken), "")
            self.line.cursor_position = len(self.line.value)
            self.line.action_select_all()
            self._show(self._wanted(self.line.value))
            return
        self.holding = True
        self.run_worker(self._write(view), group="write", exclusive=True)

    async def _write(self, view: View) -> None:
        def written() -> None:
            from tui_inbox.config.written import add_view  # deferred: it brings what writes TOML

            table = {"name": view.name, "query": view.query, "key": view.key}
            add_view(self.post.config_file, {key: value for key, value in table.items() if value})

        try:
            await self.post.do(written)
        except Problem as problem:
            self.holding = False
            self.preview(paint.lines([[(problem.what, "warning")], [(problem.hint, "quiet")]]))
        else:
            self.dismiss(view)

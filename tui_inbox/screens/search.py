"""The search line: results come while typing, and what is not understood is said below it."""

from __future__ import annotations

import re

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui_inbox.screens import paint
from tui_inbox.screens.keys import SEARCH, bindings


class Asked(Input):
    """Where the query is typed."""

    BINDINGS = bindings(SEARCH)  # type: ignore[assignment]  # Textual types this as a mixed list


class SearchLine(Vertical):
    """A line to type in, above the list; shown while searching."""

    DEFAULT_CSS = """
    SearchLine { height: auto; max-height: 4; display: none; }
    SearchLine.-open { display: block; }
    SearchLine Asked { border: none; height: 1; padding: 0 1 !important; background: $panel; }
    SearchLine #may { color: $text-muted; display: none; height: 1; }
    SearchLine Static { padding: 0 1; height: auto; max-height: 2; color: $text-error; }
    """

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        """The one that completes."""

    def compose(self) -> ComposeResult:
        # Not selected on focus: that comes late, and would have the next letter replace those typed before it.
        yield Asked(
            placeholder="search: words, from:ada is:late before:2026-03-01",
            id="query",
            compact=True,
            select_on_focus=False,
        )
        yield Static("", id="may", markup=False)
        yield Static("", id="wrong", markup=False)

    @property
    def line(self) -> Asked:
        """Where the query is typed."""
        return self.query_one(Asked)

    def offers(self) -> list[str]:
        """Return what the word at the cursor may become."""
        from tui_inbox.rules.typed import complete  # deferred: the first picture does not need it

        return complete(self.line.value, self.line.cursor_position)

    def offer(self) -> None:
        """Show what Tab would write, and what else may follow."""
        said, found = self.query_one("#may", Static), self.offers()
        said.update(Content(paint.gate(f"{self.key}: " + "  ".join(found))))
        said.display = bool(found)

    def take_offer(self) -> bool:
        """Write the first of what is offered in place of the word at the cursor; return whether there was any."""
        line, found = self.line, self.offers()
        if found:
            before = line.value[: line.cursor_position]
            start = len(before) - len(re.split(r"[\s(]", before)[-1])
            line.replace(found[0], start, line.cursor_position)
        return bool(found)

    def wrong(self, words: str) -> None:
        """Say what was not understood; nothing where all was."""
        said = self.query_one("#wrong", Static)
        words = "" if self.line.has_focus and self.offers() else words
        said.update(Content(paint.gate(words)))
        said.display = bool(words)

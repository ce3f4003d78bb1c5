"""What a list is of: a queue, a view of the configuration, a search, or what lies behind a figure; and its name."""

from __future__ import annotations

from dataclasses import dataclass

from tui_inbox.screens import cells


@dataclass(frozen=True, slots=True)
class View:
    """What a list is of: a queue by its name (`=name` a view of the configuration), narrowed by a query."""

    queue: str
    words: str = ""

    @property
    def key(self) -> str:
        """What tells this list from every other."""
        return f"{self.queue} {self.words}"

    @property
    def title(self) -> str:
        """What the list is called above it."""
        if self.queue == "search":
            return "Search"
        if self.queue.startswith("clock:"):
            return f"Inbox, {cells.STANDINGS[self.queue.removeprefix('clock:')].lower()}"
        if self.queue.startswith("behind:"):
            return self.queue.removeprefix("behind:")
        title = self.queue[1:] if self.queue.startswith("=") else cells.TITLES.get(self.queue, self.queue)
        return f"{title}, {self.words}" if self.words else title

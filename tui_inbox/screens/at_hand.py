"""The rows of a long queue that are at hand: those around what is visible, read a page at a time."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from tui_inbox.store.lines import Row

KEPT = 4096
"""Rows that are kept at most; then all are read anew."""
LEAST = 8
"""Rows that a page has at least."""


class AtHand:
    """Of all rows of `ids`, those that have been looked at; *window* reads more of them."""

    def __init__(self, window: Callable[[Sequence[int]], list[Row]]) -> None:
        self.window = window
        self.ids = array("q")
        self._kept: dict[int, Row] = {}

    def begin(self, ids: array[int]) -> None:
        """Hold none of the rows any more, and take *ids* for the queue."""
        self.ids = ids
        self._kept.clear()

    def row(self, index: int, page: int) -> Row | None:
        """Return the row at *index*, reading *page* rows before and behind it where it is not at hand."""
        if not 0 <= index < len(self.ids):
            return None
        id_, kept = self.ids[index], self._kept
        if id_ not in kept:
            if len(kept) > KEPT:
                kept.clear()
            page = max(LEAST, page)
            around = self.ids[max(0, index - page) : index + 2 * page]
            kept.update((row.id, row) for row in self.window([one for one in around if one not in kept]))
        return kept.get(id_)

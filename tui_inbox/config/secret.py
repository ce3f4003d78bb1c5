"""A text that does not show itself."""

from __future__ import annotations


class Secret(str):
    """A password or token; it is a text like any other, but `repr` does not tell it, and so no traceback does."""

    def __repr__(self) -> str:
        return "<secret>"

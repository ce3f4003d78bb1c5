"""What was typed before its line could take it, put there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.widgets import Input


def type_into(line: Input, text: str) -> None:
    """Put what was typed into *line*, in place of what is selected there."""
    if line.selection.is_empty:
        line.insert_text_at_cursor(text)
    else:
        line.replace(text, *line.selection)

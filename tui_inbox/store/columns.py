"""Types of columns that SQLite does not have of itself."""

from __future__ import annotations

from sqlalchemy import Dialect, String, TypeDecorator

from tui_inbox.store import texts


class Words(TypeDecorator[str]):
    """A text that is kept compressed where it is long (`texts.py`)."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> texts.Kept | None:
        return None if value is None else texts.packed(value)

    def process_result_value(self, value: texts.Kept | None, dialect: Dialect) -> str | None:
        return None if value is None else texts.unpacked(value)

"""How the store keeps what a message says: long texts compressed, for the bytes as they came hold them once more."""

from __future__ import annotations

import sqlite3
import zlib

Kept = str | bytes
"""A text as it lies in its column: itself, or its UTF-8 as a stream of zlib (RFC 1950)."""

SHORT = 256
"""Characters up to which a text stays as it is: of a line of a chat nothing would be saved."""


def packed(text: str) -> Kept:
    """Return *text* as it is kept."""
    return text if len(text) <= SHORT else zlib.compress(text.encode(), 6)


def unpacked(kept: Kept) -> str:
    """Return the text that was kept."""
    return kept if isinstance(kept, str) else zlib.decompress(kept).decode()


def teach(connection: sqlite3.Connection) -> None:
    """Give *connection* the function `unpacked`, for conditions on texts."""
    connection.create_function("unpacked", 1, unpacked, deterministic=True)

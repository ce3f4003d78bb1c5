"""Messages of chats whose key hangs on their words, found again when the words are gone: unsent, or not yet unsent."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, text

from tui_inbox.store.already import KNOWN, Known, known_of
from tui_inbox.store.tables import MessageRow, table

_message = table(MessageRow)
_DELETED = text("message.state = 'deleted'")
"""Written out, so that the index of deleted messages answers it."""


def beginning(connection: Connection, account_id: int, thread: str, stem: str) -> list[tuple[str, Known]]:
    """Return the messages of a chat whose keys begin with *stem*, by their keys, in their order."""
    rows = connection.execute(
        KNOWN.where(
            _message.c.account_id == account_id,
            _message.c.thread_key == thread,
            _message.c.key.between(stem, f"{stem}\U0010ffff"),
        ).order_by(_message.c.key)
    )
    return [(row.key, known_of(row)) for row in rows]


def deleted(connection: Connection, account_id: int, threads: Collection[str]) -> dict[tuple[str, str], Known]:
    """Return the deleted messages of chats, by chat and key."""
    wanted = list(threads)
    found: dict[tuple[str, str], Known] = {}
    for start in range(0, len(wanted), 800):
        part = _message.c.thread_key.in_(wanted[start : start + 800])
        rows = connection.execute(KNOWN.where(_message.c.account_id == account_id, part, _DELETED))
        found |= {(row.thread_key, row.key): known_of(row) for row in rows}
    return found

"""Chats that one export gives by their number and another by their name only: which of them are one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update

from tui_inbox.store import ties
from tui_inbox.store.moments import moment
from tui_inbox.store.tables import IdentityRow, MessageRow, ThreadRow, table
from tui_inbox.store.ties import Thread

_thread, _message, _identity = table(ThreadRow), table(MessageRow), table(IdentityRow)


def remembered(connection: Connection, account_id: int, keys: Collection[str]) -> dict[str, Thread]:
    """Return the threads that chats offered as *keys* turned out to be, by those keys."""
    found = ties.by_mail_id(connection, account_id, {f"chat:{key}" for key in keys})
    threads = ties.threads(connection, set(found.values()))
    return {name.removeprefix("chat:"): threads[id_] for name, id_ in found.items() if id_ in threads}


def remember(connection: Connection, account_id: int, key: str, thread: int) -> None:
    """Remember that the chat offered as *key* is *thread*."""
    ties.tie_ids(connection, account_id, thread, [f"chat:{key}"])


def called(connection: Connection, account_id: int, title: str, *, but: str) -> list[Thread]:
    """Return the chats called *title*, but for the one of key *but*."""
    wanted = select(_thread.c.id, _thread.c.key).where(
        _thread.c.account_id == account_id, _thread.c.title == title, _thread.c.key != but
    )
    ids = [row.id for row in connection.execute(wanted.limit(20))]
    return list(ties.threads(connection, ids).values())


def said_in(
    connection: Connection, account_id: int, thread: str, times: Mapping[str, datetime]
) -> dict[str, str | None]:
    """Return which messages of a chat are here at the very *times* of their keys, and whose they are (identity key)."""
    found: dict[str, str | None] = {}
    wanted = list(times)
    for start in range(0, len(wanted), 800):
        rows = connection.execute(
            select(_message.c.key, _message.c.received_at, _identity.c.key.label("who"))
            .outerjoin(_identity, _identity.c.id == _message.c.identity_id)
            .where(
                _message.c.account_id == account_id,
                _message.c.thread_key == thread,
                _message.c.key.in_(wanted[start : start + 800]),
            )
        )
        found |= {row.key: row.who for row in rows if moment(row.received_at) == times[row.key]}
    return found


def rekey(connection: Connection, account_id: int, thread: str, into: str) -> None:
    """Give the messages of chat *thread* to chat *into*, in which none of them is yet."""
    connection.execute(
        update(_message)
        .where(_message.c.account_id == account_id, _message.c.thread_key == thread)
        .values(thread_key=into)
    )

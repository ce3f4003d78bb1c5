"""What is here already, as far as what comes in must know it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, func, select

from tui_inbox.rules import aligned
from tui_inbox.rules.model import Class, Direction, State
from tui_inbox.store.moments import as_written, moment
from tui_inbox.store.tables import IdentityRow, MessageRow, table
from tui_inbox.store.texts import unpacked

_identity = table(IdentityRow)
_message = table(MessageRow)


_WRITTEN = func.coalesce(_message.c.local_at, _message.c.sent_at)
"""The time as written, or in UTC where the file names the zone: the index of a thread is by it."""

_LINED = select(
    _message.c.id,
    _message.c.key,
    _WRITTEN.label("written_at"),
    _message.c.precision,
    _message.c.token,
    _message.c.sender_identity,
    _message.c.sender_name,
    _message.c.position,
    _message.c.conversation_id,
    _message.c.state,
    _message.c.edited_at,
    _message.c.history,
)


@dataclass(frozen=True, slots=True)
class Known:
    """A message that is here already, as far as a new arrival of it must know."""

    id: int
    conversation_id: int
    state: State
    edited_at: datetime | None
    history: bool
    text_digest: bytes
    rank: int = 0
    """Which of its copies was taken: 0 is our own, in the folder of sent mail."""


KNOWN = select(
    _message.c.id,
    _message.c.conversation_id,
    _message.c.thread_key,
    _message.c.key,
    _message.c.state,
    _message.c.edited_at,
    _message.c.history,
    _message.c.text,
    _message.c.rank,
)


@cache
def _known_among(count: int) -> str:
    """Return the statement that looks *count* keys up one by one: a list of pairs would have all of an account read."""
    columns = ", ".join(f"m.{column.name}" for column in KNOWN.selected_columns)
    wanted = ", ".join(["(?, ?)"] * count)
    return (
        f"WITH wanted(thread_key, key) AS (VALUES {wanted}) SELECT {columns} FROM wanted"  # noqa: S608 - names of columns
        " CROSS JOIN message m ON m.account_id = ? AND m.thread_key = wanted.thread_key AND m.key = wanted.key"
    )


def known(connection: Connection, account_id: int, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """Return what is here already of *keys* (thread key, key)."""
    found: dict[tuple[str, str], Known] = {}
    wanted = list(keys)
    for start in range(0, len(wanted), 400):
        part = wanted[start : start + 400]
        values = [value for pair in part for value in pair]
        for row in connection.exec_driver_sql(_known_among(len(part)), (*values, account_id)):
            found[(row.thread_key, row.key)] = known_of(row)
    return found


def known_of(row: Row[*tuple[Any, ...]]) -> Known:
    """Return what a row of `KNOWN` says."""
    state, digest = State(row.state), text_digest(unpacked(row.text))
    return Known(row.id, row.conversation_id, state, moment(row.edited_at), bool(row.history), digest, row.rank)


@dataclass(frozen=True, slots=True)
class Lined:
    """A stored message of a chat without ids, as ordered alignment compares it."""

    id: int
    key: str
    at: datetime | None
    precision: str
    token: str
    sender: str
    position: int
    known: Known

    @property
    def as_known(self) -> aligned.Known:
        return aligned.Known(self.id, self.at, self.precision, self.token, self.sender, self.position)


_TIMELESS = 10_000
"""Messages of a chat whose time cannot be read that are compared."""


def lined(
    connection: Connection,
    thread_id: int,
    between: tuple[datetime, datetime] | None,
    without: Collection[int] = (),
) -> tuple[list[Lined], set[str]]:
    """Return the stored messages of a chat, those written *between* two naive times, but for those *without*; and the
    first ten thousand of those whose time cannot be read.

    Beside them the keys of all of these. A digest of their text is not worked out: alignment compares tokens.
    """
    here = _message.c.thread_id == thread_id
    rows = connection.execute(_LINED.where(here, _WRITTEN.is_(None)).limit(_TIMELESS)).all()
    if between is not None:
        span = as_written(between[0]), as_written(between[1])
        rows = [*rows, *connection.execute(_LINED.where(here, _WRITTEN.between(*span)))]
    found: list[Lined] = []
    keys: set[str] = set()
    for id_, key, at, precision, token, identity, name, position, conversation, state, edited, history in rows:
        keys.add(key)
        if id_ not in without:
            known = Known(id_, conversation, State(state), moment(edited), history, b"")
            written = None if at is None else moment(at).replace(tzinfo=None)
            found.append(Lined(id_, key, written, precision, token, identity or name, position, known))
    return found, keys


def spoken_as(
    connection: Connection, account_id: int, thread_key: str, name: str
) -> tuple[Direction, str | None] | None:
    """Return how somebody called *name* speaks in a chat: the direction, and the key of their identity."""
    row = connection.execute(
        select(_message.c.direction, _identity.c.key)
        .outerjoin(_identity, _identity.c.id == _message.c.identity_id)
        .where(
            _message.c.account_id == account_id,
            _message.c.thread_key == thread_key,
            (_message.c.sender_name == name) | (_message.c.sender_identity == name),
            _message.c["class"] != Class.SYSTEM.value,
        )
        .limit(1)
    ).one_or_none()
    return None if row is None else (Direction(row.direction), row.key)


def text_digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def watermark(connection: Connection) -> int:
    """Return the highest message id: all that had arrived."""
    return int(connection.execute(select(func.max(_message.c.id))).scalar() or 0)

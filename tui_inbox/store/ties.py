"""Which thread a message belongs to: the threads, and the mail ids that are tied to them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from tui_inbox.store.moments import moment, stored
from tui_inbox.store.tables import MailIdRow, MessageRow, ThreadRow, table
from tui_inbox.store.writer import driver

_thread = table(ThreadRow)
_mail_id, _message = table(MailIdRow), table(MessageRow)


# What every mail asks is the driver's own words: the layer above them costs several times what they do.
_ADD_THREAD = "INSERT INTO thread (account_id, key, title, is_group, first_at) VALUES (?, ?, ?, ?, ?)"
_TIE_IDS = "INSERT INTO mail_id (account_id, message_id, thread_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread. `me` and `zone` are what the agent said of this one alone."""

    id: int
    key: str
    first_at: datetime
    me: tuple[str, ...] | None = None
    zone: str | None = None


def by_mail_id(connection: Connection, account_id: int, ids: Collection[str]) -> dict[str, int]:
    """Return the threads that mail ids belong to."""
    wanted = list(ids)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 800):
        rows = connection.execute(
            select(_mail_id.c.message_id, _mail_id.c.thread_id).where(
                _mail_id.c.account_id == account_id, _mail_id.c.message_id.in_(wanted[start : start + 800])
            )
        )
        found.update({row.message_id: row.thread_id for row in rows})
    return found


def thread_by_key(connection: Connection, account_id: int, key: str) -> Thread | None:
    """Return the thread of an account that its channel calls *key*; None where none is here."""
    row = connection.execute(
        select(_thread).where(_thread.c.account_id == account_id, _thread.c.key == key)
    ).one_or_none()
    return None if row is None else _thread_of(row)


def corrected_threads(connection: Connection, account_id: int) -> list[Thread]:
    """Return the threads of which the agent said who is me, or in which zone they were written."""
    told = _thread.c.me.is_not(None) | _thread.c.zone.is_not(None)
    return [
        _thread_of(row) for row in connection.execute(select(_thread).where(_thread.c.account_id == account_id, told))
    ]


def threads_by_key(connection: Connection, account_id: int, keys: Collection[str]) -> dict[str, Thread]:
    """Return those threads of an account that are here, by their keys."""
    wanted = list(keys)
    found: dict[str, Thread] = {}
    for start in range(0, len(wanted), 800):
        part = wanted[start : start + 800]
        rows = connection.execute(select(_thread).where(_thread.c.account_id == account_id, _thread.c.key.in_(part)))
        found |= {row.key: _thread_of(row) for row in rows}
    return found


def threads(connection: Connection, ids: Collection[int]) -> dict[int, Thread]:
    """Return threads by their ids."""
    wanted = list(ids)
    found: dict[int, Thread] = {}
    for start in range(0, len(wanted), 800):
        rows = connection.execute(select(_thread).where(_thread.c.id.in_(wanted[start : start + 800])))
        found |= {row.id: _thread_of(row) for row in rows}
    return found


def _thread_of(row: Row[*tuple[Any, ...]]) -> Thread:
    me = None if row.me is None else tuple(json.loads(row.me))
    return Thread(row.id, row.key, moment(row.first_at), me, row.zone)


def begin_thread(connection: Connection, account_id: int, key: str, title: str, group: bool, now: datetime) -> Thread:
    """Return a new thread, first seen *now*."""
    done = driver(connection).execute(_ADD_THREAD, (account_id, key, title, group, stored(now)))
    return Thread(int(done.lastrowid), key, moment(stored(now)))


Tie = tuple[int, str, int]
"""An account, a mail id, and the thread that it belongs to there."""


def tie_ids(connection: Connection, account_id: int, thread_id: int, ids: Iterable[str]) -> None:
    """Say that mail ids belong to a thread."""
    tie(connection, [(account_id, one, thread_id) for one in ids])


def tie(connection: Connection, ties: Iterable[Tie]) -> None:
    """Say of each of *ties* that it is so."""
    driver(connection).executemany(_TIE_IDS, sorted(ties))  # in the order of their table


def join_threads(connection: Connection, into: int, others: Collection[int]) -> None:
    """Make several threads one: a late parent proved that they are."""
    for row in (_mail_id, _message):
        connection.execute(update(row).where(row.c.thread_id.in_(others)).values(thread_id=into))
    first = connection.execute(select(func.min(_thread.c.first_at)).where(_thread.c.id.in_([into, *others]))).scalar()
    connection.execute(update(_thread).where(_thread.c.id == into).values(first_at=first))

"""The outbox as it is looked at: what waits and why; over SQLite alone, so that a look costs nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tui_inbox.rules import clean
from tui_inbox.store import migrations
from tui_inbox.store.moments import moment, stored

RECENT = timedelta(days=7)
"""How long what came back stays in the list."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One thing on its way out, or just come back. All text is safe for a terminal."""

    id: int
    conversation: int
    act: int
    kind: str
    to: str
    subject: str
    state: str
    tries: int
    next_try: datetime | None
    problem: str
    created: datetime
    sent: datetime | None
    account: str
    message_id: str


def posted(store: Path, now: datetime, *, everything: bool = False) -> list[Posted]:
    """Return what waits, and what came back or failed within RECENT, oldest first; *everything*: what went out too."""
    where = "" if everything else _UNFINISHED
    with closing(migrations.connect(store, read_only=True)) as connection:
        whole = f"SELECT * FROM ({_ALL}){where} ORDER BY created, id"  # noqa: S608 - our own words only
        rows = connection.execute(whole, {"since": stored(now - RECENT)})
        return [_posted(row) for row in rows.fetchall()]


_ALL = (
    'SELECT o.id, o.conversation_id, o.act_id, o.kind, o."to", c.subject, o.state, o.tries, o.not_before,'
    " o.problem, o.created_at AS created, o.sent_at, o.account, o.message_id,"
    " MAX(o.created_at, COALESCE(o.tried_at, 0)) AS touched"
    " FROM outbox o JOIN conversation c ON c.id = o.conversation_id"
    " UNION ALL "
    "SELECT m.id, m.conversation_id, m.act_id, m.kind, m.target, c.subject, m.state, m.tries, m.not_before,"
    " m.problem, m.created_at AS created, CASE m.state WHEN 'moved' THEN m.ended_at END, a.name, g.external_id,"
    " MAX(m.created_at, COALESCE(m.ended_at, 0)) AS touched"
    " FROM move m JOIN conversation c ON c.id = m.conversation_id JOIN account a ON a.id = m.account_id"
    " JOIN message g ON g.id = m.message_id"
)
_UNFINISHED = (
    " WHERE state IN ('waiting', 'sending', 'moving')"
    " OR state IN ('refused', 'bounced', 'returned', 'failed') AND touched > :since"
)


def of(connection: sqlite3.Connection, conversation: int) -> tuple[Posted, ...]:
    """Return what of one conversation waits to go out, or was refused for good, oldest first."""
    rows = connection.execute(
        f"SELECT * FROM ({_ALL}) WHERE conversation_id = ?"  # noqa: S608 - our own words only
        " AND state IN ('waiting', 'sending', 'moving', 'refused', 'failed') ORDER BY created, id",
        (conversation,),
    )
    return tuple(_posted(tuple(row)) for row in rows)


def _posted(row: tuple[Any, ...]) -> Posted:
    return Posted(
        row[0],
        row[1],
        row[2],
        row[3],
        clean.line(row[4]),
        clean.line(row[5]),
        row[6],
        row[7],
        moment(row[8]) if row[6] in ("waiting", "sending", "moving") else None,
        clean.line(row[9] or ""),
        moment(row[10]),
        moment(row[11]),
        clean.line(row[12] or ""),
        row[13] or "",
    )


def next_try(store: Path, after: datetime) -> datetime | None:
    """Return when something may next go out, of what waits for a moment later than *after*; None where nothing does."""
    return _next(store, "SELECT MIN(not_before) FROM outbox WHERE state IN ('waiting', 'sending')", after)


def next_move(store: Path, account: str, after: datetime) -> datetime | None:
    """Return when a mail of *account* may next be moved on its server, as `next_try` does."""
    pending = (
        "SELECT MIN(not_before) FROM move WHERE state IN ('waiting', 'moving')"
        " AND account_id = (SELECT id FROM account WHERE name = ?)"
    )
    return _next(store, pending, after, account)


def _next(store: Path, pending: str, after: datetime, *named: str) -> datetime | None:
    with closing(migrations.connect(store, read_only=True)) as connection:
        found: int | None = connection.execute(f"{pending} AND not_before > ?", (*named, stored(after))).fetchone()[0]
    return moment(found)


def moves_wait(store: Path, account: str) -> bool:
    """Return whether mails of *account* wait to be moved on its server."""
    with closing(migrations.connect(store, read_only=True)) as connection:
        found = connection.execute(
            "SELECT 1 FROM move m JOIN account a ON a.id = m.account_id"
            " WHERE m.state IN ('waiting', 'moving') AND a.name = ? LIMIT 1",
            (account,),
        ).fetchone()
    return found is not None


def idle(store: Path) -> bool:
    """Return whether nothing waits, and no copy is owed to the sent mail."""
    with closing(migrations.connect(store, read_only=True)) as connection:
        found = connection.execute(
            "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') OR (state = 'sent' AND copy = 'owed') LIMIT 1"
        ).fetchone()
    return found is None

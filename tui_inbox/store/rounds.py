"""What the end of a round over a mailbox asks and notes, over SQLite alone: a round without news opens no writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from tui_inbox.store import migrations
from tui_inbox.store.moments import stored


@contextmanager
def look(store: Path) -> Iterator[sqlite3.Connection]:
    """Yield a read-only connection, whose troubles are said in words."""
    with _worded(store), closing(migrations.connect(store, read_only=True)) as connection:
        yield connection


def taken_out(connection: sqlite3.Connection, account: str) -> list[int]:
    """Return the conversations of *account* that another program has taken out of the server's inbox folders.

    Not archived here, none of their messages lies there any more, and nobody acted since the last one left.
    """
    return [id_ for (id_,) in connection.execute(_TAKEN_OUT, (account,)).fetchall()]


# Begun with the few places that are gone: begun with the conversations, it took a second in each round at a million.
_TAKEN_OUT = """
WITH gone (id, at) AS (
  SELECT m.conversation_id, MAX(l.gone_at)
  FROM location l CROSS JOIN message m ON m.id = l.message_id
  WHERE l.inbox AND l.gone_at IS NOT NULL
  GROUP BY m.conversation_id
)
SELECT c.id FROM gone CROSS JOIN conversation c ON c.id = gone.id
WHERE c.account_id = (SELECT id FROM account WHERE name = ?)
  AND c.place IN ('inbox', 'snoozed', 'handed_over')
  AND c.merged_into IS NULL
  AND gone.at > (
    SELECT COALESCE(MAX(COALESCE(undone_at, at)), 0) FROM act WHERE conversation_id = c.id AND verb <> 'route'
  )
  AND NOT EXISTS (
    SELECT 1 FROM message m JOIN location l ON l.message_id = m.id
    WHERE m.conversation_id = c.id AND l.inbox AND l.gone_at IS NULL
  )
ORDER BY c.id
"""


def turned(connection: sqlite3.Connection, now: datetime) -> list[int]:
    """Return the conversations that time alone has moved since they were last recorded, and those left stale."""
    moved = "SELECT id FROM conversation WHERE turns_at <= ? UNION SELECT id FROM conversation WHERE stale ORDER BY id"
    return [id_ for (id_,) in connection.execute(moved, (stored(now),)).fetchall()]


def synced(store: Path, account: str, at: datetime | None, problem: str | None) -> bool:
    """Record how the last run of *account* ended; *at* None leaves the last complete one.

    Returns whether there was such an account: nothing may have come from it yet.
    """
    with _worded(store), closing(migrations.connect(store)) as connection:
        done = connection.execute(
            "UPDATE account SET problem = ?, synced_at = COALESCE(?, synced_at) WHERE name = ?",
            (problem, stored(at), account),
        )
        return done.rowcount > 0


@contextmanager
def _worded(store: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as trouble:
        raise migrations.trouble_of(store, trouble) from trouble

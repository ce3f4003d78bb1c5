"""The outbox as it is looked at: what waits and why; over SQLite alone, so that a look costs nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

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
    """Return what waits, and what came back within RECENT, oldest first; *everything*: what went out too."""
    where = "1" if everything else "o.state IN ('waiting', 'sending') OR (o.state IN ('refused', 'bounced', 'returned')"
    where += "" if everything else " AND MAX(o.created_at, COALESCE(o.tried_at, 0)) > :since)"
    with closing(migrations.connect(store, read_only=True)) as connection:
        rows = connection.execute(
            'SELECT o.id, o.conversation_id, o.act_id, o.kind, o."to", c.subject, o.state, o.tries, o.not_before,'  # noqa: S608 - our own words only
            " o.problem, o.created_at, o.sent_at, o.account, o.message_id"
            f" FROM outbox o JOIN conversation c ON c.id = o.conversation_id WHERE {where} ORDER BY o.id",
            {"since": stored(now - RECENT)},
        ).fetchall()
    return [
        Posted(
            row[0],
            row[1],
            row[2],
            row[3],
            clean.line(row[4]),
            clean.line(row[5]),
            row[6],
            row[7],
            moment(row[8]) if row[6] in ("waiting", "sending") else None,
            clean.line(row[9] or ""),
            moment(row[10]),
            moment(row[11]),
            clean.line(row[12] or ""),
            row[13] or "",
        )
        for row in rows
    ]


def next_try(store: Path) -> datetime | None:
    """Return when something may next go out; None where nothing waits."""
    with closing(migrations.connect(store, read_only=True)) as connection:
        found: int | None = connection.execute(
            "SELECT MIN(not_before) FROM outbox WHERE state IN ('waiting', 'sending')"
        ).fetchone()[0]
    return moment(found)


def idle(store: Path) -> bool:
    """Return whether nothing waits, and no copy is owed to the sent mail."""
    with closing(migrations.connect(store, read_only=True)) as connection:
        found = connection.execute(
            "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') OR (state = 'sent' AND copy = 'owed') LIMIT 1"
        ).fetchone()
    return found is None

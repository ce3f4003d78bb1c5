"""Which rule did what: how many conversations each has matched, which, and when it last did something."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from tui_inbox.store.moments import moment

MOST = 1000
"""Conversations of one rule that are listed."""


def rules_done(connection: sqlite3.Connection) -> dict[str, tuple[int, datetime | None]]:
    """Return by its name how many conversations each rule has matched, and when it last did."""
    counts = connection.execute(
        "SELECT json_extract(routed, '$.matched') AS rule, COUNT(*) FROM conversation "
        "WHERE routed IS NOT NULL AND merged_into IS NULL GROUP BY 1"
    ).fetchall()
    last = dict(
        connection.execute(
            "SELECT substr(by, 6), MAX(at) FROM act WHERE by LIKE 'rule:%' AND undone_at IS NULL GROUP BY 1"
        ).fetchall()
    )
    return {rule: (count, moment(last.get(rule))) for rule, count in counts if rule}


def matched_by(connection: sqlite3.Connection, rule: str) -> list[int]:
    """Return the conversations that *rule* matched, the newest first."""
    rows = connection.execute(
        "SELECT id FROM conversation WHERE json_extract(routed, '$.matched') = ? AND merged_into IS NULL "
        "ORDER BY id DESC LIMIT ?",
        (rule, MOST),
    )
    return [row[0] for row in rows]

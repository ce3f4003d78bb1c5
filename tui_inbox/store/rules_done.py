"""Which rule did what: how many conversations each has matched, which, and when it last did something."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from tui_inbox.store.moments import moment
from tui_inbox.store.window import Window, in_words

MOST = 1000
"""Conversations of one rule that are listed."""


@in_words
class RulesDone:
    """What the rules did, through one window on the store."""

    def __init__(self, window: Window) -> None:
        self._connection = window.connection
        self.path: Path = window.path

    def counts(self) -> dict[str, tuple[int, datetime | None]]:
        """Return by its name how many conversations each rule has matched, and when it last did something."""
        counts = self._connection.execute(
            "SELECT json_extract(routed, '$.matched') AS rule, COUNT(*) FROM conversation "
            "WHERE routed IS NOT NULL AND merged_into IS NULL GROUP BY 1"
        ).fetchall()
        last = dict(
            self._connection.execute(
                "SELECT substr(by, 6), MAX(at) FROM act WHERE by LIKE 'rule:%' AND undone_at IS NULL GROUP BY 1"
            ).fetchall()
        )
        return {rule: (count, moment(last.get(rule))) for rule, count in counts if rule}

    def matched_by(self, rule: str) -> list[int]:
        """Return the conversations that *rule* matched, the newest first."""
        rows = self._connection.execute(
            "SELECT id FROM conversation WHERE json_extract(routed, '$.matched') = ? AND merged_into IS NULL "
            "ORDER BY id DESC LIMIT ?",
            (rule, MOST),
        )
        return [row[0] for row in rows]

    def routed(self, id: int) -> dict[str, object]:  # noqa: A002 - the product's word
        """Return what the rules said of a conversation: `matched`, `trace`, `owner`; empty where none ran."""
        row = self._connection.execute("SELECT routed FROM conversation WHERE id = ?", (id,)).fetchone()
        found: dict[str, object] = json.loads(row[0]) if row and row[0] else {}
        return found

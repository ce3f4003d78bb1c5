"""How the sources stand: what each has brought, how far it was read, and what its last count and run came to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tui_inbox.rules import clean
from tui_inbox.store.moments import moment
from tui_inbox.store.window import Window, in_words


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One source, and how its last run ended."""

    name: str
    kind: str
    channel: str
    synced_at: datetime | None
    problem: str | None
    me: tuple[str, ...]
    zone: str | None


@dataclass(frozen=True, slots=True)
class CensusLine:
    """The last count of one folder: how many messages its server has, how many of them are stored as lying there,
    and how many of the others are left out for a known reason, missing here, or stored and not there."""

    account: str
    folder: str
    at: datetime
    there: int
    here: int
    left_out: int
    missing: int
    surplus: int
    certain: bool
    """Whether the server's list and its own count agree."""

    @property
    def agrees(self) -> bool:
        return self.certain and not self.missing and not self.surplus


@in_words
class Sources:
    """The accounts and watched folders, through one window on the store."""

    def __init__(self, window: Window) -> None:
        self._connection = window.connection
        self.path: Path = window.path

    def accounts(self) -> list[AccountLine]:
        """Return every account that something came from."""
        return [
            AccountLine(
                row["name"],
                row["kind"],
                row["channel"],
                moment(row["synced_at"]),
                row["problem"],
                tuple(json.loads(row["me"])),
                row["zone"],
            )
            for row in self._connection.execute("SELECT * FROM account ORDER BY id")
        ]

    def cursors(self, account: str) -> dict[str, str]:
        """Return how far each place of an account has been read, in its channel's own notation."""
        return dict(
            self._connection.execute(
                "SELECT c.place, c.value FROM cursor c JOIN account a ON a.id = c.account_id WHERE a.name = ?",
                (account,),
            ).fetchall()
        )

    def census(self, account: str | None = None) -> list[CensusLine]:
        """Return the last count of each folder of *account*, or of all accounts."""
        rows = self._connection.execute(
            "SELECT a.name AS account, n.* FROM census n JOIN account a ON a.id = n.account_id "
            "WHERE a.name = ? OR ? IS NULL ORDER BY a.name, n.place",
            (account, account),
        )
        return [
            CensusLine(
                row["account"],
                clean.line(row["name"]),
                moment(row["at"]),
                row["there"],
                row["here"],
                row["left_out"],
                row["missing"],
                row["surplus"],
                bool(row["certain"]),
            )
            for row in rows
        ]

    def brought(self) -> dict[str, tuple[int, int]]:
        """Return how many messages, in how many conversations, each account has brought."""
        rows = self._connection.execute(
            "SELECT a.name, COALESCE(SUM(c.messages), 0), COUNT(c.id) FROM account a "
            "LEFT JOIN conversation c ON c.account_id = a.id AND c.merged_into IS NULL AND c.messages > 0 GROUP BY a.id"
        )
        return {name: (messages, conversations) for name, messages, conversations in rows}

    def dropped(self, folder: str) -> dict[str, str]:
        """Return what was read of a watched folder: its name, and how it was marked then."""
        return dict(self._connection.execute("SELECT name, mark FROM dropped WHERE folder = ?", (folder,)).fetchall())

    def newest(self) -> datetime | None:
        """Return when the newest message was received."""
        stamp = self._connection.execute("SELECT MAX(stamp) FROM message").fetchone()[0]
        return None if stamp is None else moment(stamp >> 20)

"""Every message as it was kept, one at a time, for whoever carries it out of the store again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tui_inbox.rules.model import Class, Direction, State
from tui_inbox.store.moments import moment
from tui_inbox.store.originals import raw
from tui_inbox.store.texts import unpacked
from tui_inbox.store.window import Window


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came beside its message; `digest` names its content, None where it did not come."""

    name: str
    type: str
    size: int | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """One message with its bytes. Nothing in it is safe for a terminal."""

    id: int
    account: str
    channel: str
    thread: str
    title: str
    key: str
    direction: Direction
    class_: Class
    sender_name: str
    sender_identity: str
    recipients: tuple[tuple[str, str], ...]
    received: datetime
    subject: str
    text: str
    quoted: str
    state: State
    edited: datetime | None
    answers: str
    files: tuple[Enclosed, ...]
    raw: bytes


class Everything(Window):
    """One state of the store, read to its end."""

    def __init__(self, store: Path) -> None:
        super().__init__(store)
        self.connection.execute("BEGIN")

    def messages(self, conversations: Sequence[int]) -> Iterator[Told]:
        """Yield the messages of *conversations*, each conversation's in their order."""
        for id_ in conversations:
            with closing(self.connection.execute(_MESSAGES, (id_,))) as rows:
                for row in rows:
                    yield self._told(row)

    def content(self, digest: str) -> bytes:
        """Return the content of a file."""
        row = self.connection.execute("SELECT content FROM blob WHERE digest = ?", (digest,)).fetchone()
        return bytes(row[0])

    def shared_names(self) -> set[str]:
        """Return the thread keys of chats that stand in more than one account."""
        rows = self.connection.execute("SELECT key FROM thread GROUP BY key HAVING COUNT(DISTINCT account_id) > 1")
        return {row[0] for row in rows}

    def _told(self, row: sqlite3.Row) -> Told:
        files: list[Enclosed] = []
        if row["attachments"]:
            found = self.connection.execute("SELECT * FROM attachment WHERE message_id = ? ORDER BY id", (row["id"],))
            files = [Enclosed(one["name"], one["type"], one["size"], one["blob"]) for one in found]
        return Told(
            row["id"],
            row["account"],
            row["channel"],
            row["thread"],
            row["title"],
            row["key"],
            Direction(row["direction"]),
            Class(row["judged"] or row["class"]),
            row["sender_name"],
            row["sender_identity"],
            tuple((name, identity) for name, identity in json.loads(row["recipients"])),
            moment(row["received_at"]),
            row["subject"],
            unpacked(row["text"]),
            unpacked(row["quoted"]),
            State(row["state"]),
            moment(row["edited_at"]),
            row["answers"],
            tuple(files),
            raw(row),
        )


_MESSAGES = """
SELECT m.*, a.name AS account, c.channel, t.key AS thread, t.title, r.packed, r.content AS raw
FROM message m JOIN account a ON a.id = m.account_id JOIN thread t ON t.id = m.thread_id
JOIN conversation c ON c.id = m.conversation_id LEFT JOIN raw r ON r.message_id = m.id
WHERE m.conversation_id = ? ORDER BY m.received_at, m.rank, m.position, m.id
"""

"""The least that any program must do for the same work: the other side of each ratio."""

from __future__ import annotations

import re
import sqlite3
import sys
from email import message_from_bytes
from pathlib import Path


def store(rows: list[tuple[str, str]], path: Path) -> None:
    """Write *rows* (who, text) to a new SQLite file with a full-text index, in one durable transaction."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, who TEXT, text TEXT)")
    database.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='')")
    with database:
        database.executemany("INSERT INTO message (who, text) VALUES (?, ?)", rows)
        database.execute("INSERT INTO words (rowid, text) SELECT id, text FROM message")
    database.close()


def whatsapp(path: Path) -> list[tuple[str, str]]:
    line = re.compile(r"^\d\d/\d\d/\d{4}, \d\d:\d\d - ([^:]+): (.*)$")
    return [found.groups() for one in path.read_text("utf-8").splitlines() if (found := line.match(one))]  # type: ignore[misc]


def mbox(path: Path) -> list[tuple[str, str]]:
    rows = []
    for raw in re.split(rb"^From - .*\n", path.read_bytes(), flags=re.MULTILINE)[1:]:
        mail = message_from_bytes(raw)
        part = next(one for one in mail.walk() if one.get_content_type() == "text/plain")
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        rows.append((str(mail["From"]), payload.decode("utf-8")))
    return rows


if __name__ == "__main__":
    kind, source, target = sys.argv[1:]
    store({"whatsapp": whatsapp, "mbox": mbox}[kind](Path(source)), Path(target))

"""The least that any program must do to bring chats in: read, insert, index, in one durable transaction."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

Row = tuple[str, str]


def store(rows: list[Row], path: Path) -> None:
    """Write *rows* (who, text) to a new SQLite file with a full-text index, in one durable transaction."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, who TEXT, text TEXT)")
        database.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='')")
        with database:
            database.executemany("INSERT INTO message (who, text) VALUES (?, ?)", rows)
            database.execute("INSERT INTO words (rowid, text) SELECT id, text FROM message")


def whatsapp(path: Path) -> Iterator[Row]:
    line = re.compile(r"^\d\d/\d\d/\d{4}, \d\d:\d\d - ([^:]+): (.*)$")
    for one in path.read_text("utf-8").splitlines():
        if found := line.match(one):
            yield found.group(1), found.group(2)


def telegram(path: Path) -> Iterator[Row]:
    for one in json.loads(path.read_text("utf-8"))["messages"]:
        yield one["from"], one["text"]


def slack(path: Path) -> Iterator[Row]:
    with ZipFile(path) as file:
        for name in sorted(file.namelist()):
            if "/" in name:
                for one in json.loads(file.read(name)):
                    yield one["user"], one["text"]


if __name__ == "__main__":
    kind, source, target = sys.argv[1:]
    store(list({"whatsapp": whatsapp, "telegram": telegram, "slack": slack}[kind](Path(source))), Path(target))

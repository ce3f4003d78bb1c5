"""A store with as many conversations as are asked for, written straight into its tables: a minute for a million."""

from __future__ import annotations

import argparse
import random
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui_inbox.rules import fold
from tui_inbox.store import migrations, search
from tui_inbox.store.texts import packed

CHANNELS = ("email", "email", "email", "whatsapp", "telegram", "slack")
PLACES = (*["inbox"] * 14, *["archived"] * 4, "snoozed", "handed_over")
REASONS = ("new", "new", "new", "reply", "reopened", "late_arrival")
NAMES = ("Ada Demir", "Jürgen Groß", "山田太郎", "Olga Ivanova", "Bob Stone", "Mia Barić", "Kerem Kaya", "Şule Öz")
SUBJECTS = (
    "Where is my order?",
    "Rechnung fehlt",
    "Iade talebi",
    "Narudžba kasni",
    "注文について",
    "Возврат",
    "Opening hours",
)
SAID = (
    "Hello, I ordered a blue bowl last week and it has not come.",
    "Guten Tag, die Rechnung stimmt nicht; bitte prüfen Sie das.",
    "Merhaba, siparişim hâlâ gelmedi, ne zaman gelir?",
    "Dobar dan, stigla je kriva veličina, može li zamjena?",
    "注文した茶碗がまだ届きません。",
    "Здравствуйте, чашка пришла с трещиной.",
)
CONTACTS = 10
"""Conversations for each contact."""
BATCH = 20_000
"""Conversations written at once."""

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Made:
    """One conversation: its rows in the three tables, and its line of the index."""

    thread: Row
    conversation: Row
    message: Row
    index: tuple[object, ...]


def fill(path: Path, conversations: int, now: datetime) -> None:
    """Write a new store at *path*: one message in each conversation, most of them in the inbox, due around *now*."""
    migrations.upgrade(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA synchronous = OFF")
        store.execute("PRAGMA foreign_keys = OFF")
        indexes = store.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            store.execute(f"DROP INDEX {name}")
        store.execute("BEGIN")
        accounts = [{"id": at, "name": name, "kind": name, "channel": name} for at, name in enumerate(set(CHANNELS), 1)]
        _write(store, "account", iter(accounts))
        ids = {str(one["name"]): one["id"] for one in accounts}
        people = range(1, conversations // CONTACTS + 2)
        _write(store, "contact", ({"id": at, "name": _name(at)} for at in people))
        _write(store, "identity", (_identity(at) for at in people))
        rows = _conversations(conversations, ids, now)
        while part := [row for _, row in zip(range(BATCH), rows, strict=False)]:
            _write(store, "thread", (row.thread for row in part))
            _write(store, "conversation", (row.conversation for row in part))
            _write(store, "message", (row.message for row in part))
            store.executemany(search.ADD, [row.index for row in part])
        for _, sql in indexes:
            store.execute(sql)
        store.execute("COMMIT")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _name(at: int) -> str:
    return f"{NAMES[at % len(NAMES)]} {at}"


def _identity(at: int) -> Row:
    address = f"customer{at}@example.org"
    return {
        "id": at,
        "contact_id": at,
        "key": f"email:{address}",
        "channel": "email",
        "value": address,
        "name": _name(at),
        "born_with": at,
    }


def _conversations(count: int, accounts: Mapping[str, object], now: datetime) -> Iterator[Made]:
    chance = random.Random(4711)
    moment = int(now.timestamp() * 1000)
    for at in range(1, count + 1):
        channel, place = chance.choice(CHANNELS), chance.choice(PLACES)
        received = moment - (count - at) * 60_000 - 1
        due = received + chance.randint(60, 20_000) * 60_000 if chance.random() < 0.9 else None
        subject, text = f"{chance.choice(SUBJECTS)} K-{at}", f"{chance.choice(SAID)} {chance.choice(SAID)}"
        contact = at // CONTACTS + 1
        returns = moment + chance.randint(60, 20_000) * 60_000 if place == "snoozed" else None
        away = place in {"archived", "snoozed"}
        yield Made(
            thread={"id": at, "account_id": accounts[channel], "key": str(at), "title": "", "first_at": received},
            conversation={
                "id": at,
                "thread_id": at,
                "account_id": accounts[channel],
                "channel": channel,
                "begins_with": "me",
                "subject": subject,
                "contact_id": contact,
                "place": place,
                "status": place if away else "open",
                "owner": "Mert" if place == "handed_over" else "me",
                "tier": 1,
                "due": None if place == "archived" else due,
                "risk_at": None if due is None or away else due - 3_600_000,
                "returns": returns,
                "turns_at": returns,
                "turns_to": "inbox" if returns else None,
                "turns_reason": "follow_up" if returns else None,
                "reason": None if away else chance.choice(REASONS),
                "waiting_since": None if away else received,
                "news": place == "inbox" and chance.random() < 0.3,
                "snoozes": chance.choice((0, 0, 0, 1, 3)),
                "messages": 1,
                "last_at": received,
                "snippet": text[:120],
            },
            message={
                "id": at,
                "account_id": accounts[channel],
                "thread_id": at,
                "conversation_id": at,
                "key": str(at),
                "external_id": f"<{at}@example.org>",
                "stamp": received << 20,
                "direction": "in",
                "class": "human",
                "identity_id": contact,
                "sender_name": _name(contact),
                "sender_identity": f"customer{contact}@example.org",
                "recipients": '[["", "support@shop.example"]]',
                "received_at": received,
                "precision": "second",
                "rank": 1,
                "arrived_at": received,
                "subject": subject,
                "text": packed(text),
                "state": "normal",
                "ids": "[]",
                "warnings": "[]",
            },
            index=(received << 20, fold.folded(subject), fold.folded(text), fold.folded(_name(contact)), "", ""),
        )


def _write(store: sqlite3.Connection, table: str, rows: Iterator[Mapping[str, object]]) -> None:
    """Insert *rows*; a column that may not be null and is not named is empty."""
    columns = store.execute(f"PRAGMA table_info({table})").fetchall()
    empty = {
        name: None if not needed or default is not None else "" if "CHAR" in type_ else 0
        for _, name, type_, needed, default, _ in columns
    }
    named: list[str] | None = None
    for row in rows:
        if named is None:
            named = [name for name in empty if name in row or empty[name] is not None]
            marks = ", ".join("?" * len(named))
            sql = f"INSERT INTO {table} ({', '.join(map(_quoted, named))}) VALUES ({marks})"
        store.execute(sql, [row.get(name, empty[name]) for name in named])


def _quoted(name: str) -> str:
    return f'"{name}"'


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("home", type=Path)
    asked.add_argument("--conversations", type=int, default=1_000_000)
    wanted = asked.parse_args()
    wanted.home.mkdir(parents=True, exist_ok=True)
    fill(wanted.home / "inbox.db", wanted.conversations, datetime.now(UTC))


if __name__ == "__main__":
    main()

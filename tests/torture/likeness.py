"""What a store amounts to, told without ids and without when things arrived: equal for equal histories."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

Told = dict[str, list[str]]

_MESSAGE = [
    "external_id",
    "direction",
    "class",
    "why",
    "hard",
    "judged",
    "history",
    "sender_name",
    "sender_identity",
    "recipients",
    "sent_at",
    "received_at",
    "local_at",
    "precision",
    "rank",
    "position",
    "subject",
    "text",
    "quoted",
    "state",
    "edited_at",
    "token",
    "answers",
    "ids",
    "warnings",
    "attachments",
]
_CONVERSATION = [
    "channel",
    "begins_at",
    "begins_with",
    "subject",
    "place",
    "status",
    "owner",
    "spam",
    "tier",
    "skill",
    "due",
    "risk_at",
    "returns",
    "turns_at",
    "turns_to",
    "turns_reason",
    "reason",
    "waiting_since",
    "plan_returns",
    "plan_due",
    "news",
    "snoozes",
    "messages",
    "last_at",
    "last_out_at",
    "snippet",
    "delivery",
]
_PROMISE = ["kind", "started", "due", "risk_at", "target", "tier", "ended", "outcome", "responsible", "why"]


def likeness(path: Path) -> Told:
    """Return what the store at *path* holds: messages with their words, bytes, files and index entries, how they are
    grouped, where the groups lie and what is promised; one sorted list of lines for each kind of fact."""
    with closing(sqlite3.connect(path)) as store:
        store.row_factory = sqlite3.Row
        told: dict[str, list[str]] = defaultdict(list)
        for kind, *facts in _facts(store):
            told[kind].append(json.dumps(facts, ensure_ascii=False, default=_digest))
        return {kind: sorted(lines) for kind, lines in told.items()}


def _facts(store: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    names = {
        row["id"]: f"{row['account']}/{row['thread_key']}/{row['key']}"
        for row in store.execute("SELECT m.*, a.name AS account FROM message m JOIN account a ON a.id = m.account_id")
    }
    group: dict[int, list[str]] = defaultdict(list)
    for row in store.execute("SELECT id, conversation_id FROM message"):
        group[row["conversation_id"]].append(names[row["id"]])
    called = {id_: min(members) for id_, members in group.items()}
    yield from _messages(store, names, called)
    yield from _conversations(store, names, called)
    yield from _around(store, names, called)


def _messages(store: sqlite3.Connection, names: dict[int, str], called: dict[int, str]) -> Iterator[tuple[Any, ...]]:
    who = {row["id"]: row["key"] for row in store.execute("SELECT id, key FROM identity")}
    stamps = {}
    for row in store.execute("SELECT * FROM message"):
        stamps[row["stamp"]] = names[row["id"]]
        assert row["stamp"] >> 20 == row["received_at"]
        yield (
            "message",
            names[row["id"]],
            *(row[column] for column in _MESSAGE),
            who.get(row["identity_id"]),
            names.get(row["bounced"]),
            ("in", called[row["conversation_id"]]),
        )
    for row in store.execute("SELECT * FROM raw"):
        content = zlib.decompress(row["content"]) if row["packed"] else row["content"]
        yield "raw bytes", names[row["message_id"]], hashlib.sha256(content).hexdigest()
    for row in store.execute("SELECT a.*, b.content FROM attachment a LEFT JOIN blob b ON b.digest = a.blob"):
        files = [row[column] for column in ("name", "type", "size", "part", "stored")]
        yield "attachment", names[row["message_id"]], *files, _digest(row["content"] or b"")
    store.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, fulltext, instance)")
    found: dict[int, Any] = defaultdict(hashlib.sha256)
    for row in store.execute('SELECT doc, term, col, "offset" FROM temp.words ORDER BY doc, col, "offset", term'):
        found[row["doc"]].update(repr(tuple(row)[1:]).encode())
    for stamp, digest in found.items():
        yield "found by", stamps[stamp], digest.hexdigest()


def _conversations(
    store: sqlite3.Connection, names: dict[int, str], called: dict[int, str]
) -> Iterator[tuple[Any, ...]]:
    people: dict[int, list[str]] = defaultdict(list)
    for row in store.execute("SELECT * FROM identity"):
        people[row["contact_id"]].append(row["key"])
        yield "identity", *(row[column] for column in ("key", "channel", "value", "name"))
    contacts = {id_: sorted(keys) for id_, keys in people.items()}
    for row in store.execute("SELECT * FROM conversation WHERE merged_into IS NULL AND messages > 0"):
        yield (
            "conversation",
            called[row["id"]],
            *(row[column] for column in _CONVERSATION),
            contacts.get(row["contact_id"]),
            called.get(row["continues"]),
            bool(row["routed"]),
        )
    for row in store.execute("SELECT * FROM promise WHERE outcome <> 'void'"):
        if row["conversation_id"] not in called:
            continue  # its conversation turned out to be part of another, which has made the promise its own
        origin = row["origin"]
        began = names[int(origin[1:])] if origin.startswith("m") else origin
        calendar = store.execute("SELECT value FROM calendar WHERE id = ?", (row["calendar"],)).fetchone()
        terms = [row[column] for column in _PROMISE]
        yield "promise", called[row["conversation_id"]], began, *terms, calendar and calendar["value"]
    for row in store.execute("SELECT * FROM act"):
        yield "act", called[row["conversation_id"]], *(row[column] for column in ("verb", "by", "to", "effects"))


def _around(store: sqlite3.Connection, names: dict[int, str], called: dict[int, str]) -> Iterator[tuple[Any, ...]]:
    accounts = {row["id"]: row["name"] for row in store.execute("SELECT id, name FROM account")}
    for row in store.execute("SELECT * FROM account"):
        yield "account", *(row[column] for column in ("name", "kind", "channel", "problem", "me", "zone"))
    for row in store.execute("SELECT * FROM cursor"):
        yield "cursor", accounts[row["account_id"]], row["place"], row["value"]
    for row in store.execute("SELECT * FROM location"):
        where = [row[column] for column in ("folder", "uidvalidity", "uid")]
        yield "location", accounts[row["account_id"]], *where, names[row["message_id"]], row["gone_at"] is not None
    for row in store.execute("SELECT * FROM set_aside"):
        aside = [row[column] for column in ("place", "where", "what")]
        yield "set aside", accounts[row["account_id"]], *aside, _digest(row["content"])
    threads: dict[int, list[str]] = defaultdict(list)
    for row in store.execute("SELECT * FROM mail_id"):
        threads[row["thread_id"]].append(f"{accounts[row['account_id']]}/{row['message_id']}")
    for ids in threads.values():
        yield "thread of mail", sorted(ids)


def _digest(content: object) -> str:
    assert isinstance(content, bytes)
    return hashlib.sha256(content).hexdigest()


def differences(one: Told, other: Told) -> list[str]:
    """Return the lines that only one of two stores has, marked `-` (only *one*) or `+` (only *other*)."""
    found = []
    for kind in sorted({*one, *other}):
        mine, theirs = set(one.get(kind, [])), set(other.get(kind, []))
        found += [f"- {kind} {line}" for line in sorted(mine - theirs)]
        found += [f"+ {kind} {line}" for line in sorted(theirs - mine)]
        if mine == theirs and one.get(kind) != other.get(kind):
            found.append(f"{kind}: some twice")
    return found


def rows(path: Path) -> dict[str, list[str]]:
    """Return every row of every table, ids and all, but for when a source was last read."""
    with closing(sqlite3.connect(path)) as store:
        tables = [
            row[0]
            for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE V%'")
        ]
        unread = {"account": {"synced_at"}, "cursor": {"moved_at"}}
        kept = {}
        for name in tables:
            columns = [row[1] for row in store.execute(f'PRAGMA table_info("{name}")')]
            told = ", ".join(f'"{column}"' for column in columns if column not in unread.get(name, set()))
            kept[name] = sorted(map(repr, store.execute(f'SELECT {told} FROM "{name}"')))
        return kept

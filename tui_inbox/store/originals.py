"""What came, as it came: the bytes of a file, and of the mail that a customer wrote last."""

from __future__ import annotations

import json
import sqlite3
import zlib
from dataclasses import dataclass

from tui_inbox.problems import NotFound
from tui_inbox.rules.places import Written


@dataclass(frozen=True, slots=True)
class KeptFile:
    """An attachment as it was kept: its bytes, or for mail the whole message and which part. Its name a stranger's."""

    name: str
    type: str
    size: int | None
    stored: bool
    part: str
    content: bytes | None
    raw: bytes


def file(connection: sqlite3.Connection, id: int) -> KeptFile:  # noqa: A002 - the product's word
    """Return an attachment with its bytes. Raises `NotFound`."""
    row = connection.execute(
        "SELECT a.*, b.content AS kept, r.packed, r.content AS raw FROM attachment a "
        "LEFT JOIN blob b ON b.digest = a.blob "
        "LEFT JOIN raw r ON r.message_id = a.message_id AND a.blob IS NULL AND a.part <> '' WHERE a.id = ?",
        (id,),
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no attachment {id}.", "See `tui-inbox attachment list CONVERSATION`.")
    return KeptFile(row["name"], row["type"], row["size"], bool(row["stored"]), row["part"], row["kept"], raw(row))


def written(connection: sqlite3.Connection, id: int) -> Written:  # noqa: A002 - the product's word
    """Return where the customer of a conversation wrote last. Raises `NotFound`."""
    whole = connection.execute(
        "SELECT COALESCE(merged_into, id) AS id, channel FROM conversation WHERE id = ?", (id,)
    ).fetchone()
    if whole is None:
        raise NotFound(f"There is no conversation {id}.", "See `tui-inbox list all`.")
    row = connection.execute(
        "SELECT m.*, t.is_group, i.value AS person, r.packed, r.content AS raw FROM message m "
        "JOIN thread t ON t.id = m.thread_id LEFT JOIN identity i ON i.id = m.identity_id "
        "LEFT JOIN raw r ON r.message_id = m.id WHERE m.conversation_id = ? "
        "ORDER BY m.direction = 'in' AND m.class = 'human' DESC, m.direction = 'in' DESC, m.stamp DESC LIMIT 1",
        (whole["id"],),
    ).fetchone()
    if row is None:
        return Written(whole["channel"])
    ids = connection.execute(
        "SELECT ids FROM message WHERE conversation_id = ? AND stamp <= ? ORDER BY stamp",
        (whole["id"], row["stamp"]),
    )
    person = row["person"] or row["sender_identity"]
    return Written(
        whole["channel"],
        person,
        row["sender_name"],
        row["subject"],
        row["thread_key"],
        bool(row["is_group"]),
        row["external_id"],
        tuple(one[0] for ids_ in ids if (one := json.loads(ids_[0]))),
        raw(row),
    )


def raw(row: sqlite3.Row) -> bytes:
    """Return the bytes of a message that *row* holds (`raw`, `packed`); none where they are not kept."""
    if row["raw"] is None:
        return b""
    return zlib.decompress(row["raw"]) if row["packed"] else bytes(row["raw"])

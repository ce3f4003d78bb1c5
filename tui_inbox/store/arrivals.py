"""Messages as they come in: who wrote, their bytes and files, and what their source changes of them later."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tui_inbox.rules import lookalike
from tui_inbox.rules.model import Attachment, Class, Direction, Message, State
from tui_inbox.rules.thanks import only_thanks
from tui_inbox.store import search
from tui_inbox.store.moments import stored
from tui_inbox.store.prepared import pack
from tui_inbox.store.tables import (
    AttachmentRow,
    BlobRow,
    ContactRow,
    IdentityRow,
    LocationRow,
    MessageRow,
    RawRow,
    table,
)
from tui_inbox.store.writer import driver

_contact = table(ContactRow)
_identity = table(IdentityRow)
_message = table(MessageRow)
_raw = table(RawRow)
_attachment = table(AttachmentRow)
_blob = table(BlobRow)
_location = table(LocationRow)


# Statements are made once: making one costs more than running it.
_ADD_ATTACHMENT = insert(_attachment)
_KEEP_BLOB = upsert(_blob).on_conflict_do_nothing()

# What every mail asks is the driver's own words: the layer above them costs several times what they do.
_FIND_IDENTITY = "SELECT id, name, contact_id FROM identity WHERE key = ?"

_ADD_CONTACT = "INSERT INTO contact (name) VALUES (?)"

_ADD_IDENTITY = (
    "INSERT INTO identity (contact_id, key, channel, value, name, born_with, looks)"
    " VALUES (:contact_id, :key, :channel, :value, :name, :contact_id, :looks)"
)


def identity(connection: Connection, key: str, channel: str, value: str, name: str, also: Sequence[str] = ()) -> int:
    """Return the identity *key*; where it is new, with the contact that one of the keys *also* has, else its own.

    A better name is learned.
    """
    row = driver(connection).execute(_FIND_IDENTITY, (key,)).fetchone()
    if row is not None:
        id_, known_as, contact = row
        if name and not known_as:
            connection.execute(update(_identity).where(_identity.c.id == id_).values(name=name))
            connection.execute(
                update(_contact).where(_contact.c.id == contact, _contact.c.name == value).values(name=name)
            )
        return int(id_)
    contact = _contact_with(connection, also) or _new_contact(connection, name or value)
    new = {"contact_id": contact, "key": key, "channel": channel, "value": value, "name": name}
    return int(driver(connection).execute(_ADD_IDENTITY, new | {"looks": lookalike.looks(value)}).lastrowid)


def _contact_with(connection: Connection, keys: Sequence[str]) -> int | None:
    if not keys:
        return None
    found = connection.execute(select(_identity.c.contact_id).where(_identity.c.key.in_(keys)).limit(1)).scalar()
    return None if found is None else int(found)


def _new_contact(connection: Connection, name: str) -> int:
    return int(driver(connection).execute(_ADD_CONTACT, (name,)).lastrowid)


def keep_raw(connection: Connection, message_id: int, raw: bytes) -> None:
    """Keep the bytes as they came, so that nothing is ever unrecoverable."""
    kept = pack(raw)
    values = {"packed": kept is not raw, "content": kept}
    connection.execute(
        upsert(_raw).values(message_id=message_id, **values).on_conflict_do_update(["message_id"], set_=values)
    )


def attach(connection: Connection, message_id: int, attachments: Sequence[Attachment]) -> None:
    """Keep the attachments of a message; content that came beside it is kept once for each content."""
    for one in attachments:
        digest = None
        if one.content is not None:
            digest = hashlib.sha256(one.content).hexdigest()
            connection.execute(_KEEP_BLOB, {"digest": digest, "content": one.content})
        connection.execute(
            _ADD_ATTACHMENT,
            {
                "message_id": message_id,
                "name": one.name,
                "type": one.type,
                "size": one.size,
                "part": one.part,
                "stored": one.stored,
                "blob": digest,
            },
        )


def mark_gone(
    connection: Connection, account_id: int, folder: str, uidvalidity: int, uid: int, now: datetime
) -> int | None:
    """Say that a message no longer lies there; return its id where that is news. Nothing is deleted."""
    row = connection.execute(
        update(_location)
        .where(
            _location.c.account_id == account_id,
            _location.c.folder == folder,
            _location.c.uidvalidity == uidvalidity,
            _location.c.uid == uid,
            _location.c.gone_at.is_(None),
        )
        .values(gone_at=stored(now))
        .returning(_location.c.message_id)
    ).one_or_none()
    return None if row is None else int(row.message_id)


def revise(
    connection: Connection, message_id: int, message: Message, state: State, *, token: str = "", keep_text: bool = False
) -> None:
    """Give a stored message the body its source now has; with *keep_text*, only the state it now has."""
    old = connection.execute(select(_message).where(_message.c.id == message_id)).one()
    connection.exec_driver_sql(search.REMOVE, (old.stamp, *indexed(connection, old)))
    values: dict[str, object] = {"state": state.value}
    values |= {} if keep_text else {"edited_at": stored(message.edited_at)}
    if not keep_text:
        values |= {"text": message.text, "quoted": message.quoted, "token": token}
        values["thanks"] = only_thanks(message.text) and not old.attachments
        keep_raw(connection, message_id, message.raw)
    connection.execute(update(_message).where(_message.c.id == message_id).values(**values))
    new = connection.execute(select(_message).where(_message.c.id == message_id)).one()
    connection.exec_driver_sql(search.ADD, (new.stamp, *indexed(connection, new)))


def indexed(connection: Connection, row: Row[*tuple[Any, ...]]) -> search.Facts:
    """Return the indexed columns of a stored row: the same that its message once gave."""
    files = (
        connection.execute(
            select(_attachment.c.name).where(_attachment.c.message_id == row.id).order_by(_attachment.c.id)
        ).scalars()
        if row.attachments
        else ()
    )
    people = [(name, identity) for name, identity in json.loads(row.recipients)]
    return search.index_values(
        row.subject, row.text, row.quoted, (row.sender_name, row.sender_identity), people, list(files)
    )


def outrank(
    connection: Connection,
    message_id: int,
    rank: int,
    position: int,
    direction: Direction,
    class_: Class,
    why: str,
    identity_id: int | None,
) -> None:
    """A better copy of a stored message decides where it stands, and what it is taken for."""
    values = {"rank": rank, "position": position, "direction": direction.value, "class": class_.value, "why": why}
    connection.execute(update(_message).where(_message.c.id == message_id).values(identity_id=identity_id, **values))


def unhistory_since(connection: Connection, thread_id: int, since: datetime) -> None:
    """What an import took for history is none where its thread turns out to have been known here for long."""
    connection.execute(
        update(_message)
        .where(_message.c.thread_id == thread_id, _message.c.history, _message.c.received_at >= stored(since))
        .values(history=False)
    )


def unhistory(connection: Connection, message_id: int) -> None:
    """A message that was only history lies in the server's inbox after all."""
    connection.execute(update(_message).where(_message.c.id == message_id).values(history=False))


def reposition(connection: Connection, positions: dict[int, int]) -> None:
    """Give messages of one received time their order."""
    for id_, position in positions.items():
        connection.execute(update(_message).where(_message.c.id == id_).values(position=position))


def fill_attachments(connection: Connection, message_id: int, attachments: Sequence[Attachment]) -> bool:
    """Add the files that an earlier export had left out; return whether there were any."""
    here = connection.execute(select(_attachment).where(_attachment.c.message_id == message_id)).all()
    missing = {row.id: row.name for row in here if not row.stored}
    kept = Counter(row.blob for row in here if row.stored)
    coming = []
    for one in attachments if missing else ():
        digest = None if one.content is None else hashlib.sha256(one.content).hexdigest()
        if one.stored and kept[digest] == 0:
            coming.append(one)
        elif one.stored:
            kept[digest] -= 1
    if not coming:
        return False
    row = connection.execute(select(_message).where(_message.c.id == message_id)).one()
    connection.exec_driver_sql(search.REMOVE, (row.stamp, *indexed(connection, row)))
    for one in coming:
        replaced = next((id_ for id_, name in missing.items() if name == one.name), next(iter(missing), None))
        if replaced is not None:
            del missing[replaced]
            connection.execute(_attachment.delete().where(_attachment.c.id == replaced))
    attach(connection, message_id, coming)
    count = select(func.count()).where(_attachment.c.message_id == message_id).scalar_subquery()
    connection.execute(update(_message).where(_message.c.id == message_id).values(attachments=count))
    row = connection.execute(select(_message).where(_message.c.id == message_id)).one()
    connection.exec_driver_sql(search.ADD, (row.stamp, *indexed(connection, row)))
    return True

"""Where messages lie on their servers: met again under another key, in two folders at once, counted, left there."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tui_inbox.rules.model import Message
from tui_inbox.store import arrivals, search
from tui_inbox.store.already import KNOWN, Known, known_of
from tui_inbox.store.moments import stored
from tui_inbox.store.tables import (
    AccountRow,
    AttachmentRow,
    BlobRow,
    CensusRow,
    LocationRow,
    MessageRow,
    RawRow,
    table,
)

_message, _location, _raw = table(MessageRow), table(LocationRow), table(RawRow)
_attachment, _blob, _census, _account = table(AttachmentRow), table(BlobRow), table(CensusRow), table(AccountRow)

At = tuple[str, int, int]
"""Folder, UIDVALIDITY and UID."""


def by_object(connection: Connection, account_id: int, ids: Collection[str]) -> dict[str, Known]:
    """Return the messages that a server calls *ids*."""
    found: dict[str, Known] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), 400):
        rows = connection.execute(
            KNOWN.add_columns(_location.c.object_id)
            .join(_location, _location.c.message_id == _message.c.id)
            .where(_location.c.account_id == account_id, _location.c.object_id != "")
            .where(_location.c.object_id.in_(wanted[start : start + 400]))
        )
        found |= {row.object_id: known_of(row) for row in rows}
    return found


def whole_of(connection: Connection, account_id: int, external_id: str, fields: bytes) -> Known | None:
    """Return the mail called *external_id* whose bytes begin with *fields*, which came whole before."""
    rows = connection.execute(
        KNOWN.add_columns(_raw.c.packed, _raw.c.content)
        .join(_raw, _raw.c.message_id == _message.c.id)
        .where(*_called(account_id, external_id))
    )
    for row in rows:
        begins = zlib.decompressobj().decompress(row.content, len(fields)) if row.packed else row.content
        if begins[: len(fields)] == fields:
            return known_of(row)
    return None


def _called(account_id: int, external_id: str) -> list[Any]:
    """Return how whole mails with a Message-ID are found: their keys begin with it."""
    keys = (f"{external_id}#", f"{external_id}$")
    return [_message.c.account_id == account_id, _message.c.thread_key == "", _message.c.key.between(*keys)]


def renumbered(connection: Connection, account_id: int, folder: str, uidvalidity: int) -> bool:
    """Return whether messages are stored as lying in *folder* under other numbers than those of *uidvalidity*."""
    here = select(_location.c.uid).where(
        _location.c.account_id == account_id, _location.c.folder == folder, _location.c.gone_at.is_(None)
    )
    others = (_location.c.uidvalidity < uidvalidity, _location.c.uidvalidity > uidvalidity)
    return any(connection.execute(here.where(other).limit(1)).first() for other in others)


def under_old_number(connection: Connection, account_id: int, at: At, message: Message) -> Known | None:
    """Return the mail of *message*'s Message-ID, time of receipt and words that lies in the folder of *at* under other
    numbers; None where there is none, or more than one."""
    rows = connection.execute(
        KNOWN.join(_location, _location.c.message_id == _message.c.id)
        .where(*_called(account_id, message.external_id), _message.c.received_at == stored(message.received_at))
        .where(_location.c.folder == at[0], _location.c.uidvalidity != at[1], _location.c.gone_at.is_(None))
        .distinct()
    ).all()
    alike = [known_of(row) for row in rows if row.text == message.text]
    return alike[0] if len(alike) == 1 else None


def complete(connection: Connection, message_id: int, message: Message) -> None:
    """Make a stand-in the whole mail that it stood for."""
    old = connection.execute(select(_message).where(_message.c.id == message_id)).one()
    connection.exec_driver_sql(search.REMOVE, (old.stamp, *arrivals.indexed(connection, old)))
    connection.execute(_attachment.delete().where(_attachment.c.message_id == message_id))
    arrivals.attach(connection, message_id, message.attachments)
    arrivals.keep_raw(connection, message_id, message.raw)
    values = {
        "key": message.key,
        "text": message.text,
        "quoted": message.quoted,
        "state": message.state.value,
        "attachments": len(message.attachments),
        "warnings": json.dumps(message.warnings, ensure_ascii=False),
    }
    connection.execute(update(_message).where(_message.c.id == message_id).values(**values))
    new = connection.execute(select(_message).where(_message.c.id == message_id)).one()
    connection.exec_driver_sql(search.ADD, (new.stamp, *arrivals.indexed(connection, new)))


def lies_besides(connection: Connection, account_id: int, where: At, besides: At, *, inbox: bool) -> None:
    """Say that the message at *where* lies at *besides* too."""
    row = connection.execute(
        select(_location.c.message_id, _location.c.object_id).where(*_here(account_id, where))
    ).one_or_none()
    if row is None:
        return
    values = {"message_id": row.message_id, "gone_at": None, "inbox": inbox, "object_id": row.object_id}
    place = {"account_id": account_id, "folder": besides[0], "uidvalidity": besides[1], "uid": besides[2]}
    connection.execute(upsert(_location).values(**place, **values).on_conflict_do_update(list(place), set_=values))


def _here(account_id: int, at: At) -> list[Any]:
    folder, uidvalidity, uid = at
    return [
        _location.c.account_id == account_id,
        _location.c.folder == folder,
        _location.c.uidvalidity == uidvalidity,
        _location.c.uid == uid,
    ]


# --- the count --------------------------------------------------------------------------------------------


def lying(connection: Connection, account_id: int, folder: str) -> set[tuple[int, int]]:
    """Return (UIDVALIDITY, UID) of all that is stored as lying in *folder* now."""
    rows = connection.execute(
        select(_location.c.uidvalidity, _location.c.uid).where(
            _location.c.account_id == account_id, _location.c.folder == folder, _location.c.gone_at.is_(None)
        )
    )
    return {(row.uidvalidity, row.uid) for row in rows}


@dataclass(frozen=True, slots=True)
class Counted:
    """What a count of one folder came to; see `CensusRow`."""

    name: str
    there: int
    here: int
    left_out: int
    missing: int
    surplus: int
    certain: bool


def keep_count(connection: Connection, account_id: int, place: str, counted: Counted, now: datetime) -> None:
    """Keep the last count of a folder."""
    values = {
        "name": counted.name,
        "at": stored(now),
        "there": counted.there,
        "here": counted.here,
        "left_out": counted.left_out,
        "missing": counted.missing,
        "surplus": counted.surplus,
        "certain": counted.certain,
    }
    key = {"account_id": account_id, "place": place}
    connection.execute(upsert(_census).values(**key, **values).on_conflict_do_update(list(key), set_=values))


def uncount(connection: Connection, account_id: int, place: str) -> None:
    """Forget the count of a folder that is no more."""
    connection.execute(_census.delete().where(_census.c.account_id == account_id, _census.c.place == place))


# --- files that were left on the server -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeftThere:
    """A file that did not come with its mail, and where on the server the mail lies."""

    account: str
    external_id: str
    part: str
    at: tuple[At, ...]


def left_there(connection: Connection, attachment_id: int) -> LeftThere | None:
    """Return what is known of a file that was left on its server; None where it is here, or came from no server."""
    row = connection.execute(
        select(_attachment, _account.c.name.label("account"), _message.c.external_id)
        .join(_message, _message.c.id == _attachment.c.message_id)
        .join(_account, _account.c.id == _message.c.account_id)
        .where(_attachment.c.id == attachment_id)
    ).one_or_none()
    if row is None or row.stored or not row.part:
        return None
    places = connection.execute(
        select(_location)
        .where(_location.c.message_id == row.message_id, _location.c.gone_at.is_(None))
        .order_by(_location.c.inbox.desc(), _location.c.folder)
    )
    at = tuple((one.folder, one.uidvalidity, one.uid) for one in places)
    return LeftThere(row.account, row.external_id, row.part, at)


def file_came(connection: Connection, attachment_id: int, digest: str, content: bytes) -> None:
    """Keep the content of a file that had been left on its server."""
    connection.execute(upsert(_blob).values(digest=digest, content=content).on_conflict_do_nothing())
    connection.execute(
        update(_attachment).where(_attachment.c.id == attachment_id).values(stored=True, blob=digest, size=len(content))
    )

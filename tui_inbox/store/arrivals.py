"""What comes in: accounts, cursors, what is known already, threads, identities, messages and their bytes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tui_inbox.rules import align, aligned, lookalike, tokens
from tui_inbox.rules.model import Attachment, Class, Direction, Message, State
from tui_inbox.rules.thanks import only_thanks
from tui_inbox.store import search
from tui_inbox.store.moments import as_written, moment, stored
from tui_inbox.store.prepared import pack
from tui_inbox.store.tables import (
    AccountRow,
    AttachmentRow,
    BlobRow,
    ContactRow,
    CursorRow,
    IdentityRow,
    LocationRow,
    MailIdRow,
    MessageRow,
    RawRow,
    SetAsideRow,
    ThreadRow,
    table,
)
from tui_inbox.store.writer import driver

_account, _cursor, _thread = table(AccountRow), table(CursorRow), table(ThreadRow)
_mail_id, _contact, _identity = table(MailIdRow), table(ContactRow), table(IdentityRow)
_message, _raw, _attachment, _blob = table(MessageRow), table(RawRow), table(AttachmentRow), table(BlobRow)
_location, _set_aside = table(LocationRow), table(SetAsideRow)

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
_ADD_THREAD = "INSERT INTO thread (account_id, key, title, is_group, first_at) VALUES (?, ?, ?, ?, ?)"
_TIE_IDS = "INSERT INTO mail_id (account_id, message_id, thread_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_WRITTEN = func.coalesce(_message.c.local_at, _message.c.sent_at)
"""The time as written, or in UTC where the file names the zone: the index of a thread is by it."""
_LINED = select(
    _message.c.id,
    _message.c.key,
    _WRITTEN.label("written_at"),
    _message.c.precision,
    _message.c.token,
    _message.c.sender_identity,
    _message.c.sender_name,
    _message.c.position,
    _message.c.conversation_id,
    _message.c.state,
    _message.c.edited_at,
    _message.c.history,
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the store knows it. `me` are the names I have in it."""

    id: int
    name: str
    kind: str
    channel: str
    me: tuple[str, ...]
    zone: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """A message that is here already, as far as a new arrival of it must know."""

    id: int
    conversation_id: int
    state: State
    edited_at: datetime | None
    history: bool
    text_digest: bytes
    rank: int = 0
    """Which of its copies was taken: 0 is our own, in the folder of sent mail."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread. `me` and `zone` are what the agent said of this one alone."""

    id: int
    key: str
    first_at: datetime
    me: tuple[str, ...] | None = None
    zone: str | None = None


# --- accounts and cursors -------------------------------------------------------------------------------


def account(connection: Connection, name: str, kind: str, channel: str) -> Account:
    """Return the account *name*, made where it is new."""
    found = known_account(connection, name)
    if found is None:
        connection.execute(insert(_account).values(name=name, kind=kind, channel=channel))
        found = known_account(connection, name)
    assert found is not None
    return found


def known_account(connection: Connection, name: str) -> Account | None:
    """Return the account *name*; None where nothing came from it yet."""
    found = connection.execute(select(_account).where(_account.c.name == name)).one_or_none()
    if found is None:
        return None
    return Account(found.id, found.name, found.kind, found.channel, tuple(json.loads(found.me)), found.zone)


def learn(connection: Connection, account_id: int, me: Sequence[str], zone: str | None) -> None:
    """Remember the names I have in an account, and the zone its exports are read in."""
    connection.execute(
        update(_account)
        .where(_account.c.id == account_id)
        .values(me=json.dumps(list(me), ensure_ascii=False), zone=zone)
    )


def synced(connection: Connection, account_id: int, at: datetime | None, problem: str | None) -> None:
    """Record how the last run of an account ended; *at* None leaves the last complete one."""
    values: dict[str, object] = {"problem": problem}
    if at is not None:
        values["synced_at"] = stored(at)
    connection.execute(update(_account).where(_account.c.id == account_id).values(**values))


def cursors(connection: Connection, account_id: int) -> dict[str, str]:
    rows = connection.execute(select(_cursor.c.place, _cursor.c.value).where(_cursor.c.account_id == account_id))
    return {row.place: row.value for row in rows}


def move_cursor(connection: Connection, account_id: int, place: str, value: str, now: datetime) -> None:
    """Remember how far *place* was read; a name that is no text (a file from another system) is kept escaped."""
    at, place = stored(now), _keepable(place)
    connection.execute(
        upsert(_cursor)
        .values(account_id=account_id, place=place, value=value, moved_at=at)
        .on_conflict_do_update(index_elements=["account_id", "place"], set_={"value": value, "moved_at": at})
    )


def set_aside(
    connection: Connection, account_id: int, place: str, where: str, what: str, raw: bytes, now: datetime
) -> bool:
    """Keep what could not become a message; return whether it is new."""
    done = connection.execute(
        upsert(_set_aside)
        .values(
            account_id=account_id,
            place=_keepable(place),
            where=_keepable(where),
            what=_keepable(what),
            content=raw,
            at=stored(now),
        )
        .on_conflict_do_nothing()
    )
    return done.rowcount > 0


def _keepable(text: str) -> str:
    """Return *text* as SQLite can keep it: what is no text in a file's name is escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


# --- what is known --------------------------------------------------------------------------------------


KNOWN = select(
    _message.c.id,
    _message.c.conversation_id,
    _message.c.thread_key,
    _message.c.key,
    _message.c.state,
    _message.c.edited_at,
    _message.c.history,
    _message.c.text,
    _message.c.rank,
)


@cache
def _known_among(count: int) -> str:
    """Return the statement that looks *count* keys up one by one: a list of pairs would have all of an account read."""
    columns = ", ".join(f"m.{column.name}" for column in KNOWN.selected_columns)
    wanted = ", ".join(["(?, ?)"] * count)
    return (
        f"WITH wanted(thread_key, key) AS (VALUES {wanted}) SELECT {columns} FROM wanted"  # noqa: S608 - names of columns
        " CROSS JOIN message m ON m.account_id = ? AND m.thread_key = wanted.thread_key AND m.key = wanted.key"
    )


def known(connection: Connection, account_id: int, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """Return what is here already of *keys* (thread key, key)."""
    found: dict[tuple[str, str], Known] = {}
    wanted = list(keys)
    for start in range(0, len(wanted), 400):
        part = wanted[start : start + 400]
        values = [value for pair in part for value in pair]
        for row in connection.exec_driver_sql(_known_among(len(part)), (*values, account_id)):
            found[(row.thread_key, row.key)] = known_of(row)
    return found


def known_of(row: Row[*tuple[Any, ...]]) -> Known:
    """Return what a row of `KNOWN` says."""
    state, digest = State(row.state), text_digest(row.text)
    return Known(row.id, row.conversation_id, state, moment(row.edited_at), bool(row.history), digest, row.rank)


@dataclass(frozen=True, slots=True)
class Lined:
    """A stored message of a chat without ids, as ordered alignment compares it."""

    id: int
    key: str
    at: datetime | None
    precision: str
    token: str
    sender: str
    position: int
    known: Known

    @property
    def as_known(self) -> aligned.Known:
        return aligned.Known(self.id, self.at, self.precision, self.token, self.sender, self.position)


_TIMELESS = 10_000


def lined(
    connection: Connection,
    thread_id: int,
    between: tuple[datetime, datetime] | None,
    without: Collection[int] = (),
) -> tuple[list[Lined], set[str]]:
    """Return the stored messages of a chat, those written *between* two naive times, but for those *without*; and the
    first ten thousand of those whose time cannot be read.

    Beside them the keys of all of these. A digest of their text is not worked out: alignment compares tokens.
    """
    here = _message.c.thread_id == thread_id
    rows = connection.execute(_LINED.where(here, _WRITTEN.is_(None)).limit(_TIMELESS)).all()
    if between is not None:
        span = as_written(between[0]), as_written(between[1])
        rows = [*rows, *connection.execute(_LINED.where(here, _WRITTEN.between(*span)))]
    found: list[Lined] = []
    keys: set[str] = set()
    for id_, key, at, precision, token, identity, name, position, conversation, state, edited, history in rows:
        keys.add(key)
        if id_ not in without:
            known = Known(id_, conversation, State(state), moment(edited), history, b"")
            written = None if at is None else moment(at).replace(tzinfo=None)
            found.append(Lined(id_, key, written, precision, token, identity or name, position, known))
    return found, keys


def spoken_as(
    connection: Connection, account_id: int, thread_key: str, name: str
) -> tuple[Direction, str | None] | None:
    """Return how somebody called *name* speaks in a chat: the direction, and the key of their identity."""
    row = connection.execute(
        select(_message.c.direction, _identity.c.key)
        .outerjoin(_identity, _identity.c.id == _message.c.identity_id)
        .where(
            _message.c.account_id == account_id,
            _message.c.thread_key == thread_key,
            (_message.c.sender_name == name) | (_message.c.sender_identity == name),
            _message.c["class"] != Class.SYSTEM.value,
        )
        .limit(1)
    ).one_or_none()
    return None if row is None else (Direction(row.direction), row.key)


ALIKE = 3
"""So many distinctive messages at the same time make two chats one."""
_SAMPLES = 60


def chat_like(connection: Connection, account: Account, offered: Sequence[Message]) -> str | None:
    """Return the key of the chat that holds distinctive messages of *offered* at the very same times, or None.

    Two of them must be a customer's: what we wrote to many at once says nothing. The times as written are compared,
    in whatever zone they had been read.
    """
    zones = {account.zone, *(one.zone for one in corrected_threads(connection, account.id))} - {None}
    found = (_chat_like(connection, account.id, offered, zone) for zone in (None, *sorted(map(str, zones))))
    return next((key for key in found if key is not None), None)


def _chat_like(connection: Connection, account_id: int, offered: Sequence[Message], zone: str | None) -> str | None:
    telling = [
        one
        for one in offered
        if one.received_at is not None and len(one.text) > align.DISTINCT and one.verdict.as_ is not Class.SYSTEM
    ]
    telling = telling[:: max(1, len(telling) // _SAMPLES)][:_SAMPLES]
    hits: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for one in telling:
        moment_ = one.received_at
        if zone is not None and one.local_at is not None:
            moment_ = one.local_at.replace(tzinfo=ZoneInfo(zone))
        assert moment_ is not None
        at = stored(moment_)
        rows = connection.execute(
            select(_message.c.thread_key, _message.c.direction, _message.c.token)
            .where(
                _message.c.stamp.between((at - 2_000) << 20, (at + 61_000) << 20),
                _message.c.account_id == account_id,
                _message.c.token == tokens.token(one),
            )
            .limit(10)
        )
        for thread_key, direction in {(row.thread_key, row.direction) for row in rows}:
            hits[thread_key] += 1
            asked[thread_key] += direction == Direction.IN.value
    best = hits.most_common(2)
    if not best:
        return None
    key, count = best[0]
    enough = min(ALIKE, max(2, len(telling)))
    alone = len(best) == 1 or best[1][1] * 2 < count
    return key if count >= enough and asked[key] >= enough - 1 and alone else None


def text_digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def by_mail_id(connection: Connection, account_id: int, ids: Collection[str]) -> dict[str, int]:
    """Return the threads that mail ids belong to."""
    wanted = list(ids)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 800):
        rows = connection.execute(
            select(_mail_id.c.message_id, _mail_id.c.thread_id).where(
                _mail_id.c.account_id == account_id, _mail_id.c.message_id.in_(wanted[start : start + 800])
            )
        )
        found.update({row.message_id: row.thread_id for row in rows})
    return found


def message_of(connection: Connection, account_id: int, external_ids: Collection[str]) -> tuple[int, int] | None:
    """Return (message, conversation) of our own message that one of *external_ids* names."""
    threads = set(by_mail_id(connection, account_id, external_ids).values())
    if not threads:
        return None
    rows = connection.execute(
        select(_message.c.id, _message.c.conversation_id, _message.c.ids).where(
            _message.c.thread_id.in_(threads), _message.c.direction == Direction.OUT.value
        )
    )
    for row in rows:
        if set(json.loads(row.ids)) & set(external_ids):
            return int(row.id), int(row.conversation_id)
    return None


def bounces_wait(connection: Connection, account_id: int) -> bool:
    """Return whether bounces have come whose message of ours has not."""
    waits = select(_message.c.id).where(
        _message.c.account_id == account_id,
        _message.c["class"] == Class.BOUNCE.value,
        _message.c.bounced.is_(None),
        _message.c.answers != "",
    )
    return connection.execute(waits.limit(1)).first() is not None


def bounce_earlier(
    connection: Connection, thread_id: int, message_id: int, ids: Collection[str]
) -> list[tuple[int, int]]:
    """Tie bounces that came before what they bounced to it; return them, each with its conversation."""
    rows = connection.execute(
        select(_message.c.id, _message.c.answers, _message.c.conversation_id).where(
            _message.c.thread_id == thread_id,
            _message.c["class"] == Class.BOUNCE.value,
            _message.c.bounced.is_(None),
        )
    ).all()
    tied = [(int(row.id), int(row.conversation_id)) for row in rows if set(row.answers.split()) & set(ids)]
    for bounce, _ in tied:
        connection.execute(update(_message).where(_message.c.id == bounce).values(bounced=message_id))
    return tied


# --- threads --------------------------------------------------------------------------------------------


def thread_by_key(connection: Connection, account_id: int, key: str) -> Thread | None:
    row = connection.execute(
        select(_thread).where(_thread.c.account_id == account_id, _thread.c.key == key)
    ).one_or_none()
    return None if row is None else _thread_of(row)


def corrected_threads(connection: Connection, account_id: int) -> list[Thread]:
    """Return the threads of which the agent said who is me, or in which zone they were written."""
    told = _thread.c.me.is_not(None) | _thread.c.zone.is_not(None)
    return [
        _thread_of(row) for row in connection.execute(select(_thread).where(_thread.c.account_id == account_id, told))
    ]


def threads_by_key(connection: Connection, account_id: int, keys: Collection[str]) -> dict[str, Thread]:
    """Return those threads of an account that are here, by their keys."""
    wanted = list(keys)
    found: dict[str, Thread] = {}
    for start in range(0, len(wanted), 800):
        part = wanted[start : start + 800]
        rows = connection.execute(select(_thread).where(_thread.c.account_id == account_id, _thread.c.key.in_(part)))
        found |= {row.key: _thread_of(row) for row in rows}
    return found


def threads(connection: Connection, ids: Collection[int]) -> dict[int, Thread]:
    """Return threads by their ids."""
    wanted = list(ids)
    found: dict[int, Thread] = {}
    for start in range(0, len(wanted), 800):
        rows = connection.execute(select(_thread).where(_thread.c.id.in_(wanted[start : start + 800])))
        found |= {row.id: _thread_of(row) for row in rows}
    return found


def _thread_of(row: Row[*tuple[Any, ...]]) -> Thread:
    me = None if row.me is None else tuple(json.loads(row.me))
    return Thread(row.id, row.key, moment(row.first_at), me, row.zone)


def begin_thread(connection: Connection, account_id: int, key: str, title: str, group: bool, now: datetime) -> Thread:
    done = driver(connection).execute(_ADD_THREAD, (account_id, key, title, group, stored(now)))
    return Thread(int(done.lastrowid), key, moment(stored(now)))


def tie_ids(connection: Connection, account_id: int, thread_id: int, ids: Iterable[str]) -> None:
    """Say that mail ids belong to a thread."""
    values = [(account_id, one, thread_id) for one in ids]
    if values:
        driver(connection).executemany(_TIE_IDS, values)


def join_threads(connection: Connection, into: int, others: Collection[int]) -> None:
    """Make several threads one: a late parent proved that they are."""
    for row in (_mail_id, _message):
        connection.execute(update(row).where(row.c.thread_id.in_(others)).values(thread_id=into))
    first = connection.execute(select(func.min(_thread.c.first_at)).where(_thread.c.id.in_([into, *others]))).scalar()
    connection.execute(update(_thread).where(_thread.c.id == into).values(first_at=first))


# --- people ---------------------------------------------------------------------------------------------


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


# --- messages -------------------------------------------------------------------------------------------


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


def watermark(connection: Connection) -> int:
    """Return the highest message id: all that had arrived."""
    return int(connection.execute(select(func.max(_message.c.id))).scalar() or 0)

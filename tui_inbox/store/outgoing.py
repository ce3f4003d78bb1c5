"""What goes out: the rows of the outbox, how far each came, and what a forwarded mail is made from.

A row is `waiting`; `sending` while a server may have taken it and nobody knows; then for good `sent`, `refused`,
`bounced`, `returned` (unsent when it was due), `dropped` (taken back, or handed to somebody else first) or `undone`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from tui_inbox.rules.handover import HAND_OVER, REPLY_ON
from tui_inbox.rules.lifecycle import Delivery, Verb
from tui_inbox.rules.model import ME, Class, Direction
from tui_inbox.store.moments import moment, stored
from tui_inbox.store.tables import (
    AccountRow,
    ActRow,
    AttachmentRow,
    BlobRow,
    ContactRow,
    ConversationRow,
    MessageRow,
    OutboxRow,
    RawRow,
    ThreadRow,
    table,
)

_outbox, _act, _message, _raw = table(OutboxRow), table(ActRow), table(MessageRow), table(RawRow)
_conversation, _account, _thread = table(ConversationRow), table(AccountRow), table(ThreadRow)
_contact, _attachment, _blob = table(ContactRow), table(AttachmentRow), table(BlobRow)

Line = Row[*tuple[Any, ...]]

WAITING, SENDING, SENT, REFUSED = "waiting", "sending", "sent", "refused"
BOUNCED, RETURNED, DROPPED = "bounced", "returned", "dropped"
OWED, KEPT, THERE, NONE = "owed", "kept", "there", "none"
"""The copy among the sent mail: still to be put there, put there by us, filed by the server, or nowhere to put it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row of the outbox."""

    id: int
    act_id: int
    conversation_id: int
    kind: str
    message: int
    to: str
    state: str
    not_before: datetime
    tries: int
    account: str | None
    message_id: str | None
    upto: int | None
    tried_at: datetime | None


def due(connection: Connection, now: datetime, *, at_once: bool = False) -> list[Outgoing]:
    """Return what may go out at *now*, oldest first; *at_once* does not wait for the next try, but for an undo."""
    early = [_outbox.c.tries > 0, _outbox.c.state == SENDING] if at_once else []
    rows = connection.execute(
        select(_outbox)
        .where(_outbox.c.state.in_((WAITING, SENDING)), or_(_outbox.c.not_before <= stored(now), *early))
        .order_by(_outbox.c.id)
    )
    return [outgoing(row) for row in rows]


def uncopied(connection: Connection) -> list[Outgoing]:
    """Return what was sent and is still to be put among the sent mail."""
    rows = connection.execute(
        select(_outbox).where(_outbox.c.state == SENT, _outbox.c["copy"] == OWED).order_by(_outbox.c.id)
    )
    return [outgoing(row) for row in rows]


def outgoing(row: Line) -> Outgoing:
    return Outgoing(
        row.id,
        row.act_id,
        row.conversation_id,
        row.kind,
        row.message,
        row.to,
        row.state,
        moment(row.not_before),
        row.tries,
        row.account,
        row.message_id,
        row.upto,
        moment(row.tried_at),
    )


def fresh(connection: Connection, id: int) -> Outgoing | None:  # noqa: A002 - the product's word
    """Return the row as it is now."""
    row = connection.execute(select(_outbox).where(_outbox.c.id == id)).one_or_none()
    return None if row is None else outgoing(row)


def mail(connection: Connection, id: int) -> bytes | None:  # noqa: A002 - the product's word
    """Return the bytes of the mail as a server was given it; None where none was."""
    packed = connection.execute(select(_outbox.c.raw).where(_outbox.c.id == id)).scalar()
    return None if packed is None else zlib.decompress(packed)


def change(connection: Connection, id: int, **values: object) -> None:  # noqa: A002 - the product's word
    """Set columns of a row; moments are aware."""
    told = {name: stored(value) if isinstance(value, datetime) else value for name, value in values.items()}
    connection.execute(update(_outbox).where(_outbox.c.id == id).values(**told))


def given(
    connection: Connection,
    id: int,  # noqa: A002 - the product's word
    account: str,
    message_id: str,
    upto: int,
    raw: bytes,
    now: datetime,
) -> None:
    """Record that a server may have the mail from now on, and which mail it is."""
    values = {"state": SENDING, "account": account, "message_id": message_id, "upto": upto, "copy": OWED}
    change(connection, id, **values, tried_at=now, raw=zlib.compress(raw, 6), problem=None)


def under_way(connection: Connection, act_id: int) -> bool:
    """Return whether the hand-over of an act is in a server's hands, and nobody knows yet whether it was taken."""
    found = select(_outbox.c.id).where(
        _outbox.c.act_id == act_id, _outbox.c.kind == HAND_OVER, _outbox.c.state == SENDING
    )
    return connection.execute(found).first() is not None


def by_message_id(connection: Connection, ids: Collection[str]) -> Outgoing | None:
    """Return what was sent under one of the Message-IDs *ids*."""
    if not ids:
        return None
    row = connection.execute(
        select(_outbox).where(_outbox.c.message_id.in_(list(ids)[:50])).order_by(_outbox.c.id).limit(1)
    ).one_or_none()
    return None if row is None else outgoing(row)


def delivered(connection: Connection, act_id: int, state: Delivery, at: datetime) -> None:
    """Record on the act how its hand-over ended; never earlier than the act."""
    connection.execute(
        update(_act)
        .where(_act.c.id == act_id)
        .values(delivery=state.value, delivered_at=func.max(_act.c.at, stored(at)))
    )


# --- replies to what was handed over ----------------------------------------------------------------------


def owe_replies(connection: Connection, conversations: Collection[int], now: datetime) -> int:
    """Post every customer message to what is a teammate's and that they do not have yet; return how many are new."""
    wanted = sorted(conversations)
    away: list[int] = []
    for start in range(0, len(wanted), 500):
        elsewhere = (_conversation.c.owner != ME) & _conversation.c.spam.is_(False)
        part = _conversation.c.id.in_(wanted[start : start + 500])
        away += connection.execute(select(_conversation.c.id).where(part, elsewhere)).scalars()
    return sum(_owe(connection, id_, now) for id_ in sorted(away))


def _owe(connection: Connection, conversation: int, now: datetime) -> int:
    row = connection.execute(
        select(_conversation.c.owner, _conversation.c.spam).where(_conversation.c.id == conversation)
    ).one_or_none()
    if row is None or row.owner == ME or row.spam:
        return 0
    act = _handed_by(connection, conversation, row.owner)
    if act is None or act.delivery != Delivery.SENT.value:
        return 0
    unsent = connection.execute(
        select(_message.c.id)
        .where(
            _message.c.conversation_id == conversation,
            _message.c.direction == Direction.IN.value,
            func.coalesce(_message.c.judged, _message.c["class"]) == Class.HUMAN.value,
            _message.c.history.is_(False),
            _unsent(connection, act),
            _message.c.id.not_in(select(_outbox.c.message).where(_outbox.c.act_id == act.id)),
        )
        .order_by(_message.c.received_at, _message.c.id)
    ).scalars()
    count = 0
    for message in unsent.all():
        connection.execute(
            insert(_outbox).values(
                act_id=act.id,
                conversation_id=conversation,
                kind=REPLY_ON,
                message=message,
                to=row.owner,
                not_before=stored(now),
                state=WAITING,
                created_at=stored(now),
            )
        )
        count += 1
    return count


def _unsent(connection: Connection, act: Line) -> Any:
    """Return the condition that the hand-over of *act* did not hold a message yet."""
    upto = connection.execute(
        select(_outbox.c.upto).where(_outbox.c.act_id == act.id, _outbox.c.kind == HAND_OVER)
    ).scalar()
    return _message.c.id > upto if upto is not None else _message.c.arrived_at > (act.delivered_at or act.at)


def _handed_by(connection: Connection, conversation: int, owner: str) -> Line | None:
    """Return the act that made *owner* the owner; in a conversation that continues another, perhaps an act on that."""
    here: int | None = conversation
    for _ in range(100):
        if here is None:
            return None
        rows = connection.execute(
            select(_act).where(_act.c.conversation_id == here, _act.c.undone_at.is_(None)).order_by(_act.c.id.desc())
        )
        for row in rows:
            if _makes_owner(row) == owner:
                return row
        here = connection.execute(select(_conversation.c.continues).where(_conversation.c.id == here)).scalar()
    return None


def _makes_owner(row: Line) -> str | None:
    """Return whom an act makes the owner; None where it leaves that alone."""
    match Verb(row.verb):
        case Verb.FORWARD:
            return str(row.to)
        case Verb.RETURN:
            return ME
        case Verb.ROUTE:
            owner = json.loads(row.effects or "{}").get("owner")
            return None if owner is None else str(owner)
        case Verb.SNOOZE | Verb.ARCHIVE:
            return None


# --- what a mail is made from -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subject:
    """The conversation that a mail is about."""

    channel: str
    account: str
    kind: str
    """The module that its account is read by."""
    subject: str
    thread: str
    thread_id: int
    account_id: int
    customer: str
    note: str
    act_at: datetime


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message of it, without its bytes."""

    id: int
    external_id: str
    key: str
    direction: Direction
    class_: Class
    sender_name: str
    sender_identity: str
    received: datetime
    text: str
    quoted: str
    state: str
    files: tuple[str, ...]


def about(connection: Connection, of: Outgoing) -> Subject:
    """Return what the mail *of* is about."""
    row = connection.execute(
        select(
            _conversation.c.channel,
            _conversation.c.subject,
            _conversation.c.thread_id,
            _conversation.c.account_id,
            _account.c.name.label("account"),
            _account.c.kind,
            _thread.c.key.label("thread"),
            _contact.c.name.label("customer"),
        )
        .join(_account, _account.c.id == _conversation.c.account_id)
        .join(_thread, _thread.c.id == _conversation.c.thread_id)
        .outerjoin(_contact, _contact.c.id == _conversation.c.contact_id)
        .where(_conversation.c.id == of.conversation_id)
    ).one()
    act = connection.execute(select(_act.c.note, _act.c.at).where(_act.c.id == of.act_id)).one()
    return Subject(
        row.channel,
        row.account,
        row.kind,
        row.subject,
        row.thread,
        row.thread_id,
        row.account_id,
        row.customer or "",
        act.note or "" if of.kind == HAND_OVER else "",
        moment(act.at),
    )


def spoken(connection: Connection, of: Outgoing) -> list[Spoken]:
    """Return the messages that the mail *of* tells, in their order: all that are here, or the one reply."""
    wanted = [_message.c.conversation_id == of.conversation_id, _message.c["class"] != Class.SYSTEM.value]
    if of.message:
        wanted.append(_message.c.id == of.message)
    rows = connection.execute(
        select(_message)
        .where(*wanted)
        .order_by(_message.c.received_at, _message.c.rank, _message.c.position, _message.c.id)
    ).all()
    files: dict[int, list[str]] = {}
    for file in connection.execute(
        select(_attachment.c.message_id, _attachment.c.name)
        .join(_message, _message.c.id == _attachment.c.message_id)
        .where(*wanted)
        .order_by(_attachment.c.id)
    ):
        files.setdefault(file.message_id, []).append(file.name)
    return [
        Spoken(
            row.id,
            row.external_id,
            row.key,
            Direction(row.direction),
            Class(row.judged or row._mapping[_message.c["class"]]),
            row.sender_name,
            row.sender_identity,
            moment(row.received_at),
            row.text,
            row.quoted,
            row.state,
            tuple(files.get(row.id, ())),
        )
        for row in rows
    ]


def watermark(connection: Connection, conversation: int) -> int:
    """Return the highest message id of a conversation."""
    found = select(func.max(_message.c.id)).where(_message.c.conversation_id == conversation)
    return int(connection.execute(found).scalar() or 0)


def earlier(connection: Connection, act_id: int) -> list[str]:
    """Return the Message-IDs of what was sent for an act: its hand-over, and replies sent on."""
    rows = connection.execute(
        select(_outbox.c.message_id)
        .where(_outbox.c.act_id == act_id, _outbox.c.message_id.is_not(None))
        .order_by(_outbox.c.id)
    )
    return list(rows.scalars())


def original(connection: Connection, message: int, most: int) -> bytes | None:
    """Return the bytes of a message as they came; None where they are more than *most*, or not here."""
    row = connection.execute(select(_raw.c.packed, _raw.c.content).where(_raw.c.message_id == message)).one_or_none()
    if row is None:
        return None
    if not row.packed:
        return row.content if len(row.content) <= most else None
    content = zlib.decompressobj().decompress(row.content, most + 1)
    return content if len(content) <= most else None


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a chat; `size` None where it is not here."""

    name: str
    type: str
    size: int | None
    digest: str | None


def attached(connection: Connection, messages: Sequence[int]) -> list[Attached]:
    """Return the files that came with *messages*, the newest first."""
    found: list[Attached] = []
    for start in range(0, len(messages), 500):
        rows = connection.execute(
            select(_attachment.c.name, _attachment.c.type, _attachment.c.blob, func.length(_blob.c.content).label("n"))
            .outerjoin(_blob, _blob.c.digest == _attachment.c.blob)
            .where(and_(_attachment.c.message_id.in_(messages[start : start + 500])))
            .order_by(_attachment.c.id.desc())
        )
        found += [Attached(row.name, row.type, row.n, row.blob) for row in rows]
    return found


def blob(connection: Connection, digest: str) -> bytes:
    return bytes(connection.execute(select(_blob.c.content).where(_blob.c.digest == digest)).scalar_one())

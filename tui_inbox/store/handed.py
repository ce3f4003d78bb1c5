"""What a forwarded mail is made from: the conversation that it is about, its messages, and their files."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from tui_inbox.rules.handover import HAND_OVER
from tui_inbox.rules.model import Class, Direction
from tui_inbox.store.moments import moment
from tui_inbox.store.outgoing import Outgoing
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

"""What is put right about messages that are here: who of them is me, and in which zone their times were written.

The naive time of every message whose format names no zone is kept, and so are the names; both can be mended without
the file.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from tui_inbox.rules.model import Class, Direction, Message, Person, Verdict
from tui_inbox.store import arrivals, search
from tui_inbox.store.moments import moment, stored
from tui_inbox.store.tables import (
    AccountRow,
    ContactRow,
    ConversationRow,
    IdentityRow,
    MessageRow,
    PromiseRow,
    RawRow,
    ThreadRow,
    table,
)

_account, _thread, _message = table(AccountRow), table(ThreadRow), table(MessageRow)
_identity, _contact, _promise = table(IdentityRow), table(ContactRow), table(PromiseRow)
_conversation, _raw = table(ConversationRow), table(RawRow)

_CHUNK = 500
_TIE = 20


@dataclass(frozen=True, slots=True)
class Chat:
    """A thread whose messages are put right."""

    id: int
    key: str
    title: str
    group: bool
    first_at: datetime
    me: tuple[str, ...] | None
    zone: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """A stored message, as far as it can be wrong. `local` is its time as written (naive)."""

    id: int
    conversation: int
    message: Message
    direction: Direction
    identity: int | None
    local: datetime | None
    sent: datetime | None
    received: datetime
    arrived: datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """A stored mail, as far as its side can be wrong; its recipients, Cc among them, stand in `message.to`."""

    id: int
    thread: int
    conversation: int
    message: Message
    ids: tuple[str, ...]
    direction: Direction
    identity: int | None
    sent: bool
    """Whether it lay among the sent mail."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What a message's direction and class should have been, and whose it then is."""

    id: int
    direction: Direction
    class_: Class
    why: str
    identity: int | None
    warnings: tuple[str, ...] | None = None
    """The warnings that then remain; None where they stay."""


@dataclass(frozen=True, slots=True)
class Moved:
    """When a message was really written (`sent`) and counts as received."""

    id: int
    sent: datetime
    received: datetime
    history: bool


def chats(connection: Connection, account_id: int, conversations: Collection[int] | None) -> list[Chat]:
    """Return the threads of an account, or those that *conversations* lie in."""
    wanted = select(_thread).where(_thread.c.account_id == account_id).order_by(_thread.c.id)
    if conversations is not None:
        of = select(_conversation.c.thread_id).where(_conversation.c.id.in_(conversations))
        wanted = wanted.where(_thread.c.id.in_(of))
    return [
        Chat(
            row.id,
            row.key,
            row.title,
            bool(row.is_group),
            moment(row.first_at),
            None if row.me is None else tuple(json.loads(row.me)),
            row.zone,
        )
        for row in connection.execute(wanted).all()
    ]


def said(connection: Connection, thread_id: int) -> Iterator[list[Said]]:
    """Yield the messages of a thread in received order, some at a time."""
    wanted = (
        select(
            _message.c.id,
            _message.c.conversation_id,
            _message.c.key,
            _message.c["class"].label("class_"),
            _message.c.why,
            _message.c.direction,
            _message.c.identity_id,
            _message.c.sender_name,
            _message.c.sender_identity,
            _message.c.recipients,
            _message.c.local_at,
            _message.c.sent_at,
            _message.c.received_at,
            _message.c.arrived_at,
            _conversation.c.channel,
        )
        .join(_conversation, _conversation.c.id == _message.c.conversation_id)
        .where(_message.c.thread_id == thread_id)
        .order_by(_message.c.received_at, _message.c.rank, _message.c.position, _message.c.id)
    )
    # The order needs a sort, so that the rows are read before any of them is changed.
    for part in connection.execute(wanted, execution_options={"yield_per": _CHUNK}).partitions():
        yield [_said(row) for row in part]


def _said(row: Row[*tuple[Any, ...]]) -> Said:
    return Said(
        row.id,
        row.conversation_id,
        Message(
            channel=row.channel,
            key=row.key,
            sender=Person(row.sender_name, row.sender_identity),
            received_at=moment(row.received_at),
            to=tuple(Person(name, identity) for name, identity in json.loads(row.recipients)),
            verdict=Verdict(Class(row.class_), row.why),
        ),
        Direction(row.direction),
        row.identity_id,
        None if row.local_at is None else moment(row.local_at).replace(tzinfo=None),
        moment(row.sent_at),
        moment(row.received_at),
        moment(row.arrived_at),
    )


def mails(connection: Connection, account_id: int, conversations: Collection[int] | None) -> Iterator[Mail]:
    """Yield the mails of an account, or of the threads in which *conversations* lie."""
    wanted = select(
        _message.c.id,
        _message.c.thread_id,
        _message.c.conversation_id,
        _message.c.key,
        _message.c.ids,
        _message.c["class"].label("class_"),
        _message.c.why,
        _message.c.direction,
        _message.c.identity_id,
        _message.c.sender_name,
        _message.c.sender_identity,
        _message.c.recipients,
        _message.c.warnings,
        _message.c.rank,
    ).where(_message.c.account_id == account_id)
    if conversations is not None:
        of = select(_conversation.c.thread_id).where(_conversation.c.id.in_(conversations))
        wanted = wanted.where(_message.c.thread_id.in_(of))
    for row in connection.execute(wanted.order_by(_message.c.id), execution_options={"yield_per": _CHUNK}):
        yield Mail(
            row.id,
            row.thread_id,
            row.conversation_id,
            Message(
                channel="email",
                key=row.key,
                sender=Person(row.sender_name, row.sender_identity),
                received_at=None,
                to=tuple(Person(name, identity) for name, identity in json.loads(row.recipients)),
                verdict=Verdict(Class(row.class_), row.why),
                warnings=tuple(json.loads(row.warnings)),
            ),
            tuple(json.loads(row.ids)),
            Direction(row.direction),
            row.identity_id,
            row.rank == 0,
        )


def raws(connection: Connection, messages: Sequence[int]) -> dict[int, bytes]:
    """Return the bytes of those of *messages* that have them still."""
    rows = connection.execute(select(_raw).where(_raw.c.message_id.in_(messages)))
    return {row.message_id: zlib.decompress(row.content) if row.packed else bytes(row.content) for row in rows}


def customers(connection: Connection, conversations: Collection[int]) -> Iterator[tuple[int, Person]]:
    """Yield who speaks as a customer in each of *conversations*."""
    wanted = sorted(conversations)
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(
            select(_message.c.conversation_id, _message.c.sender_name, _message.c.sender_identity)
            .where(
                _message.c.conversation_id.in_(wanted[start : start + _CHUNK]),
                _message.c.direction == Direction.IN.value,
                _message.c["class"] != Class.SYSTEM.value,
            )
            .distinct()
        )
        for row in rows:
            yield row.conversation_id, Person(row.sender_name, row.sender_identity)


def turn(connection: Connection, turned: Sequence[Turned]) -> None:
    """Give messages the side they should have had."""
    if turned:
        connection.execute(
            update(_message)
            .where(_message.c.id == bindparam("id_"))
            .values(
                {
                    "direction": bindparam("to_direction"),
                    "class": bindparam("to_class"),
                    "why": bindparam("to_why"),
                    "identity_id": bindparam("to_identity"),
                }
            ),
            [
                {
                    "id_": one.id,
                    "to_direction": one.direction.value,
                    "to_class": one.class_.value,
                    "to_why": one.why,
                    "to_identity": one.identity,
                }
                for one in turned
            ],
        )
    for one in turned:
        if one.warnings is not None:
            told = json.dumps(one.warnings, ensure_ascii=False)
            connection.execute(update(_message).where(_message.c.id == one.id).values(warnings=told))


def move(connection: Connection, moved: Sequence[Moved]) -> None:
    """Give messages the time they were really written at, in the index too; an edit's time moves with it."""
    by_id = {one.id: one for one in moved}
    rows = connection.execute(select(_message).where(_message.c.id.in_(by_id))).all()
    texts = {row.id: arrivals.indexed(connection, row) for row in rows}
    for row in rows:
        connection.exec_driver_sql(search.REMOVE, (row.stamp, *texts[row.id]))
    connection.execute(update(_message).where(_message.c.id.in_(by_id)).values(stamp=-_message.c.id))
    for row in rows:
        one = by_id[row.id]
        stamp = _free_stamp(connection, row.id, stored(one.received))
        later = stored(one.sent) - (row.received_at if row.sent_at is None else row.sent_at)
        connection.execute(
            update(_message)
            .where(_message.c.id == row.id)
            .values(
                sent_at=stored(one.sent),
                received_at=stored(one.received),
                stamp=stamp,
                history=one.history,
                edited_at=None if row.edited_at is None else row.edited_at + later,
            )
        )
        connection.exec_driver_sql(search.ADD, (stamp, *texts[row.id]))


def _free_stamp(connection: Connection, id_: int, received: int) -> int:
    wanted = (received << _TIE) + id_ % (1 << _TIE)
    if connection.execute(select(_message.c.id).where(_message.c.stamp == wanted)).first() is None:
        return wanted
    highest = select(func.max(_message.c.stamp)).where(_message.c.stamp.between(wanted, ((received + 1) << _TIE) - 1))
    return int(connection.execute(highest).scalar_one()) + 1


def rename(connection: Connection, account_id: int, chat: Chat, key: str, identities: str, renamed: str) -> bool:
    """Call a chat *key*, and its people, whose keys begin with *identities*, by *renamed*; False: the name is taken."""
    taken = select(_thread.c.id).where(_thread.c.account_id == account_id, _thread.c.key == key)
    if connection.execute(taken).first() is not None:
        return False
    connection.execute(update(_thread).where(_thread.c.id == chat.id).values(key=key, title=key))
    connection.execute(update(_message).where(_message.c.thread_id == chat.id).values(thread_key=key))
    people = select(_identity.c.id, _identity.c.key).where(
        _identity.c.id.in_(select(_message.c.identity_id).where(_message.c.thread_id == chat.id)),
        func.substr(_identity.c.key, 1, len(identities)) == identities,
    )
    for row in connection.execute(people).all():
        new = renamed + row.key[len(identities) :]
        connection.execute(update(_identity).where(_identity.c.id == row.id).values(key=new))
    return True


def void_terms(connection: Connection, messages: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
    """Drop the promises that began with *messages*, whose terms rest on a wrong time; return what they were."""
    origins = [f"m{id_}" for id_ in messages]
    gone: list[Row[*tuple[Any, ...]]] = []
    for start in range(0, len(origins), _CHUNK):
        of = select(_message.c.conversation_id).where(_message.c.id.in_(messages[start : start + _CHUNK]))
        wrong = _promise.c.conversation_id.in_(of) & _promise.c.origin.in_(origins[start : start + _CHUNK])
        gone += connection.execute(select(_promise).where(wrong)).all()
        connection.execute(delete(_promise).where(wrong))
    return gone


def forget_strangers(connection: Connection, identities: Collection[int]) -> None:
    """Drop those of *identities* that no message is from any more: they were me, not customers."""
    wanted = list(identities)
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        used = set(connection.execute(select(_message.c.identity_id).where(_message.c.identity_id.in_(part))).scalars())
        gone = [id_ for id_ in part if id_ not in used]
        contacts = set(connection.execute(select(_identity.c.contact_id).where(_identity.c.id.in_(gone))).scalars())
        connection.execute(delete(_identity).where(_identity.c.id.in_(gone)))
        left = set(
            connection.execute(select(_identity.c.contact_id).where(_identity.c.contact_id.in_(contacts))).scalars()
        ) | set(connection.execute(select(_identity.c.born_with).where(_identity.c.born_with.in_(contacts))).scalars())
        alone = contacts - left
        connection.execute(update(_conversation).where(_conversation.c.contact_id.in_(alone)).values(contact_id=None))
        connection.execute(delete(_contact).where(_contact.c.id.in_(alone)))


def remember(connection: Connection, chat_id: int, values: Mapping[str, str | None]) -> None:
    """Keep what was said of one chat alone: `me` (JSON) and `zone`."""
    if values:
        connection.execute(update(_thread).where(_thread.c.id == chat_id).values(**values))


def still_me(connection: Connection, account_id: int, names: Sequence[str]) -> list[str]:
    """Return those of *names* that an answer of ours in this account still carries."""
    rows = connection.execute(
        select(_message.c.sender_name, _message.c.sender_identity)
        .where(_message.c.account_id == account_id, _message.c.direction == Direction.OUT.value)
        .distinct()
    )
    carried = {one.casefold() for row in rows for one in row if one}
    return [one for one in names if one.casefold() in carried]


def unrouted(connection: Connection, conversations: Collection[int]) -> list[int]:
    """Return those of *conversations* that no rule has looked at."""
    found: list[int] = []
    wanted = sorted(conversations)
    for start in range(0, len(wanted), _CHUNK):
        found += connection.execute(
            select(_conversation.c.id).where(
                _conversation.c.id.in_(wanted[start : start + _CHUNK]), _conversation.c.routed.is_(None)
            )
        ).scalars()
    return found

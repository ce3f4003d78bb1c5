"""Taking a customer out of the store for good: every byte of theirs goes, the figures stay.

What reports count (that a message came, when, its class, the promises, the acts) stays as rows that say nothing of
the customer. `wipe` then rewrites the file, so that no free page, index segment or journal holds what was erased.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, cast, delete, func, literal, or_, select, update

from tui_inbox.problems import NotFound, StoreTrouble
from tui_inbox.rules.model import Direction
from tui_inbox.store import arrivals, migrations, outgoing, search
from tui_inbox.store.tables import (
    AccountRow,
    ActRow,
    ApartRow,
    AttachmentRow,
    BlobRow,
    ContactRow,
    ConversationRow,
    CursorRow,
    DroppedRow,
    EventRow,
    IdentityRow,
    MailIdRow,
    MessageRow,
    MoveRow,
    OutboxRow,
    RawRow,
    ReviewRow,
    SetAsideRow,
    ThreadRow,
    table,
)

_contact, _identity, _thread = table(ContactRow), table(IdentityRow), table(ThreadRow)
_apart = table(ApartRow)
_conversation, _message, _raw = table(ConversationRow), table(MessageRow), table(RawRow)
_attachment, _blob, _mail_id = table(AttachmentRow), table(BlobRow), table(MailIdRow)
_account, _review = table(AccountRow), table(ReviewRow)
_event, _act, _outbox, _move = table(EventRow), table(ActRow), table(OutboxRow), table(MoveRow)
_set_aside, _cursor, _dropped = table(SetAsideRow), table(CursorRow), table(DroppedRow)

Line = Row[*tuple[Any, ...]]

ERASED = "(erased)"
"""What stands where another customer's message named somebody who was erased."""
_SHORTEST = 3
"""Letters of a name that is looked for in what others wrote in the same conversation."""
_TELLING = 6
"""Characters from which a name or an id says in any place whose it is."""
_CHUNK = 400
_PATIENCE = 2_000
"""Milliseconds that others are waited for before the file is rewritten."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody as the store knows them: identity keys, what they are called, and the conversations they are in."""

    contact: int
    name: str
    keys: tuple[str, ...]
    words: tuple[str, ...]
    """Addresses, numbers, ids and names, the longest first."""
    alone: tuple[int, ...] = ()
    """Conversations in which no other customer has written."""
    shared: tuple[int, ...] = ()
    messages: int = 0
    """Messages that go: all of `alone`, and their own of `shared`."""


@dataclass(slots=True)
class Erased:
    """What became of it."""

    messages: int = 0
    mentions: int = 0
    """Messages of others in which their name or address stood."""
    dropped: list[tuple[str, str]] = field(default_factory=list)
    """Watched folders and names in them that name the customer."""


def customer(connection: Connection, contact: int) -> Customer:
    """Return who contact *contact* is. Raises `NotFound`."""
    row = connection.execute(select(_contact).where(_contact.c.id == contact)).one_or_none()
    if row is None:
        raise NotFound(f"There is no contact {contact}.", "`tui-inbox show ID --json` names each customer's contact.")
    own = connection.execute(select(_identity).where(_identity.c.contact_id == contact).order_by(_identity.c.id)).all()
    born = select(_contact.c.name).where(_contact.c.id.in_({one.born_with for one in own}))
    ids = [one.id for one in own]
    called = select(_message.c.sender_name, _message.c.sender_identity).where(_by(ids))
    said = [row.name, *connection.execute(born).scalars()]
    said += [part for one in own for part in (one.value, one.name)]
    said += [part for one in connection.execute(called.distinct()) for part in one]
    words = sorted({one.strip() for one in said if len(one.strip()) >= _SHORTEST}, key=lambda one: (-len(one), one))
    alone, shared = _conversations(connection, contact, ids)
    count = select(func.count()).where(
        or_(
            _message.c.conversation_id.in_(alone),
            _by(ids),
        )
    )
    messages = int(connection.execute(count).scalar_one())
    keys = tuple(one.key for one in own if not one.key.startswith(_gone(0)))
    return Customer(contact, row.name, keys, tuple(words), tuple(alone), tuple(shared), messages)


def _by(identities: Sequence[int]) -> Any:
    """Return the condition that one of *identities* wrote it; of an answer of ours they are whom it went to."""
    return _message.c.identity_id.in_(identities) & (_message.c.direction == Direction.IN.value)


def known_as(connection: Connection, keys: Collection[str]) -> int | None:
    """Return the contact that one of the identity keys *keys* belongs to: ids differ from one copy to the next."""
    found = select(_identity.c.contact_id).where(_identity.c.key.in_(keys)).order_by(_identity.c.id).limit(1)
    contact = connection.execute(found).scalar()
    return None if contact is None else int(contact)


def _conversations(connection: Connection, contact: int, ids: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the conversations in which they alone are the customer, and those that they share with others."""
    wrote = select(_message.c.conversation_id).where(_message.c.identity_id.in_(ids))
    theirs = select(_conversation.c.id).where(or_(_conversation.c.contact_id == contact, _conversation.c.id.in_(wrote)))
    every = set(connection.execute(theirs).scalars())
    others = (
        select(_message.c.conversation_id)
        .where(
            _message.c.conversation_id.in_(every),
            _message.c.identity_id.not_in(ids),
            _message.c.direction == Direction.IN.value,
        )
        .distinct()
    )
    shared = set(connection.execute(others).scalars())
    return sorted(every - shared), sorted(shared)


def _gone(id_: int) -> str:
    return f"erased:{id_}" if id_ else "erased:"


def erase(connection: Connection, who: Customer) -> Erased:
    """Take *who* out of every row; the rows stay. The conversations are then to be read anew, and the file wiped."""
    came = Erased()
    merged = select(_conversation.c.id).where(_conversation.c.merged_into.in_(who.alone))
    alone = [*connection.execute(merged).scalars(), *who.alone]
    ids = list(connection.execute(select(_identity.c.id).where(_identity.c.contact_id == who.contact)).scalars())
    speaking = _message.c.key.not_like(f"{_gone(0)}%")
    answered = _answered(connection, who, ids)
    for rows in _parts(connection, speaking & or_(_message.c.conversation_id.in_(alone), _by(ids))):
        _blank(connection, rows)
        came.messages += len(rows)
    for rows in _parts(connection, _naming(who)):
        came.mentions += sum(_scrub(connection, row, answered) for row in rows)
    _threads(connection, alone)
    _events(connection, alone, who)
    _records(connection, [*alone, *who.shared])
    _outgoing(connection, alone, [*alone, *who.shared])
    _leftovers(connection, who, came)
    _identities(connection, who.contact, ids)
    connection.exec_driver_sql("INSERT INTO fulltext(fulltext) VALUES ('optimize')")
    return came


def _answered(connection: Connection, who: Customer, ids: Sequence[int]) -> Customer:
    """Return *who* with the ids of what they wrote to others: the answers name them."""
    wrote = select(_message.c.ids, _message.c.external_id).where(
        _message.c.conversation_id.in_(who.shared), _by(ids), _message.c.thread_key == ""
    )
    named = {one for row in connection.execute(wrote) for one in (*json.loads(row.ids), row.external_id) if one}
    return replace(who, words=tuple(sorted({*who.words, *named}, key=lambda one: (-len(one), one))))


def _parts(connection: Connection, where: Any) -> Iterator[Sequence[Line]]:
    """Yield the messages *where* holds, some at a time, each part read before it is changed."""
    wanted = list(connection.execute(select(_message.c.id).where(where).order_by(_message.c.id)).scalars())
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        yield connection.execute(select(_message).where(_message.c.id.in_(part))).all()


def _blank(connection: Connection, rows: Sequence[Line]) -> None:
    """Leave of messages only that there was one, when, and what kind."""
    ids = [row.id for row in rows]
    for row in rows:
        connection.exec_driver_sql(search.REMOVE, (row.stamp, *arrivals.indexed(connection, row)))
        connection.exec_driver_sql(search.ADD, (row.stamp, "", "", "", "", ""))
    _forget_files(connection, ids)
    connection.execute(delete(_raw).where(_raw.c.message_id.in_(ids)))
    names = {one for row in rows for one in (*json.loads(row.ids), row.external_id)}
    connection.execute(delete(_mail_id).where(_mail_id.c.message_id.in_(names)))
    nothing = dict.fromkeys(
        ("external_id", "why", "sender_name", "sender_identity", "subject", "text", "quoted", "token", "answers"), ""
    )
    connection.execute(
        update(_message)
        .where(_message.c.id.in_(ids))
        .values(
            **nothing,
            key=literal(_gone(0)) + cast(_message.c.id, _message.c.key.type),
            recipients="[]",
            ids="[]",
            warnings="[]",
            attachments=0,
            state="deleted",
        )
    )


def _forget_files(connection: Connection, messages: Sequence[int]) -> None:
    digests = set(
        connection.execute(
            select(_attachment.c.blob).where(_attachment.c.message_id.in_(messages), _attachment.c.blob.is_not(None))
        ).scalars()
    )
    connection.execute(delete(_attachment).where(_attachment.c.message_id.in_(messages)))
    kept = set(connection.execute(select(_attachment.c.blob).where(_attachment.c.blob.in_(digests))).scalars())
    connection.execute(delete(_blob).where(_blob.c.digest.in_(digests - kept)))


# --- what others wrote --------------------------------------------------------------------------------------


def _telling(words: Iterable[str]) -> list[str]:
    """Return the words that name one person wherever they stand: addresses, numbers, and ids or names that are long."""
    return [one for one in words if "@" in one or len(one) >= _TELLING]


def _naming(who: Customer) -> Any:
    """Return the condition that a message may name *who*: all of the shared conversations, elsewhere by address."""
    named = [one for one in _telling(who.words) if "@" in one or sum(map(str.isdigit, one)) >= _TELLING]
    texts = (_message.c.recipients, _message.c.text, _message.c.quoted, _message.c.subject, _message.c.sender_identity)
    found = [func.instr(func.lower(column), one.lower()) > 0 for one in named for column in texts]
    return or_(_message.c.conversation_id.in_(who.shared), *found)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in words) or r"(?!)", re.IGNORECASE)


def _scrub(connection: Connection, row: Line, who: Customer) -> bool:
    """Take *who* out of a message of somebody else; return whether they stood in it."""
    shared = row.conversation_id in who.shared
    pattern = _pattern(who.words if shared else [one for one in _telling(who.words) if "@" in one or one[-1].isdigit()])
    values: dict[str, Any] = {}
    for column in (
        "subject",
        "text",
        "quoted",
        "token",
        "sender_name",
        "sender_identity",
        "why",
        "warnings",
        "answers",
    ):
        said = getattr(row, column)
        if (without := pattern.sub(ERASED, said)) != said:
            values[column] = without
    if shared and row.quoted:
        values["quoted"] = ""
    people = json.loads(row.recipients)
    left = [one for one in people if not any(pattern.search(part) for part in one)]
    if left != people:
        values["recipients"] = json.dumps(left, ensure_ascii=False)
    files = connection.execute(select(_attachment).where(_attachment.c.message_id == row.id)).all()
    renamed = {one.id: name for one in files if (name := pattern.sub(ERASED, one.name)) != one.name}
    hidden = bool(values.keys() - {"recipients"})
    raw = _scrubbed_raw(connection, row.id, pattern, hidden=hidden, quoting=shared and bool(row.quoted))
    if not values and not renamed and not raw:
        return False
    connection.exec_driver_sql(search.REMOVE, (row.stamp, *arrivals.indexed(connection, row)))
    for id_, name in renamed.items():
        connection.execute(update(_attachment).where(_attachment.c.id == id_).values(name=name))
    if values:
        connection.execute(update(_message).where(_message.c.id == row.id).values(**values))
    new = connection.execute(select(_message).where(_message.c.id == row.id)).one()
    connection.exec_driver_sql(search.ADD, (new.stamp, *arrivals.indexed(connection, new)))
    return True


_ENCODED = re.compile(rb"base64|quoted-printable|=\?|\\u", re.IGNORECASE)


def _scrubbed_raw(
    connection: Connection, message_id: int, pattern: re.Pattern[str], *, hidden: bool, quoting: bool
) -> bool:
    """Take the words out of a message's bytes; or away with the bytes, where they quote, or an encoding hides words."""
    row = connection.execute(select(_raw).where(_raw.c.message_id == message_id)).one_or_none()
    if row is None:
        return False
    raw = zlib.decompress(row.content) if row.packed else row.content
    # A byte is a character here, so that lengths, and with them the structure of a mail, stay as they are.
    bare = re.compile(pattern.pattern.encode(), re.IGNORECASE)
    without = bare.sub(lambda found: b"x" * len(found[0]), raw)
    if quoting or (hidden and _ENCODED.search(raw)):
        connection.execute(delete(_raw).where(_raw.c.message_id == message_id))
        return True
    if without != raw:
        arrivals.keep_raw(connection, message_id, without)
    return without != raw


# --- what was recorded --------------------------------------------------------------------------------------


def _threads(connection: Connection, conversations: Collection[int]) -> None:
    """Take the names and ids out of threads that hold nothing but *conversations*."""
    own = set(
        connection.execute(select(_conversation.c.thread_id).where(_conversation.c.id.in_(conversations))).scalars()
    )
    other = select(_conversation.c.thread_id).where(
        _conversation.c.thread_id.in_(own), _conversation.c.id.not_in(conversations)
    )
    for id_ in sorted(own - set(connection.execute(other).scalars())):
        connection.execute(delete(_mail_id).where(_mail_id.c.thread_id == id_))
        connection.execute(update(_thread).where(_thread.c.id == id_).values(key=_gone(id_), title="", me=None))
        chat = (_message.c.thread_id == id_) & (_message.c.thread_key != "")
        connection.execute(update(_message).where(chat).values(thread_key=_gone(id_)))


def _events(connection: Connection, alone: Sequence[int], who: Customer) -> None:
    """Take what was noted about them out of the record; that it happened, and when, stays."""
    pattern = _pattern(who.words)
    for id_ in (*alone, *who.shared):
        for row in connection.execute(select(_event).where(_event.c.conversation_id == id_)).all():
            detail = json.loads(row.detail)
            if id_ not in who.shared:
                detail.pop("note", None)
            said = json.dumps(_without(detail, pattern), ensure_ascii=False)
            connection.execute(update(_event).where(_event.c.id == row.id).values(detail=said))
        for row in connection.execute(
            select(_act).where(_act.c.conversation_id == id_, _act.c.note.is_not(None))
        ).all():
            note = pattern.sub(ERASED, row.note) if id_ in who.shared else None
            connection.execute(update(_act).where(_act.c.id == row.id).values(note=note))
    threads = select(_thread).join(_conversation, _conversation.c.thread_id == _thread.c.id)
    for row in connection.execute(threads.where(_conversation.c.id.in_(who.shared))).all():
        title = pattern.sub(ERASED, row.title)
        connection.execute(update(_thread).where(_thread.c.id == row.id).values(title=title))


def _without(said: Any, pattern: re.Pattern[str]) -> Any:
    """Return the detail of an event without the words."""
    match said:
        case str():
            return pattern.sub(ERASED, said)
        case list():
            return [_without(one, pattern) for one in said]
        case dict():
            return {name: _without(one, pattern) for name, one in said.items()}
        case _:
            return said


def _records(connection: Connection, conversations: Sequence[int]) -> None:
    """Take their words out of the rows of conversations; what a reading gives anew comes back with it."""
    for row in connection.execute(select(_conversation).where(_conversation.c.id.in_(conversations))).all():
        routed = None if row.routed is None else json.dumps({**json.loads(row.routed), "trace": [], "owner": ""})
        values = {"routed": routed, "subject": "", "snippet": ""}
        connection.execute(update(_conversation).where(_conversation.c.id == row.id).values(**values))


def _outgoing(connection: Connection, alone: Sequence[int], every: Sequence[int]) -> None:
    """Take their words out of what went out; what waits about them alone goes nowhere."""
    waits = _outbox.c.conversation_id.in_(alone) & _outbox.c.state.in_((outgoing.WAITING, outgoing.SENDING))
    connection.execute(update(_outbox).where(waits).values(state=outgoing.DROPPED))
    posted = update(_outbox).where(_outbox.c.conversation_id.in_(every))
    connection.execute(posted.values(problem=None, raw=None))
    connection.execute(posted.where(_outbox.c["copy"] == outgoing.OWED).values({_outbox.c["copy"]: outgoing.NONE}))
    connection.execute(update(_move).where(_move.c.conversation_id.in_(every)).values(problem=None))


def _leftovers(connection: Connection, who: Customer, came: Erased) -> None:
    """Take away what could not be read, bookmarks of finished imports, and troubles noted, where they name *who*."""
    pattern = _pattern(_telling(who.words))
    for row in connection.execute(select(_set_aside)).all():
        said = "\n".join((row.place, row.where, row.what, row.content.decode("utf-8", "replace")))
        if pattern.search(said):
            connection.execute(delete(_set_aside).where(_set_aside.c.id == row.id))
    for row in connection.execute(select(_cursor)).all():
        if pattern.search(f"{row.place}\n{row.value}"):
            connection.execute(
                delete(_cursor).where(_cursor.c.account_id == row.account_id, _cursor.c.place == row.place)
            )
    for row in connection.execute(select(_review)).all():
        if pattern.search(f"{row.of}\n{row.state}"):
            connection.execute(delete(_review).where(_review.c.of == row.of))
    for name in ("problem", "me"):
        for row in connection.execute(select(_account.c.id, _account.c[name].label("said"))).all():
            if row.said and (said := pattern.sub(ERASED, row.said)) != row.said:
                connection.execute(update(_account).where(_account.c.id == row.id).values({name: said}))
    for row in connection.execute(select(_dropped)).all():
        if pattern.search(row.name):
            came.dropped.append((row.folder, row.name))
        if row.problem and (said := pattern.sub(ERASED, row.problem)) != row.problem:
            place = (_dropped.c.folder == row.folder) & (_dropped.c.name == row.name)
            connection.execute(update(_dropped).where(place).values(problem=said))


def forget_dropped(connection: Connection, folder: str, name: str) -> None:
    """Forget a file of a watched folder that no longer lies there."""
    connection.execute(delete(_dropped).where(_dropped.c.folder == folder, _dropped.c.name == name))


def _identities(connection: Connection, contact: int, ids: Sequence[int]) -> None:
    """Leave of a contact that there was one: one identity that says nothing, so that what was counted stays counted."""
    born = set(connection.execute(select(_identity.c.born_with).where(_identity.c.id.in_(ids))).scalars())
    connection.execute(update(_contact).where(_contact.c.id.in_({contact, *born})).values(name=""))
    if not ids:
        return
    connection.execute(delete(_apart).where(or_(_apart.c.one.in_(ids), _apart.c.other.in_(ids))))
    first, rest = ids[0], ids[1:]
    connection.execute(update(_message).where(_message.c.identity_id.in_(rest)).values(identity_id=first))
    connection.execute(delete(_identity).where(_identity.c.id.in_(rest)))
    nobody = {"key": _gone(first), "value": "", "name": "", "born_with": contact, "looks": ""}
    connection.execute(update(_identity).where(_identity.c.id == first).values(**nobody))


# --- the file -----------------------------------------------------------------------------------------------


def wipe(path: Path) -> None:
    """Rewrite the store at *path* without free pages, and empty its journal.

    Raises `StoreTrouble` where somebody else reads or writes it, or there is no room for a second copy.
    """
    try:
        with closing(migrations.connect(path)) as connection:
            connection.execute("PRAGMA temp_store = FILE")
            connection.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
            connection.execute("VACUUM")
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error as trouble:
        raise migrations.trouble_of(path, trouble) from trouble
    if busy:
        raise StoreTrouble(
            f"What was erased may still lie in the journal of {path}: another program has the store open.",
            "Close the inbox everywhere, then run the same command again.",
        )

"""Taking the name of somebody who is erased out of what others wrote, and out of what was noted."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, String, delete, func, or_, select, update

from tui_inbox.store import arrivals, search
from tui_inbox.store.tables import (
    AccountRow,
    ActRow,
    AttachmentRow,
    ConversationRow,
    CursorRow,
    DroppedRow,
    EventRow,
    MessageRow,
    RawRow,
    ReviewRow,
    SetAsideRow,
    ThreadRow,
    table,
)
from tui_inbox.store.theirs import Erased, Line, Traces

_thread = table(ThreadRow)
_conversation, _message, _raw = table(ConversationRow), table(MessageRow), table(RawRow)
_attachment = table(AttachmentRow)
_account, _review = table(AccountRow), table(ReviewRow)
_event, _act = table(EventRow), table(ActRow)
_set_aside, _cursor, _dropped = table(SetAsideRow), table(CursorRow), table(DroppedRow)


_TELLING = 6
"""Characters from which a name or an id says in any place whose it is."""


ERASED = "(erased)"
"""What stands where another customer's message named somebody who was erased."""


def telling(words: Iterable[str]) -> list[str]:
    """Return the words that name one person wherever they stand: addresses, numbers, and ids or names that are long."""
    return [one for one in words if "@" in one or len(one) >= _TELLING]


def naming(who: Traces) -> Any:
    """Return the condition that a message may name *who*: all of the shared conversations, elsewhere by address."""
    named = [one for one in telling(who.words) if "@" in one or sum(map(str.isdigit, one)) >= _TELLING]
    said = (func.unpacked(column, type_=String) for column in (_message.c.text, _message.c.quoted))
    texts = (_message.c.recipients, *said, _message.c.subject, _message.c.sender_identity)
    found = [func.instr(func.lower(column), one.lower()) > 0 for one in named for column in texts]
    return or_(_message.c.conversation_id.in_(who.shared), *found)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in words) or r"(?!)", re.IGNORECASE)


def scrub(connection: Connection, row: Line, who: Traces) -> bool:
    """Take *who* out of a message of somebody else; return whether they stood in it."""
    shared = row.conversation_id in who.shared
    pattern = _pattern(who.words if shared else [one for one in telling(who.words) if "@" in one or one[-1].isdigit()])
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


def events(connection: Connection, alone: Sequence[int], who: Traces) -> None:
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


def leftovers(connection: Connection, who: Traces, came: Erased) -> None:
    """Take away what could not be read, bookmarks of finished imports, and troubles noted, where they name *who*."""
    pattern = _pattern(telling(who.words))
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

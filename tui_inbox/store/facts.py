"""What the messages of a conversation say by themselves: subject, customer, how many, how recent, a snippet, news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, select

from tui_inbox.rules.model import Class, Direction
from tui_inbox.rules.sensitive import masked
from tui_inbox.store.many import among, asked, many
from tui_inbox.store.tables import IdentityRow, MessageRow, ThreadRow, table
from tui_inbox.store.texts import unpacked

_message, _identity, _thread = table(MessageRow), table(IdentityRow), table(ThreadRow)

Line = Row[*tuple[Any, ...]]

SNIPPET = 160
LONG = 5000
"""Messages from which a conversation is asked for what is needed, and not walked: nobody waits for a million rows."""
_BEGINNING = 1000
"""Messages among which a very long conversation's subject stands."""
_IN = Direction.IN.value
_CLASSES = {one.value: one for one in Class}
_classed = func.coalesce(_message.c.judged, _message.c["class"])


@dataclass(slots=True)
class _Side:
    """What is known of some of a conversation's messages, told in their order."""

    last: Line | None = None
    last_out_at: int | None = None
    person: int | None = None
    """The contact of the first customer's own words."""
    asked: int | None = None
    anybody: int | None = None
    news: bool = False

    def tell(self, row: Line, seen: int) -> None:
        self.last = row
        incoming = row.direction == _IN
        if not incoming:
            self.last_out_at = row.received_at
        elif row.id > seen and not row.history:
            self.news = True
        if row.contact_id is not None:
            self.anybody = self.anybody or row.contact_id
            if incoming:
                self.asked = self.asked or row.contact_id
                if self.person is None and _class(row) is Class.HUMAN:
                    self.person = row.contact_id


@dataclass(slots=True)
class _Told:
    """A conversation's messages, told one after another: however long it is, this is all that is kept of it."""

    seen: int
    count: int = 0
    subject: str = ""
    spoken: _Side = field(default_factory=_Side)
    every: _Side = field(default_factory=_Side)

    def tell(self, row: Line) -> None:
        self.count += 1
        self.subject = self.subject or row.subject
        self.every.tell(row, self.seen)
        if _class(row) is not Class.SYSTEM:
            self.spoken.tell(row, self.seen)

    @property
    def side(self) -> _Side:
        """What somebody or something said; where there are only notices of the channel, those."""
        return self.spoken if self.spoken.last is not None else self.every


def facts_of(connection: Connection, conversations: Mapping[int, Line]) -> dict[int, dict[str, Any]]:
    """Return for each of *conversations* (their rows, by id) the columns that follow from its messages alone."""
    long = [id_ for id_, row in conversations.items() if row.messages >= LONG]
    told = {id_: _Told(row.seen) for id_, row in conversations.items() if id_ not in long}
    for row in asked(connection, _ALL_LINES, **many(told)):
        told[row.conversation_id].tell(row)
    told |= {id_: _asked_of(connection, id_, conversations[id_].seen) for id_ in long}
    last = {id_: one.side.last.id for id_, one in told.items() if one.side.last is not None}
    snippets = _snippets(connection, list(last.values()))
    titles = _group_titles(connection, {row.thread_id for row in conversations.values()})
    return {
        id_: _facts(one, snippets.get(last.get(id_, 0), ""), titles.get(conversations[id_].thread_id, ""))
        for id_, one in told.items()
    }


def _lines() -> Any:
    return select(
        _message.c.id,
        _message.c.conversation_id,
        _message.c.received_at,
        _message.c.direction,
        _message.c["class"].label("class_"),
        _message.c.history,
        _message.c.judged,
        _message.c.subject,
        _identity.c.contact_id,
    ).outerjoin(_identity, _identity.c.id == _message.c.identity_id)


_ORDER = (_message.c.received_at, _message.c.rank, _message.c.position, _message.c.id)


def _ordered(wanted: Any, *, newest: bool = False) -> Any:
    return wanted.order_by(*(one.desc() if newest else one for one in _ORDER))


# What is asked for every batch that comes in: each is made once.
_ALL_LINES = _ordered(_lines().where(among(_message.c.conversation_id)))
_BEGINNINGS = select(
    _message.c.id,
    _message.c.text,
    _message.c.quoted,
).where(among(_message.c.id))
_GROUPS = select(_thread.c.id, _thread.c.title).where(among(_thread.c.id), _thread.c.is_group)


def _asked_of(connection: Connection, id_: int, seen: int) -> _Told:
    """Return of a very long conversation what walking it would tell: a question each, answered by an index."""
    here = _message.c.conversation_id == id_
    count = connection.execute(select(func.count()).where(here)).scalar_one()
    begun = _ordered(select(_message.c.subject).where(here)).limit(_BEGINNING).subquery()
    subject = connection.execute(select(begun.c.subject).where(begun.c.subject != "").limit(1)).scalar()
    every = _side_of(connection, here, seen)
    spoken = _side_of(connection, here & (_classed != Class.SYSTEM.value), seen) if every.last else every
    return _Told(seen, count, subject or "", spoken, every)


def _side_of(connection: Connection, side: Any, seen: int) -> _Side:
    def one(*which: Any, newest: bool = False) -> Line | None:
        row: Line | None = connection.execute(_ordered(_lines().where(side, *which), newest=newest).limit(1)).first()
        return row

    incoming = _message.c.direction == Direction.IN.value
    somebody = _identity.c.contact_id.is_not(None)
    last_out = one(_message.c.direction == Direction.OUT.value, newest=True)
    person = one(incoming, somebody, _classed == Class.HUMAN.value)
    asked, anybody = one(incoming, somebody), one(somebody)
    return _Side(
        one(newest=True),
        None if last_out is None else last_out.received_at,
        None if person is None else person.contact_id,
        None if asked is None else asked.contact_id,
        None if anybody is None else anybody.contact_id,
        one(incoming, _message.c.id > seen, ~_message.c.history) is not None,
    )


def _facts(told: _Told, snippet: str, title: str) -> dict[str, Any]:
    side = told.side
    return {
        "messages": told.count,
        "subject": (told.subject or title) if told.count else "",
        "contact_id": side.person or side.asked or side.anybody,
        "last_at": side.last and side.last.received_at,
        "last_out_at": side.last_out_at,
        "snippet": snippet,
        "news": side.news,
    }


def _class(row: Line) -> Class:
    return _CLASSES[row.judged or row.class_]


_BEGINS = SNIPPET * 4
"""Characters of a text of which a snippet is made."""


def _snippets(connection: Connection, messages: Sequence[int]) -> dict[int, str]:
    rows = asked(connection, _BEGINNINGS, **many(messages))
    return {row.id: snippet((unpacked(row.text) or unpacked(row.quoted))[:_BEGINS]) for row in rows}


def snippet(text: str) -> str:
    """Return the beginning of *text* for a list: card and account numbers masked, since a list is seen by many."""
    line = " ".join(text.split())
    return masked(line)[:SNIPPET]


def _group_titles(connection: Connection, threads: set[int]) -> dict[int, str]:
    """Return the names of groups, which are their chats' subjects; a chat with one person has none."""
    return {row.id: row.title for row in asked(connection, _GROUPS, **many(threads))}

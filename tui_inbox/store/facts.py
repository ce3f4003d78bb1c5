"""What the messages of a conversation say by themselves: subject, customer, how many, how recent, a snippet, news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from tui_inbox.rules.model import Class, Direction
from tui_inbox.rules.sensitive import masked
from tui_inbox.store.tables import IdentityRow, MessageRow, ThreadRow, table

_message, _identity, _thread = table(MessageRow), table(IdentityRow), table(ThreadRow)

Line = Row[*tuple[Any, ...]]

SNIPPET = 160


def facts_of(connection: Connection, conversations: Mapping[int, Line]) -> dict[int, dict[str, Any]]:
    """Return for each of *conversations* (their rows, by id) the columns that follow from its messages alone."""
    lines: dict[int, list[Line]] = {id_: [] for id_ in conversations}
    rows = connection.execute(
        select(
            _message.c.id,
            _message.c.conversation_id,
            _message.c.received_at,
            _message.c.direction,
            _message.c["class"].label("class_"),
            _message.c.history,
            _message.c.judged,
            _message.c.subject,
            _identity.c.contact_id,
        )
        .outerjoin(_identity, _identity.c.id == _message.c.identity_id)
        .where(_message.c.conversation_id.in_(lines))
        .order_by(_message.c.received_at, _message.c.rank, _message.c.position, _message.c.id)
    )
    for row in rows:
        lines[row.conversation_id].append(row)
    last = {id_: _spoken(several)[-1].id for id_, several in lines.items() if several}
    snippets = _snippets(connection, list(last.values()))
    titles = _group_titles(connection, {row.thread_id for row in conversations.values()})
    return {
        id_: _facts(
            conversations[id_],
            several,
            snippets.get(last.get(id_, 0), ""),
            titles.get(conversations[id_].thread_id, ""),
        )
        for id_, several in lines.items()
    }


def _facts(conversation: Line, lines: Sequence[Line], snippet: str, title: str) -> dict[str, Any]:
    if not lines:
        return {
            "messages": 0,
            "subject": "",
            "contact_id": None,
            "last_at": None,
            "last_out_at": None,
            "snippet": "",
            "news": False,
        }
    spoken = _spoken(lines)
    asked = [row for row in spoken if row.direction == Direction.IN.value and row.contact_id is not None]
    person = next((row for row in asked if _class(row) is Class.HUMAN), asked[0] if asked else None)
    who = person or next((row for row in spoken if row.contact_id is not None), None)
    out = [row.received_at for row in spoken if row.direction == Direction.OUT.value]
    seen = conversation.seen
    return {
        "messages": len(lines),
        "subject": next((row.subject for row in lines if row.subject), title),
        "contact_id": who and who.contact_id,
        "last_at": spoken[-1].received_at,
        "last_out_at": out[-1] if out else None,
        "snippet": snippet,
        "news": any(row.id > seen and row.direction == Direction.IN.value and not row.history for row in spoken),
    }


def _spoken(lines: Sequence[Line]) -> Sequence[Line]:
    """Return what somebody or something said; where there are only notices of the channel, those."""
    return [row for row in lines if _class(row) is not Class.SYSTEM] or lines


def _class(row: Line) -> Class:
    return Class(row.judged or row.class_)


def _snippets(connection: Connection, messages: Sequence[int]) -> dict[int, str]:
    rows = connection.execute(
        select(
            _message.c.id,
            func.substr(_message.c.text, 1, SNIPPET * 4).label("text"),
            func.substr(_message.c.quoted, 1, SNIPPET * 4).label("quoted"),
        ).where(_message.c.id.in_(messages))
    )
    return {row.id: snippet(row.text or row.quoted) for row in rows}


def snippet(text: str) -> str:
    """Return the beginning of *text* for a list: card and account numbers masked, since a list is seen by many."""
    line = " ".join(text.split())
    return masked(line)[:SNIPPET]


def _group_titles(connection: Connection, threads: set[int]) -> dict[int, str]:
    """Return the names of groups, which are their chats' subjects; a chat with one person has none."""
    rows = connection.execute(
        select(_thread.c.id, _thread.c.title).where(_thread.c.id.in_(threads), _thread.c.is_group)
    )
    return {row.id: row.title for row in rows}

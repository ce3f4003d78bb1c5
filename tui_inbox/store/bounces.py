"""Bounces and the messages that they are about, whichever of the two came first."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Connection, select, update

from tui_inbox.rules.model import Class, Direction
from tui_inbox.store.tables import MessageRow, table
from tui_inbox.store.ties import by_mail_id

_message = table(MessageRow)


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
    """Return whether a bounce is here whose message of ours has not come yet."""
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
    """Tie to message *message_id* the bounces of it that came before it; return them, each with its conversation."""
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

"""Replies owed to teammates: what customers wrote to what was handed over, and the new owner does not have yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from tui_inbox.rules.handover import HAND_OVER, REPLY_ON
from tui_inbox.rules.lifecycle import Delivery
from tui_inbox.rules.model import ME, Class, Direction
from tui_inbox.store.histories import act
from tui_inbox.store.moments import stored
from tui_inbox.store.outgoing import WAITING, Line
from tui_inbox.store.tables import ActRow, ConversationRow, MessageRow, OutboxRow, table

_outbox, _act, _message = table(OutboxRow), table(ActRow), table(MessageRow)
_conversation = table(ConversationRow)


def post(connection: Connection, conversations: Collection[int], now: datetime) -> int:
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
    handed = _handed_by(connection, conversation, row.owner)
    if handed is None or handed.delivery != Delivery.SENT.value:
        return 0
    unsent = connection.execute(
        select(_message.c.id)
        .where(
            _message.c.conversation_id == conversation,
            _message.c.direction == Direction.IN.value,
            func.coalesce(_message.c.judged, _message.c["class"]) == Class.HUMAN.value,
            _message.c.history.is_(False),
            _unsent(connection, handed),
            _message.c.id.not_in(select(_outbox.c.message).where(_outbox.c.act_id == handed.id)),
        )
        .order_by(_message.c.received_at, _message.c.id)
    ).scalars()
    count = 0
    for message in unsent.all():
        connection.execute(
            insert(_outbox).values(
                act_id=handed.id,
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


def _unsent(connection: Connection, handed: Line) -> Any:
    """Return the condition that the hand-over *handed* did not hold a message yet."""
    upto = connection.execute(
        select(_outbox.c.upto).where(_outbox.c.act_id == handed.id, _outbox.c.kind == HAND_OVER)
    ).scalar()
    return _message.c.id > upto if upto is not None else _message.c.arrived_at > (handed.delivered_at or handed.at)


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
            if act(row).gives_to == owner:
                return row
        here = connection.execute(select(_conversation.c.continues).where(_conversation.c.id == here)).scalar()
    return None

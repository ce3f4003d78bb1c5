"""The acts on conversations: recorded, left in the outbox, delivered, found again, undone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from tui_inbox.rules.lifecycle import Act, Delivery, Verb
from tui_inbox.rules.model import ME
from tui_inbox.store.histories import act
from tui_inbox.store.moments import stored
from tui_inbox.store.tables import ActRow, ConversationRow, OutboxRow, table

_act, _conversation, _outbox = table(ActRow), table(ConversationRow), table(OutboxRow)

NO_BATCH = 0
"""The batch of acts that no undo of the agent's takes back: a rule's, the server's."""


def next_batch(connection: Connection) -> int:
    """Return the number of the next batch: what is done together is undone together."""
    return int(connection.execute(select(func.max(_act.c.batch))).scalar() or 0) + 1


def record(
    connection: Connection, conversation: int, what: Act, batch: int, note: str = "", sla: timedelta | None = None
) -> int:
    """Store an act and return its id."""
    effects = None
    if what.verb is Verb.ROUTE:
        effects = json.dumps(
            {
                "place": what.effects.place,
                "tier": what.effects.tier,
                "skill": what.effects.skill,
                "owner": what.effects.owner,
                "opening": what.opening,
                "sla": None if sla is None else sla // timedelta(milliseconds=1),
            }
        )
    done = connection.execute(
        insert(_act).values(
            batch=batch,
            conversation_id=conversation,
            verb=what.verb.value,
            at=stored(what.at),
            by=what.by,
            seen=what.seen,
            returns=stored(what.returns),
            due=stored(what.due),
            to=what.to or None,
            note=note or None,
            effects=effects,
            delivery=what.delivery.value if what.delivery else None,
        )
    ).inserted_primary_key
    assert done is not None
    return int(done[0])


def post(
    connection: Connection, act_id: int, conversation: int, kind: str, to: str, not_before: datetime, now: datetime
) -> None:
    """Leave something in the outbox, to go out no earlier than *not_before*."""
    connection.execute(
        insert(_outbox).values(
            act_id=act_id,
            conversation_id=conversation,
            kind=kind,
            to=to,
            not_before=stored(not_before),
            state="waiting",
            created_at=stored(now),
        )
    )


def deliver(connection: Connection, conversations: Collection[int], state: Delivery, at: datetime) -> None:
    """Record that the hand-overs of *conversations* that waited have gone out, or were refused for good."""
    waiting = select(_act.c.id).where(
        _act.c.conversation_id.in_(conversations),
        _act.c.delivery == Delivery.WAITING.value,
        _act.c.undone_at.is_(None),
    )
    acts = connection.execute(waiting).scalars().all()
    connection.execute(update(_act).where(_act.c.id.in_(acts)).values(delivery=state.value, delivered_at=stored(at)))
    connection.execute(update(_outbox).where(_outbox.c.act_id.in_(acts)).values(state=state.value))


@dataclass(frozen=True, slots=True)
class Stood:
    """An act that stands, and the batch it was made in."""

    batch: int
    conversation_id: int
    act: Act


def last_batches(connection: Connection, count: int) -> list[int]:
    """Return the newest *count* batches of the agent's acts that stand, newest first."""
    rows = connection.execute(
        select(_act.c.batch)
        .where(_act.c.undone_at.is_(None), _act.c.by == ME, _act.c.verb.in_(("snooze", "archive", "forward")))
        .group_by(_act.c.batch)
        .order_by(_act.c.batch.desc())
        .limit(count)
    )
    return [int(row.batch) for row in rows]


def standing(connection: Connection, batches: Iterable[int] = (), act_id: int | None = None) -> list[Stood]:
    """Return the acts that stand of *batches*, or act *act_id*, newest first."""
    wanted = _act.c.id == act_id if act_id is not None else _act.c.batch.in_(list(batches))
    rows = connection.execute(select(_act).where(wanted, _act.c.undone_at.is_(None)).order_by(_act.c.id.desc()))
    return [Stood(row.batch, row.conversation_id, act(row)) for row in rows]


def undo(connection: Connection, act_id: int, now: datetime) -> None:
    """Mark an act as undone, and what it had left in the outbox as taken back."""
    connection.execute(update(_act).where(_act.c.id == act_id).values(undone_at=stored(now)))
    connection.execute(
        update(_outbox).where(_outbox.c.act_id == act_id, _outbox.c.state == "waiting").values(state="undone")
    )


def continued_after(connection: Connection, conversation: int, at: datetime) -> bool:
    """Return whether a new conversation began because *conversation* had been archived at or after *at*."""
    # It began in the same thread, and the thread has an index: without it every undo would read a million rows.
    thread = select(_conversation.c.thread_id).where(_conversation.c.id == conversation).scalar_subquery()
    return (
        connection.execute(
            select(_conversation.c.id).where(
                _conversation.c.thread_id == thread,
                _conversation.c.continues == conversation,
                _conversation.c.merged_into.is_(None),
                _conversation.c.begins_at >= stored(at),
            )
        ).first()
        is not None
    )

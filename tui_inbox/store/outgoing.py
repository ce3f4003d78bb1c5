"""What goes out: the rows of the outbox, and how far each came.

A row is `waiting`; `sending` while a server may have taken it and nobody knows; then for good `sent`, `refused`,
`bounced`, `returned` (unsent when it was due), `dropped` (taken back, or handed to somebody else first) or `undone`.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from tui_inbox.rules.handover import HAND_OVER
from tui_inbox.rules.lifecycle import Delivery
from tui_inbox.store.moments import moment, stored
from tui_inbox.store.tables import (
    ActRow,
    OutboxRow,
    table,
)

_outbox, _act = table(OutboxRow), table(ActRow)

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

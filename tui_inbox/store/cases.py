"""Conversations as the rules of the configuration see them: the message they run on, and what surrounds it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, select, tuple_, update

from tui_inbox.problems import NotFound
from tui_inbox.rules.model import ME, Class, Direction
from tui_inbox.rules.routing import Case
from tui_inbox.store.many import among, many
from tui_inbox.store.moments import moment, stored
from tui_inbox.store.tables import AccountRow, ConversationRow, IdentityRow, MessageRow, table

_message, _conversation = table(MessageRow), table(ConversationRow)
_account, _identity = table(AccountRow), table(IdentityRow)


_writer, _same = _identity.alias(), _identity.alias()
_EARLIER = (
    select(_message.c.id)
    .select_from(_writer)
    .join(_same, _same.c.contact_id == _writer.c.contact_id)
    .join(_message, _message.c.identity_id == _same.c.id)
    .where(
        _writer.c.id == bindparam("identity"),
        _message.c.received_at < bindparam("before"),
        _message.c.conversation_id != bindparam("here"),
    )
    .limit(1)
)


_JUDGED = func.coalesce(_message.c.judged, _message.c["class"])
_earlier = _message.alias()
_BEFORE = (
    select(_earlier.c.id)
    .where(
        _earlier.c.conversation_id == _message.c.conversation_id,
        _earlier.c["class"] != Class.SYSTEM.value,
        tuple_(_earlier.c.received_at, _earlier.c.rank, _earlier.c.position, _earlier.c.id)
        < tuple_(_message.c.received_at, _message.c.rank, _message.c.position, _message.c.id),
    )
    .correlate(_message)
    .exists()
)
"""Whether a message is not the one that its conversation began with."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why the rules run on a conversation: what made it live (`new`), or a further message."""

    conversation: int
    message: int
    new: bool
    received: datetime
    owner: str
    case: Case
    """All but what the clock says: before rules see it, `timed` in `inbox/routes.py` adds that."""
    machine: bool = False
    """No human wrote it."""
    told: dict[str, Any] | None = None
    """What the rules had said of it before; None where none ran."""


def occasions(
    connection: Connection, conversations: Collection[int], since: int, *, known: bool = True, robots: bool = False
) -> list[Occasion]:
    """Return on what of *conversations* the rules run, given that all up to message *since* was here before.

    *known* False leaves open whether the customer had been here before, where no rule asks; *robots* adds what
    machines wrote into a conversation, for rules that know a human among them.
    """
    found: list[Occasion] = []
    wanted = sorted(conversations)
    for start in range(0, len(wanted), 500):
        rows = connection.execute(_ASKED_LIVE, many(wanted[start : start + 500]))
        lines: dict[int, list[Row[*tuple[Any, ...]]]] = {}
        for row in rows:
            lines.setdefault(row.conversation_id, []).append(row)
        for asked in lines.values():
            found.extend(_of(connection, asked, since, known=known, robots=robots))
    return found


def _of(
    connection: Connection, asked: list[Row[*tuple[Any, ...]]], since: int, *, known: bool, robots: bool
) -> Iterator[Occasion]:
    """Yield when it is new: what a machine began it with, else a customer's first message; and what came further on.

    A machine's message into what we began, or into what is known as history, begins nothing.
    """
    humans = [row for row in asked if not _machine(row)]
    begun = asked[:1] if _machine(asked[0]) and not asked[0].later else humans[:1]
    before = any(row.id <= since for row in (asked if begun == asked[:1] else humans))
    new = begun[0] if begun and not before and begun[0].routed is None else None
    if new is not None:
        yield _occasion(connection, new, new=True, known=known)
    if robots:
        for row in asked:
            if row.id > since and _machine(row) and row is not new:
                yield _occasion(connection, row, new=False, known=known)
    replies = [row for row in humans if row.id > since]
    if replies and new is None:
        yield _occasion(connection, replies[0], new=False, known=known)


def _machine(row: Row[*tuple[Any, ...]]) -> bool:
    return bool((row.judged or row.class_) != Class.HUMAN.value)


def others(connection: Connection, conversations: Collection[int]) -> set[int]:
    """Return which of *conversations* belong to somebody else."""
    theirs = select(_conversation.c.id).where(among(_conversation.c.id), _conversation.c.owner != ME)
    return set(connection.execute(theirs, many(conversations)).scalars())


def first_ones(connection: Connection, since: datetime | None, *, known: bool = True) -> Iterator[Occasion]:
    """Yield the first message of every stored conversation, history too, oldest conversation first, to try rules on."""
    wanted = _asked().order_by(_message.c.conversation_id, *_ORDER)
    if since is not None:
        wanted = wanted.where(_conversation.c.last_at >= stored(since))
    last = 0
    for row in connection.execute(wanted.execution_options(yield_per=2000)):
        if row.conversation_id != last and not (_machine(row) and row.later):
            last = row.conversation_id
            yield _occasion(connection, row, new=True, known=known)


_ORDER = (_message.c.received_at, _message.c.rank, _message.c.position, _message.c.id)


def _asked() -> Any:
    """Select messages of customers and machines, with their conversations."""
    return (
        select(
            _message.c.id,
            _message.c.conversation_id,
            _message.c.received_at,
            _message.c["class"].label("class_"),
            _message.c.judged,
            # Only of a machine's message it matters whether anything came before it.
            case((_JUDGED.is_distinct_from(Class.HUMAN.value), _BEFORE), else_=False).label("later"),
            _message.c.sender_name,
            _message.c.sender_identity,
            _message.c.recipients,
            _message.c.subject,
            _message.c.text,
            _message.c.warnings,
            _message.c.attachments,
            _message.c.identity_id,
            _conversation.c.channel,
            _conversation.c.owner,
            _conversation.c.tier,
            _conversation.c.routed,
            _account.c.name.label("account"),
        )
        .join(_conversation, _conversation.c.id == _message.c.conversation_id)
        .join(_account, _account.c.id == _message.c.account_id)
        .where(
            _message.c.direction == Direction.IN.value,
            _message.c["class"] != Class.SYSTEM.value,
        )
    )


_ASKED_LIVE = _asked().where(among(_message.c.conversation_id), _message.c.history.is_(False)).order_by(*_ORDER)
"""What is asked for every batch that comes in: it is made once."""


def _occasion(connection: Connection, row: Row[*tuple[Any, ...]], *, new: bool, known: bool) -> Occasion:
    class_ = Class(row.class_)
    tier = row.tier if not new else (1 if class_ is Class.HUMAN else 0)
    return Occasion(
        row.conversation_id,
        row.id,
        new,
        moment(row.received_at),
        row.owner,
        Case(
            sender_name=row.sender_name,
            sender=row.sender_identity,
            to=tuple(identity or name for name, identity in json.loads(row.recipients)),
            subject=row.subject,
            text=row.text,
            channel=row.channel,
            account=row.account,
            tier=tier,
            class_=class_,
            attachment=row.attachments > 0,
            known=known and _known(connection, row),
            warnings=tuple(json.loads(row.warnings)),
        ),
        _machine(row),
        json.loads(row.routed) if row.routed else None,
    )


def _known(connection: Connection, row: Row[*tuple[Any, ...]]) -> bool:
    """Return whether this customer had written, or been written to, in another conversation before."""
    if row.identity_id is None:
        return False
    asked = {"identity": row.identity_id, "here": row.conversation_id, "before": row.received_at}
    return connection.execute(_EARLIER, asked).first() is not None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A message whose class was corrected: its conversation, who wrote it, and what it had been taken for."""

    conversation: int
    sender: str
    was: Class


def judge(connection: Connection, message_id: int, class_: Class) -> Corrected:
    """Give a message the class that a rule or the agent says it has; what it was taken for stays on record.

    Raises `NotFound`.
    """
    row = connection.execute(select(_message).where(_message.c.id == message_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no message {message_id}.", "`tui-inbox show ID --json` names them.")
    connection.execute(update(_message).where(_message.c.id == message_id).values(judged=class_.value))
    was = Class(row.judged or getattr(row, "class"))
    return Corrected(row.conversation_id, row.sender_identity or row.sender_name, was)

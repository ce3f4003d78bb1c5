"""Conversations as the rules read them: their messages, the acts on them, and the terms of promises once made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from tui_inbox.rules.lifecycle import Act, Delivery, Effects, Heard, History, Verb
from tui_inbox.rules.model import Class, Direction, Kind, Place
from tui_inbox.rules.promise import Terms
from tui_inbox.rules.threads import Stretch
from tui_inbox.store.many import among, asked, many
from tui_inbox.store.moments import moment
from tui_inbox.store.tables import (
    ActRow,
    ConversationRow,
    MessageRow,
    PromiseRow,
    ThreadRow,
    table,
)

_message, _act, _promise = table(MessageRow), table(ActRow), table(PromiseRow)
_conversation, _thread = table(ConversationRow), table(ThreadRow)

Line = Row[*tuple[Any, ...]]

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation's history, and what of its past decisions holds for every later reading."""

    id: int
    thread_id: int
    channel: str
    history: History
    terms: dict[tuple[str, Kind, int], Terms]
    """By what a promise began with, its kind and tier: another kind or tier is another promise."""
    seen: int
    routed: bool
    begins_at: datetime | None
    sla: timedelta | None = None


@dataclass(slots=True)
class _Parts:
    messages: list[Heard] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    terms: dict[tuple[str, Kind, int], Terms] = field(default_factory=dict)


def load(connection: Connection, ids: Collection[int]) -> dict[int, Kept]:
    """Return the histories of conversations *ids*."""
    wanted = sorted(ids)
    kept: dict[int, Kept] = {}
    for start in range(0, len(wanted), _CHUNK):
        kept |= _load(connection, wanted[start : start + _CHUNK])
    return kept


def _load(connection: Connection, ids: Sequence[int]) -> dict[int, Kept]:
    parts = {id_: _Parts() for id_ in ids}
    long = set(connection.execute(_LONG_ONES, {**many(ids), "long": LONG}).scalars())
    for row in asked(connection, _HEARD, **many(set(ids) - long)):
        parts[row.conversation_id].messages.append(heard(row))
    for id_ in long:
        parts[id_].messages.extend(_condensed(connection, id_))
    for row in asked(connection, _ACTS, **many(ids)):
        parts[row.conversation_id].acts.append(act(row))
    for row in asked(connection, _PROMISED, **many(ids)):
        parts[row.conversation_id].terms[(row.origin, Kind(row.kind), row.tier)] = _terms(row)
    return {row.id: _kept(row, parts[row.id]) for row in asked(connection, _BEGUN, **many(ids))}


def _heard_rows() -> Any:
    return select(
        _message.c.id,
        _message.c.conversation_id,
        _message.c.received_at,
        _message.c.rank,
        _message.c.position,
        _message.c.key,
        _message.c.direction,
        _message.c["class"].label("class_"),
        _message.c.judged,
        _message.c.history,
        _message.c.bounced,
        _message.c.hard,
    )


LONG = 5000
"""Messages from which a conversation is not read anew with every batch that adds to it."""

# What is asked for every batch that comes in: each is made once.
_LONG_ONES = select(_conversation.c.id).where(among(_conversation.c.id), _conversation.c.messages >= bindparam("long"))
_HEARD = _heard_rows().where(among(_message.c.conversation_id))
_ACTS = select(_act).where(among(_act.c.conversation_id), _act.c.undone_at.is_(None)).order_by(_act.c.id)
_PROMISED = select(_promise).where(among(_promise.c.conversation_id))
_BEGUN = (
    select(
        _conversation.c.id,
        _conversation.c.thread_id,
        _conversation.c.channel,
        _conversation.c.begins_at,
        _conversation.c.seen,
        _conversation.c.routed,
        _conversation.c.begins_with,
        _thread.c.first_at,
    )
    .join(_thread, _thread.c.id == _conversation.c.thread_id)
    .where(among(_conversation.c.id))
)
_STRETCHES = (
    select(_conversation.c.id, _conversation.c.thread_id, _conversation.c.begins_at)
    .where(among(_conversation.c.thread_id), _conversation.c.merged_into.is_(None))
    .order_by(_conversation.c.id)
)
_LONG_AND_STALE = select(_conversation.c.id, _conversation.c.messages, _conversation.c.stale).where(
    among(_conversation.c.id), _conversation.c.messages >= bindparam("long")
)


def _condensed(connection: Connection, id_: int) -> list[Heard]:
    """Return of a very long conversation what its reading rests on: all that is live, and of the history before that
    only who began it, what came first of each side, and the last answer. The rest of it opens nothing and ends nothing.
    """
    class_ = func.coalesce(_message.c.judged, _message.c["class"])
    here = _message.c.conversation_id == id_
    order = (_message.c.received_at, _message.c.rank, _message.c.position, _message.c.id)
    backwards = [one.desc() for one in order]
    human = class_ == Class.HUMAN.value
    incoming, ours = _message.c.direction == Direction.IN.value, _message.c.direction == Direction.OUT.value
    since = connection.execute(select(func.min(_message.c.received_at)).where(here, ~_message.c.history)).scalar()
    telling = [
        _heard_rows().where(here, class_ != Class.SYSTEM.value).order_by(*order).limit(1),
        _heard_rows().where(here, human, incoming).order_by(*order).limit(1),
        _heard_rows().where(here, human, ours).order_by(*order).limit(1),
        _heard_rows().where(here, human, ours).order_by(*backwards).limit(1),
        _heard_rows().where(here, _message.c.bounced.is_not(None)),
    ]
    if since is not None:
        telling.append(_heard_rows().where(here, _message.c.received_at >= since))
    found = {row.id: row for wanted in telling for row in connection.execute(wanted)}
    lost = {row.bounced for row in found.values()} - {None, *found}
    if lost:
        found |= {row.id: row for row in connection.execute(_heard_rows().where(here, _message.c.id.in_(lost)))}
    return [heard(row) for row in found.values()]


def _kept(row: Line, parts: _Parts) -> Kept:
    known_from = moment(row.first_at) if row.begins_at is None else None
    history = History(tuple(parts.messages), tuple(parts.acts), known_from, row.begins_with)
    routed = json.loads(row.routed) if row.routed else {}
    sla = routed.get("sla")
    return Kept(
        row.id,
        row.thread_id,
        row.channel,
        history,
        parts.terms,
        row.seen,
        row.routed is not None,
        moment(row.begins_at),
        None if sla is None else timedelta(milliseconds=sla),
    )


def heard(row: Line) -> Heard:
    """Return a message row as the rules see it."""
    direction, class_ = _DIRECTIONS[row.direction], _CLASSES[row.judged or row.class_]
    # What the source's own order leaves undecided counts as unanswered: customers' messages go last. What came here
    # first decides nothing.
    last_of_a_tie = 0 if direction is Direction.OUT else 2 if class_ is Class.HUMAN else 1
    return Heard(
        row.id,
        moment(row.received_at),
        (row.received_at, row.rank, row.position, last_of_a_tie, row.key),
        direction,
        class_,
        bool(row.history),
        row.bounced if row.hard and class_ is Class.BOUNCE else None,
    )


_DIRECTIONS = {one.value: one for one in Direction}
_CLASSES = {one.value: one for one in Class}


def act(row: Line) -> Act:
    """Return an act row as the rules see it."""
    effects = json.loads(row.effects) if row.effects else {}
    return Act(
        row.id,
        Verb(row.verb),
        moment(row.at),
        row.seen,
        row.by,
        moment(row.returns),
        moment(row.due),
        row.to or "",
        Effects(
            Place(effects["place"]) if effects.get("place") else None,
            effects.get("tier"),
            effects.get("skill"),
            effects.get("owner"),
        ),
        bool(effects.get("opening")),
        Delivery(row.delivery) if row.delivery else None,
        moment(row.delivered_at),
    )


def _terms(row: Line) -> Terms:
    return Terms(
        moment(row.due),
        moment(row.risk_at),
        None if row.target is None else timedelta(milliseconds=row.target),
        row.calendar,
        row.why,
    )


def stretches(connection: Connection, threads: Collection[int]) -> dict[int, list[Stretch]]:
    """Return the conversations of threads, each with the acts on it."""
    found: dict[int, list[Stretch]] = {}
    rows = list(asked(connection, _STRETCHES, **many(threads)))
    acts: dict[int, list[Act]] = {row.id: [] for row in rows}
    for row in asked(connection, _ACTS, **many(acts)):
        acts[row.conversation_id].append(act(row))
    firsts = Counter(row.thread_id for row in rows if row.begins_at is None)
    for row in rows:
        found.setdefault(row.thread_id, []).append(Stretch(row.id, moment(row.begins_at), tuple(acts[row.id])))
    for thread_id in (one for one, several in firsts.items() if several > 1):
        found[thread_id] = _joined(connection, found[thread_id])
    return found


def _joined(connection: Connection, stretches: list[Stretch]) -> list[Stretch]:
    """Return the conversations of a thread that was several: all firsts but the earliest begin with their messages.

    What no act had seen does not count, since it may have arrived here or there; but something must.
    """
    begun: dict[int, datetime] = {}
    for one in stretches:
        if one.begins_at is None:
            seen = func.coalesce(
                func.min(_message.c.received_at).filter(_message.c.id <= one.seen), func.min(_message.c.received_at)
            )
            first = connection.execute(select(seen).where(_message.c.conversation_id == one.id)).scalar()
            if first is not None:
                begun[one.id] = moment(first - 1)
    if begun:
        del begun[min(begun, key=lambda id_: (begun[id_], id_))]
    return [replace(one, begins_at=one.begins_at or begun.get(one.id)) for one in stretches]


def move_conversations(connection: Connection, into: int, others: Collection[int]) -> None:
    """Give the conversations of threads *others* to thread *into*."""
    connection.execute(update(_conversation).where(_conversation.c.thread_id.in_(others)).values(thread_id=into))


def merged(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """Return which of conversations *ids* have become part of another, and of which."""
    found: dict[int, int] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(
            select(_conversation.c.id, _conversation.c.merged_into).where(
                _conversation.c.id.in_(wanted[start : start + _CHUNK]), _conversation.c.merged_into.is_not(None)
            )
        )
        found |= {row.id: row.merged_into for row in rows}
    if found:
        further = merged(connection, set(found.values()))
        found = {one: further.get(into, into) for one, into in found.items()}
    return found


def received(connection: Connection, conversation: int) -> list[tuple[int, datetime]]:
    """Return the messages of a conversation and when they were received, in that order."""
    rows = connection.execute(
        select(_message.c.id, _message.c.received_at)
        .where(_message.c.conversation_id == conversation)
        .order_by(_message.c.received_at, _message.c.id)
    )
    return [(row.id, moment(row.received_at)) for row in rows]


def owner(connection: Connection, conversation: int) -> str:
    """Return who owns a conversation on record."""
    return str(connection.execute(select(_conversation.c.owner).where(_conversation.c.id == conversation)).scalar_one())


def leave_long(connection: Connection, conversations: Collection[int]) -> set[int]:
    """Return which of *conversations* to read now; long ones that grew by less than a fifth are left stale."""
    wanted = sorted(conversations)
    stale: list[int] = []
    for row in connection.execute(_LONG_AND_STALE, {**many(wanted), "long": LONG}).all():
        if row.stale:  # until `settle`: counting it with every batch would cost more each time
            stale.append(row.id)
            continue
        count = select(func.count()).where(_message.c.conversation_id == row.id)
        if connection.execute(count).scalar_one() < row.messages * 1.2:
            stale.append(row.id)
    if stale:
        connection.execute(update(_conversation).where(_conversation.c.id.in_(stale)).values(stale=True))
    return set(wanted) - set(stale)

"""What a reading of the history amounts to, recorded: the conversation's row, its promises, and the events."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tui_inbox.rules.lifecycle import Conversation
from tui_inbox.rules.lifecycle import place as place_of
from tui_inbox.rules.model import ME, Class, Direction, Outcome, Place, Reason, Status
from tui_inbox.rules.promise import Promise
from tui_inbox.store.facts import facts_of
from tui_inbox.store.many import adding, adding_only, among, asked, blank, changing, many
from tui_inbox.store.moments import moment, rfc3339, stored
from tui_inbox.store.tables import (
    CalendarRow,
    ConversationRow,
    EventRow,
    IdentityRow,
    MessageRow,
    PromiseRow,
    ThreadRow,
    table,
)
from tui_inbox.store.writer import driver

_conversation, _promise, _event = table(ConversationRow), table(PromiseRow), table(EventRow)
_message, _identity, _calendar = table(MessageRow), table(IdentityRow), table(CalendarRow)
_thread = table(ThreadRow)

Line = Row[*tuple[Any, ...]]

_CHUNK = 500
_UNSAID = {name: value for name, value in blank(_conversation).items() if value is not None and name != "begins_with"}
_UNSAID |= {"place": Place.ARCHIVED.value, "status": Status.ARCHIVED.value}
"""What stands in a conversation's row before anything is known of it."""
_BEGIN = adding_only(
    _conversation, ("thread_id", "account_id", "channel", "begins_at", "continues", "begins_with", "owner", *_UNSAID)
)
# What is asked of every conversation of a batch: each is made once.
_KNOWN = select(
    _conversation.c.id,
    _conversation.c.thread_id,
    _conversation.c.seen,
    _conversation.c.messages,
    _conversation.c.place,
    _conversation.c.owner,
).where(among(_conversation.c.id))
_PROMISED = select(_promise).where(among(_promise.c.conversation_id))
VOID = "void"
"""A promise that a later reading of the history no longer holds; its terms are kept."""


def begin(
    connection: Connection,
    thread_id: int,
    account_id: int,
    channel: str,
    *,
    begins_at: datetime | None = None,
    continues: int | None = None,
    owner: str = ME,
) -> int:
    """Make a conversation, still empty; `save` gives it its state."""
    said = (thread_id, account_id, channel, stored(begins_at), continues, owner, owner)
    made = driver(connection).execute(_BEGIN, (*said, *_UNSAID.values()))
    return int(made.lastrowid)


def save(connection: Connection, readings: Mapping[int, Conversation], now: datetime, by: str = "") -> None:
    """Record what conversations now read as: their rows, their promises, and an event for each change."""
    ids = sorted(readings)
    for start in range(0, len(ids), _CHUNK):
        part = {id_: readings[id_] for id_ in ids[start : start + _CHUNK]}
        before = {row.id: row for row in asked(connection, _KNOWN, **many(part))}
        facts = facts_of(connection, before)
        record = Record(now, by)
        changed = []
        for id_, it in part.items():
            values = _state(it) | facts[id_]
            changed.append({"id": id_, **values})
            _moved(record, before[id_], values)
        driver(connection).executemany(changing(_conversation, tuple(changed[0])[1:]), changed)
        _save_promises(connection, record, part)
        record.write(connection)


def _moved(record: Record, before: Line, values: Mapping[str, Any]) -> None:
    if before.messages and (before.place, before.owner) != (values["place"], values["owner"]):
        said = {"from": before.place, "to": values["place"], "owner": values["owner"], "reason": values["reason"]}
        record.add(before.id, "moved", said)


def _state(it: Conversation) -> dict[str, Any]:
    turns = _turn(it)
    return {
        "place": it.place.value,
        "status": it.status.value,
        "owner": it.owner,
        "spam": it.spam,
        "tier": it.tier,
        "skill": it.skill,
        "due": stored(it.due),
        "risk_at": stored(it.risk_at),
        "returns": stored(it.returns),
        "turns_at": turns and stored(turns[0]),
        "turns_to": turns and turns[1].value,
        "turns_reason": turns and turns[2].value,
        "back_at": None if turns is None or turns[2] is Reason.RETURNED else stored(it.back_at),
        "reason": it.reason and it.reason.value,
        "waiting_since": stored(it.waiting_since),
        "plan_returns": it.plan and stored(it.plan[0]),
        "plan_due": it.plan and stored(it.plan[1]),
        "snoozes": it.snoozes,
        "delivery": it.delivery and it.delivery.value,
        "stale": False,
    }


def _turn(it: Conversation) -> tuple[datetime, Place, Reason] | None:
    """Return when time alone moves it, where to, and why."""
    if it.spam:
        return None
    unsent_first = it.back_at is not None and it.returns is not None and it.back_at < it.returns
    if it.status is Status.SNOOZED and it.returns is not None and not unsent_first:
        return it.returns, place_of(False, Status.OPEN, it.owner), Reason.FOLLOW_UP
    if it.back_at is not None:
        return it.back_at, Place.INBOX, Reason.RETURNED
    return None


def _save_promises(connection: Connection, record: Record, readings: Mapping[int, Conversation]) -> None:
    known: dict[int, dict[str, Line]] = {id_: {} for id_ in readings}
    for kept in asked(connection, _PROMISED, **many(readings)):
        known[kept.conversation_id][kept.origin] = kept
    made: list[dict[str, Any]] = []
    for id_, it in readings.items():
        here = known[id_]
        for one in it.promises:
            values = _promise_values(id_, one)
            row = here.pop(one.origin, None)
            if row is None:
                made.append({"id": None, **values})
                record.add(id_, "promised", _told(values))
            elif any(getattr(row, name) != value for name, value in values.items()):
                driver(connection).execute(changing(_promise, tuple(values)), {"id": row.id, **values})
                if (row.outcome, row.ended) != (values["outcome"], values["ended"]):
                    what = "promise ended" if row.outcome == Outcome.OPEN.value else "promise corrected"
                    record.add(id_, what, {**_told(values), "was": row.outcome})
        for gone in here.values():
            _void(connection, record, gone)
    if made:
        driver(connection).executemany(adding(_promise), made)


def _void(connection: Connection, record: Record, row: Line) -> None:
    """A later reading no longer holds the promise: it stays as a row, for its terms, and on record."""
    if row.outcome != VOID:
        connection.execute(update(_promise).where(_promise.c.id == row.id).values(outcome=VOID, ended=None))
        said = {"kind": row.kind, "outcome": VOID, "was": row.outcome}
        record.add(row.conversation_id, "promise corrected", said)


def _promise_values(id_: int, one: Promise) -> dict[str, Any]:
    target = one.terms.target
    return {
        "conversation_id": id_,
        "origin": one.origin,
        "kind": one.kind.value,
        "started": stored(one.started),
        "due": stored(one.due),
        "risk_at": stored(one.terms.risk_at),
        "target": None if target is None else target // timedelta(milliseconds=1),
        "calendar": one.terms.calendar,
        "tier": one.tier,
        "ended": stored(one.ended),
        "outcome": one.outcome.value,
        "responsible": json.dumps([[entry.who, stored(entry.since)] for entry in one.responsible]),
        "why": one.terms.why,
    }


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": values["kind"],
        "due": rfc3339(moment(values["due"])),
        "outcome": values["outcome"],
        "ended": rfc3339(moment(values["ended"])),
    }


@dataclass(slots=True)
class Record:
    """Events of one reading, to be written together."""

    now: datetime
    by: str
    events: list[dict[str, Any]] = field(default_factory=list)

    def add(self, conversation: int, what: str, detail: Mapping[str, Any]) -> None:
        self.events.append(
            {
                "id": None,
                "conversation_id": conversation,
                "at": stored(self.now),
                "event": what,
                "by": self.by,
                "detail": json.dumps(detail, ensure_ascii=False),
            }
        )

    def write(self, connection: Connection) -> None:
        if self.events:
            driver(connection).executemany(adding(_event), self.events)


def event(connection: Connection, id_: int, at: datetime, what: str, by: str, detail: Mapping[str, Any]) -> None:
    """Add to the record: nothing that further events corrected is ever taken out of it."""
    record = Record(at, by)
    record.add(id_, what, detail)
    record.write(connection)


def routed(connection: Connection, id_: int, trace: Mapping[str, Any]) -> None:
    """Keep what the rules said of a conversation, so that `explain` can tell it."""
    connection.execute(
        update(_conversation).where(_conversation.c.id == id_).values(routed=json.dumps(trace, ensure_ascii=False))
    )


def saw(connection: Connection, id_: int, seen: int) -> bool:
    """Record that the agent has seen a conversation up to message *seen*; return whether that is news."""
    done = connection.execute(
        update(_conversation).where(_conversation.c.id == id_, _conversation.c.seen < seen).values(seen=seen)
    )
    if not done.rowcount:
        return False
    unseen = select(_message.c.id).where(
        _message.c.conversation_id == id_,
        _message.c.id > seen,
        _message.c.direction == Direction.IN.value,
        _message.c["class"] != Class.SYSTEM.value,
        _message.c.history.is_(False),
    )
    news = connection.execute(unseen.limit(1)).first() is not None
    connection.execute(update(_conversation).where(_conversation.c.id == id_).values(news=news))
    return True


def give(connection: Connection, giver: int, into: int, messages: Sequence[int]) -> None:
    """Give *messages* of conversation *giver* to *into*, and the promises begun with them, whose terms stay."""
    for start in range(0, len(messages), 500):
        part = messages[start : start + 500]
        connection.execute(update(_message).where(_message.c.id.in_(part)).values(conversation_id=into))
        begun = [f"m{one}" for one in part]
        theirs = (_promise.c.conversation_id == giver) & _promise.c.origin.in_(begun)
        connection.execute(update(_promise).where(theirs).values(conversation_id=into))


def merge(connection: Connection, into: int, other: int) -> None:
    """Say that *other*, now without messages, has become part of *into*: a late parent proved it."""
    connection.execute(
        update(_conversation).where(_conversation.c.id == other).values(merged_into=into, messages=0, turns_at=None)
    )


def calendar(connection: Connection, value: str) -> int:
    """Return the id under which a work calendar is kept."""
    connection.execute(upsert(_calendar).values(value=value).on_conflict_do_nothing())
    return int(connection.execute(select(_calendar.c.id).where(_calendar.c.value == value)).scalar_one())

"""What a reading of the history amounts to, recorded: the conversation's row, its promises, and the events."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tui_inbox.rules.lifecycle import Conversation
from tui_inbox.rules.lifecycle import place as place_of
from tui_inbox.rules.model import ME, Class, Direction, Outcome, Place, Reason, Status
from tui_inbox.rules.promise import Promise
from tui_inbox.store.moments import moment, stored
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

_conversation, _promise, _event = table(ConversationRow), table(PromiseRow), table(EventRow)
_message, _identity, _calendar = table(MessageRow), table(IdentityRow), table(CalendarRow)
_thread = table(ThreadRow)

Line = Row[*tuple[Any, ...]]

SNIPPET = 160
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
    made = connection.execute(
        insert(_conversation).values(
            thread_id=thread_id,
            account_id=account_id,
            channel=channel,
            begins_at=stored(begins_at),
            continues=continues,
            begins_with=owner,
            place=Place.ARCHIVED.value,
            status=Status.ARCHIVED.value,
            owner=owner,
        )
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def save(connection: Connection, id: int, it: Conversation, now: datetime, by: str = "") -> None:  # noqa: A002
    """Record what conversation *id* now reads as: its row, its promises, and an event for what changed."""
    before = connection.execute(select(_conversation).where(_conversation.c.id == id)).one()
    values = _state(it) | _facts(connection, before)
    connection.execute(update(_conversation).where(_conversation.c.id == id).values(**values))
    if (before.place, before.owner) != (values["place"], values["owner"]) and before.messages:
        event(
            connection,
            id,
            now,
            "moved",
            by,
            {"from": before.place, "to": values["place"], "owner": values["owner"], "reason": values["reason"]},
        )
    _save_promises(connection, id, it.promises, now, by)


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
        "reason": it.reason and it.reason.value,
        "waiting_since": stored(it.waiting_since),
        "plan_returns": it.plan and stored(it.plan[0]),
        "plan_due": it.plan and stored(it.plan[1]),
        "snoozes": it.snoozes,
        "delivery": it.delivery and it.delivery.value,
    }


def _turn(it: Conversation) -> tuple[datetime, Place, Reason] | None:
    """Return when time alone moves it, where to, and why."""
    if it.spam:
        return None
    if it.status is Status.SNOOZED and it.returns is not None:
        return it.returns, place_of(False, Status.OPEN, it.owner), Reason.FOLLOW_UP
    if it.back_at is not None:
        return it.back_at, Place.INBOX, Reason.RETURNED
    return None


def _facts(connection: Connection, before: Line) -> dict[str, Any]:
    """Return what the messages themselves say: subject, customer, count, last moments, snippet, news."""
    rows = connection.execute(
        select(
            _message.c.id,
            _message.c.received_at,
            _message.c.direction,
            _message.c["class"].label("class_"),
            _message.c.history,
            _message.c.identity_id,
            _message.c.subject,
            _message.c.judged,
        )
        .where(_message.c.conversation_id == before.id)
        .order_by(_message.c.received_at, _message.c.rank, _message.c.position, _message.c.id)
    ).all()
    if not rows:
        return {"messages": 0}
    spoken = [row for row in rows if (row.judged or row.class_) != Class.SYSTEM.value] or rows
    asked = [row for row in spoken if row.direction == Direction.IN.value and row.identity_id is not None]
    person = next((row for row in asked if row.class_ == Class.HUMAN.value), asked[0] if asked else None)
    who = person or next((row for row in spoken if row.identity_id is not None), None)
    last = spoken[-1]
    text = connection.execute(select(_message.c.text, _message.c.quoted).where(_message.c.id == last.id)).one()
    out = [row.received_at for row in spoken if row.direction == Direction.OUT.value]
    return {
        "messages": len(rows),
        "subject": next((row.subject for row in rows if row.subject), "") or _group_title(connection, before),
        "contact_id": who and _contact_of(connection, who.identity_id),
        "last_at": last.received_at,
        "last_out_at": out[-1] if out else None,
        "snippet": " ".join((text.text or text.quoted)[: SNIPPET * 4].split())[:SNIPPET],
        "news": any(row.id > before.seen and row.direction == Direction.IN.value and not row.history for row in spoken),
    }


def _group_title(connection: Connection, conversation: Line) -> str:
    """Return the name of a group, which is its chat's subject; a chat with one person has none."""
    title = connection.execute(
        select(_thread.c.title).where(_thread.c.id == conversation.thread_id, _thread.c.is_group)
    ).scalar()
    return title or ""


def _contact_of(connection: Connection, identity_id: int) -> int:
    found = connection.execute(select(_identity.c.contact_id).where(_identity.c.id == identity_id)).scalar_one()
    return int(found)


def _save_promises(connection: Connection, id_: int, promises: tuple[Promise, ...], now: datetime, by: str) -> None:
    known = {row.origin: row for row in connection.execute(select(_promise).where(_promise.c.conversation_id == id_))}
    for one in promises:
        row = known.pop(one.origin, None)
        values = _promise_values(id_, one)
        if row is None:
            connection.execute(insert(_promise).values(**values))
            event(connection, id_, now, "promised", by, _told(values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            connection.execute(update(_promise).where(_promise.c.id == row.id).values(**values))
            if (row.outcome, row.ended) != (values["outcome"], values["ended"]):
                what = "promise ended" if row.outcome == Outcome.OPEN.value else "promise corrected"
                event(connection, id_, now, what, by, {**_told(values), "was": row.outcome})
    for row in known.values():
        if row.outcome != VOID:
            connection.execute(update(_promise).where(_promise.c.id == row.id).values(outcome=VOID, ended=None))
            event(
                connection, id_, now, "promise corrected", by, {"kind": row.kind, "outcome": VOID, "was": row.outcome}
            )


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
        "due": told(moment(values["due"])),
        "outcome": values["outcome"],
        "ended": told(moment(values["ended"])),
    }


def told(moment: datetime | None) -> str | None:
    """Return a moment as an event's detail tells it: RFC 3339 in UTC."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def event(connection: Connection, id_: int, at: datetime, what: str, by: str, detail: Mapping[str, Any]) -> None:
    """Add to the record: nothing that further events corrected is ever taken out of it."""
    connection.execute(
        insert(_event).values(
            conversation_id=id_,
            at=stored(at),
            event=what,
            by=by,
            detail=json.dumps(detail, ensure_ascii=False),
        )
    )


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


def merge(connection: Connection, into: int, others: Collection[int]) -> None:
    """Give the messages of *others* to *into*: a late parent proved them one, and nobody had acted on them."""
    connection.execute(update(_message).where(_message.c.conversation_id.in_(others)).values(conversation_id=into))
    connection.execute(
        update(_conversation).where(_conversation.c.id.in_(others)).values(merged_into=into, messages=0, turns_at=None)
    )


def calendar(connection: Connection, value: str) -> int:
    """Return the id under which a work calendar is kept."""
    connection.execute(upsert(_calendar).values(value=value).on_conflict_do_nothing())
    return int(connection.execute(select(_calendar.c.id).where(_calendar.c.value == value)).scalar_one())

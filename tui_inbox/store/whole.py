"""One conversation whole: its messages, its promises as they read at a moment, and what happened to it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from tui_inbox.problems import NotFound
from tui_inbox.rules import clean
from tui_inbox.rules.model import ME, Class, Direction, Kind, Outcome, State
from tui_inbox.rules.promise import Promise, Responsible, Terms
from tui_inbox.store import listed, posted
from tui_inbox.store.lines import Row
from tui_inbox.store.moments import moment, rfc3339
from tui_inbox.store.texts import unpacked


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    id: int
    name: str
    type: str
    size: int | None
    stored: bool


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message as it is read. All text is safe for a terminal."""

    id: int
    external_id: str
    direction: Direction
    class_: Class
    why: str
    """The evidence for its class, where it is not human."""
    sender_name: str
    sender_identity: str
    to: tuple[str, ...]
    sent_at: datetime | None
    received_at: datetime
    subject: str
    text: str
    quoted: str
    state: State
    history: bool
    attachments: tuple[AttachmentLine, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PromiseLine:
    kind: Kind
    started: datetime | None
    due: datetime
    ended: datetime | None
    outcome: Outcome
    responsible: str
    why: str


@dataclass(frozen=True, slots=True)
class EventLine:
    at: datetime
    event: str
    by: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class Whole:
    """One conversation, whole. `seen` is the watermark that an act on what was drawn must carry."""

    row: Row
    messages: tuple[MessageLine, ...]
    promises: tuple[PromiseLine, ...]
    history: tuple[EventLine, ...]
    seen: int
    seen_before: int
    """Up to which message the agent had seen it already."""
    going_out: tuple[posted.Posted, ...] = ()
    """What of it waits to be sent or moved on a server, or was refused."""


def conversation(connection: sqlite3.Connection, id: int, now: datetime) -> Whole:  # noqa: A002 - the product's word
    """Return one conversation whole. Raises `NotFound`; an id that was merged into another leads there."""
    row = connection.execute("SELECT merged_into, seen FROM conversation WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound(f"There is no conversation {id}.", "See `tui-inbox list all`.")
    if row[0]:
        return conversation(connection, row[0], now)
    [shown] = listed.rows(connection, [id], now)
    messages = _messages(connection, id)
    return Whole(
        shown,
        messages,
        promises(connection, shown, now),
        _history(connection, id),
        max((one.id for one in messages), default=0),
        row[1],
        posted.of(connection, id),
    )


def _messages(connection: sqlite3.Connection, id_: int) -> tuple[MessageLine, ...]:
    attachments: dict[int, list[AttachmentLine]] = {}
    for row in connection.execute(
        "SELECT t.* FROM attachment t JOIN message m ON m.id = t.message_id WHERE m.conversation_id = ? ORDER BY t.id",
        (id_,),
    ):
        attachments.setdefault(row["message_id"], []).append(
            AttachmentLine(
                row["id"], clean.line(row["name"]), clean.line(row["type"]), row["size"], bool(row["stored"])
            )
        )
    rows = connection.execute(
        "SELECT * FROM message WHERE conversation_id = ? ORDER BY received_at, rank, position, id", (id_,)
    )
    return tuple(_message(row, tuple(attachments.get(row["id"], ()))) for row in rows)


def _message(row: sqlite3.Row, attachments: tuple[AttachmentLine, ...]) -> MessageLine:
    return MessageLine(
        id=row["id"],
        external_id=clean.line(row["external_id"]),
        direction=Direction(row["direction"]),
        class_=Class(row["judged"] or row["class"]),
        why=clean.line(row["why"]),
        sender_name=clean.line(row["sender_name"]),
        sender_identity=clean.line(row["sender_identity"]),
        to=tuple(clean.line(identity or name) for name, identity in json.loads(row["recipients"])),
        sent_at=moment(row["sent_at"]),
        received_at=moment(row["received_at"]),
        subject=clean.line(row["subject"]),
        text=clean.block(unpacked(row["text"])),
        quoted=clean.block(unpacked(row["quoted"])),
        state=State(row["state"]),
        history=bool(row["history"]),
        attachments=attachments,
        warnings=tuple(clean.line(one) for one in json.loads(row["warnings"])),
    )


def promises(connection: sqlite3.Connection, shown: Row, now: datetime) -> tuple[PromiseLine, ...]:
    """Return the promises of a conversation as they read at *now*, oldest first."""
    rows = connection.execute(
        "SELECT p.*, c.returns AS returns_at, COALESCE(c.back_at, c.turns_at) AS came_back "
        "FROM promise p JOIN conversation c ON c.id = p.conversation_id "
        "WHERE p.conversation_id = ? AND p.outcome <> 'void' ORDER BY COALESCE(p.started, c.returns, p.due), p.id",
        (shown.id,),
    )
    return tuple(_promise(row, shown, now) for row in rows)


def _promise(row: sqlite3.Row, shown: Row, now: datetime) -> PromiseLine:
    """Return a promise as it reads at *now*: a follow-up that started meanwhile, a teammate's past due."""
    responsible = tuple(Responsible(who, moment(since)) for who, since in json.loads(row["responsible"]))
    kind, started = Kind(row["kind"]), moment(row["started"])
    kept = Promise(
        row["origin"],
        kind,
        started,
        Terms(moment(row["due"])),
        responsible,
        ended=moment(row["ended"]),
        outcome=Outcome(row["outcome"]),
    )
    came_back = moment(row["came_back"])
    if kept.open and shown.owner == ME and came_back is not None:  # an unsent hand-over that fell due meanwhile
        kept = kept.handed_to(ME, came_back)
    returned = moment(row["returns_at"])
    if started is None and returned is not None and returned <= now:
        started = returned
    return PromiseLine(kind, started, kept.due, kept.ended, kept.reads(now), kept.accountable(now), row["why"])


def _history(connection: sqlite3.Connection, id_: int) -> tuple[EventLine, ...]:
    arrived = [
        EventLine(
            moment(row[0]),
            "arrived",
            _by(row),
            {"message": row[1], "class": row[3], "received": rfc3339(moment(row[4]))},
        )
        for row in connection.execute(
            "SELECT arrived_at, id, direction, class, received_at FROM message WHERE conversation_id = ? ORDER BY id",
            (id_,),
        )
    ]
    events = [
        EventLine(moment(row["at"]), row["event"], row["by"] or "customer", json.loads(row["detail"]))
        for row in connection.execute("SELECT * FROM event WHERE conversation_id = ? ORDER BY id", (id_,))
    ]
    return tuple(sorted([*arrived, *events], key=lambda one: one.at))


def _by(row: sqlite3.Row) -> str:
    if row["direction"] == Direction.OUT.value:
        return ME
    return "server" if row["class"] in (Class.BOUNCE.value, Class.SYSTEM.value) else "customer"

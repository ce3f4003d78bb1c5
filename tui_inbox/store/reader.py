"""Read-only windows, counts and one conversation, for the screen and the commands; never blocks a writer.

Importing this costs the standard library only: the first picture of the inbox must not wait for SQLModel.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import datetime

from tui_inbox.rules.model import Class, Clock, Direction, Kind, Outcome, Place, Reason, State, Status


@dataclass(frozen=True, slots=True)
class ContactLine:
    id: int
    name: str
    identities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation as a list shows it, at one moment. All text is safe for a terminal."""

    id: int
    channel: str
    account: str
    subject: str
    contact: ContactLine
    place: Place
    status: Status
    owner: str
    tier: int
    skill: str | None
    due: datetime | None
    clock: Clock
    reason: Reason | None
    returns: datetime | None
    waiting_since: datetime | None
    messages: int
    news: bool
    snoozes: int
    last_at: datetime | None
    snippet: str
    continues: int | None
    plan: tuple[datetime, datetime] | None
    """The interrupted snooze (returns, due) that one key takes again."""
    delivery: str | None
    """For a hand-over: `waiting`, `sent`, `failed`; None where nothing was handed over."""


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


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue in its order: every id, and nothing else, so that a million rows are a few megabytes."""

    name: str
    ids: array[int]
    seen: int
    """The highest message id the store held when the ids were read."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations lie in each queue, and how the inbox's clocks stand."""

    queues: dict[str, int]
    late: int
    at_risk: int
    on_time: int
    no_sla: int
    follow_up: int
    next_due: datetime | None
    next_return: datetime | None

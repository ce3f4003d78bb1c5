"""What the reader tells, as frozen values: one class for each thing that is shown, text fit for a terminal."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tui_inbox.rules.model import Class, Clock, Direction, Kind, Outcome, Place, Reason, State, Status

if TYPE_CHECKING:
    from tui_inbox.store.posted import Posted


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
    as_of: datetime | None = None
    """Until when its source is known, where that has been silent too long; None where it has not."""
    unmoved: bool = False
    """Whether mails of it wait to be moved on their server."""


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
    going_out: tuple[Posted, ...] = ()
    """What of it waits to be sent or moved on a server, or was refused."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue in its order: every id, and nothing else, so that a million rows are a few megabytes."""

    name: str
    ids: array[int]
    seen: int
    """The highest message id the store held when the ids were read."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a queue: its ids, how many the whole has, and the token that goes on behind it."""

    ids: tuple[int, ...]
    total: int
    next: str | None

"""What the reader tells, as frozen values: one class for each thing that is shown, text fit for a terminal."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import datetime

from tui_inbox.rules.model import Clock, Place, Reason, Status


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
    """For a hand-over: `waiting`, `sent` or `refused`; None where nothing was handed over."""
    as_of: datetime | None = None
    """Until when its source is known, where that has been silent too long; None where it has not."""
    unmoved: bool = False
    """Whether mails of it wait to be moved on their server."""


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

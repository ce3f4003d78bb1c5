"""What a history amounts to at one moment: place, owner and promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui_inbox.rules.history import Delivery
from tui_inbox.rules.model import ME, Place, Reason, Status
from tui_inbox.rules.promise import Promise, earliest


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a history amounts to at one moment."""

    status: Status
    owner: str = ME
    spam: bool = False
    tier: int = 1
    skill: str | None = None
    returns: datetime | None = None
    promises: tuple[Promise, ...] = ()
    reason: Reason | None = None
    plan: tuple[datetime, datetime] | None = None
    """A snooze that a reply interrupted: its return and due."""
    snoozes: int = 0
    waiting_since: datetime | None = None
    delivery: Delivery | None = None
    back_at: datetime | None = None
    """When an undelivered hand-over comes back to me."""
    handed_by: int | None = None
    """The act by which its owner has it, where it was handed over."""
    came_back: int | None = None
    """The act of a hand-over that came back to me by itself, unsent when due or refused."""
    owners: tuple[str, ...] = (ME,)
    """Everybody who has owned it, in that order; the last is the owner."""

    @property
    def place(self) -> Place:
        return place(self.spam, self.status, self.owner)

    @property
    def due(self) -> datetime | None:
        first = earliest(self.promises)
        return first.due if first else None

    @property
    def risk_at(self) -> datetime | None:
        first = earliest(self.promises)
        return first.terms.risk_at if first else None


def place(spam: bool, status: Status, owner: str) -> Place:
    """Return the one place of a conversation: spam before all, then archived, then snoozed, else by its owner."""
    if spam:
        return Place.SPAM
    if status is Status.ARCHIVED:
        return Place.ARCHIVED
    if status is Status.SNOOZED:
        return Place.SNOOZED
    return Place.INBOX if owner == ME else Place.HANDED_OVER

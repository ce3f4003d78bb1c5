"""What one run of the outbox came to."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_inbox.problems import Problem


@dataclass(slots=True)
class Moved:
    """What one run came to: how many mails were moved, how many were left alone for good, and what stood in the way."""

    moved: int = 0
    left: int = 0
    problem: Problem | None = None


@dataclass(slots=True)
class Sent:
    """What one run came to: how many mails went out, how many never will, and what stood in the way of others."""

    sent: int = 0
    given_up: int = 0
    """Refused, due before they could be sent, taken back or undone."""
    busy: bool = False
    """Another run is at it: nothing was done."""
    problems: dict[str, Problem] = field(default_factory=dict)
    """By account; "" where no account can send."""

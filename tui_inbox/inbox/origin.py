"""The source that a batch comes from, and how far one run over it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_inbox.inbox.align import Walked


@dataclass(slots=True)
class Latest:
    """When the message of a run that came last was received."""

    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from. `imported` says that it is an export, whose old messages are history."""

    account: str
    kind: str
    channel: str
    me: tuple[str, ...] = ()
    imported: bool = False
    zone: str | None = None
    walked: dict[str, Walked] = field(default_factory=dict, compare=False, repr=False)
    """How far this run has come in each chat without ids: one origin is one run."""
    latest: Latest = field(default_factory=Latest, compare=False, repr=False)
    """What has no time that can be read stands beside the message before it."""
    called: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What each chat of this run, which may have been renamed since, is called here."""

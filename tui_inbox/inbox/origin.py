"""Where what comes in comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_inbox.inbox.align import Walked


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
    lately: dict[str, datetime] = field(default_factory=dict, compare=False, repr=False)
    """When the last message of this run was received: what has no time that can be read stands beside it."""
    called: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What each chat of this run, which may have been renamed since, is called here."""

"""What config.toml can say, as frozen values; the defaults are the program's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tui_inbox.rules.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Me:
    """Who the agent is."""

    name: str = "me"
    addresses: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By channel: the names or ids that the agent has in its exports."""
    skills: tuple[str, ...] = ()
    capacity: int = 60
    """Conversations that the agent holds when rules by skill no longer give them another."""


@dataclass(frozen=True, slots=True)
class Target:
    """Business time to the promise; None leaves it to the less specific table."""

    first: timedelta | None = None
    next: timedelta | None = None
    follow_up: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Sla:
    """The targets: a default, and those of tiers and channels; the most specific wins (channel, tier, default)."""

    default: Target = Target(timedelta(hours=4), timedelta(hours=8), timedelta(hours=4))
    tiers: Mapping[int, Target] = field(default_factory=dict)
    channels: Mapping[str, Target] = field(default_factory=dict)
    at_risk: float = 0.75
    """The part of a promise's time after which it is at risk."""

    def target(self, tier: int, channel: str) -> Target:
        """Return the target of a conversation, complete: each time from the most specific table that has it."""
        tables = (self.channels.get(channel, Target()), self.tiers.get(tier, Target()), self.default, Sla().default)
        return Target(
            first=next(one.first for one in tables if one.first is not None),
            next=next(one.next for one in tables if one.next is not None),
            follow_up=next(one.follow_up for one in tables if one.follow_up is not None),
        )


@dataclass(frozen=True, slots=True)
class History:
    """How long ago a message is history, and how long after its archiving a conversation is opened again."""

    open_since: timedelta = timedelta(days=14)
    reopen_email: timedelta = timedelta(days=14)
    reopen_chat: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Account:
    """One `[[account]]`: its name, the channel module that reads it, and that module's own table, unread."""

    name: str
    kind: str
    table: Mapping[str, Any]
    where: str
    """Its place in the file, for error texts: `[[account]] 2 ("support")`."""


@dataclass(frozen=True, slots=True)
class InboxFolder:
    """One `[[inbox_folder]]`: a folder that is watched for exports; `zone` and `account` hold for all of them."""

    path: str
    zone: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Teammate:
    """One `[[teammate]]`; `names` as the agent's own."""

    name: str
    address: str
    skills: tuple[str, ...] = ()
    tier: int = 1
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[rule]]`, checked for its keys; `rules/routing.py` compiles `when` and `then`."""

    name: str
    when: Mapping[str, Any]
    then: Mapping[str, Any]
    on: tuple[str, ...] = ("new",)


@dataclass(frozen=True, slots=True)
class View:
    """One `[[view]]`: a search with a name, and the key that opens it."""

    name: str
    query: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """The `[look]` table: how the screen is drawn."""

    theme: str = "auto"
    mouse: bool = True
    ascii: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of config.toml; every field has a default, so that no configuration at all is fine."""

    me: Me = Me()
    hours: Calendar = field(default_factory=Calendar)
    sla: Sla = Sla()
    history: History = History()
    accounts: tuple[Account, ...] = ()
    inbox_folders: tuple[InboxFolder, ...] = ()
    teammates: tuple[Teammate, ...] = ()
    rules: tuple[Rule, ...] = ()
    views: tuple[View, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    look: Look = Look()

    def teammate(self, name: str) -> Teammate | None:
        """Return the teammate called *name*, in any case; None where nobody is."""
        wanted = name.strip().casefold()
        return next((one for one in self.teammates if one.name.casefold() == wanted), None)

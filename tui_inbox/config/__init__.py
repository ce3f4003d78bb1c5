"""config.toml to frozen values; each mistake named with its key and a hint."""

from __future__ import annotations

from tui_inbox.config.home import Home, close_to_others, find_home
from tui_inbox.config.read import load, system_zone
from tui_inbox.config.values import (
    Account,
    Config,
    History,
    InboxFolder,
    Look,
    Me,
    Rule,
    Sla,
    Target,
    Teammate,
    View,
)

__all__ = [
    "Account",
    "Config",
    "History",
    "Home",
    "InboxFolder",
    "Look",
    "Me",
    "Rule",
    "Sla",
    "Target",
    "Teammate",
    "View",
    "close_to_others",
    "find_home",
    "load",
    "system_zone",
]

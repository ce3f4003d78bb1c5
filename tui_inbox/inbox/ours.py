"""Who we are: every address and name under which the agent and the teammates appear."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tui_inbox.config import Config
from tui_inbox.rules.whose import Us


def us_of(config: Config, channel: str, names: Collection[str]) -> Us:
    """Return who we are on *channel*: what the configuration says, and *names*, which its exports show me under."""
    every = {*names, *config.me.names.get(channel, ())}
    for mate in config.teammates:
        every |= set(mate.names.get(channel, ()))
    team = [one.address for one in config.teammates]
    users = [one for account in config.accounts for one in _addresses(account.table)]
    return Us.of([*config.me.addresses, *users, *team, *every], every)


def _addresses(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield what an account's table says we are called: by its server, and by the one it sends through."""
    smtp = table.get("smtp")
    for one in (table, smtp if isinstance(smtp, Mapping) else {}):
        yield from (str(one[key]) for key in ("user", "from") if one.get(key))

"""Who only looks like somebody known here, and whom our mail server found false: what is then said of a message."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tui_inbox.config import Config
from tui_inbox.connectors import rfc822
from tui_inbox.rules import lookalike
from tui_inbox.rules.model import MAIL, Class, Direction, Message
from tui_inbox.rules.whose import Judged
from tui_inbox.store import people
from tui_inbox.store.writer import Unit


@dataclass(slots=True)
class Impostors:
    """Looks at who wrote, in one batch of one account."""

    unit: Unit
    config: Config
    account: str
    _alike: dict[int, str] = field(default_factory=dict)
    _first_of: dict[str, int] = field(default_factory=dict)
    _older_sites: dict[str, str] = field(default_factory=dict)

    def told(self, message: Message, judged: Judged, identity: int | None) -> Message:
        """Return *message* with a warning for each doubt about who wrote it."""
        if judged.direction is not Direction.IN or judged.class_ is Class.SYSTEM:
            return message
        found = [] if message.channel == MAIL else lookalike.name_doubts(message.sender.name)
        if message.channel == MAIL:
            if other := self._like(message.sender.identity, identity):
                found.append(f"looks like {other}")
            if (servers := self._servers()) and (said := rfc822.vouched(message.raw, servers)):
                found.append(said)
        new = [one for one in found if one not in message.warnings]
        return replace(message, warnings=(*message.warnings, *new)) if new else message

    def _like(self, address: str, identity: int | None) -> str:
        if identity is None or "@" not in address:
            return ""
        if identity not in self._alike:
            us = [*self.config.me.addresses, *(mate.address for mate in self.config.teammates)]
            self._alike[identity] = lookalike.alike(address, us) or self._like_somebody(address, identity)
        return self._alike[identity]

    def _like_somebody(self, address: str, identity: int) -> str:
        """Return whom, known here before, *address* looks like.

        What looks like its site is asked once for all of a site, which may have many addresses: whoever was here before
        the first of them stays so.
        """
        if same := people.same_looks(self.unit, identity, address):
            return same
        site = address.lower().rpartition("@")[2]
        first = self._first_of.get(site) or people.first_of_site(self.unit, address)
        if first is None:
            return ""
        self._first_of[site] = first
        if first > identity:  # they answer for somebody elsewhere
            return people.older_site(self.unit, address, identity)
        if site not in self._older_sites:
            self._older_sites[site] = people.older_site(self.unit, address, first)
        return self._older_sites[site]

    def _servers(self) -> tuple[str, ...]:
        """Return the servers whose Authentication-Results count for this account (`authserv`)."""
        table = next((one.table for one in self.config.accounts if one.name == self.account), {})
        said = table.get("authserv", ())
        return (said,) if isinstance(said, str) else tuple(said)

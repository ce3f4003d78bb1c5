"""One batch on its way in: the unit of work, whose it is, and what has come of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tui_inbox.config import Config
from tui_inbox.connectors import Arrival
from tui_inbox.inbox.origin import Origin
from tui_inbox.inbox.outcome import Ingested
from tui_inbox.rules.model import MAIL
from tui_inbox.rules.whose import Us
from tui_inbox.store.accounts import Account
from tui_inbox.store.tray import Tray
from tui_inbox.store.writer import Unit


@dataclass(slots=True)
class Work:
    """What all parts of taking a batch in share."""

    unit: Unit
    config: Config
    origin: Origin
    now: datetime
    account: Account
    us: Us
    inbox_folder: bool = False
    came: Ingested = field(default_factory=Ingested)
    touched: set[int] = field(default_factory=set)
    tray: Tray = field(init=False)

    def __post_init__(self) -> None:
        self.tray = Tray(self.unit)

    def span(self, received: datetime) -> None:
        """Let what came reach to *received*."""
        self.came.first = min(received, self.came.first or received)
        self.came.last = max(received, self.came.last or received)

    def locate(self, arrival: Arrival, message_id: int) -> None:
        """Keep where on its server *arrival* lies, which is message *message_id* here."""
        where = arrival.location
        if where is not None:
            at = (where.folder, where.uidvalidity, where.uid)
            self.tray.locate(self.account.id, *at, message_id, inbox=self.inbox_folder, object_id=arrival.object_id)


def sent(arrival: Arrival) -> bool:
    """Return whether it lies in our folder of sent mail."""
    return arrival.message.channel == MAIL and arrival.rank == 0

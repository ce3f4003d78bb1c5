"""Which identity wrote a message, or was written to."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_inbox.inbox.work import Work
from tui_inbox.rules import people
from tui_inbox.rules.model import MAIL, Message, Person
from tui_inbox.store import arrivals
from tui_inbox.store.ties import Thread


@dataclass(slots=True)
class Identities:
    """The identities of one batch: each is looked up, or made, once."""

    work: Work
    _known: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    def of(self, customer: Person | None, thread: Thread, message: Message) -> int | None:
        """Return the identity of *customer*, who wrote *message* or was written to; None where there is none."""
        if customer is None:
            return None
        key = people.identity_key(message.channel, customer, self.work.account.name, message.thread or thread.key)
        remembered = (key, customer.also)
        if remembered in self._known:
            return self._known[remembered]
        id_ = arrivals.identity(
            self.work.unit,
            key,
            message.channel,
            *people.value_and_name(customer),
            [self._key_of(one) for one in customer.also],
        )
        for one in customer.also:
            channel = MAIL if "@" in one else "phone"
            arrivals.identity(self.work.unit, self._key_of(one), channel, one, customer.name, [key])
        self._known[remembered] = id_
        return id_

    def _key_of(self, value: str) -> str:
        """Return the key of a mail address or number that a channel gives for somebody."""
        return people.identity_key(MAIL if "@" in value else "whatsapp", Person("", value), self.work.account.name, "")

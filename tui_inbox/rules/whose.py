"""Who wrote to whom: the direction of a message, the class that follows from it, and which person is the customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tui_inbox.rules.model import MAIL, Class, Direction, Message, Person


@dataclass(frozen=True, slots=True)
class Us:
    """How we appear: mail addresses and channel identities, and the names that exports show us under."""

    addresses: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, addresses: Iterable[str], names: Iterable[str]) -> Us:
        return cls(
            frozenset(one.strip().casefold() for one in addresses if one.strip()),
            frozenset(one.strip().casefold() for one in names if one.strip()),
        )

    def wrote(self, person: Person) -> bool:
        """Return whether *person* is one of us: by identity, else by the name alone."""
        if person.identity:
            return person.identity.casefold() in self.addresses or person.identity.casefold() in self.names
        return person.name.casefold() in self.names


def is_called(person: Person, names: Iterable[str]) -> bool:
    """Return whether *person* goes by one of *names*: a name, a number or a channel's id (`user4711`, or `4711`)."""
    known = {one.strip().casefold() for one in names} - {""}
    identity = person.identity.strip().casefold()
    return bool(known & {person.name.strip().casefold(), identity, identity.removeprefix("user")})


@dataclass(frozen=True, slots=True)
class Judged:
    """On which side a message stands, its class with the evidence, and the customer."""

    direction: Direction
    class_: Class
    why: str
    customer: Person | None
    """Whom the message is from (`in`) or to (`out`); None where no customer is on it."""
    form: bool = False
    """It came through a contact form: sent by us to us for somebody else, so that the reply goes elsewhere."""


def judge(message: Message, us: Us, *, sent: bool = False) -> Judged:
    """Return who wrote *message* to whom; *sent* says that it lies in our folder of sent mail."""
    if message.verdict.as_ is Class.SYSTEM:
        return Judged(Direction.IN, Class.SYSTEM, message.verdict.why, None)
    if message.channel == MAIL:
        return _mail(message, us, sent=sent)
    return _chat(message, us)


def _mail(message: Message, us: Us, *, sent: bool) -> Judged:
    verdict = message.verdict
    if not (sent or us.wrote(message.sender)):
        return Judged(Direction.IN, verdict.as_, verdict.why, _person(message.sender))
    customers = [one for one in (*message.to, *message.cc) if one.identity and not us.wrote(one)]
    if customers:
        return Judged(Direction.OUT, verdict.as_, verdict.why, customers[0])
    writer = message.reply_to
    if writer is not None and writer.identity and not us.wrote(writer):
        why = "a contact form: from us, to us, the reply goes to them"
        return Judged(Direction.IN, Class.HUMAN, why, writer, form=True)
    return Judged(Direction.IN, Class.SYSTEM, "from one of us, to no customer", None)


def _chat(message: Message, us: Us) -> Judged:
    verdict = message.verdict
    if message.mine or us.wrote(message.sender):
        return Judged(Direction.OUT, verdict.as_, verdict.why, _first_customer(message, us))
    return Judged(Direction.IN, verdict.as_, verdict.why, _person(message.sender))


def _first_customer(message: Message, us: Us) -> Person | None:
    return next((one for one in message.to if not us.wrote(one)), None)


def _person(person: Person) -> Person | None:
    return person if person.identity or person.name else None

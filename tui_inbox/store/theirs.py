"""What there is of a customer in the store: names and keys, and what of it is theirs alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from tui_inbox.problems import NotFound
from tui_inbox.rules.model import Direction
from tui_inbox.store.tables import ContactRow, ConversationRow, IdentityRow, MessageRow, table

_contact, _identity = table(ContactRow), table(IdentityRow)
_conversation, _message = table(ConversationRow), table(MessageRow)


Line = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Traces:
    """What there is of a customer: identity keys, what they are called, and the conversations they are in."""

    contact: int
    name: str
    keys: tuple[str, ...]
    words: tuple[str, ...]
    """Addresses, numbers, ids and names, the longest first."""
    alone: tuple[int, ...] = ()
    """Conversations in which no other customer has written."""
    shared: tuple[int, ...] = ()
    messages: int = 0
    """Messages that go: all of `alone`, and their own of `shared`."""


@dataclass(slots=True)
class Erased:
    """What became of it."""

    messages: int = 0
    mentions: int = 0
    """Messages of others in which their name or address stood."""
    dropped: list[tuple[str, str]] = field(default_factory=list)
    """Watched folders and names in them that name the customer."""


def traces(connection: Connection, contact: int) -> Traces:
    """Return what there is of contact *contact*. Raises `NotFound`."""
    row = connection.execute(select(_contact).where(_contact.c.id == contact)).one_or_none()
    if row is None:
        raise NotFound(f"There is no contact {contact}.", "`tui-inbox show ID --json` names each customer's contact.")
    own = connection.execute(select(_identity).where(_identity.c.contact_id == contact).order_by(_identity.c.id)).all()
    born = select(_contact.c.name).where(_contact.c.id.in_({one.born_with for one in own}))
    ids = [one.id for one in own]
    called = select(_message.c.sender_name, _message.c.sender_identity).where(by(ids))
    said = [row.name, *connection.execute(born).scalars()]
    said += [part for one in own for part in (one.value, one.name)]
    said += [part for one in connection.execute(called.distinct()) for part in one]
    words = sorted({one.strip() for one in said if len(one.strip()) >= _SHORTEST}, key=lambda one: (-len(one), one))
    alone, shared = _conversations(connection, contact, ids)
    count = select(func.count()).where(
        or_(
            _message.c.conversation_id.in_(alone),
            by(ids),
        )
    )
    messages = int(connection.execute(count).scalar_one())
    keys = tuple(one.key for one in own if not one.key.startswith(gone(0)))
    return Traces(contact, row.name, keys, tuple(words), tuple(alone), tuple(shared), messages)


_SHORTEST = 3
"""Letters of a name that is looked for in what others wrote in the same conversation."""


def by(identities: Sequence[int]) -> Any:
    """Return the condition that one of *identities* wrote it; of an answer of ours they are whom it went to."""
    return _message.c.identity_id.in_(identities) & (_message.c.direction == Direction.IN.value)


def known_as(connection: Connection, keys: Collection[str]) -> int | None:
    """Return the contact that one of the identity keys *keys* belongs to: ids differ from one copy to the next."""
    found = select(_identity.c.contact_id).where(_identity.c.key.in_(keys)).order_by(_identity.c.id).limit(1)
    contact = connection.execute(found).scalar()
    return None if contact is None else int(contact)


def _conversations(connection: Connection, contact: int, ids: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the conversations in which they alone are the customer, and those that they share with others."""
    wrote = select(_message.c.conversation_id).where(_message.c.identity_id.in_(ids))
    theirs = select(_conversation.c.id).where(or_(_conversation.c.contact_id == contact, _conversation.c.id.in_(wrote)))
    every = set(connection.execute(theirs).scalars())
    others = (
        select(_message.c.conversation_id)
        .where(
            _message.c.conversation_id.in_(every),
            _message.c.identity_id.not_in(ids),
            _message.c.direction == Direction.IN.value,
        )
        .distinct()
    )
    shared = set(connection.execute(others).scalars())
    return sorted(every - shared), sorted(shared)


def gone(id_: int) -> str:
    """Return the key that stands for what was erased; of id 0 the beginning that all such keys share."""
    return f"erased:{id_}" if id_ else "erased:"

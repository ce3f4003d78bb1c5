"""Contacts and their identities: who is one person, linked and unlinked; conversations are never merged by it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, String, delete, func, insert, or_, select, update

from tui_inbox.problems import NotFound, Refused
from tui_inbox.rules import lookalike
from tui_inbox.rules.model import Direction
from tui_inbox.rules.people import Contact, mentions_in
from tui_inbox.store.tables import ApartRow, ContactRow, ConversationRow, IdentityRow, MessageRow, table
from tui_inbox.store.writer import driver

_contact, _identity, _apart = table(ContactRow), table(IdentityRow), table(ApartRow)
_message, _conversation = table(MessageRow), table(ConversationRow)


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity of a contact; `linked` where it was born with another one."""

    id: int
    channel: str
    value: str
    name: str
    linked: bool


def link(connection: Connection, keep: int, other: int) -> set[int]:
    """Give the identities of contact *other* to *keep*; return the conversations that show another customer now.

    That they were kept apart before is forgotten.
    """
    _two(connection, keep, other)
    moved = connection.execute(select(_identity.c.id).where(_identity.c.contact_id == other)).scalars().all()
    if not moved:
        raise Refused(f"Contact {other} has no identities left: it is linked already.", "")
    own = select(_identity.c.id).where(_identity.c.contact_id == keep)
    connection.execute(
        delete(_apart).where(
            or_(
                _apart.c.one.in_(own) & _apart.c.other.in_(moved),
                _apart.c.one.in_(moved) & _apart.c.other.in_(own),
            )
        )
    )
    connection.execute(update(_identity).where(_identity.c.id.in_(moved)).values(contact_id=keep))
    return conversations_of(connection, moved)


def keep_apart(connection: Connection, one: int, other: int) -> None:
    """Record that contacts *one* and *other* are two persons; linking them takes it back.

    Kept with an identity of each, so that it stays true of whoever has that identity later.
    """
    _two(connection, one, other)
    first = select(_identity.c.id).order_by(_identity.c.id).limit(1)
    ids = [connection.execute(first.where(_identity.c.contact_id == id_)).scalar() for id_ in (one, other)]
    for id_, identity in zip((one, other), ids, strict=True):
        if identity is None:
            raise Refused(f"Contact {id_} has no identities left: it is linked already.", "")
    low, high = sorted(int(id_) for id_ in ids if id_ is not None)
    connection.execute(insert(_apart).prefix_with("OR IGNORE").values(one=low, other=high))


def kept_apart(connection: Connection) -> set[tuple[int, int]]:
    """Return the pairs of contacts that are two persons, the lower id first."""
    mine, theirs = _identity.alias(), _identity.alias()
    pairs = connection.execute(
        select(mine.c.contact_id, theirs.c.contact_id)
        .join(_apart, _apart.c.one == mine.c.id)
        .join(theirs, theirs.c.id == _apart.c.other)
    )
    return {(min(pair), max(pair)) for pair in pairs}


def _two(connection: Connection, one: int, other: int) -> None:
    """Raise `NotFound` where one of two contacts is not there, `Refused` where they are one."""
    for id_ in (one, other):
        if connection.execute(select(_contact.c.id).where(_contact.c.id == id_)).first() is None:
            raise NotFound(f"There is no contact {id_}.", "`tui-inbox show ID --json` names each customer's contact.")
    if one == other:
        raise Refused("That is one contact already.", "Name two different ones.")


def unlink(connection: Connection, said: str) -> tuple[int, set[int]]:
    """Take one identity (its id, or what it is on its channel) back out of the contact it was linked to.

    Returns its own contact and the conversations that show another customer now.
    """
    wanted = [_identity.c.value == said, _identity.c.key == said]
    if said.isdigit():
        wanted.append(_identity.c.id == int(said))
    rows = connection.execute(select(_identity).where(or_(*wanted))).all()
    if not rows:
        raise NotFound(f"There is no identity {said}.", "`tui-inbox contact show ID` lists them.")
    row = rows[0]
    if row.born_with == row.contact_id:
        others = connection.execute(
            select(_identity.c.id).where(_identity.c.contact_id == row.contact_id, _identity.c.id != row.id)
        ).first()
        if others is None:
            raise Refused(f"{row.value} is linked to nobody.", "")
        made = connection.execute(insert(_contact).values(name=row.name or row.value)).inserted_primary_key
        assert made is not None
        own = int(made[0])
    else:
        own = int(row.born_with)
    connection.execute(update(_identity).where(_identity.c.id == row.id).values(contact_id=own, born_with=own))
    return own, conversations_of(connection, [row.id])


def conversations_of(connection: Connection, identities: Collection[int]) -> set[int]:
    """Return the conversations that messages of *identities* lie in."""
    return set(
        connection.execute(
            select(_message.c.conversation_id).where(_message.c.identity_id.in_(identities)).distinct()
        ).scalars()
    )


_SAME = """
SELECT value FROM identity WHERE id < ? AND looks = ? AND looks <> '' AND lower(value) <> ?
ORDER BY looks LIMIT 1
"""
_OLDER = """
SELECT value FROM identity WHERE id < :before AND looks BETWEEN :least AND :most AND looks <> ''
AND substr(lower(value), :long) <> :there
ORDER BY looks LIMIT 1
"""
_FIRST = """
SELECT min(id) FROM identity WHERE looks BETWEEN :least AND :most AND looks <> ''
AND substr(lower(value), :long) = :there
"""
# Asked for every new address and every new site, and making a statement costs more than running it.


def same_looks(connection: Connection, identity: int, address: str) -> str:
    """Return the address of somebody known before *identity* who looks the same as *address*; "" where nobody does."""
    mine = lookalike.looks(address)
    found = driver(connection).execute(_SAME, (identity, mine, address.lower())).fetchone() if mine else None
    return "" if found is None else str(found[0])


def first_of_site(connection: Connection, address: str) -> int | None:
    """Return the first identity that was known of the site of *address*; None where there is none."""
    asked = _site(address)
    found = None if asked is None else driver(connection).execute(_FIRST, asked).fetchone()[0]
    return None if found is None else int(found)


def older_site(connection: Connection, address: str, before: int) -> str:
    """Return an address at another site that looks like that of *address*, known before *before*; "" for none."""
    asked = _site(address)
    found = None if asked is None else driver(connection).execute(_OLDER, asked | {"before": before}).fetchone()
    return "" if found is None else str(found[0])


def _site(address: str) -> dict[str, object] | None:
    mine = lookalike.looks(address)
    if not mine:
        return None
    site, there = mine.partition("@")[0], f"@{address.lower().rpartition('@')[2]}"
    return {"least": f"{site}@", "most": f"{site}@\U0010ffff", "there": there, "long": -len(there)}


def identities(connection: Connection, contact: int) -> list[Identity]:
    """Return every identity of a contact."""
    rows = connection.execute(select(_identity).where(_identity.c.contact_id == contact).order_by(_identity.c.id))
    return [Identity(row.id, row.channel, row.value, row.name, row.born_with != contact) for row in rows]


def name(connection: Connection, contact: int) -> str:
    found = connection.execute(select(_contact.c.name).where(_contact.c.id == contact)).scalar()
    if found is None:
        raise NotFound(f"There is no contact {contact}.", "`tui-inbox show ID --json` names each customer's contact.")
    return str(found)


def contacts(connection: Connection) -> list[Contact]:
    """Return what is known of every contact, for suggestions: keys, name, and what their last messages mention."""
    keys: dict[int, list[str]] = {}
    for row in connection.execute(select(_identity.c.contact_id, _identity.c.key)):
        keys.setdefault(row.contact_id, []).append(row.key)
    said: dict[int, set[str]] = {}
    words = func.unpacked(_message.c.text, type_=String)
    texts = connection.execute(
        select(_identity.c.contact_id, _message.c.text)
        .join(_identity, _identity.c.id == _message.c.identity_id)
        .where(
            _message.c.direction == Direction.IN.value,
            or_(words.like("%@%"), words.like("%+%")),
        )
        .order_by(_message.c.stamp.desc())
        .limit(20_000)
    )
    for row in texts:
        said.setdefault(row.contact_id, set()).update(mentions_in(row.text))
    rows = connection.execute(select(_contact.c.id, _contact.c.name)).all()
    return [
        Contact(row.id, row.name, tuple(keys[row.id]), frozenset(said.get(row.id, ())))
        for row in rows
        if row.id in keys
    ]

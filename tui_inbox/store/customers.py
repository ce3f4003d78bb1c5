"""One customer whole: every identity, every conversation, how long they have waited, and who may be the same person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_inbox.rules import clean
from tui_inbox.rules.model import Class, Direction, Outcome
from tui_inbox.store.moments import stored
from tui_inbox.store.texts import unpacked

if TYPE_CHECKING:
    from tui_inbox.rules.people import Contact
    from tui_inbox.store.lines import Row

MOST = 500
"""Conversations of one customer that are listed, the newest."""
_READ = 200
"""Messages of one person in which addresses and numbers are looked for, and as many that name one of theirs."""
_ALIKE = 20
"""Contacts that are compared with one."""


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """One identity; `linked` where the agent said that it is this contact's. All text is safe for a terminal."""

    id: int
    channel: str
    value: str
    name: str
    linked: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """Another contact that may be the same person, and the reason as a sentence; `apart` where the agent said no."""

    contact: int
    name: str
    identities: tuple[str, ...]
    why: str
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """What became of the promises made to a customer, and how long they have waited in all for answers."""

    waited: timedelta
    kept: int
    broken: int
    open: int


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer whole; of the conversations the newest, and how many there are."""

    id: int
    name: str
    identities: tuple[IdentityLine, ...]
    rows: tuple[Row, ...]
    conversations: int
    past: Past
    alike: tuple[Alike, ...]


def identities(connection: sqlite3.Connection, contact: int) -> tuple[IdentityLine, ...]:
    """Return every identity of *contact*, in the order in which they became known."""
    rows = connection.execute("SELECT * FROM identity WHERE contact_id = ? ORDER BY id", (contact,))
    return tuple(
        IdentityLine(
            row["id"], row["channel"], clean.line(row["value"]), clean.line(row["name"]), row["born_with"] != contact
        )
        for row in rows
    )


def conversations(connection: sqlite3.Connection, contact: int) -> list[int]:
    """Return the conversations in which *contact* is the customer or has written, the newest first."""
    rows = connection.execute(
        """SELECT id FROM conversation WHERE merged_into IS NULL AND messages > 0 AND id IN (
             SELECT id FROM conversation WHERE contact_id = :contact
             UNION SELECT m.conversation_id FROM identity i JOIN message m ON m.identity_id = i.id
                   WHERE i.contact_id = :contact
           ) ORDER BY last_at DESC, id DESC""",
        {"contact": contact},
    )
    return [row[0] for row in rows]


def past(connection: sqlite3.Connection, ids: Sequence[int], now: datetime) -> Past:
    """Return what became of the promises of conversations *ids*, and how long was waited in them."""
    listed = ",".join(str(int(id_)) for id_ in ids)
    outcomes = dict(
        connection.execute(
            f"SELECT CASE WHEN outcome = 'open' AND due < ? THEN 'breached' ELSE outcome END, COUNT(*) "  # noqa: S608 - numbers only
            f"FROM promise WHERE conversation_id IN ({listed}) GROUP BY 1",
            (stored(now),),
        ).fetchall()
    )
    return Past(
        _waited(connection, listed, now),
        outcomes.get(Outcome.MET.value, 0),
        outcomes.get(Outcome.BREACHED.value, 0),
        outcomes.get(Outcome.OPEN.value, 0),
    )


def _waited(connection: sqlite3.Connection, listed: str, now: datetime) -> timedelta:
    """Return how long human messages stood before an answer of ours; what has none, until it was archived, or now."""
    rows = connection.execute(
        f"""SELECT m.conversation_id, m.direction, m.received_at,
              CASE WHEN c.status = 'archived' OR c.place = 'spam' THEN COALESCE(
                (SELECT MAX(at) FROM act WHERE conversation_id = c.id AND verb = 'archive' AND undone_at IS NULL), 0
              ) END AS ended
            FROM message m JOIN conversation c ON c.id = m.conversation_id
            WHERE m.conversation_id IN ({listed}) AND NOT m.history
              AND COALESCE(m.judged, m.class) = '{Class.HUMAN.value}'
            ORDER BY m.conversation_id, m.received_at, m.rank, m.position, m.id"""  # noqa: S608 - numbers only
    )
    total, moment, asked, of, ended = 0, stored(now), None, None, None
    for conversation, direction, received, until in [*rows, (None, "", 0, None)]:
        if conversation != of:
            if asked is not None:
                total += max(0, (moment if ended is None else ended) - asked)
            of, ended, asked = conversation, until, None
        if direction == Direction.IN.value:
            asked = received if asked is None else asked
        elif asked is not None:
            total, asked = total + max(0, received - asked), None
    return timedelta(milliseconds=total)


# --- who may be the same person -----------------------------------------------------------------------------


def alike(connection: sqlite3.Connection, contact: int) -> tuple[Alike, ...]:
    """Return the contacts that may be the same person as *contact*, each with the reason; last who is said not to."""
    from tui_inbox.rules.people import same_person  # deferred: the first picture does not need it

    mine = _known(connection, contact)
    if mine is None:
        return ()
    found = []
    apart = _apart(connection, contact)
    for other in _candidates(connection, mine):
        theirs = _known(connection, other)
        if theirs and (why := same_person(mine, theirs)):
            values = tuple(one.value for one in identities(connection, other))
            found.append(Alike(other, clean.line(theirs.name), values, clean.line(why), other in apart))
    return tuple(sorted(found, key=lambda one: one.apart))


def _apart(connection: sqlite3.Connection, contact: int) -> set[int]:
    """Return the contacts that the agent said are somebody else than *contact*."""
    rows = connection.execute(
        "SELECT t.contact_id FROM identity m JOIN apart a ON a.one = m.id JOIN identity t ON t.id = a.other "
        "WHERE m.contact_id = :contact UNION "
        "SELECT t.contact_id FROM identity m JOIN apart a ON a.other = m.id JOIN identity t ON t.id = a.one "
        "WHERE m.contact_id = :contact",
        {"contact": contact},
    )
    return {row[0] for row in rows}


def _known(connection: sqlite3.Connection, contact: int) -> Contact | None:
    from tui_inbox.rules.people import Contact, mentions_in  # deferred: the first picture does not need it

    row = connection.execute("SELECT name FROM contact WHERE id = ?", (contact,)).fetchone()
    keys = [one[0] for one in connection.execute("SELECT key FROM identity WHERE contact_id = ?", (contact,))]
    if row is None or not keys:
        return None
    texts = connection.execute(
        "SELECT m.text FROM identity i JOIN message m ON m.identity_id = i.id "
        "WHERE i.contact_id = ? AND m.direction = 'in' AND COALESCE(m.judged, m.class) = 'human' "
        "AND (unpacked(m.text) LIKE '%@%' OR unpacked(m.text) LIKE '%+%') "
        "ORDER BY m.received_at DESC LIMIT ?",
        (contact, _READ),
    )
    mentions: set[str] = set()
    for text in texts:
        mentions |= mentions_in(unpacked(text[0]))
    return Contact(contact, row[0], tuple(keys), frozenset(mentions))


def _candidates(connection: sqlite3.Connection, mine: Contact) -> list[int]:
    """Return whom *mine* names, who names *mine*, and who is called the same; nobody is compared with everybody."""
    from tui_inbox.rules import fold  # deferred: the first picture does not need it

    named = list(mine.mentions)[:_READ]
    marks = ",".join("?" * len(named))
    found: dict[int, None] = {}
    _add(found, connection.execute(f"SELECT contact_id FROM identity WHERE key IN ({marks})", named))  # noqa: S608 - marks only
    for key in mine.keys[:_ALIKE]:
        if key.startswith(("email:", "tel:")) and (words := fold.words(key.partition(":")[2])):
            phrase = f'body : "{" ".join(words)}"'
            _add(
                found,
                connection.execute(
                    "SELECT i.contact_id FROM fulltext f JOIN message m ON m.stamp = f.rowid "
                    "JOIN identity i ON i.id = m.identity_id WHERE fulltext MATCH ? ORDER BY f.rowid DESC LIMIT ?",
                    (phrase, _READ),
                ),
            )
    if len(fold.plain(mine.name).split()) > 1:
        same = connection.execute("SELECT id FROM contact WHERE name = ? COLLATE NOCASE LIMIT ?", (mine.name, _ALIKE))
        _add(found, same)
    found.pop(mine.id, None)
    return list(found)[:_ALIKE]


def _add(found: dict[int, None], rows: Iterable[sqlite3.Row]) -> None:
    found.update((row[0], None) for row in rows)

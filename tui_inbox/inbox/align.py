"""Chats without ids, laid beside what is stored: which messages are known, and where the new ones stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from tui_inbox.rules import align
from tui_inbox.rules.aligned import Alignment, Change, Offered
from tui_inbox.rules.model import Message
from tui_inbox.store import already, ties
from tui_inbox.store.already import Known, Lined
from tui_inbox.store.writer import Unit

AROUND = timedelta(days=1)
"""How far beyond the offered times stored messages are compared: a file may come from another time zone."""


@dataclass(slots=True)
class Walked:
    """How far one run has come in one chat: what it has met or added already is not met again."""

    taken: dict[int, datetime] = field(default_factory=dict)
    shift: timedelta | None = None

    def add(self, id_: int, at: datetime | None) -> None:
        """Keep that message *id_*, written at *at* (naive), has been met or added."""
        self.taken[id_] = at or datetime.max  # noqa: DTZ901 - a wall time that is never forgotten

    def forget_before(self, at: datetime) -> None:
        """Drop what is too far back to be compared again."""
        self.taken = {id_: when for id_, when in self.taken.items() if when >= at}


@dataclass(frozen=True, slots=True)
class Laid:
    """One offered message: the known one it is and what became of it, or what a new one gets."""

    known: Known | None
    change: Change | None
    key: str
    position: int
    token: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A chat's offered messages in their order, and the stored ones that get another position between them."""

    places: tuple[Laid, ...]
    moved: dict[int, int]
    shift: timedelta
    aliases: dict[str, str]


def lay(unit: Unit, account_id: int, thread: str, messages: Sequence[Message], walked: Walked) -> Beside:
    """Return where each of *messages* (one chat, in the file's order) stands beside what is stored."""
    offered = align.offer(messages)
    written = [one.at for one in offered if one.at is not None]
    between = (min(written) - AROUND, max(written) + AROUND) if written else None
    chat = ties.thread_by_key(unit, account_id, thread)
    lined, taken = already.lined(unit, chat.id, between, walked.taken) if chat else ([], set())
    found = align.align([one.as_known for one in lined], offered, walked.shift)
    here = {one.id: one for one in lined}
    if between is not None:
        walked.forget_before(between[0] - AROUND)
    if found.overlap is not None:
        walked.shift = found.shift
    for id_ in found.matched.values():
        if id_ is not None:
            walked.add(id_, here[id_].at)
    positions, moved = _numbered(found, here, offered)
    changes = {change.index: change for change in found.changes}
    places = []
    for one in offered:
        id_ = found.matched[one.index]
        known = here[id_].known if id_ is not None else None
        key = "" if known else _key(one, taken)
        places.append(Laid(known, changes.get(one.index), key, positions.get(one.index, 0), one.token))
    return Beside(tuple(places), moved, found.shift, found.aliases)


def _key(one: Offered, taken: set[str]) -> str:
    """Return a key of our own, unique in its chat: time as written, a digest of the words, a number among equals."""
    at = one.at.isoformat(timespec="seconds") if one.at else "-"
    stem = f"{at} {blake2b(one.token.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"
    number = 1
    while f"{stem} {number}" in taken:
        number += 1
    taken.add(f"{stem} {number}")
    return f"{stem} {number}"


def _numbered(
    found: Alignment, here: dict[int, Lined], offered: Sequence[Offered]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return positions for the new messages by index, and for stored ones that must make room, by id."""
    groups: dict[object, list[tuple[int | None, int | None]]] = defaultdict(list)
    for id_, index in found.order:
        at = here[id_].at if id_ is not None else None
        if id_ is None and index is not None:
            written = offered[index].at
            at = written - found.shift if written is not None else None
        groups[at].append((id_, index))
    positions: dict[int, int] = {}
    moved: dict[int, int] = {}
    for group in groups.values():
        if all(id_ is not None for id_, _ in group):
            continue
        for position, (id_, index) in enumerate(group):
            if id_ is None and index is not None:
                positions[index] = position
            elif id_ is not None and here[id_].position != position:
                moved[id_] = position
    return positions, moved

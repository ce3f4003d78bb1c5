"""What an alignment takes and gives: messages as they are stored and as they are offered, and which is which."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tui_inbox.rules.model import State


@dataclass(frozen=True, slots=True)
class Known:
    """A stored message; `at` is its time as written (naive), `position` its order among those of one time."""

    id: int
    at: datetime | None
    precision: str
    token: str
    sender: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """A message of the new file, in the file's order; `index` is the caller's own number for it."""

    index: int
    at: datetime | None
    precision: str
    token: str
    sender: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a known message has become: `EDITED` (take the offered text) or `DELETED` (keep the text, set the state).

    `fill` says that the stored one was already seen as deleted and the offered one still has its text: take it.
    """

    id: int
    index: int
    to: State
    fill: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """What the new file says about the conversation as it is stored."""

    matched: dict[int, int | None]
    """Offered index -> id of the known message it is, or None: it is new."""
    order: tuple[tuple[int | None, int | None], ...]
    """(known id, offered index) of all messages as they now follow each other; one of the two may be None. Walk it and
    number anew, among those of one time, where a new message came between known ones."""
    changes: tuple[Change, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    """Name as stored -> name in the new file, for what is one person under two names."""
    shift: timedelta = timedelta(0)
    """What to subtract from the new file's times: it was exported in another time zone. The stored times stand."""
    overlap: tuple[datetime, datetime] | None = None
    """First and last stored time that the file shares; None: nothing of it is known (another chat, or a gap)."""

    @property
    def new(self) -> tuple[int, ...]:
        """The indexes of what is new, in the file's order."""
        return tuple(index for index, id_ in self.matched.items() if id_ is None)

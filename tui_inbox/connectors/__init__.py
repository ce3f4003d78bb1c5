"""The protocol between a channel and the inbox, and nothing else: importing it costs nothing.

A channel is one module named after its kind. It defines

* `CHANNEL`: how the customer wrote (`email`, `whatsapp`, ...);
* `Source`: a frozen dataclass whose fields are its table in config.toml, or, for files, what `import` was told;
* `sniff(bundle)`: for file channels, why this file, folder or zip is of that kind, or None; and where it matters
  `ORDER` (50 without it): channels of a lower one are asked before it;
* `owner()` and `evidence()` on the `Source` of a file channel, where it can: the agent's own name, and from what;
* `from_table(account, secret)` and `test(source)`: for mailboxes, the `Source` that a table describes, and what a
  sign-in to it finds; where a server tells of news by itself, `listening(source)`: a context that yields an `Ear`;
* `thorough(source)`, `again(cursor, uids)` and `fetched(source, places, id, part)`: for mailboxes that can be counted,
  the `Source` whose batches bring a `Census`, the cursor that fetches messages again, and a file left on the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from tui_inbox.rules.model import Message

if TYPE_CHECKING:
    import socket
    from datetime import datetime

UNTRIED = "; no export from life was at hand to try this form on: look over what comes in"
"""What `sniff` adds for a form that no verified sample stands behind."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """One thing of a source that could not become a message: where, why, and its bytes."""

    where: str
    what: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a message lies on a server: a message may lie in several folders, or none any more."""

    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as one source brought it.

    `history` says that it only fills in (product: *History*): it opens nothing and starts no clock.
    `rank` orders folders at one received time: 0 for sent mail, 1 for all else.
    """

    message: Message
    location: Location | None = None
    history: bool = False
    rank: int = 1
    object_id: str = ""
    """The server's own name for the message, the same wherever it lies and whatever it is numbered; "": it has none."""
    partial: bool = False
    """Whether this is a stand-in: the fields and the text of a mail too large to come whole."""
    also: str = ""
    """The key that a stand-in for this mail has; "" where there is none."""


@dataclass(frozen=True, slots=True)
class Census:
    """All that the server has in one folder, as ranges of UIDs, to be compared with the locations stored.

    `left_out` are those among them that are no stored message, and why not is known: drafts, and what the server lists
    and does not give out. `uidvalidity` 0 says that the folder is no more. `certain` is False where the server's list
    and its count disagree.
    """

    name: str
    uidvalidity: int
    there: tuple[tuple[int, int], ...]
    left_out: tuple[tuple[int, int], ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail as its source holds it, which somebody has yet to read: reading costs most, and many are read at once."""

    raw: bytes
    position: int
    where: str
    received_at: datetime | None = None
    location: Location | None = None
    history: bool = False
    rank: int = 1

    def arrived(self, message: Message) -> Arrival:
        """Return what it is that arrives, now that it was read and is *message*."""
        return Arrival(message, self.location, self.history, self.rank)


@dataclass(frozen=True, slots=True)
class Batch:
    """What fits in memory at once. The cursor is stored in the same transaction as the arrivals.

    `place` names what the cursor belongs to (a folder on the server, a file's digest); `cursor` is what the
    channel needs to go on behind this batch, in its own notation (JSON text). `done` and `total` are the
    channel's own units for a progress bar; total is 0 where it is not known.
    """

    arrivals: tuple[Arrival, ...]
    place: str
    cursor: str
    set_aside: tuple[SetAside, ...] = ()
    gone: tuple[Location, ...] = ()
    """Locations the server no longer has; the messages stay."""
    inbox: bool = False
    """Whether the place is one of the server's inbox folders."""
    known: tuple[tuple[Location, Location], ...] = ()
    """A location that is stored, and another where the same message lies besides."""
    census: Census | None = None
    done: int = 0
    total: int = 0
    unit: str = "messages"
    unread: tuple[Unread, ...] = ()
    """Mails that come behind the arrivals, once they have been read."""


@runtime_checkable
class Source(Protocol):
    """One source on one channel."""

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield what is new, in batches; *cursors* maps each place to the cursor last stored with it.

        The generator holds its own connections and files; closing it closes them. It knows no store, screen,
        callback or thread. Trouble is a `Problem`; one bad message is a `SetAside`.
        """
        ...


@runtime_checkable
class MailSource(Source, Protocol):
    """A source of mail, which leaves the reading of it to others where they ask for that."""

    def unread(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield the very batches of `read`, their mails unread."""
        ...


class Ear(Source, Protocol):
    """An open connection to a mailbox, which hears of changes and can be read through, again and again."""

    sound: bool
    """Whether it can be used any more: not where a reading broke off in the middle."""

    def look(self) -> object:
        """Return how the mailbox stands now: equal to an earlier standing where nothing came and nothing went."""
        ...

    def wait(self, seconds: float, called: socket.socket) -> None:
        """Return as soon as something may have changed, once *called* can be read from, or after so many seconds.

        A `Problem` where the connection has ended.
        """
        ...

    def hang_up(self) -> None:
        """End the connection, from any thread: whoever waits for it meets a `Problem`."""
        ...

"""What the file channels of mail share: messages gathered into batches, one bad mail set aside."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from tui_inbox.connectors import Arrival, Batch, SetAside, Unread, rfc822
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.problems import Unreadable

LARGEST = 64 * 1024 * 1024
"""Bytes of one mail; a larger one is set aside."""
BATCH_MESSAGES = 500
BATCH_BYTES = 16 * 1024 * 1024


_FIELD = re.compile(rb"[!-9;-~]{1,60}[ \t]*:")
_TELLING = re.compile(
    rb"^(?:From|To|Subject|Date|Received|Message-ID|Return-Path|Delivered-To|MIME-Version)[ \t]*:", re.I | re.M
)

ReadOne = Callable[[str, int], Iterator[Unread | SetAside]]
"""Yields what lies in the file of that name and number in the list."""


def too_large(where: str, start: bytes = b"") -> SetAside:
    """Return what is said of a mail over `LARGEST`; its first bytes stay with it."""
    return SetAside(where, f"larger than {LARGEST // (1024 * 1024)} MB", start[:65_536])


def taken(bundle: Bundle, name: str) -> bytes | SetAside:
    """Return the mail in the file *name* of its own, or why it is set aside."""
    try:
        with bundle.open(name) as stream:
            raw = stream.read(LARGEST + 1)
    except Unreadable as trouble:
        return SetAside(name, trouble.what)
    return too_large(name, raw) if len(raw) > LARGEST else raw


@dataclass(slots=True)
class Gathering:
    """Mails on their way into one batch after another, with the cursor that goes on behind each."""

    place: str
    unit: str
    total: int = 0
    unread: list[Unread] = field(default_factory=list)
    aside: list[SetAside] = field(default_factory=list)
    weight: int = 0

    def add(self, found: Unread | SetAside) -> None:
        if isinstance(found, SetAside):
            self.aside.append(found)
        else:
            self.unread.append(found)
        self.weight += len(found.raw)

    def full(self) -> bool:
        return len(self.unread) + len(self.aside) >= BATCH_MESSAGES or self.weight >= BATCH_BYTES

    def batch(self, cursor: str, done: int) -> Batch:
        """Return what was gathered, and begin anew."""
        made = Batch(
            (),
            self.place,
            cursor,
            tuple(self.aside),
            done=done,
            total=self.total,
            unit=self.unit,
            unread=tuple(self.unread),
        )
        self.unread, self.aside, self.weight = [], [], 0
        return made


@dataclass(slots=True)
class Listing:
    """A list of files being read in order: an interrupted run goes on behind the last, if the list is unchanged."""

    names: list[str]
    sizes: list[int]

    def resume(self, cursor: str) -> int:
        """Return how many files *cursor* says are done; 0 if it belongs to another list."""
        try:
            kept = json.loads(cursor)
            done, listing = int(kept["done"]), str(kept["listing"])
        except (ValueError, KeyError, TypeError):
            return 0
        return done if 0 <= done <= len(self.names) and listing == self.digest() else 0

    def digest(self) -> str:
        digest = hashlib.sha256()
        for name, size in zip(self.names, self.sizes, strict=True):
            digest.update(f"{name}\0{size}\0".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()[:32]


def files(
    kind: str, bundle: Bundle, names: list[str], cursors: Mapping[str, str], read_one: ReadOne
) -> Iterator[Batch]:
    """Yield the mails in the files *names* of *bundle* in batches; the last one's cursor is empty, so that the next
    run reads all anew."""
    path = str(bundle.path.absolute()).encode("utf-8", "surrogateescape")
    gathering = Gathering(f"{kind}:{hashlib.sha256(path).hexdigest()[:32]}", "files", len(names))
    listing = Listing(names, [bundle.size(name) for name in names])
    first = listing.resume(cursors.get(gathering.place, ""))
    digest = listing.digest()
    for number in range(first, len(listing.names)):
        for found in read_one(listing.names[number], number):
            gathering.add(found)
        if gathering.full() and number + 1 < len(listing.names):
            yield gathering.batch(json.dumps({"done": number + 1, "listing": digest}), number + 1)
    yield gathering.batch("", len(listing.names))


def arrival(of: Unread) -> Arrival:
    """Return the mail as it arrives, read in this process."""
    return of.arrived(rfc822.read_here(of.raw, of.position, of.where, of.received_at))


def opened(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yield *batches* with their mails read, here and one after another: nothing limits what one of them may cost."""
    for batch in batches:
        yield replace(batch, arrivals=(*batch.arrivals, *map(arrival, batch.unread)), unread=())


def is_mail(head: bytes) -> bool:
    """Return whether *head* begins like a mail: with fields, two of them such as every mail has."""
    head = re.sub(rb"\A(?:\xef\xbb\xbf)?[\r\n]*(?:\d{1,10}[ \t]*\r?\n)?", b"", head, count=1)
    first = head.split(b"\n", 1)[0]
    if not _FIELD.match(first):
        return False
    header = re.split(rb"\r?\n\r?\n|\r\r", head, maxsplit=1)[0]
    return len({found.group().lower() for found in _TELLING.finditer(header.replace(b"\r", b"\n"))}) >= 2

"""Walks through a mailbox: signs in, and reads the folders of interest one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_inbox.connectors import Batch, Location
from tui_inbox.connectors.imap.access import Access
from tui_inbox.connectors.imap.bookmark import finished, since, unmoved
from tui_inbox.connectors.imap.bookmark import read as bookmark
from tui_inbox.connectors.imap.departed import departed
from tui_inbox.connectors.imap.folders import Role, Stop, route
from tui_inbox.connectors.imap.session import Asked
from tui_inbox.connectors.imap.trouble import Declined, explained
from tui_inbox.connectors.imap.wire import Opened, Wire
from tui_inbox.problems import NotFound, Problem, Unreachable

if TYPE_CHECKING:
    from tui_inbox.connectors.imap.reading import Reading


@contextmanager
def connected(source: Access) -> Iterator[Wire]:
    """Open a signed-in connection to *source*; every trouble with it, also later, is a Problem."""
    secret = source.password()  # first: a keyring may ask its owner, and a server does not wait
    with explained(source.host, source.port), Wire(source.host, source.port, source.tls, source.ca, source.pin) as wire:
        wire.sign_in(source.user, secret, source.auth)
        del secret
        yield wire


def read(source: Access, cursors: Mapping[str, str]) -> Iterator[Batch]:
    """Yield what is new in every folder of interest; see `Source.read`."""
    with connected(source) as wire:
        places = [] if source.thorough else [place for place, text in cursors.items() if finished(text)]
        yield from over(wire, source, cursors, wire.ask_standings(places))


def opened(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yield *batches* with their mails read, in one process beside this one."""
    from tui_inbox.connectors.rfc822 import parse_each

    for batch in batches:
        read_ = parse_each([(one.raw, one.position, one.where, one.received_at) for one in batch.unread])
        came = (one.arrived(message) for one, message in zip(batch.unread, read_, strict=True))
        yield replace(batch, arrivals=(*batch.arrivals, *came), unread=())


def over(wire: Wire, source: Access, cursors: Mapping[str, str], asked: Sequence[Asked] = ()) -> Iterator[Batch]:
    """Yield the same over a connection that is open already, and stays so; folders whose standing was *asked* for are
    opened only where it is another than before.

    The newest of every folder come before the rest of any: an answer must not wait for the whole inbox."""
    listed = wire.folders(resync=any(since(text) for text in cursors.values()))
    standing = wire.standings(asked)
    stops, missing = route(source, listed, gmail=wire.gmail)
    refused: list[Problem] = [_no_such_folder(source, missing)] if missing else []
    yield from departed(cursors, listed)
    offering = wire.gmail and _unfinished(stops, cursors)
    elsewhere: dict[str, Location] = {}
    unfinished: list[Reading] = []
    for stop in stops:
        text = cursors.get(stop.folder.key)
        stands = standing.get(stop.folder.key)
        if stands is not None and unmoved(text, stands) and not offering:
            continue
        try:
            here = wire.examine(stop.folder, since(text))
        except Declined as declined:
            refused.append(_not_opened(source, stop.folder.name, declined.reply))
            continue
        reading = _begun(wire, source, stop, here, text, elsewhere)
        yield from reading.newest()
        if reading.mark.waiting and not wire.gmail:  # where All Mail would bring first what the inbox holds
            unfinished.append(reading)
            continue
        yield from reading.rest()
        if offering and stop.role is Role.INBOX:
            ids = wire.object_ids(reading.mark.held)
            elsewhere |= {id_: Location(reading.key, reading.mark.uidvalidity, uid) for id_, uid in ids.items()}
    for reading in unfinished:
        reading.again()
        yield from reading.rest()
    if refused:  # said last: one folder's absence keeps no mail of the others back
        raise refused[0]


def _begun(
    wire: Wire, source: Access, stop: Stop, here: Opened, text: str | None, elsewhere: dict[str, Location]
) -> Reading:
    from tui_inbox.connectors.imap.reading import Reading  # deferred: mostly no folder stands otherwise than before

    largest = source.largest * 2**20
    return Reading(wire, stop, here, text, largest=largest, thorough=source.thorough, elsewhere=elsewhere)


def _unfinished(stops: Sequence[Stop], cursors: Mapping[str, str]) -> bool:
    """Return whether All Mail was not read to its end before: it will offer what the inbox brought in earlier runs."""
    marks = [bookmark(cursors.get(stop.folder.key)) for stop in stops if stop.role is Role.ARCHIVE]
    return any(mark is None or mark.waiting for mark in marks)


def _no_such_folder(source: Access, missing: list[str]) -> Problem:
    names = ", ".join(f"`{name}`" for name in missing)
    what = f"The mailbox {source.name} has no folder {names}; the others were read."
    return NotFound(what, "Correct `folders`, `sent` or `archive`; `tui-inbox account test` lists what there is.")


def _not_opened(source: Access, name: str, reply: str) -> Problem:
    what = f"The server {source.host} does not open the folder `{name}` ({reply}); the others were read."
    return Unreachable(what, "Try again later, or leave the folder out.")

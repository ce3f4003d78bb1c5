"""Files that were left on the server with a mail over the size limit, fetched when somebody asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from tui_inbox.connectors import Location
from tui_inbox.connectors.imap.access import Access
from tui_inbox.connectors.imap.standin import content
from tui_inbox.connectors.imap.trouble import Declined
from tui_inbox.connectors.imap.walk import connected
from tui_inbox.connectors.imap.wire import Wire
from tui_inbox.problems import NotFound


def fetched(source: Access, places: Sequence[Location], external_id: str, part: str) -> bytes:
    """Return the file *part* of the mail *external_id*, which lay at *places*, decoded.

    NotFound where none of them holds that mail any more; else what `Source.read` raises."""
    with connected(source) as wire:
        folders = {folder.key: folder for folder in wire.folders()}
        for at in places:
            if at.folder not in folders:
                continue
            try:
                here = wire.examine(folders[at.folder])
            except Declined:
                continue
            if here.uidvalidity == at.uidvalidity and _is(wire, at.uid, external_id):
                return content(wire, at.uid, part)
    raise NotFound(
        f"The mail does not lie where it was on the server {source.host}.",
        "Run `tui-inbox sync`, and try again: it may have been moved.",
    )


def _is(wire: Wire, uid: int, external_id: str) -> bool:
    from tui_inbox.connectors.rfc822 import parse

    fields = wire.section(uid, "HEADER")
    return fields is not None and parse(fields).external_id == external_id

"""The folder of sent mail: whether a mail of ours lies there, and putting it there. Nothing is ever removed."""

from __future__ import annotations

from datetime import datetime

from tui_inbox.connectors.formats.reach import said
from tui_inbox.connectors.imap.access import Access
from tui_inbox.connectors.imap.folders import Role, route
from tui_inbox.connectors.imap.replies import SEARCHABLE, Folder, quoted
from tui_inbox.connectors.imap.trouble import Declined
from tui_inbox.connectors.imap.walk import connected
from tui_inbox.connectors.imap.wire import Wire
from tui_inbox.problems import NotFound

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def lies_there(source: Access, marks: tuple[tuple[str, str], ...]) -> bool:
    """Return whether a folder of sent mail holds a mail with one of *marks* (header, value).

    Raises NotFound where the account has no such folder, and as `Source.read` does.
    """
    with connected(source) as wire:
        return _found(wire, _folders(source, wire), marks)


def keep(source: Access, mail: bytes, marks: tuple[tuple[str, str], ...], at: datetime) -> bool:
    """Put *mail* into the folder of sent mail unless it lies there; return whether it was put there now."""
    with connected(source) as wire:
        folders = _folders(source, wire)
        if _found(wire, folders, marks):
            return False
        _append(wire, folders[0], mail, at)
        return True


def _folders(source: Access, wire: Wire) -> list[Folder]:
    stops, _ = route(source, wire.folders())
    found = [stop.folder for stop in stops if stop.role is Role.SENT]
    if not found:
        raise NotFound(
            f"The mailbox {source.name} has no folder of sent mail.", "Name it in `sent` of the account's table."
        )
    return found


def _found(wire: Wire, folders: list[Folder], marks: tuple[tuple[str, str], ...]) -> bool:
    for folder in folders:
        wire.examine(folder)
        for header, value in marks:
            if SEARCHABLE.fullmatch(header) and SEARCHABLE.fullmatch(value):
                told = wire._ask("UID", "SEARCH", "HEADER", header, quoted(value.encode("ascii")))
                if any(line.strip() for line in told.get("SEARCH", []) if isinstance(line, bytes)):
                    return True
    return False


def _append(wire: Wire, folder: Folder, mail: bytes, at: datetime) -> None:
    date = f'"{at.day:2d}-{_MONTHS[at.month - 1]}-{at.year:04d} {at:%H:%M:%S} {at:%z}"'
    wire._imap.literal = mail
    kind, reply = wire._imap._simple_command("APPEND", quoted(folder.wire), r"(\Seen)", date)
    if kind != "OK":
        raise Declined("APPEND", said(reply[-1] or b""))

"""Moving mails between a server's inbox and its archive. Nothing is ever deleted, expunged or flagged.

The one command that takes a mail out of a folder here is `UID MOVE` (RFC 6851), of UIDs that were just compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tui_inbox.connectors import Location
from tui_inbox.connectors.formats.headers import message_ids
from tui_inbox.connectors.imap.access import Access
from tui_inbox.connectors.imap.bookmark import without
from tui_inbox.connectors.imap.folders import Role, route
from tui_inbox.connectors.imap.replies import SEARCHABLE, Folder, number, parsed, quoted, searched
from tui_inbox.connectors.imap.trouble import Declined
from tui_inbox.connectors.imap.uids import Uids
from tui_inbox.connectors.imap.walk import connected
from tui_inbox.connectors.imap.wire import Wire
from tui_inbox.problems import NotFound, Unreachable

__all__ = ["Mailbox", "opened", "without"]

MOST = 100
"""Mails moved by one command."""
TWINS = 20
"""Mails of one Message-ID that are looked at, the newest."""

_COPYUID = re.compile(rb"(\d{1,18}) ([\d,:]+) ([\d,:]+)")


@contextmanager
def opened(source: Access) -> Iterator[Mailbox]:
    """Open a signed-in connection that may move mails; every trouble with it is a Problem."""
    with connected(source) as wire:
        yield Mailbox(source, wire)


class Mailbox:
    """One account's folders on its server, by their names on the wire."""

    def __init__(self, source: Access, wire: Wire) -> None:
        self.source = source
        self._wire = wire
        listed = wire.folders()
        stops, _ = route(source, listed)
        self._folders = {folder.key: folder for folder in listed}
        self._archive = next((stop.folder for stop in stops if stop.role is Role.ARCHIVE), None)

    @property
    def moves(self) -> bool:
        """Whether the server offers MOVE: without it, taking a mail out of a folder would mean deleting it there."""
        return "MOVE" in self._wire.capabilities()

    @property
    def labels(self) -> bool:
        """Whether folders are labels on one mail (Gmail): taking one off moves it out, putting one on moves it in."""
        return self._wire.gmail

    def archive(self) -> str:
        """Return the archive folder; NotFound where the account has none besides its inbox and its sent mail."""
        if self._archive is None:
            raise NotFound(
                f"The mailbox {self.source.name} has no archive folder.", "Name it in `archive` of the account's table."
            )
        return self._archive.key

    def shown(self, folder: str) -> str:
        """Return a folder's name for a person."""
        known = self._folders.get(folder)
        return known.name if known else folder

    def open(self, folder: str) -> int:
        """Open *folder* for writing and return its UIDVALIDITY; NotFound where it is gone or may not be written."""
        wire = self._wire
        wire._imap.state = "AUTH"
        wire._imap.is_readonly = True  # else imaplib breaks off where the server says READ-ONLY
        try:
            told = wire._ask("SELECT", quoted(self._folder(folder).wire))
        except Declined as declined:
            raise NotFound(
                f"The server {self.source.host} does not open the folder `{self.shown(folder)}` ({declined.reply}).",
                "Look with `tui-inbox account test`.",
            ) from None
        wire._imap.state = "SELECTED"
        if "READ-ONLY" in told:
            raise NotFound(
                f"The folder `{self.shown(folder)}` may only be read.", "Ask whose mailbox it is for the right to move."
            )
        return number(told, "UIDVALIDITY") or 0

    def ids(self, uids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Return the Message-IDs of those of *uids* that the open folder has."""
        if not uids:
            return {}
        what = "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
        lines = self._wire._ask("UID", "FETCH", str(Uids.of(uids)), what).get("FETCH", [])
        found = parsed(lines)
        if found is None:
            raise Unreachable(f"The reply of {self.source.host} cannot be made out.", "Try again later.")
        ids: dict[int, tuple[str, ...]] = {}
        for uid in set(uids) & found.keys():
            header = next((value for key, value in found[uid].items() if key.upper().startswith(b"BODY[HEADER")), None)
            if header is not None:
                ids[uid] = message_ids(header.partition(b":")[2] if isinstance(header, bytes) else b"")
        return ids

    def move(self, uids: Sequence[int], target: str, *, label: bool = False) -> dict[int, Location]:
        """Move *uids* of the open folder to *target*; return where the server claims that each now lies (COPYUID).

        With *label* they stay where they are besides: on a server with labels, the target's is put on.
        """
        command = "COPY" if label else "MOVE"
        try:
            told = self._wire._ask("UID", command, str(Uids.of(uids)), quoted(self._folder(target).wire))
        except Declined as declined:
            raise Unreachable(
                f"The server {self.source.host} did not move it to `{self.shown(target)}`: {declined.reply}.",
                "Look with `tui-inbox account test`; it is tried again.",
            ) from None
        claimed: dict[int, Location] = {}
        for line in told.get("COPYUID", []):
            claimed |= _claimed(line, target)
        return claimed

    def landed(self, target: str, wanted: Mapping[int, str], claimed: Mapping[int, Location]) -> dict[int, Location]:
        """Return where in *target* each of *wanted* (old UID, Message-ID) lies, leaving out what does not.

        What the server *claimed* holds where the mail there has that Message-ID; some servers name another mail, or
        none: then it is looked for.
        """
        told = self._wire.examine(self._folder(target))
        named = {uid: one.uid for uid, one in claimed.items() if uid in wanted and one.uidvalidity == told.uidvalidity}
        ids = self.ids(list(named.values()))
        found = {uid: new for uid, new in named.items() if wanted[uid] in ids.get(new, ())}
        for uid, message_id in wanted.items():
            if uid not in found and (new := self._newest(message_id)) is not None:
                found[uid] = new
        return {uid: Location(target, told.uidvalidity, new) for uid, new in found.items()}

    def _newest(self, message_id: str) -> int | None:
        """Return the newest mail of the open folder that has just this Message-ID."""
        if not SEARCHABLE.fullmatch(message_id):
            return None
        told = self._wire._ask("UID", "SEARCH", "HEADER", "Message-ID", quoted(message_id.encode("ascii")))
        uids = sorted(searched(told))[-TWINS:]
        ids = self.ids(uids)
        return max((uid for uid in uids if message_id in ids.get(uid, ())), default=None)

    def _folder(self, key: str) -> Folder:
        if key not in self._folders:
            raise NotFound(
                f"The server {self.source.host} has no folder `{key}` any more.", "Look with `tui-inbox account test`."
            )
        return self._folders[key]


def _claimed(line: object, target: str) -> dict[int, Location]:
    """Return what one COPYUID (RFC 4315) says; nothing where it makes no sense. The sets pair off in their order."""
    parts = _COPYUID.fullmatch(line.strip()) if isinstance(line, bytes) else None
    if parts is None:
        return {}
    old, new = _in_order(parts[2]), _in_order(parts[3])
    if len(old) != len(new):
        return {}
    return {uid: Location(target, int(parts[1]), to) for uid, to in zip(old, new, strict=True)}


def _in_order(written: bytes) -> list[int]:
    """Return the UIDs of a set as they stand; nothing where they are more than were ever asked for."""
    found: list[int] = []
    for part in written.split(b","):
        low, _, high = part.partition(b":")
        if not low.isdigit() or (high and not high.isdigit()):
            return []
        first, last = int(low), int(high or low)
        if abs(last - first) + len(found) >= MOST:
            return []
        found.extend(range(first, last + 1) if first <= last else range(first, last - 1, -1))
    return found

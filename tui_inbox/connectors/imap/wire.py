"""What is asked of a mail server that only reads: its folders, what a folder holds, and what changed in it."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from tui_inbox.connectors.imap.replies import (
    Folder,
    joined,
    listed,
    moment,
    number,
    numbers,
    parsed,
    quoted,
    searched,
    spans,
    standing,
)
from tui_inbox.connectors.imap.session import Asked, Session
from tui_inbox.connectors.imap.trouble import LATER, Declined
from tui_inbox.connectors.imap.uids import Uids
from tui_inbox.problems import Busy, Unreachable

LONGEST_SET = 7000
"""Characters of a UID set in one command; servers refuse lines of 8,000 and more."""
MOST_FOUND = 50_000
"""UIDs that one SEARCH may bring: some 550 kB on one line."""
MOST_REFUSED = 20
"""Messages that may be refused one by one before any comes; a server that goes on so is in trouble itself."""
BODIES = "(UID BODY.PEEK[])"
MOST_CUTS = 500
"""Ranges one folder is listed in, whatever it claims to hold."""


class Tier(StrEnum):
    """How a server can say what changed since it was last asked (RFC 7162); PLAIN: it cannot."""

    PLAIN = "plain"
    CONDSTORE = "condstore"
    QRESYNC = "qresync"


@dataclass(frozen=True, slots=True)
class Since:
    """Where a folder stood when it was last read, for a server that can say what changed since."""

    uidvalidity: int
    modseq: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What the server says of a folder on EXAMINE; `uidnext` None where it does not say.

    `modseq` is its HIGHESTMODSEQ, None where the folder keeps none or the server never said that it can. `changed`
    and `vanished` are what happened since it was last read, None where that is still to be asked."""

    exists: int
    uidvalidity: int
    uidnext: int | None
    modseq: int | None
    changed: Uids | None = None
    vanished: Uids | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """One message before its body is fetched. `object_id` and `thread_id` are the server's own names for it and for
    its thread ("" where it has none), `labels` those of Gmail, in lower case."""

    size: int
    received_at: datetime | None
    draft: bool
    object_id: str = ""
    thread_id: str = ""
    labels: frozenset[str] = frozenset()


class Wire(Session):
    """A signed-in connection that only reads."""

    _enabled = False
    """Whether the server takes QRESYNC on this connection."""
    _blunt = False
    """Whether it refused what it says it can: to open a folder with a parameter, to answer in ranges."""

    # --- what the server has --------------------------------------------------------------------------

    @property
    def gmail(self) -> bool:
        """Whether folders are labels on one mail, which has a number of its own (Gmail's X-GM-EXT-1)."""
        return "X-GM-EXT-1" in self.capabilities()

    @property
    def tier(self) -> Tier:
        """How this connection may ask for changes: what the server claims of one folder alone is not trusted."""
        if self._blunt:
            return Tier.PLAIN
        if self._enabled:
            return Tier.QRESYNC
        return Tier.CONDSTORE if {"CONDSTORE", "QRESYNC"} & self.capabilities() else Tier.PLAIN

    def folders(self, *, resync: bool = False) -> list[Folder]:
        """Return every folder the server lists; a name that cannot be decoded stands as it is on the wire.

        With *resync* the server is asked in the same round trip to tell of changes by QRESYNC, if it can.
        """
        can = self.capabilities()
        special = [b"RETURN (SPECIAL-USE)"] if {"SPECIAL-USE", "LIST-EXTENDED"} <= can else []
        may = resync and "QRESYNC" in can and not self._enabled and self._imap.state == "AUTH"
        enabling = self._say("ENABLE", "QRESYNC") if may else None
        listing = self._say("LIST", b'""', b'"*"', *special)
        if enabling is not None:
            self._enabled = self._enables(enabling)
        lines = self._told(listing).get("LIST", [])
        found = [folder for folder in map(listed, joined(lines)) if folder is not None]
        return sorted(found, key=lambda folder: folder.key)

    def _enables(self, asked: Asked) -> bool:
        told = (self._granted(asked) or {}).get("ENABLED", [])
        return any(b"QRESYNC" in line.upper().split() for line in told if isinstance(line, bytes))

    def ask_standings(self, places: Iterable[str]) -> list[Asked]:
        """Ask how the folders called *places* stand, and wait for nothing: `standings` takes the answers."""
        kept = " HIGHESTMODSEQ" if {"CONDSTORE", "QRESYNC"} & self.capabilities() else ""
        wanted = f"(MESSAGES UIDNEXT UIDVALIDITY{kept})"
        return [self._say("STATUS", quoted(place.encode()), wanted) for place in places]

    def standings(self, asked: Iterable[Asked]) -> dict[str, Opened]:
        """Return what the answers say that opening a folder would, by its key; one that says less has no part in it."""
        lines: list[Any] = []
        for one in asked:
            lines = (self._granted(one) or {}).get("STATUS", lines)
        return {
            key: Opened(
                exists=told["MESSAGES"],
                uidvalidity=told["UIDVALIDITY"],
                uidnext=told["UIDNEXT"],
                modseq=None if self.tier is Tier.PLAIN else told.get("HIGHESTMODSEQ") or None,
            )
            for key, told in filter(None, map(standing, joined(lines)))
            if {"MESSAGES", "UIDVALIDITY", "UIDNEXT"} <= told.keys()
        }

    def examine(self, folder: Folder, since: Since | None = None) -> Opened:
        """Open *folder* for reading only; Declined if the server will not. *since*: and say what changed."""
        if since is not None and self.tier is Tier.QRESYNC:
            # Without the UIDs that are known: with them, a server tells of these alone, and of none that came.
            parameter = f"(QRESYNC ({since.uidvalidity} {since.modseq}))"
        else:
            parameter = "" if self.tier is Tier.PLAIN else "(CONDSTORE)"
        told = self._examined(folder, parameter)
        here = Opened(
            exists=number(told, "EXISTS") or 0,
            uidvalidity=number(told, "UIDVALIDITY") or 0,
            uidnext=number(told, "UIDNEXT"),
            modseq=None if self.tier is Tier.PLAIN else number(told, "HIGHESTMODSEQ"),
        )
        if since is None or "QRESYNC" not in parameter or self._blunt or here.uidvalidity != since.uidvalidity:
            return here
        return _resynced(here, told) if here.modseq is not None and here.modseq >= since.modseq else here

    def _examined(self, folder: Folder, parameter: str) -> dict[str, list[Any]]:
        self._imap.state = "AUTH"
        self._imap.is_readonly = True
        try:
            told = self._ask("EXAMINE", quoted(folder.wire), *filter(None, [parameter]))
        except imaplib.IMAP4.error as refused:
            if isinstance(refused, imaplib.IMAP4.abort) or not parameter:
                raise
            self._blunt = True
            return self._examined(folder, "")
        self._imap.state = "SELECTED"
        return told

    def changed_since(self, modseq: int) -> Uids:
        """Return the UIDs of the open folder's messages that came or changed after *modseq*."""
        told = self._ask("UID", "FETCH", "1:*", "(UID FLAGS)", f"(CHANGEDSINCE {modseq})")
        return Uids.of(numbers(told))

    def from_uid(self, low: int) -> Uids:
        """Return the UIDs from *low* upwards. `low:*` names the last message even below *low*; that one is left out."""
        return self._searched(f"{low}:*")[0].above(low - 1)

    def among(self, uids: Uids) -> Uids:
        """Return those of *uids* that the folder still has."""
        found = Uids()
        for part in uids.lines(LONGEST_SET):
            found |= self._searched(str(part))[0]
        return found & uids

    def every_uid(self, exists: int) -> tuple[Uids, bool]:
        """Return all UIDs of the folder, in ranges that fit on a line, and whether the folder held still meanwhile."""
        still = True
        found = Uids()
        for low, high in self._portions(exists):
            some, moved = self._searched(f"{low}:{high}")
            still = still and not moved
            found |= some.above(low - 1)
        return found, still

    def _portions(self, exists: int) -> list[tuple[int, str]]:
        """Return UID ranges that cover everything, each with about MOST_FOUND messages.

        Sequence numbers only say where to cut: a message expunged meanwhile moves a cut, and nothing falls between."""
        step = max(MOST_FOUND, exists // MOST_CUTS)
        at = ",".join(str(number) for number in range(step, exists, step))
        if not at:
            return [(1, "*")]
        cuts = sorted(set(numbers(self._ask("FETCH", at, "(UID)"))))
        return [*zip([1, *(cut + 1 for cut in cuts)], [*map(str, cuts), "*"], strict=True)]

    def _searched(self, uid_set: str) -> tuple[Uids, bool]:
        """Return which of *uid_set* there are, and whether the folder moved meanwhile."""
        told = self._search(uid_set)
        moved = bool({"EXISTS", "EXPUNGE", "VANISHED"} & told.keys())
        if "ESEARCH" in told:
            return spans(told["ESEARCH"]), moved
        return Uids.of(searched(told)), moved

    def _search(self, uid_set: str) -> dict[str, list[Any]]:
        if "ESEARCH" in self.capabilities() and not self._blunt:
            told = self._granted(self._say("UID", "SEARCH", "RETURN (ALL)", "UID", uid_set))
            if told is not None:
                return told
            self._blunt = True
        return self._ask("UID", "SEARCH", "UID", uid_set)

    # --- messages -------------------------------------------------------------------------------------

    def outlines(self, uids: Iterable[int]) -> dict[int, Outline]:
        """Return what is said of those of *uids* that the server answers for."""
        extra = " X-GM-MSGID X-GM-THRID X-GM-LABELS" if self.gmail else ""
        extra = extra or (" EMAILID" if "OBJECTID" in self.capabilities() else "")
        found = self._fetch(Uids.of(uids), f"(UID RFC822.SIZE INTERNALDATE FLAGS{extra})", b"RFC822.SIZE")
        return {uid: _outline(one) for uid, one in found.items()}

    def object_ids(self, uids: Uids) -> dict[str, int]:
        """Return *uids* of the open folder by Gmail's own numbers for them."""
        found = self._fetch(uids, "(UID X-GM-MSGID)", b"X-GM-MSGID")
        return {str(one[b"X-GM-MSGID"]): uid for uid, one in found.items()}

    def drafts(self, uids: Uids) -> Uids:
        """Return those of *uids* that are drafts still."""
        return Uids.of(uid for uid, one in self.outlines(uids).items() if one.draft) if uids else uids

    def ask_bodies(self, uids: Iterable[int]) -> Asked:
        """Ask for the bytes of *uids*, at most as many as fit on a line, and wait for nothing: `bodies` takes them."""
        return self._say("UID", "FETCH", str(Uids.of(uids)), BODIES)

    def bodies(self, uids: Iterable[int], asked: Asked | None = None) -> dict[int, bytes]:
        """Return the bytes of those of *uids* that come, *asked* for before or not; Exchange says OK and sends nothing
        for a broken one."""
        found = self._fetch(Uids.of(uids), BODIES, b"BODY[]", asked)
        return {
            uid: one[b"BODY[]"] for uid, one in found.items() if isinstance(one[b"BODY[]"], bytes) and one[b"BODY[]"]
        }

    def section(self, uid: int, section: str, start: int | None = None, length: int = 0) -> bytes | None:
        """Return the *section* of one message, or *length* bytes of it from *start* on; None where it does not come."""
        slice_ = "" if start is None else f"<{start}.{length}>"
        wanted = f"BODY[{section}]" + ("" if start is None else f"<{start}>")
        lines = self._ask("UID", "FETCH", str(uid), f"(UID BODY.PEEK[{section}]{slice_})").get("FETCH", [])
        for name, value in (parsed(lines) or {}).get(uid, {}).items():
            if isinstance(value, bytes) and isinstance(name, bytes) and name.upper() == wanted.upper().encode():
                return value
        return None

    def structure(self, uid: int) -> Any:
        """Return the BODYSTRUCTURE of one message as IMAPClient reads it; None where it cannot be made out."""
        lines = self._ask("UID", "FETCH", str(uid), "(UID BODYSTRUCTURE)").get("FETCH", [])
        return (parsed(lines) or {}).get(uid, {}).get(b"BODYSTRUCTURE")

    def _fetch(self, uids: Uids, what: str, wanted: bytes, asked: Asked | None = None) -> dict[int, dict[bytes, Any]]:
        """Return what came with *wanted* in it, by UID; a message the server chokes on costs only itself."""
        found: dict[int, dict[bytes, Any]] = {}
        refused = 0
        waiting = list(uids.lines(LONGEST_SET))
        while waiting:
            part = waiting.pop()
            came, complete = self._fetched(part, what, wanted, asked)
            asked = None
            found.update(came)
            left = [uid for uid in part if uid not in came]
            if complete or not left:
                continue
            if len(part) == 1:
                refused += 1
                if refused > MOST_REFUSED and not found:
                    raise Unreachable(f"The server {self.host} gives out no messages.", "Try again later.")
                continue
            half = (len(left) + 1) // 2
            waiting += [Uids.of(one) for one in (left[:half], left[half:]) if one]
        return found

    def _fetched(
        self, uids: Uids, what: str, wanted: bytes, asked: Asked | None
    ) -> tuple[dict[int, dict[bytes, Any]], bool]:
        """Return what one FETCH brought, and whether the server was done and could be understood."""
        complete = True
        try:
            asked = asked or self._say("UID", "FETCH", str(uids), what)
            lines = self._told(asked).get("FETCH", [])
        except Declined as declined:
            if LATER.search(declined.reply):
                what = f"The server {self.host} asks for patience: {declined.reply}."
                raise Busy(what, "Try again later.") from None
            complete, lines = False, self._imap.untagged_responses.get("FETCH", [])
        replies = parsed(lines)
        wished = set(uids)
        found = {uid: one for uid, one in (replies or {}).items() if uid in wished and wanted in one}
        return found, complete and replies is not None


def _resynced(here: Opened, told: dict[str, list[Any]]) -> Opened:
    """Return *here* with what QRESYNC told of changes (RFC 7162, 3.2.5); the vanished may never have been known."""
    lines = [line for line in told.get("VANISHED", []) if isinstance(line, bytes)]
    vanished = spans(re.sub(rb"^\(EARLIER\)\s*", b"ALL ", line, flags=re.IGNORECASE) for line in lines)
    return Opened(here.exists, here.uidvalidity, here.uidnext, here.modseq, Uids.of(numbers(told)), vanished)


def _outline(one: dict[bytes, Any]) -> Outline:
    flags = {flag.lower() for flag in one.get(b"FLAGS") or () if isinstance(flag, bytes)}
    labels = frozenset(
        label.decode("utf-8", "replace").lower() for label in one.get(b"X-GM-LABELS") or () if isinstance(label, bytes)
    )
    named = one.get(b"X-GM-MSGID") or next(iter(one.get(b"EMAILID") or ()), b"")
    thread = one.get(b"X-GM-THRID") or ""
    return Outline(
        size=one[b"RFC822.SIZE"] if isinstance(one[b"RFC822.SIZE"], int) else 0,
        received_at=moment(one.get(b"INTERNALDATE")),
        draft=b"\\draft" in flags or "\\draft" in labels,
        object_id=named.decode("ascii", "replace") if isinstance(named, bytes) else str(named),
        thread_id=str(thread) if isinstance(thread, int) else "",
        labels=labels,
    )

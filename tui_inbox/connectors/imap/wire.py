"""The one adapter over IMAPClient: the only place that knows its private parts, and read-only by construction."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from tui_inbox.connectors.formats import sasl
from tui_inbox.connectors.imap.line import CONNECT, FAREWELL, READ, Line, trust
from tui_inbox.connectors.imap.replies import (
    Folder,
    capabilities,
    joined,
    listed,
    moment,
    number,
    parsed,
    quoted,
    refuse_breaks,
)
from tui_inbox.connectors.imap.trouble import LATER, Declined, Failure, not_admitted, problem, said
from tui_inbox.connectors.imap.uids import Uids
from tui_inbox.problems import Misconfigured, NotAdmitted, Unreachable
from tui_inbox.vault.hidden import Hidden, Token

LONGEST_SET = 7000
"""Characters of a UID set in one command; servers refuse lines of 8,000 and more."""
MOST_FOUND = 50_000
"""UIDs that one SEARCH may bring: some 550 kB on one line."""
MOST_REFUSED = 20
"""Messages that may be refused one by one before any comes; a server that goes on so is in trouble itself."""
MOST_CUTS = 500
"""Ranges one folder is listed in, whatever it claims to hold."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What the server says of a folder on EXAMINE; `uidnext` and `modseq` None where it does not say."""

    exists: int
    uidvalidity: int
    uidnext: int | None
    modseq: int | None


@dataclass(frozen=True, slots=True)
class Outline:
    """One message before its body is fetched."""

    size: int
    received_at: datetime | None
    draft: bool


class _Client(IMAPClient):  # type: ignore[misc]  # the library ships no types
    def __init__(self, host: str, port: int, context: Any) -> None:
        self._context = context
        super().__init__(host, port, ssl=context is not None, ssl_context=context, timeout=SocketTimeout(CONNECT, READ))
        self._imap.debug = 0  # else every reply is formatted for a log that nobody reads
        self.folder_encode = False

    def _create_IMAP4(self) -> Line:  # noqa: N802 - the library's name
        return Line(self.host, self.port, self._context)


class Wire:
    """A signed-in connection that only reads. Leaving it as a context logs out and closes the socket."""

    def __init__(self, host: str, port: int, tls: str, ca: str) -> None:
        context = None if tls == "none" else trust(ca)
        self.host, self.port = host, port
        self._client = _Client(host, port, context if tls == "implicit" else None)
        self._imap: Any = self._client._imap
        self._can: frozenset[str] = frozenset()
        try:
            if self._imap.state != "NONAUTH" and tls != "implicit":
                raise Unreachable(  # CVE-2020-14093: whoever sits between could have said it
                    f"The server {host} claims a sign-in before the connection is secure.",
                    'Set tls = "implicit", and check who runs this network.',
                )
            if tls == "starttls":
                self._secure(context)
        except BaseException:
            self._client.shutdown()
            raise

    def _secure(self, context: Any) -> None:
        if "STARTTLS" not in self._imap.capabilities:
            raise Unreachable(f"The server {self.host} offers no STARTTLS.", 'Set tls = "implicit" and its port.')
        self._imap.secure(context)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        broken = isinstance(value, (OSError, imaplib.IMAP4.abort, Unreachable))
        with suppress(*Failure):
            if not broken:
                self._imap.sock.settimeout(FAREWELL)
                self._imap._simple_command("LOGOUT")
        with suppress(*Failure):
            self._client.shutdown()

    # --- signing in -----------------------------------------------------------------------------------

    def sign_in(self, user: str, secret: str, auth: str) -> None:
        """Sign in with *secret*, a password or, for auth "oauth2", an access token; NotAdmitted where refused.

        A `Token` that is refused is asked for another, which comes once: tokens run out and are withdrawn.
        """
        try:
            self._sign_in(user, secret, auth)
        except NotAdmitted:
            newer = secret.another() if isinstance(secret, Token) else None
            if newer is None:
                raise
            self.sign_in(user, newer, auth)

    def _sign_in(self, user: str, secret: str, auth: str) -> None:
        what = "token" if auth == "oauth2" else "password"
        if "\0" in user + secret or "\r" in user + secret or "\n" in user + secret:
            raise Misconfigured(
                f"The user name or the {what} of {user!r} holds a line break or NUL.", "Store it again."
            )
        if self._imap.state == "AUTH":
            return
        can = {str(one).upper() for one in self._imap.capabilities}
        try:
            kind, reply = self._admit(user, secret, auth, can)
        except imaplib.IMAP4.abort as trouble:
            raise problem(self.host, self.port, _without(trouble, secret)) from None
        except imaplib.IMAP4.error as trouble:
            kind, reply = "NO", [str(trouble).encode()]
        if kind != "OK":
            words = said(reply[-1] or b"", never=secret)
            raise not_admitted(self.host, user, what, re.sub(r"^\[AUTHENTICATIONFAILED\] ", "", words))
        self._imap.state = "AUTH"
        self._can = capabilities(self._imap.untagged_responses)  # many servers say it with their OK

    def _admit(self, user: str, secret: str, auth: str, can: set[str]) -> tuple[str, list[bytes]]:
        if auth == "oauth2":
            return self._sasl(*self._bearer(user, secret, can))
        if "AUTH=PLAIN" in can:
            return self._sasl("PLAIN", [sasl.plain(user, secret)])
        if "LOGINDISABLED" in can:
            raise NotAdmitted(
                f"The server {self.host} takes no password on this connection.", 'Set tls = "implicit" or "starttls".'
            )
        self._imap.literal = Hidden(secret.encode())
        kind, reply = self._imap._simple_command("LOGIN", quoted(user.encode()))
        return kind, reply

    def _bearer(self, user: str, token: str, can: set[str]) -> tuple[str, list[bytes]]:
        """Return how *token* is said: OAUTHBEARER (RFC 7628) where it is offered, else Google's XOAUTH2.

        A refusal comes as a challenge, which the last answer of each only lets the server end.
        """
        if "AUTH=OAUTHBEARER" in can:
            return "OAUTHBEARER", [sasl.oauthbearer(user, token, self.host, self.port), b"\1"]
        if "AUTH=XOAUTH2" not in can and any(one.startswith("AUTH=") for one in can):
            raise NotAdmitted(
                f"The server {self.host} takes no access token.",
                'Set auth = "password" in the account\'s table, with an app password where the provider wants one.',
            )
        return "XOAUTH2", [sasl.xoauth2(user, token), b""]

    def _sasl(self, mechanism: str, answers: list[bytes]) -> tuple[str, list[bytes]]:
        """Return the server's verdict on *answers*, one for each of its challenges."""
        kind, reply = self._imap.answer(mechanism, answers)
        return kind, reply

    @property
    def security(self) -> str:
        """The TLS version spoken, or "none"."""
        version = getattr(self._imap.sock, "version", None)
        return str(version()) if version else "none"

    # --- what the server has --------------------------------------------------------------------------

    def capabilities(self) -> frozenset[str]:
        """Return what the server can do, upper case, as it says after the sign-in."""
        if not self._can:
            self._can = capabilities(self._ask("CAPABILITY"))
        return self._can

    def folders(self) -> list[Folder]:
        """Return every folder the server lists; a name that cannot be decoded stands as it is on the wire."""
        can = self.capabilities()
        special = [b"RETURN (SPECIAL-USE)"] if {"SPECIAL-USE", "LIST-EXTENDED"} <= can else []
        lines = self._ask("LIST", b'""', b'"*"', *special).get("LIST", [])
        found = [folder for folder in map(listed, joined(lines)) if folder is not None]
        return sorted(found, key=lambda folder: folder.key)

    def examine(self, folder: Folder) -> Opened:
        """Open *folder* for reading only; Declined if the server will not."""
        self._imap.state = "AUTH"
        self._imap.is_readonly = True
        told = self._ask("EXAMINE", quoted(folder.wire))
        self._imap.state = "SELECTED"
        return Opened(
            exists=number(told, "EXISTS") or 0,
            uidvalidity=number(told, "UIDVALIDITY") or 0,
            uidnext=number(told, "UIDNEXT"),
            modseq=number(told, "HIGHESTMODSEQ"),
        )

    def from_uid(self, low: int) -> Uids:
        """Return the UIDs from *low* upwards. `low:*` names the last message even below *low*; that one is left out."""
        return Uids.of(uid for uid in self._search(f"{low}:*") if uid >= low)

    def among(self, uids: Uids) -> Uids:
        """Return those of *uids* that the folder still has."""
        found: list[int] = []
        for part in uids.lines(LONGEST_SET):
            found.extend(self._search(str(part)))
        return Uids.of(found) & uids

    def every_uid(self, exists: int) -> tuple[Uids, bool]:
        """Return all UIDs of the folder, in ranges that fit on a line, and whether the folder held still meanwhile."""
        still = True
        found: list[int] = []
        for low, high in self._portions(exists):
            numbers, moved = self._searched(f"{low}:{high}")
            still = still and not moved
            found.extend(uid for uid in numbers if uid >= low)
        return Uids.of(found), still

    def _portions(self, exists: int) -> list[tuple[int, str]]:
        """Return UID ranges that cover everything, each with about MOST_FOUND messages.

        Sequence numbers only say where to cut: a message expunged meanwhile moves a cut, and nothing falls between."""
        step = max(MOST_FOUND, exists // MOST_CUTS)
        at = ",".join(str(number) for number in range(step, exists, step))
        if not at:
            return [(1, "*")]
        lines = self._ask("FETCH", at, "(UID)").get("FETCH", [])
        cuts = sorted({int(one[1]) for line in lines if (one := re.search(rb"\bUID (\d+)", line))})
        return [*zip([1, *(cut + 1 for cut in cuts)], [*map(str, cuts), "*"], strict=True)]

    def _search(self, uid_set: str) -> list[int]:
        return self._searched(uid_set)[0]

    def _searched(self, uid_set: str) -> tuple[list[int], bool]:
        told = self._ask("UID", "SEARCH", "UID", uid_set)
        lines = told.get("SEARCH", [])
        numbers = [int(one) for line in lines if isinstance(line, bytes) for one in line.partition(b"(")[0].split()]
        return numbers, "EXISTS" in told or "EXPUNGE" in told

    # --- messages -------------------------------------------------------------------------------------

    def outlines(self, uids: Iterable[int]) -> dict[int, Outline]:
        """Return size in bytes, INTERNALDATE and whether it is a draft, for those of *uids* the server answers for."""
        found = self._fetch(Uids.of(uids), "(UID RFC822.SIZE INTERNALDATE FLAGS)", b"RFC822.SIZE")
        return {
            uid: Outline(
                size=one[b"RFC822.SIZE"] if isinstance(one[b"RFC822.SIZE"], int) else 0,
                received_at=moment(one.get(b"INTERNALDATE")),
                draft=b"\\draft" in {flag.lower() for flag in one.get(b"FLAGS") or () if isinstance(flag, bytes)},
            )
            for uid, one in found.items()
        }

    def bodies(self, uids: Iterable[int]) -> dict[int, bytes]:
        """Return the bytes of those of *uids* that come; Exchange says OK and sends nothing for a broken one."""
        found = self._fetch(Uids.of(uids), "(UID BODY.PEEK[])", b"BODY[]")
        return {
            uid: one[b"BODY[]"] for uid, one in found.items() if isinstance(one[b"BODY[]"], bytes) and one[b"BODY[]"]
        }

    def _fetch(self, uids: Uids, what: str, wanted: bytes) -> dict[int, dict[bytes, Any]]:
        """Return what came with *wanted* in it, by UID; a message the server chokes on costs only itself."""
        found: dict[int, dict[bytes, Any]] = {}
        refused = 0
        waiting = list(uids.lines(LONGEST_SET))
        while waiting:
            part = waiting.pop()
            came, complete = self._fetched(part, what, wanted)
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

    def _fetched(self, uids: Uids, what: str, wanted: bytes) -> tuple[dict[int, dict[bytes, Any]], bool]:
        """Return what one FETCH brought, and whether the server was done and could be understood."""
        complete = True
        try:
            lines = self._ask("UID", "FETCH", str(uids), what).get("FETCH", [])
        except Declined as declined:
            if LATER.search(declined.reply):
                what = f"The server {self.host} asks for patience: {declined.reply}."
                raise Unreachable(what, "Try again later.") from None
            complete, lines = False, self._imap.untagged_responses.get("FETCH", [])
        replies = parsed(lines)
        asked = set(uids)
        found = {uid: one for uid, one in (replies or {}).items() if uid in asked and wanted in one}
        return found, complete and replies is not None

    # --- below ----------------------------------------------------------------------------------------

    def _ask(self, command: str, *arguments: str | bytes) -> dict[str, list[Any]]:
        """Return the untagged replies to *command*, by their type; Declined on NO."""
        for argument in arguments:
            refuse_breaks(argument)
        told: dict[str, list[Any]] = self._imap.untagged_responses
        for kind in [kind for kind in told if kind != "BYE"]:
            del told[kind]
        kind, reply = self._imap._simple_command(command, *arguments)
        if kind != "OK":
            raise Declined(command, said(reply[-1] or b""))
        return dict(told)


def _without(trouble: imaplib.IMAP4.abort, secret: str) -> imaplib.IMAP4.abort:
    return imaplib.IMAP4.abort("the sign-in failed") if secret and secret in str(trouble) else trouble

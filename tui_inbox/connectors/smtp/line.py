"""One connection to a mail server (SMTP submission, RFC 6409), and exactly how far a mail given to it came."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from tui_inbox.connectors.formats.reach import said
from tui_inbox.connectors.formats.trust import trust
from tui_inbox.connectors.smtp.table import Server
from tui_inbox.connectors.smtp.trouble import FAILURE, problem
from tui_inbox.connectors.smtp.wire import REPLY, Wire, admitted
from tui_inbox.problems import Misconfigured, NotAdmitted, Unreachable

CONNECT = 20.0
"""Seconds to wait for a connection, its greeting and TLS."""
LAST_REPLY = 600.0
"""Seconds to wait for the reply to the end of a mail (RFC 5321 4.5.3.2.6): giving up early makes duplicates."""

_SIGN_IN = frozenset({530, 534, 535, 538})
"""Replies that are about who we are, whatever was asked (RFC 4954)."""


class Fate(StrEnum):
    """What became of one mail."""

    TAKEN = "taken"
    """The server answers for it now."""
    LATER = "later"
    """Not taken; another try may succeed."""
    REFUSED = "refused"
    """Not taken, and never will be."""
    UNKNOWN = "unknown"
    """The line broke after the last byte: it may have been taken."""
    WITHDRAWN = "withdrawn"
    """Not taken: whoever asked changed their mind before the last byte."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The fate of a mail, and the server's words."""

    fate: Fate
    words: str = ""


class Line:
    """A connection to one server, for several mails one after the other."""

    def __init__(self, to: Server) -> None:
        self.to = to
        self._smtp: Wire | None = None

    @property
    def alive(self) -> bool:
        """Whether another mail can be given to it."""
        return self._smtp is not None and self._smtp.sock is not None

    @property
    def eightbit(self) -> bool:
        return self._has("8bitmime")

    @property
    def largest(self) -> int | None:
        """Bytes of the largest mail the server takes (RFC 1870); None where it does not say."""
        reply = self._smtp.esmtp_features.get("size", "") if self._smtp else ""
        return int(reply) if reply.isdecimal() and len(reply) < 16 and int(reply) else None

    def _has(self, extension: str) -> bool:
        return self._smtp is not None and self._smtp.has_extn(extension)

    def open(self) -> None:
        to = self.to
        context = None if to.tls == "none" else trust(to.ca, to.pin)
        sock = socket.create_connection((to.host, to.port), CONNECT)
        try:
            if to.tls == "implicit" and context is not None:
                sock = context.wrap_socket(sock, server_hostname=to.host)
            here = str(sock.getsockname()[0])
            # An address literal (RFC 5321 4.1.4): the machine's name is nobody's business, and looking it up may hang.
            smtp = Wire(local_hostname=f"[IPv6:{here}]" if ":" in here else f"[{here}]")
        except BaseException:
            sock.close()
            raise
        self._smtp = smtp
        smtp.sock = sock
        smtp._host = to.host  # type: ignore[attr-defined]  # what STARTTLS checks the certificate against
        code, reply = smtp.getreply()
        if code != 220:
            raise Unreachable(f"The server {to.host} takes no mail now ({said(reply)}).", "Try again later.")
        sock.settimeout(REPLY)
        self._greet(smtp)
        if to.tls == "starttls" and context is not None:
            self._secure(smtp, context)

    def _greet(self, smtp: Wire) -> None:
        code, reply = smtp.ehlo()
        if not 200 <= code < 300:
            raise Unreachable(f"The server {self.to.host} refused our greeting ({said(reply)}).", "Try again later.")

    def _secure(self, smtp: Wire, context: ssl.SSLContext) -> None:
        if not smtp.has_extn("starttls"):
            raise Unreachable(
                f"The server {self.to.host} offers no STARTTLS.", 'Set smtp.tls = "implicit" and its port.'
            )
        # What came ahead of TLS is thrown away with the old reader (CVE-2011-0411).
        smtp.starttls(context=context)
        self._greet(smtp)

    def sign_in(self, secret: str) -> None:
        """Sign in with *secret*, a password or an access token; NotAdmitted where it is refused."""
        to, smtp = self.to, self._smtp
        assert smtp is not None
        what = "token" if to.auth == "oauth2" else "password"
        if any(mark in to.user + secret for mark in "\r\n\0"):
            raise Misconfigured(
                f"The user name or the {what} of {to.user!r} holds a line break or NUL.", "Store it again."
            )
        offered = set(smtp.esmtp_features.get("auth", "").upper().split())
        code, reply = admitted(smtp, to, secret, offered)
        if code in (235, 503):  # 503: it had let us in already
            return
        words = said(reply, never=secret)
        because = f" ({words})" if words else ""
        if 400 <= code < 500:
            raise Unreachable(f"The server {to.host} lets {to.user} not in for now{because}.", "Try again later.")
        hint = (
            "Sign in again to get a new token." if what == "token" else "Check `smtp.user`, or store the new password."
        )
        raise NotAdmitted(f"The server {to.host} refused the {what} of {to.user}{because}.", hint)

    def send(self, sender: str, to: str, mail: bytes, about_to: Callable[[], bool]) -> Answer:
        """Give *mail* (lines parted by CRLF) to the server and return what became of it.

        *about_to* is called when all but the last line has gone out, which alone makes it a mail: it records that the
        server may have it from now on, or returns False, and the mail is withdrawn. Raises NotAdmitted where the
        server wants another sign-in first.
        """
        smtp = self._smtp
        assert smtp is not None
        try:
            options = self._options(sender + to, mail)
            code, reply = smtp.mail(sender, options)
            if code == 250:
                code, reply = smtp.rcpt(to)
            if code in (250, 251, 252):
                code, reply = smtp.docmd("DATA")
            if code != 354:
                return self._turned_down(code, reply)
            smtp.send(re.sub(rb"(?m)^\.", b"..", mail if mail.endswith(b"\r\n") else mail + b"\r\n"))
        except UnicodeError:
            return Answer(Fate.REFUSED, f"The server {self.to.host} takes no address outside ASCII.")
        except FAILURE as trouble:
            self.drop()
            return Answer(Fate.LATER, problem(self.to, trouble).what)
        try:
            wanted = about_to()
        except BaseException:
            self.drop()
            raise
        if wanted:
            return self._end(smtp)
        self.drop()
        return Answer(Fate.WITHDRAWN)

    def _end(self, smtp: Wire) -> Answer:
        """Send the line that makes it a mail, and return what the server says."""
        try:
            assert smtp.sock is not None
            smtp.sock.settimeout(LAST_REPLY)
            smtp.send(b".\r\n")
            code, reply = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(REPLY)
        except FAILURE as trouble:
            self.drop()
            return Answer(Fate.UNKNOWN, problem(self.to, trouble).what)
        if 200 <= code < 300:
            return Answer(Fate.TAKEN, said(reply))
        return self._turned_down(code, reply)

    def _options(self, addresses: str, mail: bytes) -> list[str]:
        options = [f"SIZE={len(mail)}"] if self._has("size") else []
        if not mail.isascii() and self.eightbit:
            options.append("BODY=8BITMIME")
        if not addresses.isascii() and self._has("smtputf8"):
            options.append("SMTPUTF8")
        return options

    def _turned_down(self, code: int, reply: bytes) -> Answer:
        """Return what a reply other than yes means, and make the line ready for the next mail."""
        words = f"{code} {said(reply)}".strip()
        if code in _SIGN_IN:
            raise NotAdmitted(f"The server {self.to.host} wants another sign-in ({words}).", "Check `smtp.user`.")
        if code == 421 or not self.alive:
            self.drop()
        else:
            try:
                assert self._smtp is not None
                self._smtp.rset()
            except FAILURE:
                self.drop()
        return Answer(Fate.REFUSED if 500 <= code < 600 else Fate.LATER, words)

    def drop(self) -> None:
        """Break the line without a word: a mail that has no end is no mail."""
        if self._smtp is not None:
            with suppress(*FAILURE):
                self._smtp.close()

    def leave(self) -> None:
        if self.alive and self._smtp is not None:
            with suppress(*FAILURE):
                self._smtp.sock.settimeout(5)  # type: ignore[union-attr]  # alive
                self._smtp.docmd("QUIT")
        self.drop()

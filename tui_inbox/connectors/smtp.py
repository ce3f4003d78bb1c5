"""Gives one mail to an account's own server (SMTP submission, RFC 6409), and says exactly how far it came."""

from __future__ import annotations

import base64
import difflib
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

from tui_inbox.connectors.formats import sasl
from tui_inbox.connectors.formats.trust import digest, trust
from tui_inbox.problems import Misconfigured, NotAdmitted, Problem, Unreachable
from tui_inbox.rules import clean
from tui_inbox.vault.hidden import Hidden, Token

CONNECT = 20.0
"""Seconds to wait for a connection, its greeting and TLS."""
REPLY = 120.0
"""Seconds to wait for a reply."""
LAST_REPLY = 600.0
"""Seconds to wait for the reply to the end of a mail (RFC 5321 4.5.3.2.6): giving up early makes duplicates."""
MOST_LINES = 200
"""Lines that one reply may have."""

PORTS = {"implicit": 465, "starttls": 587, "none": 25}
FILES_IT_ITSELF = (
    "gmail.com", "googlemail.com", "google.com", "outlook.com", "office365.com", "hotmail.com", "live.com",
    "mail.me.com", "icloud.com", "zoho.com", "zoho.eu", "zoho.in",
)  # fmt: skip
"""Servers that put what they sent among the sent mail by themselves."""

_SIGN_IN = frozenset({530, 534, 535, 538})
"""Replies that are about who we are, whatever was asked (RFC 4954)."""
_LOCAL = re.compile(r"[^\s<>\"(),:;@\\\[\]\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")

Failure = (smtplib.SMTPException, OSError, ValueError)


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


@dataclass(frozen=True, slots=True)
class Server:
    """The `smtp` table of an account; what it leaves out is the account's."""

    host: str
    user: str
    port: int = 0
    tls: str = "implicit"
    """`implicit`, `starttls`, or `none` (this machine only)."""
    auth: str = "password"
    sender: str = ""
    """The address that mail is sent from (`from`)."""
    ca: str = ""
    pin: str = ""
    """The SHA-256 of its certificate: that one is believed and no other."""
    files_sent: bool = False
    """Whether the server puts what it sent among the sent mail by itself."""


_KEYS = ("host", "port", "tls", "user", "auth", "from", "ca", "pin", "files_sent")


def server(table: Mapping[str, Any], where: str) -> Server:
    """Return the server that an account's *table* sends through; Misconfigured names the key that is wrong."""
    smtp = table.get("smtp")
    if not isinstance(smtp, Mapping):
        raise Misconfigured(f"{where}: `smtp` is not a table.", 'Write it like smtp = { host = "smtp.example.com" }.')
    for key, value in smtp.items():
        _check(f"{where}: `smtp", key, value)
    host = str(smtp.get("host", ""))
    if not host:
        raise Misconfigured(f"{where}: `smtp` has no `host`.", "Name the server that mail is sent through.")
    port = int(smtp.get("port", 0))
    tls = str(smtp.get("tls", "starttls" if port in (25, 587) else "implicit"))
    if tls == "none" and not _loopback(host):
        raise Misconfigured(
            f'{where}: smtp.tls = "none" would send the password readable to {host}.',
            'Use "implicit" or "starttls"; "none" is for this machine only.',
        )
    user = str(smtp.get("user", table.get("user", "")))
    sender = str(smtp.get("from", "")) or (user if "@" in user else "")
    known = host.lower().rstrip(".")
    itself = any(known == one or known.endswith(f".{one}") for one in FILES_IT_ITSELF)
    return Server(
        host=host,
        user=user,
        port=port or PORTS[tls],
        tls=tls,
        auth=str(smtp.get("auth", table.get("auth", "password"))),
        sender=sender,
        ca=str(smtp.get("ca", table.get("ca", ""))),
        pin=str(smtp.get("pin", "" if "ca" in smtp else table.get("pin", ""))),
        files_sent=bool(smtp.get("files_sent", itself)),
    )


def _check(where: str, key: str, value: object) -> None:
    """Raise Misconfigured if *key* is unknown or *value* is not what it takes."""
    if key not in _KEYS:
        near = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.0)[0]
        raise Misconfigured(f"{where}` has an unknown key `{key}`.", f"Did you mean `{near}`?")
    match key:
        case "port":
            good, wants = type(value) is int and 0 < value < 65536, "a number from 1 to 65535"
        case "tls":
            good, wants = value in PORTS, '"implicit", "starttls" or "none"'
        case "auth":
            good, wants = value in ("password", "oauth2"), '"password" or "oauth2"'
        case "pin":
            good, wants = isinstance(value, str) and (not value or bool(digest(value))), "a SHA-256"
        case "files_sent":
            good, wants = isinstance(value, bool), "true or false"
        case _:
            good = isinstance(value, str) and not any(mark in value for mark in "\r\n\0")
            wants = "text on one line"
    if not good:
        raise Misconfigured(f"{where}.{key}` is not {wants}.", f"Write {wants}.")


def _loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def address(text: str) -> str:
    """Return a mail address as the wire takes it, its domain in ASCII (RFC 5891); Misconfigured if it is none.

    Nothing that could end a command or begin another passes: no blank, bracket, quote, comma or control character.
    """
    local, at, domain = text.strip().rpartition("@")
    with suppress(UnicodeError):
        if not domain.isascii():
            domain = domain.encode("idna").decode("ascii")
    if not (at and _LOCAL.fullmatch(local) and _domain(domain)):
        shown = clean.line(text, 80)
        raise Misconfigured(f"{shown!r} is no mail address that mail can be sent to.", "Correct it in config.toml.")
    return f"{local}@{domain}"


def _domain(domain: str) -> bool:
    return len(domain) <= 253 and all(_LABEL.fullmatch(label) for label in domain.split("."))


# --- the connection ---------------------------------------------------------------------------------------


def connect(to: Server, secret: Callable[[], str]) -> Line:
    """Return a signed-in connection, to be ended with `leave`; Unreachable, NotAdmitted or Misconfigured where there
    is none to be had."""
    password = secret() if to.user else ""  # first: a keyring may ask its owner, and a server does not wait
    try:
        return _connected(to, password)
    except NotAdmitted:
        newer = password.another() if isinstance(password, Token) else None
        if newer is None:
            raise
        return _connected(to, newer)


def _connected(to: Server, password: str) -> Line:
    line = Line(to)
    try:
        with _explained(to):
            line.open()
            if to.user:
                line.sign_in(password)
    except BaseException:
        line.drop()
        raise
    return line


class _Wire(smtplib.SMTP):
    """One connection whose replies are bounded in lines and in time."""

    def getreply(self) -> tuple[int, bytes]:
        """Return code and text of a reply. Unlike its parent it ends: after MOST_LINES, and after the time limit."""
        if self.file is None:
            self.file = self.sock.makefile("rb")  # type: ignore[union-attr]  # connected, else nobody asks
        ends = time.monotonic() + (self.sock.gettimeout() or REPLY)  # type: ignore[union-attr]  # connected by now
        told: list[bytes] = []
        while True:
            line = self.file.readline(smtplib._MAXLINE + 1)  # type: ignore[attr-defined]  # its own limit, which typeshed leaves out
            if not line or len(line) > smtplib._MAXLINE:  # type: ignore[attr-defined]  # as above
                self.close()
                raise smtplib.SMTPServerDisconnected("the connection ended" if not line else "its reply has no end")
            if not re.match(rb"[2-5][0-9][0-9](?:[ -]|\r?\n)", line):
                self.close()
                raise smtplib.SMTPServerDisconnected("its reply is no reply")
            told.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(told)
            if len(told) >= MOST_LINES or time.monotonic() > ends:
                self.close()
                raise smtplib.SMTPServerDisconnected("its reply has no end")


class Line:
    """A connection to one server, for several mails one after the other."""

    def __init__(self, to: Server) -> None:
        self.to = to
        self._smtp: _Wire | None = None

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
        said = self._smtp.esmtp_features.get("size", "") if self._smtp else ""
        return int(said) if said.isdecimal() and len(said) < 16 and int(said) else None

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
            smtp = _Wire(local_hostname=f"[IPv6:{here}]" if ":" in here else f"[{here}]")
        except BaseException:
            sock.close()
            raise
        self._smtp = smtp
        smtp.sock = sock
        smtp._host = to.host  # type: ignore[attr-defined]  # what STARTTLS checks the certificate against
        code, said = smtp.getreply()
        if code != 220:
            raise Unreachable(f"The server {to.host} takes no mail now ({_said(said)}).", "Try again later.")
        sock.settimeout(REPLY)
        self._greet(smtp)
        if to.tls == "starttls" and context is not None:
            self._secure(smtp, context)

    def _greet(self, smtp: _Wire) -> None:
        code, said = smtp.ehlo()
        if not 200 <= code < 300:
            raise Unreachable(f"The server {self.to.host} refused our greeting ({_said(said)}).", "Try again later.")

    def _secure(self, smtp: _Wire, context: ssl.SSLContext) -> None:
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
        code, said = _admitted(smtp, to, secret, offered)
        if code in (235, 503):  # 503: it had let us in already
            return
        words = _said(said, never=secret)
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
            code, said = smtp.mail(sender, options)
            if code == 250:
                code, said = smtp.rcpt(to)
            if code in (250, 251, 252):
                code, said = smtp.docmd("DATA")
            if code != 354:
                return self._turned_down(code, said)
            smtp.send(re.sub(rb"(?m)^\.", b"..", mail if mail.endswith(b"\r\n") else mail + b"\r\n"))
        except UnicodeError:
            return Answer(Fate.REFUSED, f"The server {self.to.host} takes no address outside ASCII.")
        except Failure as trouble:
            self.drop()
            return Answer(Fate.LATER, _trouble(self.to, trouble).what)
        try:
            wanted = about_to()
        except BaseException:
            self.drop()
            raise
        if wanted:
            return self._end(smtp)
        self.drop()
        return Answer(Fate.WITHDRAWN)

    def _end(self, smtp: _Wire) -> Answer:
        """Send the line that makes it a mail, and return what the server says."""
        try:
            assert smtp.sock is not None
            smtp.sock.settimeout(LAST_REPLY)
            smtp.send(b".\r\n")
            code, said = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(REPLY)
        except Failure as trouble:
            self.drop()
            return Answer(Fate.UNKNOWN, _trouble(self.to, trouble).what)
        if 200 <= code < 300:
            return Answer(Fate.TAKEN, _said(said))
        return self._turned_down(code, said)

    def _options(self, addresses: str, mail: bytes) -> list[str]:
        options = [f"SIZE={len(mail)}"] if self._has("size") else []
        if not mail.isascii() and self.eightbit:
            options.append("BODY=8BITMIME")
        if not addresses.isascii() and self._has("smtputf8"):
            options.append("SMTPUTF8")
        return options

    def _turned_down(self, code: int, said: bytes) -> Answer:
        """Return what a reply other than yes means, and make the line ready for the next mail."""
        words = f"{code} {_said(said)}".strip()
        if code in _SIGN_IN:
            raise NotAdmitted(f"The server {self.to.host} wants another sign-in ({words}).", "Check `smtp.user`.")
        if code == 421 or not self.alive:
            self.drop()
        else:
            try:
                assert self._smtp is not None
                self._smtp.rset()
            except Failure:
                self.drop()
        return Answer(Fate.REFUSED if 500 <= code < 600 else Fate.LATER, words)

    def drop(self) -> None:
        """Break the line without a word: a mail that has no end is no mail."""
        if self._smtp is not None:
            with suppress(*Failure):
                self._smtp.close()

    def leave(self) -> None:
        if self.alive and self._smtp is not None:
            with suppress(*Failure):
                self._smtp.sock.settimeout(5)  # type: ignore[union-attr]  # alive
                self._smtp.docmd("QUIT")
        self.drop()


def _admitted(smtp: _Wire, to: Server, secret: str, offered: set[str]) -> tuple[int, bytes]:
    """Return the server's verdict on a sign-in by the best way it offers (RFC 4954)."""
    if to.auth == "oauth2":
        if "XOAUTH2" not in offered and "OAUTHBEARER" in offered:
            return _sasl(smtp, "OAUTHBEARER", [sasl.oauthbearer(to.user, secret, to.host, to.port), b"\1"])
        return _sasl(smtp, "XOAUTH2", [sasl.xoauth2(to.user, secret), b""])
    if "PLAIN" in offered:
        return _sasl(smtp, "PLAIN", [sasl.plain(to.user, secret)])
    if "LOGIN" in offered:
        return _sasl(smtp, "LOGIN", [None, to.user.encode(), Hidden(secret.encode())])
    raise NotAdmitted(
        f"The server {to.host} offers no sign-in with a password on this connection.",
        'Set smtp.tls = "implicit" or "starttls", or smtp.user = "" for a server that wants none.',
    )


def _sasl(smtp: _Wire, mechanism: str, answers: list[bytes | None]) -> tuple[int, bytes]:
    first, *rest = answers
    opening = mechanism if first is None else f"{mechanism} {base64.b64encode(first).decode('ascii')}"
    code, said = smtp.docmd("AUTH", opening)
    for answer in rest:
        if code != 334:
            break
        code, said = smtp.docmd(base64.b64encode(answer or b"").decode("ascii"))
    return code, said


# --- trouble ----------------------------------------------------------------------------------------------


@contextmanager
def _explained(to: Server) -> Iterator[None]:
    try:
        yield
    except Problem:
        raise
    except Failure as trouble:
        raise _trouble(to, trouble) from None


def _trouble(to: Server, trouble: BaseException) -> Problem:
    """Return *trouble* on the way to *to* as a sentence; nothing of what was sent is in it."""
    host, check = to.host, "Check `smtp` of the account: host, port, tls."
    match trouble:
        case ssl.SSLCertVerificationError():
            return Unreachable(
                f"The certificate of {host} is not trusted: {_said(trouble.verify_message)}.",
                "If it is your own server's, name its authority's certificate in `ca`.",
            )
        case ssl.SSLError() if not isinstance(trouble, ssl.SSLEOFError):
            reason = _said((trouble.reason or "not TLS").replace("_", " ").lower())
            return Unreachable(f"No secure connection to {host} port {to.port}: {reason}.", check)
        case socket.gaierror():
            return Unreachable(f"There is no server named {host} to be found.", f"{check} Check the network.")
        case ConnectionRefusedError():
            return Unreachable(f"The server {host} accepts no connection on port {to.port}.", check)
        case TimeoutError():
            return Unreachable(f"The server {host} did not answer in time.", f"Try again later. {check}")
        case smtplib.SMTPServerDisconnected():
            return Unreachable(f"The server {host} broke off: {_said(str(trouble))}.", "Try again later.")
        case OSError() if not isinstance(trouble, smtplib.SMTPException):
            why = _said(trouble.strerror or "the connection ended")
            return Unreachable(f"The server {host} cannot be reached: {why}.", "Check the network.")
        case _:
            return Unreachable(f"The server {host} does not answer as a mail server should.", check)


def _said(text: bytes | str, never: str = "") -> str:
    """Return what a server said, on one line; "" if it repeats *never*, a secret, as it is or in base64."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if never:
        hidden = base64.b64encode(never.encode()).decode("ascii").rstrip("=")
        if never in words or hidden[:-1] in words:
            return ""
    return clean.line(words.replace("\n", " "), 300).rstrip(".")

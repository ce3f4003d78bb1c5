"""A connection to one mail server, signed in: the only place, with `line.py`, that knows imaplib's private parts."""

from __future__ import annotations

import imaplib
import re
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tui_inbox.connectors.formats import sasl
from tui_inbox.connectors.formats.reach import said
from tui_inbox.connectors.formats.trust import trust
from tui_inbox.connectors.imap.line import Line
from tui_inbox.connectors.imap.replies import capabilities, quoted, refuse_breaks
from tui_inbox.connectors.imap.trouble import FAILURE, Declined, not_admitted, problem
from tui_inbox.problems import Misconfigured, NotAdmitted, Unreachable
from tui_inbox.vault.hidden import Hidden, Token


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that was sent, and whose end was not waited for."""

    command: str
    tag: bytes


class Session:
    """A connection that can be signed in. Leaving it as a context logs out and closes the socket."""

    def __init__(self, host: str, port: int, tls: str, ca: str, pin: str = "") -> None:
        context = None if tls == "none" else trust(ca, pin)
        self.host, self.port = host, port
        self._imap: Any = Line(host, port, context if tls == "implicit" else None)
        self._can: frozenset[str] = frozenset()
        self._waiting = 0
        try:
            if self._imap.state != "NONAUTH" and tls != "implicit":
                raise Unreachable(  # CVE-2020-14093: whoever sits between could have said it
                    f"The server {host} claims a sign-in before the connection is secure.",
                    'Set tls = "implicit", and check who runs this network.',
                )
            if tls == "starttls":
                self._secure(context)
        except BaseException:
            self._imap.shutdown()
            raise

    def _secure(self, context: Any) -> None:
        if "STARTTLS" not in self._imap.capabilities:
            raise Unreachable(f"The server {self.host} offers no STARTTLS.", 'Set tls = "implicit" and its port.')
        self._imap.secure(context)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        broken = isinstance(value, (OSError, imaplib.IMAP4.abort, Unreachable))
        with suppress(*FAILURE):
            if not broken and not self._waiting:
                self._imap._command("LOGOUT")  # nothing in its answer is worth waiting for
        with suppress(*FAILURE):
            self._imap.shutdown()

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

    # --- asking ---------------------------------------------------------------------------------------

    def capabilities(self) -> frozenset[str]:
        """Return what the server can do, upper case, as it says after the sign-in."""
        if not self._can:
            self._can = capabilities(self._ask("CAPABILITY"))
        return self._can

    def _ask(self, command: str, *arguments: str | bytes) -> dict[str, list[Any]]:
        """Return the untagged replies to *command*, by their type; Declined on NO."""
        return self._told(self._say(command, *arguments))

    def _say(self, command: str, *arguments: str | bytes) -> Asked:
        """Send *command* and return what its answer is asked for with (`_told`): others may be sent before."""
        for argument in arguments:
            refuse_breaks(argument)
        if not self._waiting:
            told = self._imap.untagged_responses
            for kind in [kind for kind in told if kind != "BYE"]:
                del told[kind]
        asked = Asked(command, self._imap._command(command, *arguments))
        self._waiting += 1
        return asked

    def _told(self, asked: Asked) -> dict[str, list[Any]]:
        """Return the untagged replies that came up to the end of *asked*, by their type; Declined on NO."""
        try:
            kind, reply = self._imap._command_complete(asked.command, asked.tag)
        finally:
            self._waiting -= 1
        if kind != "OK":
            raise Declined(asked.command, said(reply[-1] or b""))
        return dict(self._imap.untagged_responses)

    def _granted(self, asked: Asked) -> dict[str, list[Any]] | None:
        """Return what `_told` does; None where the server refuses *asked*, or claims not to know it."""
        try:
            return self._told(asked)
        except imaplib.IMAP4.abort:
            raise
        except (Declined, imaplib.IMAP4.error):
            return None


def _without(trouble: imaplib.IMAP4.abort, secret: str) -> imaplib.IMAP4.abort:
    """Return *trouble*; without the server's words where they repeat *secret*."""
    return imaplib.IMAP4.abort("the sign-in failed") if secret and secret in str(trouble) else trouble

"""What a mail server or the way to it can do wrong, as sentences a person can act on."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager

from tui_inbox.connectors.formats.reach import said, unreached
from tui_inbox.problems import Busy, NotAdmitted, Problem, Unreachable

LATER = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|OVERQUOTA|THROTTLED|SERVERBUG|CONTACTADMIN)\b"
    r"|throttl|too many|try again|connection limit|authenticated but not connected",
    re.IGNORECASE,
)
"""A refusal that is about the server's state, not about what was asked (RFC 5530)."""

SHUT = re.compile(r"\bnot enabled for imap\b|\bimap\b.{0,20}\b(disabled|not enabled|switched off)\b", re.IGNORECASE)
"""A refusal that no other password would change."""
_STORED = "Check the user name, or store the new password (`tui-inbox account sign-in`)."

FAILURE = (imaplib.IMAP4.error, OSError, ValueError, LookupError, TypeError)
"""What imaplib and IMAPClient raise on a broken line and on replies that break the protocol."""


class Declined(Exception):  # noqa: N818 - one NO, not a bug: who asked decides what it means
    """The server said NO to one request; the connection is as good as before."""

    def __init__(self, command: str, reply: str) -> None:
        super().__init__(f"{command}: {reply}")
        self.reply = reply


@contextmanager
def explained(host: str, port: int) -> Iterator[None]:
    """Turn whatever goes wrong between here and the server into an `Unreachable` with the reason."""
    try:
        yield
    except Problem:
        raise
    except Declined as declined:
        kind = Busy if LATER.search(declined.reply) else Unreachable
        raise kind(f"The server {host} refused a request: {declined.reply}.", "Try again later.") from None
    except FAILURE as trouble:
        raise problem(host, port, trouble) from None


def problem(host: str, port: int, trouble: BaseException) -> Problem:
    """Return *trouble* with a connection to *host* as a Problem; nothing of what was sent is in it."""
    check = "Check `host`, `port` and `tls` of the account."
    match trouble:
        case imaplib.IMAP4.abort():
            kind = Busy if LATER.search(str(trouble)) else Unreachable
            return kind(f"The server {host} broke off: {_reason(trouble)}.", "Try again later.")
        case imaplib.IMAP4.error():
            return Unreachable(f"The server {host} refused a request: {_reason(trouble)}.", "Try again later.")
        case _:
            return unreached(host, port, check, trouble)


def not_admitted(host: str, user: str, what: str, reply: str) -> Problem:
    """Return why the sign-in failed; *what* is what was refused (`password`, `token`), *reply* the server's words."""
    because = f" ({reply})" if reply else ""
    if LATER.search(reply):
        return Busy(f"The server {host} lets {user} not in for now{because}.", "Try again later.")
    if SHUT.search(reply):
        shut = f"The server {host} lets no program read the mail of {user}{because}."
        return NotAdmitted(shut, "Switch IMAP on in the mailbox's settings, or ask its administrator to.")
    hint = "Sign in again to get a new token." if what == "token" else f"{_STORED} {_wanted(host)}"
    return NotAdmitted(f"The server {host} refused the {what} of {user}{because}.", hint)


def _wanted(host: str) -> str:
    """Return what lets a program in at *host*, as far as its provider is known."""
    from tui_inbox.config.providers import provider_named

    known = provider_named(host)
    return f"{known.name}: {known.note}" if known and known.note else "Some providers want an app password."


def _reason(trouble: BaseException) -> str:
    """Return the server's or the library's words without the library's prefixes."""
    text = re.sub(r"^command: [A-Z]+ => ", "", str(trouble))
    text = re.sub(r"^[A-Z]+ command error: \w+ \[b['\"](.*)['\"]\]$", r"\1", text)
    text = text.replace("socket error: EOF", "the connection ended").removeprefix("socket error: ")
    return said(text) or "no reason given"

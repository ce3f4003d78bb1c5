"""Gives one mail to an account's own server (SMTP submission, RFC 6409), and says exactly how far it came."""

from __future__ import annotations

from collections.abc import Callable

from tui_inbox.connectors.smtp.line import Answer, Fate, Line
from tui_inbox.connectors.smtp.table import Server, address, server
from tui_inbox.connectors.smtp.trouble import explained
from tui_inbox.problems import NotAdmitted
from tui_inbox.vault.hidden import Token

__all__ = ["Answer", "Fate", "Line", "Server", "address", "connect", "server"]


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
        with explained(to):
            line.open()
            if to.user:
                line.sign_in(password)
    except BaseException:
        line.drop()
        raise
    return line

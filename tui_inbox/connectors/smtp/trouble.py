"""What goes wrong between here and a server that mail is sent through, as a sentence."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager

from tui_inbox.connectors.formats.reach import odd, said, unreached
from tui_inbox.connectors.smtp.table import Server
from tui_inbox.problems import Problem, Unreachable

FAILURE = (smtplib.SMTPException, OSError, ValueError)
"""What a line that does not hold raises."""


@contextmanager
def explained(to: Server) -> Iterator[None]:
    """Turn whatever goes wrong between here and the server into a `Problem` with the reason."""
    try:
        yield
    except Problem:
        raise
    except FAILURE as trouble:
        raise problem(to, trouble) from None


def problem(to: Server, trouble: BaseException) -> Problem:
    """Return *trouble* on the way to *to* as a sentence; nothing of what was sent is in it."""
    check = "Check `smtp` of the account: host, port, tls."
    match trouble:
        case smtplib.SMTPServerDisconnected():
            return Unreachable(f"The server {to.host} broke off: {said(str(trouble))}.", "Try again later.")
        case smtplib.SMTPException():
            return odd(to.host, check)
        case _:
            return unreached(to.host, to.port, check, trouble)

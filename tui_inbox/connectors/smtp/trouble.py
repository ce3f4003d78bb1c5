"""What goes wrong on the way to a mail server, as a sentence; nothing of what was sent is in it."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from tui_inbox.connectors.smtp.table import Server
from tui_inbox.problems import Problem, Unreachable
from tui_inbox.rules import clean

FAILURE = (smtplib.SMTPException, OSError, ValueError)
"""What a line that does not hold raises."""


@contextmanager
def explained(to: Server) -> Iterator[None]:
    try:
        yield
    except Problem:
        raise
    except FAILURE as trouble:
        raise trouble_with(to, trouble) from None


def trouble_with(to: Server, trouble: BaseException) -> Problem:
    """Return *trouble* on the way to *to* as a sentence; nothing of what was sent is in it."""
    host, check = to.host, "Check `smtp` of the account: host, port, tls."
    match trouble:
        case ssl.SSLCertVerificationError():
            return Unreachable(
                f"The certificate of {host} is not trusted: {shown(trouble.verify_message)}.",
                "If it is your own server's, name its authority's certificate in `ca`.",
            )
        case ssl.SSLError() if not isinstance(trouble, ssl.SSLEOFError):
            reason = shown((trouble.reason or "not TLS").replace("_", " ").lower())
            return Unreachable(f"No secure connection to {host} port {to.port}: {reason}.", check)
        case socket.gaierror():
            return Unreachable(f"There is no server named {host} to be found.", f"{check} Check the network.")
        case ConnectionRefusedError():
            return Unreachable(f"The server {host} accepts no connection on port {to.port}.", check)
        case TimeoutError():
            return Unreachable(f"The server {host} did not answer in time.", f"Try again later. {check}")
        case smtplib.SMTPServerDisconnected():
            return Unreachable(f"The server {host} broke off: {shown(str(trouble))}.", "Try again later.")
        case OSError() if not isinstance(trouble, smtplib.SMTPException):
            why = shown(trouble.strerror or "the connection ended")
            return Unreachable(f"The server {host} cannot be reached: {why}.", "Check the network.")
        case _:
            return Unreachable(f"The server {host} does not answer as a mail server should.", check)


def shown(text: bytes | str, never: str = "") -> str:
    """Return what a server said, on one line; "" if it repeats *never*, a secret, as it is or in base64."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if never:
        hidden = base64.b64encode(never.encode()).decode("ascii").rstrip("=")
        if never in words or hidden[:-1] in words:
            return ""
    return clean.line(words.replace("\n", " "), 300).rstrip(".")

"""What goes wrong on the way to a mail server, whichever protocol it speaks; nothing that was sent is in the words."""

from __future__ import annotations

import base64
import socket
import ssl

from tui_inbox.problems import Problem, Unreachable
from tui_inbox.rules import clean

WORDS = 200
"""Characters of what a server said that are shown."""


def said(text: bytes | str, never: str = "") -> str:
    """Return what a server said, on one line; "" if it repeats *never*, a secret, as it is or in base64."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if never:
        hidden = base64.b64encode(never.encode()).decode("ascii").rstrip("=")
        if never in words or hidden[:-1] in words:
            return ""
    return clean.line(words.replace("\n", " "), WORDS).rstrip(".")


def unreached(host: str, port: int, check: str, trouble: BaseException) -> Problem:
    """Return *trouble* with the line to *host* as a sentence; *check* says what of the configuration to look at."""
    match trouble:
        case ssl.SSLCertVerificationError():
            return Unreachable(
                f"The certificate of {host} is not trusted: {said(trouble.verify_message)}.",
                "If it is your own server's, name its authority's certificate in `ca`.",
            )
        case ssl.SSLError() if not isinstance(trouble, ssl.SSLEOFError):
            reason = said((trouble.reason or "not TLS").replace("_", " ").lower())
            return Unreachable(f"No secure connection to {host} port {port}: {reason}.", check)
        case socket.gaierror():
            return Unreachable(f"There is no server named {host} to be found.", f"{check} Check the network.")
        case ConnectionRefusedError():
            return Unreachable(f"The server {host} accepts no connection on port {port}.", check)
        case TimeoutError():
            return Unreachable(f"The server {host} did not answer in time.", f"Try again later. {check}")
        case OSError():
            why = said(trouble.strerror or str(trouble)) or "the connection ended"
            return Unreachable(f"The server {host} cannot be reached: {why}.", "Check the network.")
        case _:
            return odd(host, check)


def odd(host: str, check: str) -> Problem:
    """Return that *host* breaks its protocol."""
    return Unreachable(f"The server {host} does not answer as a mail server should.", check)

"""The words on the line to a mail server: replies bounded in lines and in time, and the ways to sign in."""

from __future__ import annotations

import base64
import re
import smtplib
import time

from tui_inbox.connectors.formats import sasl
from tui_inbox.connectors.smtp.table import Server
from tui_inbox.problems import NotAdmitted
from tui_inbox.vault.hidden import Hidden

REPLY = 120.0
"""Seconds to wait for a reply."""
MOST_LINES = 200
"""Lines that one reply may have."""


class Wire(smtplib.SMTP):
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


def admitted(smtp: Wire, to: Server, secret: str, offered: set[str]) -> tuple[int, bytes]:
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


def _sasl(smtp: Wire, mechanism: str, answers: list[bytes | None]) -> tuple[int, bytes]:
    first, *rest = answers
    opening = mechanism if first is None else f"{mechanism} {base64.b64encode(first).decode('ascii')}"
    code, said = smtp.docmd("AUTH", opening)
    for answer in rest:
        if code != 334:
            break
        code, said = smtp.docmd(base64.b64encode(answer or b"").decode("ascii"))
    return code, said

"""What a client says to sign in (SASL), for mailboxes and for sending alike; it does not show itself in a traceback."""

from __future__ import annotations

from tui_inbox.vault.hidden import Hidden


def plain(user: str, password: str) -> Hidden:
    """Return the PLAIN message (RFC 4616), in UTF-8."""
    return Hidden(b"\0" + user.encode() + b"\0" + password.encode())


def oauthbearer(user: str, token: str, host: str, port: int) -> Hidden:
    """Return the OAUTHBEARER message (RFC 7628); the name is escaped as RFC 5801, 4 says."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    return Hidden(f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1".encode())


def xoauth2(user: str, token: str) -> Hidden:
    """Return the message of Google's XOAUTH2, which came before OAUTHBEARER."""
    return Hidden(f"user={user}\1auth=Bearer {token}\1\1".encode())

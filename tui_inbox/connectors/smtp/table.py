"""The server that an account's mail goes out through, as its `smtp` table says, and the addresses it takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tui_inbox.connectors.formats.trust import digest
from tui_inbox.problems import Misconfigured, one_of
from tui_inbox.rules import clean
from tui_inbox.rules.loopback import is_loopback

PORTS = {"implicit": 465, "starttls": 587, "none": 25}
FILES_IT_ITSELF = (
    "gmail.com", "googlemail.com", "google.com", "outlook.com", "office365.com", "hotmail.com", "live.com",
    "mail.me.com", "icloud.com", "zoho.com", "zoho.eu", "zoho.in",
)  # fmt: skip
"""Servers that put what they sent among the sent mail by themselves."""


_LOCAL = re.compile(r"[^\s<>\"(),:;@\\\[\]\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


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
    if tls == "none" and not is_loopback(host):
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
        raise Misconfigured(f"{where}` has an unknown key `{key}`.", one_of(key, _KEYS))
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

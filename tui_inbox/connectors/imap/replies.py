"""What a mail server's replies mean: folders, numbers, capabilities and messages out of hostile bytes."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tui_inbox.connectors.imap.uids import Uids
from tui_inbox.problems import Misconfigured

LIST = re.compile(rb'\((?P<flags>[^()]*)\) (?P<delimiter>"(?:\\.|[^"\\])"|NIL) (?P<name>.*)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder as the server lists it: its bytes on the wire, the text that is its key, and its name for a person."""

    wire: bytes
    flags: frozenset[str]
    delimiter: str
    name: str

    @property
    def key(self) -> str:
        """The wire name as text that can be stored; ASCII and UTF-8 names as they are."""
        return _key(self.wire)


def _key(wire: bytes) -> str:
    return wire.decode("utf-8", "backslashreplace")


def quoted(name: bytes) -> bytes:
    """Return *name* as a quoted string (RFC 9051, 4.3)."""
    refuse_breaks(name)
    return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def refuse_breaks(argument: str | bytes) -> None:
    """Raise Misconfigured if *argument* holds CR, LF or NUL: it would begin a second command."""
    text = argument.encode("utf-8", "replace") if isinstance(argument, str) else argument
    if any(byte in text for byte in b"\r\n\0"):
        raise Misconfigured("A folder name holds a line break or NUL.", "Name the folder as the server lists it.")


def display(wire: bytes) -> str:
    """Return a folder's name for a person: modified UTF-7 (RFC 9051, 5.1.3) decoded, else the bytes as they are."""
    try:
        name: str = wire.decode() if b"&" not in wire or not wire.isascii() else _decoded(wire)
    except (ValueError, LookupError):
        return wire.decode("utf-8", "backslashreplace")
    return name


def _decoded(wire: bytes) -> str:
    from imapclient.imap_utf7 import decode  # deferred: most names are ASCII, and a look without news needs no more

    name: str = decode(wire)
    return name


def joined(lines: list[Any]) -> list[bytes]:
    """Return replies with their literals put in as quoted strings (imaplib keeps the two apart)."""
    whole: list[bytes] = []
    unfinished = b""
    for line in lines:
        if isinstance(line, tuple):
            opening, literal = line
            unfinished += re.sub(rb"\{\d+\}$", b"", opening) + b'"' + re.sub(rb'(["\\])', rb"\\\1", literal) + b'"'
        else:
            whole.append(unfinished + line)
            unfinished = b""
    return whole


SEARCHABLE = re.compile(r"[!-~]{1,500}")
"""A header's name or value that a search can ask for: plain letters, and few enough for a line."""


def searched(told: dict[str, list[Any]]) -> list[int]:
    """Return the UIDs that SEARCH replies name (RFC 9051, 7.3.4), in their order."""
    lines = [line for line in told.get("SEARCH", []) if isinstance(line, bytes)]
    return [int(one) for line in lines for one in line.partition(b"(")[0].split()]


def listed(line: bytes) -> Folder | None:
    """Return the folder that one LIST reply names, or None where no name can be made out or it breaks lines."""
    parts = LIST.fullmatch(line)
    if parts is None or any(byte in line for byte in b"\r\n\0"):
        return None
    name = _named(parts["name"].rstrip(b" "))
    if name is None:
        return None
    delimiter = b"" if parts["delimiter"] == b"NIL" else re.sub(rb"\\(.)", rb"\1", parts["delimiter"][1:-1])
    flags = frozenset(flag.decode("latin-1").lower() for flag in parts["flags"].split())
    return Folder(name, flags, delimiter.decode("latin-1"), display(name))


def _named(said: bytes) -> bytes | None:
    """Return the folder that is named at the end of a reply; None where a quote is not closed."""
    if said.startswith(b'"'):
        closed = re.match(rb'"((?:\\.|[^"\\])*)"', said)
        if closed is None:
            return None
        said = re.sub(rb"\\(.)", rb"\1", closed[1])
    return b"INBOX" if said.upper() == b"INBOX" else said


def standing(line: bytes) -> tuple[str, dict[str, int]] | None:
    """Return the key of the folder that one STATUS reply tells of, and its numbers by their names; None where it names
    none."""
    said, _, told = line.rpartition(b" (")
    name = _named(said)
    return None if name is None else (_key(name), {word.decode(): int(found) for word, found in _COUNTS.findall(told)})


def capabilities(told: dict[str, list[Any]]) -> frozenset[str]:
    lines = [line for line in told.get("CAPABILITY", [])[-1:] if isinstance(line, bytes)]
    return frozenset(one.decode("latin-1").upper() for line in lines for one in line.split())


def number(told: dict[str, list[Any]], key: str) -> int | None:
    """Return the number (RFC 9051: below 2**63) the server last gave under *key*, or None."""
    for value in reversed(told.get(key, [])):
        if isinstance(value, bytes) and (digits := re.match(rb"\d{1,18}\b", value)):
            return int(digits[0])
    return None


_COUNTS = re.compile(rb"\b([A-Z]+) (\d{1,18})\b")
_LITERAL8 = re.compile(rb"~(\{\d+\})$")
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_ALL = re.compile(rb"\bALL ([\d,:]+)")


def numbers(told: dict[str, list[Any]]) -> list[int]:
    """Return the UIDs that FETCH replies without a text of the message name."""
    lines = [line for line in told.get("FETCH", []) if isinstance(line, bytes)]
    return [int(found[1]) for line in lines if (found := _UID.search(line))]


def spans(lines: Iterable[object]) -> Uids:
    """Return the UIDs of ESEARCH replies (RFC 4731); the ends of a range may stand in either order."""
    found = Uids()
    for line in lines:
        if isinstance(line, bytes) and (part := _ALL.search(line)):
            ends = [sorted(map(int, one.split(b":"))) for one in part[1].split(b",")]
            found |= Uids.parse(",".join(f"{low[0]}:{low[-1]}" for low in ends))
    return found


def parsed(lines: list[Any]) -> dict[int, dict[bytes, Any]] | None:
    """Return FETCH replies by UID, or None where they cannot be made out."""
    if not lines:
        return {}
    # A literal8 (RFC 3516) is a literal; the library gives its announcement for its content.
    from imapclient.response_parser import parse_fetch_response  # deferred: a look without news fetches nothing

    lines = [(_LITERAL8.sub(rb"\1", line[0]), line[1]) if isinstance(line, tuple) else line for line in lines]
    try:
        return dict(parse_fetch_response(lines, normalise_times=False, uid_is_key=True))
    except (imaplib.IMAP4.error, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        return None


def moment(value: object) -> datetime | None:
    """Return an INTERNALDATE in UTC; one without a zone is taken as UTC, an impossible one is None."""
    if not isinstance(value, datetime):
        return None
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None

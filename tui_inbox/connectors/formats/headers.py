"""Mail header fields: found in bytes, unfolded, decoded (RFC 2047, 2231, 5322), each in linear time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from tui_inbox.connectors.formats.addresses import people
from tui_inbox.connectors.formats.charsets import decode
from tui_inbox.connectors.formats.words import LONGEST, one_line, text
from tui_inbox.rules.model import Person

MOST_IDS = 200

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_SECTION = re.compile(rb"\n\r?\n")


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one header block by lower-case name, in order, still folded and undecoded."""

    by_name: dict[str, list[bytes]]
    charset: str = ""

    def raw(self, name: str) -> bytes:
        """Return the first field *name*, unfolded, or b""."""
        found = self.by_name.get(name)
        return unfolded(found[0]) if found else b""

    def every(self, name: str) -> list[bytes]:
        """Return every field *name*, unfolded, topmost first."""
        return [unfolded(one) for one in self.by_name.get(name, ())]

    def text(self, name: str) -> str:
        """Return the first field *name* as a person reads it."""
        return text(self.raw(name), self.charset)

    def people(self, name: str) -> tuple[Person, ...]:
        """Return everybody named in the fields *name*."""
        return tuple(person for one in self.every(name)[:50] for person in people(one, self.charset))

    def __contains__(self, name: str) -> bool:
        return name in self.by_name


def unfolded(value: bytes) -> bytes:
    """Return *value* without its line breaks (RFC 5322 2.2.3)."""
    if b"\n" in value or b"\r" in value:
        value = value.replace(b"\r", b"").replace(b"\n", b"")
    return value.strip(b" \t")


def fields(raw: bytes, start: int, end: int) -> tuple[Fields, int]:
    """Return the header block of raw[start:end] and where the body begins.

    A line that is no field ends the header, as in the standard library, unless only fields follow up to the
    next empty line: then it is junk between fields and is passed over.
    """
    by_name: dict[str, list[bytes]] = {}
    if raw.startswith((b"\n", b"\r\n"), start) or start >= end:
        return Fields(by_name), min(end, start + (2 if raw.startswith(b"\r", start) else 1))
    gap = _SECTION.search(raw, start, end)
    block_end, body = (gap.start(), gap.end()) if gap else (end, end)
    read_to = min(block_end, start + LONGEST)
    lines = raw[start:read_to].split(b"\n")
    if read_to < block_end:
        lines.pop()
    at = start
    current: list[bytes] | None = None
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t"):
            if current:
                current[-1] += b"\n" + line
        elif field := _FIELD.match(line):
            current = by_name.setdefault(field.group(1).decode("ascii").lower(), [])
            current.append(line[field.end() :])
        elif not (number == 0 and line.startswith((b"From ", b">From "))) and not _only_fields(lines[number + 1 :]):
            return Fields(by_name), at
        at += len(line) + 1
    return Fields(by_name), body


def _only_fields(lines: list[bytes]) -> bool:
    """Return whether *lines*, at least one, are fields; at most fifty are looked at."""
    seen = lines[:50]
    return bool(seen) and all(line[:1] in (b" ", b"\t") or _FIELD.match(line) for line in seen)


# --- parameters -----------------------------------------------------------------------------------------

_PIECE = re.compile(r'[";\\]')
MOST_PARAMETERS = 10_000


def parameters(value: bytes, charset: str = "") -> tuple[str, dict[str, str]]:
    """Return the value and parameters of a Content-Type or Content-Disposition (RFC 2045, 2231).

    Names are lower case. Unquoted values may hold spaces, RFC 2047 words and raw 8-bit: mailers write them.
    """
    pieces = _pieces(value[:LONGEST].decode("latin-1"))
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[bool, str]]] = {}
    for piece in pieces[1 : MOST_PARAMETERS + 1]:
        name, equals, content = piece.partition("=")
        name = name.strip().lower()
        if not equals or not name:
            continue
        base, star, rest = name.partition("*")
        if not star:
            plain.setdefault(name, text(content.strip().encode("latin-1"), charset))
            continue
        number = rest.rstrip("*")
        if number.isdecimal() and len(number) < 6:
            extended.setdefault(base, {}).setdefault(int(number), (rest.endswith("*"), content.strip()))
        elif not number:
            extended.setdefault(base, {})[0] = (True, content.strip())
    for base, parts in extended.items():
        plain[base] = _extended([parts[number] for number in sorted(parts)])
    return pieces[0].strip().lower(), plain


def _pieces(value: str) -> list[str]:
    """Return *value* split at the semicolons outside quotes, quotes taken off."""
    pieces: list[str] = []
    now: list[str] = []
    quoted = False
    last = 0
    for sign in _PIECE.finditer(value):
        at = sign.start()
        if at < last:
            continue
        now.append(value[last:at])
        last = at + 1
        match value[at]:
            case "\\":
                escaped = value[at + 1 : at + 2]
                now.append(escaped if escaped in ('"', "\\") else "\\" + escaped)
                last = at + 2
            case '"':
                quoted = not quoted
            case _ if quoted:
                now.append(";")
            case _:
                pieces.append("".join(now))
                now = []
    now.append(value[last:])
    pieces.append("".join(now))
    return pieces


def _extended(parts: list[tuple[bool, str]]) -> str:
    """Return an RFC 2231 value from its continuations, each (percent-encoded or not, content)."""
    charset = ""
    if parts[0][0] and parts[0][1].count("'") >= 2:
        charset, _, first = parts[0][1].split("'", 2)
        parts = [(True, first), *parts[1:]]
    joined = b"".join(_percent(piece) if encoded else piece.encode("latin-1") for encoded, piece in parts)
    if not any(encoded for encoded, _ in parts):
        return text(joined)
    return one_line(decode(joined, charset, guess=False))


_HEX = re.compile(rb"%([0-9A-Fa-f]{2})")


def _percent(piece: str) -> bytes:
    return _HEX.sub(lambda found: bytes((int(found.group(1), 16),)), piece.encode("latin-1"))


# --- moments and ids --------------------------------------------------------------------------------------


_NO_YEAR = re.compile(r"[A-Za-z]{3}[ -]0\d{3}\b")
"""A year such as 0000, of which the standard library makes 2000."""


def moment(value: bytes) -> datetime | None:
    """Return the moment a Date field names, in UTC, or None if it names none between 1980 and 2100."""
    written = value[:200].decode("latin-1").strip()
    if not written or _NO_YEAR.search(written):
        return None
    try:
        parts = parsedate_tz(written)
        if parts is None:
            at = datetime.fromisoformat(written)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        else:
            year, month, day, hour, minute, second = parts[:6]
            at = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
            offset = parts[9] or 0
            if abs(offset) < 86_400:
                at -= timedelta(seconds=offset)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return at if 1980 <= at.year <= 2100 else None


_ANGLE = re.compile(r"<([^<>\s]+)>")


def message_ids(value: bytes | str) -> tuple[str, ...]:
    """Return the message ids in *value*, each in angle brackets, in order, none twice.

    Without any brackets each word is taken as an id: some programs leave them out. Of more than 200 the
    first twenty and the last are kept.
    """
    line = value if isinstance(value, str) else value[:LONGEST].decode("utf-8", "replace")
    found = _ANGLE.findall(line)
    if not found and "<" not in line:
        found = [word.strip(",;") for word in line.split()]
    ids = tuple(dict.fromkeys(f"<{one}>" for one in found if one and len(one) < 1_000))
    return ids if len(ids) <= MOST_IDS else ids[:20] + ids[20 - MOST_IDS :]

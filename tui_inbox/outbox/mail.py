"""Puts a mail together as bytes: headers that nothing foreign can break, text, and originals byte for byte."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from tui_inbox.rules import clean

LONGEST_LINE = 998
"""Bytes, RFC 5321 4.5.3.1.6, without the line's end."""
MOST_REFERENCES = 21
"""Ids in References, more than any program needs to find the thread."""

_ID = re.compile(r"<[!-;=?-~]{1,400}>")
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")
_PLAIN = re.compile(r"[ -~]*")
_ENDS = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Part:
    """Something attached. An `original` is a mail as it came; it goes along as message/rfc822 where it can."""

    name: str
    type: str
    content: bytes
    original: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail is made of."""

    sender: tuple[str, str]
    """Name and address."""
    to: tuple[str, str]
    subject: str
    message_id: str
    date: datetime
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    text: str
    parts: tuple[Part, ...] = ()


def assemble(letter: Letter, *, eightbit: bool) -> bytes:
    """Return the mail, its lines parted by CRLF; *eightbit* says that its server takes 8-bit text (RFC 6152)."""
    headers = [
        _line("From", mailbox(*letter.sender)),
        _line("To", mailbox(*letter.to)),
        _text("Subject", letter.subject),
        _line("Date", format_datetime(letter.date)),
        _line("Message-ID", letter.message_id),
    ]
    if references := _references(letter.references):
        headers.append(f"References: {references}".encode("ascii"))
    headers += [_text(name, value) for name, value in letter.headers]
    headers.append(b"MIME-Version: 1.0")
    text = _body(letter.text)
    if not letter.parts:
        return b"\r\n".join(headers) + b"\r\n" + text
    parts = [text, *(_part(one, eightbit) for one in letter.parts)]
    mark = _boundary(parts)
    headers.append(b'Content-Type: multipart/mixed; boundary="' + mark + b'"')
    opened = b"--" + mark + b"\r\n"
    return (
        b"\r\n".join(headers)
        + b"\r\n\r\n"
        + b"".join(opened + one + b"\r\n" for one in parts)
        + b"--"
        + mark
        + b"--\r\n"
    )


def mailbox(name: str, address: str) -> str:
    """Return `"Name" <address>` for a header (RFC 5322 3.4, RFC 2047); *address* was checked before."""
    name = clean.line(name, 200)
    if not name:
        return address
    if _PLAIN.fullmatch(name) and "=?" not in name:
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + f'" <{address}>'
    return f"{_encoded(name, 10)} <{address}>"


def _line(name: str, value: str) -> bytes:
    """Return a header whose value is ours, or was made by `mailbox`; ValueError where it would begin another."""
    bare = value.replace("\r\n ", " ")
    if any(mark in bare for mark in "\r\n\0"):
        raise ValueError(f"a line break in the header {name}")
    return f"{name}: {value}".encode()


def _text(name: str, value: str) -> bytes:
    """Return a header of free text: one cleaned line, encoded (RFC 2047) unless it is plain ASCII."""
    value = clean.line(value, 400)
    plain = _PLAIN.fullmatch(value) and "=?" not in value
    return f"{name}: {value if plain else _encoded(value, len(name) + 2)}".encode("ascii")


def _encoded(value: str, taken: int) -> str:
    return Header(value, "utf-8", maxlinelen=76 - taken, header_name=None).encode(linesep="\r\n")


def _references(ids: Sequence[str]) -> str:
    """Return the oldest id and the newest, each on a line of its own; what is no id is left out."""
    good = [one for one in dict.fromkeys(ids) if _ID.fullmatch(one)]
    kept = good[:1] + good[1:][-(MOST_REFERENCES - 1) :]
    return "\r\n ".join(kept)


def _body(text: str) -> bytes:
    raw = _ENDS.sub(b"\r\n", text.encode("utf-8", "replace"))
    if raw.isascii() and _fits(raw):
        return b"Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + raw
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + _base64(raw)


def _part(part: Part, eightbit: bool) -> bytes:
    if part.original:
        content = _ENDS.sub(b"\r\n", part.content)
        if _fits(content) and (content.isascii() or eightbit):
            coding = b"7bit" if content.isascii() else b"8bit"
            return _part_headers("message/rfc822", part.name, coding) + content
    kind = part.type.lower()
    if part.original or not _TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"  # what cannot travel as it is keeps every byte inside base64
    if kind == "text/plain":
        kind = "text/plain; charset=utf-8"
    return _part_headers(kind, part.name, b"base64") + _base64(part.content)


def _part_headers(kind: str, name: str, coding: bytes) -> bytes:
    safe = clean.filename(name)
    if _PLAIN.fullmatch(safe):
        named = 'filename="' + safe.replace("\\", "_").replace('"', "_") + '"'
    else:
        named = "filename*=utf-8''" + quote(safe, safe="")
    return (
        f"Content-Type: {kind}\r\nContent-Disposition: attachment;\r\n {named}\r\n".encode("ascii")
        + b"Content-Transfer-Encoding: "
        + coding
        + b"\r\n\r\n"
    )


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _fits(content: bytes) -> bool:
    """Return whether *content*, its lines parted by CRLF, can go over SMTP as it is."""
    return b"\0" not in content and max(map(len, content.split(b"\r\n"))) <= LONGEST_LINE


def _boundary(parts: Sequence[bytes]) -> bytes:
    """Return a line that stands in no part: made of all of them, so that nobody could have foreseen it."""
    digest = hashlib.sha256()
    for one in parts:
        digest.update(one)
    while True:
        mark = b"=_" + digest.hexdigest()[:40].encode("ascii")
        if not any(mark in one for one in parts):
            return mark
        digest.update(mark)

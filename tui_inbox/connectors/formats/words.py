"""The words of a mail header: RFC 2047, raw 8-bit, and the base64 that mailers really write; linear, never raising."""

from __future__ import annotations

import binascii
import re

from tui_inbox.connectors.formats.charsets import decode

LONGEST = 256 * 1024
"""Bytes of a header block that are read; what lies behind is left alone."""

# At most eight stray question marks inside a word keep the search linear.
_WORD = re.compile(rb"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,8})\?=")


def text(value: bytes, charset: str = "") -> str:
    """Return an unfolded header *value* decoded: RFC 2047 words, raw 8-bit by UTF-8, *charset* or cp1252."""
    value = value[:LONGEST]
    if value.isascii() and b"=?" not in value and b"\x1b" not in value:
        return one_line(value.decode("ascii"))
    out: list[str] = []
    run: list[tuple[str, bytes, bytes]] = []
    last = 0
    for word in _WORD.finditer(value):
        between = value[last : word.start()]
        if between.strip(b" \t\r\n") or not run:
            out.append(_words(run))
            run = []
            out.append(eight_bit(between, charset))
        run.append((word.group(1).decode("latin-1"), word.group(2).lower(), word.group(3)))
        last = word.end()
    out.append(_words(run))
    out.append(eight_bit(value[last:], charset))
    return one_line("".join(out))


def one_line(value: str) -> str:
    if "\n" in value or "\r" in value or "\0" in value:
        value = re.sub(r"[\r\n]+", " ", value).replace("\0", "")
    return value.strip()


def _words(run: list[tuple[str, bytes, bytes]]) -> str:
    """Return adjacent encoded words as text; those of one charset are joined before they are decoded."""
    out: list[str] = []
    joined: list[bytes] = []
    before = ""
    carried = b""
    for charset, how, body in run:
        if joined and charset.lower() != before:
            out.append(decode(b"".join(joined), before, guess=False))
            joined = []
        before = charset.lower()
        if how == b"b":
            body, carried = carried + body, b""
            if len(body) % 4 and not body.endswith(b"=") and len(body) > 4 and len(run) > 1:
                body, carried = body[: -(len(body) % 4)], body[-(len(body) % 4) :]
            joined.append(base64(body))
        else:
            joined.append(binascii.a2b_qp(body, header=True))
    if carried:
        joined.append(base64(carried))
    if joined:
        out.append(decode(b"".join(joined), before, guess=False))
    return "".join(out)


def eight_bit(value: bytes, charset: str = "") -> str:
    """Return raw header bytes as text: UTF-8, ISO-2022-JP, the body's *charset*, Windows-1252."""
    if value.isascii() and b"\x1b" not in value:
        return value.decode("ascii")
    try:
        if b"\x1b" not in value:
            return value.decode("utf-8")
    except UnicodeDecodeError:
        pass
    return decode(value, charset, guess=False)


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_JUNK = bytes(sorted(set(range(256)) - set(_BASE64)))


def base64(raw: bytes) -> bytes:
    """Return what base64 text holds, whatever junk, wrong length or inner padding it has."""
    clean = raw.translate(None, _JUNK).rstrip(b"=")
    if b"=" not in clean:
        return _quads(clean)
    return b"".join(_quads(piece) for piece in clean.split(b"=") if piece)


def _quads(clean: bytes) -> bytes:
    over = len(clean) % 4
    if over == 1:
        clean = clean[:-1]
    elif over:
        clean += b"=" * (4 - over)
    return binascii.a2b_base64(clean)

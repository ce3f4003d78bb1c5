"""A mail over the size limit: its fields and its text come at once, its files when they are asked for."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tui_inbox.connectors.imap.wire import Outline, Wire
from tui_inbox.problems import Refused, Unreachable
from tui_inbox.rules.model import Attachment, Message, State

LEAST = 2**20
"""Bytes of the smallest limit that can be set: what is smaller never had a stand-in."""
SLICE = 2**20
"""Bytes of a part that are asked for at once."""
READ = 2**18
"""Bytes of a text part that come with the stand-in."""
MOST_PARTS = 100
"""Parts of one mail that are looked at, and how deep they may lie in each other (`DEEPEST`)."""
LARGEST_FILE = 2**28
"""Bytes of a file that is fetched at all."""
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One part that holds no others: its section number and type, and its size on the wire, None where not told."""

    section: str
    type: str
    encoding: str
    size: int | None

    @property
    def text(self) -> bool:
        return self.type in ("text/plain", "text/html")

    @property
    def decoded(self) -> int | None:
        """About how many bytes the file has: of 78 on a line of base64, 57 are its own."""
        return self.size * 57 // 78 if self.size is not None and self.encoding == "base64" else self.size


def key(message: Message, size: int) -> str:
    """Return what a mail of *size* bytes is known by where only a part of it came."""
    if message.external_id:
        return f"{message.external_id}#{size} bytes"
    fields = message.raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return f"#{hashlib.sha256(fields).hexdigest()[:32]}#{size} bytes"


def stand_in(wire: Wire, uid: int, outline: Outline, *, where: str) -> Message | None:
    """Return the mail *uid* of the open folder without its files; None where the server does not give out its fields.

    Every file is listed as one that was not stored, with the size that the server tells of it."""
    from tui_inbox.connectors.rfc822 import parse

    head = wire.section(uid, "HEADER")
    if not head or len(head) > SLICE:
        return None
    structure = wire.structure(uid)
    leaves = list(_leaves(structure, "", 0))[:MOST_PARTS] if structure is not None else []
    raw = head.rstrip(b"\r\n") + b"\r\n\r\n" + b"".join(_written(wire, uid, structure, "", 0, leaves))
    message = parse(raw, position=uid, where=where, received_at=outline.received_at)
    by_section = {leaf.section: leaf for leaf in leaves}
    files = tuple(_left_there(one, by_section.get(one.part)) for one in message.attachments)
    megabytes = outline.size / 2**20
    return replace(
        message,
        key=key(message, outline.size),
        attachments=files,
        state=message.state if any(leaf.text for leaf in leaves) else State.MISSING_BODY,
        warnings=(*message.warnings, f"too large to fetch at once ({megabytes:.0f} MB): files are on the server"),
    )


def _left_there(file: Attachment, leaf: _Leaf | None) -> Attachment:
    return replace(file, size=None if leaf is None else leaf.decoded, stored=False)


def _leaves(node: Any, section: str, depth: int) -> Iterator[_Leaf]:
    """Yield the parts of a BODYSTRUCTURE that hold no others, each by its section number (RFC 9051, 6.4.5.1)."""
    if depth > DEEPEST or not isinstance(node, tuple) or not node:
        return
    if isinstance(node[0], list):
        for number, child in enumerate(node[0], 1):
            yield from _leaves(child, f"{section}.{number}" if section else str(number), depth + 1)
        return
    words = [one.decode("ascii", "replace").lower() if isinstance(one, bytes) else "" for one in node[:6]]
    if len(words) == 6:
        size = node[6] if len(node) > 6 and isinstance(node[6], int) else None
        yield _Leaf(section or "1", f"{words[0]}/{words[1]}", words[5], size)


def _written(wire: Wire, uid: int, node: Any, section: str, depth: int, leaves: list[_Leaf]) -> Iterator[bytes]:
    """Yield the body as it would be written, with the text of its text parts and nothing in all others."""
    if depth > DEEPEST or not isinstance(node, tuple) or not node:
        return
    if not isinstance(node[0], list):
        leaf = next((one for one in leaves if one.section == (section or "1")), None)
        if leaf is not None and leaf.text:
            yield wire.section(uid, leaf.section, 0, READ) or b""
        return
    boundary = _boundary(node)
    if not boundary:
        return
    for number, child in enumerate(node[0], 1):
        inner = f"{section}.{number}" if section else str(number)
        if not any(one.section == inner or one.section.startswith(f"{inner}.") for one in leaves):
            continue
        fields = wire.section(uid, f"{inner}.MIME") or b""
        yield b"--" + boundary + b"\r\n" + fields.rstrip(b"\r\n") + b"\r\n\r\n"
        yield from _written(wire, uid, child, inner, depth + 1, leaves)
        yield b"\r\n"
    yield b"--" + boundary + b"--\r\n"


def _boundary(node: tuple[Any, ...]) -> bytes:
    """Return the boundary that a multipart's structure names; b"" where it names none."""
    named = node[2] if len(node) > 2 and isinstance(node[2], tuple) else ()
    for name, value in zip(named[::2], named[1::2], strict=False):
        if isinstance(name, bytes) and name.lower() == b"boundary" and isinstance(value, bytes):
            return b"" if b"\n" in value or b"\r" in value else value
    return b""


def content(wire: Wire, uid: int, section: str) -> bytes:
    """Return the file *section* of the mail *uid* in the open folder, decoded as it comes, slice by slice.

    Refused where it is larger than can be kept; Unreachable where the server does not give it out."""
    leaf = next((one for one in _leaves(wire.structure(uid), "", 0) if one.section == section), None)
    if leaf is None:
        raise Unreachable(f"The server {wire.host} does not know of this file.", "Try again later.")
    whole = bytearray()
    left = b""
    start = 0
    while True:
        some = wire.section(uid, section, start, SLICE)
        if some is None:
            raise Unreachable(f"The server {wire.host} does not give out this file.", "Try again later.")
        start += len(some)
        if leaf.encoding == "base64":
            left += some.translate(None, b"\r\n\t ")
            ready = len(left) - len(left) % 4
            whole += _unpacked(left[:ready])
            left = left[ready:]
        else:
            whole += some
        if len(whole) > LARGEST_FILE:
            raise Refused("The file is larger than can be kept here.", "Save it with another mail program.")
        if len(some) < SLICE:
            break
    whole += _unpacked(left + b"=" * (-len(left) % 4)) if left else b""
    return binascii.a2b_qp(bytes(whole)) if leaf.encoding == "quoted-printable" else bytes(whole)


def _unpacked(written: bytes) -> bytes:
    try:
        return binascii.a2b_base64(written)
    except binascii.Error:
        return b""

"""The parts of a mail as ranges of its bytes (RFC 2046): one pass, no recursion, bounded depth and number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tui_inbox.connectors.formats.headers import Fields, fields, parameters

DEEPEST = 60
MOST_PARTS = 2_000
_SCANS = 8
_SCANS_FREE = 16 * 1024 * 1024
"""How often over, at most, the bytes of one mail are searched for boundaries, and how many are free."""

_KIND = re.compile(r"\s*([a-z0-9!#$&^_.+-]+)\s*/\s*([a-z0-9!#$&^_.+-]+)")
_UNNAMED_BOUNDARY = re.compile(rb"(?:^|\n)--([^\s-][^\r\n]{0,200})\r?\n(?:[A-Za-z-]{4,40}:|\r?\n)")


@dataclass(slots=True, eq=False)
class Part:
    """One part: its fields, and its content as raw[start:end], still encoded.

    `path` is IMAP's section number ("1", "2.1"); "" for a mail that is a multipart.
    """

    path: str
    fields: Fields
    kind: str
    params: dict[str, str]
    start: int
    end: int
    depth: int = 0
    children: list[Part] = field(default_factory=list)
    opened: bool = False
    """Whether `children` were found: an unopened container is shown and kept as it is."""

    def walk(self) -> Iterator[Part]:
        """Yield this part and all below it, in the order they were written."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


@dataclass(slots=True)
class Mail:
    """A mail taken apart: the bytes its ranges refer to, and the part that is the whole."""

    raw: bytes
    root: Part
    cut: bool = False
    """More parts, or deeper ones, than are looked at."""


def topmost(raw: bytes) -> Mail:
    """Return *raw* as one part. BOM, leading empty lines, CR-only lines and UTF-16 are made usable first."""
    raw = _plain(raw)
    return Mail(raw, _part(raw, 0, len(raw), "", 0, "text/plain"))


def taken_apart(raw: bytes) -> Mail:
    """Return *raw* as parts."""
    mail = topmost(raw)
    raw, root = mail.raw, mail.root
    budget = _SCANS * len(raw) + _SCANS_FREE
    number = 1
    waiting = [root]
    while waiting:
        part = waiting.pop()
        container = part.kind.startswith("multipart/") or part.kind in ("message/rfc822", "message/global")
        if not container:
            continue
        budget -= part.end - part.start
        if part.depth >= DEEPEST or number >= MOST_PARTS or budget < 0:
            mail.cut = True
            continue
        if part.kind.startswith("multipart/"):
            part.children, complete = _children(raw, part, MOST_PARTS - number)
            mail.cut = mail.cut or not complete
        elif not _encoded(part):
            inner = _part(raw, part.start, part.end, part.path, part.depth + 1, "text/plain")
            if not inner.kind.startswith("multipart/"):
                inner.path += ".1"
            part.children = [inner]
        part.opened = bool(part.children)
        number += len(part.children)
        waiting.extend(part.children)
    if not root.opened:
        root.path = "1"
    return mail


def _plain(raw: bytes) -> bytes:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raw = raw.decode("utf-16", "replace").encode()
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    return raw.lstrip(b"\r\n")


def _encoded(part: Part) -> bool:
    return part.fields.raw("content-transfer-encoding").strip().lower()[:6] in (b"base64", b"quoted")


def _part(raw: bytes, start: int, end: int, path: str, depth: int, default: str) -> Part:
    found, body = fields(raw, start, end)
    written = found.raw("content-type")
    kind, params = parameters(written) if written else ("", {})
    match = _KIND.match(kind)
    if match:
        kind = f"{match.group(1)}/{match.group(2)}"
    elif written:
        kind = "text/html" if kind == "html" else "text/plain"
    else:
        kind = default
    if charset := params.get("charset", ""):
        found = Fields(found.by_name, charset)
    return Part(path, found, kind, params, body, end, depth)


def _children(raw: bytes, part: Part, most: int) -> tuple[list[Part], bool]:
    """Return the parts of a multipart, and whether these are all of them."""
    boundary = part.params.get("boundary", "").rstrip().encode("utf-8", "replace")
    if b"boundary" in part.fields.raw("content-type") and not boundary.isascii():
        boundary = b""
    if not boundary:
        guessed = _UNNAMED_BOUNDARY.search(raw, part.start, min(part.end, part.start + 65_536))
        if guessed is None:
            return [], True
        boundary = guessed.group(1).rstrip()
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    prefix = f"{part.path}." if part.path else ""
    found: list[Part] = []
    for start, end in _ranges(raw, part.start, part.end, b"--" + boundary):
        if len(found) >= most:
            return found, False
        found.append(_part(raw, start, end, f"{prefix}{len(found) + 1}", part.depth + 1, default))
    return found, True


def _ranges(raw: bytes, start: int, end: int, mark: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each part between lines of *mark* begins and ends; the last may lack its closing line."""
    begun = -1
    at = start
    while (at := raw.find(mark, at, end)) >= 0:
        after = at + len(mark)
        if at > start and raw[at - 1] not in b"\r\n":
            at = after
            continue
        closing = raw.startswith(b"--", after)
        line_end = raw.find(b"\n", after, min(end, after + 1_000))
        rest = raw[after + 2 * closing : line_end if line_end >= 0 else min(end, after + 1_000)]
        if rest.strip(b" \t\r"):
            at = after  # a longer boundary that begins like this one
            continue
        if begun >= 0:
            yield begun, max(begun, _before_break(raw, at, begun))
        if closing or line_end < 0:
            return
        begun = at = line_end + 1
    if 0 <= begun < end:
        yield begun, end


def _before_break(raw: bytes, at: int, floor: int) -> int:
    """Return where the line break before *at*, which belongs to the boundary, begins."""
    if at > floor and raw[at - 1 : at] == b"\n":
        at -= 1
        if at > floor and raw[at - 1 : at] == b"\r":
            at -= 1
    return at

"""An mbox file, however large: Unix mail spools, Thunderbird folders, Google Takeout."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import BinaryIO

from tui_inbox.connectors import Batch, SetAside, Unread
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.headers import unfolded
from tui_inbox.connectors.formats.mailfiles import LARGEST, Gathering, opened, too_large
from tui_inbox.connectors.formats.words import text

CHANNEL = "email"

_BLOCK = 1 << 20
"""Bytes read at once."""
_DECIDING = 1 << 14
"""So many bytes from the beginning of a line tell whether it separates two mails."""
_HEADER = 1 << 12

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
# "From", one word, and a date in one of the two orders that are in use; a zone and "remote from" may follow.
_SEPARATOR = re.compile(
    (
        r"^From (?:\"[^\"\r\n]{0,200}\"\S{0,200}|\S{1,300})?\s{1,4}"
        r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s{1,4})"
        rf"(?:{_MONTH}\s{{1,4}}\d{{1,2}}|\d{{1,2}}\s{{1,4}}{_MONTH}\s{{1,4}}\d{{4}})\s{{1,4}}\d{{1,2}}:\d\d(?::\d\d)?"
        r"(?:\s{1,4}(?:[A-Z]{2,5}|[+-]\d{4}|\(\w{2,5}\)))?(?:\s{1,4}\d{4})?(?:\s{1,4}[+-]\d{4})?"
        r"(?:\s{1,4}remote from \S{1,300})?\s*$"
    ).encode()
)
_YEAR = re.compile(rb"\s(?:19|20)\d\d(?:\s|$)")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER_LINE = re.compile(rb"[!-9;-~]{1,200}[ \t]*:|>?From |\r?\n|$")

_LABELS = re.compile(rb"^X-Gmail-Labels:[ \t]*((?:.*\n?)(?:[ \t]+.*\n?){0,20})", re.IGNORECASE | re.MULTILINE)
_SENT = {
    "sent",
    "gesendet",
    "gönderilmiş postalar",
    "poslano",
    "poslato",
    "messages envoyés",
    "enviados",
    "inviata",
    "verzonden",
}
_DRAFT = {
    "draft",
    "drafts",
    "entwürfe",
    "taslaklar",
    "skice",
    "nacrti",
    "brouillons",
    "borradores",
    "bozze",
    "rascunhos",
    "concepten",
}
_ASIDE = {
    "spam",
    "trash",
    "papierkorb",
    "çöp kutusu",
    "neželjena pošta",
    "otpad",
    "corbeille",
    "papelera",
    "cestino",
    "lixeira",
    "prullenbak",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One or several mbox files, as `import` was told of them."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield the mails in file order. An interrupted run goes on behind its last batch, after what lies before
        was read again and found unchanged; a finished one leaves an empty cursor: the next reads all anew."""
        yield from opened(self.unread(cursors))

    def unread(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield the same, its mails unread."""
        for name in _files(self.bundle):
            yield from self._file(name, cursors)

    def _file(self, name: str, cursors: dict[str, str]) -> Iterator[Batch]:
        size = self.bundle.size(name)
        head = hashlib.sha256(self.bundle.head(name) + name.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        place = f"mbox:{head}:{size}"
        gathering = Gathering(place, "bytes", size)
        sent = bool(re.search(r"(?:^|/)[^/]*\b(?:sent|gesendet)\b[^/]*$", name, re.IGNORECASE))
        with ExitStack() as open_:
            reader = _Reader(open_.enter_context(self.bundle.open(name)))
            number = _resumed(reader, cursors.get(place, ""))
            if number is None:
                reader, number = _Reader(open_.enter_context(self.bundle.open(name))), 0
            for raw in reader.mails():
                number += 1
                found = _found(raw, number, f"{name}: message {number}", sent=sent)
                if found is not None:
                    gathering.add(found)
                if gathering.full() and not reader.ended:
                    yield gathering.batch(reader.cursor(number), reader.offset)
        yield gathering.batch("", size)


def _found(raw: bytes | None, number: int, where: str, *, sent: bool) -> Unread | SetAside | None:
    """Return the mail *raw* as it lies there; None for a draft, which nobody has sent."""
    if raw is None:
        return too_large(where)
    labels = _labels(raw)
    if labels & _DRAFT and not labels & _SENT:
        return None
    return Unread(raw, number, where, history=bool(labels & _ASIDE), rank=0 if sent or labels & _SENT else 1)


def _labels(raw: bytes) -> set[str]:
    """Return the labels Google Takeout writes into each mail, in lower case."""
    head = raw[:65_536]
    if b"X-Gmail-Labels" not in head:
        return set()
    found = _LABELS.search(head)
    return {label.strip().strip('"').lower() for label in text(unfolded(found.group(1))).split(",")} if found else set()


def _resumed(reader: _Reader, cursor: str) -> int | None:
    """Return how many mails lie before where *reader* now stands, as *cursor* says; None if that is another file."""
    try:
        kept = json.loads(cursor)
        return int(kept["number"]) if reader.skip(int(kept["offset"]), str(kept["sha256"])) else None
    except (ValueError, KeyError, TypeError):
        return None


@dataclass(slots=True)
class _Reader:
    """An mbox, cut into mails; little more than one of them is in memory."""

    stream: BinaryIO
    offset: int = 0
    """Where the mail begins that has not been given out yet."""
    ended: bool = False
    ahead: bytes = b""
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def cursor(self, number: int) -> str:
        return json.dumps({"offset": self.offset, "number": number, "sha256": self._digest.hexdigest()})

    def skip(self, offset: int, sha256: str) -> bool:
        """Read up to *offset*; return whether these bytes hash to *sha256*."""
        left = offset
        while left > 0:
            piece = self.stream.read(min(left, 1 << 20))
            if not piece:
                return False
            self._digest.update(piece)
            left -= len(piece)
        self.offset = offset
        return self._digest.hexdigest() == sha256

    def mails(self) -> Iterator[bytes | None]:
        """Yield each mail without its separator, `>From ` unescaped; None for one that is too large."""
        pieces: list[bytes] = []
        size = 0
        begun = large = False
        for block, separates in self._blocks():
            if separates:
                if begun:
                    yield self._out(pieces, large)
                begun, large, size, pieces = True, False, 0, []
                self._pass(block)
                continue
            if not begun:
                block = self._without_blank_lines(block)
                begun = bool(block)
            size += len(block)
            if size > LARGEST:
                large = True
                self._pass(*pieces, block)
                pieces = []
            else:
                pieces.append(block)
        self.ended = True
        if begun:
            yield self._out(pieces, large)

    def _without_blank_lines(self, block: bytes) -> bytes:
        """Return *block* from its first line on that is not blank."""
        blank = len(block) - len(block.lstrip())
        begins = len(block) if blank == len(block) else block.rfind(b"\n", 0, blank) + 1
        self._pass(block[:begins])
        return block[begins:]

    def _out(self, pieces: list[bytes], large: bool) -> bytes | None:
        raw = b"".join(pieces)
        self._pass(raw)
        if large:
            return None
        if raw.endswith(b"\n\n"):
            raw = raw[:-1]
        elif raw.endswith(b"\r\n\r\n"):
            raw = raw[:-2]
        if b">From " in raw:
            raw = _QUOTED.sub(rb"\1", raw)
        return raw

    def _pass(self, *blocks: bytes) -> None:
        """Count *blocks* as given out."""
        for block in blocks:
            self.offset += len(block)
            self._digest.update(block)

    def _blocks(self) -> Iterator[tuple[bytes, bool]]:
        """Yield the file in blocks: a line that separates two mails (it ends in a date, and a header follows), or all
        that lies up to the next one, in parts that are not too large."""
        held, begins, ended = b"", True, False
        while not ended:
            read = self.stream.read(_BLOCK)
            ended = not read
            held += read
            out, start, doubtful = 0, _from(held, 0), False
            while start >= 0 and not doubtful:
                doubtful = not ended and len(held) - start < _DECIDING
                if not doubtful:
                    behind = _behind(held, start)
                    if (start or begins) and self._separates(held, start, behind):
                        if out < start:
                            yield held[out:start], False
                        yield held[start:behind], True
                        out = behind
                    start = _from(held, behind)
            # What may yet turn out to be a separator stays, else what begins the line that is not whole.
            left = start if doubtful else len(held) if ended else max(out, _behind(held, 0, last=True))
            if out < left:
                yield held[out:left], False
            begins = held[left - 1 : left] == b"\n" if left else begins
            held = held[left:]

    @staticmethod
    def _separates(held: bytes, start: int, behind: int) -> bool:
        following = held[behind : min(_behind(held, behind), behind + _HEADER)]
        return is_separator(held[start:behind]) and _HEADER_LINE.match(following) is not None


def _from(held: bytes, start: int) -> int:
    """Return where the next line that says `From ` begins, from the line at *start* on; -1 where there is none."""
    if held.startswith(b"From ", start):
        return start
    found = held.find(b"\nFrom ", start)
    return found + 1 if found >= 0 else -1


def _behind(held: bytes, start: int, *, last: bool = False) -> int:
    """Return where the line that lies at *start* ends, or the *last* whole line; all of it where there is none."""
    return (held.rfind(b"\n") if last else held.find(b"\n", start)) + 1 or len(held)


def is_separator(line: bytes) -> bool:
    """Return whether *line* begins a mail in an mbox: `From`, a word, and a date."""
    return len(line) < 1_000 and _SEPARATOR.match(line) is not None and _YEAR.search(line) is not None


def _files(bundle: Bundle) -> list[str]:
    names = bundle.names()
    return [name for name in names if _is_mbox(bundle.head(name, 4_096))] if len(names) > 1 else names


def _is_mbox(head: bytes) -> bool:
    return is_separator(head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").split(b"\n", 1)[0] + b"\n")


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* holds mbox files, or None."""
    names = bundle.names()
    likely = names if len(names) == 1 else [name for name in names if _likely(name)][:20]
    for name in likely:
        if _is_mbox(bundle.head(name, 4_096)):
            return f"{name} begins with an mbox separator (From, an address, a date)"
    return None


def _likely(name: str) -> bool:
    last = name.rpartition("/")[2].lower()
    return last.endswith((".mbox", ".mbx")) or "." not in last

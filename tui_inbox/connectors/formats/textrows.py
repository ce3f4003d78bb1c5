"""Reads the text of an export line by line, or as CSV row by row, each with the bytes it came from."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator

from tui_inbox.connectors import SetAside
from tui_inbox.connectors.formats.bundle import Bundle

LINE = 16 << 20
"""Bytes up to which one line, cell or message is held."""

A_LINE = 64
"""Bytes that each further line of a message counts for besides its own: empty ones take memory, too."""

Row = tuple[int, bytes, dict[str, str] | str]
"""The line it begins at, its bytes, and its cells by column (lower case); or in words why there are none."""

_TOGETHER = 1 << 20


class Beyond:
    """The lines beyond what one message may hold, set aside by the megabyte: an export may have millions of them."""

    def __init__(self) -> None:
        self._number = self._size = 0
        self._raw: list[bytes] = []

    def add(self, number: int, raw: bytes) -> Iterator[SetAside]:
        """Take one line; yield what is full by it."""
        self._number = self._number or number
        self._raw.append(raw)
        self._size += len(raw) + A_LINE
        if self._size > _TOGETHER:
            yield from self.rest()

    def rest(self) -> Iterator[SetAside]:
        """Yield what has been taken and not been yielded."""
        if self._raw:
            yield SetAside(f"line {self._number}", "is beyond what one message may hold", b"".join(self._raw))
        self._number = self._size = 0
        self._raw = []


def lines(bundle: Bundle, member: str) -> Iterator[tuple[int, bytes, str]]:
    """Yield (number, bytes, text) of each line of *member*; lines end at LF and nowhere else."""
    with bundle.open(member) as stream:
        number = 0
        while raw := stream.readline(LINE):
            number += 1
            text = decoded(raw).rstrip("\r\n")
            yield number, raw, text.removeprefix("\ufeff") if number == 1 else text


def decoded(raw: bytes) -> str:
    """Return *raw* as text: UTF-8, else Windows' Western one; U+0000, which cannot be stored, as U+FFFD."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return text.replace("\0", "\ufffd") if "\0" in text else text


def head_of(bundle: Bundle, member: str) -> str:
    """Return the first 64 KiB of *member* as text."""
    return bundle.head(member).decode("utf-8-sig", "replace").replace("\r\n", "\n")


def columns_of(bundle: Bundle, member: str) -> list[str]:
    """Return the columns that the first line of *member* names, in lower case."""
    first = head_of(bundle, member).lstrip().partition("\n")[0].strip()
    return [one.strip(' "').casefold() for one in first[:4096].split(",")]


def rows(bundle: Bundle, member: str, needed: Collection[str] = (), mark: str = ",") -> Iterator[Row]:
    """Yield the rows below the first, which names the columns, the *needed* ones at least; those of another length are
    told in words. *mark* stands between two cells."""
    kept: list[bytes] = []
    numbers = [0]

    def texts() -> Iterator[str]:
        with bundle.open(member) as stream:
            while raw := stream.readline(LINE):
                kept.append(raw)
                numbers.append(numbers[-1] + 1)
                text = decoded(raw)
                yield text.removeprefix("\ufeff") if numbers[-1] == 1 else text

    csv.field_size_limit(LINE)
    reader = csv.reader(texts(), delimiter=mark)
    columns: list[str] = []
    while True:
        kept.clear()
        del numbers[:-1]
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            yield numbers[-1], b"".join(kept), f"it is not CSV ({broken})"
            continue
        line = numbers[1] if len(numbers) > 1 else numbers[0]
        if not any(cells):
            continue
        if not columns:
            columns = [one.strip().casefold() for one in cells]
            if not set(columns) >= set(needed):
                yield line, b"".join(kept), f"the first row lacks one of {', '.join(sorted(needed))}"
                return
        elif len(cells) != len(columns):
            yield line, b"".join(kept), f"it has {len(cells)} cells where the first row has {len(columns)}"
        else:
            yield line, b"".join(kept), dict(zip(columns, cells, strict=True))

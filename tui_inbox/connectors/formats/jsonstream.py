"""Reads JSON of any size through a sliding window, value by value, and goes on behind what is broken."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

CHUNK = 1 << 20
LARGEST = 16 << 20
"""Characters up to which one value is held in memory."""

_DECODER = json.JSONDecoder(strict=False)
_SPACE = re.compile(r"[ \t\r\n]*")
_OPEN = re.compile(r'["{}\[\]]')
_IN_STRING = re.compile(r'["\\]')
_CONTROL = re.compile(r"(?<!\\)((?:\\\\)*)\\x([0-9A-Fa-f]{2})")
_SURROGATE = re.compile("[\ud800-\udfff\0]")
_SCALAR_END = re.compile(r"[,\]}\s]")


class Broken(Exception):  # noqa: N818 - never leaves the channels, which say it as a `Problem` or set it aside
    """The structure around the values does not go on as JSON does; *offset* in characters."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(what)
        self.what = what
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Value:
    """One value: *found* is what it says, and `text` how it stands in the file; `trouble` says why it is unusable."""

    found: Any
    text: str
    offset: int
    trouble: str = ""

    @property
    def raw(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")


def clean(text: str) -> str:
    """Return *text* without what cannot be stored: half surrogates and U+0000 become U+FFFD."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    return _SURROGATE.sub("\ufffd", text)


def cleaned(value: Any) -> Any:
    """Return a JSON value with every text in it made storable."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [cleaned(one) for one in value]
    if isinstance(value, dict):
        return {clean(key): cleaned(one) for key, one in value.items()}
    return value


def word(one: dict[str, Any], key: str) -> str:
    """Return the text at *key* of an object as it stands, "" where there is none."""
    value = one.get(key)
    return value if isinstance(value, str) else ""


def decoded(text: str) -> Any:
    """Return the value that *text* is, repaired where control characters were written as `\\xNN`; else ValueError."""
    try:
        try:
            return json.loads(text, strict=False)
        except ValueError:
            if "\\x" not in text:
                raise
            return json.loads(_CONTROL.sub(r"\1\\u00\2", text), strict=False)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


class Reader:
    """Walks over one JSON document. `members` and `elements` leave the walk before a value: take it or skip it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
        self._text = ""
        self._at = 0
        self._before = 0
        self._ended = False
        self._failures = 0

    @property
    def offset(self) -> int:
        """Characters read so far."""
        return self._before + self._at

    def _more(self, size: int = CHUNK) -> bool:
        """Read on, dropping what is behind; return whether there was more."""
        if self._ended:
            return False
        chunk = self._stream.read(size)
        self._ended = not chunk
        self._before += self._at
        self._text = self._text[self._at :] + self._decode(chunk, not chunk)
        self._at = 0
        return True

    def peek(self) -> str:
        """Return the next character that is no space, or "" at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def members(self) -> Iterator[str]:
        """Yield the keys of the object that begins here; the walk then stands before the key's value."""
        self._take("{")
        while True:
            match self.peek():
                case "}":
                    self._at += 1
                    return
                case ",":
                    self._at += 1
                case '"':
                    key = self.value()
                    if key.trouble:
                        raise Broken(key.trouble, key.offset)
                    self._take(":")
                    yield clean(str(key.found))
                case "":
                    raise Broken("the file ends in the middle", self.offset)
                case _:
                    raise Broken("a key is missing", self.offset)

    def elements(self) -> Iterator[int]:
        """Yield the offset of each element of the array that begins here; the walk then stands before it."""
        self._take("[")
        while True:
            match self.peek():
                case "]":
                    self._at += 1
                    return
                case ",":
                    self._at += 1
                case "":
                    raise Broken("the file ends in the middle", self.offset)
                case "}" | ":":
                    raise Broken("an element is missing", self.offset)
                case _:
                    yield self.offset

    def _take(self, mark: str) -> None:
        if self.peek() != mark:
            raise Broken(f"{mark} is missing", self.offset)
        self._at += 1

    def value(self) -> Value:
        """Return the value that begins here; one that cannot be read has a `trouble` and is stepped over."""
        if not self.peek():
            raise Broken("the file ends in the middle", self.offset)
        if self._failures > 8:  # each failure costs a walk over the window: a file full of them goes by extent
            return self._hard_value()
        try:
            found, end = _DECODER.raw_decode(self._text, self._at)
        except (ValueError, RecursionError):
            value = self._hard_value()
            self._failures += bool(value.trouble)
            return value
        if end == len(self._text) and not self._ended:  # a number may go on
            return self._hard_value()
        value = Value(found, self._text[self._at : end], self.offset)
        self._at = end
        return value

    def _hard_value(self) -> Value:
        """Return the value here by its extent alone: it reaches over the window, or is not JSON."""
        offset = self.offset
        length = self._extent()
        text = self._text[self._at : self._at + abs(length)]
        if length <= 0:
            try:
                self.skip()  # what is left of it is no value of its own
            except Broken:
                return Value(None, text, offset, "the file ends in the middle of it")
            return Value(None, text, offset, "it is too large")
        self._at += length
        try:
            return Value(decoded(text), text, offset)
        except ValueError as broken:
            return Value(None, text, offset, f"it is not JSON ({str(broken)[:120]})")

    def _extent(self) -> int:
        """Return how many characters the value here takes, reading on as needed; negative where it has no end."""
        depth, place, quoted = 0, 0, False
        first = self._text[self._at]
        if first not in '"{[':
            return self._scalar()
        while True:
            found = (_IN_STRING if quoted else _OPEN).search(self._text, self._at + place)
            if found is None or (found[0] == "\\" and found.end() >= len(self._text)):
                place = (found.start() if found else len(self._text)) - self._at
                if place > LARGEST or not self._more(max(CHUNK, place)):
                    return -max(1, len(self._text) - self._at)
                continue
            place = found.end() - self._at
            match found[0]:
                case "\\":
                    place += 1
                case '"':
                    quoted = not quoted
                case "{" | "[":
                    depth += 1
                case _:
                    depth -= 1
            if depth == 0 and not quoted:
                return place

    def _scalar(self) -> int:
        while True:
            found = _SCALAR_END.search(self._text, self._at + 1)
            if found:
                return found.start() - self._at
            if len(self._text) - self._at > LARGEST or not self._more():
                return len(self._text) - self._at

    def skip(self) -> None:
        """Step over the value that begins here, however large, without holding it."""
        if self.peek() not in ("{", "[", '"'):
            self.value()
            return
        depth, quoted = 0, False
        while True:
            found = (_IN_STRING if quoted else _OPEN).search(self._text, self._at)
            if found is None or (found[0] == "\\" and found.end() >= len(self._text)):
                self._at = found.start() if found else len(self._text)
                if not self._more():
                    raise Broken("the file ends in the middle", self.offset)
                continue
            self._at = found.end()
            match found[0]:
                case "\\":
                    self._at += 1
                case '"':
                    quoted = not quoted
                case "{" | "[":
                    depth += 1
                case _:
                    depth -= 1
            if depth <= 0 and not quoted:
                return

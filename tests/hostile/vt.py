"""What a terminal makes of bytes (ECMA-48): text, control characters and sequences, and nothing is passed over."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

STRINGS = {"]": "OSC", "P": "DCS", "_": "APC", "^": "PM", "X": "SOS"}
C1 = {"\x9b": "[", "\x9d": "]", "\x90": "P", "\x9f": "_", "\x9e": "^", "\x98": "X"}


@dataclass(frozen=True)
class Sign:
    """One thing that a terminal does: `kind` is TEXT, C0, C1, ESC, CSI, or a string's name."""

    kind: str
    value: str
    """Of a CSI its parameters, of a string its content, of an ESC what stands before its last character."""
    final: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.value}{self.final}".encode("unicode_escape").decode()


def signs(written: bytes) -> Iterator[Sign]:
    """Yield every sign of *written*, in order; a sequence that never ends is one too."""
    text = written.decode("utf-8", "replace")
    at, plain = 0, 0
    while at < len(text):
        char = text[at]
        if char >= " " and char != "\x7f" and not "\x80" <= char <= "\x9f":
            at += 1
            continue
        if at > plain:
            yield Sign("TEXT", text[plain:at])
        at, sign = _sign(text, at)
        yield sign
        plain = at
    if at > plain:
        yield Sign("TEXT", text[plain:at])


def _sign(text: str, at: int) -> tuple[int, Sign]:
    char = text[at]
    if char in C1:
        return _introduced(text, at + 1, C1[char])
    if char != "\x1b":
        return at + 1, Sign("C0" if char < " " or char == "\x7f" else "C1", char)
    if at + 1 >= len(text):
        return at + 1, Sign("ESC", "", "")
    after = text[at + 1]
    if after == "[" or after in STRINGS:
        return _introduced(text, at + 2, after)
    end = at + 1
    while end < len(text) and " " <= text[end] <= "/":
        end += 1
    return end + 1, Sign("ESC", text[at + 1 : end], text[end : end + 1])


def _introduced(text: str, at: int, what: str) -> tuple[int, Sign]:
    if what == "[":
        end = at
        while end < len(text) and " " <= text[end] <= "?":
            end += 1
        return end + 1, Sign("CSI", text[at:end], text[end : end + 1])
    end = at
    while end < len(text) and text[end] not in "\x07\x9c" and not text.startswith("\x1b\\", end):
        end += 1
    length = 2 if text.startswith("\x1b\\", end) else 1
    return end + length, Sign(STRINGS[what], text[at:end])


_MARKS = frozenset(
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def strange(text: str) -> set[str]:
    """Return the characters of *text* that hide, turn or pile up what is read."""
    found = {char for char in text if char in _MARKS or "\U000e0000" <= char <= "\U000e0fff"}
    run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char)[0] == "M" else 0
        if run > 8:
            found.add(char)
    return found

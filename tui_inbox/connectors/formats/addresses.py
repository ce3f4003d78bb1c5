"""Who stands in an address list (RFC 5322 3.4), read in one pass: no nesting or quote makes it slow."""

from __future__ import annotations

import re

from tui_inbox.connectors.formats.words import LONGEST, eight_bit, text
from tui_inbox.rules.model import Person

LONGEST_NAME = 500
MOST_PEOPLE = 5_000

_SPECIAL = re.compile(r'["(),:;<>\\]')


def people(value: bytes, charset: str = "") -> list[Person]:
    """Return the people of an address list (RFC 5322 3.4), in one pass; the angle address wins.

    Groups are opened, comments dropped (one alone names the person), an address without `@` is a name.
    Addresses are lower case.
    """
    state = _Address(charset)
    line = value[:LONGEST].decode("latin-1")
    last = 0
    skip = -1
    for special in _SPECIAL.finditer(line):
        at = special.start()
        if at < skip:
            continue
        state.take(line[last:at])
        sign = line[at]
        last = at + 1
        if sign == "\\" and at + 1 < len(line):
            state.take(line[at + 1] if line[at + 1] in '"\\()' else line[at : at + 2])
            last = skip = at + 2
        else:
            state.meet(sign)
        if len(state.found) >= MOST_PEOPLE:
            return state.found
    state.take(line[last:])
    state.end()
    return state.found


class _Address:
    """The address being read, character class by character class."""

    def __init__(self, charset: str) -> None:
        self.charset = charset
        self.found: list[Person] = []
        self._clear()

    def _clear(self) -> None:
        self.phrase: list[str] = []
        self.comment: list[str] = []
        self.angle: list[str] = []
        self.quoted = self.in_angle = self.had_angle = self.has_at = False
        self.depth = 0

    def take(self, piece: str) -> None:
        if not piece:
            return
        if self.depth:
            self.comment.append(piece)
        elif self.in_angle:
            self.angle.append(piece)
        else:
            self.phrase.append(piece)
            self.has_at = self.has_at or "@" in piece

    def meet(self, sign: str) -> None:
        if self.quoted:
            if sign == '"':
                self.quoted = False
            elif not self.in_angle or sign != ">":
                self.take(sign)
            else:
                self.quoted = self.in_angle = False
        elif self.depth:
            self.depth += {"(": 1, ")": -1}.get(sign, 0)
            if self.depth and sign != '"':
                self.comment.append(sign)
        elif sign == "(":
            self.depth = 1
            self.comment.append(" ")
        elif sign == '"':
            self.quoted = True
        elif self.in_angle:
            if sign == ">":
                self.in_angle = False
            elif sign == "<":
                self.angle.clear()
            else:
                self.angle.append(sign)
        else:
            self._outside(sign)

    def _outside(self, sign: str) -> None:
        if sign == "<":
            self.in_angle = self.had_angle = True
            self.angle.clear()
        elif sign in ",;":
            self.end()
        elif sign == ":":
            if self.has_at:
                self.phrase.append(sign)
            else:
                self.phrase.clear()
                self.comment.clear()
        elif sign == ")":
            self.phrase.append(sign)

    def end(self) -> None:
        """Note down the address read so far, if there is one."""
        phrase = " ".join("".join(self.phrase).split())
        angle = "".join(self.angle)
        if not self.had_angle and (open_ := phrase.rfind("<")) >= 0 and "@" in phrase[open_:]:
            phrase, angle = phrase[:open_].strip(), phrase[open_ + 1 :].partition(">")[0]  # a quote never closed
        comment = " ".join("".join(self.comment).split())
        address = _address(angle)
        name = phrase
        if not address and (bare := _address(phrase)):
            address, name = bare, comment
        elif not address and "@" in phrase and phrase.count(" ") < 50:
            address = next((one for word in phrase.split() if (one := _address(word.strip("'[]")))), "")
        if address or name:
            named = text(name.encode("latin-1"), self.charset) if name else ""
            identity = eight_bit(address.encode("latin-1")).lower()
            if len(named) > 1 and named[0] == named[-1] and named[0] in "'\"":
                named = named[1:-1].strip()  # quoted again inside an encoded word
            self.found.append(Person(named[:LONGEST_NAME], identity))
        self._clear()


def _address(written: str) -> str:
    """Return a mail address in its plain form, or "" if *written* is none."""
    if "@" not in written or len(written) > 1_000:
        return ""
    plain = written.strip()
    if plain.startswith("@") and ":" in plain:  # a source route (RFC 5322 4.4)
        plain = plain.rpartition(":")[2]
    if plain.lower().startswith("mailto:"):
        plain = plain[7:]
    plain = re.sub(r"\s*([@.])\s*", r"\1", plain) if " " in plain else plain
    local, _, domain = plain.rpartition("@")
    if (
        not local
        or not domain
        or any(sign in domain for sign in ' \t,;:<>"')
        or re.search(r"[\s,;:<>()\[\]@\0]", local)
    ):
        return ""
    return plain.rstrip(".")

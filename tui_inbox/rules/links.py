"""The links of a text: numbered as the text numbers them, and in words where each leads."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MOST = 200
"""Links of one message that are listed."""
_SCHEMES = r"(?:https?://|mailto:|tel:)"
_TARGET = re.compile(rf"^ {{0,4}}\[(\d{{1,3}})\] ({_SCHEMES}\S+)$", re.MULTILINE | re.IGNORECASE)
_PLAIN = re.compile(rf"(?<![\w/]){_SCHEMES}[^\s<>\"'\[\]]{{2,2000}}", re.IGNORECASE)
_NUMBER = re.compile(r"\[(\d{1,3})\]")


def links(text: str) -> list[tuple[int, str]]:
    """Return (number, address) for the links of *text*: first those that it numbers itself, then the plain ones."""
    numbered = {int(found[1]): found[2] for found in _TARGET.finditer(text)}
    plain = dict.fromkeys(_bare(found[0]) for found in _PLAIN.finditer(text))
    following = max(numbered, default=0) + 1
    others = [address for address in plain if address not in numbered.values()]
    return [*sorted(numbered.items()), *enumerate(others, following)][:MOST]


def pointed(line: str, at: int) -> tuple[int | None, str]:
    """Return which link stands at character *at* of a line as it is read: by its number, or as it is written.

    The address may be cut off where the line was wrapped; (None, "") where no link stands there.
    """
    for found in _PLAIN.finditer(line):
        if found.start() <= at < found.end():
            return None, _bare(found[0])
    for found in _NUMBER.finditer(line):
        if found.start() <= at < found.end():
            return int(found[1]), ""
    return None, ""


def spots(line: str) -> list[tuple[int, int]]:
    """Return where addresses stand in a line as it is read, as spans of characters."""
    return [(found.start(), found.start() + len(_bare(found[0]))) for found in _PLAIN.finditer(line)]


def _bare(address: str) -> str:
    """Return *address* without the punctuation of the sentence it stands in."""
    end = len(address)
    open_ = address.count("(") - address.count(")")
    while end and (address[end - 1] in ".,;:!?…»”" or (address[end - 1] == ")" and open_ < 0)):
        open_ += address[end - 1] == ")"
        end -= 1
    return address[:end]


def leads_to(address: str) -> str:
    """Return in words where *address* leads: the machine, the mail address or the number."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
    except (ValueError, UnicodeError):
        return "an address that cannot be read"
    match parts.scheme.lower():
        case "http" | "https":
            return f"a page at {host}"
        case "mailto":
            return f"a mail to {parts.path}"
        case _:
            return f"a call to {parts.path}"

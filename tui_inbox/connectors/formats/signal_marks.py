"""The Markdown of signal-export: heads, quotes, reactions, stickers and links to files inside a message's text."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass

OLD = re.compile(r"\[(\d{4}-\d\d-\d\d), (\d\d:\d\d)\] (?=[^\n]{0,500}?:(?: |$))")
NEW = re.compile(r"\[(\d{4}-\d\d-\d\d),? (\d\d:\d\d:\d\d)\] (?=[^\n]{0,500}?:(?: |$))")
"""The head of a message, up to the sender's name: to the minute before 2021, to the second since."""

DELETED = "(This message was deleted)"
_FILE = re.compile(
    r"!?\[([^\[\]\n]{0,300})\]\((?:\./)?((?:media|\.\./exported_stickers)/[^\n]{1,500}?)\)(?: {0,2}(?=\n|$|!?\[)|$)"
)
_REACTIONS = re.compile(r"\n\(- [^\n]{1,2000} -\)[ ]*$")
_STICKER = re.compile(r"\n?\(\( ([^\n()]{1,60}) \)\)[ ]*$")
_CALL = re.compile(r"(?:Incoming|Outgoing|Missed)(?: voice| video| group)? call(?: \([^()\n]{1,60}\))?", re.I)
_MARKS = "\u200e\u200f\u202a\u202b"


@dataclass(frozen=True, slots=True)
class Body:
    """A text parted: the words, what they quote, and (name, path) of each file; a sticker has no path."""

    text: str
    quoted: str = ""
    files: tuple[tuple[str, str], ...] = ()


def parted(body: str) -> Body:
    """Return what the Markdown *body* of one message holds."""
    body = _REACTIONS.sub("", body.rstrip())
    files: list[tuple[str, str]] = []
    sticker = _STICKER.search(body)
    if sticker:
        files.append(("sticker", ""))
        body = body[: sticker.start()]
    if "](" in body:
        files += [(found[1] or found[2].rpartition("/")[2], found[2]) for found in _FILE.finditer(body)][:100]
        body = _FILE.sub("", body)
    quoted, text = _quote(body)
    return Body(tidy(text), quoted, tuple(files))


def _quote(body: str) -> tuple[str, str]:
    """Return the quote that *body* begins with, and the rest."""
    if not body.startswith(("\n\n> ", "\n> ", "> ")):
        return "", body
    lines = body.lstrip("\n").split("\n")
    size = next((place for place, line in enumerate(lines) if not line.startswith(">")), len(lines))
    quoted = "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines[:size])
    return quoted.strip(), "\n".join(lines[size:])


def tidy(text: str) -> str:
    """Return *text* without the two spaces that signal-export ends it with, and without empty lines around it."""
    return text.strip("\n").rstrip()


def is_call(text: str) -> bool:
    """Return whether *text* is signal-export's line for a call."""
    return len(text) < 120 and _CALL.fullmatch(text.strip()) is not None


def type_of(name: str) -> str:
    """Return the type of a file by its name."""
    return "image/webp" if name == "sticker" else mimetypes.guess_type(name)[0] or "application/octet-stream"


def shape_of(head: str) -> re.Pattern[str] | None:
    """Return which heads the first part of a file, *head*, has; None where it is none of signal-export's.

    Some WhatsApp exports have the same heads to the second. Those mostly bear marks of direction; these call the owner
    `Me`, or end texts with two spaces.
    """
    lines = [line for line in head.replace("\r\n", "\n").split("\n") if line.strip()][:400]
    if not lines or any(mark in head for mark in _MARKS):
        return None
    if OLD.match(lines[0]):
        return OLD
    heads = [line for line in lines if NEW.match(line)]
    if not NEW.match(lines[0]):
        return None
    ends = sum(line.endswith(("  ", DELETED)) for line in heads) * 3 >= len(heads)
    mine = any(line[22:].startswith(("Me: ", "No-Sender: ")) for line in heads)
    return NEW if ends or mine else None

"""What stands behind the head of a WhatsApp message: somebody's words, a file, a deletion, or the app itself."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass

from tui_inbox.connectors.formats.whatsapp_around import FILE_AROUND, within
from tui_inbox.connectors.formats.whatsapp_phrases import (
    ATTACHED_AFTER,
    ATTACHED_BEFORE,
    DELETED,
    EDITED,
    MARKS,
    MISSED,
    PLACEHOLDERS,
    YOU_DELETED,
    bare,
    may_be_phrase,
    plain,
)
from tui_inbox.rules.clean import composed
from tui_inbox.rules.model import State

Find = Callable[[str], str | None]
"""From a file's name to the member of the export that it is, or None."""

_MARK = re.compile("[\u200e\u200f]")
_TAG = re.compile(r"<([^<>\n]{1,400})>")
_NAME = re.compile(r"\S[^\n]{0,250}\.[A-Za-z0-9]{1,8}$")
_NUMBERED = re.compile(r"\d{8}-|[A-Z]{3}-\d{8}-WA\d+")
_PLACE = re.compile(r"https://(?:maps\.google|maps\.apple|foursquare)\.com/")
_BY_ADMIN = re.compile(r"(?i)\b(?:deleted by|gelöscht von|supprimé par|eliminado por|eliminato da|apagada por)\b")
_TYPES = {"image": "image/*", "video": "video/*", "audio": "audio/*", "gif": "image/gif", "sticker": "image/webp"}


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a message: its name as written, and the member of the export that holds it."""

    name: str
    type: str
    member: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says. `app` is why it was written by the app and not by a person, or ""."""

    text: str
    file: File | None = None
    state: State = State.NORMAL
    app: str = ""
    mine: bool = False
    """The app speaks to me about my own act: `You deleted this message`."""


def read_body(body: str, lead: bool, bracket: bool, find: Find) -> Body:
    """Return what *body* (behind `Sender: `) is. *lead*: a mark stood before the `[`; *bracket*: the iOS layout.

    The three rules of the marks on iOS come first, as they need no language; then the app's own phrases.
    """
    ascii_only = body.isascii()
    if len(body) < 300 and may_be_phrase(body):
        phrase = bare(body)
        if phrase in YOU_DELETED or phrase in DELETED:
            return Body("", state=State.DELETED, app="deleted", mine=phrase in YOU_DELETED and phrase not in DELETED)
        if phrase in MISSED:
            return Body(plain(body), app="missed call")
        if phrase in ("null", "<null>"):
            return Body("", state=State.MISSING_BODY)
    marked = None if ascii_only else _MARK.search(body)
    if bracket and marked and body[0] in MARKS and not lead:
        return _by_the_app(body)
    body, edited = _unedited(body)
    if bracket and marked and lead and _MARK.search(body):
        said = _with_file(body, find)
    else:
        said = _plain_file(body, bracket, bool(marked), find) or Body(plain_lines(body))
    return Body(said.text, said.file, State.EDITED) if edited else said


def plain_lines(body: str) -> str:
    """Return *body* without the marks that the app put at its ends; blank lines inside stay, trailing ones go."""
    return body.strip(MARKS).rstrip()


def _by_the_app(body: str) -> Body:
    """Return what an iOS body is that begins with a mark: a notice, unless a person's poll or place shows."""
    text = plain(body)
    if _PLACE.search(text) or _is_poll(text):
        return Body(text)
    if _BY_ADMIN.search(text) and len(text) < 120:
        return Body("", state=State.DELETED, app="deleted")
    return Body(text, app="a notice of the app")


def _is_poll(text: str) -> bool:
    """Return whether two lines of *text* are answers with their votes: `OPTION: Blue (3 votes)`."""
    counted = 0
    for line in text.split("\n"):
        before, _, votes = line.rstrip().rpartition("(")
        counted += ":" in before and votes.find(")") == len(votes) - 1 and votes[:1].isdecimal()
    return counted >= 2


def _unedited(body: str) -> tuple[str, bool]:
    """Return *body* without the note that it was edited, and whether it bore one."""
    if not body.endswith(">"):
        return body, False
    start = body.rfind("<")
    before = body[:start]
    note = bare(body[start + 1 : -1]) if start >= 0 and len(body) - start < 120 else ""
    if note in EDITED or (note and before[-1:] in MARKS and before.strip(MARKS).strip() and not _is_file(note)):
        return before.rstrip(MARKS + " \u00a0"), True
    return body, False


def _is_file(note: str) -> bool:
    return f"<{note}>" in PLACEHOLDERS or ":" in note or "\uff1a" in note or _attached(note) is not None


def _with_file(body: str, find: Find) -> Body:
    """Return an iOS message with a file: a caption or a document's title, then a placeholder or the file's name."""
    body = body.rstrip(MARKS + " \u00a0\r\n")
    last = max(body.rfind("\u200e"), body.rfind("\u200f"), 0)
    before, rest = plain(body[:last]), plain(body[last:])
    title, bullet, pages = before.rpartition(" \u2022")
    document = bool(bullet) and len(pages) < 20
    caption = "" if document else before
    kind = PLACEHOLDERS.get(bare(rest))
    tag = _TAG.search(rest)
    if tag and not kind:
        named = _attached(plain(tag[1])) or plain(tag[1]).rpartition(":")[2].strip()
        behind = plain(rest[tag.end() :])
        return Body("\n".join(one for one in (caption, behind) if one), file_of(named, find))
    if document:
        return Body("", file_of(title.strip(), find, kind or "document"))
    return Body(caption, File(kind or "file", _TYPES.get(kind or "", "application/octet-stream")))


def _attached(inner: str) -> str | None:
    """Return the file's name inside `<attached: NAME>` in any known language, or None."""
    word, mark, name = inner.replace("：", ":").partition(":")
    if mark and bare(word) in ATTACHED_BEFORE:
        return name.strip()
    name, _, word = inner.rpartition(" ")
    return name.strip() if name and bare(word) in ATTACHED_AFTER else None


def _plain_file(body: str, bracket: bool, marked: bool, find: Find) -> Body | None:
    """Return a message with a file as the phrases, a mark or the export's own members show it, or None."""
    first, _, caption = body.partition("\n")
    if len(first) > 400 or not _looks(first):
        return None
    line = plain(first)
    kind = PLACEHOLDERS.get(bare(line)) if may_be_phrase(line) else None
    if kind and (kind == "media" or bracket or not caption):
        return Body(plain_lines(caption), File(kind, _TYPES.get(kind, "application/octet-stream")))
    tag = _TAG.search(line)
    if tag:
        name = _attached(tag[1].strip())
        if name is not None:
            before = line[: tag.start()].strip()
            return Body("\n".join(one for one in (before, plain_lines(caption)) if one), file_of(name, find))
        if bare(tag[1]) in ATTACHED_AFTER and _NAME.match(line[: tag.start()].strip()):
            return Body(plain_lines(caption), file_of(line[: tag.start()].strip(), find))
    named = _android_name(line, marked and _MARK.match(first) is not None, find)
    return Body(plain_lines(caption), file_of(named, find)) if named else None


def _looks(line: str) -> bool:
    """Return whether *line* may speak of a file at all: cheap, since nearly none does."""
    return "<" in line or "(" in line or (not line.isascii() and "." in line) or may_be_phrase(line)


def _android_name(line: str, mark: bool, find: Find) -> str | None:
    for written in dict.fromkeys((line, composed(line))):
        name = within(written, FILE_AROUND)
        if name is not None:
            return name if _NAME.match(name) else None
    if line.endswith(")"):
        name = line[: line.rfind("(")].strip()
        if _NAME.match(name) and (mark or _NUMBERED.match(name) or find(name)):
            return name
    return None


def file_of(name: str, find: Find, kind: str = "") -> File:
    """Return the file called *name*, with the member of the export that it is, where it came along."""
    guess = mimetypes.guess_type(name, strict=False)[0]
    return File(name, guess or _TYPES.get(kind, "application/octet-stream"), find(name))

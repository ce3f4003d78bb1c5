"""What WhatsApp's names say: the chat that a file is named after, and the number that a sender is."""

from __future__ import annotations

import re

from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.whatsapp_around import EXPORT_AROUND, within
from tui_inbox.connectors.formats.whatsapp_phrases import bare, plain

_COPY = re.compile(r"\s*\(\d{1,3}\)$")
_NUMBER = re.compile(r"\+\d[\d ().\-]{5,25}$")


def same_person(name: str, title: str) -> bool:
    return bare(name) == bare(title) or (bool(number_of(name)) and number_of(name) == number_of(title))


def title_of(bundle: Bundle, member: str) -> tuple[str, bool]:
    """Return the chat's name by its file, and whether the file was named after the chat."""
    folder, _, own = member.rpartition("/")
    stem = own.rpartition(".")[0] or own
    outer = folder.rpartition("/")[2] or _stem(bundle)
    for name in (stem, outer, _stem(bundle)):
        inner = chat_in(name)
        if inner:
            return inner, True
    if own.casefold() == "_chat.txt" and bundle.path.name != own:
        return _COPY.sub("", plain(outer)), True
    if own.casefold() == "_chat.txt":
        return _COPY.sub("", plain(bundle.path.resolve().parent.name)), False
    return _COPY.sub("", plain(stem)), False


def _stem(bundle: Bundle) -> str:
    return bundle.path.name if bundle.path.is_dir() else bundle.path.stem


def chat_in(name: str) -> str:
    """Return the chat's name out of the app's own name for an export, in any of its languages, or ""."""
    for written in (name, name.replace("_", " ")):
        core = _COPY.sub("", plain(written)).replace("WhatsApp Business", "WhatsApp")
        inner = within(core, EXPORT_AROUND)
        if inner:
            return inner
        before, dash, behind = core.partition(" - ")
        if dash and ("whatsapp" in before.casefold() or "واتساب" in before):
            return behind.strip()
    return ""


def number_of(name: str) -> str:
    """Return the telephone number that *name* is, in the manner of E.164, or ""."""
    if not _NUMBER.fullmatch(name):
        return ""
    digits = "".join(one for one in name if one.isdecimal())
    return f"+{digits}" if 7 <= len(digits) <= 15 else ""

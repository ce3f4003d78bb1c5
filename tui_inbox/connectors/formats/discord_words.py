"""What a message of Discord says to a reader: its text, files and kind, out of the fields that an exporter wrote."""

from __future__ import annotations

import mimetypes
import re
from typing import Any

from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.jsonstream import word
from tui_inbox.connectors.formats.packing import enclosed
from tui_inbox.rules.model import Attachment, Class, Verdict

SAID = frozenset({"Default", "Reply", "0", "19", "20", "23", ""})
"""Kinds of messages that somebody wrote (20 and 23: what an app answers to a command); all others are notices."""

EPOCH_MS = 1_420_070_400_000
"""Where Discord's ids begin to count milliseconds: 1 January 2015, UTC."""

SECRET = re.compile(rb"(https://[\w.-]{1,60}\.discordapp\.(?:com|net)/[^\s\"?]{1,800})\?[^\s\"]{0,800}")
"""A file's address on Discord's servers; what follows the question mark lets anybody in for some hours."""

_ADDRESS = re.compile(r"https?://", re.I)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|[\\/]")


def text_of(one: dict[str, Any]) -> str:
    """Return what *one* says: its words, those it forwards, else those of its embeds."""
    content = word(one, "content")
    forwarded = one.get("forwardedMessage")
    if isinstance(forwarded, dict):
        content = "\n".join(part for part in (content, text_of(forwarded)) if part)
    if content:
        return content
    embeds = one.get("embeds")
    told = [_embed(each) for each in embeds[:20] if isinstance(each, dict)] if isinstance(embeds, list) else []
    return "\n\n".join(each for each in told if each)


def _embed(embed: dict[str, Any]) -> str:
    fields = embed.get("fields")
    rows = [
        f"{word(each, 'name')}: {word(each, 'value')}"
        for each in (fields[:50] if isinstance(fields, list) else ())
        if isinstance(each, dict)
    ]
    parts = (word(embed, "title"), word(embed, "url"), word(embed, "description"), *rows)
    return "\n".join(part for part in parts if part)


def verdict_of(kind: str, author: dict[str, Any]) -> Verdict:
    """Return what a message of *kind* by *author* is taken for."""
    if kind not in SAID:
        return Verdict(Class.SYSTEM, f"a notice of Discord ({kind[:40]})")
    if author.get("isBot") is True:
        return Verdict(Class.AUTO, "written by a bot")
    return Verdict(Class.HUMAN)


def files_of(bundle: Bundle, folder: str, one: dict[str, Any]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Return the attachments and stickers of *one*, with their bytes where they were exported too; and warnings."""
    files: list[Attachment] = []
    warnings: list[str] = []
    forwarded = one.get("forwardedMessage")
    for each in (one, forwarded) if isinstance(forwarded, dict) else (one,):
        for key in ("attachments", "stickers"):
            listed = each.get(key)
            for file in listed[:100] if isinstance(listed, list) else ():
                if isinstance(file, dict):
                    found, warning = _file(bundle, folder, file, key)
                    files.append(found)
                    warnings += [warning] if warning else []
    return tuple(files), tuple(dict.fromkeys(warnings))


def _file(bundle: Bundle, folder: str, file: dict[str, Any], key: str) -> tuple[Attachment, str]:
    sticker = key == "stickers"
    url = word(file, "sourceUrl" if sticker else "url")
    name = word(file, "name" if sticker else "fileName") or bare_name(url) or key.removesuffix("s")
    type_ = "image/png" if sticker else mimetypes.guess_type(name)[0] or "application/octet-stream"
    found, warning = by_address(bundle, folder, url, name, type_)
    size = file.get("fileSizeBytes")
    if found.size is None and isinstance(size, int) and 0 <= size < 2**62:
        found = Attachment(found.name, found.type, size, stored=False)
    return found, warning


def by_address(bundle: Bundle, folder: str, url: str, name: str, type_: str) -> tuple[Attachment, str]:
    """Return the file at *url*: with its bytes where that is a path in the export, by name alone where it is not."""
    if not url or _ADDRESS.match(url) or _DRIVE.match(url):  # an absolute path: the files were put elsewhere
        return Attachment(name, type_, stored=False), ""
    return enclosed(bundle, folder, url.replace("\\", "/").removeprefix("./"), name, type_)


def bare_name(url: str) -> str:
    """Return the file's name at the end of an address or path."""
    return url.partition("?")[0].replace("\\", "/").rpartition("/")[2]


def snowflake_ms(written: str) -> int | None:
    """Return the milliseconds since 1970 that Discord's id *written* tells, or None where it is none."""
    if not (written.isascii() and written.isdigit() and 15 <= len(written) <= 20):
        return None
    return (int(written) >> 22) + EPOCH_MS

"""Reads a page of a chat as Telegram Desktop writes it in HTML, block by block, in linear time and little memory."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from tui_inbox.connectors import SetAside
from tui_inbox.connectors.formats.intime import in_time

_MARK = b'<div class="message '
_CHUNK = 1 << 20
LARGEST = 4 << 20
"""Bytes up to which one message is held."""
_NAME = re.compile(rb'class="text bold">\s*([^<]{0,2000})<')
_TOKEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s[^<>]*)?)>|([^<]+|<)")
_ATTRIBUTE = re.compile(r'(?<![a-z-])([a-z-]+) ?= ?"([^"]*)"')
_ID = re.compile(r"message(-?\d{1,18})$")
_VIA = re.compile(r" via @\w+$")
_EMPTY = {"br", "img", "meta", "link", "hr", "input"}
_ROLES = (
    ("signature", "signature"),
    ("reply_to", "reply"),
    ("media_wrap", "media"),
    ("reactions", "none"),
    ("userpic_wrap", "none"),
    ("text", "text"),
)
WORDY = {"media_location", "media_live_location", "media_venue", "media_contact", "media_game", "media_invoice"}
"""Media that are told in words, and bring no file of their own."""
_PLACE = re.compile(r"[?&]q=(-?[\d.]{1,20}),(-?[\d.]{1,20})")
_IN_MEDIA = ("title", "description", "status", "question", "answer")


@dataclass(slots=True)
class Block:
    """What stands in the block of one message."""

    raw: bytes
    offset: int
    id: int | None = None
    service: bool = False
    joined: bool = False
    stamp: str = ""
    reply: str = ""
    """The `href` of the message that this one answers."""
    link: str = ""
    media: frozenset[str] = frozenset()
    answers: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    """Text by role: `sender`, `forwarded`, `text`, `signature`, `service`, `title`, `status`, `description`, …"""


def chat_name(head: bytes) -> str:
    """Return the chat's name in the head of a page."""
    at = head.find(b'class="page_header"')
    found = _NAME.search(head, at) if at >= 0 else None
    return _plain(html.unescape(found[1].decode("utf-8", "replace"))) if found else ""


def blocks(stream: BinaryIO) -> Iterator[Block]:
    """Yield the block of each message; one that is too large has no id."""
    held, base, first = b"", 0, True
    while True:
        chunk = stream.read(_CHUNK)
        held += chunk
        start = 0
        while (end := held.find(_MARK, start + (not first))) >= 0:
            if not first:
                yield _in_time(held[start:end], base + start)
            start, first = end, False
        held, base = held[start:], base + start
        if not chunk:
            if not first:
                yield _in_time(held, base)
            return
        if len(held) > LARGEST:
            if not first:
                yield Block(held, base)
            held, base, first = held[-len(_MARK) :], base + len(held) - len(_MARK), True


def _in_time(raw: bytes, offset: int) -> Block:
    found = in_time("", raw, _block, raw, offset)
    return Block(raw, offset) if isinstance(found, SetAside) else found


def _block(raw: bytes, offset: int) -> Block:
    block = Block(raw, offset)
    walk = _Walk(block)
    for token in _TOKEN.finditer(raw.decode("utf-8", "replace")):
        closing, tag, attributes, text = token.groups()
        if text is not None:
            walk.text(text)
        elif closing:
            walk.closed(tag.lower())
        else:
            walk.opened(tag.lower(), attributes)
    walk.ended()
    return block


@dataclass(slots=True)
class _Open:
    tag: str
    role: str
    link: str = ""
    words: int = 0


class _Walk:
    """Goes over the tags of one block, and knows whose words it hears."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._open: list[_Open] = []
        self._forwarded = 0
        """How deep the forwarded part begins; 0 outside of it."""
        self._over = False
        self._heard: dict[str, list[str]] = defaultdict(list)

    def opened(self, tag: str, written: str) -> None:
        if self._over:  # what follows the last message: links to the other pages
            return
        role = self._open[-1].role if self._open else ""
        if tag == "br":
            self._heard[role].append("\n")
        if tag in _EMPTY or written.endswith("/"):
            return
        attributes = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(written)}
        classes = frozenset(attributes.get("class", "").split())
        role = self._role(classes, role, attributes)
        link = attributes.get("href", "")
        if tag == "a" and role == "reply":
            self._block.reply = link
        self._open.append(_Open(tag, role, link if role == "text" else "", len(self._heard[role])))

    def _role(self, classes: frozenset[str], role: str, attributes: dict[str, str]) -> str:
        """Return whose words stand in an element of *classes* that lies in one of *role*."""
        block = self._block
        if not self._open:
            found = _ID.match(attributes.get("id", ""))
            block.id = int(found[1]) if found else None
            block.service, block.joined = "service" in classes, "joined" in classes
            return "service" if block.service else ""
        if "date" in classes:
            if not self._forwarded and not block.stamp:
                block.stamp = attributes.get("title", "")
            return "none"
        if "forwarded" in classes and "body" in classes:
            self._forwarded = self._forwarded or len(self._open) + 1
            return role
        if "from_name" in classes:
            return "forwarded" if self._forwarded else "sender"
        if role in ("media", "none") or role in _IN_MEDIA:
            return self._in_media(classes, role, attributes)
        return next((role for name, role in _ROLES if name in classes), role)

    def _in_media(self, classes: frozenset[str], role: str, attributes: dict[str, str]) -> str:
        block = self._block
        if role == "none":
            return role
        if not block.media and any(one == "media" or one.endswith("_wrap") for one in classes):
            block.media = classes
            block.link = attributes.get("href", "")
        found = next((name for name in _IN_MEDIA if name in classes), "")
        if not found and classes & {"details", "video_duration", "gif_play"}:
            return "none"
        return found or role

    def text(self, text: str) -> None:
        role = self._open[-1].role if self._open else ""
        if role not in ("", "none", "reply", "media"):
            self._heard[role].append(html.unescape(text).replace("\r", "").replace("\n", " "))

    def closed(self, tag: str) -> None:
        if not any(one.tag == tag for one in self._open[-8:]):
            return
        while self._open:
            one = self._open.pop()
            if len(self._open) < self._forwarded:
                self._forwarded = 0
            if one.link:
                self._name_link(one)
            if one.role == "answer" and (not self._open or self._open[-1].role != "answer"):
                self._block.answers.append(_plain("".join(self._heard.pop("answer", []))).removeprefix("- "))
            self._over = not self._open
            if one.tag == tag:
                return

    def _name_link(self, one: _Open) -> None:
        """Say where a link leads that does not itself say it."""
        heard = self._heard[one.role]
        words = "".join(heard[one.words :])
        if one.link.startswith(("http:", "https:", "tg:")) and one.link.rstrip("/") != words.rstrip("/"):
            heard += [] if words.startswith("@") else [f" ({one.link})"]

    def ended(self) -> None:
        for role, heard in self._heard.items():
            words = "".join(heard)
            self._block.said[role] = words.strip() if role == "text" else _plain(words)
        for role in ("sender", "forwarded"):
            self._block.said[role] = _VIA.sub("", self._block.said.get(role, ""))


def _plain(text: str) -> str:
    return " ".join(text.split())


def inside(folder: str, link: str) -> str | None:
    """Return the path that *link* names as seen from *folder*, None where it leads out of the export."""
    parts = folder.split("/") if folder else []
    if link.startswith(("/", "\\")) or link[1:2] == ":":
        return None
    for step in link.replace("\\", "/").split("/"):
        if step == ".." and not parts:
            return None
        if step == "..":
            parts.pop()
        elif step not in ("", "."):
            parts.append(step)
    return "/".join(parts)


def words_of(one: Block) -> str:
    """Return the message's words; things without words are said in words."""
    said = one.said
    if one.service:
        return said.get("service", "")
    if said.get("text"):
        return said["text"]
    place = _PLACE.search(one.link)
    if place:
        return f"geo:{place[1]},{place[2]}"
    if "media_call" in one.media:
        return f"phone call: {said.get('status', '')}".rstrip(": ")
    if "media_contact" in one.media:
        return f"{said.get('title', '')} {said.get('status', '').removesuffix(' - vCard')}".strip()
    if said.get("question"):
        return "\n".join([said["question"], *(f"- {answer}" for answer in one.answers)])
    if one.media & WORDY:
        return "\n".join(part for part in (said.get("title"), said.get("description")) if part)
    return ""

"""Telegram in HTML: the pages `messages.html` of Telegram Desktop, which its dialog proposes before the JSON.

What is one conversation? A chat, as in the JSON, and message ids are those of the JSON, too. But a chat here has only
its name, where the JSON gives its id: the thread is the name (`Message.named`), and the inbox finds out by the ids and
their times that a chat of the JSON is the same. People, too, have names only.
Events (joined, pinned) have no time: they stand at the time of the message before them.
"""

from __future__ import annotations

import html
import json
import mimetypes
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import unquote

from tui_inbox.connectors import UNTRIED, Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import clean
from tui_inbox.connectors.formats.moments import UNREADABLE, LocalClock, sane, zone_of
from tui_inbox.connectors.formats.packing import LEADS_OUT, enclosed, packed
from tui_inbox.connectors.formats.telegram_pages import WORDY, Block, blocks, chat_name, inside, words_of
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Attachment, Class, Message, Person, State, Verdict

CHANNEL = "telegram"
ORDER = 46
_PAGE = re.compile(r"(?:^|/)messages(\d{0,9})\.html$", re.IGNORECASE)
_SIGN = re.compile(rb'class="(?:page_body chat_page|message default clearfix)')
_STAMP = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d):(\d\d):(\d\d)(?: UTC([+-]\d\d:\d\d))?$")
_ENTRY = re.compile(r'<a class="entry block_link[^>]{0,100}href="([^"]{1,500})"')
_TYPE = re.compile(r'class="pull_right info details">\s*(\w+)')
_ROW = re.compile(r'class="label details">\s*(First|Last) name\s*</div>\s*<div class="value bold">\s*([^<]{1,500})')
_REPLY = re.compile(r"#go_to_message(\d{1,18})$")
_TYPES = {
    "photo_wrap": "image/jpeg",
    "media_photo": "image/jpeg",
    "sticker_wrap": "image/webp",
    "animated_wrap": "video/mp4",
    "video_file_wrap": "video/mp4",
    "media_video": "video/mp4",
    "media_voice_message": "audio/ogg",
    "media_audio_file": "audio/mpeg",
    "media_contact": "text/vcard",
    "media_file": "application/octet-stream",
}


@dataclass(slots=True)
class _Chat:
    """One chat and its pages in order."""

    folder: str
    pages: list[str]
    name: str = ""
    thread: str = ""
    type: str = ""
    """`private`, `group`, `bot` or `channel` where a whole export says it."""
    speakers: set[str] = field(default_factory=set)

    @property
    def group(self) -> bool:
        return self.type in ("group", "channel") if self.type else len(self.speakers) > 2

    @property
    def two(self) -> bool:
        """Whether it is between two, of whom the other one names the chat."""
        return self.type in ("private", "bot") or (self.name in self.speakers and len(self.speakers) <= 2)


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is a Telegram export in HTML, or None."""
    for page in _pages(bundle)[:50]:
        if _SIGN.search(bundle.head(page)):
            return f"{page} is laid out as Telegram Desktop lays out a chat{UNTRIED}"
    return None


def _pages(bundle: Bundle) -> list[str]:
    names = bundle.names()
    return names if len(names) == 1 else [one for one in names if _PAGE.search(one)]


@dataclass(frozen=True, slots=True)
class Source:
    """One export; `zone` is for pages of before 2022, which give local times only, `me` my names."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield every message, chat by chat; an interrupted run goes on behind its cursor."""
        chats = _chats(self.bundle)
        owner = _owner(self.bundle)
        places = {one.folder: f"{self.bundle.digest}:{clean(one.folder)}" for one in chats}
        if len(chats) == 1:
            places = {chats[0].folder: self.bundle.digest}
        for chat in chats:
            if json.loads(cursors.get(places[chat.folder]) or "{}").get("done"):
                continue
            _survey(self.bundle, chat)
            teller = _Teller(self.bundle, chat, self.zone, {*self.me, *([owner] if owner else [])})
            total = sum(self.bundle.size(page) for page in chat.pages)
            yield from packed(teller.told, places[chat.folder], cursors, total)

    def owner(self) -> str | None:
        """Return the agent's name: as the export says it, or who speaks in a chat with the one it is named after."""
        owner = _owner(self.bundle)
        for chat in [] if owner else _chats(self.bundle)[:5]:
            _survey(self.bundle, chat)
            if chat.two and len(chat.speakers) == 2:
                return next(iter(chat.speakers - {chat.name}), None)
        return owner


# --- the chats ----------------------------------------------------------------------------------------


def _chats(bundle: Bundle) -> list[_Chat]:
    """Return the chats of *bundle*; raise `Unreadable` where there are none."""
    folders: dict[str, list[str]] = {}
    for page in _pages(bundle):
        if _SIGN.search(bundle.head(page)):
            folders.setdefault(page.rpartition("/")[0], []).append(page)
    if not folders:
        raise Unreadable(
            f"{bundle.path.name} holds no chat as Telegram Desktop writes it in HTML.",
            "Export the chat from Telegram Desktop again, best as machine-readable JSON.",
        )
    types = _chat_types(bundle)
    chats = [_Chat(folder, sorted(pages, key=_number), type=types.get(folder, "")) for folder, pages in folders.items()]
    for chat in chats:
        chat.name = clean(chat_name(bundle.head(chat.pages[0]))) or clean(chat.folder.rpartition("/")[2]) or "telegram"
    named = [chat.name for chat in chats]
    for chat in chats:
        alone = named.count(chat.name) == 1 if len(named) < 5000 else True
        chat.thread = chat.name if alone else f"{chat.name}/{_first_id(bundle, chat)}"
    return chats


def _number(page: str) -> int:
    """Return which page of its chat this is: `messages.html` is the first, `messages2.html` the second."""
    found = _PAGE.search(page)
    return int(found[1] or 1) if found else 1


def _first_id(bundle: Bundle, chat: _Chat) -> int:
    """Return the id of the first message, which tells chats of one name apart."""
    with bundle.open(chat.pages[0]) as stream:
        return next((one.id for one in blocks(stream) if one.id is not None and one.id > 0), 0)


def _chat_types(bundle: Bundle) -> dict[str, str]:
    """Return folder -> type, from the list of chats that stands in a whole export."""
    found: dict[str, str] = {}
    for member in bundle.find("chats.html")[:1] if len(bundle.names()) > 1 else ():
        text = bundle.head(member, 16 << 20).decode("utf-8", "replace")
        entries = list(_ENTRY.finditer(text))
        for entry, after in zip(entries, [*entries[1:], None], strict=False):
            page = html.unescape(entry[1]).partition("#")[0]
            path = posixpath.normpath(posixpath.join(member.rpartition("/")[0], page))
            type_ = _TYPE.search(text, entry.end(), after.start() if after else len(text))
            if type_:
                found[path.rpartition("/")[0]] = type_[1]
    return found


def _owner(bundle: Bundle) -> str | None:
    """Return my name as a whole export's first page gives it, or None."""
    for member in bundle.find("export_results.html")[:1] if len(bundle.names()) > 1 else ():
        rows = dict(_ROW.findall(bundle.head(member, 1 << 20).decode("utf-8", "replace")))
        parts = (html.unescape(rows.get(key, "")).strip() for key in ("First", "Last"))
        return clean(" ".join(part for part in parts if part)) or None
    return None


def _survey(bundle: Bundle, chat: _Chat) -> None:
    """Note who speaks on the chat's first pages, of a thousand messages each."""
    for page in chat.pages[:3]:
        with bundle.open(page) as stream:
            for one in islice(blocks(stream), 1200):
                if one.said.get("sender"):
                    chat.speakers.add(clean(one.said["sender"]))
                if len(chat.speakers) > 2:
                    return


# --- messages -----------------------------------------------------------------------------------------


class _Teller:
    """Makes messages of one chat."""

    def __init__(self, bundle: Bundle, chat: _Chat, zone: str, me: set[str]) -> None:
        self._bundle = bundle
        self._chat = chat
        self._me = {one.casefold() for one in me}
        self._clock = LocalClock(zone_of(zone))

    def told(self) -> Iterator[tuple[Message | SetAside, int]]:
        """Yield each message in the order of the pages, with the bytes behind it."""
        before, sender = 0, ""
        last: Message | None = None
        waiting: list[Message] = []
        for page in self._chat.pages:
            with self._bundle.open(page) as stream:
                for one in blocks(stream):
                    at = before + one.offset
                    if one.id is None:
                        where = f"{clean(page)} byte {one.offset}"
                        yield SetAside(where, "it has no id, or is too large", one.raw), at
                        continue
                    if one.id < 0:
                        continue  # a line between two days
                    sender = sender if one.joined else one.said.get("sender", "")
                    where = f"{clean(page)} message {one.id}"
                    message = in_time(where, one.raw, self._message, one, clean(sender), where)
                    if isinstance(message, SetAside):
                        yield message, at
                        continue
                    if one.service:
                        waiting.append(message)
                    elif message.received_at:
                        last = message
                    if waiting and (last or not one.service):
                        for event in waiting:
                            yield _beside(event, last), at
                        waiting = []
                    if not one.service:
                        yield message, at
            before += self._bundle.size(page)
        for event in waiting:
            yield event, before

    def _message(self, one: Block, name: str, where: str) -> Message:
        received, local = self._moment(one.stamp)
        attachment, warnings = self._file(one)
        call = "media_call" in one.media
        mine = False if one.service else self._mine(name)
        if received is None and not one.service:
            warnings = (*warnings, UNREADABLE)
        if one.said.get("forwarded"):
            warnings = (*warnings, f"forwarded from {clean(one.said['forwarded'])}")
        reply = _REPLY.search(one.reply)
        text = clean(words_of(one))
        return Message(
            channel=CHANNEL,
            key=str(one.id),
            sender=Person("" if one.service else name),
            received_at=received,
            text=text,
            thread=self._chat.thread,
            thread_title=self._chat.name,
            named=True,
            group=self._chat.group,
            external_id=f"{self._chat.thread}/{one.id}",
            mine=mine,
            sent_at=received,
            local_at=local,
            position=one.id or 0,
            verdict=self._verdict(one, call=call, mine=mine),
            state=State.NORMAL if text or attachment else State.MISSING_BODY,
            in_reply_to=reply[1] if reply else "",
            attachments=attachment,
            warnings=warnings,
            raw=one.raw,
            where=where,
        )

    def _moment(self, written: str) -> tuple[datetime | None, datetime | None]:
        """Return (UTC, the local time where the page names no zone)."""
        found = _STAMP.match(written)
        if not found:
            return None, None
        day, month, year, hour, minute, second, offset = found.groups()
        try:
            if offset:
                utc = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second}{offset}").astimezone(UTC)
                return (utc, None) if sane(utc) else (None, None)
            local = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second}")
        except (ValueError, OverflowError):
            return None, None
        moment = self._clock.utc(local)
        return moment, local if moment else None

    def _mine(self, name: str) -> bool | None:
        if not name:
            return None
        if name.casefold() in self._me:
            return True
        if self._chat.two:
            return name != self._chat.name
        return False if self._me else None

    def _verdict(self, one: Block, *, call: bool, mine: bool | None) -> Verdict:
        if one.service or call:
            return Verdict(Class.SYSTEM, "a call" if call else "a notice of Telegram")
        if not mine and self._chat.type == "bot":
            return Verdict(Class.AUTO, "written by a bot")
        if not mine and self._chat.type == "channel":
            return Verdict(Class.BULK, "posted in a channel")
        return Verdict(Class.HUMAN)

    def _file(self, one: Block) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
        kind = next((type_ for name, type_ in _TYPES.items() if name in one.media), "")
        if not kind or one.link.startswith(("http:", "https:")) or (one.media & WORDY and not one.link):
            return (), ()
        title = clean(one.said.get("title", ""))
        if not one.link:
            name = title or "file"
            return (Attachment(name, mimetypes.guess_type(name)[0] or kind, stored=False),), ()
        link = unquote(one.link) if "%" in one.link else one.link
        name = clean(link.rpartition("/")[2]) or title or "file"
        type_ = mimetypes.guess_type(name)[0] or kind
        path = inside(self._chat.folder, link)
        near = "/".join(link.split("/")[-2:])  # where only a part of a whole export was given
        kept, warning = enclosed(self._bundle, "", path or "", name, type_)
        if not kept.stored and ".." not in near:
            kept, _ = enclosed(self._bundle, self._chat.folder, near.lstrip("/"), name, type_)
        if path is None and not kept.stored:
            warning = LEADS_OUT
        return (kept,), (warning,) if warning else ()


def _beside(event: Message, last: Message | None) -> Message:
    """Return *event*, which has no time of its own, at that of the message before it."""
    if last is None:
        return event
    return replace(event, received_at=last.received_at, sent_at=last.sent_at, local_at=last.local_at)

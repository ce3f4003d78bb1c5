"""Telegram: `result.json` of Telegram Desktop, for one chat or for a whole account.

The best behaved of the chat exports: every message has an id that stays, and a moment in UTC. A chat is a thread; its
id and the message's id identify for ever. In a chat between two the chat's id is the other's, so I am who is not it.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tui_inbox.connectors import Arrival, Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle, unsafe
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import Broken, Reader, Value, clean, cleaned
from tui_inbox.connectors.formats.moments import UNREADABLE, sane, zone_of
from tui_inbox.connectors.formats.packing import BATCH, KEEP, LEADS_OUT, batch, paced, spent
from tui_inbox.connectors.formats.telegram_words import numbers_of, service_text, text_of
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Attachment, Class, Message, Person, State, Verdict

CHANNEL = "telegram"
ORDER = 40
_TWO = {"personal_chat", "bot_chat", "saved_messages", "verification_codes", "replies"}
_TYPES = (
    "saved_messages|replies|personal_chat|bot_chat|private_group|private_supergroup|public_supergroup|"
    "private_channel|public_channel|verification_codes"
)
_SIGNS = (
    (re.compile(rf'"type"\s*:\s*"(?:{_TYPES})"'), "it names a kind of Telegram chat"),
    (re.compile(r'"about"\s*:\s*"Here is the data you requested'), "it begins as Telegram's whole export does"),
    (re.compile(r'"date_unixtime"\s*:'), "its messages carry Telegram's fields"),
    (re.compile(r'"from_id"\s*:\s*"(?:user|channel)\d'), "its messages carry Telegram's fields"),
)
_NOTES = ("(File not included", "(File exceeds", "(File unavailable")
_KINDS = {
    "sticker": "image/webp",
    "video_message": "video/mp4",
    "voice_message": "audio/ogg",
    "animation": "video/mp4",
    "video_file": "video/mp4",
    "audio_file": "audio/mpeg",
}


@dataclass(frozen=True, slots=True)
class _Chat:
    """What the export says of a chat before its messages."""

    name: str = ""
    type: str = ""
    id: str = ""


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is a Telegram export, or None."""
    return next((f"{member}: {why}" for member in _results(bundle) if (why := _sign(bundle, member))), None)


def _sign(bundle: Bundle, member: str) -> str | None:
    head = bundle.head(member).decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if head.startswith("{") and re.search(r'"(?:messages|chats|left_chats|about)"\s*:', head):
        return next((why for sign, why in _SIGNS if sign.search(head)), None)
    return None


def _results(bundle: Bundle) -> list[str]:
    """Return the members that are `result.json`, or else any that look like one."""
    names = bundle.names()
    if len(names) == 1:
        return names
    found = bundle.find("result.json")
    others = [one for one in names if one.count("/") <= 1 and one.casefold().endswith(".json")][:50]
    return found or [one for one in others if _sign(bundle, one)]


@dataclass(frozen=True, slots=True)
class Source:
    """One export; `zone` is for old files that give local times only, `me` my ids (`user4711`) or names."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield every message in the file's order; an interrupted run goes on behind its cursor."""
        members = _results(self.bundle)
        if not members:
            raise Unreadable(
                f"{self.bundle.path.name} holds no result.json of Telegram Desktop.",
                "Export the chat from Telegram Desktop as machine-readable JSON.",
            )
        for member in members:
            place = self.bundle.digest if len(members) == 1 else f"{self.bundle.digest}:{member}"
            cursor = json.loads(cursors.get(place) or "{}")
            if not cursor.get("done"):
                yield from self._batches(member, place, int(cursor.get("count", 0)))

    def owner(self) -> str | None:
        """Return the agent's name as the export gives it or as its first messages show it, or None."""
        for member in _results(self.bundle):
            teller = _Teller(self.bundle, member, self.zone, self.me)
            for number, (chat, value) in enumerate(teller.walk()):
                if teller.owner_name or number > 20_000:
                    break
                if isinstance(value, Value) and isinstance(value.found, dict):
                    message = teller.message(chat, value)
                    if message and message.mine:
                        return message.sender.name or None
            if teller.owner_name:
                return teller.owner_name
        return None

    def _batches(self, member: str, place: str, behind: int) -> Iterator[Batch]:
        teller = _Teller(self.bundle, member, self.zone, self.me)
        total = self.bundle.size(member)
        arrivals: list[Arrival] = []
        aside: list[SetAside] = []
        seen = weight = 0
        most = BATCH
        for chat, value in teller.walk():
            if isinstance(value, SetAside):
                aside.append(value)
                weight += len(value.raw)
                continue
            seen += 1
            if seen <= behind:
                continue
            where = f"message {seen}"
            message = None if value.trouble else in_time(where, value.raw, teller.message, chat, value, where)
            if message is None or isinstance(message, SetAside):
                why = message.what if message else value.trouble or "it is no message"
                aside.append(SetAside(f"{where} at character {value.offset}", why, value.raw))
                weight += len(aside[-1].raw)
            else:
                arrivals.append(Arrival(message))
                weight += len(value.text) + sum(len(one.content or b"") for one in message.attachments)
            if len(arrivals) + len(aside) >= most or weight > 2 * KEEP:
                given = spent()
                yield batch(arrivals, aside, place, seen, teller.offset, total)
                most = paced(len(arrivals) + len(aside), spent() - given)
                arrivals, aside, weight = [], [], 0
        if not seen and aside:
            raise Unreadable(
                f"{self.bundle.path.name} is not a Telegram export that can be read ({aside[0].what}).",
                "Export it again from Telegram Desktop as machine-readable JSON.",
            )
        yield batch(arrivals, aside, place, seen, total, total, done=True)


class _Teller:
    """Walks over one `result.json` and makes messages of what it finds."""

    def __init__(self, bundle: Bundle, member: str, zone: str, me: tuple[str, ...]) -> None:
        self._bundle = bundle
        self._member = member
        self._folder = member.rpartition("/")[0]
        self._me = {one.casefold() for one in me}
        self._owner_id = ""
        self.owner_name = ""
        self._numbers: dict[str, str] = {}
        self.offset = 0
        self._zone = zone_of(zone)

    # --- the structure ---

    def walk(self) -> Iterator[tuple[_Chat, Value | SetAside]]:
        """Yield each message with its chat; where the structure breaks off, one last `SetAside`."""
        with self._bundle.open(self._member) as stream:
            reader = Reader(stream)
            try:
                yield from self._chat(reader)
            except Broken as broken:
                yield _Chat(), SetAside(f"character {broken.offset}", broken.what)

    def _chat(self, reader: Reader) -> Iterator[tuple[_Chat, Value | SetAside]]:
        """Yield from the object that begins here: a chat, or the whole export around the chats."""
        chat = _Chat()
        for key in reader.members():
            start = reader.peek()
            if key == "messages" and start == "[":
                for _ in reader.elements():
                    self.offset = reader.offset
                    yield chat, reader.value()
            elif key in ("chats", "left_chats") and start in ("{", "["):
                yield from self._chats(reader)
            elif key == "personal_information" and start == "{":
                self._know_me(reader.value().found)
            elif key == "contacts" and start == "{":
                self._numbers |= numbers_of(reader.value().found)
            elif key in ("name", "type", "id") and start not in ("{", "["):
                found = reader.value().found
                chat = replace(chat, **{key: "" if found is None else clean(str(found))})
            else:
                reader.skip()

    def _chats(self, reader: Reader) -> Iterator[tuple[_Chat, Value | SetAside]]:
        if reader.peek() == "[":
            for _ in reader.elements():
                if reader.peek() == "{":
                    yield from self._chat(reader)
                else:
                    reader.skip()
            return
        for key in reader.members():
            if key == "list" and reader.peek() == "[":
                yield from self._chats(reader)
            else:
                reader.skip()

    def _know_me(self, person: Any) -> None:
        if isinstance(person, dict) and _whole(person.get("user_id")):
            self._owner_id = f"user{person['user_id']}"
            names = (clean(str(person.get(key) or "")) for key in ("first_name", "last_name"))
            self.owner_name = " ".join(one for one in names if one)

    # --- a message ---

    def message(self, chat: _Chat, value: Value, where: str = "") -> Message | None:
        """Return the message that *value* is, or None where it is none."""
        if not isinstance(value.found, dict):
            return None
        one: dict[str, Any] = value.found
        if "\\" in value.text or "\0" in value.text:  # only escapes bring what cannot be stored
            one = cleaned(one)
        service = one.get("type") == "service"
        sender = self._sender(one, service)
        mine = self._mine(chat, sender, one)
        received, local, zoned = self._moment(one, "date")
        edited, _, _ = self._moment(one, "edited")
        attachments, warnings = self._files(one)
        if received is None:
            warnings = (*warnings, UNREADABLE)
        if isinstance(one.get("forwarded_from"), str):
            warnings = (*warnings, f"forwarded from {one['forwarded_from']}")
        state = State.EDITED if edited else State.NORMAL
        number = _whole(one.get("id"))
        thread = chat.id or chat.name or "telegram"
        return Message(
            channel=CHANNEL,
            key=str(one["id"]) if number else "",
            sender=sender,
            received_at=received,
            text=service_text(one) if service else text_of(one),
            thread=thread,
            thread_title=chat.name or ("" if mine else sender.name),
            group=bool(chat.type) and chat.type not in _TWO,
            external_id=f"{thread}/{one['id']}" if number else "",
            mine=mine,
            sent_at=received,
            local_at=None if zoned else local,
            position=int(one["id"]) if number and abs(int(one["id"])) < 2**62 else 0,
            verdict=_verdict(chat, one, service, mine),
            state=State.MISSING_BODY if one.get("type") == "unsupported" else state,
            edited_at=edited,
            in_reply_to=_reply(one),
            attachments=attachments,
            warnings=warnings,
            raw=value.raw,
            where=where,
        )

    def _sender(self, one: dict[str, Any], service: bool) -> Person:
        name, id_ = (one.get("actor"), one.get("actor_id")) if service else (one.get("from"), one.get("from_id"))
        identity = f"user{id_}" if _whole(id_) else id_ if isinstance(id_, str) else ""
        said = name if isinstance(name, str) else ""
        number = self._numbers.get(identity) or self._numbers.get(f"name {said}", "")
        return Person(said or ("Deleted account" if identity else ""), identity, (number,) if number else ())

    def _mine(self, chat: _Chat, sender: Person, one: dict[str, Any]) -> bool | None:
        if self._owner_id:
            return sender.identity == self._owner_id
        known = {sender.identity.casefold(), sender.identity.removeprefix("user"), sender.name.casefold()} - {""}
        if self._me & known:
            return True
        if chat.type == "saved_messages":
            return True
        if chat.type == "personal_chat" and chat.id and sender.identity.startswith("user"):
            return sender.identity != f"user{chat.id}"
        return False if self._me or one.get("type") == "service" else None

    def _moment(self, one: dict[str, Any], key: str) -> tuple[datetime | None, datetime | None, bool]:
        """Return (UTC, as written, whether the file itself names the zone) of the field *key*."""
        unix = one.get(f"{key}_unixtime")
        if isinstance(unix, str | int) and str(unix).isascii() and str(unix).isdigit() and len(str(unix)) < 12:
            moment = datetime.fromtimestamp(int(unix), UTC)
            return (moment, moment.replace(tzinfo=None), True) if sane(moment) else (None, None, True)
        written = one.get(key)
        if not isinstance(written, str) or len(written) > 40:
            return None, None, False
        try:
            moment = datetime.fromisoformat(written)
            zoned = moment.tzinfo is not None
            utc = (moment if zoned else moment.replace(tzinfo=self._zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None, None, False
        return (utc, moment.replace(tzinfo=None), zoned) if sane(utc) else (None, None, zoned)

    def _files(self, one: dict[str, Any]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
        files, warnings = [], []
        for key in ("photo", "file", "contact_vcard"):
            path = one.get(key)
            if not isinstance(path, str) or not path:
                continue
            type_ = one.get("mime_type") if key == "file" else "image/jpeg" if key == "photo" else "text/vcard"
            named = one.get("file_name") if isinstance(one.get("file_name"), str) else ""
            kind = one.get("media_type") if isinstance(one.get("media_type"), str) else key
            posix = path.replace("\\", "/")
            name = named or posix.rpartition("/")[2]
            if path.startswith(_NOTES):
                name, size, content = named or str(kind).replace("_", " "), _size(one, key), None
            elif unsafe(posix):
                warnings.append(LEADS_OUT)
                size, content = None, None
            else:
                size, content = self._content(posix)
            guess = type_ if isinstance(type_, str) else mimetypes.guess_type(name)[0] or _KINDS.get(str(kind))
            files.append(
                Attachment(name, guess or "application/octet-stream", size, content, stored=content is not None)
            )
        return tuple(files), tuple(warnings)

    def _content(self, path: str) -> tuple[int | None, bytes | None]:
        member = f"{self._folder}/{path}" if self._folder else path
        if not self._bundle.has(member):
            return None, None
        size = self._bundle.size(member)
        if size > KEEP:
            return size, None
        with self._bundle.open(member) as stream:
            return size, stream.read()


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _size(one: dict[str, Any], key: str) -> int | None:
    size = one.get("photo_file_size" if key == "photo" else "file_size")
    return size if isinstance(size, int) and 0 <= size < 2**62 else None


def _reply(one: dict[str, Any]) -> str:
    to = one.get("reply_to_message_id")
    return str(to) if _whole(to) and not one.get("reply_to_peer_id") else ""


def _verdict(chat: _Chat, one: dict[str, Any], service: bool, mine: bool | None) -> Verdict:
    if service:
        return Verdict(Class.SYSTEM, f"a notice of Telegram ({one.get('action') or 'service'})")
    if one.get("type") == "unsupported":
        return Verdict(Class.SYSTEM, "Telegram could not export this message")
    if mine:
        return Verdict(Class.HUMAN)
    if chat.type in ("bot_chat", "verification_codes") or chat.id == "777000":
        return Verdict(Class.AUTO, "written by a bot")
    if chat.type in ("private_channel", "public_channel"):
        return Verdict(Class.BULK, "posted in a channel")
    return Verdict(Class.HUMAN)

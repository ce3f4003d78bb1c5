"""Discord: what DiscordChatExporter writes (JSON, and its CSV and plain text), and Discord's own data package.

What is one conversation? The channel, and nothing smaller. A direct message is one exchange. On a server, support is
given in tickets, forum posts and threads, and each of these is a channel of its own, exported as such. In an open room
the answers to one question could only be gathered by replies, which name the message before them and not the first: a
part of such a room, exported by date, would then tear other conversations than the whole, and all would be here twice.

Messages have ids that stay, and the id alone tells the moment. The data package holds only what I wrote myself; it is
read all the same, since its ids are the same ones: an answer found there stops the clock of a question that came with
another export. CSV and plain text have neither ids nor the channel's; they are aligned, and stand apart from the JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from tui_inbox.connectors import UNTRIED, Batch, SetAside
from tui_inbox.connectors.formats import discord_package, discord_tables
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.discord_words import SECRET, files_of, snowflake_ms, text_of, verdict_of
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import Broken, Reader, Value, clean, cleaned
from tui_inbox.connectors.formats.moments import UNREADABLE, from_iso, from_ms, zone_of
from tui_inbox.connectors.formats.packing import Found, naturally, packed, places
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Message, Person, State

CHANNEL = "discord"
ORDER = 45
_HEAD = re.compile(r'\{\s*"guild"\s*:\s*\{')
_CHANNEL = re.compile(r'"channel"\s*:\s*\{')
_DIRECT = "DirectTextChat"
_SURVEYED = 5000
_PART = re.compile(r" \[part (\d{1,9})\]")


@dataclass(slots=True)
class _Room:
    """What the export says of a channel before its messages."""

    id: str = ""
    name: str = ""
    type: str = ""
    category: str = ""
    guild: str = ""
    direct: bool = False
    me: frozenset[str] = frozenset()
    """My ids and names as they were given, in lower case."""
    told: bool = False
    """A direct message that bears the other's name: who is not called so is me."""
    owner: str = ""

    @property
    def title(self) -> str:
        if self.direct:
            return self.name
        rooms = " / ".join(one for one in (self.category, self.name) if one)
        return f"{self.guild}: {rooms}" if self.guild else rooms


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is an export of Discord, or None."""
    for member in _members(bundle, 50):
        if member.casefold().endswith(".json") and not discord_package.is_channel(member):
            return f"{member} begins with a guild and a channel, as DiscordChatExporter writes"
        if discord_package.is_channel(member):
            return f"{member} lies where Discord's data package keeps a channel's messages{UNTRIED}"
        return f"{member} has the {discord_tables.form_of(bundle, member)} of DiscordChatExporter"
    return None


def _members(bundle: Bundle, most: int = 20_000) -> list[str]:
    """Return the members that hold messages, of the first *most* files that may; of a channel that is there as JSON
    not its CSV or text beside it."""
    own = discord_package.channels(bundle)
    if own:
        return own
    names = bundle.names()
    several = len(names) > 1
    files = [one for one in names if one.count("/") <= 2 and "_Files/" not in one]
    jsons = [one for one in files if not several or one.casefold().endswith(".json")][:most]
    found = [one for one in jsons if _is_json(bundle, one)]
    told = {_stem(one) for one in found}
    tables = [one for one in files if not several or one.casefold().endswith((".csv", ".txt"))][:most]
    found += [one for one in tables if _stem(one) not in told and discord_tables.form_of(bundle, one)]
    return sorted(naturally(found), key=_channel_and_part)


def _channel_and_part(name: str) -> tuple[str, int]:
    """Return how *name* is sorted: the first part of a channel has no number."""
    part = _PART.search(name)
    return (name[: part.start()] + name[part.end() :], int(part[1])) if part else (name, 1)


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _is_json(bundle: Bundle, member: str) -> bool:
    head = bundle.head(member).decode("utf-8-sig", "replace").lstrip()
    return bool(_HEAD.match(head)) and bool(_CHANNEL.search(head))


@dataclass(frozen=True, slots=True)
class Source:
    """One export; `zone` is for plain text and CSV without an offset, `me` my ids, names or nicknames."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield every message, channel by channel; an interrupted run goes on behind its cursor."""
        zone = zone_of(self.zone)
        members = _members(self.bundle) or self._only()
        for member, place in places(self.bundle, members).items():
            yield from packed(partial(self._found, member, zone), place, cursors, self.bundle.size(member))

    def owner(self) -> str | None:
        """Return the agent's name: that of the data package, or of who is not the other in a direct message."""
        members = _members(self.bundle)
        if discord_package.channels(self.bundle):
            return discord_package.owner(self.bundle).name or None
        rooms = (_survey(self.bundle, one, self.me) for one in members[:200] if _is_json(self.bundle, one))
        return next((room.owner for room in rooms if room.owner), None)

    def _only(self) -> list[str]:
        """Return the one file that was said to be Discord's, although nothing in its head shows it."""
        names = self.bundle.names()
        if len(names) == 1:
            return names
        raise Unreadable(
            f"{self.bundle.path.name} holds no channel of Discord.",
            "Export the channel with DiscordChatExporter as JSON, and import that file or its folder.",
        )

    def _found(self, member: str, zone: ZoneInfo) -> Found:
        if discord_package.is_channel(member) and discord_package.channels(self.bundle):
            yield from discord_package.found(self.bundle, member, zone)
        elif discord_tables.form_of(self.bundle, member):
            yield from discord_tables.found(self.bundle, member, zone, self.me)
        else:
            yield from self._json(member, zone)

    def _json(self, member: str, zone: ZoneInfo) -> Found:
        room = _survey(self.bundle, member, self.me)
        number = 0
        for value, at in _walk(self.bundle, member, _Room()):
            number += isinstance(value, Value)
            if isinstance(value, SetAside):
                if not number:
                    raise Unreadable(
                        f"{self.bundle.path.name} is not an export of Discord that can be read ({value.what}).",
                        "Export the channel again with DiscordChatExporter as JSON.",
                    )
                yield value, at
                continue
            where = f"message {number}"
            given = (self.bundle, member, room, value, zone, where)
            message = None if value.trouble else in_time(where, value.raw, _message, *given)
            if message is None:
                why = value.trouble or "it is no message"
                yield SetAside(f"{where} at character {value.offset}", why, value.raw), at
            else:
                yield message, at


def _walk(bundle: Bundle, member: str, room: _Room) -> Iterator[tuple[Value | SetAside, int]]:
    """Yield each message of one JSON file, filling *room* with what stands before; a break is one last `SetAside`."""
    with bundle.open(member) as stream:
        reader = Reader(stream)
        try:
            for key in reader.members():
                start = reader.peek()
                if key == "messages" and start == "[":
                    for _ in reader.elements():
                        yield reader.value(), reader.offset
                elif key in ("guild", "channel") and start == "{":
                    found = reader.value().found
                    _know(room, key, cleaned(found) if isinstance(found, dict) else {})
                else:
                    reader.skip()
        except Broken as broken:
            yield SetAside(f"character {broken.offset}", broken.what), broken.offset


def _know(room: _Room, key: str, found: dict[str, Any]) -> None:
    words = {name: value for name, value in found.items() if isinstance(value, str)}
    if key == "guild":
        room.direct = words.get("id") == "0" or room.direct
        room.guild = "" if words.get("id") == "0" else words.get("name", "")
    else:
        room.id, room.name = words.get("id", ""), words.get("name", "")
        room.type, room.category = words.get("type", ""), words.get("category", "")
        room.direct = room.direct or room.type.startswith("Direct")


def _survey(bundle: Bundle, member: str, me: tuple[str, ...]) -> _Room:
    """Return what there is to know of a channel before its messages are told, and who in it is me."""
    room = _Room()
    names: dict[str, set[str]] = {}
    shown: dict[str, str] = {}
    for number, (value, _) in enumerate(_walk(bundle, member, room)):
        author = value.found.get("author") if isinstance(value, Value) and isinstance(value.found, dict) else None
        if isinstance(author, dict) and author.get("isBot") is not True:
            person = _person(cleaned(author))
            names.setdefault(person.identity, set()).update(_names(author))
            shown.setdefault(person.identity, person.name)
        if number >= _SURVEYED:
            break
    room.me = frozenset(one.casefold() for one in me)
    if room.direct and room.type in (_DIRECT, "") and len(names) <= 2:
        room.told = bool(room.name) and sum(room.name not in called for called in names.values()) <= 1
    room.owner = next((shown[id_] for id_, called in names.items() if _mine(room, id_, called)), "")
    room.id = room.id or clean(_stem(bundle.path.name)) or "discord"
    return room


def _mine(room: _Room, id_: str, called: set[str]) -> bool | None:
    if room.me & {id_, *(one.casefold() for one in called)}:
        return True
    if room.told and not room.me:
        return room.name not in called
    return False if room.me else None


def _names(author: dict[str, Any]) -> set[str]:
    return {value for key in ("name", "nickname") if isinstance(value := author.get(key), str) and value}


def _person(author: dict[str, Any]) -> Person:
    words = {key: value for key, value in author.items() if isinstance(value, str)}
    return Person(words.get("nickname") or words.get("name") or "Deleted User", words.get("id", ""))


def _message(bundle: Bundle, member: str, room: _Room, value: Value, zone: ZoneInfo, where: str) -> Message | None:
    if not isinstance(value.found, dict):
        return None
    one: dict[str, Any] = cleaned(value.found)
    id_ = one.get("id")
    if not isinstance(id_, str) or not id_:
        return None
    author = one["author"] if isinstance(one.get("author"), dict) else {}
    received, local = from_iso(one.get("timestamp"), zone)
    received = received or from_ms(snowflake_ms(id_))
    edited, _ = from_iso(one.get("timestampEdited"), zone)
    files, warnings = files_of(bundle, member.rpartition("/")[0], one)
    kind = one.get("type")
    sender, text = _person(author), text_of(one)
    message = Message(
        channel=CHANNEL,
        key=id_,
        sender=sender,
        received_at=received,
        text=text,
        thread=room.id,
        thread_title=room.title,
        group=not room.direct or room.type == "DirectGroupTextChat",
        external_id=f"{room.id}/{id_}",
        mine=_mine(room, sender.identity, _names(author)) if author.get("isBot") is not True else False,
        sent_at=received,
        local_at=local,
        precision="ms",
        position=int(id_) if snowflake_ms(id_) and int(id_) < 2**62 else 0,
        verdict=verdict_of(kind if isinstance(kind, str) else "", author),
        state=_state(text, bool(files), edited is not None, one),
        edited_at=edited,
        in_reply_to=_reply(room, one, kind),
        attachments=files,
        warnings=warnings if received else (*warnings, UNREADABLE),
        raw=SECRET.sub(rb"\1", value.raw),
        where=where,
    )
    return replace(message, warnings=(*message.warnings, _forwarded(one))) if _forwarded(one) else message


def _state(text: str, files: bool, edited: bool, one: dict[str, Any]) -> State:
    """Return the state of a message; where there is nothing in it, the bot that exported it may not see contents."""
    if not (text or files or one.get("interaction") or one.get("type") not in ("Default", "Reply")):
        return State.MISSING_BODY
    return State.EDITED if edited else State.NORMAL


def _reply(room: _Room, one: dict[str, Any], kind: object) -> str:
    """Return the id of the message in this channel that *one* answers, or ""."""
    to = one.get("reference")
    if not isinstance(to, dict) or kind not in ("Reply", "Default", "19", None) or to.get("type") == "Forward":
        return ""
    if isinstance(one.get("forwardedMessage"), dict) or to.get("channelId") not in (None, "", room.id):
        return ""
    return clean(to["messageId"]) if isinstance(to.get("messageId"), str) else ""


def _forwarded(one: dict[str, Any]) -> str:
    forwarded = one.get("forwardedMessage")
    if not isinstance(forwarded, dict):
        return ""
    at = forwarded.get("timestamp")
    return f"forwarded, first said at {at}" if isinstance(at, str) and len(at) < 40 else "forwarded"

"""Discord's own data package: a folder for each channel I wrote in, holding only what I wrote myself.

`messages/index.json` names the channels; `messages/c<id>/channel.json` says what each is, and `messages.json` (before
2023 `messages.csv`) lists ID, Timestamp, Contents and Attachments; `account/user.json` says who I am. The folders'
names follow the account's language in capitals and words, so they are found by what lies in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from tui_inbox.connectors import SetAside
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.discord_words import bare_name, snowflake_ms
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import Broken, Reader, clean, cleaned
from tui_inbox.connectors.formats.moments import UNREADABLE, from_iso, from_ms
from tui_inbox.connectors.formats.packing import Found, naturally
from tui_inbox.connectors.formats.textrows import rows
from tui_inbox.rules.model import Attachment, Message, Person

_CHANNEL = re.compile(r"(?:^|/)c?(\d{15,20})/messages\.(?:json|csv)$", re.I)
_FIELDS = ("id", "timestamp", "contents", "attachments")


def is_channel(member: str) -> bool:
    """Return whether *member* is named as the messages of one channel are."""
    return _CHANNEL.search(member) is not None


def channels(bundle: Bundle) -> list[str]:
    """Return the members that hold the messages of a channel: those with a `channel.json` beside them."""
    if len(bundle.names()) == 1:
        return []
    return naturally(
        one for one in bundle.names() if is_channel(one) and bundle.has(f"{one.rpartition('/')[0]}/channel.json")
    )


def owner(bundle: Bundle) -> Person:
    """Return whose package this is."""
    for member in bundle.find("user.json", depth=2):
        found = _object(bundle, member)
        if isinstance(found.get("id"), str):
            names = (found.get(key) for key in ("global_name", "username"))
            return Person(next((one for one in names if isinstance(one, str) and one), ""), found["id"])
    return Person("")


def found(bundle: Bundle, member: str, zone: ZoneInfo) -> Found:
    """Yield the messages of one channel as the package lists them."""
    me, room = owner(bundle), _room(bundle, member)
    read = 0
    for number, (raw, one) in enumerate(_listed(bundle, member), start=1):
        read += len(raw)
        where = f"{clean(member)} message {number}"
        message = None if isinstance(one, str) else in_time(where, raw, _message, one, raw, where, me, room, zone)
        yield message or SetAside(where, one if isinstance(one, str) else "it has no id", raw), read


def _listed(bundle: Bundle, member: str) -> Iterator[tuple[bytes, dict[str, Any] | str]]:
    """Yield the bytes of each message and its fields in lower case; or in words why there are none."""
    if member.casefold().endswith(".csv"):
        for _, raw, row in rows(bundle, member):
            yield raw, dict(row) if isinstance(row, dict) else row
        return
    with bundle.open(member) as stream:
        reader = Reader(stream)
        try:
            for _ in reader.elements():
                value = reader.value()
                if isinstance(value.found, dict):
                    yield value.raw, {key.casefold(): each for key, each in cleaned(value.found).items()}
                else:
                    yield value.raw, value.trouble or "it is no message"
        except Broken as broken:
            yield b"", f"{broken.what} (character {broken.offset})"


def _message(
    one: dict[str, Any], raw: bytes, where: str, me: Person, room: tuple[str, str, bool], zone: ZoneInfo
) -> Message | None:
    id_, at, said, files = (str(one[key]) if isinstance(one.get(key), str | int) else "" for key in _FIELDS)
    if not id_.strip():
        return None
    ms = snowflake_ms(id_)
    received = from_ms(ms) or from_iso(at, zone)[0]
    thread, title, direct = room
    return Message(
        channel="discord",
        key=id_,
        sender=me,
        received_at=received,
        text=said,
        thread=thread,
        thread_title=title,
        group=not direct,
        external_id=f"{thread}/{id_}",
        mine=True,
        sent_at=received,
        precision="ms" if ms else "s",
        position=int(id_) if ms and int(id_) < 2**62 else 0,
        attachments=tuple(
            Attachment(bare_name(url) or "file", "application/octet-stream", stored=False)
            for url in files.split()[:100]
        ),
        warnings=() if received else (UNREADABLE,),
        raw=raw or id_.encode("utf-8", "replace"),
        where=where,
    )


def _room(bundle: Bundle, member: str) -> tuple[str, str, bool]:
    """Return id, title and whether it is between two, of the channel whose messages *member* holds."""
    folder = member.rpartition("/")[0]
    told = _object(bundle, f"{folder}/channel.json")
    named = _CHANNEL.search(member)
    id_ = str(told["id"]) if isinstance(told.get("id"), str | int) else named[1] if named else clean(member)
    guild = told.get("guild")
    name = told.get("name") if isinstance(told.get("name"), str) else ""
    if isinstance(guild, dict) and isinstance(guild.get("name"), str):
        return id_, f"{guild['name']}: {name or id_}", False
    index = _object(bundle, f"{folder.rpartition('/')[0]}/index.json").get(id_)
    title = index.removeprefix("Direct Message with ") if isinstance(index, str) else ""
    recipients = told.get("recipients")
    two = isinstance(recipients, list) and len(recipients) <= 2
    return id_, str(name or title or id_), two


def _object(bundle: Bundle, member: str) -> dict[str, Any]:
    """Return the JSON object that *member* is, {} where it is none."""
    if not bundle.has(member):
        return {}
    with bundle.open(member) as stream:
        try:
            found = Reader(stream).value().found
        except Broken:
            return {}
    return cleaned(found) if isinstance(found, dict) else {}

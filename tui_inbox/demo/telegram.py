"""The week's Telegram chats as the desktop program exports a whole account (JSON, with media beside it)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tui_inbox.demo.pictures import file, media_type
from tui_inbox.demo.week import Line, Told, Who

ME = "Deniz Kaya"
MY_ID = 4711
ZONE = "Europe/Istanbul"
"""The zone of the computer that exported: `date` is written in it, `date_unixtime` beside it is not."""

_ABOUT = "Here is the data you requested. Remember: Telegram is ad free, it doesn't use your data for ad targeting."


def export(chats: Sequence[tuple[Told, Sequence[Line]]], now: datetime) -> dict[str, bytes]:
    """Return the files of the export by their paths within it."""
    files: dict[str, bytes] = {}
    listed: list[dict[str, Any]] = []
    for told, lines in chats:
        group = "group" in told.keys
        messages = [_message(told, line, now, files) for line in lines]
        kind = "private_supergroup" if group else "personal_chat"
        listed.append({"name": told.title, "type": kind, "id": _number(told.title), "messages": messages})
    whole = {
        "about": _ABOUT,
        "personal_information": {
            "user_id": MY_ID,
            "first_name": "Deniz",
            "last_name": "Kaya",
            "phone_number": "+90 555 000 01 00",
            "username": "@kayakeramik",
            "bio": "",
        },
        "contacts": {"about": "", "list": [_contact(told, now) for told, _ in chats if "phone" in told.keys]},
        "chats": {"about": "This page lists all chats from this export.", "list": listed},
    }
    files["result.json"] = json.dumps(whole, ensure_ascii=False, indent=1).encode()
    return files


def _number(name: str) -> int:
    """Return the id of a person or chat: any number that stays the same for the name."""
    return 500_000_000 + sum((place + 1) * ord(letter) for place, letter in enumerate(name))


def _contact(told: Told, now: datetime) -> dict[str, Any]:
    first, _, last = told.who.name.partition(" ")
    return {
        "user_id": _number(told.who.name),
        "first_name": first,
        "last_name": last,
        "phone_number": told.keys["phone"],
        **_date(now - timedelta(days=40)),
    }


def _date(moment: datetime) -> dict[str, str]:
    local = moment.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    return {"date": local.isoformat(timespec="seconds"), "date_unixtime": str(int(moment.timestamp()))}


def _message(told: Told, line: Line, now: datetime, files: dict[str, bytes]) -> dict[str, Any]:
    index = told.lines.index(line)
    who = Who(ME) if line.ours else line.by(Who(told.who.name))
    message: dict[str, Any] = {
        "id": told.number * 100 + index,
        "type": "message",
        **_date(now + line.at),
        "from": who.name,
        "from_id": f"user{MY_ID if line.ours else _number(who.name)}",
    }
    if "attach" in line.options:
        name = line.options["attach"]
        folder = "photos" if name.endswith(".png") else "files"
        path = f"chats/chat_{told.number:03}/{folder}/{name}"
        files[path] = file(name)
        if folder == "photos":
            message |= {"photo": path, "width": 24, "height": 24}
        else:
            message |= {"file": path, "mime_type": media_type(name)}
    entities = [{"type": "plain", "text": line.text}] if line.text else []
    return message | {"text": line.text, "text_entities": entities}

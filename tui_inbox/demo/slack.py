"""The week's Slack threads as a workspace export: one zip, a folder for each channel, a file for each day."""

from __future__ import annotations

import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tui_inbox.demo.week import Line, Told, Who

ME = Who("Deniz Kaya", "deniz@shop.example")
JONAS = Who("Jonas Berg", "jonas@shop.example")
OUR_TEAM = "T0KAYA"
MY_ID, JONAS_ID = "U0DENIZ", "U0JONAS"


def export(threads: Sequence[tuple[Told, Sequence[Line]]], now: datetime) -> bytes:
    """Return the export as its zip."""
    users = {MY_ID: ME, JONAS_ID: JONAS} | {_id(told.who): told.who for told, _ in threads}
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for told, lines in threads:
        for message in _thread(told, lines, now):
            day = datetime.fromtimestamp(float(message["ts"]), now.tzinfo)
            days[f"{told.where}/{day:%Y-%m-%d}.json"].append(message)
    files: dict[str, Any] = {
        "users.json": [_user(key, who) for key, who in users.items()],
        "channels.json": [_channel(name, threads) for name in sorted({told.where for told, _ in threads})],
    }
    for path, messages in sorted(days.items()):
        files[path] = sorted(messages, key=lambda one: str(one["ts"]))
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), json.dumps(content, indent=4))
    return kept.getvalue()


def _id(who: Who) -> str:
    return "U0" + "".join(letter for letter in who.name.upper() if letter.isascii() and letter.isalpha())[:9]


def _user(key: str, who: Who) -> dict[str, Any]:
    ours = who.identity.endswith("@shop.example")
    first = who.name.partition(" ")[0]
    return {
        "id": key,
        "team_id": OUR_TEAM if ours else "T0" + who.identity.partition("@")[2].partition(".")[0].upper(),
        "name": first.lower(),
        "deleted": False,
        "real_name": who.name,
        "profile": {"real_name": who.name, "display_name": who.name, "email": who.identity},
        "is_bot": False,
    }


def _channel(name: str, threads: Sequence[tuple[Told, Sequence[Line]]]) -> dict[str, Any]:
    members = sorted({MY_ID, JONAS_ID} | {_id(told.who) for told, _ in threads if told.where == name})
    purpose = {"value": "Orders and questions, shared with our customer", "creator": MY_ID, "last_set": 0}
    return {
        "id": "C0" + name.replace("-", "").upper(),
        "name": name,
        "created": 1_600_000_000,
        "creator": MY_ID,
        "is_archived": False,
        "is_general": False,
        "members": members,
        "purpose": purpose,
    }


def _thread(told: Told, lines: Sequence[Line], now: datetime) -> list[dict[str, Any]]:
    """Return the messages of one thread; a root that was answered says by whom, how often and when last."""
    stamps = [f"{int((now + line.at).timestamp())}.{told.number * 100 + i:06}" for i, line in enumerate(lines)]
    said: list[dict[str, Any]] = []
    for line, stamp in zip(lines, stamps, strict=True):
        user = _id(told.who)
        if line.ours:
            user = JONAS_ID if "by" in line.options else MY_ID
        said.append({"type": "message", "user": user, "text": line.text.replace("\n", " "), "ts": stamp})
    if len(said) > 1:
        root, replies = said[0], said[1:]
        for reply in replies:
            reply |= {"thread_ts": stamps[0], "parent_user_id": root["user"]}
        root |= {
            "thread_ts": stamps[0],
            "reply_count": len(replies),
            "reply_users_count": len({one["user"] for one in replies}),
            "latest_reply": stamps[-1],
            "reply_users": sorted({one["user"] for one in replies}),
            "replies": [{"user": one["user"], "ts": one["ts"]} for one in replies],
        }
    return said

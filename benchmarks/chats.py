"""Made-up chats as WhatsApp, Telegram and Slack export them, the same for the same number."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from benchmarks.mail import ENDS
from benchmarks.words import chosen, tongues

OURS, CUSTOMER = "Deniz", "Ada Demir"
OPTIONS = ("--me", OURS, "--zone", "UTC")

Said = tuple[datetime, str, str]


def said(messages: int) -> Iterator[Said]:
    """Yield what two people say to each other, oldest first: when, who, what."""
    chance = random.Random("chat")
    tongue = chosen(chance, tongues())
    at = ENDS - timedelta(minutes=12) * messages
    for _ in range(messages):
        at += timedelta(seconds=chance.randint(1, 1_400))
        yield at, chance.choice((OURS, CUSTOMER)), tongue.said(chance, chance.randint(2, 30))


def write(kind: str, folder: Path, messages: int) -> None:
    """Write one export of *kind* into the new *folder*."""
    folder.mkdir()
    match kind:
        case "whatsapp":
            _whatsapp(folder / f"WhatsApp Chat with {CUSTOMER}.txt", messages)
        case "telegram":
            _telegram(folder / "result.json", messages)
        case _:
            _slack(folder / "shop Slack export.zip", messages)


def _whatsapp(path: Path, messages: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{at:%d/%m/%Y, %H:%M} - {who}: {what}\n" for at, who, what in said(messages))


def _telegram(path: Path, messages: int) -> None:
    ids = {OURS: "user11", CUSTOMER: "user22"}
    kept = [
        {
            "id": number,
            "type": "message",
            "date": f"{at:%Y-%m-%dT%H:%M:%S}",
            "date_unixtime": str(int(at.timestamp())),
            "from": who,
            "from_id": ids[who],
            "text": what,
            "text_entities": [{"type": "plain", "text": what}],
        }
        for number, (at, who, what) in enumerate(said(messages), 1)
    ]
    chat = {"name": CUSTOMER, "type": "personal_chat", "id": 22, "messages": kept}
    path.write_text(json.dumps(chat, ensure_ascii=False, indent=1), "utf-8")


def _slack(path: Path, messages: int) -> None:
    users = [{"id": f"U{at}", "name": who.lower(), "real_name": who} for at, who in enumerate((OURS, CUSTOMER))]
    ids = {str(one["real_name"]): str(one["id"]) for one in users}
    days: dict[str, list[dict[str, str]]] = {}
    for at, who, what in said(messages):
        line = {"type": "message", "user": ids[who], "text": what, "ts": f"{at.timestamp():.6f}"}
        days.setdefault(f"{at:%Y-%m-%d}", []).append(line)
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        file.writestr("users.json", json.dumps(users))
        file.writestr("channels.json", json.dumps([{"id": "C1", "name": "orders", "members": list(ids.values())}]))
        for day, lines in days.items():
            file.writestr(f"orders/{day}.json", json.dumps(lines, ensure_ascii=False))

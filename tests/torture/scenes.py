"""What the tortured commands bring in: small exports of every channel with what is hard about it, and larger mail."""

from __future__ import annotations

import json
import random
import zipfile
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""The moment at which everything is brought in."""

US = "support@shop.example"


def mail(
    number: int,
    sender: str = "ada@one.example",
    to: str = US,
    *,
    ago: timedelta = timedelta(days=1),
    answers: int | None = None,
    text: str = "Where is my order?",
    subject: str = "",
) -> bytes:
    """Return one mail; *number* makes its Message-ID, *answers* is the number of the mail it replies to."""
    at = format_datetime(NOW - ago)
    head = [
        f"From: {sender.partition('@')[0].title()} <{sender}>",
        f"To: {to}",
        f"Date: {at}",
        f"Subject: {subject or f'Order {number}'}",
        f"Message-ID: <{number}@mail.example>",
    ]
    if answers is not None:
        head += [f"In-Reply-To: <{answers}@mail.example>", f"References: <{answers}@mail.example>"]
    lines = [*head, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", text, ""]
    return "\r\n".join(lines).encode()


def mbox(path: Path, mails: list[bytes]) -> Path:
    """Write *mails* as a program on Unix keeps them."""
    with path.open("wb") as file:
        for raw in mails:
            file.write(b"From - Mon Mar  2 09:00:00 2026\n" + raw.replace(b"\r\n", b"\n") + b"\n")
    return path


def threads() -> list[bytes]:
    """Return mail in which a reply comes before what it answers, and a late parent makes one thread of two."""
    day = timedelta(days=1)
    return [
        mail(1, ago=3 * day),
        mail(3, US, "ada@one.example", ago=1 * day, answers=2, text="It is on its way."),
        mail(2, ago=2 * day, answers=1, text="Hello? Şikayetçiyim. 注文"),
        mail(4, "bob@two.example", ago=40 * day, subject="Long ago"),
        mail(5, "bob@two.example", ago=timedelta(hours=2), subject="Invoice", text="4111 1111 1111 1111"),
    ]


def whatsapp(path: Path) -> Path:
    """Write a chat as a phone exports it, zipped: the same words twice in a minute, an edit, a file."""
    lines = [
        "[28.02.2026, 09:15:02] Elif Kara: Merhaba",
        "[28.02.2026, 09:15:02] Elif Kara: Merhaba",
        "[28.02.2026, 09:16:40] Deniz: Buyurun",
        "[03.03.2026, 18:01:11] Elif Kara: Kargom gelmedi\nhâlâ bekliyorum",
        "[03.03.2026, 18:02:00] Elif Kara: \u200e<attached: 00000004-PHOTO-2026-03-03-18-02-00.jpg>",
    ]
    with zipfile.ZipFile(path, "w") as zipped:
        _put(zipped, "_chat.txt", "\n".join(lines).encode())
        _put(zipped, "00000004-PHOTO-2026-03-03-18-02-00.jpg", b"\xff\xd8\xff\xe0 a picture")
    return path


def telegram(path: Path) -> Path:
    """Write one chat as Telegram Desktop exports it: an answer, an edit, a service line."""
    said = [
        (1, "user7", "Mira Novak", timedelta(days=20), "Dobar dan"),
        (2, "user7", "Mira Novak", timedelta(hours=30), "gdje je paket?"),
        (3, "user1", "Deniz Kaya", timedelta(hours=29), "stiže sutra"),
        (4, "user7", "Mira Novak", timedelta(hours=3), "nije stigao"),
    ]
    messages = [
        {
            "id": id_,
            "type": "message",
            "date": f"{NOW - ago:%Y-%m-%dT%H:%M:%S}",
            "date_unixtime": str(int((NOW - ago).timestamp())),
            "from": name,
            "from_id": who,
            "text": text,
        }
        for id_, who, name, ago, text in said
    ]
    chat = {"name": "Mira Novak", "type": "personal_chat", "id": 7, "messages": messages}
    path.write_text(json.dumps(chat, indent=1), "utf-8")
    return path


def slack(path: Path) -> Path:
    """Write a workspace with one channel and one thread in it."""
    first = (NOW - timedelta(hours=26)).timestamp()
    users = [{"id": "U1", "name": "deniz", "real_name": "Deniz Kaya"}, {"id": "U2", "name": "sam", "real_name": "Sam"}]
    root, answer, loose = f"{first:.6f}", f"{first + 60:.6f}", f"{first + 3600:.6f}"
    day = [
        {"type": "message", "user": "U2", "text": "the shop is down", "ts": root, "thread_ts": root, "reply_count": 1},
        {"type": "message", "user": "U1", "text": "looking", "ts": answer, "thread_ts": root},
        {"type": "message", "user": "U2", "text": "another thing", "ts": loose},
    ]
    with zipfile.ZipFile(path, "w") as zipped:
        _put(zipped, "users.json", json.dumps(users).encode())
        _put(zipped, "channels.json", json.dumps([{"id": "C1", "name": "help", "members": ["U1", "U2"]}]).encode())
        _put(zipped, f"help/{NOW - timedelta(hours=26):%Y-%m-%d}.json", json.dumps(day).encode())
    return path


def _put(zipped: zipfile.ZipFile, name: str, content: bytes) -> None:
    zipped.writestr(zipfile.ZipInfo(name, (2026, 3, 4, 10, 0, 0)), content)


def correspondence(count: int, seed: int = 4711) -> list[tuple[bytes, datetime]]:
    """Return *count* mails between customers and us in threads of one to six, and when each was received, some of
    them after a mail that answers them; the last weeks and the months before."""
    chance = random.Random(seed)
    mails: list[tuple[bytes, datetime]] = []
    number = 0
    while len(mails) < count:
        customer = f"customer{chance.randrange(count // 4)}@example.org"
        began = timedelta(minutes=chance.randrange(60, 60 * 24 * 60))
        before: int | None = None
        thread: list[tuple[bytes, datetime]] = []
        for turn in range(min(chance.randint(1, 6), count - len(mails))):
            number += 1
            ago = max(began - timedelta(minutes=turn * chance.randrange(1, 600)), timedelta(minutes=5))
            sender, to = (US, customer) if turn % 3 == 1 else (customer, US)
            text = " ".join(
                chance.choices(
                    ["order", "parcel", "refund", "iade", "sipariş", "kargo", "Größe", "注文", "where", "please"], k=20
                )
            )
            thread.append((mail(number, sender, to, ago=ago, answers=before, text=text), NOW - ago))
            before = number
        if chance.random() < 0.3:
            chance.shuffle(thread)
        mails += thread
    return mails

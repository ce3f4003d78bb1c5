"""Made-up mail and chats, the same for the same number, of a size and shape like real ones."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

STEMS = "order parcel invoice refund coupon size colour delivery address return shop iade sipariş kargo Größe Straße"
BEGAN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def vocabulary(chance: random.Random) -> list[str]:
    """Return some ten thousand words, the first few common and the rest rare."""
    letters = "aeioubdfgklmnprstvz"
    return STEMS.split() + ["".join(chance.choices(letters, k=chance.randint(3, 9))) for _ in range(10_000)]


def said(chance: random.Random, words: list[str], length: int) -> str:
    ranks = (min(int(chance.paretovariate(0.6)) - 1, len(words) - 1) for _ in range(length))
    return " ".join(words[rank] for rank in ranks)


def whatsapp(path: Path, messages: int) -> None:
    """Write one chat of two people as an Android phone exports it."""
    chance = random.Random(4711)
    words = vocabulary(chance)
    at = BEGAN
    with path.open("w", encoding="utf-8") as file:
        for _ in range(messages):
            at += timedelta(minutes=chance.randint(0, 90))
            who = chance.choice(("Ada Demir", "Deniz"))
            file.write(f"{at:%d/%m/%Y, %H:%M} - {who}: {said(chance, words, chance.randint(2, 30))}\n")


def mbox(path: Path, messages: int) -> None:
    """Write mail of plain text and HTML in threads of about four, 4 kB each in the mean."""
    chance = random.Random(4711)
    words = vocabulary(chance)
    at = BEGAN
    before = ""
    with path.open("wb") as file:
        for number in range(messages):
            at += timedelta(minutes=chance.randint(0, 20))
            mail = EmailMessage()
            mail["From"] = f"Customer {number // 4} <customer{number // 4}@example.org>"
            mail["To"] = "support@shop.example"
            mail["Date"] = format_datetime(at)
            mail["Subject"] = said(chance, words, 5)
            mail["Message-ID"] = own = f"<{number}@example.org>"
            if number % 4:
                mail["In-Reply-To"] = mail["References"] = before
            before = own
            text = said(chance, words, chance.randint(40, 500))
            mail.set_content(text)
            if number % 2:
                mail.add_alternative(f"<html><body><p>{text}</p><p>{text}</p></body></html>", subtype="html")
            file.write(b"From - " + at.strftime("%a %b %d %H:%M:%S %Y").encode() + b"\n")
            file.write(mail.as_bytes().replace(b"\nFrom ", b"\n>From ") + b"\n")

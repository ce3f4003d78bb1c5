"""A made-up mailbox, the same for the same number: threads, HTML, files and several scripts, 12 kB in the mean."""

from __future__ import annotations

import os
import random
from base64 import b64encode, encodebytes
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from quopri import encodestring

from benchmarks.words import Tongue, chosen, tongues

BLOCK = 1_000
"""Mails whose threads are among themselves: each block is made by itself, whatever lies before it."""
ENDS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""The last mail is no later."""
APART = timedelta(seconds=95)
"""Between two mails in the mean: a million in three years."""
OURS = "support@shop.example"

Mail = tuple[datetime, bytes]


@cache
def _said() -> tuple[tuple[float, Tongue], ...]:
    return tongues()


@cache
def _noise() -> bytes:
    """Return a photo's worth of bytes that do not compress."""
    return random.Random("noise").randbytes(1 << 21)


def block(number: int, total: int) -> list[Mail]:
    """Return the mails of one block of a corpus of *total*, oldest first."""
    chance = random.Random(f"block {number}")
    many = min(BLOCK, total - number * BLOCK)
    began = ENDS - APART * (total - number * BLOCK)
    threads = [_Thread(chance, f"{number}.{one}") for one in range(max(1, many // 3))]
    mails = []
    for at in range(many):
        thread = threads[at] if at < len(threads) else threads[int(chance.paretovariate(0.5) * 7) % len(threads)]
        when = began + APART * at + timedelta(milliseconds=chance.randint(0, 90_000))
        mails.append((when, thread.mail(chance, when)))
    return mails


class _Thread:
    """A customer and we, taking turns."""

    def __init__(self, chance: random.Random, name: str) -> None:
        self.name = name
        self.tongue = chosen(chance, _said())
        customer = int(chance.paretovariate(0.3) * 50) % 60_000
        self.address = f"customer{customer}@{('example.org', 'mail.example', 'post.example')[customer % 3]}"
        self.person = self.tongue.words[20 + customer % 900].title() + f" {customer}"
        self.subject = self.tongue.said(chance, chance.randint(2, 7)).rstrip(".。")
        self.ids: list[str] = []
        self.last = ""
        self.robot = chance.random() < 0.06

    def mail(self, chance: random.Random, when: datetime) -> bytes:
        ours = len(self.ids) % 2 == 1 and not self.robot
        own = f"<{len(self.ids)}.{self.name}.{chance.getrandbits(48):x}@{'shop.example' if ours else 'example.org'}>"
        charset = chance.choice(self.tongue.charsets)
        text = self.tongue.text(chance, min(900, 20 + int(chance.lognormvariate(4.6, 0.8))))
        quoted = "\n".join(f"> {line}" for line in self.last.splitlines()[:120])
        whole = f"{text}\n\nOn {when:%a, %d %b %Y} {self.person} wrote:\n{quoted}\n" if quoted else f"{text}\n"
        self.last = text
        subject = f"Re: {self.subject}" if self.ids else self.subject
        head = _head(self, own, when, subject, ours=ours)
        body = _body(chance, whole, charset, own)
        self.ids.append(own)
        return head + body


def _head(thread: _Thread, own: str, when: datetime, subject: str, *, ours: bool) -> bytes:
    customer, us = f"{_word(thread.person)} <{thread.address}>", f"Shop support <{OURS}>"
    stamp = format_datetime(when)
    key = b64encode(own.encode() * 4).decode()
    lines = [
        f"Return-Path: <{OURS if ours else thread.address}>",
        "Received: from mx3.example.org (mx3.example.org [192.0.2.17])\n\tby mail.shop.example (Postfix)"
        f" with ESMTPS id 4F{hash_of(own)}\n\tfor <{OURS}>; {stamp}",
        "Received: from sender.example.org (localhost [127.0.0.1])\n\tby mx3.example.org (Postfix)"
        f" with ESMTP id 7C{hash_of(own[::-1])}; {stamp}",
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=2025;\n\t"
        f"t={int(when.timestamp())}; h=from:to:subject:date:message-id;\n\tbh={key[:44]};\n\tb={key}{key}",
        "Authentication-Results: mail.shop.example; dkim=pass header.d=example.org; spf=pass",
        f"From: {us if ours else customer}",
        f"To: {customer if ours else us}",
        f"Subject: {_word(subject)}",
        f"Date: {stamp}",
        f"Message-ID: {own}",
        "MIME-Version: 1.0",
        "X-Mailer: Example Mail 16.0",
    ]
    if thread.ids:
        references = "\n ".join(thread.ids[-8:])
        lines += [f"In-Reply-To: {thread.ids[-1]}", f"References: {references}"]
    if thread.robot:
        lines += ["Auto-Submitted: auto-generated", "List-Id: <shop.example.org>", "Precedence: bulk"]
    return "\n".join(lines).encode() + b"\n"


def hash_of(text: str) -> str:
    """Return ten digits that are the same in every run."""
    return f"{sum((at + 1) * 7919 * ord(letter) for at, letter in enumerate(text)):010d}"


def _word(text: str) -> str:
    """Return *text* as it may stand in a header (RFC 2047)."""
    if text.isascii():
        return text
    parts = [text[at : at + 14] for at in range(0, len(text), 14)]
    return "\n ".join(f"=?utf-8?B?{b64encode(part.encode()).decode()}?=" for part in parts)


def _body(chance: random.Random, text: str, charset: str, own: str) -> bytes:
    """Return what follows the header: plain, with HTML beside it, or with files, in shares as they are in real mail."""
    shape = chance.random()
    if shape < 0.45:
        return _part(text, "plain", charset, chance)
    page = _page(chance, text)
    if shape < 0.55:
        return _part(page, "html", charset, chance)
    both = _parts("alternative", own, _part(text, "plain", charset, chance), _part(page, "html", charset, chance))
    if shape < 0.86:
        return both
    files = [_file(chance) for _ in range(1 if chance.random() < 0.8 else 2)]
    return _parts("mixed", own, both if chance.random() < 0.6 else _part(text, "plain", charset, chance), *files)


def _part(text: str, kind: str, charset: str, chance: random.Random) -> bytes:
    try:
        content = text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
        content = text.encode()
    way = "7bit" if content.isascii() else chance.choice(("8bit", "quoted-printable", "base64"))
    if way == "7bit" and kind == "html":
        way = "quoted-printable"
    head = f'Content-Type: text/{kind}; charset="{charset}"\nContent-Transfer-Encoding: {way}\n\n'.encode()
    match way:
        case "base64":
            return head + encodebytes(content)
        case "quoted-printable":
            return head + encodestring(content)
        case _:
            return head + content


def _parts(kind: str, own: str, *parts: bytes) -> bytes:
    mark = f"=_{kind}_{hash_of(own)}"
    inner = b"".join(b"--" + mark.encode() + b"\n" + part + b"\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{mark}"\n\n'.encode() + inner + f"--{mark}--\n".encode()


_STYLE = "".join(
    f".c{at}{{margin:0;padding:{at}px;font-family:Arial,sans-serif;color:#{at:02x}3344}}\n" for at in range(30)
)


def _page(chance: random.Random, text: str) -> str:
    cells = []
    for line in text.splitlines():
        quote = line.replace("&", "&amp;").replace("<", "&lt;")
        cells.append(
            f'<tr><td class="c{chance.randint(0, 29)}" style="padding:4px 8px;line-height:1.4">{quote}</td></tr>\n'
        )
    link = f'<a href="https://shop.example/orders/{chance.getrandbits(40)}">shop.example</a>'
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><style>\n{_STYLE}</style></head><body>\n'
        f'<table width="600" cellpadding="0" cellspacing="0">\n{"".join(cells)}</table>\n<p>{link}</p>\n'
        '<img src="https://shop.example/logo.png" width="120" height="40" alt="">\n</body></html>\n'
    )


def _file(chance: random.Random) -> bytes:
    size = min(400_000, int(chance.lognormvariate(9.5, 0.9)))
    at = chance.randint(0, len(_noise()) - size)
    name, kind = chance.choice(
        (("photo.jpg", "image/jpeg"), ("invoice.pdf", "application/pdf"), ("list.zip", "application/zip"))
    )
    head = (
        f'Content-Type: {kind}; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
        "Content-Transfer-Encoding: base64\n\n"
    )
    return head.encode() + encodebytes(_noise()[at : at + size])


def mails(total: int) -> Iterator[Mail]:
    """Yield a corpus of *total* mails, oldest first; made on every core."""
    blocks = (total + BLOCK - 1) // BLOCK
    with ProcessPoolExecutor(min(blocks, os.cpu_count() or 1)) as pool:
        waiting = []
        for number in range(blocks):
            waiting.append(pool.submit(block, number, total))
            if len(waiting) > 8:
                yield from waiting.pop(0).result()
        for one in waiting:
            yield from one.result()


def write_mbox(path: Path, total: int) -> None:
    """Write a corpus as one mbox, `From ` lines within mails escaped."""
    with path.open("wb") as file:
        for when, mail in mails(total):
            file.write(b"From - " + when.strftime("%a %b %d %H:%M:%S %Y").encode() + b"\n")
            file.write(mail.replace(b"\nFrom ", b"\n>From ") + (b"\n" if mail.endswith(b"\n") else b"\n\n"))


def write_maildir(path: Path, total: int) -> None:
    """Write a corpus as a Maildir, every mail of it read."""
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True, exist_ok=True)
    for at, (when, mail) in enumerate(mails(total)):
        kept = path / "cur" / f"{int(when.timestamp())}.{at}.bench:2,S"
        kept.write_bytes(mail)
        os.utime(kept, (when.timestamp(), when.timestamp()))

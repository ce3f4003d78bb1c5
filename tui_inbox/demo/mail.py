"""The week's mail as an mbox and a Maildir: what a mailbox would hold, answers and robots included."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from tui_inbox.demo.pictures import file, media_type
from tui_inbox.demo.week import Line, Told, Who

ME = "Deniz Kaya"
ADDRESSES = {"support": "support@shop.example", "deniz": "deniz@shop.example"}

_SIGNATURE = "Deniz\n\n-- \nDeniz Kaya\nKaya Keramik, studio and shop\nshop.example, +90 555 000 01 00"
_WROTE = {
    "en": "On {day:%d %b %Y} at {day:%H:%M}, {name} <{address}> wrote:",
    "de": "Am {day:%d.%m.%Y} um {day:%H:%M} schrieb {name} <{address}>:",
    "hr": "Dana {day:%d.%m.%Y.} u {day:%H:%M} {name} <{address}> piše:",
    "tr": "{name} <{address}>, {day:%d.%m.%Y} {day:%H:%M} tarihinde şunu yazdı:",
    "fr": "Le {day:%d/%m/%Y} à {day:%H:%M}, {name} <{address}> a écrit :",
}
_REPORT = """\
Received: by mx.shop.example (Mail System); {date}
From: Mail Delivery System <mailer-daemon@mx.shop.example>
To: {ours}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: {id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain; charset=us-ascii

This is the mail system at mx.shop.example.

Your message to <{to}> could not be delivered: there is no such mailbox.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.shop.example

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such mailbox here

--report
Content-Type: text/rfc822-headers

From: Deniz Kaya <{ours}>
To: {to}
Message-ID: {lost}

--report--
"""
_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the week, ready to be put into a mailbox."""

    received: datetime
    sender: str
    raw: bytes
    name: str
    """Unique within the week; a file name."""


def mbox(letters: Iterable[Letter]) -> bytes:
    """Return *letters* as an mboxrd file (qmail's mbox(5)): separators, and one more `>` before quoted ones."""
    parts: list[bytes] = []
    for letter in letters:
        stamp = letter.received.strftime("%a %b %d %H:%M:%S %Y")
        body = _FROM_LINE.sub(rb">\1", letter.raw.replace(b"\r\n", b"\n"))
        parts.append(f"From {letter.sender} {stamp}\n".encode() + body.rstrip(b"\n") + b"\n\n")
    return b"".join(parts)


def maildir(letters: Iterable[Letter]) -> dict[str, bytes]:
    """Return *letters* as the files of a Maildir (maildir(5)), all of them read."""
    return {f"cur/{letter.received.timestamp():.0f}.{letter.name}.shop:2,S": letter.raw for letter in letters}


def letters(told: Told, lines: Iterable[Line], now: datetime) -> list[Letter]:
    """Return the mails of one conversation, as far as *lines* go."""
    return [_letter(told, told.lines.index(line), now) for line in lines]


@lru_cache(maxsize=512)
def _letter(told: Told, index: int, now: datetime) -> Letter:
    line = told.lines[index]
    moment, name = now + line.at, f"M{told.number:03}P{index}"
    if "bounce" in line.options:
        return Letter(moment, "MAILER-DAEMON", _bounce(told, index, moment), name)
    ours = ADDRESSES[told.where]
    sender = line.by(Who(ME, ours) if line.ours else told.who)
    to = told.who if line.ours else Who("", ours)
    mail = EmailMessage(policy=SMTP)
    if not line.ours:
        relay = sender.identity.rpartition("@")[2]
        mail["Received"] = f"from mail.{relay} by mx.shop.example with ESMTPS; {format_datetime(moment)}"
    mail["From"] = _address(sender)
    mail["To"] = _address(to)
    if "cc" in line.options:
        mail["Cc"] = line.options["cc"]
    mail["Subject"] = told.subject if index == 0 else f"Re: {told.subject}"
    mail["Date"] = moment
    mail["Message-ID"] = _id(told, index)
    if index:
        mail["In-Reply-To"] = _id(told, index - 1)
        mail["References"] = " ".join(_id(told, i) for i in range(index))
    _write(mail, told, index, now)
    _special(mail, told, index)
    return Letter(moment, sender.identity, mail.as_bytes(), name)


def _id(told: Told, index: int) -> str:
    line = told.lines[index]
    domain = "shop.example" if line.ours else told.who.identity.rpartition("@")[2]
    return f"<week.{told.number}.{index}@{domain}>"


def _address(who: Who) -> Address:
    return Address(display_name=who.name, addr_spec=who.identity)


def _write(mail: EmailMessage, told: Told, index: int, now: datetime) -> None:
    """Give *mail* its body: text, perhaps HTML beside it, perhaps an attachment."""
    line = told.lines[index]
    shown, _, target = line.options.get("link", "").partition(" = ")
    said = line.text.replace("{link}", shown)
    if line.ours and "by" not in line.options:
        said = f"{said}\n{_SIGNATURE}"
    quote = _quote(told, index - 1, now) if "quote" in line.options and index else ""
    plain = f"{said}\n\n{quote}" if quote else said
    if "charset" in line.options:
        mail.set_content(plain + "\n", charset=line.options["charset"], cte="7bit")
    else:
        mail.set_content(plain + "\n")
    if line.options.get("html") == "only":
        mail.set_content(_as_html(said, quote, shown, target), subtype="html")
    elif "html" in line.options:
        mail.add_alternative(_as_html(said, quote, shown, target), subtype="html")
    if "attach" in line.options:
        name = line.options["attach"]
        kind, _, subtype = media_type(name).partition("/")
        mail.add_attachment(file(name), maintype=kind, subtype=subtype, filename=name)
    for place, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"week-{told.number}-{index}-{place}")


def _quote(told: Told, index: int, now: datetime) -> str:
    line = told.lines[index]
    who = line.by(Who(ME, ADDRESSES[told.where]) if line.ours else told.who)
    wrote = _WROTE[told.keys.get("language", "en")]
    head = wrote.format(day=now + line.at, name=who.name, address=who.identity)
    return head + "\n\n" + "\n".join(f"> {one}".rstrip() for one in line.text.split("\n"))


def _as_html(said: str, quote: str, shown: str, target: str) -> str:
    paragraphs = [html.escape(one).replace("\n", "<br>\n") for one in said.split("\n\n")]
    body = "\n".join(f"<p>{one}</p>" for one in paragraphs)
    if target:
        body = body.replace(html.escape(shown), f'<a href="{html.escape(target)}">{html.escape(shown)}</a>')
    if quote:
        body += f"\n<blockquote>{html.escape(quote)}</blockquote>"
    style = "<style>p { color: #333; font-family: sans-serif }</style>"
    return f"<html><head>{style}</head><body>\n{body}\n</body></html>\n"


def _special(mail: EmailMessage, told: Told, index: int) -> None:
    """Make of *mail* what its options say: a contact form, a newsletter, a robot."""
    options = told.lines[index].options
    if "form" in options:
        mail.replace_header("From", Address("Kaya Keramik", addr_spec=ADDRESSES["support"]))
        mail["Reply-To"] = _address(told.who)
    if "bulk" in options:
        mail["List-Id"] = f"<monthly.{told.who.identity.rpartition('@')[2]}>"
        mail["List-Unsubscribe"] = f"<https://{told.who.identity.rpartition('@')[2]}/leave>"
        mail["Precedence"] = "bulk"
    if "auto" in options:
        mail["Auto-Submitted"] = "auto-generated"
    if "auto-reply" in options:
        mail.replace_header("Subject", f"Automatic reply: {told.subject}")
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"


def _bounce(told: Told, index: int, moment: datetime) -> bytes:
    """Return the report (RFC 3464) that the message before *index* will never arrive."""
    return _REPORT.format(
        date=format_datetime(moment),
        ours=ADDRESSES[told.where],
        to=told.who.identity,
        id=_id(told, index),
        lost=_id(told, index - 1),
    ).encode()

"""What strangers might write to take over a terminal: each sequence in each field, and on every channel some."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.incoming.store import Store
from tui_inbox.connectors import Arrival, Batch
from tui_inbox.inbox.origin import Origin
from tui_inbox.rules.model import Attachment, Class, Message, Person, Verdict

SEQUENCES = {
    "clipboard": "\x1b]52;c;UFdORUQ=\x1b\\",
    "clipboard by BEL": "\x1b]52;c;UFdORUQ=\x07",
    "title": "\x1b]0;PWNED\x1b\\\x1b]2;PWNED\x07",
    "palette": "\x1b]4;1;rgb:ff/00/00\x1b\\\x1b]10;#f00\x07\x1b]11;#f00\x07\x1b]104\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "notification": "\x1b]9;PWNED\x07\x1b]777;notify;PWNED;x\x1b\\\x1b]1337;File=:AAAA\x07",
    "device control": "\x1bP$qm\x1b\\\x1bPq#0;2;0;0;0~\x1b\\\x1bP+q544e\x1b\\",
    "application": "\x1b_Gf=24,s=1,v=1;AAAA\x1b\\\x1b^PWNED\x1b\\\x1bXPWNED\x1b\\",
    "mouse": "\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1006h\x1b[?9h",
    "screen": "\x1b[?1049l\x1b[?47l\x1b[?25l\x1b[?2004l\x1b[?3h\x1b[?5h\x1b[?7l",
    "cursor": "\x1b[H\x1b[2J\x1b[3J\x1b[10;10H\x1b[5A\x1b[1;3r\x1b[6 q\x1b7\x1b8",
    "reports": "\x1b[6n\x1b[c\x1b[>c\x1b[21t\x1b[18t\x1b[?u\x1bZ\x05",
    "reset": "\x1bc\x1b[!p\x1b#8\x1b(0\x1b)0\x0e\x0f\x1bN\x1bO",
    "colour": "\x1b[31;1;5;7m\x1b[38;2;255;0;0m",
    "repeat": "\x1b[99999b\x1b[99999@\x1b[99999L",
    "C1": "\x9b31m\x9d0;PWNED\x9c\x90q\x9c\x9fG\x9c\x9ePM\x9c\x98SOS\x9c\x84\x85\x8d\x8e\x8f",
    "C0": "\x00\x01\x05\x07\x08\x08\x08\x0b\x0c\x0e\x0f\x11\x13\x1a\x7f",
    "carriage": "paid\rPWNED\r\nX: y\n\n\n\ttab",
    "separators": "a\u2028b\u2029c\x85d\x1cd\x1de\x1ef",
    "bidi": "\u202egpj.exe\u202c\u202dabc\u2066\u2067\u2068x\u2069\u200e\u200f\u061c",
    "zero width": "p\u200bay\u200cp\u200da\ufeffl\u2060\u00ad\u180e",
    "tags": "".join(chr(0xE0000 + ord(char)) for char in "PWNED") + "\U000e0001\U000e007f",
    "combining": "Z" + "\u0335\u0336\u0489\u20dd" * 200,
    "wide": "\ufdfd\U0001f468\u200d\U0001f469\u200d\U0001f467\ufe0f\U0001f1e6\U0001f1e8\ufe0e\u3164\uffa0",
    "private": "\ue000\U000f0000\U0010fffd\ufffe\uffff\ufdd0",
    "markup": "[@click=app.quit]x[/] [link=file:///etc/passwd]y[/link] [b]z[/] [/nope] [$primary] [on red]",
    "cut off": "\x1b]0;never ended",
    "half": "\x1b",
    "nested": "\x1b\x1b]52\x1b]52;c;\x1b[31mUFdORUQ=\x07\x1b\\\x1b\\",
}
CHANNELS = ("email", "whatsapp", "telegram", "slack", "discord", "signal", "messenger", "instagram", "line", "linkedin")
CHANNELS += ("googlechat", "telegram_html", "chat")
AT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
CONFIG = """
[me]
name = "Deniz"
addresses = ["support@shop.example"]

[[teammate]]
name = "Mert"
address = "mert@shop.example"

[[rule]]
name = "words"
when = { text = ["nothing"] }
then = { tier = 2 }
"""


def messages(now: datetime) -> list[tuple[str, list[Message]]]:
    """Return what was said on each channel: of each sequence two questions, an answer, and what a machine wrote."""
    found: dict[str, list[Message]] = {channel: [] for channel in CHANNELS}
    for number, evil in enumerate(SEQUENCES.values()):
        channel = CHANNELS[number % len(CHANNELS)]
        for part in range(4):
            found[channel].append(_message(channel, number, part, evil, now))
    return list(found.items())


def _message(channel: str, number: int, part: int, evil: str, now: datetime) -> Message:
    sender = Person(f"{evil}Eve", f"{evil}eve{number}@six.example" if channel == "email" else f"{evil}{number}")
    return Message(
        channel=channel,
        key=f"{evil}{number}.{part}",
        sender=Person(f"{evil}Deniz", "support@shop.example") if part == 1 else sender,
        mine=part == 1,
        received_at=now - timedelta(minutes=20 * number + 10 - 2 * part),
        text=f"{evil} asks {number}\n\n[1] https://evil.example/{evil}\n> {evil}",
        quoted=f"{evil} was said before",
        subject=f"{evil} Subject {number}",
        thread=f"{evil}{number}" if channel != "email" else "",
        thread_title=f"{evil} Room",
        group=number % 2 == 1,
        external_id=f"<{evil}{number}.{part}@six.example>",
        ids=(f"<{number}.{part}@six.example>",),
        references=(f"<{number}.0@six.example>",) if part else (),
        reply_to=Person(evil, f"{evil}r@six.example"),
        to=(Person(evil, "support@shop.example"), Person(f"{evil}Bo", f"{evil}bo@six.example")),
        cc=(Person(f"{evil}Cc", f"{evil}cc"),),
        verdict=Verdict(Class.AUTO, f"{evil} wrote it") if part == 2 else Verdict(Class.HUMAN),
        attachments=(Attachment(f"{evil}../../x{evil}.jpg", f"image/{evil}", 3, evil.encode()),),
        warnings=(f"{evil} is strange",),
        raw=evil.encode(),
        position=part,
    )


def filled(folder: Path, now: datetime) -> Store:
    """Return a store that holds all of it."""
    store = Store(folder, at=now).configured(CONFIG)
    with store.inbox() as inbox:
        for channel, said in messages(now):
            origin = Origin(f"{SEQUENCES['title']}{channel}", channel, channel)
            batch = Batch(tuple(Arrival(one) for one in said), f"place {SEQUENCES['cursor']}", "{}")
            inbox.ingest(origin, batch, now)
            inbox.sources.synced(origin, now, f"{SEQUENCES['clipboard']} went wrong")
    return store

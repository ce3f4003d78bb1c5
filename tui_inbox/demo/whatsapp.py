"""The week's WhatsApp chats as the phones export them: text files from Android, a zip with media from an iPhone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tui_inbox.demo.pictures import file
from tui_inbox.demo.week import Line, Told, Who

ME = "Deniz"
ZONE = "Europe/Istanbul"
"""Where the shop's phone is: the exports name no zone. Without daylight saving, every day of the year reads well."""

MARK = "\u200e"
"""The invisible left-to-right mark by which an iPhone sets its own words apart from a person's."""

_NOTICE = (
    "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, "
    "can read or listen to them. Tap to learn more."
)


def export(told: Told, lines: Sequence[Line], now: datetime) -> tuple[str, bytes]:
    """Return the export of one chat: the name its phone gives the file, and the file."""
    if told.where == "ios":
        return f"WhatsApp Chat - {told.title}.zip", _iphone(told, lines, now)
    return f"WhatsApp Chat with {told.title}.txt", _android(told, lines, now).encode()


def _sender(told: Told, line: Line) -> str:
    return ME if line.ours else line.by(Who(told.who.name)).name


def _android(told: Told, lines: Sequence[Line], now: datetime) -> str:
    rows = [f"{_stamp(now, lines[0])} - {_NOTICE}"]
    if "group" in told.keys:
        rows.append(f'{_stamp(now, lines[0])} - {ME} created group "{told.title}"')
    for line in lines:
        head = f"{_stamp(now, line)} - "
        if line.verb == "system":
            rows.append(head + line.text)
        elif "omitted" in line.options:
            rows.append(f"{head}{_sender(told, line)}: <Media omitted>\n{line.text}".rstrip())
        else:
            rows.append(f"{head}{_sender(told, line)}: {_body(line)}")
    return "\n".join(rows) + "\n"


def _stamp(now: datetime, line: Line) -> str:
    return (now + line.at).astimezone(ZoneInfo(ZONE)).strftime("%d.%m.%Y, %H:%M")


def _body(line: Line) -> str:
    if "deleted" in line.options:
        return "This message was deleted"
    return line.text + (" <This message was edited>" if "edited" in line.options else "")


def _iphone(told: Told, lines: Sequence[Line], now: datetime) -> bytes:
    rows = [f"{_bracket(now, lines[0])} {told.title}: {MARK}{_NOTICE}"]
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for line in lines:
            said = line.text
            head = f"{_bracket(now, line)} {_sender(told, line)}: "
            if "attach" in line.options:
                name = line.options["attach"]
                archive.writestr(zipfile.ZipInfo(name), file(name))
                rows.append(f"{MARK}{head}{MARK}<attached: {name}>")
            if said or "attach" not in line.options:
                rows.append(head + said)
        archive.writestr(zipfile.ZipInfo("_chat.txt"), ("\r\n".join(rows) + "\r\n").encode())
    return kept.getvalue()


def _bracket(now: datetime, line: Line) -> str:
    return (now + line.at).astimezone(ZoneInfo(ZONE)).strftime("[%d.%m.%Y, %H:%M:%S]")

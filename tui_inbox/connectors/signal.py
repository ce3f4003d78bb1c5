"""Signal: what signal-export writes (`data.json`, else `chat.md`), and sigtop's JSON.

A chat is one conversation: Signal knows nothing smaller, and the one who asks is the one who is answered.

sigtop has the moment in UTC: the key is the millisecond within the chat and, of equal ones, the n-th. The sender and
the text are not in it, because an edit, a deletion or a contact's new name must find the message that is here already;
Signal itself names a message by its sender's millisecond. signal-export writes the wall time of the computer: its
messages are aligned, by the millisecond in `data.json`, by seconds or minutes in `chat.md`. A folder of it holds both
for each chat; then `chat.md` is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from tui_inbox.connectors import UNTRIED, Batch, SetAside
from tui_inbox.connectors.formats import signal_records
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import clean, cleaned, decoded
from tui_inbox.connectors.formats.moments import UNREADABLE, LocalClock, zone_of
from tui_inbox.connectors.formats.packing import Found, enclosed, packed, places
from tui_inbox.connectors.formats.signal_marks import DELETED, OLD, Body, is_call, parted, shape_of, tidy, type_of
from tui_inbox.connectors.formats.textrows import A_LINE, LINE, Beyond, head_of, lines
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Attachment, Class, Message, Person, State, Verdict

CHANNEL = "signal"
ORDER = 40
_FIELDS = frozenset({"date", "sender", "body", "reactions", "attachments"})
_OWN = "Me"
_NOBODY = "No-Sender"
_PEOPLE = 1000


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is an export of Signal, or None."""
    for member in _members(bundle, 50):
        return f"{member} {_SIGNS[_form(bundle, member)]}"
    return None


_SIGNS = {
    "lines": f"has signal-export's fields on each line{UNTRIED}",
    "marks": "has heads as signal-export writes them",
    "records": f"is a list of Signal's own records, as sigtop writes it{UNTRIED}",
}


def _members(bundle: Bundle, most: int = 20_000) -> list[str]:
    """Return the members that hold a chat; of a chat that is there twice, only its `data.json`."""
    names = bundle.names()
    if len(names) == 1:
        return names if _form(bundle, names[0]) else []
    chats = [one for name in ("data.json", "chat.md") for one in bundle.find(name)][:most]
    told: dict[str, str] = {}
    for member in chats:
        folder = member.rpartition("/")[0]
        if folder not in told and _form(bundle, member):
            told[folder] = member
    flat = [one for one in names if one.count("/") <= 1 and one.casefold().endswith(".json") and one not in chats]
    return sorted([*told.values(), *(one for one in flat[:most] if not told and _form(bundle, one) == "records")])


def _form(bundle: Bundle, member: str) -> str:
    """Return `lines` (data.json), `marks` (chat.md), `records` (sigtop), or "" by the head of *member*."""
    head = bundle.head(member)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        try:
            found = decoded(head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0].decode("utf-8", "replace"))
        except ValueError:
            return ""
        return "lines" if isinstance(found, dict) and set(found) >= _FIELDS else ""
    if start == b"[":
        text = head.decode("utf-8-sig", "replace")
        return "marks" if shape_of(text) else "records" if signal_records.is_list(bundle, member) else ""
    return ""


@dataclass(frozen=True, slots=True)
class Source:
    """One export; `zone` is where the exporting computer was: signal-export writes its local time. `me` adds names."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield every message, chat by chat; an interrupted run goes on behind its cursor."""
        zone = zone_of(self.zone)
        members = _members(self.bundle)
        if not members:
            raise Unreadable(
                f"{self.bundle.path.name} is no export of Signal.",
                "Export with signal-export, or with sigtop as JSON, and import the folder.",
            )
        for member, place in places(self.bundle, members).items():
            yield from packed(partial(self._found, member, zone), place, cursors, self.bundle.size(member))

    def owner(self) -> str | None:
        """Return the name the exporters give to the agent, `Me`, or the one that was given."""
        return self.me[0] if self.me else _OWN

    def _found(self, member: str, zone: ZoneInfo) -> Found:
        match _form(self.bundle, member):
            case "records":
                group = signal_records.several(self.bundle, member)
                yield from signal_records.found(self.bundle, member, group)
            case "lines":
                chat = _Chat(self.bundle, member, zone, self.me, _people(_line_senders(self.bundle, member), self.me))
                yield from _from_lines(chat)
            case _:
                shape = shape_of(head_of(self.bundle, member)) or OLD
                found = (one for one, _ in _blocks(self.bundle, member, shape) if isinstance(one, _Block))
                people = _people((one.sender for one in found), self.me)
                yield from _from_marks(_Chat(self.bundle, member, zone, self.me, people), shape)


@dataclass(slots=True)
class _Chat:
    """One chat of signal-export: what its messages share."""

    bundle: Bundle
    member: str
    zone: ZoneInfo
    me: tuple[str, ...]
    people: set[str]
    clock: LocalClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = LocalClock(self.zone)

    @property
    def name(self) -> str:
        """The folder's name, which signal-export takes from the contact; of a file elsewhere the other's or its own."""
        folder = clean(self.member).rpartition("/")[0].rpartition("/")[2]
        if folder:
            return folder
        if len(self.people) == 1:
            return next(iter(self.people))
        own = clean(self.member).rpartition(".")[0]
        path = self.bundle.path
        if own not in ("chat", "data"):
            return own or "Signal"
        single = self.bundle.names() == [path.name]
        around = path.parent.name if single else path.stem if path.suffix == ".zip" else path.name
        return clean(around) or "Signal"


def _people(senders: Iterator[str], me: tuple[str, ...]) -> set[str]:
    """Return who speaks beside me."""
    people: set[str] = set()
    for sender in senders:
        if sender not in (_OWN, _NOBODY, "", *me) and len(people) < _PEOPLE:
            people.add(sender)
    return people


# --- data.json ----------------------------------------------------------------------------------------


def _parsed(raw: bytes) -> dict[str, Any] | str:
    try:
        found = decoded(raw.decode("utf-8-sig", "replace"))
    except ValueError as broken:
        return f"it is not JSON ({str(broken)[:120]})"
    if not isinstance(found, dict) or not set(found) >= {"date", "sender", "body"}:
        return "it is no message of signal-export"
    one: dict[str, Any] = cleaned(found)
    return one


def _line_senders(bundle: Bundle, member: str) -> Iterator[str]:
    for _, raw, text in lines(bundle, member):
        found = _SENDER.search(text) if text else None
        if found:
            yield found[1]
        elif text and '"sender"' in text:
            one = _parsed(raw)
            yield one["sender"] if isinstance(one, dict) and isinstance(one["sender"], str) else ""


_SENDER = re.compile(r'^\{"date": "[^"\\]{0,40}", "sender": "([^"\\]{0,300})"')


def _from_lines(chat: _Chat) -> Found:
    read = 0
    for number, raw, text in lines(chat.bundle, chat.member):
        read += len(raw)
        if not text.strip():
            continue
        one = _parsed(raw)
        where = f"line {number}"
        if isinstance(one, str):
            yield SetAside(where, one, raw), read
        else:
            yield in_time(where, raw, _line, chat, one, raw, number), read


def _line(chat: _Chat, one: dict[str, Any], raw: bytes, number: int) -> Message:
    local = _local(one["date"])
    sender = one["sender"] if isinstance(one["sender"], str) else ""
    body = one["body"] if isinstance(one["body"], str) else ""
    quote = one.get("quote")
    listed = one.get("attachments")
    files = [
        (str(each.get("name") or ""), str(each.get("path") or ""))
        for each in (listed[:100] if isinstance(listed, list) else ())
        if isinstance(each, dict)
    ]
    if one.get("sticker"):
        files.append(("sticker", ""))
    quoted = (
        "\n".join(line.removeprefix(">").strip() for line in quote.strip().split("\n"))
        if isinstance(quote, str)
        else ""
    )
    gone = one.get("deleted") is True
    said = Body(tidy(body), quoted, tuple(files))
    call = one.get("call") is True or is_call(said.text)
    return _message(chat, sender, local, said, raw, number, gone=gone, call=call)


def _local(written: object) -> datetime | None:
    """Return the local time of an ISO date without a zone."""
    try:
        moment = datetime.fromisoformat(written) if isinstance(written, str) and len(written) <= 40 else None
    except ValueError:
        return None
    return None if moment is None else moment.replace(tzinfo=None)


# --- chat.md ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Block:
    """A message of the Markdown up to the next head."""

    line: int
    local: datetime | None
    sender: str
    body: list[str]
    raw: list[bytes]
    size: int


def _blocks(bundle: Bundle, member: str, shape: re.Pattern[str]) -> Iterator[tuple[_Block | SetAside, int]]:
    current: _Block | None = None
    beyond = Beyond()
    read = lost = 0
    for number, raw, text in lines(bundle, member):
        head = shape.match(text)
        if head:
            yield from ((one, read) for one in beyond.rest())
            if current:
                yield current, read
            sender, _, body = text[head.end() :].partition(":")
            current = _Block(number, _local(f"{head[1]}T{head[2]}"), sender, [body.removeprefix(" ")], [raw], len(raw))
        elif current is None:
            lost += 1
            if text.strip() and lost <= 20:
                yield SetAside(f"line {number}", "stands before the first message", raw[:65536]), read
        elif current.size > LINE:
            yield from ((one, read) for one in beyond.add(number, raw))
        else:
            current.body.append(text)
            current.raw.append(raw)
            current.size += len(raw) + A_LINE
        read += len(raw)
    yield from ((one, read) for one in beyond.rest())
    if current:
        yield current, read


def _from_marks(chat: _Chat, shape: re.Pattern[str]) -> Found:
    for block, read in _blocks(chat.bundle, chat.member, shape):
        if isinstance(block, SetAside):
            yield block, read
            continue
        yield in_time(f"line {block.line}", block.raw, _marked, chat, block, "min" if shape is OLD else "s"), read


def _marked(chat: _Chat, block: _Block, precision: str) -> Message:
    body = "\n".join(block.body)
    gone = body.strip() == DELETED
    said = parted(body)
    raw = b"".join(block.raw)
    call = is_call(said.text)
    return _message(chat, block.sender, block.local, said, raw, block.line, precision, gone=gone, call=call)


# --- both ---------------------------------------------------------------------------------------------


def _message(
    chat: _Chat,
    sender: str,
    local: datetime | None,
    said: Body,
    raw: bytes,
    number: int,
    precision: str = "ms",
    *,
    gone: bool,
    call: bool,
) -> Message:
    received = chat.clock.utc(local)
    files, warnings = _files(chat, said.files)
    mine = sender == _OWN or sender in chat.me
    empty = not (said.text or said.quoted or files or gone)
    return Message(
        channel=CHANNEL,
        key="",
        sender=Person("" if sender == _NOBODY else sender),
        received_at=received,
        text=said.text,
        quoted=said.quoted,
        thread=chat.name,
        thread_title=chat.name,
        group=len(chat.people) > 1,
        mine=mine,
        sent_at=received,
        local_at=local,
        precision=precision,
        position=number,
        verdict=_verdict(call, empty),
        state=State.DELETED if gone else State.NORMAL,
        attachments=files,
        warnings=warnings if received else (*warnings, UNREADABLE),
        raw=raw,
        where=f"line {number}",
    )


def _verdict(call: bool, empty: bool) -> Verdict:
    if call:
        return Verdict(Class.SYSTEM, "a call")
    return Verdict(Class.SYSTEM, "a notice of Signal without words") if empty else Verdict(Class.HUMAN)


def _files(chat: _Chat, named: tuple[tuple[str, str], ...]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    folder = chat.member.rpartition("/")[0]
    files: list[Attachment] = []
    warnings: list[str] = []
    for name, path in named:
        inner = path.replace("\\", "/").replace("%20", " ").removeprefix("./")
        shown = name or inner.rpartition("/")[2] or "file"
        if not inner or inner.startswith("../exported_stickers/"):
            files.append(Attachment(shown, type_of(shown), stored=False))
            continue
        found, warning = enclosed(chat.bundle, folder, inner, shown, type_of(inner))
        files.append(found)
        warnings += [warning] if warning else []
    return tuple(files), tuple(dict.fromkeys(warnings))

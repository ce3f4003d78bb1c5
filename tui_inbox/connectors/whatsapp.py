"""WhatsApp and WhatsApp Business: the chat that a phone exports as `.txt`, or as a zip with its media.

The export has no ids, no zone and no mark for the person who made it. So `key` is empty (ordered alignment decides what
is known), times are read in the zone that the agent names, and the owner is named by them or guessed by evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from tui_inbox.connectors import Arrival, Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.moments import UNREADABLE, LocalClock, zone_of
from tui_inbox.connectors.formats.packing import BATCH, KEEP, batch
from tui_inbox.connectors.formats.textrows import A_LINE, LINE, Beyond
from tui_inbox.connectors.formats.whatsapp_bodies import Body, File, read_body
from tui_inbox.connectors.formats.whatsapp_chats import (
    Chat,
    chats_of,
    lines_of,
    name_of,
    sender_of,
    shape_of_chat,
    survey,
)
from tui_inbox.connectors.formats.whatsapp_dates import Clockwork, Shape
from tui_inbox.connectors.formats.whatsapp_names import number_of, same_person
from tui_inbox.connectors.formats.whatsapp_phrases import plain
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Attachment, Class, Message, Person, State, Verdict

CHANNEL = "whatsapp"


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is a WhatsApp export, or None."""
    for member in chats_of(bundle):
        shape, count = shape_of_chat(bundle, member)
        if shape:
            return f"{count} of the first lines of {member} begin as WhatsApp messages do ({_example(shape)})"
    return None


def _example(shape: Shape) -> str:
    return "[date, time] name: text" if shape.end == "]" else "date, time - name: text"


@dataclass(frozen=True, slots=True)
class Source:
    """One export; `zone` is where the phone was (an IANA name), `me` the names I have in the chat."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()
    date_order: str | None = None
    """`dmy`, `mdy` or `ymd`, where the file's own evidence is not to decide."""

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield every message from the first on; a file whose cursor says done yields nothing."""
        zone = zone_of(self.zone)
        found = False
        members = chats_of(self.bundle)
        for member in members:
            place = f"{self.bundle.digest}:{member}" if len(members) > 1 else self.bundle.digest
            if json.loads(cursors.get(place) or "{}").get("done"):
                found = True
                continue
            chat = self._survey(member)
            if chat is not None:
                found = True
                yield from _batches(self.bundle, chat, zone, place)
        if not found:
            raise Unreadable(
                f"No line of {self.bundle.path.name} begins as a WhatsApp message does.",
                "Export the chat again from the phone, or name another kind with --kind.",
            )

    def owner(self) -> str | None:
        """Return the name under which the agent speaks in the (first) chat, given or guessed, or None."""
        chat = self._first()
        return chat.owner if chat else None

    def evidence(self) -> dict[str, str]:
        """Return in words how the (first) chat was read: `dates`, `order`, `me`, `chat`."""
        chat = self._first()
        if chat is None:
            return {}
        return {"order": chat.order, "dates": chat.why, "me": chat.owner_why, "chat": chat.name}

    def _first(self) -> Chat | None:
        return next((chat for member in chats_of(self.bundle) if (chat := self._survey(member))), None)

    def _survey(self, member: str) -> Chat | None:
        return survey(self.bundle, member, self.me, self.date_order)


# --- messages -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A message whose end is not yet reached."""

    line: int
    found: re.Match[str]
    text: str
    raw: list[bytes]
    size: int = 0
    more: list[str] = field(default_factory=list)


def _raw_messages(bundle: Bundle, chat: Chat) -> Iterator[_Open | SetAside]:
    """Yield each head with the lines that belong to it; what stands before the first head is set aside."""
    match = chat.shape.pattern.match
    current: _Open | None = None
    beyond = Beyond()
    lost = 0
    for number, raw, text in lines_of(bundle, chat.member):
        found = match(text)
        if found:
            yield from beyond.rest()
            if current:
                yield current
            current = _Open(number, found, text, [raw], len(raw))
        elif current is None:
            lost += 1
            if text.strip("\ufeff \t") and lost <= 20:
                yield SetAside(f"line {number}", "stands before the first message", raw[:65536])
        elif current.size > LINE:
            yield from beyond.add(number, raw)
        else:
            current.more.append(text)
            current.raw.append(raw)
            current.size += len(raw) + A_LINE
    yield from beyond.rest()
    if current:
        yield current


def _batches(bundle: Bundle, chat: Chat, zone: ZoneInfo, place: str) -> Iterator[Batch]:
    teller = _Teller(bundle, chat, zone)
    arrivals: list[Arrival] = []
    aside: list[SetAside] = []
    count = weight = 0
    for one in _raw_messages(bundle, chat):
        found = one if isinstance(one, SetAside) else in_time(f"line {one.line}", one.raw, teller.message, one)
        if isinstance(found, SetAside):
            aside.append(found)
            weight += len(found.raw)
        else:
            weight += len(found.raw) + sum(len(each.content or b"") for each in found.attachments)
            arrivals.append(Arrival(found))
            count += 1
        if len(arrivals) + len(aside) >= BATCH or weight > 2 * KEEP:
            yield batch(arrivals, aside, place, count, count, chat.heads, "messages")
            arrivals, aside, weight = [], [], 0
    yield batch(arrivals, aside, place, count, count, chat.heads, "messages", done=True)


class _Teller:
    """Makes messages of one chat, in the order of the file."""

    def __init__(self, bundle: Bundle, chat: Chat, zone: ZoneInfo) -> None:
        self._bundle = bundle
        self._chat = chat
        self._phone = LocalClock(zone)
        self._clock = Clockwork(chat.shape, chat.order)
        folder = chat.member.rpartition("/")[0]
        names = bundle.names() if len(bundle.names()) > 1 else []
        self._members = {one.rpartition("/")[2].casefold(): one for one in names if one != chat.member}
        self._members |= {
            one.rpartition("/")[2].casefold(): one
            for one in names
            if one != chat.member and one.rpartition("/")[0] == folder
        }
        self._at: dict[datetime | None, int] = {}
        self._bracket = chat.shape.end == "]"

    def _find(self, name: str) -> str | None:
        return self._members.get(name.casefold())

    def message(self, one: _Open) -> Message:
        """Return the message that *one* is."""
        local = self._clock.time(one.found)
        received = self._phone.utc(local)
        written, first = sender_of(one.text[one.found.end() :])
        name = name_of(written) if written else ""
        if name and name not in self._chat.senders and len(self._chat.senders) <= 5000:
            name, first = "", one.text[one.found.end() :]
        text = "\n".join((first, *one.more)) if one.more else first
        said = read_body(text, _lead(one.found), self._bracket, self._find) if name else _notice(text)
        position = self._at.get(received, -1) + 1
        if len(self._at) > 10_000:
            self._at.clear()
        self._at[received] = position
        return Message(
            channel=CHANNEL,
            key="",
            sender=Person(name, number_of(name)),
            received_at=received,
            text=said.text.replace("\0", "\ufffd"),
            thread=self._chat.name,
            thread_title=self._chat.name,
            group=self._chat.group,
            mine=self._mine(name),
            sent_at=received,
            local_at=local,
            precision="s" if self._chat.shape.seconds else "min",
            position=position,
            verdict=Verdict(Class.SYSTEM, said.app) if said.app else Verdict(Class.HUMAN),
            state=said.state,
            attachments=(self._attachment(said.file),) if said.file else (),
            warnings=() if local else (UNREADABLE,),
            raw=b"".join(one.raw),
            where=f"line {one.line}",
        )

    def _mine(self, name: str) -> bool | None:
        if not name:
            return False
        if self._chat.mine:
            return name in self._chat.mine
        return False if not self._chat.group and same_person(name, self._chat.name) else None

    def _attachment(self, file: File) -> Attachment:
        if file.member is None:
            return Attachment(file.name, file.type, stored=False)
        size = self._bundle.size(file.member)
        if size > KEEP:
            return Attachment(file.name, file.type, size, stored=False)
        with self._bundle.open(file.member) as stream:
            return Attachment(file.name, file.type, size, stream.read())


def _lead(found: re.Match[str]) -> bool:
    return "\u200e" in found["lead"] or "\u200f" in found["lead"]


def _notice(text: str) -> Body:
    return Body(plain(text), state=State.NORMAL, app="a notice of the app")

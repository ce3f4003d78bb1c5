"""WhatsApp and WhatsApp Business: the chat that a phone exports as `.txt`, or as a zip with its media.

The export has no ids, no zone and no mark for the person who made it. So `key` is empty (ordered alignment decides what
is known), times are read in the zone that the agent names, and the owner is named by them or guessed by evidence.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tui_inbox.connectors import Arrival, Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.whatsapp_bodies import Body, File, read_body
from tui_inbox.connectors.formats.whatsapp_dates import Clockwork, DateOrder, Shape, common_shape
from tui_inbox.connectors.formats.whatsapp_names import chat_in, number_of, same_person, title_of
from tui_inbox.connectors.formats.whatsapp_phrases import DELETED, YOU_DELETED, bare, may_be_phrase, plain
from tui_inbox.problems import Misconfigured, Unreadable
from tui_inbox.rules.model import Attachment, Class, Message, Person, State, Verdict

CHANNEL = "whatsapp"
BATCH = 2000
KEEP = 25 << 20
"""Bytes up to which an attachment is kept."""
_LINE = 16 << 20
_MESSAGE = 16 << 20
_GROUP = re.compile(
    r"(?i)\b(?:group|grupp?e?|grupo|groupe|gruppo|группу?|grubu?|skupin\w|ryhm\w+)\b|グループ|群組|群组|그룹"
)
_MINE = YOU_DELETED - DELETED
_QUOTES = '"“”„«»'


@dataclass(slots=True)
class _Chat:
    """What a first walk over one chat finds out, before any message of it can be told."""

    member: str
    shape: Shape
    order: str
    why: str
    heads: int = 0
    senders: dict[str, int] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    group: bool = False
    name: str = ""
    owner: str | None = None
    owner_why: str = ""
    mine: frozenset[str] = frozenset()


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is a WhatsApp export, or None."""
    for member in _chats(bundle):
        shape, count = _shape(bundle, member)
        if shape:
            return f"{count} of the first lines of {member} begin as WhatsApp messages do ({_example(shape)})"
    return None


def _example(shape: Shape) -> str:
    return "[date, time] name: text" if shape.end == "]" else "date, time - name: text"


def _chats(bundle: Bundle) -> list[str]:
    """Return the members that are a chat's text; a text file that somebody sent as an attachment is none."""
    names = bundle.names()
    if names == [bundle.path.name]:
        return [] if names[0].casefold().endswith((".md", ".json", ".csv", ".html", ".eml")) else names
    own = bundle.find("_chat.txt")
    texts = [one for one in names if one.count("/") <= 3 and one.casefold().endswith(".txt")][:1000]
    named = [one for one in texts if chat_in(one.rpartition("/")[2].removesuffix(".txt"))]
    return own + named or [one for one in texts if _shape(bundle, one)[0]]


def _shape(bundle: Bundle, member: str) -> tuple[Shape | None, int]:
    """Return the shape of the heads of *member*, and how many of its first 20 lines have it; none below two."""
    head = bundle.head(member)
    if b"\0" in head:
        return None, 0
    lines = [line for line in _decoded(head).split("\n") if line.strip("\ufeff \t\r")]
    shape, count = common_shape(lines)
    if shape is None or (shape.end == " " and shape.long[0]):  # the lines of a log file look like that
        return None, 0
    near = sum(shape.pattern.match(line) is not None for line in lines[:20])
    first = near and shape.pattern.match(lines[0])
    if near >= 2 or (first and (count >= 2 or len(lines) == 1)):
        return shape, count
    return None, 0


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as broken:
        if len(raw) > 64 and broken.start > len(raw) - 4:
            return raw[: broken.start].decode()  # the head ends inside a letter
        return raw.decode("cp1252", "replace")


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
        zone = _zone(self.zone)
        found = False
        members = _chats(self.bundle)
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

    def _first(self) -> _Chat | None:
        return next((chat for chat in map(self._survey, _chats(self.bundle)) if chat), None)

    def _survey(self, member: str) -> _Chat | None:
        """Walk once over *member*: its shape, date order, senders, whose it is; None where it is no chat."""
        shape, _ = common_shape(text for _, _, text in _lines(self.bundle, member, limit=20_000))
        if shape is None:
            return None
        if self.date_order not in (None, "dmy", "mdy", "ymd"):
            raise Misconfigured(f"{self.date_order!r} is no order of a date.", "Take dmy, mdy or ymd.")
        chat = _Chat(member, shape, self.date_order or "", "as told")
        dates = DateOrder(shape)
        for found, line in _heads(self.bundle, chat):
            chat.heads += 1
            dates.see(found, line)
            sender, body = _sender(line[found.end() :])
            if sender:
                _count(chat, sender, body)
            elif not chat.group and _GROUP.search(line, found.end()):
                chat.group = True
        if not chat.order:
            chat.order, chat.why = dates.decide()
        _drop_phantoms(chat)
        _recognise_owner(chat, self.bundle, self.me)
        return chat


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misconfigured(f"There is no time zone called {name!r}.", "Take one such as Europe/Istanbul.") from None


# --- lines and heads ----------------------------------------------------------------------------------


def _lines(bundle: Bundle, member: str, limit: int = 0) -> Iterator[tuple[int, bytes, str]]:
    """Yield (number, bytes, text) of each line, at most *limit* where given; lines end at LF and nowhere else."""
    with bundle.open(member) as stream:
        number = 0
        while raw := stream.readline(_LINE):
            number += 1
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                text = raw.decode("cp1252", "replace")
            yield number, raw, text.rstrip("\r\n")
            if number == limit:
                return


def _heads(bundle: Bundle, chat: _Chat) -> Iterator[tuple[re.Match[str], str]]:
    match = chat.shape.pattern.match
    for _, _, text in _lines(bundle, chat.member):
        found = match(text)
        if found:
            yield found, text


def _sender(rest: str) -> tuple[str, str]:
    """Return the sender as written and the body of what follows a head; "" where the app itself speaks."""
    sender, colon, body = rest.partition(": ")
    if colon:
        return sender, body
    sender, colon, body = rest.partition(":\u00a0")
    if colon:
        return sender, body
    return (rest[:-1], "") if rest.endswith(":") else ("", rest)


@lru_cache(maxsize=4096)
def _name(sender: str) -> str:
    """Return a sender's name for a person: no marks, and no `~` before who is not among the contacts."""
    return plain(sender).removeprefix("~").strip()


def _count(chat: _Chat, sender: str, body: str) -> None:
    name = _name(sender)
    if name not in chat.senders and len(chat.senders) > 5000:
        return
    chat.senders[name] = chat.senders.get(name, 0) + 1
    if len(body) < 200 and may_be_phrase(body) and bare(body) in _MINE:
        chat.owners[name] = chat.owners.get(name, 0) + 1


def _drop_phantoms(chat: _Chat) -> None:
    """Take what only looks like a sender out: a notice of the app that contains a colon."""
    once = [name for name, count in chat.senders.items() if count == 1 and not number_of(name)]
    odd = [name for name in once if _quoted(name) or (len(name) > 40 and name.count(" ") > 5)]
    for name in odd:
        del chat.senders[name]
    noticed = [name for name, count in chat.senders.items() if count == 1 and _GROUP.search(name)]
    for name in noticed[:100]:
        if any(name.startswith(f"{other} ") for other in chat.senders if other != name):
            del chat.senders[name]


def _quoted(name: str) -> bool:
    return any(quote in name for quote in _QUOTES) and not (name.count('"') == 2 and len(name) < 40)


# --- whose chat it is ---------------------------------------------------------------------------------


def _recognise_owner(chat: _Chat, bundle: Bundle, me: tuple[str, ...]) -> None:
    """Set the chat's name, whether it is a group, and which sender is the agent, with the evidence."""
    title, sure = title_of(bundle, chat.member)
    people = list(chat.senders)
    others = [name for name in people if not same_person(name, title)]
    sure = sure or len(others) < len(people)
    chat.group = chat.group or len(people) > 2
    known = {bare(one) for one in me}
    given = [name for name in people if bare(name) in known or (number_of(name) and number_of(name) in known)]
    if given:
        chat.owner, chat.owner_why = given[0], "the name that you gave"
    elif chat.owners:
        chat.owner = max(chat.owners, key=lambda one: chat.owners[one])
        chat.owner_why = "the app told them that they had deleted a message"
    elif not chat.group and len(people) == 2 and len(others) == 1:
        chat.owner, chat.owner_why = others[0], f"the other one, {title}, names the file"
    chat.mine = frozenset(given or ([chat.owner] if chat.owner else []))
    if not sure and not chat.group:
        title = ", ".join(sorted(name for name in people if name not in chat.mine)) or title
    chat.name = unicodedata.normalize("NFC", title)


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


def _raw_messages(bundle: Bundle, chat: _Chat) -> Iterator[_Open | SetAside]:
    """Yield each head with the lines that belong to it; what stands before the first head is set aside."""
    match = chat.shape.pattern.match
    current: _Open | None = None
    lost = 0
    for number, raw, text in _lines(bundle, chat.member):
        found = match(text)
        if found:
            if current:
                yield current
            current = _Open(number, found, text, [raw], len(raw))
        elif current is None:
            lost += 1
            if text.strip("\ufeff \t") and lost <= 20:
                yield SetAside(f"line {number}", "stands before the first message", raw[:65536])
        elif current.size > _MESSAGE:
            yield SetAside(f"line {number}", "is beyond what one message may hold", raw[:65536])
        else:
            current.more.append(text)
            current.raw.append(raw)
            current.size += len(raw)
    if current:
        yield current


def _batches(bundle: Bundle, chat: _Chat, zone: ZoneInfo, place: str) -> Iterator[Batch]:
    teller = _Teller(bundle, chat, zone)
    arrivals: list[Arrival] = []
    aside: list[SetAside] = []
    count = weight = 0
    for one in _raw_messages(bundle, chat):
        if isinstance(one, SetAside):
            aside.append(one)
            weight += len(one.raw)
        else:
            message = teller.message(one)
            weight += one.size + sum(len(each.content or b"") for each in message.attachments)
            arrivals.append(Arrival(message))
            count += 1
        if len(arrivals) + len(aside) >= BATCH or weight > 2 * KEEP:
            cursor = json.dumps({"done": False, "count": count})
            yield Batch(tuple(arrivals), place, cursor, tuple(aside), done=count, total=chat.heads)
            arrivals, aside, weight = [], [], 0
    cursor = json.dumps({"done": True, "count": count})
    yield Batch(tuple(arrivals), place, cursor, tuple(aside), done=count, total=chat.heads)


class _Teller:
    """Makes messages of one chat, in the order of the file."""

    def __init__(self, bundle: Bundle, chat: _Chat, zone: ZoneInfo) -> None:
        self._bundle = bundle
        self._chat = chat
        self._zone = zone
        self._clock = Clockwork(chat.shape, chat.order)
        folder = chat.member.rpartition("/")[0]
        names = bundle.names() if len(bundle.names()) > 1 else []
        self._members = {one.rpartition("/")[2].casefold(): one for one in names if one != chat.member}
        self._members |= {
            one.rpartition("/")[2].casefold(): one
            for one in names
            if one != chat.member and one.rpartition("/")[0] == folder
        }
        self._last: datetime | None = None
        self._at: dict[datetime | None, int] = {}
        self._bracket = chat.shape.end == "]"

    def _find(self, name: str) -> str | None:
        return self._members.get(name.casefold())

    def message(self, one: _Open) -> Message:
        """Return the message that *one* is."""
        local = self._clock.time(one.found)
        received = self._received(local)
        written, first = _sender(one.text[one.found.end() :])
        name = _name(written) if written else ""
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
            warnings=() if local else ("the time of this message cannot be read",),
            raw=b"".join(one.raw),
            where=f"line {one.line}",
        )

    def _mine(self, name: str) -> bool | None:
        if not name:
            return False
        if self._chat.mine:
            return name in self._chat.mine
        return False if not self._chat.group and same_person(name, self._chat.name) else None

    def _received(self, local: datetime | None) -> datetime | None:
        """Return *local* in the phone's zone; in the hour that comes twice the file's order tells which it is."""
        if local is None:
            return None
        moment = local.replace(tzinfo=self._zone).astimezone(UTC)
        if self._last is not None and moment < self._last:
            later = local.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
            if later > moment and later >= self._last:
                moment = later
        self._last = moment
        return moment

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

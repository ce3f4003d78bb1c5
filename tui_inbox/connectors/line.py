"""LINE: the chat that a phone or a computer saves as text.

A chat is one conversation: LINE knows nothing smaller, and answers are given in it. The file names no zone, no ids and
no seconds; so `key` is empty (ordered alignment decides what is known) and times are read in the zone that the agent
names. The chat bears the other's name, which is found in the title whatever the language: it is a sender's name.

Phones write `time<tab>name<tab>text` below a first line that begins with `[LINE]`, and put texts of several lines in
quotes. Computers leave the first line out, go on in plain lines, and older ones put a space for the tab: where a name
ends is then known from the names themselves, or guessed from what repeats.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from tui_inbox.connectors import Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import clean
from tui_inbox.connectors.formats.line_rows import Layout, Row, Rows, layout_of, unquoted, with_day_order
from tui_inbox.connectors.formats.line_words import Said, said, title_in
from tui_inbox.connectors.formats.moments import UNREADABLE, LocalClock, zone_of
from tui_inbox.connectors.formats.packing import Found, packed, places
from tui_inbox.connectors.formats.textrows import head_of, lines
from tui_inbox.problems import Unreadable
from tui_inbox.rules.clean import composed
from tui_inbox.rules.model import Class, Message, Person, State, Verdict

CHANNEL = "line"
ORDER = 45
_PEOPLE = 5000


@dataclass(slots=True)
class _Chat:
    """What a first walk over one chat finds out."""

    layout: Layout
    name: str = ""
    senders: dict[str, int] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    """Names for the layout without tabs, the longest first."""
    mine: frozenset[str] = frozenset()
    other: str = ""

    @property
    def group(self) -> bool:
        return len(self.senders) > 2


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is a LINE export, or None."""
    for member in _chats(bundle):
        layout = _layout(bundle, member)
        if layout and layout.mobile:
            return f"{member} begins with [LINE]"
        if layout:
            return f"{member} has a time, a name and a text on each line, as LINE saves a chat"
    return None


def _chats(bundle: Bundle) -> list[str]:
    names = bundle.names()
    if len(names) == 1:
        return names
    texts = [one for one in names if one.count("/") <= 2 and one.casefold().endswith(".txt")][:1000]
    return [one for one in texts if _layout(bundle, one)]


def _layout(bundle: Bundle, member: str) -> Layout | None:
    head = head_of(bundle, member)
    return None if "\0" in head[:1000] else layout_of(iter(head.split("\n")))


@dataclass(frozen=True, slots=True)
class Source:
    """One export; `zone` is where the phone was (an IANA name), `me` the names I have in the chat."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield every message in the file's order; an interrupted run goes on behind its cursor."""
        zone_of(self.zone)
        for member, place in places(self.bundle, self._members()).items():
            yield from packed(partial(self._found, member), place, cursors, self.bundle.size(member))

    def owner(self) -> str | None:
        """Return the name under which the agent speaks: given, or who is not the one the chat is named after."""
        chats = (self._survey(one) for one in _chats(self.bundle)[:20] if _layout(self.bundle, one))
        return next((name for chat in chats for name in chat.senders if name in chat.mine), None)

    def _members(self) -> list[str]:
        members = [one for one in _chats(self.bundle) if _layout(self.bundle, one)]
        if not members:
            raise Unreadable(
                f"{self.bundle.path.name} is no chat that LINE saved.",
                "Save the chat's history again in LINE, or name another kind with --kind.",
            )
        return members

    def _texts(self, member: str) -> Iterator[str]:
        return (text for _, _, text in lines(self.bundle, member))

    def _rows(self, member: str, layout: Layout) -> Rows:
        return Rows(layout, lines(self.bundle, member))

    def _survey(self, member: str) -> _Chat:
        """Walk over *member*: who speaks, what the chat is called, and who of them is me."""
        layout = _layout(self.bundle, member) or Layout(False, None, False, True)
        chat = _Chat(with_day_order(layout, partial(self._texts, member)))
        first = next((text for text in self._texts(member) if text.strip()), "")
        own = clean(member).rpartition("/")[2]
        stem = own.rpartition(".")[0] or own
        title = title_in(first if layout.mobile else stem)
        if not layout.tabs:
            rows = (row for row, _ in self._rows(member, chat.layout) if isinstance(row, Row))
            rests = [row.rest[:500] for row in islice(rows, 20_000)]
            chat.known = _names(rests, (title, *self.me))
        for row, _ in self._rows(member, chat.layout):
            if isinstance(row, Row):
                sender, _ = _parted(row, chat)
                if sender and (sender in chat.senders or len(chat.senders) < _PEOPLE):
                    chat.senders[sender] = chat.senders.get(sender, 0) + 1
        _recognise(chat, composed(title), first if layout.mobile else stem, self.me)
        return chat

    def _found(self, member: str) -> Found:
        chat = self._survey(member)
        clock = LocalClock(zone_of(self.zone))
        for row, read in self._rows(member, chat.layout):
            if isinstance(row, SetAside):
                yield row, read
            else:
                yield in_time(f"line {row.line}", row.raw, _message, row, chat, clock), read


def _names(rests: list[str], given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that rows without tabs begin with: given ones, else the first word, and the next where they
    share it in three rows and more."""
    found = {one for one in given if one and any(rest.startswith(f"{one} ") for rest in rests)}
    groups: dict[str, list[list[str]]] = {}
    for rest in rests:
        if not any(rest.startswith(f"{one} ") for one in found):
            words = rest.split(" ", 6)
            groups.setdefault(words[0], []).append(words)
    for word, rows in groups.items():
        size = 1
        while len(rows) >= 3 and size < 4 and all(len(one) > size + 1 and one[size] == rows[0][size] for one in rows):
            size += 1
        if word and len(found) < _PEOPLE:
            found.add(" ".join(rows[0][:size]))
    return tuple(sorted(found, key=lambda one: (-len(one), one)))


def _parted(row: Row, chat: _Chat) -> tuple[str, str]:
    """Return the sender and the text of a row; no sender where LINE itself speaks."""
    if chat.layout.tabs:
        sender, tab, text = row.rest.partition("\t")
        sender, first = (sender, text) if tab else ("", sender)
    else:
        sender = next((one for one in chat.known[:50] if row.rest.startswith(f"{one} ")), row.rest.partition(" ")[0])
        first = row.rest[len(sender) + 1 :]
    while row.more and not row.more[-1].strip():
        row.more.pop()
    text = "\n".join((first, *row.more)) if row.more else first
    return sender.strip(), unquoted(text)


def _recognise(chat: _Chat, title: str, line: str, me: tuple[str, ...]) -> None:
    """Set the chat's name and who in it is me: whose name stands in the title is the other."""
    people = list(chat.senders)
    named = [one for one in people if one == title] or [one for one in people if len(one) > 1 and one in line]
    chat.name = title
    if len(people) <= 2 and len(named) == 1:
        chat.other = chat.name = named[0]
    known = {one.casefold() for one in me}
    given = [one for one in people if one.casefold() in known]
    left = [one for one in people if one != chat.other] if chat.other else []
    chat.mine = frozenset(given or (left if len(left) == 1 else []))
    chat.name = chat.name or ", ".join(sorted(one for one in people if one not in chat.mine)) or "LINE"


def _message(row: Row, chat: _Chat, clock: LocalClock) -> Message:
    sender, text = _parted(row, chat)
    what = said(text)
    sender = sender or (what.by if what.by in chat.senders else "")
    received = clock.utc(row.at)
    return Message(
        channel=CHANNEL,
        key="",
        sender=Person(sender),
        received_at=received,
        text=what.text,
        thread=chat.name,
        thread_title=chat.name,
        group=chat.group,
        mine=_mine(sender, chat),
        sent_at=received,
        local_at=row.at,
        precision="min",
        position=row.line,
        verdict=_verdict(sender, what),
        state=State.DELETED if what.unsent else State.NORMAL,
        attachments=(what.file,) if what.file else (),
        warnings=() if row.at else (UNREADABLE,),
        raw=b"".join(row.raw),
        where=f"line {row.line}",
    )


def _mine(sender: str, chat: _Chat) -> bool | None:
    if not sender:
        return False
    if chat.mine:
        return sender in chat.mine
    return False if sender == chat.other else None


def _verdict(sender: str, what: Said) -> Verdict:
    if what.call:
        return Verdict(Class.SYSTEM, "a call")
    if what.unsent:
        return Verdict(Class.SYSTEM, "the notice that a message was unsent")
    return Verdict(Class.HUMAN) if sender else Verdict(Class.SYSTEM, "a notice of LINE")

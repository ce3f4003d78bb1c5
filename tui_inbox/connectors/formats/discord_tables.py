"""The CSV and the plain text of DiscordChatExporter: no ids, and times often to the minute in the exporter's locale.

CSV: `AuthorID,Author,Date,Content,Attachments,Reactions`. Text: a frame of `=` with the guild and the channel, then
`[date time] author` with the words below, and `{Attachments}`, `{Embed}`, `{Stickers}`, `{Reactions}` sections.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from tui_inbox.connectors import SetAside
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.discord_words import SECRET, bare_name, by_address
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import clean
from tui_inbox.connectors.formats.moments import UNREADABLE, LocalClock, from_iso
from tui_inbox.connectors.formats.packing import Found
from tui_inbox.connectors.formats.textrows import A_LINE, LINE, Beyond, columns_of, head_of, lines, rows
from tui_inbox.connectors.formats.whatsapp_dates import Clockwork, DateOrder, Shape, common_shape
from tui_inbox.rules.model import Attachment, Message, Person

_When = tuple[datetime | None, datetime | None, str]
"""The moment in UTC, the time as written where no zone is named, and its precision."""

_COLUMNS = ["authorid", "author", "date", "content", "attachments", "reactions"]
_FRAME = re.compile(r"={20,}\n(?:Guild|Server): [^\n]*\nChannel: ([^\n]*)\n")
_ID = re.compile(r"\[(\d{15,20})\]")
_PART = re.compile(r"(?: \((?:after|before) [\d-]+\)| \([\d-]+ to [\d-]+\)| \[part \d+\])+$")
_PINNED = re.compile(r" \(pinned\)$")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_NAMED = re.compile(rf"^(\[\d{{1,2}}-)({'|'.join(_MONTHS)})(-\d{{2,4}} )")
_SECTIONS = ("{Attachments}", "{Embed}", "{Stickers}", "{Reactions}")


def form_of(bundle: Bundle, member: str) -> str:
    """Return `columns of the CSV`, `frame of the plain text`, or "" by the head of *member*."""
    if columns_of(bundle, member) == _COLUMNS:
        return "columns of the CSV"
    return "frame of the plain text" if _FRAME.match(head_of(bundle, member).lstrip()) else ""


def found(bundle: Bundle, member: str, zone: ZoneInfo, me: tuple[str, ...]) -> Found:
    """Yield the messages of one file; the channel is known by the file's name alone."""
    form = form_of(bundle, member)
    name = _PART.sub("", clean(member).rpartition("/")[2].rpartition(".")[0])
    framed = _FRAME.match(head_of(bundle, member).lstrip())
    id_ = _ID.search(name)
    thread = f"table:{id_[1] if id_ else name}"
    title = clean(framed[1]).strip() if framed else _ID.sub("", name).strip()
    teller = _Teller(bundle, member.rpartition("/")[0], thread, title, zone, frozenset(one.casefold() for one in me))
    yield from teller.rows(member) if form.endswith("CSV") else teller.blocks(member)


@dataclass(slots=True)
class _Block:
    """A message of the plain text, up to where the next begins."""

    line: int
    local: datetime | None
    sender: str
    raw: list[bytes]
    body: list[str] = field(default_factory=list)
    size: int = 0


class _Teller:
    """Makes messages of one file, in its order."""

    def __init__(
        self, bundle: Bundle, folder: str, thread: str, title: str, zone: ZoneInfo, me: frozenset[str]
    ) -> None:
        self._bundle = bundle
        self._folder = folder
        self._thread = thread
        self._title = title
        self._zone = zone
        self._clock = LocalClock(zone)
        self._me = me
        self._dates: tuple[Shape, Clockwork] | None = None

    def learn(self, heads: Callable[[], Iterable[str]]) -> None:
        """Find out from *heads* (each `[date time]` and more) how the file writes its dates."""
        shape, _ = common_shape(_numbered(one) for one in islice(heads(), 20_000))
        if shape is None:
            return
        dates = DateOrder(shape)
        named = False
        for one in heads():
            named = named or _NAMED.match(one) is not None
            head = shape.pattern.match(_numbered(one))
            if head:
                dates.see(head, "")
        self._dates = shape, Clockwork(shape, "dmy" if named else dates.decide()[0])

    def _head(self, line: str) -> tuple[datetime | None, str] | None:
        """Return the local time of a head and what follows it, or None where *line* begins with none."""
        if self._dates is None or not line.startswith("["):
            return None
        numbered = _numbered(line)
        head = self._dates[0].pattern.match(numbered)
        return (self._dates[1].time(head), numbered[head.end() :]) if head else None

    @property
    def _precision(self) -> str:
        return "s" if self._dates and self._dates[0].seconds else "min"

    # --- CSV ---

    def rows(self, member: str) -> Found:
        """Yield a message a row."""
        self.learn(
            lambda: (f"[{one['date']}]" for _, _, one in rows(self._bundle, member, _COLUMNS) if isinstance(one, dict))
        )
        read = 0
        for line, raw, row in rows(self._bundle, member, _COLUMNS):
            read += len(raw)
            if isinstance(row, str):
                yield SetAside(f"line {line}", row, raw), read
            else:
                yield in_time(f"line {line}", raw, self._of_row, line, raw, row), read

    def _of_row(self, line: int, raw: bytes, row: dict[str, str]) -> Message:
        when = self._moment(row["date"].strip())
        person = Person(row["author"] or "Deleted User", row["authorid"])
        files = [one for one in row["attachments"].split(",") if one.strip()][:100]
        return self._message(line, raw, person, when, row["content"], files)

    def _moment(self, written: str) -> _When:
        """Return the moment of a cell."""
        received, local = from_iso(written, self._zone)
        if received is not None:
            precision = "ms" if received.microsecond else "s"
            return received, local, precision
        head = self._head(f"[{written}]")
        local = head[0] if head else None
        return self._clock.utc(local), local, self._precision

    # --- plain text ---

    def blocks(self, member: str) -> Found:
        """Yield a message for each head and the lines below it."""
        self.learn(lambda: (text for _, _, text in lines(self._bundle, member) if text.startswith("[")))
        for one, read in self._blocks(member):
            if isinstance(one, SetAside):
                yield one, read
            else:
                yield in_time(f"line {one.line}", one.raw, self._of_block, one), read

    def _of_block(self, one: _Block) -> Message:
        text, files = _parted(one.body)
        when = self._clock.utc(one.local), one.local, self._precision
        return self._message(one.line, b"".join(one.raw), Person(one.sender), when, text, files)

    def _blocks(self, member: str) -> Iterator[tuple[_Block | SetAside, int]]:
        current: _Block | None = None
        beyond = Beyond()
        read = 0
        for number, raw, text in lines(self._bundle, member):
            head = self._head(text)
            if head:
                yield from ((one, read) for one in beyond.rest())
                if current:
                    yield current, read
                current = _Block(number, head[0], _PINNED.sub("", head[1]).strip(), [raw], size=len(raw))
            elif current is not None and current.size > LINE:
                yield from ((one, read) for one in beyond.add(number, raw))
            elif current is not None:
                current.body.append(text)
                current.raw.append(raw)
                current.size += len(raw) + A_LINE
            read += len(raw)
        yield from ((one, read) for one in beyond.rest())
        if current:
            _unframe(current.body)
            yield current, read

    def _message(
        self,
        line: int,
        raw: bytes,
        person: Person,
        when: _When,
        text: str,
        files: list[str],
    ) -> Message:
        received, local, precision = when
        mine = bool(self._me & {person.name.casefold(), person.identity}) if self._me else None
        return Message(
            channel="discord",
            key="",
            sender=person,
            received_at=received,
            text=text,
            thread=self._thread,
            thread_title=self._title,
            group=True,
            mine=mine,
            sent_at=received,
            local_at=local,
            precision=precision,
            position=line,
            attachments=tuple(self._file(one.strip()) for one in files),
            warnings=() if received else (UNREADABLE,),
            raw=SECRET.sub(rb"\1", raw),
            where=f"line {line}",
        )

    def _file(self, url: str) -> Attachment:
        name = bare_name(url) or "file"
        type_ = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return by_address(self._bundle, self._folder, url, name, type_)[0]


def _numbered(line: str) -> str:
    """Return *line* with the month of a head such as `[15-Jan-24 10:30 AM]`, the exporter's old way, as a number."""
    found = _NAMED.match(line)
    return f"{found[1]}{_MONTHS.index(found[2]) + 1:02}{found[3]}{line[found.end() :]}" if found else line


def _unframe(body: list[str]) -> None:
    """Take the closing frame, which counts the messages, off the last body."""
    for place in range(max(0, len(body) - 6), len(body)):
        if re.fullmatch(r"={20,}", body[place]) and any(one.startswith("Exported ") for one in body[place:]):
            del body[place:]
            return


def _parted(body: list[str]) -> tuple[str, list[str]]:
    """Return the words of a block and the addresses of its files; reactions are left out."""
    said: list[str] = []
    files: list[str] = []
    section = ""
    for line in body:
        if line in _SECTIONS:
            section = line
        elif section in ("{Attachments}", "{Stickers}"):
            files += [line] if line.strip() and len(files) < 100 else []
        elif section != "{Reactions}":
            said.append(line)
    return "\n".join(said).strip("\n"), files

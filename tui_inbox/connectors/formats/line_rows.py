"""The lines of a LINE export: its date headers, the time before each message, and where a text of many lines ends."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tui_inbox.connectors import SetAside
from tui_inbox.connectors.formats.textrows import A_LINE, LINE, Beyond
from tui_inbox.rules.days import DAYS

_WEEKDAY = r"[^\W\d_][^\d\t:/\n]{0,20}"
_YEAR_FIRST = re.compile(
    rf"(?P<era>R)?(?P<y>\d{{1,4}})(?P<mark>[./-]|年\s?|년\s?)(?P<m>\d{{1,2}})(?:[./-]|月\s?|월\s?)(?P<d>\d{{1,2}})[日일]?"
    rf"(?P<week>\s?[(（]{_WEEKDAY}[)）]|[ 、,]{{1,2}}{_WEEKDAY}|[週周星曜]{_WEEKDAY})?\.?"
)
_YEAR_LAST = re.compile(
    rf"(?P<week>{_WEEKDAY}[,\s]\s?)?(?P<a>\d{{1,2}})(?P<mark>[./-])(?P<b>\d{{1,2}})[./-](?P<y>\d{{4}})"
    rf"(?P<after>\s?[(（]{_WEEKDAY}[)）])?"
)
_BEFORE, _AFTER = "上午|午前|오전|凌晨|早上", "下午|午後|오후|晚上|中午"
_TIME = re.compile(
    rf"(?P<before>{_BEFORE}|{_AFTER}|[AaPp]\.?[Mm]\.?)?[ \u202f]?(?P<h>\d{{1,2}}):(?P<mi>\d\d)"
    r"(?P<after>[ \u202f]?[AaPp]\.?[Mm]\.?)?(?P<mark>\t| {1,4})"
)
_AHEAD = 200
"""Lines up to which the end of a quoted text is looked for."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How one file writes: told by its first lines, and kept to, since pasted chats look like messages, too."""

    mobile: bool
    """It begins with `[LINE]`, and puts texts of several lines in quotes."""
    year_first: bool | None
    """None where there is no date header at all."""
    week: bool
    """The weekday stands with the date."""
    tabs: bool
    day_first: bool = False


@dataclass(slots=True)
class Row:
    """One message as it stands: `rest` is what follows the time, the sender included."""

    line: int
    at: datetime | None
    rest: str
    raw: list[bytes]
    more: list[str] = field(default_factory=list)
    size: int = 0


Line = tuple[int, bytes, str]


def layout_of(texts: Iterator[str]) -> Layout | None:
    """Return how a file writes, by its first lines; None where they are not LINE's."""
    first, dated, tabs, spaces, full = "", None, 0, 0, 0
    seen = 0
    for text in texts:
        if not text.strip():
            continue
        seen += 1
        first = first or text
        found = header(text)
        if dated is None and found and not tabs:
            dated = found
        time = _TIME.match(text)
        tabs += bool(time and time["mark"] == "\t")
        full += bool(time and time["mark"] == "\t" and "\t" in text[time.end() + 1 :])
        spaces += bool(time and time["mark"] != "\t")
        if seen > 400:
            break
    mobile = first.strip().startswith("[LINE]")
    if not mobile and header(first) is None and (_TIME.match(first) is None or full < 2):
        return None
    if not (mobile or full or (spaces and dated and dated["week"])):
        return None
    year_first = None if dated is None else "m" in dated.re.groupindex
    return Layout(mobile, year_first, bool(dated and dated["week"]), tabs > 0 and tabs * 3 >= spaces)


def header(text: str) -> re.Match[str] | None:
    """Return the date header that *text* is, or None."""
    if not 8 <= len(text) <= 50:
        return None
    found = _YEAR_FIRST.fullmatch(text.strip()) or _YEAR_LAST.fullmatch(text.strip())
    return found if found and (len(found["y"]) == 4 or found.groupdict().get("era")) else None


def with_day_order(layout: Layout, texts: Callable[[], Iterator[str]]) -> Layout:
    """Return *layout* with the order of day and month: by a number above 12, by the weekdays, by what goes forward."""
    if layout.year_first is not False:
        return layout
    score = 0
    last: dict[bool, date] = {}
    for text in texts():
        found = header(text)
        if not found or "a" not in found.re.groupindex:
            continue
        for day_first in (True, False):
            day = _day(found, day_first)
            sign = 1 if day_first else -1
            score -= 1000 * sign if day is None else 0
            if day:
                week = (found["week"] or "")[:3].casefold()
                score += 10 * sign if week in DAYS and DAYS[day.weekday()] == week else 0
                score -= sign if day < last.get(day_first, day) else 0
                last[day_first] = day
    return Layout(layout.mobile, layout.year_first, layout.week, layout.tabs, score >= 0)


def _day(found: re.Match[str], day_first: bool) -> date | None:
    groups = found.groupdict()
    year = int(groups["y"])
    year = year + 2018 if groups.get("era") else year - 543 if year >= 2400 else year
    if "m" in groups:
        month, day = int(groups["m"]), int(groups["d"])
    else:
        day, month = (int(groups["a"]), int(groups["b"])) if day_first else (int(groups["b"]), int(groups["a"]))
    try:
        return date(year, month, day) if 1990 <= year <= 2100 else None
    except ValueError:
        return None


def _local(day: date | None, time: re.Match[str]) -> datetime | None:
    """Return the local time of a row; `24:53` is 0:53 of its day, as a clock whose hours begin at 1 writes it."""
    hour, minute = int(time["h"]), int(time["mi"])
    half = (time["after"] or time["before"] or "").strip().casefold().replace(".", "")
    if half and hour <= 12:
        late = half == "pm" or half in _AFTER.split("|")
        hour = hour % 12 + (12 if late and not (half == "晚上" and hour == 12) else 0)
    if day is None or hour > 24 or minute > 59:
        return None
    return datetime(day.year, day.month, day.day, hour % 24, minute)  # noqa: DTZ001 - as written, no zone


class Rows:
    """Walks over the lines of one export and yields its messages."""

    def __init__(self, layout: Layout, lines: Iterator[Line]) -> None:
        self._layout = layout
        self._lines = lines
        self._waiting: deque[Line] = deque()
        self._failures = 0
        self._day: date | None = None
        self._last: datetime | None = None

    def __iter__(self) -> Iterator[tuple[Row | SetAside, int]]:
        current: Row | None = None
        beyond = Beyond()
        read = lost = 0
        while (line := self._next()) is not None:
            number, raw, text = line
            began = self._began(line)
            if began or self._dated(text):
                yield from ((one, read) for one in beyond.rest())
                if current:
                    yield current, read
                current = began
            elif current is None:
                lost += 1
                if text.strip() and number > 3 and lost <= 20:
                    yield SetAside(f"line {number}", "stands before the first message", raw[:65536]), read
            elif current.size > LINE:
                yield from ((one, read) for one in beyond.add(number, raw))
            else:
                current.more.append(text)
                current.raw.append(raw)
                current.size += len(raw) + A_LINE
            read += len(raw)
        yield from ((one, read) for one in beyond.rest())
        if current:
            yield current, read

    def _next(self) -> Line | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def _dated(self, text: str) -> bool:
        """Return whether *text* is a date header of the file's kind that goes on in time, and take its date."""
        found = header(text)
        if not found or self._layout.year_first is not ("m" in found.re.groupindex):
            return False
        if bool(found["week"]) is not self._layout.week:
            return False
        day = _day(found, self._layout.day_first)
        if day is None or (self._day is not None and day < self._day - timedelta(days=1)):
            return False
        self._day = day
        return True

    def _began(self, line: Line) -> Row | None:
        number, raw, text = line
        time = _TIME.match(text)
        if time is None or (time["mark"] == "\t") is not self._layout.tabs:
            return None
        row = Row(number, self._at(time), text[time.end() :], [raw], size=len(raw))
        if self._layout.mobile and self._layout.tabs and row.rest.partition("\t")[2].startswith('"'):
            self._quoted(row)
        return row

    def _at(self, time: re.Match[str]) -> datetime | None:
        """Return the local time of a row; `24:53` behind the evening of its day is in the night that follows."""
        at = _local(self._day, time)
        if at and self._last and int(time["h"]) == 24 and self._last.date() == at.date() and self._last.hour > 19:
            at += timedelta(days=1)
        self._last = at or self._last
        return at

    def _quoted(self, row: Row) -> None:
        """Take the lines up to the closing quote, whatever they look like; where there is none near, take none."""
        opened = row.rest.partition("\t")[2]
        if self._failures > 20 or _closes(opened[1:]) is not None:
            return
        ahead: list[Line] = []
        while len(ahead) < _AHEAD and (line := self._next()) is not None:
            ahead.append(line)
            closed = _closes(line[2])
            if closed is not None:
                break
        if ahead and _closes(ahead[-1][2]) is True:
            row.more += [text for _, _, text in ahead]
            row.raw += [raw for _, raw, _ in ahead]
            row.size += sum(len(raw) for _, raw, _ in ahead)
        else:
            self._failures += 1
            self._waiting.extendleft(reversed(ahead))


def _closes(text: str) -> bool | None:
    """Return whether the first lone quote of *text* ends it; None where all its quotes are doubled."""
    for found in re.finditer(r'"+', text):
        if len(found[0]) % 2:
            return found.end() == len(text)
    return None


def unquoted(text: str) -> str:
    """Return a text of several lines without the quotes that the phone puts around it."""
    if "\n" not in text or len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    inner = text[1:-1]
    return inner.replace('""', '"') if all(len(found[0]) % 2 == 0 for found in re.finditer(r'"+', inner)) else text

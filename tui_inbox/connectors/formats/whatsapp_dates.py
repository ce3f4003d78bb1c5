"""The head of a WhatsApp line: the shape that a file keeps to, and the moment that its numbers mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from tui_inbox.connectors.formats.whatsapp_phrases import bare

_M = "[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]{0,3}"
_S = "[ \u00a0\u202f\u2009]"
_GAP = f"{_M}[,،、]?{_S}{{0,3}}{_M}"

_MORNING = """
am a ص πμ 上午 凌晨 早上 清晨 오전 午前 öö vorm vormittags dop de fm pd sa pg дп priešpiet проб претпл препод قظ
قبلازظهر לפנהצ पूर्वाह्न முற்பகல் ก่อนเที่ยง मपू ਪੂਦੁ ಪೂರ್ವಾಹ್ನ to inthemorning vm ap eparadites
"""
_AFTERNOON = """
pm p م μμ 下午 中午 晚上 傍晚 오후 午後 ös nachm nachmittags odp pop du em md ch ptg popiet пп слоб попл بظ
بعدازظهر אחהצ अपराह्न பிற்பகல் หลังเที่ยง मउ ਬਾਦੁ ಅಪರಾಹ್ನ tk intheafternoon intheevening nm ip epasdites
"""
_AM, _PM = frozenset(_MORNING.split()), frozenset(_AFTERNOON.split())
_LATE = frozenset({"晚上", "半夜", "atnight"})
_ERAS = {"r": 2018, "令和": 2018, "h": 1988, "平成": 1988, "s": 1925, "昭和": 1925}

ORDERS = ("dmy", "mdy", "ymd", "ydm", "myd", "dym")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file writes the head of each message; lines with a head of another shape are somebody's text."""

    end: str
    """What closes the head: `]`, `-`, `:` or a space."""
    time_first: bool
    mark: str
    """What stands between the numbers of the date."""
    seconds: bool
    before: bool
    after: bool
    """A word (of the half of the day, mostly) stands before or after the time."""
    long: tuple[bool, bool, bool]
    """Which of the three numbers has four digits."""
    era: bool

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return the one expression that finds such heads: groups a, b, c, h, mi, and what else the shape has."""
        return _pattern(self)


@cache
def _pattern(shape: Shape | None, end: str = "", time_first: bool = False) -> re.Pattern[str]:
    """Return the expression for heads of *shape*; without one for any head that closes with *end*."""
    end, time_first = (shape.end, shape.time_first) if shape else (end, time_first)
    digits = ["{4}" if long else "{1,2}" for long in shape.long] if shape else ["{1,4}"] * 3
    mark = re.escape(shape.mark).replace(r"\ ", _S) if shape else rf"\.{_S}?|[/\-٫]"
    era = r"(?P<era>[^\W\d_]{1,2})" if shape is None or shape.era else ""
    optional = "?" if shape is None else ""
    day = (
        rf"{era}{optional if era else ''}{_M}(?P<a>\d{digits[0]}){_M}(?P<mark>{mark}){_M}(?P<b>\d{digits[1]}){_M}"
        rf"(?P=mark){_M}(?P<c>\d{digits[2]}){_M}\.?(?:{_S}?(?:BE|B\.E\.|พ\.ศ\.))?"
    )
    free = end in "]-"  # elsewhere nothing tells a word of the time from the sender's name, but for AM and PM
    word = r"[^\W\d_][^\d:\[\]\-–]{0,24}?" if free else r"[AaPp]\.?" + _S + r"?[Mm]\.?"
    before = rf"(?:(?P<before>[^\W\d_][^\d:\[\]]{{0,15}}?){_S}{{0,3}}{_M})"
    after = rf"(?:{_M}{_S}{{0,3}}(?P<after>{word}))"
    second = r"(?:[:.](?P<s>\d{2}))"
    if shape:
        before, after, second = (
            piece if wanted else ""
            for piece, wanted in ((before, shape.before), (after, shape.after), (second, shape.seconds))
        )
    else:
        before, after, second = before + "?", after + "?", second + "?"
    time = rf"{before}(?P<h>\d{{1,2}})[:.](?P<mi>\d{{2}}){second}{after}{_M}"
    stamp = f"{time}{_GAP}{day}" if time_first else f"{day}{_GAP}{time}"
    match end:
        case "]":
            return re.compile(rf"(?P<lead>{_M})\[{_M}{stamp}{_M}\]{_S}?")
        case "-":
            return re.compile(rf"(?P<lead>{_M}){stamp}{_S}{{0,2}}[-–]{_S}")
        case ":":
            return re.compile(rf"(?P<lead>{_M}){stamp}:{_S}")
        case _:
            return re.compile(rf"(?P<lead>{_M}){stamp}{_S}(?=[^\n]{{1,60}}?:(?:{_S}|$))")


def shape_of(line: str) -> Shape | None:
    """Return the shape of the head that *line* begins with, or None where it begins with none."""
    for end in ("]", "-", ":", " "):
        for time_first in (False, True):
            found = _pattern(None, end, time_first).match(line)
            if found:
                long = (len(found["a"]) > 2, len(found["b"]) > 2, len(found["c"]) > 2)
                has = {name: found[name] is not None for name in ("s", "before", "after", "era")}
                mark = found["mark"].replace("\u00a0", " ")
                return Shape(end, time_first, mark, has["s"], has["before"], has["after"], long, has["era"])
    return None


def common_shape(lines: Iterable[str], enough: int = 200) -> tuple[Shape | None, int]:
    """Return the shape of most of the first *enough* heads in *lines*, and how many heads had it.

    The first head's own shape stands unless another is three times as common: a chat pasted into the first message
    must not win over the file.
    """
    seen: dict[Shape, int] = {}
    for line in lines:
        shape = shape_of(line)
        if shape is not None:
            seen[shape] = seen.get(shape, 0) + 1
            enough -= 1
            if not enough:
                break
    if not seen:
        return None, 0
    best = max(seen, key=lambda one: seen[one])
    first = next(iter(seen))
    chosen = first if seen[first] * 3 > seen[best] else best
    return chosen, seen[chosen]


# --- which number is the day --------------------------------------------------------------------------

_NAMED = re.compile(
    r"(?:PHOTO|VIDEO|AUDIO|STICKER|GIF)-(\d{4})-(\d\d)-(\d\d)-|(?:IMG|VID|PTT|AUD|DOC|STK)-(\d{4})(\d\d)(\d\d)-WA"
)


def year_of(written: int, digits: int, era: str | None) -> int:
    """Return the common year of a year as *written*: two digits, Buddhist, or counted in a Japanese era."""
    if era:
        return _ERAS.get(era.casefold(), 0) + written
    if digits <= 2:
        return 2000 + written
    return written - 543 if written >= 2400 else written


class DateOrder:
    """Gathers the evidence for each order of day, month and year over a whole file, in constant memory."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._misfits = dict.fromkeys(ORDERS, 0)
        self._back = dict.fromkeys(ORDERS, 0)
        self._named = dict.fromkeys(ORDERS, 0)
        self._last: dict[str, tuple[int, int, int]] = {}
        self._changes = [0, 0, 0]
        self._numbers: tuple[str, str, str] | None = None
        self._days = 0
        self._capital = False

    def see(self, found: re.Match[str], line: str) -> None:
        """Take note of one head, and of a dated file name in its *line*."""
        numbers = (found["a"], found["b"], found["c"])
        if numbers != self._numbers:
            self._see_day(numbers, found["era"] if self._shape.era else None)
        if "-WA" in line or "-20" in line:
            name = _NAMED.search(line, found.end())
            if name:
                named = tuple(int(one) for one in name.groups() if one)
                for order in ORDERS:
                    self._named[order] += self._last.get(order) == named
        if not self._capital and self._shape.after and found["after"][:2] in ("AM", "PM"):
            self._capital = True

    def _see_day(self, numbers: tuple[str, str, str], era: str | None) -> None:
        self._days += 1
        if self._numbers is not None:
            for place in range(3):
                self._changes[place] += numbers[place] != self._numbers[place]
        self._numbers = numbers
        for order in ORDERS:
            day, month, year = arranged(numbers, order, era)
            fits = 1 <= month <= 12 and 1 <= day <= 31 and 2005 <= year <= 2100
            self._misfits[order] += not fits
            self._back[order] += (year, month, day) < self._last.get(order, (0, 0, 0))
            self._last[order] = (year, month, day)

    def decide(self) -> tuple[str, str]:
        """Return the order, and the evidence for it in words."""
        orders = self._possible()
        for why, cost in (
            ("a number above 12 or a year tells", self._misfits),
            ("dated file names tell", {order: -count for order, count in self._named.items()}),
        ):
            orders, sure = _least(orders, cost)
            if sure:
                return orders[0], why
        if "." in self._shape.mark and "dmy" in orders:
            return "dmy", "dates with dots put the day first"
        orders, sure = _least(orders, self._back)
        if sure:
            return orders[0], "so the days follow each other"
        orders, sure = _least(orders, {order: -self._changes[order.index("d")] for order in ORDERS})
        if sure:
            return orders[0], "the number that changes more often is the day"
        if self._days > 1 and self._capital and "mdy" in orders and not any(self._shape.long):
            return "mdy", "nothing in the file tells; AM and PM with short years are American"
        return orders[0], "nothing in the file tells; the day comes first in most countries"

    def _possible(self) -> list[str]:
        if self._shape.era:
            return ["ymd"]
        match self._shape.long:
            case (True, _, _):
                return ["ymd", "ydm"]
            case (_, True, _):
                return ["myd", "dym"]
            case (_, _, True):
                return ["dmy", "mdy"]
            case _:
                return ["dmy", "mdy", "ymd"]


def _least(orders: list[str], cost: dict[str, int]) -> tuple[list[str], bool]:
    """Return those of *orders* that cost least, and whether only one is left of several."""
    least = min(cost[order] for order in orders)
    left = [order for order in orders if cost[order] == least]
    return left, len(left) == 1


def arranged(numbers: tuple[str, str, str], order: str, era: str | None) -> tuple[int, int, int]:
    """Return (day, month, year) of three *numbers* as written, read in *order*."""
    year = numbers[order.index("y")]
    return int(numbers[order.index("d")]), int(numbers[order.index("m")]), year_of(int(year), len(year), era)


# --- the moment ---------------------------------------------------------------------------------------


class Clockwork:
    """Turns the heads of one file into local times."""

    def __init__(self, shape: Shape, order: str) -> None:
        self._shape = shape
        self._order = order
        self._days: dict[tuple[str, str, str], date | None] = {}
        self._halves: dict[str, str] = {}

    def time(self, found: re.Match[str]) -> datetime | None:
        """Return the local time of a head, or None where there is no such day or hour."""
        numbers = (found["a"], found["b"], found["c"])
        if numbers not in self._days:
            if len(self._days) > 20_000:
                self._days.clear()
            self._days[numbers] = self._day(numbers, found["era"] if self._shape.era else None)
        day = self._days[numbers]
        hour, minute = self._hour(found), int(found["mi"])
        second = int(found["s"]) if self._shape.seconds else 0
        if day is None or hour > 23 or minute > 59 or second > 59:
            return None
        return datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - as written, no zone

    def _day(self, numbers: tuple[str, str, str], era: str | None) -> date | None:
        day, month, year = arranged(numbers, self._order, era)
        if not 1990 <= year <= 2100:
            return None
        try:
            return date(year, month, day)
        except ValueError:
            return None

    def _hour(self, found: re.Match[str]) -> int:
        hour = int(found["h"])
        for name, there in (("after", self._shape.after), ("before", self._shape.before)):
            half = self._half(found[name]) if there else ""
            if half == "late":
                return hour % 12 + (12 if hour % 12 >= 5 else 0)
            if half and hour <= 12:
                return hour % 12 + (12 if half == "pm" else 0)
        return hour

    def _half(self, word: str) -> str:
        if word not in self._halves:
            if len(self._halves) > 1000:
                self._halves.clear()
            self._halves[word] = half_of_day(word)
        return self._halves[word]


def half_of_day(word: str) -> str:
    """Return `am`, `pm`, `late` (evening until early morning), or "" for a word that names no half of the day."""
    core = re.sub(r"[\W_]+", "", bare(word)) if word.isascii() else re.sub(r"[\s.\"'״׳\u200c-]+", "", bare(word))
    if core in _LATE:
        return "late"
    return "pm" if core in _PM else "am" if core in _AM else ""

"""Durations and moments as a person writes them: "1h30m", "tomorrow 9", "fri 9 / 12:00"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tui_inbox.problems import Refused
from tui_inbox.rules.calendar import valid_moment
from tui_inbox.rules.clean import MARKLIKE
from tui_inbox.rules.daywords import SECONDS, WORDS, Meaning, meanings, span_seconds
from tui_inbox.rules.fold import plain

Opening = Callable[[date], datetime | None]
"""When business opens on a day, as `Calendar.opening_on` says it."""

NINE = time(9)
LONGEST = 200
"""Characters of what is read; nobody says a moment in more."""

_DURATION = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*([^\W\d_]+)[\s,]*")
_BEFORE_SPAN = re.compile(r"(?:in|za|dans|nach)\s+", re.I)
_AFTER_SPAN = re.compile(r"\s+(?:sonra|later|from now|kasnije|spater|später)$", re.I)
_WORD = rf"[^\W\d_](?:[^\W\d_]|[{MARKLIKE}\u200c\u200d])*+"  # in many scripts a word's vowels are marks
_TOKEN = re.compile(
    r"(?P<iso>\d{4}-\d\d?-\d\d?)(?!\d)|(?P<date>\d{1,2}\.\d{1,2}\.(?:\d{4}|\d\d)?)(?!\d)|(?P<time>\d{1,2}:\d\d)(?![\d:])"
    r"|(?P<hmark>\d{1,2}h\d\d)(?!\w)|(?P<dotted>\d{1,2}\.\d\d)(?![\d.])|(?P<year>\d{4})(?!\d)"
    r"|(?P<number>\d{1,2})(?P<point>\.?)(?!\d)"
    rf"|(?P<word>{_WORD}(?:['’]{_WORD})*)\.?|(?P<other>\S+)"
)
_HOW = 'Write it like "tomorrow 9", "fri 14:00", "3h" or "2 March 9:00".'


def duration(text: str) -> timedelta:
    """Return the span of "4h", "90m", "2d", "1w" or "1h30m"; a day is 24 hours. Raises `Refused` for anything else."""
    span = _span(text.strip())
    if span is None:
        raise Refused(f'"{text[:LONGEST]}" is not a duration.', 'Write it like "4h", "90m", "2d" or "1h30m".')
    return span


def _span(words: str) -> timedelta | None:
    at, total = 0, 0.0
    if not 0 < len(words) <= LONGEST:
        return None
    while at < len(words):
        part = _DURATION.match(words, at)
        unit = SECONDS.get(plain(part[2])) if part else None
        if part is None or unit is None:
            return None
        total += float(part[1].replace(",", ".")) * unit
        at = part.end()
    return timedelta(seconds=round(total))


def _foreign_span(words: str) -> timedelta | None:
    """Return the span of "через 3 часа", in any language that dateparser's data knows well."""
    match re.findall(r"\d+", words):
        case [number] if len(number) <= 6:
            seconds = span_seconds(plain(words.replace(number, " 0 ")))
            return timedelta(seconds=int(number) * seconds) if seconds else None
        case _:
            return None


def moment(text: str, now: datetime, zone: str | ZoneInfo, *, opening: Opening | None = None) -> datetime:
    """Return the UTC moment that *text* names, seen from *now* (aware), by the wall clock of *zone*.

    A span (`3h`, `2d`) is absolute. A day without an hour is its *opening*, else 09:00. A time, a weekday or a date
    without a year is the next one. In a daylight-saving gap it is the first valid moment after it, in an overlap the
    earlier. Raises `Refused` naming what was not understood; a past moment that was named in full is returned.
    """
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise Refused("No moment was named." if not words else "That is too long for a moment.", _HOW)
    zone = ZoneInfo(zone) if isinstance(zone, str) else zone
    try:
        span = _span(_AFTER_SPAN.sub("", _BEFORE_SPAN.sub("", words, count=1)))
        if span is not None:
            return now.astimezone(UTC) + span
        if re.match(r"\d{4}-\d\d-\d\d[Tt]", words):
            return _rfc3339(words, zone)
        try:
            return _Reading(words, now.astimezone(zone), zone, opening).moment()
        except Refused:
            if (span := _foreign_span(words)) is None:
                raise
            return now.astimezone(UTC) + span
    except OverflowError:
        raise Refused(f'"{words}" lies outside of all calendars.', _HOW) from None


def plan(
    text: str, now: datetime, zone: str | ZoneInfo, *, opening: Opening | None = None
) -> tuple[datetime, datetime | None]:
    """Return when "fri 9 / 12:00" returns and is due; due is None without a slash, and counts from the return."""
    back, slash, due = text.partition("/")
    returns = moment(back, now, zone, opening=opening)
    return returns, moment(due, returns, zone, opening=opening) if slash else None


def _rfc3339(words: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(words.upper())
    except ValueError:
        raise Refused(f'"{words}" is not a moment of any calendar.', 'Write it like "2026-03-02T09:00:00Z".') from None
    return at.astimezone(UTC) if at.tzinfo else valid_moment(at, zone)


@dataclass(slots=True)
class _Reading:
    """One reading of some words, token by token: each must be understood, and none may say again what another said."""

    words: str
    local: datetime
    zone: ZoneInfo
    opening: Opening | None
    day: date | None = None
    weekday: int | None = None
    week: int | None = None
    month: int | None = None
    number: int | None = None
    year: int | None = None
    minutes: int | None = None
    part: int | None = None
    half: str | None = None
    bare: str = ""
    """A number that is an hour only if something else makes it one."""
    marked: bool = False

    def moment(self) -> datetime:
        tokens = list(_TOKEN.finditer(self.words.replace(",", " ")))
        at = 0
        while at < len(tokens):
            at += self._take(tokens, at)
        return self._resolved()

    def _take(self, tokens: list[re.Match[str]], at: int) -> int:
        """Understand the token at *at*; return how many were used."""
        token = tokens[at]
        match token.lastgroup:
            case "iso":
                self._set_day(token, [int(part) for part in token["iso"].split("-")])
            case "date":
                day, month, year = token["date"].split(".")
                if year:
                    self._set_day(token, [int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)])
                else:
                    self._once("month", int(month), token[0])
                    self._once("number", int(day), token[0])
            case "time" | "hmark":
                hour, minute = re.split("[:h]", token[0])
                self._clock(int(hour), int(minute), token[0])
            case "dotted" if self._next_is(tokens, at, "hour"):
                hour, minute = token[0].split(".")
                self._clock(int(hour), int(minute), token[0])
            case "year" if self.month is not None:
                self._once("year", int(token[0]), token[0])
            case "point":
                return self._number(tokens, at)
            case "word":
                return self._word(tokens, at)
            case _:
                raise self._lost(token[0])
        return 1

    def _number(self, tokens: list[re.Match[str]], at: int) -> int:
        said, value = tokens[at][0], int(tokens[at]["number"])
        if self._next_is(tokens, at, "month") or (self.month is not None and self.number is None):
            self._once("number", value, said)
            return 1
        if tokens[at]["point"]:
            raise self._lost(said)
        self._clock(value, 0, said)
        self.bare = said
        return 1

    def _word(self, tokens: list[re.Match[str]], at: int) -> int:
        """Understand one of our words, else the longest phrase of up to four words that means something."""
        count = next((n for n in range(1, 4) if at + n >= len(tokens) or not tokens[at + n]["word"]), 4)
        for used in range(1 if plain(tokens[at]["word"]) in WORDS else count, 0, -1):
            phrase = " ".join(plain(token["word"]) for token in tokens[at : at + used])
            found = meanings(phrase)
            if len(found) > 1:
                raise Refused(
                    f'"{phrase}" means different things in different languages.', "Write the English word, or a date."
                )
            if found:
                self._mean(found[0], " ".join(token[0] for token in tokens[at : at + used]))
                return used
        raise self._lost(tokens[at][0])

    def _mean(self, meaning: Meaning, said: str) -> None:
        match meaning:
            case "day", days:
                self._once("day", self.local.date() + timedelta(days=days), said)
            case "weekday", weekday:
                self._once("weekday", weekday, said)
            case "month", month:
                self._once("month", month, said)
            case "clock", minutes:
                self._clock(*divmod(minutes, 60), said)
            case "part", minutes:
                self._once("part", minutes, said)
            case "tonight", _:
                self._once("day", self.local.date(), said)
                self._once("part", 1200, said)
            case "next", _:
                self._once("week", 1, said)
            case "this", _:
                self._once("week", 0, said)
            case "week", _ if self.week == 1:
                pass
            case "next week", _:
                self._once("week", 1, said)
            case "at", _:
                self.marked = True
            case "am" | "pm" as half, _ if self.minutes is not None:
                self._once("half", half, said)
                hour, minute = divmod(self.minutes, 60)
                if not 1 <= hour <= 12:
                    raise self._lost(self.words)
                self.minutes = (hour % 12 + (12 if half == "pm" else 0)) * 60 + minute
                self.marked = True
            case "am", _ if self.minutes is None:  # in German, "am Freitag"
                pass
            case "hour", _ if self.minutes is not None:
                self.marked = True
            case _:
                raise self._lost(said)

    def _resolved(self) -> datetime:
        named = [self.day is not None, self.weekday is not None, self.month is not None]
        if sum(named) > 1 or (self.week is not None and (self.day or self.month is not None)):
            raise Refused(f'"{self.words}" names more than one day.', _HOW)
        if self.month is not None and self.number is None:
            raise self._lost(self.words)
        if self.bare and not (any(named) or self.week is not None or self.part is not None or self.marked):
            raise Refused(
                f'"{self.words}" can be an hour or a span.', f'Write "{self.bare}:00", or "{self.bare}h" for a span.'
            )
        if not any(named) and self.week is None and self.minutes is None and self.part is None:
            raise self._lost(self.words)
        return self._dated()

    def _dated(self) -> datetime:
        """Return the moment, the next one where the words leave the day open."""
        today = self.local.date()
        if self.day is not None:
            return self._on(self.day)
        if self.month is not None and self.number is not None:
            first = self._on(self._date(self.year or today.year, self.month, self.number))
            if self.year is not None or first > self.local:
                return first
            return self._on(self._date(today.year + 1, self.month, self.number))
        monday = today - timedelta(days=today.weekday())
        if self.week is not None:
            return self._on(monday + timedelta(days=7 * self.week + (self.weekday or 0)))
        if self.weekday is not None:
            ahead = (self.weekday - today.weekday()) % 7
            timed = self.minutes is not None or self.part is not None
            first = self._on(today + timedelta(days=ahead))
            again = (ahead == 0 and not timed) or first <= self.local
            return self._on(today + timedelta(days=ahead + 7)) if again else first
        first = self._on(today)
        return first if first > self.local else self._on(today + timedelta(days=1))

    def _on(self, day: date) -> datetime:
        minutes = self.minutes
        if minutes is None and self.part is None:
            opens = self.opening(day) if self.opening else None
            return opens if opens is not None else valid_moment(datetime.combine(day, NINE), self.zone)
        if minutes is None:
            minutes = self.part or 0
        elif self.part is not None and self.part >= 720 > minutes:
            minutes += 720
        return valid_moment(datetime.combine(day, time(*divmod(minutes, 60))), self.zone)

    def _clock(self, hour: int, minute: int, said: str) -> None:
        if hour > 23 or minute > 59:
            raise Refused(f'"{said}" is not a time that a clock shows.', _HOW)
        self._once("minutes", hour * 60 + minute, said)

    def _set_day(self, token: re.Match[str], parts: list[int]) -> None:
        self._once("day", self._date(*parts), token[0])

    def _date(self, year: int, month: int, day: int) -> date:
        try:
            return date(year, month, day)
        except ValueError:
            raise Refused(f'"{self.words}" names a day that is in no calendar.', _HOW) from None

    def _once(self, what: str, value: object, said: str) -> None:
        if getattr(self, what) is not None:
            raise Refused(f'"{said}" in "{self.words}" is one word too many.', _HOW)
        setattr(self, what, value)

    def _next_is(self, tokens: list[re.Match[str]], at: int, *kinds: str) -> bool:
        if at + 1 >= len(tokens) or not tokens[at + 1]["word"]:
            return False
        found = meanings(plain(tokens[at + 1]["word"]))
        return len(found) == 1 and found[0][0] in kinds

    def _lost(self, said: str) -> Refused:
        where = f' in "{self.words}"' if said != self.words else ""
        return Refused(f'"{said}"{where} is not understood.', _HOW)

"""The `[hours]` table to a calendar."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from tui_inbox.config.tables import Table, shown
from tui_inbox.problems import Problem, nearest
from tui_inbox.rules.calendar import Calendar, Frames, frame_text, public_holidays
from tui_inbox.rules.days import DAYS, days_of, is_range

_FRAME = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?")
_FRAME_FORM = 'write a frame like "09:00-12:30"'


def hours(table: Table, zone: str) -> Calendar:
    """Return the calendar of `[hours]`; *zone* holds where the table names none."""
    calendar = Calendar(
        zone=zone_of(table, zone),
        weekly=_weekly(table),
        holidays=_holidays(table),
        closed=_closed(table),
        half=_half(table),
    )
    table.close((*DAYS, "mon-fri"))
    return calendar


def zone_of(table: Table, default: str) -> str:
    """Return the time zone that *table* names; *default* where it names none, or none that exists."""
    name = table.text("zone", default)
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):  # unknown, not a zone's name, a folder of zones
        near = nearest(name, sorted(available_timezones()))
        ending = f'did you mean "{near}"?' if near else 'write it like "Europe/Istanbul".'
        table.wrong("zone", f'there is no time zone "{name}"; {ending}')
        return default


def _weekly(table: Table) -> tuple[Frames, ...]:
    """Return the frames of Monday to Sunday, () where no day is named; a day of its own beats a range of days."""
    week: dict[int, Frames] = {}
    ranged: dict[int, str] = {}
    single: dict[int, Frames] = {}
    for key in table.values:
        days = days_of(key)
        if not days:
            continue
        frames = _frames(table, key, table.raw(key))
        if not is_range(key):
            if days[0] in single:
                table.wrong(key, "this day is named twice.")
            single[days[0]] = frames
            continue
        for day in days:
            if day in ranged:
                table.wrong(key, f'{DAYS[day]} is in "{ranged[day]}" too.')
            ranged[day], week[day] = key, frames
    week |= single
    return tuple(week.get(day, ()) for day in range(7)) if week else ()


def _frames(table: Table, key: str, value: object) -> Frames:
    """Return the frames of one day, in order; a frame that crosses midnight is written as two."""
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list) or not all(isinstance(one, str) for one in written):
        table.wrong(key, f'a list of frames is expected, such as ["09:00-12:30", "13:30-18:00"], not {shown(value)}.')
        return ()
    found: list[tuple[int, int]] = []
    for text in written:
        match = _FRAME.fullmatch(text.strip())
        if match is None:
            table.wrong(key, f'"{text}" is not a frame; {_FRAME_FORM}.')
            continue
        from_hour, from_minute, to_hour, to_minute = (int(part or 0) for part in match.groups())
        begin, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
        if max(from_minute, to_minute) > 59 or max(begin, end) > 1440:
            table.wrong(key, f'"{text}" names a time that no clock shows; {_FRAME_FORM}.')
        elif begin >= end:
            table.wrong(
                key,
                f'"{text}" does not end after it begins; a shift over midnight is written as '
                f'"{frame_text((begin, 1440))}", and "{frame_text((0, end))}" on the next day.',
            )
        else:
            found.append((begin, end))
    found.sort()
    for one, other in pairwise(found):
        if other[0] < one[1]:
            table.wrong(key, f"{frame_text(one)} and {frame_text(other)} overlap.")
    return tuple(found)


def _holidays(table: Table) -> str:
    """Return the country, or the part of one, whose public holidays are kept; "" for none."""
    code = table.text("holidays")
    if code:
        try:
            public_holidays(code, 2026)  # of any year: it fails for a code that is not known
        except Problem as problem:
            table.wrong("holidays", f"{problem.what} {problem.hint}")
            return ""
    return code


def _closed(table: Table) -> tuple[tuple[date, date], ...]:
    """Return first and last day of each absence: `2026-12-31`, or `2026-08-03..2026-08-14`."""
    value = table.raw("closed")
    if value is None:
        return ()
    found: list[tuple[date, date]] = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, date) and not isinstance(one, datetime):
            found.append((one, one))
            continue
        ends = [_date(part) for part in one.split("..")] if isinstance(one, str) else []
        match ends:
            case [date() as only]:
                found.append((only, only))
            case [date() as first, date() as last] if first <= last:
                found.append((first, last))
            case _:
                table.wrong(
                    "closed",
                    f'a day is expected, such as "2026-12-31", or a range "2026-08-03..2026-08-14", not {shown(one)}.',
                )
    return tuple(sorted(found))


def _half(table: Table) -> tuple[tuple[date, Frames], ...]:
    """Return the frames of each day that has its own."""
    days = table.table("half")
    found: dict[date, Frames] = {}
    for key in days.values:
        day = _date(key)
        if day is None:
            days.wrong(key, 'a day is expected, such as "2026-12-30".')
        else:
            found[day] = _frames(days, key, days.raw(key))
    return tuple(sorted(found.items()))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None

"""The days and lengths of time that a search names: written down exactly, never guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

UNITS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "mo": timedelta(days=30),
    "y": timedelta(days=365),
}
LONGEST = timedelta(days=36_525)
"""A hundred years: no moment of this program is so far from another."""

_LENGTH = re.compile(r"(?:[0-9]{1,6} ?(?:min|mo|[hdwy]) ?)+")
_PART = re.compile(r"([0-9]+) ?([a-z]+)")
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})(?:(?P<sign>[-/])(?P<month>[0-9]{1,2})(?:(?P=sign)(?P<day>[0-9]{1,2}))?)?")
_DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}t[0-9]{2}:[0-9]{2}[0-9:.+z-]*")


def length(said: str) -> timedelta:
    """Return the time that `2d`, `90min` or `1d12h` is: absolute, a month of 30 days. Raise ValueError for others."""
    if not _LENGTH.fullmatch(said.lower()):
        raise ValueError(said)
    total = sum((int(many) * UNITS[unit] for many, unit in _PART.findall(said.lower())), timedelta())
    if total > LONGEST:
        raise ValueError(said)
    return total


def days(said: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first moment of the day, month or year that *said* names in *zone*, and of the one after it, in UTC.

    Read are `2026-03-02`, `2026/3/2`, `2.3.2026`, `2026-03`, `2026`, `today`, `yesterday`; a moment of RFC 3339 is
    returned twice, one without an offset is in *zone*. Raise ValueError or OverflowError for anything else.
    """
    said = said.lower()
    if said in ("today", "yesterday"):
        today = now.astimezone(zone).date() - timedelta(days=said == "yesterday")
        return _midnight(today.year, today.month, today.day, zone), _midnight(
            today.year, today.month, today.day + 1, zone
        )
    if _MOMENT.fullmatch(said):
        moment = datetime.fromisoformat(said.upper())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        return moment, moment
    named = _YEAR_FIRST.fullmatch(said) or _DAY_FIRST.fullmatch(said)
    if not named or not 1900 <= int(named["year"]) <= 9000:
        raise ValueError(said)
    year, month, day = int(named["year"]), named["month"], named["day"]
    datetime(year, int(month or 1), int(day or 1), tzinfo=UTC)  # raises where the calendar has no such day
    if day:
        return _midnight(year, int(month), int(day), zone), _midnight(year, int(month), int(day) + 1, zone)
    if month:
        return _midnight(year, int(month), 1, zone), _midnight(year + int(month) // 12, int(month) % 12 + 1, 1, zone)
    return _midnight(year, 1, 1, zone), _midnight(year + 1, 1, 1, zone)


def _midnight(year: int, month: int, day: int, zone: tzinfo) -> datetime:
    """Return the first moment of a day in *zone*, in UTC; *day* may be one past the month's last."""
    first = datetime(year, month, 1) + timedelta(days=day - 1)  # noqa: DTZ001 - a wall date until its zone is put on
    return first.replace(tzinfo=zone).astimezone(UTC)

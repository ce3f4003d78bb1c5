"""Lengths and days as they are written in a search, a rule and the configuration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tui_inbox.rules.spans import LONGEST, days, length

ISTANBUL = ZoneInfo("Europe/Istanbul")
NOW = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
"""The second of March in Istanbul."""


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("90min", timedelta(minutes=90)),
        ("1d12h", timedelta(hours=36)),
        ("2W", timedelta(days=14)),
        (f"{LONGEST.days}d", LONGEST),
    ],
)
def test_a_length_is_the_sum_of_its_parts(said: str, time: timedelta) -> None:
    assert length(said) == time


@pytest.mark.parametrize("said", ["", "2", "d", "2x", "-1d", f"{LONGEST.days + 1}d"])
def test_what_is_no_length_or_too_long_is_refused(said: str) -> None:
    with pytest.raises(ValueError):
        length(said)


def moment(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "begins", "ends"),
    [
        ("today", "2026-03-01 21:00", "2026-03-02 21:00"),
        ("yesterday", "2026-02-28 21:00", "2026-03-01 21:00"),
        ("2.3.2026", "2026-03-01 21:00", "2026-03-02 21:00"),
        ("2026-03-02", "2026-03-01 21:00", "2026-03-02 21:00"),
        ("2026-02-28", "2026-02-27 21:00", "2026-02-28 21:00"),
        ("2026-03", "2026-02-28 21:00", "2026-03-31 21:00"),
        ("2026-12", "2026-11-30 21:00", "2026-12-31 21:00"),
        ("2026", "2025-12-31 21:00", "2026-12-31 21:00"),
        ("9000", "8999-12-31 21:00", "9000-12-31 21:00"),
    ],
)
def test_a_day_a_month_and_a_year_begin_and_end_at_midnight_of_the_zone(said: str, begins: str, ends: str) -> None:
    assert days(said, NOW, ISTANBUL) == (moment(begins), moment(ends))


def test_the_oldest_year_is_1900() -> None:
    begins, ends = days("1900", NOW, UTC)
    assert (begins, ends) == (moment("1900-01-01"), moment("1901-01-01"))


@pytest.mark.parametrize("said", ["1899", "9001", "2026-13", "2026-02-30", "0", "tomorrow"])
def test_what_is_no_day_is_refused(said: str) -> None:
    with pytest.raises(ValueError):
        days(said, NOW, ISTANBUL)


def test_a_moment_without_an_offset_is_in_the_zone_and_one_with_an_offset_is_not() -> None:
    seven, ten = datetime(2026, 3, 2, 7, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert days("2026-03-02T10:00", NOW, ISTANBUL) == (seven, seven)
    assert days("2026-03-02T10:00Z", NOW, ISTANBUL) == (ten, ten)

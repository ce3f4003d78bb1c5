"""What a snooze is asked for in short, and the half of a day in which it falls due."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tui_inbox.rules.snoozing import PRESETS, half_day, meant

ISTANBUL = ZoneInfo("Europe/Istanbul")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("1", "3h"), ("6", "2w"), ("0", "0"), ("7", "7"), ("٢", "٢"), (" fri 9 ", "fri 9"), ("", "2d"), ("  ", "2d")],
)
def test_a_digit_stands_for_a_preset_and_nothing_for_what_was_said_last(typed: str, words: str) -> None:
    assert len(PRESETS) == 6
    assert meant(typed, last="2d") == words


@pytest.mark.parametrize(
    ("moment", "begins", "ends", "name"),
    [
        ("2026-03-04 06:00", "2026-03-03 21:00", "2026-03-04 09:00", "morning"),
        ("2026-03-04 08:59", "2026-03-03 21:00", "2026-03-04 09:00", "morning"),
        ("2026-03-04 09:00", "2026-03-04 09:00", "2026-03-04 21:00", "afternoon"),
        ("2026-03-04 20:59", "2026-03-04 09:00", "2026-03-04 21:00", "afternoon"),
    ],
)
def test_a_half_of_the_day_is_that_of_the_zone(moment: str, begins: str, ends: str, name: str) -> None:
    at, first, last = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (moment, begins, ends))
    assert half_day(at, ISTANBUL) == (first, last, name)


def test_on_the_days_the_clock_is_changed_a_half_is_an_hour_shorter_or_longer() -> None:
    for day, hours in ((datetime(2026, 3, 29, 5, tzinfo=UTC), 11), (datetime(2026, 10, 25, 5, tzinfo=UTC), 13)):
        begins, ends, name = half_day(day, BERLIN)
        assert (ends - begins).total_seconds() == hours * 3600
        assert name == "morning"


def test_the_morning_begins_at_midnight_and_the_afternoon_ends_there() -> None:
    nine, three = datetime(2026, 3, 2, 6, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)
    midnight, noon = datetime(2026, 3, 1, 21, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert half_day(nine, ISTANBUL) == (midnight, noon, "morning")
    assert half_day(three, ISTANBUL) == (noon, datetime(2026, 3, 2, 21, tzinfo=UTC), "afternoon")

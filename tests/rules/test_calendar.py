"""Business time, by example and by law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.problems import Misconfigured
from tui_inbox.rules.calendar import Calendar, public_holidays, valid_moment

HOUR = timedelta(hours=1)
OFFICE = ((540, 1080),)  # 09:00-18:00
LUNCH = ((540, 750), (810, 1080))  # 09:00-12:30, 13:30-18:00
WEEK = (LUNCH,) * 5 + ((), ())
ISTANBUL = Calendar("Europe/Istanbul", WEEK)
BERLIN = Calendar("Europe/Berlin", (OFFICE,) * 5 + ((), ()))


def at(text: str, zone: str = "Europe/Istanbul") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# --- by example ---------------------------------------------------------------------------------------


def test_without_hours_all_time_is_business_time():
    sunday = at("2026-03-01 03:00")
    assert Calendar().add(sunday, 4 * HOUR) == sunday + 4 * HOUR
    assert Calendar().between(sunday, sunday + 4 * HOUR) == 4 * HOUR
    assert Calendar().is_open(sunday)
    assert Calendar().next_opening(sunday) is None
    assert Calendar().last_closing(sunday) is None


def test_four_business_hours_after_friday_afternoon_end_on_monday():
    assert ISTANBUL.add(at("2026-02-27 16:00"), 4 * HOUR) == at("2026-03-02 11:00")


def test_the_lunch_break_does_not_count():
    assert ISTANBUL.add(at("2026-03-02 12:00"), HOUR) == at("2026-03-02 14:00")
    assert ISTANBUL.between(at("2026-03-02 12:00"), at("2026-03-02 14:00")) == HOUR


def test_what_ends_with_the_frame_is_due_at_its_end_and_not_at_the_next_opening():
    assert ISTANBUL.add(at("2026-02-27 16:00"), 2 * HOUR) == at("2026-02-27 18:00")


def test_nothing_added_to_a_closed_moment_is_that_moment():
    sunday = at("2026-03-01 10:00")
    assert ISTANBUL.add(sunday, timedelta(0)) == sunday


def test_a_frame_is_open_at_its_first_moment_and_closed_at_its_end():
    assert ISTANBUL.is_open(at("2026-03-02 09:00"))
    assert not ISTANBUL.is_open(at("2026-03-02 12:30"))


def test_the_next_opening_after_friday_evening_is_monday_morning():
    assert ISTANBUL.next_opening(at("2026-02-27 19:00")) == at("2026-03-02 09:00")


def test_the_closed_stretch_that_holds_sunday_began_on_friday_evening():
    assert ISTANBUL.last_closing(at("2026-03-01 10:00")) == at("2026-02-27 18:00")
    assert ISTANBUL.last_closing(at("2026-03-02 10:00")) is None


def test_a_public_holiday_is_closed():
    turkey = Calendar("Europe/Istanbul", WEEK, holidays="TR")
    assert turkey.add(at("2026-10-28 17:00"), 2 * HOUR) == at("2026-10-30 10:00")


def test_holidays_of_a_part_of_a_country_are_known():
    assert date(2026, 1, 6) in public_holidays("DE-BY", 2026)
    assert date(2026, 1, 6) not in public_holidays("DE-BE", 2026)


def test_an_unknown_country_is_a_clear_error():
    with pytest.raises(Misconfigured, match='No public holidays are known for "XX"'):
        public_holidays("XX", 2026)


def test_own_closed_days_are_closed_first_and_last_day_included():
    away = Calendar("Europe/Istanbul", WEEK, closed=((date(2026, 8, 3), date(2026, 8, 14)),))
    assert away.add(at("2026-07-31 17:00"), 2 * HOUR) == at("2026-08-17 10:00")


def test_a_half_day_has_its_own_frames_even_on_a_weekend_or_holiday():
    half = Calendar("Europe/Istanbul", WEEK, holidays="TR", half=((date(2026, 10, 29), ((540, 600),)),))
    assert half.add(at("2026-10-28 17:00"), 2 * HOUR) == at("2026-10-29 10:00")


def test_a_closed_day_stays_closed_even_if_it_is_also_a_half_day():
    day = date(2026, 3, 3)
    both = Calendar("Europe/Istanbul", WEEK, closed=((day, day),), half=((day, ((540, 600),)),))
    assert both.frames_on(day) == ()


def test_a_night_shift_over_the_hour_that_does_not_exist_is_an_hour_shorter():
    nights = Calendar("Europe/Berlin", (((0, 360),),) * 7)
    assert nights.between(at("2026-03-29 00:00", "Europe/Berlin"), at("2026-03-29 06:00", "Europe/Berlin")) == 5 * HOUR


def test_a_night_shift_over_the_hour_that_comes_twice_is_an_hour_longer():
    nights = Calendar("Europe/Berlin", (((0, 360),),) * 7)
    assert nights.between(at("2026-10-25 00:00", "Europe/Berlin"), at("2026-10-25 06:00", "Europe/Berlin")) == 7 * HOUR


def test_a_frame_that_begins_in_the_gap_begins_at_the_first_valid_moment_after_it():
    early = Calendar("Europe/Berlin", (((150, 300),),) * 7)  # 02:30-05:00
    assert early.next_opening(at("2026-03-29 00:00", "Europe/Berlin")) == at("2026-03-29 03:00", "Europe/Berlin")


def test_a_frame_that_begins_in_the_overlap_begins_the_first_time():
    early = Calendar("Europe/Berlin", (((150, 300),),) * 7)
    assert early.next_opening(at("2026-10-25 00:00", "Europe/Berlin")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_frame_swallowed_by_the_gap_does_not_open_that_day():
    tiny = Calendar("Europe/Berlin", (((125, 175),),) * 7)
    assert tiny.opening_on(date(2026, 3, 28)) == datetime(2026, 3, 28, 1, 5, tzinfo=UTC)
    assert tiny.between(at("2026-03-29 00:00", "Europe/Berlin"), at("2026-03-30 00:00", "Europe/Berlin")) == 0 * HOUR


def test_a_day_that_an_island_skipped_is_no_business_time():
    apia = Calendar("Pacific/Apia", (OFFICE,) * 7)
    assert valid_moment(datetime.fromisoformat("2011-12-30T12:00"), "Pacific/Apia") == datetime(
        2011, 12, 30, 10, tzinfo=UTC
    )
    day = timedelta(days=1)
    before = datetime(2011, 12, 30, 9, tzinfo=UTC)
    assert apia.between(before - day, before + day) == 2 * 9 * HOUR


def test_a_day_that_ends_at_midnight_goes_over_into_the_next_without_a_break():
    always = Calendar("Europe/Berlin", (((0, 1440),),) * 7)
    assert always.next_opening(at("2026-03-02 09:00", "Europe/Berlin")) is None
    assert always.add(at("2026-12-31 20:00", "Europe/Berlin"), 8 * HOUR) == at("2027-01-01 04:00", "Europe/Berlin")


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar("Europe/Istanbul", ((), (), (), (), (), (), ((540, 545),))),
        Calendar("Europe/Istanbul", ((),) * 7),
        Calendar("UTC", closed=((date(2026, 1, 1), date(2028, 1, 1)),)),
    ],
)
def test_a_calendar_with_next_to_no_open_time_is_refused(calendar):
    with pytest.raises(Misconfigured, match="less than 24 open hours"):
        calendar.check(at("2026-03-02 09:00"))


def test_a_calendar_that_never_opens_again_says_so_instead_of_searching_for_ever():
    with pytest.raises(Misconfigured, match="never open long enough"):
        Calendar("UTC", ((),) * 7).add(at("2026-03-02 09:00"), HOUR)


def test_a_moment_long_before_any_customer_wrote_is_no_trouble():
    ancient = datetime(3, 1, 1, tzinfo=UTC)
    assert ISTANBUL.between(ancient, ISTANBUL.add(ancient, HOUR)) == HOUR
    assert ISTANBUL.last_closing(ancient) is None
    assert not ISTANBUL.is_open(ancient)


def test_the_weekday_is_that_of_the_zone_and_not_of_utc():
    friday_evening = datetime(2026, 2, 27, 22, 30, tzinfo=UTC)
    assert [Calendar(zone).weekday(friday_evening) for zone in ("UTC", "Europe/Istanbul")] == [4, 5]
    assert Calendar("America/New_York").weekday(datetime(2026, 3, 2, 4, 59, tzinfo=UTC)) == 6


@pytest.mark.parametrize("edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_every_moment_has_a_weekday(edge):
    assert {Calendar(zone).weekday(edge) in range(7) for zone in ("America/New_York", "Asia/Tokyo")} == {True}


# --- in one sentence ----------------------------------------------------------------------------------


def test_a_due_time_is_explained_in_one_sentence():
    start = at("2026-02-27 16:00")
    due = ISTANBUL.add(start, 4 * HOUR)
    said = ISTANBUL.explain(start, 4 * HOUR, due)
    assert said == "Mon 11:00: 4 business hours after Fri 16:00; Sat and Sun closed"


def test_a_holiday_is_named_and_a_far_day_has_its_date():
    turkey = Calendar("Europe/Istanbul", (OFFICE,) * 7, holidays="TR")
    start = at("2026-10-28 17:00")
    assert "Thu (Republic Day) closed" in turkey.explain(start, 2 * HOUR, turkey.add(start, 2 * HOUR))
    far = turkey.explain(start, 90 * HOUR, turkey.add(start, 90 * HOUR))
    assert far == "Sun 8 Nov 17:00: 90 business hours after Wed 28 Oct 17:00; Thu 29 Oct (Republic Day) closed"


def test_a_closed_day_after_the_due_time_is_not_spoken_of():
    start = at("2026-02-27 10:00")
    assert ISTANBUL.explain(start, HOUR, ISTANBUL.add(start, HOUR)) == "Fri 11:00: 1 business hour after Fri 10:00"


def test_a_week_of_ordinary_hours_is_enough_open_time():
    ISTANBUL.check(at("2026-03-02 09:00"))
    Calendar().check(at("2026-03-02 09:00"))


def test_a_message_before_opening_says_from_when_it_counts():
    start = at("2026-03-02 07:10")
    said = ISTANBUL.explain(start, HOUR, ISTANBUL.add(start, HOUR))
    assert said == "Mon 10:00: 1 business hour after Mon 07:10; counted from Mon 09:00"


def test_a_half_day_is_named():
    half = Calendar("Europe/Istanbul", WEEK, half=((date(2026, 12, 30), ((540, 750),)),))
    start = at("2026-12-30 12:00")
    assert half.explain(start, HOUR, half.add(start, HOUR)).endswith("; Wed open 09:00-12:30")


def test_where_all_time_counts_nobody_speaks_of_business_hours():
    assert Calendar().explain(at("2026-03-01 03:00", "UTC"), 4 * HOUR, at("2026-03-01 07:00", "UTC")) == (
        "Sun 07:00: 4 hours after Sun 03:00"
    )


# --- by law -------------------------------------------------------------------------------------------

ZONES = ("Europe/Istanbul", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Europe/Berlin", "UTC")
MOMENTS = st.one_of(
    st.integers(0, 4 * 365 * 1440).map(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    *(  # around both daylight-saving days of each of these zones
        st.timedeltas(-36 * HOUR, 36 * HOUR).map(datetime(2026, month, day, tzinfo=UTC).__add__)
        for month, day in ((3, 8), (3, 29), (4, 5), (10, 4), (10, 25), (11, 1))
    ),
)
AMOUNTS = st.timedeltas(timedelta(microseconds=1), timedelta(hours=200))


def _frames(edges: set[int]) -> tuple[tuple[int, int], ...]:
    ordered = sorted(edges)
    return tuple(zip(ordered[::2], ordered[1::2], strict=False))


FRAMES = st.sets(st.integers(0, 96).map(lambda n: n * 15), max_size=8).map(_frames)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@st.composite
def calendars(draw):
    weekly = draw(st.one_of(st.just(()), st.lists(FRAMES, min_size=7, max_size=7).map(tuple)))
    if weekly and sum(b - a for day in weekly for a, b in day) < 240:
        weekly = (*weekly[:6], OFFICE)
    first = draw(DAYS)
    return Calendar(
        zone=draw(st.sampled_from(ZONES)),
        weekly=weekly,
        holidays=draw(st.sampled_from(("", "TR", "US", "DE-BY"))),
        closed=draw(st.sampled_from(((), ((first, first + timedelta(days=9)),)))),
        half=tuple(draw(st.dictionaries(DAYS, FRAMES, max_size=3)).items()),
    )


@given(calendars(), MOMENTS, AMOUNTS)
def test_what_was_added_lies_between(calendar, start, amount):
    assert calendar.between(start, calendar.add(start, amount)) == amount


@given(calendars(), MOMENTS, AMOUNTS)
def test_what_is_added_ends_within_an_open_frame_or_at_its_end(calendar, start, amount):
    end = calendar.add(start, amount)
    assert end > start
    assert end.tzinfo is UTC
    assert calendar.is_open(end - timedelta(microseconds=1))


@given(calendars(), MOMENTS, MOMENTS, AMOUNTS, AMOUNTS)
def test_later_or_longer_never_ends_earlier(calendar, one, other, amount, more):
    first, second = sorted((one, other))
    assert calendar.add(first, amount) <= calendar.add(second, amount)
    assert calendar.add(first, amount) < calendar.add(first, amount + more)


@given(calendars(), MOMENTS, MOMENTS, MOMENTS)
def test_business_time_adds_up(calendar, a, b, c):
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)
    assert calendar.between(a, b) == -calendar.between(b, a)


@given(calendars(), MOMENTS)
def test_no_business_time_passes_between_a_closed_moment_and_the_next_opening(calendar, now):
    opening = calendar.next_opening(now)
    if not calendar.is_open(now) and opening is not None:
        assert calendar.between(now, opening) == 0 * HOUR
        assert calendar.is_open(opening)
        closing = calendar.last_closing(now)
        assert closing is None or (closing <= now and calendar.between(closing, now) == 0 * HOUR)


@given(calendars(), MOMENTS, AMOUNTS)
def test_the_order_in_which_a_calendar_is_asked_does_not_matter(calendar, start, amount):
    fresh = Calendar.from_json(calendar.as_json())
    calendar.add(start - timedelta(days=5000), amount)
    calendar.between(start, start + timedelta(days=5000))
    assert calendar.add(start, amount) == fresh.add(start, amount)


@given(calendars())
def test_a_calendar_kept_with_a_promise_comes_back_as_it_was(calendar):
    again = Calendar.from_json(calendar.as_json())
    assert again == calendar
    assert hash(again) == hash(calendar)
    assert again.as_json() == calendar.as_json()


@given(calendars(), MOMENTS, AMOUNTS)
def test_every_due_time_can_be_explained(calendar, start, amount):
    assert "hour" in (said := calendar.explain(start, amount, calendar.add(start, amount))) or "minute" in said


def test_three_years_of_business_hours_end_three_years_later():
    years = BERLIN.between(at("2026-03-02 09:00", "Europe/Berlin"), at("2029-03-02 09:00", "Europe/Berlin"))
    unasked = Calendar("Europe/Berlin", BERLIN.weekly)
    assert unasked.add(at("2026-03-02 09:00", "Europe/Berlin"), years) == at("2029-03-01 18:00", "Europe/Berlin")


@pytest.mark.parametrize("minute", range(0, 60, 7))
def test_every_wall_time_in_a_gap_is_the_moment_at_its_end(minute):
    wall = datetime(2026, 3, 29, 2, minute)  # noqa: DTZ001 - a wall time
    assert valid_moment(wall, "Europe/Berlin") == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_three_closed_days_are_named_one_after_another():
    calendar = Calendar("UTC", (OFFICE,) * 4 + ((), (), ()))
    start = datetime(2026, 3, 5, 17, tzinfo=UTC)
    due = calendar.add(start, 2 * HOUR)
    assert calendar.explain(start, 2 * HOUR, due).endswith("; Fri, Sat and Sun closed")


def test_a_day_of_open_time_in_the_year_is_enough_and_an_hour_less_is_not():
    now = datetime(2026, 3, 2, tzinfo=UTC)
    days = [(date(2026, 4, 1) + timedelta(days=n), ((540, 600),)) for n in range(24)]
    Calendar("UTC", ((),) * 7, half=tuple(days)).check(now)
    with pytest.raises(Misconfigured, match="less than 24 open hours"):
        Calendar("UTC", ((),) * 7, half=tuple(days[1:])).check(now)

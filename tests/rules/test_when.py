"""Moments and durations in a person's words, seen from Friday 27 February 2026, 16:20 in Istanbul."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.problems import Problem, Refused
from tui_inbox.rules.calendar import Calendar
from tui_inbox.rules.spoken import spoken
from tui_inbox.rules.when import duration, moment, plan

ZONE = "Europe/Istanbul"
OFFICE = Calendar(ZONE, (((600, 1080),),) * 5 + ((), ()))  # 10:00-18:00
NOW = datetime(2026, 2, 27, 16, 20, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def said(text: str, now: datetime = NOW, zone: str = ZONE) -> str:
    return moment(text, now, zone).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("4h", 4),
        ("90m", 1.5),
        ("2d", 48),
        ("1h30m", 1.5),
        ("1 h 30 min", 1.5),
        ("1w", 168),
        ("1.5h", 1.5),
        ("2 days", 48),
    ],
)
def test_a_duration_is_read(text, hours):
    assert duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "4", "h", "4x", "4h x", "-4h", "four hours", "4h30", "9" * 5000 + "h"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(Refused, match="is not a duration"):
        duration(text)


@pytest.mark.parametrize(
    "text", ["3h", "in 3h", "in 3 hours", "3 hours later", "3 saat sonra", "in 3 stunden", "za 3 sata"]
)
def test_a_span_is_absolute(text):
    assert moment(text, NOW, ZONE) == NOW + timedelta(hours=3)


@pytest.mark.parametrize("text", ["через 3 часа", "dans 3 heures", "3 時間後"])
def test_a_span_is_read_in_the_languages_the_parser_knows(text):
    assert moment(text, NOW, ZONE) == NOW + timedelta(hours=3)


def test_a_span_over_the_clock_change_is_still_so_many_hours():
    evening = datetime(2026, 3, 28, 22, tzinfo=ZoneInfo("Europe/Berlin"))
    assert said("in 8h", evening, "Europe/Berlin") == "2026-03-29 07:00"


@pytest.mark.parametrize(
    ("text", "moment_"),
    [
        ("2026-03-02T08:00:00Z", "2026-03-02 11:00"),
        ("2026-03-02t08:00:00z", "2026-03-02 11:00"),
        ("2026-03-02T08:00:00+01:00", "2026-03-02 10:00"),
        ("2026-03-02T08:00", "2026-03-02 08:00"),
        ("2026-03-02 09:00", "2026-03-02 09:00"),
        ("2026-03-02", "2026-03-02 09:00"),
        ("tomorrow 9", "2026-02-28 09:00"),
        ("tomorrow at 9", "2026-02-28 09:00"),
        ("tomorrow", "2026-02-28 09:00"),
        ("tomorrow evening 7", "2026-02-28 19:00"),
        ("today 17:30", "2026-02-27 17:30"),
        ("tonight", "2026-02-27 20:00"),
        ("noon", "2026-02-28 12:00"),
        ("12:30 am", "2026-02-28 00:30"),
        ("at 9:30 pm", "2026-02-27 21:30"),
        ("9pm", "2026-02-27 21:00"),
        ("monday 9am", "2026-03-02 09:00"),
        ("next week", "2026-03-02 09:00"),
        ("next week tue 14", "2026-03-03 14:00"),
        ("next fri 9", "2026-03-06 09:00"),
        ("2.3. 9:00", "2026-03-02 09:00"),
        ("2.3.2027 9", "2027-03-02 09:00"),
        ("27 nov", "2026-11-27 09:00"),
        ("Nov 27, 14:00", "2026-11-27 14:00"),
        ("26 feb 9", "2027-02-26 09:00"),
    ],
)
def test_a_moment_is_read_as_a_person_means_it(text, moment_):
    assert said(text) == moment_


@pytest.mark.parametrize(
    ("text", "moment_"),
    [
        ("pazartesi 9", "2026-03-02 09:00"),
        ("YARIN 9", "2026-02-28 09:00"),
        ("yarın saat 9", "2026-02-28 09:00"),
        ("çarşamba 14:30", "2026-03-04 14:30"),
        ("haftaya salı 10", "2026-03-03 10:00"),
        ("freitag 14 uhr", "2026-03-06 14:00"),
        ("am Freitag um 14 Uhr", "2026-03-06 14:00"),
        ("morgen 9", "2026-02-28 09:00"),
        ("Montag 9.30 Uhr", "2026-03-02 09:30"),
        ("27. November 2026 9", "2026-11-27 09:00"),
        ("sutra 9", "2026-02-28 09:00"),
        ("petak 9", "2026-03-06 09:00"),
        ("ponedjeljak u 10 sati", "2026-03-02 10:00"),
        ("lundi 14h30", "2026-03-02 14:30"),
        ("la semaine prochaine", "2026-03-02 09:00"),
        ("mañana 9", "2026-02-28 09:00"),
        ("понедельник 9", "2026-03-02 09:00"),
        ("月曜日9時", "2026-03-02 09:00"),
    ],
)
def test_a_moment_is_read_in_the_agents_language(text, moment_):
    assert said(text) == moment_


def test_a_time_without_a_day_is_the_next_such_time():
    assert said("17:30") == "2026-02-27 17:30"
    assert said("9:30") == "2026-02-28 09:30"


@pytest.mark.parametrize(
    ("text", "moment_"),
    [
        ("16:20", "2026-02-28 16:20"),
        ("fri 16:20", "2026-03-06 16:20"),
        ("16:21", "2026-02-27 16:21"),
        ("fri 16:21", "2026-02-27 16:21"),
    ],
)
def test_a_time_that_is_now_has_passed(text, moment_):
    assert said(text) == moment_


@pytest.mark.parametrize(("text", "what"), [("", "No moment"), ("  ", "No moment"), ("1h " * 100, "too long")])
def test_nothing_and_too_much_are_refused(text, what):
    with pytest.raises(Refused, match=what):
        moment(text, NOW, ZONE)


def test_a_month_alone_is_no_moment():
    with pytest.raises(Refused):
        moment("march", NOW, ZONE)


def test_a_weekday_is_today_only_while_its_time_is_ahead():
    assert said("fri 17:00") == "2026-02-27 17:00"
    assert said("fri 14:00") == "2026-03-06 14:00"
    assert said("fri") == "2026-03-06 09:00"


def test_a_day_without_an_hour_is_the_opening_of_that_day_or_nine_where_it_is_closed():
    assert moment("mon", NOW, ZONE, opening=OFFICE.opening_on) == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert moment("sun", NOW, ZONE, opening=OFFICE.opening_on) == datetime(2026, 3, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("fri foo", "foo"),
        ("tomorrow 9 blah", "blah"),
        ("fri sat", "sat"),
        ("tomorrow 9 10", "10"),
        ("tomorrow 25", "25"),
        ("14:30 pm", "14:30 pm"),
        ("31.2.", "31.2."),
        ("2026-13-01", "2026-13-01"),
        ("9", '9:00", or "9h'),
        ("month", "month"),
        ("3/4", "3/4"),
        ("9.30", "9.30"),
        ("fri 9 !", "!"),
        ("mon 9 am pm", "pm"),
    ],
)
def test_what_is_half_understood_is_refused_and_the_part_is_named(text, part):
    with pytest.raises(Refused) as refused:
        moment(text, NOW, ZONE)
    assert part in refused.value.what + refused.value.hint


def test_a_word_that_languages_disagree_about_is_refused():
    with pytest.raises(Refused, match="different languages"):
        moment("pn 9", NOW, ZONE)  # Monday in Polish, Friday in Lithuanian


def test_a_wall_time_in_the_gap_is_the_first_valid_moment_after_it():
    night = datetime(2026, 3, 28, 20, tzinfo=UTC)
    assert moment("tomorrow 2:30", night, "Europe/Berlin") == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_wall_time_in_the_overlap_is_the_earlier_one():
    night = datetime(2026, 10, 24, 20, tzinfo=UTC)
    assert moment("tomorrow 2:30", night, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_tomorrow_at_nine_is_nine_by_the_wall_clock_over_a_clock_change():
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert said("tomorrow 9", saturday, "Europe/Berlin") == "2026-03-29 09:00"


def test_due_words_count_from_the_return():
    returns, due = plan("mon 9 / 12:00", NOW, ZONE)
    assert (returns, due) == (datetime(2026, 3, 2, 6, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert plan("mon 9/4h", NOW, ZONE)[1] == returns + timedelta(hours=4)
    assert plan("mon 9", NOW, ZONE) == (returns, None)


def test_a_plan_with_a_slash_and_nothing_after_it_is_refused():
    with pytest.raises(Refused):
        plan("mon 9 /", NOW, ZONE)


@pytest.mark.parametrize(
    ("text", "spoken_"),
    [
        ("today 17:30", "today 17:30"),
        ("mon 9", "Mon 09:00"),
        ("27 nov", "Fri 27 Nov 09:00"),
        ("2027-03-02 9:00", "Tue 2 Mar 2027 09:00"),
    ],
)
def test_a_moment_is_spoken_as_a_person_says_it(text, spoken_):
    assert spoken(moment(text, NOW, ZONE), NOW, ZONE) == spoken_


WORDS = st.sampled_from(
    (
        "tomorrow",
        "fri",
        "9",
        "9:30",
        "pm",
        "at",
        "in",
        "3h",
        "next",
        "week",
        "noon",
        "2.3.",
        "27",
        "nov",
        "uhr",
        "am",
        "/",
    )
)


@given(st.one_of(st.text(max_size=250), st.lists(WORDS, max_size=6).map(" ".join)))
def test_whatever_is_typed_is_a_moment_or_a_clear_refusal(text):
    try:
        at = moment(text, NOW, ZONE)
    except Problem as problem:
        told = problem
    else:
        assert at.tzinfo is UTC
        return
    assert told.what
    assert told.hint


def test_what_languages_beyond_the_well_known_ones_disagree_on_is_what_the_first_of_them_says():
    assert said("mac 5") == said("march 5")


@pytest.mark.parametrize("tuesday", ["మంగళవారం", "मंगलवार", "วันอังคาร", "سه\u200cشنبه"])
def test_a_day_is_understood_in_scripts_whose_vowels_are_marks(tuesday):
    assert said(f"{tuesday} 9") == said("tuesday 9")


@pytest.mark.parametrize("words", ["i 9", "5.", "5. tomorrow", "tomorrow pm", "oclock tomorrow", "v 3"])
def test_what_means_nothing_there_is_named(words):
    with pytest.raises(Refused):
        moment(words, NOW, ZONE)


def test_a_zone_may_be_given_as_one_and_an_hour_after_at_is_a_time():
    assert moment("at 5", NOW, ZoneInfo(ZONE)) == moment("5:00", NOW, ZONE)

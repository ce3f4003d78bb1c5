from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tui_inbox.rules.clean import width
from tui_inbox.rules.model import Clock, Place, Reason, Status
from tui_inbox.screens import cells
from tui_inbox.screens.cells import FANCY, PLAIN
from tui_inbox.screens.keys import pressed
from tui_inbox.store.lines import ContactLine, Row
from tui_inbox.store.queues import Counts

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
ZONE = ZoneInfo("UTC")


def row(**changed: object) -> Row:
    fields: dict[str, object] = {
        "id": 1,
        "channel": "email",
        "account": "support",
        "subject": "Where is my order?",
        "contact": ContactLine(3, "Ada Demir", ("ada@one.example",)),
        "place": Place.INBOX,
        "status": Status.OPEN,
        "owner": "me",
        "tier": 1,
        "skill": None,
        "due": NOW + timedelta(hours=2, minutes=10),
        "clock": Clock.RUNNING,
        "reason": Reason.NEW,
        "returns": None,
        "waiting_since": NOW,
        "messages": 1,
        "news": True,
        "snoozes": 0,
        "last_at": NOW,
        "snippet": "I ordered a bowl",
        "continues": None,
        "plan": None,
        "delivery": None,
    }
    return Row(**{**fields, **changed})  # type: ignore[arg-type]


def drawn(one: Row, room: int, **more: object) -> str:
    return "".join(text for text, _ in cells.row_pieces(one, room, NOW, ZONE, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "<1m"),
        (35, "35m"),
        (60, "1h 00m"),
        (130, "2h 10m"),
        (900, "15h"),
        (1440, "1d"),
        (1700, "1d 4h"),
        (20000, "13d"),
    ],
)
def test_an_amount_of_time_is_said_in_the_two_units_that_matter(minutes: int, said: str) -> None:
    assert cells.amount(timedelta(minutes=minutes)) == said


def test_each_clock_differs_by_its_words_and_not_only_by_its_colour() -> None:
    late = cells.clock(row(due=NOW - timedelta(minutes=35), clock=Clock.BREACHED), NOW, ZONE)
    risk = cells.clock(row(due=NOW + timedelta(minutes=35), clock=Clock.AT_RISK), NOW, ZONE)
    fine = cells.clock(row(due=NOW + timedelta(minutes=35)), NOW, ZONE)
    none = cells.clock(row(due=None, clock=Clock.NONE), NOW, ZONE)
    assert [late[0], risk[0], fine[0].strip(), none[0]] == ["late 35m", "! 35m", "35m", "—"]
    assert len({late[1], risk[1], fine[1], none[1]}) == 4


def test_what_is_snoozed_shows_when_it_is_back() -> None:
    away = row(place=Place.SNOOZED, returns=NOW + timedelta(days=2))
    assert cells.clock(away, NOW, ZONE)[0] == "back Fri 10:00"


def test_what_is_snoozed_for_weeks_or_years_says_so_in_whole_words() -> None:
    for days, back, by in ((9, "Fri 13 Mar", "Sat 14 Mar"), (400, "8 Apr 2027", "Fri 9 Apr 2027")):
        returns = NOW + timedelta(days=days)
        away = row(place=Place.SNOOZED, returns=returns, due=returns + timedelta(days=1), snoozes=1, subject="x" * 100)
        said = drawn(away, 79, dates=True)
        assert f"back {back} " in said
        assert said.endswith(f" by {by}"), said


@pytest.mark.parametrize("room", [40, 60, 80, 91, 200])
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"subject": "注文について" * 20},
        {"subject": "", "snippet": ""},
        {"subject": "👨‍👩‍👧 family 🇹🇷"},
        {"contact": ContactLine(1, "المتجر " * 9, ())},
        {"place": Place.SNOOZED, "returns": NOW + timedelta(days=40), "snoozes": 120},
        {"owner": "Mert", "place": Place.HANDED_OVER, "delivery": "waiting"},
        {"subject": "\x1b]52;c;AAAA\x1b\\ \u202etxt"},
    ],
)
def test_a_row_fills_its_cells_whatever_is_written_in_it(room: int, changed: dict[str, object]) -> None:
    for marks in (FANCY, PLAIN):
        for dated in (False, True):
            said = drawn(row(**changed), room, marks=marks, dates=dated)
            assert width(said) == room
            assert said.isprintable()


def test_in_ascii_mode_the_program_adds_nothing_that_is_not_ascii() -> None:
    said = drawn(row(snoozes=2, subject="x" * 300), 100, marks=PLAIN, cursor=True, selected=True)
    assert said.isascii()


def test_a_hand_over_that_is_not_sent_yet_says_so_in_its_row() -> None:
    said = drawn(row(owner="Mert", place=Place.HANDED_OVER, delivery="waiting"), 100)
    assert said.endswith("Mert, unsent")


@pytest.mark.parametrize(
    ("reason", "snoozes", "tail"),
    [(None, 0, ""), (Reason.NEW, 0, "  new"), (Reason.LATE_ARRIVAL, 2, "  z2 late arrival")],
)
def test_a_subject_takes_the_cells_that_the_word_at_the_right_leaves_free(
    reason: Reason | None, snoozes: int, tail: str
) -> None:
    said = drawn(row(reason=reason, snoozes=snoozes, subject="x" * 100), 80, marks=PLAIN)
    assert said.endswith("x..." + tail)


def test_how_often_a_row_was_snoozed_stands_beside_until_when_it_is_then_to_be_answered() -> None:
    said = drawn(row(place=Place.SNOOZED, snoozes=1, subject="x" * 100), 78, marks=PLAIN, dates=True)
    assert said.endswith("x...  z1 by today 12:10"), said


def test_a_footer_holds_whole_keys_and_never_leaves_out_help() -> None:
    keys = [("e", "archive"), ("s", "snooze"), ("f", "forward"), ("?", "help"), ("q", "quit")]
    assert cells.footer(keys, 200) == keys
    for room in range(12, 80):
        said = cells.footer(keys, room)
        assert ("?", "help") in said
        assert sum(len(key) + len(label) + 3 for key, label in said) <= room


def test_an_empty_inbox_says_what_comes_next_and_when() -> None:
    counts = Counts({"snoozed": 2}, 0, 0, 0, 0, 0, None, NOW + timedelta(days=1))
    said = " ".join(cells.empty("inbox", counts, NOW, ZONE, True, pressed))
    assert "returns Thu 10:00" in said


def test_a_first_start_leads_to_a_mailbox_an_import_or_the_demo() -> None:
    said = " ".join(cells.empty("inbox", Counts({}, 0, 0, 0, 0, 0, None, None), NOW, ZONE, False, pressed))
    assert all(way in said for way in ("demo", "account add", "import"))

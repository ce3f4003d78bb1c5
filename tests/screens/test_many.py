"""Acts on many: what is selected, and what is asked before; the five counters as filters; what rings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tui_inbox.app import title, titles
from tui_inbox.rules.snoozing import half_day
from tui_inbox.screens import looks
from tui_inbox.screens.bars import Top
from tui_inbox.screens.menus import Confirm
from tui_inbox.store.queues import Counts

Sit = Callable[..., None]


def test_all_that_is_late_is_selected_by_two_keys(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("asterisk")
        assert "late" in hands.text()
        await hands.press("l")
        assert hands.desk.rows.selected == {1, 2}
        await hands.press("asterisk", "f")
        assert hands.desk.rows.selected == set()
        assert "Nothing here is to follow up." in hands.said

    sit(work)


@pytest.mark.parametrize(("key", "ids"), [("r", {3, 4, 5}), ("o", set()), ("a", {1, 2, 3, 4, 5, 6}), ("n", set())])
def test_a_star_and_one_more_key_selects_by_how_the_clock_stands(world: Any, sit: Sit, key: str, ids: set[int]) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("asterisk", key)
        assert hands.desk.rows.selected == ids

    sit(work)


def test_before_an_act_on_many_it_is_said_how_many_and_which(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("asterisk", "a", "e")
        assert isinstance(hands.app.screen, Confirm)
        said = hands.text()
        assert "Archive 6 conversations?" in said
        assert "2 late, 3 at risk, 6 with news." in said
        assert "Ada Demir" in said
        await hands.press("n")
        assert world.place(1) == "inbox"
        assert len(hands.desk.rows.selected) == 6
        await hands.press("e", "y")
        assert [world.place(id_) for id_ in range(1, 7)] == ["archived"] * 6
        await hands.press("z")
        assert [world.place(id_) for id_ in range(1, 7)] == ["inbox"] * 6

    sit(work)


def test_the_same_again_on_many_asks_too(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("e", "x", "x", "full_stop")
        assert "Archived: the same for 2 conversations?" in hands.text()
        await hands.press("enter")
        assert [world.place(id_) for id_ in (1, 2, 3)] == ["archived"] * 3

    sit(work)


def test_a_search_that_has_been_typed_finds_all_and_all_of_it_are_selected(world: Any, sit: Sit) -> None:
    world.fill(240)

    async def work(hands: Any) -> None:
        await hands.press("slash")
        await hands.type("example")
        assert len(hands.desk.rows.queue.ids) == 200
        await hands.press("enter", "asterisk", "a")
        assert len(hands.desk.rows.selected) == 240

    sit(work)


@pytest.mark.parametrize(
    ("key", "ids", "title_"),
    [
        ("1", [1, 2], "Inbox, late"),
        ("2", [3, 4, 5], "Inbox, at risk"),
        ("3", [6], "Inbox, on time"),
        ("4", [], "Inbox, without a promise"),
        ("5", [], "Inbox, to follow up"),
    ],
)
def test_each_of_the_five_counters_is_a_filter_by_key(
    world: Any, sit: Sit, key: str, ids: list[int], title_: str
) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("g", key)
        assert list(hands.desk.rows.queue.ids) == ids
        assert hands.desk.query_one(Top).title == title_
        await hands.press("escape")
        assert len(hands.desk.rows.queue.ids) == 6

    sit(work)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_each_counter_is_a_filter_by_mouse(world: Any, sit: Sit, size: tuple[int, int]) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        top = hands.desk.query_one(Top)
        for words, ids in (("2 late", [1, 2]), ("3 at risk", [3, 4, 5]), ("1 on time", [6]), ("0 no SLA", [])):
            line = 1 if size[0] == 80 else 0
            await hands.pilot.click(top, offset=(1 + top.render_line(line).text.index(words), line))
            await hands.rest()
            assert list(hands.desk.rows.queue.ids) == ids

    sit(work, size=size)


def test_over_a_million_no_counter_is_left_out_at_80_columns(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        top = hands.desk.query_one(Top)
        top.counts = Counts({}, 623_634, 4_000, 6_197, 69_000, 9_999, None, None)
        top.position = "512,345/1,000,069"
        top.refresh()
        said = " ".join(top.render_line(1).text.split())
        assert said == "Inbox 512k/1M 623k late 4000 at risk 6197 on time 69k no SLA 9999 follow-up"

    sit(work)


def test_what_comes_to_be_at_risk_rings_once(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        rung = []
        hands.app.bell = lambda: rung.append(world.now)
        world.now += timedelta(minutes=40)
        hands.desk.stale.set()
        await hands.rest()
        assert len(rung) == 1
        assert "at risk now: g 2 shows it." in hands.said
        hands.desk.stale.set()
        await hands.rest()
        assert len(rung) == 1

    sit(work)


def test_the_terminals_title_says_what_is_late_and_at_risk() -> None:
    assert title(Counts({"inbox": 25}, 6, 5, 12, 2, 1, None, None)) == "6 late, 5 at risk, 25 in the inbox"
    assert title(Counts({"inbox": 0}, 0, 0, 0, 0, 0, None, None)) == "0 in the inbox"
    assert titles({"TERM": "xterm-256color"})
    assert not titles({"TERM": "linux"})


def test_auto_takes_the_terminals_own_colours_where_it_has_sixteen_only() -> None:
    assert looks.chosen("auto", {"TERM": "linux"}) == "ansi-dark"
    assert looks.chosen("auto", {"TERM": "xterm-256color"}) == "inbox-dark"
    assert looks.chosen("auto", {"TERM": "xterm", "COLORTERM": "truecolor"}) == "inbox-dark"
    assert looks.chosen("auto", {"TERM": "xterm-256color", "COLORFGBG": "0;15"}) == "inbox-light"


def test_no_color_takes_the_terminals_own_ground_and_ink_under_any_theme() -> None:
    assert {looks.chosen(name, {"TERM": "xterm-256color", "NO_COLOR": "1"}) for name in looks.NAMES} == {looks.TERMINAL}


def test_the_snooze_prompt_says_how_many_others_are_due_in_that_half_of_the_day(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        for _ in range(2):
            await hands.press("s")
            await hands.type("fri 8 / 10:00")
            await hands.press("enter")
        await hands.press("s")
        await hands.type("fri 7 / 11:30")
        assert "2 others are due that morning." in hands.text()

    sit(work)


def test_half_a_day_ends_at_noon_and_at_midnight_of_the_work_calendars_zone() -> None:
    zone = ZoneInfo("Europe/Istanbul")
    morning = half_day(datetime(2026, 3, 6, 8, 59, tzinfo=UTC), zone)
    assert morning == (datetime(2026, 3, 5, 21, tzinfo=UTC), datetime(2026, 3, 6, 9, tzinfo=UTC), "morning")
    assert half_day(datetime(2026, 3, 6, 9, 0, tzinfo=UTC), zone)[1:] == (
        datetime(2026, 3, 6, 21, tzinfo=UTC),
        "afternoon",
    )

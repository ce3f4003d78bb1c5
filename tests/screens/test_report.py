"""Reports, sources, outbox and rules over the desk: by keys alone, and each leads to its conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tui_inbox import app
from tui_inbox.config.values import Account, Rule
from tui_inbox.rules.calendar import Calendar
from tui_inbox.rules.model import Archive, Forward, Snooze
from tui_inbox.rules.report import By, Reporting, Window
from tui_inbox.rules.report_words import FIGURES
from tui_inbox.screens.bars import Top
from tui_inbox.screens.over import Over
from tui_inbox.screens.plots import BACKLOG, DAYS, HOURS, Bars, Columns, plot
from tui_inbox.store.reader import Reader

Sit = Callable[..., None]


def lived(world: Any) -> None:
    """Let five customers write, and something be done about each."""
    world.fill(5)
    asked = world.writes("Ada", "ada@one.example", "Answered", "and?", ago=timedelta(hours=3))
    world.writes("Me", "support@shop.example", "Re: Answered", "yes", ago=timedelta(hours=2), answers=asked)
    soon = world.now + timedelta(hours=1)
    acts = [Archive(1, 99), Forward(2, 99, "Mert"), Snooze(3, 99, soon, soon + timedelta(hours=1))]
    world.inbox.perform(acts, world.now)


async def overlook(hands: Any, key: str) -> None:
    await hands.press("g", key)
    await hands.until(lambda: isinstance(hands.app.screen, Over) and not hands.app.screen.holding)
    await hands.rest()


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_every_figure_is_shown_with_its_sentence_and_its_plot(world: Any, sit: Sit, size: tuple[int, int]) -> None:
    lived(world)

    async def work(hands: Any) -> None:
        await overlook(hands, "r")
        said = " ".join(hands.text().split())
        assert "Arrived 6" in said
        assert "In 6 conversations a customer wrote for the first time." in said
        for figure in FIGURES[1:]:
            await hands.press("j")
            assert figure.title in hands.text()
            assert figure.says(hands.app.screen.board.figures)[:12] in hands.text()
        await hands.press("j", "j", "j", "j")
        assert "Mon 0, Tue 0, Wed" in " ".join(hands.text().split())
        await hands.press("q")
        assert hands.app.screen is hands.desk

    sit(work, size=size)


def test_enter_leads_to_the_conversations_behind_a_figure_and_escape_back_to_the_inbox(world: Any, sit: Sit) -> None:
    lived(world)

    async def work(hands: Any) -> None:
        await overlook(hands, "r")
        await hands.press("j", "j", "enter")
        await hands.until(lambda: hands.app.screen is hands.desk and hands.desk.in_step)
        await hands.rest()
        assert hands.desk.query_one(Top).title == "Closed"
        assert list(hands.desk.rows.queue.ids) == [1]
        await hands.press("escape")
        assert hands.desk.query_one(Top).title == "Inbox"

    sit(work)


def test_what_is_typed_after_enter_is_for_the_conversations_that_it_leads_to(
    world: Any, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "LONGEST_HOLD", 60.0)
    world.fill(2)

    async def work(hands: Any) -> None:
        for way in (("g", "r"), ("g", "m")):
            await hands.press(*way)
            asked, free = hands.app.post.ask, asyncio.Event()

            async def slowly(question: Any, asked: Any = asked, free: Any = free) -> Any:
                await free.wait()
                return await asked(question)

            hands.app.post.ask = slowly
            typed = asyncio.create_task(hands.press("enter", "e"))
            await hands.until(lambda: hands.app.screen.leading)
            hands.app.post.ask = asked
            free.set()
            await typed
            assert hands.said.startswith("Archived: ")
            await hands.press("z")  # the next way may lead to the same one

    sit(work)


def test_figures_are_told_apart_and_one_group_is_looked_at_alone(world: Any, sit: Sit) -> None:
    lived(world)

    async def work(hands: Any) -> None:
        await overlook(hands, "r")
        assert len(hands.app.screen.board.shown.parts.groups) == 5  # four weeks, from the middle of one on
        for by in ("owner", "channel", "tier"):
            await hands.press("b")
            assert f"by {by}" in hands.text()
        await hands.press("l")
        assert hands.app.screen.board.looked_at == "tier 1"
        await hands.press("h", "t")
        assert "12 weeks" in hands.text()
        assert hands.app.screen.board.looked_at == "all"

    sit(work)


def test_with_no_data_there_is_nothing_to_plot_and_every_page_says_what_is_not_there(world: Any, sit: Sit) -> None:
    async def work(hands: Any) -> None:
        for key, words in (
            ("r", "There is nothing to plot."),
            ("m", "There is no source"),
            ("o", "Nothing waits to go out"),
            ("u", "There are no rules"),
        ):
            await overlook(hands, key)
            assert words in hands.text()
            await hands.press("j", "k", "enter")
            await hands.press("escape")

    sit(work)


@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_plot_fits_into_its_room(world: Any, ascii_only: bool) -> None:
    lived(world)
    with world.inbox.reader() as reader:
        for by in (By.WEEK, By.CHANNEL):
            adding = [Reporting(Window(), world.now, one, Calendar()) for one in ((), (by,))]
            whole, parts = reader.report(*adding)
            for name in [*(one.name for one in FIGURES), BACKLOG, HOURS, DAYS]:
                for width, height in ((78, 9), (30, 6)):
                    lines = plot(name, whole, parts, width, height, ascii_only=ascii_only)
                    assert len(lines) <= height
                    assert all(len(line) <= width for line in lines)
                    assert not ascii_only or "".join(lines).isascii()
            assert plot("arrived", whole, parts, 78, 9, ascii_only=False)
            assert plot("arrived", whole, parts, 20, 9, ascii_only=False) == []


def test_groups_that_find_no_room_are_counted_and_one_without_an_answer_is_no_fast_one() -> None:
    pairs = (("first", 2.0), ("last", 4.0))
    some = Bars((("me", pairs), ("Mert", pairs), ("Ana", (("first", None), ("last", None)))), "h")
    assert some.lines(30, 6, "#") == [
        "  me first #### 2h",
        "      last ######### 4h",
        "Mert first #### 2h",
        "      last ######### 4h",
        " Ana first  none yet",
        "      last  none yet",
    ]
    assert some.lines(60, 5, "#")[4:] == ["and 1 more; l shows one after another"]


def test_columns_are_of_one_width_say_what_they_are_worth_and_leave_none_out() -> None:
    days = Columns(("Mon", "Tue", "Wed"), (1, 6, 0))
    assert days.lines(30, 6, ascii_only=False) == [
        "              6",
        "           ███████",
        "    1      ███████",
        " ▄▄▄▄▄▄▄   ███████",
        "──────────────────────────────",
        "   Mon       Tue       Wed",
    ]
    weeks = Columns(tuple(f"W{n:02}" for n in range(50)), (1.0,) * 49 + (3.0,))
    lines = weeks.lines(30, 6, ascii_only=True)
    assert lines[0].strip() == "3 to a column"
    assert sum(line.count("#") for line in lines[-3:-2]) == 17
    assert all(len(line) <= 30 for line in lines)


def test_sources_say_until_when_they_are_known_and_raise_their_voice_when_silent(world: Any, sit: Sit) -> None:
    from tui_inbox.inbox.origin import Origin

    lived(world)
    mailbox = Account("support", "imap", {}, "config.toml")
    world.config = replace(world.config, accounts=(mailbox,))
    origin = Origin("support", "imap", "email")
    world.inbox.sources.synced(origin, world.now, "The server hung up.")

    async def work(hands: Any) -> None:
        await overlook(hands, "m")
        assert "synced today 10:00, <1m ago" in hands.text()
        assert "The server hung up." in hands.text()
        assert "7 messages in 6 conversations" in hands.text()
        assert "Silent" not in hands.text()
        assert "synced <1m ago" in hands.text().splitlines()[0]
        await hands.press("q")
        world.now += timedelta(hours=3)
        for which in "our":
            await overlook(hands, which)
            assert "as of 10:00" in hands.text().splitlines()[0]
            await hands.press("q")
        await overlook(hands, "m")
        assert "its clocks stand as of today 10:00" in hands.text()
        await hands.press("enter")
        await hands.until(lambda: hands.app.screen is hands.desk and hands.desk.in_step)
        assert len(hands.desk.rows.queue.ids) == 6

    sit(work)


def test_the_outbox_says_what_waits_and_leads_to_it(world: Any, sit: Sit) -> None:
    lived(world)

    async def work(hands: Any) -> None:
        await overlook(hands, "o")
        assert "waits" in hands.text()
        assert "to Mert" in hands.text()
        assert "Rechnung 113" in hands.text()
        await hands.press("enter")
        await hands.until(lambda: hands.app.screen is hands.desk and hands.desk.in_step)
        assert list(hands.desk.rows.queue.ids) == [2]

    sit(work)


def test_rules_say_how_often_they_matched_and_what_is_wrong_with_them(world: Any, sit: Sit) -> None:
    cups = Rule("cups", {"text": ["cup"]}, {"tier": 2})
    broken = Rule("broken", {"tier": "many"}, {"tier": 2})
    world.config = world.inbox.config = replace(world.config, rules=(cups, broken))
    world.fill(5)

    async def work(hands: Any) -> None:
        await overlook(hands, "u")
        said = " ".join(hands.text().split())
        assert "cups 1 conversation, last today 07:00" in said
        assert "broken never matched" in said
        await hands.press("enter")
        await hands.until(lambda: hands.app.screen is hands.desk and hands.desk.in_step)
        assert list(hands.desk.rows.queue.ids) == [5]

    sit(work)


def test_a_rule_that_is_gone_is_still_told_with_what_it_did(world: Any) -> None:
    world.config = world.inbox.config = replace(world.config, rules=(Rule("cups", {"text": ["cup"]}, {"tier": 2}),))
    world.fill(5)
    with Reader(world.home.store) as reader:
        assert {name: count for name, (count, _) in reader.rules.counts().items()} == {"cups": 1}

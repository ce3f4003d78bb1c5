"""A source that has been silent too long is said wherever its clocks are shown; what is late by that is marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tui_inbox.cli.say import state
from tui_inbox.config.values import Account
from tui_inbox.inbox.origin import Origin
from tui_inbox.rules.silence import as_of, late_by_silence
from tui_inbox.screens.bars import Top
from tui_inbox.screens.cells import known

Sit = Callable[..., None]
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def test_a_mailbox_is_silent_after_an_hour_and_an_export_after_a_week() -> None:
    def ago(**long: int) -> datetime:
        return NOW - timedelta(**long)

    assert as_of(ago(minutes=60), NOW, mailbox=True) is None
    assert as_of(ago(minutes=61), NOW, mailbox=True) == ago(minutes=61)
    assert as_of(ago(days=7), NOW, mailbox=False) is None
    assert as_of(ago(days=8), NOW, mailbox=False) == ago(days=8)
    assert as_of(None, NOW, mailbox=True) is None


def test_late_only_by_silence_is_what_fell_due_after_its_source_was_last_read() -> None:
    read, due = NOW - timedelta(hours=3), NOW - timedelta(hours=1)
    assert late_by_silence(due, read, NOW)
    assert not late_by_silence(due, None, NOW)
    assert not late_by_silence(read - timedelta(hours=1), read, NOW)
    assert not late_by_silence(NOW + timedelta(hours=1), read, NOW)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (NOW - timedelta(hours=2), "as of 08:00"),
        (NOW - timedelta(days=1), "as of Tue 10:00"),
        (NOW - timedelta(days=30), "as of 2 Feb"),
    ],
)
def test_until_when_a_source_is_known_is_said_in_fifteen_cells(then: datetime, said: str) -> None:
    assert known(then, NOW, ZoneInfo("UTC")) == said


def silent(world: Any) -> None:
    """Let one mail be late since before the mailbox fell silent, one since after, and one be due later."""
    world.config = world.inbox.config = replace(world.config, accounts=(Account("support", "imap", {}, "config.toml"),))
    world.writes("Ada", "ada@one.example", "Long late", "a", ago=timedelta(hours=8))
    world.writes("Bob", "bob@two.example", "Perhaps answered", "b", ago=timedelta(hours=5))
    world.writes("Cem", "cem@three.example", "In time", "c", ago=timedelta(hours=3, minutes=30))
    world.inbox.sources.synced(Origin("support", "imap", "email"), world.now - timedelta(hours=3), None)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_the_list_and_the_conversation_say_as_of_when(world: Any, sit: Sit, size: tuple[int, int]) -> None:
    silent(world)

    async def work(hands: Any) -> None:
        await hands.until(lambda: hands.desk.query_one(Top).silent)
        assert "as of 07:00" in hands.text(hands.desk.query_one(Top))
        lines = hands.text().splitlines()
        long_late, perhaps, in_time = (
            next(line for line in lines if who in line) for who in ("Long late", "Perhaps answered", "In time")
        )
        assert "late 4h 00m" in long_late
        assert "late? 1h00m" in perhaps
        assert "30m" in in_time
        for line in (long_late, perhaps, in_time):
            assert "as of 07:00" in line
        await hands.press("j", "enter")
        said = " ".join(hands.text().split())
        assert "support has been silent since; it is late only by that" in said

    sit(work, size=size)


def test_what_a_mailbox_that_is_followed_says_has_no_doubt(world: Any, sit: Sit) -> None:
    silent(world)
    world.inbox.sources.synced(Origin("support", "imap", "email"), world.now, None)

    async def work(hands: Any) -> None:
        assert "as of" not in hands.text()
        assert "late?" not in hands.text()
        await hands.until(lambda: hands.desk.query_one(Top).synced)
        assert "synced <1m ago" in hands.text(hands.desk.query_one(Top))

    sit(work)


def test_the_command_line_says_it_too(world: Any) -> None:
    silent(world)
    with world.inbox.reader() as reader:
        said = [state(row, world.now, "UTC") for row in reader.rows([1, 2, 3], world.now)]
    assert said == [
        "late since today 06:00, as of today 07:00",
        "late since today 09:00 by its silence, as of today 07:00",
        "due today 10:30, as of today 07:00",
    ]

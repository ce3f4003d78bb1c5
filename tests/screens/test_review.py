"""A review of a queue by keys alone: one after another, interrupted and taken up again, summed up at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tui_inbox.inbox.origin import Origin
from tui_inbox.rules.model import Archive, Forward, Snooze
from tui_inbox.screens.review import ReviewScreen

Sit = Callable[..., None]


def place_counts(world: Any) -> dict[str, int]:
    with world.inbox.reader() as reader:
        queues = reader.counts(world.now).queues
    return {name: count for name, count in queues.items() if count and name != "all"}


@pytest.mark.timeout(900)  # it presses hundreds of keys
def test_two_hundred_conversations_are_reviewed_by_keys_alone_with_a_break_in_the_middle(world: Any, sit: Sit) -> None:
    world.fill(200)

    async def first_half(hands: Any) -> None:
        await begin(hands, "R", "i")
        assert isinstance(hands.app.screen, ReviewScreen)
        assert "Review: Inbox 1/200" in hands.text()
        await hands.press(*("e", "n", "s", "2", "enter", "f", "enter", "enter") * 25)
        assert "Review: Inbox 101/200" in hands.text()
        world.now += timedelta(minutes=30)
        await hands.press("q")
        assert hands.app.screen is hands.desk
        assert "kept at 101 of 200" in hands.said

    async def second_half(hands: Any) -> None:
        await begin(hands, "R", "i")
        assert "Review: Inbox 101/200" in hands.text()
        assert "Taken up again: 100 of 200 were shown before." in hands.text()
        await hands.press(*"e" * 100)
        said = hands.text()
        assert "Reviewed: Inbox, 200 conversations" in said
        assert ["Archived", "125"] in [line.split() for line in said.splitlines()]
        assert "25 left" in said
        await hands.press("enter")
        assert hands.app.screen is hands.desk

    sit(first_half)
    assert place_counts(world) == {"inbox": 125, "snoozed": 25, "handed_over": 25, "archived": 25}
    sit(second_half)
    assert place_counts(world) == {"inbox": 25, "snoozed": 25, "handed_over": 25, "archived": 125}
    with world.inbox.reader() as reader:
        assert reader.review("Inbox") is None


async def begin(hands: Any, *keys: str) -> None:
    """Press *keys*, and wait until the review that they begin shows its conversation."""
    await hands.press(*keys)
    await hands.until(lambda: isinstance(hands.app.screen, ReviewScreen) and not hands.app.screen.holding)
    await hands.rest()


def test_back_shows_what_was_decided_and_another_decision_replaces_it(world: Any, sit: Sit) -> None:
    world.fill(3)

    world.inbox.sources.synced(Origin("support", "imap", "email"), world.now, None)

    async def work(hands: Any) -> None:
        await begin(hands, "R", "l")
        await hands.press("e", "p")
        assert "Review: Inbox 1/3" in hands.text()
        assert "imported <1m ago" in hands.text().splitlines()[0]
        assert "archived before" in hands.text()
        await hands.press("n", "n", "n")
        assert "Skipped" in hands.text()
        assert "2 left" in hands.text()

    sit(work)


def test_undo_in_a_review_shows_the_conversation_again_undecided(world: Any, sit: Sit) -> None:
    world.fill(3)

    async def work(hands: Any) -> None:
        await begin(hands, "R", "i")
        await hands.press("e", "e", "z")
        assert "Review: Inbox 2/3" in hands.text()
        assert "before" not in hands.text().splitlines()[0]

    sit(work)
    assert place_counts(world) == {"inbox": 2, "archived": 1}


def test_an_act_that_is_skipped_decides_nothing(world: Any, sit: Sit) -> None:
    world.fill(2)

    async def work(hands: Any) -> None:
        await begin(hands, "R", "i")
        world.inbox.perform([Archive(1, 99)], world.now)  # somebody else was faster
        await hands.press("e", "e")
        assert "1 left" in hands.text()

    sit(work)


def test_what_came_meanwhile_stands_at_the_end_of_what_is_taken_up(world: Any, sit: Sit) -> None:
    world.fill(3)

    async def interrupt(hands: Any) -> None:
        await begin(hands, "R", "i")
        await hands.press("e", "q")

    async def go_on(hands: Any) -> None:
        await begin(hands, "R", "i")
        assert "Review: Inbox 2/4" in hands.text()
        await hands.press("n", "n")
        assert "Zoe" in hands.text().splitlines()[1]

    sit(interrupt)
    world.writes("Zoe", "zoe@nine.example", "Late", "and me?", ago=timedelta(minutes=1))
    sit(go_on)


def test_a_week_of_the_archive_and_what_teammates_let_pass_and_a_search_are_reviewed(world: Any, sit: Sit) -> None:
    world.fill(5)
    soon = world.now + timedelta(hours=1)
    world.inbox.perform(
        [Archive(1, 99), Forward(2, 99, "Mert"), Snooze(3, 99, soon, soon + timedelta(hours=1))], world.now
    )
    world.inbox.delivered([2], world.now)

    async def work(hands: Any) -> None:
        await hands.press("g", "p", "R", "l")
        await hands.until(lambda: "Spam: there is nothing to review." in hands.said)
        await hands.press("g", "i")
        for key, title, name in (
            ("a", "Archived in the last week 1/1", "Ada"),
            ("s", "Snoozed 1/1", "山田"),
        ):
            await begin(hands, "R", key)
            assert title in hands.text()
            assert name in hands.text().splitlines()[1]
            await hands.press("q")
        await begin(hands, "R", "h")
        assert "Handed over, past due, no news 1/1" in hands.text()
        assert "Mert" in hands.text().splitlines()[1]
        await begin(hands, "q", "slash", *"olga", "enter", "R", "l")
        assert "Review: Search 1/1" in hands.text()
        await hands.press("q")

    sit(work)


def test_keys_that_lead_elsewhere_say_that_this_is_a_review(world: Any, sit: Sit) -> None:
    world.fill(2)

    async def work(hands: Any) -> None:
        await begin(hands, "R", "i")
        await hands.press("slash")
        assert "leave it to search" in hands.text()
        await hands.press("g")
        assert "leave it to go elsewhere" in hands.text()
        await hands.press("S")
        assert "no interrupted plan" in hands.text()
        await hands.press("question_mark")
        assert "In a conversation" in hands.text()
        await hands.press("escape", "w")
        assert "The rules, in order" in hands.text()
        await hands.press("escape", "escape")
        assert hands.app.screen is hands.desk

    sit(work)


def test_at_the_end_it_is_said_how_long_it_took(world: Any, sit: Sit) -> None:
    world.fill(2)

    async def work(hands: Any) -> None:
        await begin(hands, "R", "i")
        world.now += timedelta(minutes=3)
        await hands.press("e")
        world.now += timedelta(minutes=1)
        await hands.press("e")
        assert "4m, 2m each" in hands.text()
        assert "Nothing is left." in hands.text()

    sit(work)

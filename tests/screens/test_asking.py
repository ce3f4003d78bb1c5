"""What is asked of one conversation: why, which class, who, and where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tui_inbox.rules.model import Class, Verdict
from tui_inbox.screens.pages import Page

Sit = Callable[..., None]


def class_of(world: Any, message: int = 1) -> Class:
    with world.inbox.reader() as reader:
        whole = reader.conversation(1, world.now)
    return next(one.class_ for one in whole.messages if one.id == message)  # type: ignore[no-any-return]


def test_c_says_what_a_message_was_taken_for_and_enter_says_it_is_the_other(world: Any, sit: Sit) -> None:
    world.writes(
        "Ada", "ada@one.example", "Order", "Where is it?", verdict=Verdict(Class.BULK, "sent to many (List-Id)")
    )

    async def work(hands: Any) -> None:
        await hands.press("enter", "c")
        said = hands.text()
        assert "It was taken for bulk: sent to many (List-Id)." in said
        assert class_of(world) is Class.BULK
        await hands.press("enter")
        assert class_of(world) is Class.HUMAN
        assert "[[rule]]" in hands.text()
        assert 'class = "human"' in hands.text()
        assert not world.home.config.exists(), "a rule is offered, never written"

    sit(work)


def test_the_rule_that_is_offered_is_copied_by_a_key(world: Any, sit: Sit) -> None:
    world.fill(1)

    async def work(hands: Any) -> None:
        await hands.press("enter", "c", "b", "enter")
        assert class_of(world) is Class.BULK
        await hands.press("y")
        assert hands.app.clipboard.startswith("[[rule]]")
        assert "Copied" in hands.text()
        await hands.press("q")
        assert hands.app.screen is hands.desk

    sit(work)


def test_in_the_correction_the_arrows_choose_the_message_and_escape_changes_nothing(world: Any, sit: Sit) -> None:
    first = world.writes("Ada", "ada@one.example", "Order", "Where is it?", ago=timedelta(hours=2))
    world.writes("Ada", "ada@one.example", "Re: Order", "I am away.", answers=first)

    async def work(hands: Any) -> None:
        await hands.press("enter", "home", "c")
        assert "1 of 2: Ada" in hands.text()
        await hands.press("down")
        assert "2 of 2: Ada" in hands.text()
        await hands.press("a", "enter", "q")
        assert [class_of(world, 1), class_of(world, 2)] == [Class.HUMAN, Class.AUTO]
        await hands.press("c", "escape")
        assert hands.app.screen is hands.desk

    sit(work)


def test_the_reading_position_is_the_message_that_fills_the_screen(world: Any, sit: Sit) -> None:
    first = world.writes("Ada", "ada@one.example", "Order", "long\n" * 60, ago=timedelta(hours=2))
    world.writes("Ada", "ada@one.example", "Re: Order", "short", answers=first)

    async def work(hands: Any) -> None:
        await hands.press("enter", "home", "space")
        assert hands.desk.reading.position == 0
        await hands.press("end")
        assert hands.desk.reading.position == 1

    sit(work)


def test_w_explains_in_three_sentences_and_shows_what_the_rules_said(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("w")
        assert isinstance(hands.app.screen, Page)
        said = hands.text()
        assert "It is new: Ada Demir wrote" in said
        assert "A first answer is due" in said
        assert "It is yours" in said
        assert "The rules, in order" in said

    sit(work)


def test_a_line_of_the_channel_itself_has_no_sender_and_is_only_what_it_says(world: Any, sit: Sit) -> None:
    world.writes("Ada", "ada@one.example", "", "Where is it?")
    world.writes(
        "",
        "",
        "",
        "Missed voice call",
        answers="<1@mail.example>",
        verdict=Verdict(Class.SYSTEM, "a notice of the app"),
    )

    async def work(hands: Any) -> None:
        await hands.press("enter")
        lines = [line.strip() for line in hands.text().splitlines()]
        assert "Missed voice call" in lines
        assert not any("somebody" in line for line in lines)

    sit(work)


def test_a_conversation_without_a_subject_is_headed_by_the_customer(world: Any, sit: Sit) -> None:
    world.writes("Ada Demir", "ada@one.example", "", "Where is it?")

    async def work(hands: Any) -> None:
        await hands.press("enter")
        assert "(no subject)" not in hands.text()
        assert hands.text(hands.desk.reading).splitlines()[0].strip() == "Ada Demir"

    sit(work)


def test_a_page_names_the_keys_that_scroll_only_where_there_is_more_than_is_seen(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("w")
        await hands.until(lambda: "q/Enter back" in hands.text())
        assert "PgDn page" not in hands.text()
        await hands.press("q", "question_mark")
        await hands.until(lambda: "PgDn page" in hands.text())
        await hands.pilot.resize_terminal(120, 100)
        await hands.until(lambda: "PgDn page" not in hands.text())

    sit(work)

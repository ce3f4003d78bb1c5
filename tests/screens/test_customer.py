"""The customer at a glance: who they are, all that is between us, and who may be the same person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tui_inbox.screens.bars import Top
from tui_inbox.screens.glance import Glance
from tui_inbox.store import people

Sit = Callable[..., None]


def two_adas(world: Any) -> None:
    """Let Ada write from two addresses: one question answered after an hour, one open since half an hour."""
    asked = world.writes("Ada Demir", "ada@one.example", "First order", "Where is it?", ago=timedelta(hours=5))
    world.writes("Me", "support@shop.example", "Re: First order", "Here.", ago=timedelta(hours=4), answers=asked)
    world.writes("Ada Demir", "ada@home.example", "Second order", "And this?", ago=timedelta(minutes=30))


def test_i_shows_who_the_customer_is_how_long_they_waited_and_what_was_promised(world: Any, sit: Sit) -> None:
    two_adas(world)

    async def work(hands: Any) -> None:
        await hands.press("g", "e", "j", "i")
        said = hands.text()
        assert "ada@one.example" in said
        assert "waited 1h 00m in all, 1 promise kept, 0 broken" in said
        assert "1 conversation" in said
        assert "Perhaps the same person: Ada Demir (ada@home.example). Both are called Ada Demir." in " ".join(
            said.split()
        )

    sit(work, size=(100, 30))


def test_two_that_are_one_person_are_linked_by_a_key_and_parted_again(world: Any, sit: Sit) -> None:
    two_adas(world)

    async def work(hands: Any) -> None:
        await hands.press("i")
        assert "u part" not in hands.text()
        await hands.press("l")
        said = hands.text()
        assert "u part" in said
        assert "l link" not in said
        assert "2 conversations" in said
        assert "ada@one.example" in said
        assert "Linked" in said
        await hands.press("u")
        said = hands.text()
        assert "1 conversation" in said
        assert "Perhaps the same person" in said

    sit(work, size=(100, 30))


def test_a_conversation_is_headed_by_the_address_that_it_came_from_not_by_another_of_the_same_person(
    world: Any, sit: Sit
) -> None:
    two_adas(world)

    async def work(hands: Any) -> None:
        await hands.press("i", "l", "escape", "enter")
        await hands.until(lambda: "Second order" in hands.text() and "account support" in hands.text())
        assert "Ada Demir <ada@home.example>, account support" in hands.text()

    sit(work)


def test_a_suggestion_that_is_wrong_is_refused_by_a_key_and_linked_after_all_by_another(world: Any, sit: Sit) -> None:
    two_adas(world)

    async def work(hands: Any) -> None:
        await hands.press("i", "n")
        said = " ".join(hands.text().split())
        assert "Perhaps the same person" not in said
        assert "Somebody else: Ada Demir (ada@one.example). l links them after all." in said
        await hands.press("n")
        assert "Nobody looks like the same person." in hands.text()
        await hands.press("q", "i")
        assert "Perhaps the same person" not in hands.text()
        await hands.press("l")
        await hands.press("u")
        assert "Perhaps the same person" in hands.text()

    sit(work, size=(100, 30))


def test_what_was_refused_stays_refused_of_whoever_has_the_identity_and_goes_with_an_erased_customer(
    world: Any,
) -> None:
    two_adas(world)
    world.writes("Bo", "bo@three.example", "Hi", "Hello")
    world.inbox.contacts.keep_apart(2, 1)
    world.inbox.contacts.keep_apart(1, 2)
    world.inbox.contacts.link(3, 2, world.now)
    with world.inbox.reader() as reader:
        assert [(one.contact, one.apart) for one in reader.customer(1, world.now).alike] in ([], [(3, True)])
    with world.inbox.writer.window() as unit:
        assert people.kept_apart(unit) == {(1, 3)}
    world.inbox.contacts.forget(world.inbox.contacts.traces(1), world.now)
    with world.inbox.writer.window() as unit:
        assert people.kept_apart(unit) == set()


def test_enter_goes_to_the_conversation_under_the_cursor_wherever_it_lies(world: Any, sit: Sit) -> None:
    two_adas(world)
    world.inbox.contacts.link(1, 2, world.now)

    async def work(hands: Any) -> None:
        assert hands.current == 2
        await hands.press("i", "j", "enter")
        assert hands.app.screen is hands.desk
        assert hands.desk.query_one(Top).title == "Archived"
        assert hands.current == 1
        assert hands.desk.reading.has_focus
        assert "Where is it?" in hands.text()

    sit(work)


def test_in_the_customer_escape_goes_back_and_keys_move(world: Any, sit: Sit) -> None:
    two_adas(world)

    async def work(hands: Any) -> None:
        await hands.press("i", "down", "up", "pagedown", "space", "pageup", "j", "k", "u", "u")
        assert hands.app.screen is not hands.desk
        await hands.press("escape")
        assert hands.app.screen is hands.desk
        for key in ("q", "h", "left", "i"):
            await hands.press("i", key)
            assert hands.app.screen is hands.desk

    sit(work)


def test_on_a_wide_screen_the_customer_stands_below_the_conversation(world: Any, sit: Sit) -> None:
    two_adas(world)

    async def work(hands: Any) -> None:
        pane = hands.desk.query_one(Glance)
        await hands.until(lambda: "Perhaps the same person" in hands.text(pane))
        assert "ada@home.example" in hands.text(pane)

    sit(work, size=(200, 50))


def test_how_long_was_waited_counts_from_the_first_unanswered_message_to_the_answer_the_archive_or_now(
    world: Any,
) -> None:
    from tui_inbox.rules.model import Archive

    world.writes("Ada", "ada@one.example", "A", "one", ago=timedelta(hours=3))
    world.writes("Ada", "ada@one.example", "B", "two", ago=timedelta(hours=2))
    with world.inbox.reader() as reader:
        assert reader.customer(1, world.now).past.waited == timedelta(hours=5)
    world.inbox.perform([Archive(1, 99)], world.now)
    with world.inbox.reader() as reader:
        assert reader.customer(1, world.now + timedelta(hours=1)).past.waited == timedelta(hours=6)


def test_what_a_delivery_report_names_says_nothing_about_who_is_who(world: Any) -> None:
    from tui_inbox.rules.model import Class, Verdict

    world.writes("Ada", "ada@one.example", "A", "one")
    bounce = Verdict(Class.BOUNCE, "a report", hard=True)
    world.writes("Mailer", "mailer@two.example", "Failed", "To ada@one.example: unknown", verdict=bounce)
    world.writes("Bo", "bo@three.example", "Hi", "I am also ada@one.example")
    with world.inbox.reader() as reader:
        assert [one.name for one in reader.customer(1, world.now).alike] == ["Bo"]

"""A review that the program's end breaks off in the middle: it is taken up where it was, with what was decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui_inbox.screens.review import ReviewScreen

Sit = Callable[..., None]


def test_a_review_of_two_hundred_that_the_programs_end_breaks_off_is_taken_up_there(world: Any, sit: Sit) -> None:
    world.fill(200)

    async def begin(hands: Any) -> None:
        await hands.press("R", "i")
        await hands.until(lambda: isinstance(hands.app.screen, ReviewScreen) and not hands.app.screen.holding)
        await hands.rest()

    async def broken_off(hands: Any) -> None:
        await begin(hands)
        await hands.press("e", "n", "s", "2", "enter", "e")
        assert "Review: Inbox 5/200" in hands.text()
        # Nobody leaves the review: the program ends with it on the screen.

    async def taken_up(hands: Any) -> None:
        await begin(hands)
        assert "Review: Inbox 5/200" in hands.text()
        assert "Taken up again: 4 of 200 were shown before." in hands.text()
        await hands.press("p")
        assert "archived before" in hands.text()

    sit(broken_off)
    with world.inbox.reader() as reader:
        queues, kept = reader.counts(world.now).queues, reader.review("Inbox")
    assert (queues["inbox"], queues["archived"], queues["snoozed"]) == (197, 2, 1)
    assert (len(kept.ids), kept.at, len(kept.decided)) == (200, 4, 4)
    sit(taken_up)

"""What the hands rely on: the cursor goes where it was going, and what is said is about what was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.geometry import Offset
from textual.widgets import Input

from tests.screens.test_review import begin
from tui_inbox.rules.clean import width
from tui_inbox.screens.bars import Places, Top

Sit = Callable[..., None]


def test_an_act_on_one_that_is_selected_is_told_of_that_one_not_of_the_cursors(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("x", "s")
        await hands.until(lambda: "Ada Demir, Where is my order?" in hands.text())
        await hands.press("escape", "f")
        await hands.until(lambda: "Ada Demir, Where is my order?" in hands.text() and "Mert" in hands.text())
        await hands.press("escape", "e")
        assert hands.said.startswith("Archived: Ada Demir")
        assert world.place(1) == "archived"

    sit(work)


def test_an_undo_leaves_the_way_the_agent_was_going_as_it_was(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("j", "j", "e", "z")
        await hands.until(lambda: hands.current == 3)
        await hands.press("e")
        assert hands.current == 4, "down, as before"

    sit(work)


def test_where_an_undo_has_brought_it_back_to_is_said_whole_on_a_narrow_screen(world: Any, sit: Sit) -> None:
    world.writes("Ada Demir", "ada@one.example", "Where is the order " * 5, "Hello")

    async def work(hands: Any) -> None:
        await hands.press("e", "z")
        await hands.until(lambda: hands.said.startswith("Undone: Ada Demir, Where"))
        assert hands.said.endswith("… — lies in Inbox again.")
        assert width(hands.said) <= 78

    sit(work, size=(80, 24))


def test_an_undo_of_many_shows_the_first_of_them(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("j", "x", "x", "x", "e", "enter")
        assert [world.place(id_) for id_ in (2, 3, 4)] == ["archived"] * 3
        assert hands.current == 5
        await hands.press("z")
        await hands.until(lambda: hands.current == 2)
        assert hands.desk.rows.scroll_offset.y == 0, "nothing jumps"

    sit(work)


def test_from_an_end_of_the_list_x_goes_the_only_way_there_is(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("end", "home", "x", "x")
        assert (hands.desk.rows.selected, hands.current) == ({1, 2}, 3)
        await hands.press("escape", "end", "x", "x")
        assert (hands.desk.rows.selected, hands.current) == ({6, 5}, 4)

    sit(work)


@pytest.mark.parametrize("key", ["s", "f", "slash"])
def test_the_terminals_own_cursor_stands_where_one_types_and_then_on_the_row_again(
    world: Any, sit: Sit, key: str
) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("j")
        row = hands.app.cursor_position
        await hands.press(key)
        await hands.until(lambda: isinstance(hands.app.focused, Input) and hands.app.focused.content_region)
        line = hands.app.focused.content_region.offset
        assert hands.app.cursor_position == line
        await hands.press("3")
        await hands.until(lambda: hands.app.cursor_position == line + Offset(1, 0))
        await hands.press("escape")
        await hands.until(lambda: hands.app.cursor_position == row)

    sit(work)


def test_the_queues_beside_a_list_that_is_read_mark_the_one_that_is_read(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        hands.desk.view = type(hands.desk.view)("archived")
        hands.desk._say_reading()
        assert (hands.desk.query_one(Places).queue, hands.desk.query_one(Top).queue) == ("archived", "archived")

    sit(work, size=(200, 50))


def test_in_a_review_an_undo_names_what_came_back_and_what_is_skipped_keeps_no_sentence(world: Any, sit: Sit) -> None:
    world.fill(3)

    async def work(hands: Any) -> None:
        def said() -> str:
            return str(hands.app.screen.query_one("#said").words)

        await begin(hands, "R", "i")
        await hands.press("e")
        await hands.until(lambda: said().startswith("Archived: Ada Demir"))
        await hands.press("n")
        await hands.until(lambda: said() == "")  # it was about another
        await hands.press("z")
        await hands.until(lambda: said().startswith("Undone: Ada Demir"))

    sit(work)

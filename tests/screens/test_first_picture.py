"""The first picture: the list is on it, it is made once, and nothing looks for garbage until it stands."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from textual.screen import Screen

from tui_inbox.app import TuiInbox


def test_the_first_picture_shows_the_list_and_is_made_only_once(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fill()
    painted: list[str] = []

    class Watched(TuiInbox):
        def _display(self, screen: Screen[Any], renderable: Any) -> None:
            if renderable is not None:
                lines = screen._compositor.render_strips()
                painted.append("\n".join("".join(segment.text for segment in line) for line in lines))
            super()._display(screen, renderable)

    async def run() -> None:
        app = Watched(world.home, world.config, clock=world.clock)
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.pause()

    asyncio.run(run())
    assert "Where is my order?" in painted[0]
    assert "1/6" in painted[0]


def test_garbage_is_looked_for_once_the_first_picture_stands(world: Any, sit: Any) -> None:
    async def work(hands: Any) -> None:
        assert gc.isenabled()

    gc.disable()
    try:
        sit(work)
    finally:
        gc.enable()
        gc.unfreeze()


def test_a_line_is_drawn_anew_only_where_it_has_changed(world: Any, sit: Any) -> None:
    world.fill(60)

    async def work(hands: Any) -> None:
        rows, drawn = hands.desk.rows, list[int]()
        draw = rows._drawn

        def counted(row: Any, width: int, *, here: bool) -> Any:
            drawn.append(row.id)
            return draw(row, width, here=here)

        rows._drawn = counted
        await hands.press("end", "home")
        drawn.clear()
        await hands.press("j")
        assert set(drawn) == set(rows.queue.ids[:2])

    sit(work)

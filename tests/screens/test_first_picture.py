"""The first picture: the list is on it at once, and nothing looks for garbage until it stands."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest

from tui_inbox.app import TuiInbox
from tui_inbox.screens.bars import Top
from tui_inbox.screens.post import Post


def test_the_first_list_waits_for_no_thread(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fill()

    async def never(post: Post, deed: Callable[[], object]) -> object:
        return await asyncio.Event().wait()

    async def run() -> None:
        app = TuiInbox(world.home, world.config, clock=world.clock)
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.pause()
            assert len(app.desk.rows.queue.ids) == 6
            assert app.desk.query_one(Top).position == "1/6"

    monkeypatch.setattr(Post, "do", never)
    asyncio.run(run())


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

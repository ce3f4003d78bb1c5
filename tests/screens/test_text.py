"""A few screens as plain text, whole; after a wanted change, run with UPDATE_SCREENS=1 and read the difference."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "drawn"

SCREENS: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "inbox-80x24": ((80, 24), ("j",)),
    "inbox-120x40": ((120, 40), ("j",)),
    "inbox-200x50": ((200, 50), ("j", "x")),
    "conversation-80x24": ((80, 24), ("enter",)),
    "snooze-80x24": ((80, 24), ("s", "3")),
    "forward-80x24": ((80, 24), ("f", "down")),
    "search-80x24": ((80, 24), ("slash", *"возврат")),
    "help-80x24": ((80, 24), ("question_mark",)),
    "go-80x24": ((80, 24), ("g",)),
}


@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_looks_as_it_was_last_looked_at(world: Any, sit: Callable[..., None], name: str) -> None:
    world.fill()
    size, keys = SCREENS[name]

    async def work(hands: Any) -> None:
        await hands.press(*keys)
        drawn, file = hands.text().rstrip() + "\n", HERE / f"{name}.txt"
        assert all(len(line) <= size[0] for line in drawn.splitlines())
        if os.environ.get("UPDATE_SCREENS"):
            HERE.mkdir(exist_ok=True)
            file.write_text(drawn)
        assert drawn == file.read_text()

    sit(work, size=size)

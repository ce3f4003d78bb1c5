"""What runs beside the screen, and how it is said how old what we know is."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tui_inbox.app import sync_command
from tui_inbox.config import Account, Config, Home
from tui_inbox.screens.bars import freshness
from tui_inbox.store.reader import AccountLine

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def line(name: str, ago: timedelta | None, problem: str | None = None) -> AccountLine:
    return AccountLine(name, "imap", "email", None if ago is None else NOW - ago, problem, (), None)


def test_the_mailbox_that_was_synced_longest_ago_says_how_old_what_we_know_is() -> None:
    lines = [line("support", timedelta(minutes=2)), line("sales", timedelta(hours=3)), line("wa", timedelta(days=9))]
    assert freshness(lines, {"support", "sales"}, NOW) == ("synced 3h 00m ago", "")
    assert freshness(lines, set(), NOW) == ("imported 2m ago", "")
    assert (
        freshness([line("support", None, "It does not answer.")], {"support"}, NOW)[1] == "support: It does not answer."
    )


def test_without_a_mailbox_nothing_is_synced(tmp_path: Path) -> None:
    home = Home(tmp_path, tmp_path / "config.toml")
    assert sync_command(home, Config(), None) == []
    boxes = Config(accounts=(Account("support", "imap", {}, "[[account]] 1"),))
    assert sync_command(home, boxes, None)[1:] == ["-m", "tui_inbox", "--home", str(tmp_path), "sync", "--json"]


def test_a_sync_runs_in_a_process_of_its_own_and_ends_with_the_screen(
    world: Any, sit: Callable[..., None], tmp_path: Path
) -> None:
    began = tmp_path / "began"
    program = f"import pathlib, time; pathlib.Path({str(began)!r}).touch(); time.sleep(600)"

    children: list[int] = []

    async def work(hands: Any) -> None:
        await hands.until(began.exists)
        assert hands.app._syncing.returncode is None
        children.append(hands.app._syncing.pid)
        await hands.press("q")

    sit(work, sync=[sys.executable, "-c", program])
    for _ in range(1000):
        try:
            os.kill(children[0], 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError("The sync outlived the screen.")

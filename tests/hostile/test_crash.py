"""A bug is shown with its place, and without a word of what was in hand: a customer's text, a token, a sequence."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.vt import signs
from tests.incoming.store import Store
from tui_inbox import crash
from tui_inbox.app import TuiInbox

ROOT = Path(__file__).parents[2]
SECRET = "hunter2 \x1b]52;c;UFdORUQ=\x07 the customer's words"

BROKEN = f"""
import sys, threading
from tui_inbox.cli import looking
def broken(desk, chosen):
    token = {SECRET!r}
    try:
        raise KeyError(token)
    except KeyError as trouble:
        raise ValueError(token) from trouble
def in_a_thread(desk, chosen):
    one = threading.Thread(target=broken, args=(desk, chosen))
    one.start()
    one.join()
    return 0
looking.listing = {{where}}
sys.argv = ["tui-inbox", "--home", sys.argv[1], "list"]
from tui_inbox.__main__ import main
main()
"""


@pytest.mark.parametrize("where", ["broken", "in_a_thread"])
def test_a_command_that_breaks_says_where_and_not_what_it_held(tmp_path: Path, where: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN.replace("{where}", where), str(tmp_path / "home")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert "builtins.ValueError" in done.stderr
    assert "Before that:" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert {one.kind for one in signs(done.stderr.encode())} == {"TEXT", "C0"}


def test_a_screen_that_breaks_says_where_and_not_what_it_held(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = Store(tmp_path / "home")
    app = TuiInbox(store.home, store.config, clock=lambda: store.at)

    def break_down() -> None:
        token = SECRET
        raise ValueError(token)

    async def run() -> None:
        async with app.run_test() as pilot:
            await pilot.pause()
            await pilot.pause()
            app.call_later(break_down)
            await pilot.pause()

    with pytest.raises(ValueError, match="hunter2"):
        asyncio.run(run())
    shown = capfd.readouterr().err
    assert "builtins.ValueError" in shown
    assert "break_down" in shown
    assert "hunter2" not in shown


def test_a_chain_that_bites_its_tail_ends() -> None:
    one, other = ValueError("a"), KeyError("b")
    one.__cause__, other.__cause__ = other, one
    assert crash.told(one).count("Error") == 2
    assert "bug" in crash.told(None)

"""The program in a real terminal: what it writes there, and how it leaves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui_inbox.screens.desk import POLL

pytestmark = pytest.mark.needs("tmux")
COLOURS = {*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108)}
"""What names a colour in an escape sequence (SGR); 39 and 49 are the terminal's own."""


class Terminal:
    """A tmux of its own, with one pane."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        self._socket = str(folder / "tmux")
        self.bytes = folder / "bytes"
        self._size = ["-x", str(width), "-y", str(height)]

    def tmux(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-S", self._socket, "-f", "/dev/null", *words], capture_output=True, text=True)
        return done.stdout

    def start(self, home: Path, **environ: str) -> None:
        settings = " ".join(f"{name}={value}" for name, value in environ.items())
        program = f"{sys.executable} -m tui_inbox --home {home}"
        self.tmux("new-session", "-d", *self._size, "sh")
        self.tmux("pipe-pane", "-o", f"cat > {self.bytes}")
        self.tmux("send-keys", f"clear; env {settings} {program}; echo LEFT WITH $?", "Enter")

    def press(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def text(self) -> str:
        return self.tmux("capture-pane", "-p")

    def until(self, true: Callable[[str], object]) -> str:
        """Return the screen once *true* of it; fail after minutes, which only a hang takes."""
        end = time.monotonic() + 200
        while time.monotonic() < end:
            if true(said := self.text()):
                return said
            time.sleep(0.05)
        raise AssertionError(f"It did not come true on:\n{self.text()}")


@contextmanager
def terminal(folder: Path, width: int = 80, height: int = 24) -> Iterator[Terminal]:
    one = Terminal(folder, width, height)
    try:
        yield one
    finally:
        one.tmux("kill-server")


@pytest.fixture
def filled(world: Any) -> Any:
    world.now = datetime.now(UTC)
    world.fill()
    return world


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_an_agent_triages_leaves_and_the_terminal_is_as_it_was(
    filled: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    with terminal(tmp_path, *size) as tty:
        tty.start(tmp_path)
        tty.until(lambda said: "Ada Demir" in said and "? help" in said)
        tty.press("e")
        tty.until(lambda said: "Archived: Ada Demir" in said)
        tty.press("s", "2", "Enter")
        tty.until(lambda said: "Snoozed: Jürgen" in said)
        tty.press("z")
        tty.until(lambda said: "Undone" in said)
        tty.press("q")
        said = tty.until(lambda said: "LEFT WITH 0" in said)
        assert "Ada Demir" not in said
    assert filled.place(1) == "archived"
    assert filled.place(2) == "inbox"


def test_two_terminals_at_once_each_show_the_others_acts(filled: Any, tmp_path: Path) -> None:
    assert POLL < 1, "each looks more often than once a second whether another has written"
    places = [tmp_path / name for name in ("one", "other")]
    for place in places:
        place.mkdir()
    with terminal(places[0]) as one, terminal(places[1]) as other:
        for tty in (one, other):
            tty.start(tmp_path)
            tty.until(lambda said: "Ada Demir" in said and "Olga" in said and "? help" in said)
        one.press("e")
        one.until(lambda said: "Archived: Ada Demir" in said)
        other.until(lambda said: "Ada Demir" not in said)
        other.press("e")
        other.until(lambda said: "Archived: Jürgen" in said)
        one.until(lambda said: "Jürgen" not in said)
        one.press("z")
        one.until(lambda said: "Undone" in said and "Jürgen" in said)
        other.until(lambda said: "Jürgen" in said.replace("Archived: Jürgen", ""))
    assert (filled.place(1), filled.place(2)) == ("archived", "inbox")


def test_a_key_has_its_row_and_its_place_painted_before_anything_else(filled: Any, tmp_path: Path) -> None:
    with terminal(tmp_path) as tty:
        tty.start(tmp_path)
        tty.until(lambda said: "Ada Demir" in said and "? help" in said)
        tty.press("j")
        tty.until(lambda _: b"2/6" in tty.bytes.read_bytes())
        before, _, _ = tty.bytes.read_bytes().partition(b"2/6")
    # Textual paints from above, a line feed behind each line: there the place would come first.
    at_once = before.rpartition(b"\n")[2]
    assert "▌".encode() in at_once
    assert "Jürgen".encode() in at_once.partition("▌".encode())[2]


def test_with_no_color_no_colour_is_written(filled: Any, tmp_path: Path) -> None:
    with terminal(tmp_path) as tty:
        tty.start(tmp_path, NO_COLOR="1")
        tty.until(lambda said: "Ada Demir" in said and "? help" in said)
        tty.press("q")
        tty.until(lambda said: "LEFT WITH 0" in said)
    said = re.findall(rb"\x1b\[([0-9;]*)m", tty.bytes.read_bytes())
    codes = {int(code) for part in said for code in part.split(b";") if code}
    assert not codes & COLOURS
    assert 7 in codes, "the cursor's row is reversed"


def test_without_a_terminal_the_program_says_what_it_needs(world: Any, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui_inbox", "--home", str(tmp_path)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ},
    )
    assert done.returncode == 1
    assert "terminal" in done.stderr
    assert "Traceback" not in done.stderr

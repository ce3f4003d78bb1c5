"""Pictures of the program as a terminal shows it: what it really wrote there, read back by an emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import MONOKAI
from rich.text import Text

SIGN = "? help"
"""What stands on the first picture."""
LONGEST = 60.0
"""Seconds in which the first picture must stand."""
QUIET = 1.0
"""Seconds without a byte after which the screen counts as drawn."""


def drawn(command: Sequence[str], keys: Sequence[str], size: tuple[int, int], environ: Mapping[str, str]) -> str:
    """Return an SVG of what *command* shows on a terminal of *size* with *environ*, after *keys*."""
    width, height = size
    screen = pyte.Screen(width, height)
    stream = pyte.ByteStream(screen)
    pid, file = pty.fork()
    if not pid:
        bare = {name: value for name, value in os.environ.items() if name not in {"COLORTERM", "NO_COLOR"}}
        os.execve(command[0], list(command), {**bare, **environ})
    fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    try:
        if not _listen(file, stream, LONGEST, until=lambda: any(SIGN in line for line in screen.display)):
            raise SystemExit(f"{command[0]} showed no first picture within {LONGEST:.0f} s.")
        for key in keys:
            os.write(file, key.encode())
            _listen(file, stream, 10 * QUIET)
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        os.close(file)
    return _svg(screen, " ".join(f"{name}={value}" for name, value in environ.items()))


def _listen(file: int, stream: pyte.ByteStream, longest: float, until: Callable[[], bool] = lambda: True) -> bool:
    """Feed *stream* until the screen is drawn and *until* holds; return whether they did within *longest* seconds."""
    end, said = time.monotonic() + longest, False
    while time.monotonic() < end:
        if select.select([file], [], [], QUIET)[0]:
            stream.feed(os.read(file, 1 << 16))
            said = True
        elif said and until():
            return True
    return False


def _svg(screen: pyte.Screen, title: str) -> str:
    console = Console(width=screen.columns, record=True, file=StringIO(), force_terminal=True, color_system="truecolor")
    for y in range(screen.lines):
        line, row = Text(), screen.buffer[y]
        for x in range(screen.columns):
            one = row[x]
            line.append(one.data, _style(one))
        console.print(line, no_wrap=True, crop=True, overflow="crop")
    return console.export_svg(title=title, theme=MONOKAI)


def _style(one: pyte.screens.Char) -> Style:
    return Style(
        color=_colour(one.fg),
        bgcolor=_colour(one.bg),
        bold=one.bold,
        italic=one.italics,
        underline=one.underscore,
        strike=one.strikethrough,
        reverse=one.reverse,
    )


def _colour(name: str) -> str:
    """Return rich's name of what pyte calls a colour."""
    if name == "default":
        return "default"
    if len(name) == 6 and all(char in "0123456789abcdef" for char in name.casefold()):
        return f"#{name}"
    return {"brown": "yellow"}.get(name, name.replace("bright", "bright_").replace("bright_brown", "bright_yellow"))


def program(home: Path) -> list[str]:
    """Return the command that opens the inbox of *home*."""
    return [sys.executable, "-m", "tui_inbox", "--home", str(home)]

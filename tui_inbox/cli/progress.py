"""How far a long reading is: one line that moves on a terminal; elsewhere nothing, or a line now and then."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from tui_inbox.cli.say import note
from tui_inbox.rules import clean

SPOKEN = 1.0
"""Seconds between two lines about how far it is, where they go to no terminal."""


class Progress:
    """The line, as a context: whoever leaves it, in whatever way, finds the line free for other words."""

    def __init__(self, *, elsewhere: bool = False) -> None:
        self._elsewhere = elsewhere
        """Whether it is also said where there is no terminal."""
        self._said = time.monotonic()
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.clear()

    def say(self, name: str, done: int, total: int, unit: str) -> None:
        """Say that *done* of *total* (0 where nobody knows) are read of what is called *name*."""
        words = " ".join(filter(None, (f"{name}:" if name else "", f"{done:,}", _of(total), unit)))
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{clean.line(words)}\033[K")
            sys.stderr.flush()
            self._open = True
        elif self._elsewhere and time.monotonic() - self._said > SPOKEN:
            self._said = time.monotonic()
            note(words)

    def clear(self) -> None:
        """Leave the line to other words."""
        if self._open:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
            self._open = False


def _of(total: int) -> str:
    return f"of {total:,}" if total else ""

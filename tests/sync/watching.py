"""A watch in a process of its own, and what it says line by line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from tests.cli.running import ROOT, Tui

LONGEST = 200.0
"""Seconds that anything may take on a busy machine."""


def until(true: Callable[[], Any]) -> Any:
    """Return what *true* returns once it is true; fail after LONGEST seconds."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.02)
    raise AssertionError("It did not come true.")


class Watching:
    """`tui-inbox sync --watch --json` over the home of *tui*."""

    def __init__(self, tui: Tui, *words: str) -> None:
        self.tui = tui
        self.process = subprocess.Popen(
            [
                *tui.before,
                sys.executable,
                "-m",
                "tui_inbox",
                "--home",
                str(tui.home),
                "sync",
                "--watch",
                *words,
                "--json",
            ],
            cwd=ROOT,
            env={**os.environ, **tui.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.said: list[Any] = []

    def __enter__(self) -> Watching:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(LONGEST)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def next(self, true: Callable[[Any], object] = lambda _one: True) -> Any:
        """Return the next account's report, or folder's, of which *true*."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said = json.loads(line)
            self.said.append(said)
            for one in [*said["accounts"], *said["folders"]]:
                if true(one):
                    return one
        assert self.process.stderr is not None
        raise AssertionError(f"It ended with {self.process.wait(LONGEST)}: {self.said} {self.process.stderr.read()}")

    def brings(self, count: int, account: str | None = None) -> Any:
        """Return the report of the next round that stored *count* new messages."""
        return self.next(lambda one: one.get("new") == count and account in (None, one["name"]))

    def ends(self, how: signal.Signals) -> int:
        """Send *how*, and return the exit code."""
        self.process.send_signal(how)
        return self.process.wait(LONGEST)

"""Runs commands in processes that end in the middle: `python steps.py TASK` reads one task, and says what came of it.

A step is a statement or commit of SQLite, a read from a socket, a file or folder of the home being opened or made.
The process that ends at step k is a fork of this one, which has imported everything and opened nothing: that costs
some hundredths of a second where a new interpreter would cost a whole one. It ends with `os._exit`: nothing is closed,
rolled back or flushed.
"""

from __future__ import annotations

import io
import json
import os
import random
import select
import shutil
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

WATCHED = ["watched"]
"""In place of a command: what a watch does (`watched`)."""
ENDED = 77
"""The exit code of a process that reached its step."""


class Steps:
    """Counts the steps of this process, and ends it at the last that it may take."""

    def __init__(self, last: int | None, home: Path) -> None:
        self.last = last
        self.taken = 0
        self.home = str(home)

    def take(self) -> None:
        self.taken += 1
        if self.taken == self.last:
            os._exit(ENDED)

    def watch(self) -> None:
        """Have every step of this process counted from now on."""
        connect = sqlite3.connect

        def connected(*arguments: Any, **named: Any) -> sqlite3.Connection:
            connection = connect(*arguments, **named)
            connection.set_trace_callback(self._said)
            return connection

        sqlite3.connect = connected  # type: ignore[assignment]
        readinto = socket.SocketIO.readinto

        def read(line: socket.SocketIO, into: Any) -> int | None:
            self.take()
            return readinto(line, into)

        socket.SocketIO.readinto = read  # type: ignore[method-assign,assignment]  # put in its place on purpose
        receive = socket.socket.recv

        def recv(line: socket.socket, *arguments: int) -> bytes:
            self.take()
            return receive(line, *arguments)

        socket.socket.recv = recv  # type: ignore[method-assign,assignment]  # and so is this
        sys.addaudithook(self._opened)

    def _said(self, statement: str) -> None:
        if not statement.startswith("--"):  # what an index does inside a statement belongs to it
            self.take()

    def _opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("open", "os.mkdir", "os.rename", "os.remove", "sqlite3.connect") and self.home in str(
            arguments[0]
        ):
            self.take()


def run(
    commands: Sequence[Sequence[str]], home: Path, now: datetime, last: int | None = None, patience: float | None = None
) -> tuple[int, int]:
    """Run *commands* at *now* in a process of their own; return its exit code, and the steps it took (0 if it ended).

    It ends itself at step *last*, and is killed after *patience* seconds.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            code = _commands(commands, home, now, last, writing)
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as told:
        if patience is not None and not select.select([told], [], [], patience)[0]:
            os.kill(child, signal.SIGKILL)
        taken = told.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(taken or 0)


def _commands(commands: Sequence[Sequence[str]], home: Path, now: datetime, last: int | None, telling: int) -> int:
    from tui_inbox.cli import run as command
    from tui_inbox.cli.desk import Desk

    Desk.now = staticmethod(lambda: now)  # type: ignore[method-assign]
    sys.stdout, said = io.StringIO(), sys.stdout
    steps = Steps(last, home)
    steps.watch()
    code = 0
    for one in commands:
        code = code or (watched(home, now) if one == WATCHED else command(["--home", str(home), "--json", *one]))
    if code:
        sys.stderr.write(sys.stdout.getvalue())
        sys.stderr.flush()
    sys.stdout = said
    os.write(telling, str(steps.taken).encode())
    return code


def watched(home: Path, now: datetime) -> int:
    """Do what a watch does with each account: look, read through the line that listens, wait, and look again."""
    from tui_inbox.config import Home, load
    from tui_inbox.inbox import Inbox
    from tui_inbox.sync import round_of, source_of
    from tui_inbox.sync.owner import owning

    at = Home(home, home / "config.toml")
    called, bell = socket.socketpair()
    with called, bell, owning(at, "now", door=True) as own:
        assert own is not None
        inbox = Inbox(at, load(at.config))
        for account in inbox.config.accounts:
            channel, source, origin = source_of(account, lambda _: "pw")
            with channel.listening(source) as ear:
                for _ in range(2):
                    ear.look()
                    report = round_of(inbox, account, lambda: now, secret=lambda _: "pw", through=ear)
                    assert report.problem is None, report.problem.what
                    ear.look()
                    ear.wait(0.01, called)
                inbox.sources.synced(origin, now, None)
        inbox.close()
    return 0


def main(task: dict[str, Any]) -> dict[str, Any]:
    """Do *task*: run its `commands` unbroken; again, a minute later; and broken at every step from `first` on in
    strides of `every`, or killed at so many (`kills`) random moments, each time, or every `in_a_row` times, followed by
    a full run.

    Return how many `messages` the unbroken run stored and how many `steps` and `seconds` it took; what the second run
    changed (`again`); how many runs were `broken`; and by step or moment, what then differs from the unbroken run
    (`differences`).
    """
    from tests.torture.likeness import differences, likeness, rows

    commands, folder, now = task["commands"], Path(task["folder"]), datetime.fromtimestamp(task["now"], UTC)
    import_all()
    if "only_begin" in task:
        assert run(commands, folder / "begun", now)[0] == 0, "the beginning failed"
        return {}
    whole = folder / "whole"
    shutil.copytree(folder / "begun", whole)
    began = time.monotonic()
    code, steps = run(commands, whole, now)
    took = time.monotonic() - began
    assert code == 0, "the unbroken run failed"
    expected, before = likeness(whole / "inbox.db"), rows(whole / "inbox.db")
    assert run(commands, whole, now + timedelta(minutes=1))[0] == 0
    after = rows(whole / "inbox.db")
    again = [f"{name}: {line}" for name in before for line in set(before[name]) ^ set(after[name])]
    broken, differing = 0, {}
    for last, patience in _ends(task, steps, took):
        home = folder / "broken"
        if not home.exists():
            shutil.copytree(folder / "begun", home)
        ended, _ = run(commands, home, now, last, patience)
        broken += ended in (ENDED, -signal.SIGKILL)
        if ended in (ENDED, -signal.SIGKILL) and task.get("in_a_row", 1) > 1 and broken % task["in_a_row"]:
            continue
        code, _ = run(commands, home, now)
        unlike = differences(expected, likeness(home / "inbox.db"))
        if unlike or code or ended not in (0, ENDED, -signal.SIGKILL):  # 0: it was done before its end came
            differing[last or patience] = [f"exit codes {ended} and {code}", *unlike]
        shutil.rmtree(home)
    return {
        "messages": len(expected["message"]),
        "steps": steps,
        "seconds": took,
        "again": again,
        "broken": broken,
        "differences": differing,
    }


def _ends(task: dict[str, Any], steps: int, took: float) -> Iterator[tuple[int | None, float | None]]:
    """Yield the ends that runs are to meet: a last step, or a number of seconds."""
    if "kills" in task:
        chance = random.Random(task["seed"])
        share = 1 / task.get("in_a_row", 1)  # each run goes on where the one before was killed
        yield from ((None, chance.uniform(0, took) * share) for _ in range(task["kills"]))
    else:
        yield from ((last, None) for last in range(task["first"], steps + 1, task["every"]))


def import_all() -> None:
    """Import what any command of a task needs, so that a fork has it."""
    from importlib import import_module

    kinds = (
        "imap.walk",
        "imap.push",
        "mbox",
        "maildir",
        "eml",
        "whatsapp",
        "telegram",
        "slack",
        "jsonl",
        "rfc822",
        "load",
    )
    rooms = (
        "cli.incoming",
        "inbox.ingest",
        "inbox.routes",
        "store.writer",
        "sync.owner",
        "vault",
        *(f"connectors.{one}" for one in kinds),
    )
    for room in rooms:
        import_module(f"tui_inbox.{room}")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))

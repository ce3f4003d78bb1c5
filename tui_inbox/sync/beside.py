"""The watch beside the inbox: started where none runs, followed while it does, started again where it died."""

from __future__ import annotations

import asyncio
import json
import random
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from tui_inbox.config import Home
from tui_inbox.problems import Problem
from tui_inbox.sync.owner import Owner, owner
from tui_inbox.sync.pause import wait_after

KNOCK = 0.1
"""Seconds between two looks whether the watch that was started has opened its door."""
FAREWELL = 3.0
"""Seconds for which the end of a watch is waited for."""
STEADY = 30.0
"""Seconds that a watch must have lived before its end is taken for the first one."""


class Beside:
    """Keeps the mailboxes of *home* followed, by *command* unless a service manager's watch does it.

    *going* is told how far a long reading is, "" when it is done; *ended* why a watch of ours has ended.
    """

    def __init__(
        self, home: Home, command: Sequence[str], going: Callable[[str], object], ended: Callable[[str], object]
    ) -> None:
        self.home = home
        self.command = command
        self.child: Process | None = None
        self._going = going
        self._say_ended = ended
        self._why = ""
        """The last words of the watch that ended."""
        self._over = asyncio.Event()

    async def keep(self) -> None:
        """Follow a watch, and see that there is one, until `end`."""
        tries = 0
        clock = asyncio.get_running_loop().time
        while not self._over.is_set():
            began = clock()
            await self._followed()
            if self._over.is_set():
                return
            if self.child is None:
                await self._start()
                continue
            await self._hearing
            await self.child.wait()
            self.child = None
            tries = 1 if clock() - began > STEADY else tries + 1
            wait = wait_after(Problem(self._why), tries, random.random())  # noqa: S311 - nothing depends on it
            why = f" {self._why}" if self._why else ""
            self._say_ended(f"The sync beside the inbox has ended.{why} It starts again in {wait:.0f} s.")
            await asyncio.sleep(wait)

    def end(self) -> None:
        """End the watch that was started here; a service manager's goes on."""
        self._over.set()
        if self.child is not None and self.child.returncode is None:
            with suppress(ProcessLookupError):  # it was faster
                self.child.terminate()

    async def ended(self) -> None:
        """End it, and return when it has ended; it is killed where it does not in time."""
        self.end()
        if (child := self.child) is not None:
            try:
                await asyncio.wait_for(child.wait(), FAREWELL)
            except TimeoutError:
                child.kill()  # nothing is lost: a sync may end at any step
                await child.wait()
            await self._hearing

    async def _start(self) -> None:
        """Start a watch of our own."""
        self._why = ""
        # Its input ends with this process, however that ends, and it with its input.
        self.child = await asyncio.create_subprocess_exec(*self.command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        self._hearing = asyncio.create_task(self._hear(self.child))

    async def _followed(self) -> None:
        """Return when there is nothing to follow: no watch runs, and none of ours is about to begin."""
        while True:
            who = owner(self.home)
            if who is not None and who.door:
                with suppress(OSError, ValueError):
                    await self._follow(who)
                self._going("")
            elif self.child is None or self.child.returncode is not None:
                return
            await asyncio.sleep(KNOCK)

    async def _follow(self, who: Owner) -> None:
        """Pass on what the watch *who* tells, until it ends."""
        told, telling = await asyncio.open_unix_connection(who.door, limit=2**20)
        try:
            telling.write(json.dumps({"follow": True}).encode() + b"\n")
            while line := await told.readline():
                self._pass_on(json.loads(line))
        finally:
            telling.close()

    def _pass_on(self, said: dict[str, Any]) -> None:
        match said:
            case {"progress": [str(name), int(done), int(total), _]} if total and done < total:
                self._going(f"{done:,}/{total:,} {name}")
            case {"progress": _} | {"round": _}:
                self._going("")
            case _:
                pass

    async def _hear(self, child: Process) -> None:
        """Take what a child says on its output, so that it can go on; its last words are why it ended."""
        assert child.stdout is not None
        last = b""
        while said := await child.stdout.read(65_536):
            last = (last + said)[-8192:]
        with suppress(ValueError, KeyError, TypeError):
            error = json.loads(last.rstrip().rpartition(b"\n")[2])["error"]
            self._why = f"{error['what']} {error['hint']}"

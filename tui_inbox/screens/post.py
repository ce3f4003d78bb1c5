"""The post between the screen and what lies below: questions go to threads of readers, acts to one writing thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from tui_inbox.config import Config
from tui_inbox.inbox import Inbox
from tui_inbox.screens.cells import FANCY, PLAIN, Marks
from tui_inbox.screens.keys import check_views, keymap
from tui_inbox.store.reader import Reader

T = TypeVar("T")


class Post:
    """What every screen is given: the configuration, the clock, and two ways down.

    `clock` returns the present moment (aware). Raises `Misconfigured` for keys that cannot be.
    """

    def __init__(self, inbox: Inbox, config: Config, clock: Callable[[], datetime], *, ascii_only: bool) -> None:
        self.config, self.clock = config, clock
        self.zone = ZoneInfo(config.hours.zone)
        self.marks: Marks = PLAIN if ascii_only else FANCY
        self.keys = keymap(config.keys)
        check_views(config.views, self.keys)
        self.last_snooze = ""
        self.busy = 0
        """Questions and acts that are under way."""
        self._inbox = inbox
        self._pen = ThreadPoolExecutor(1, "pen")

    def reader(self) -> Reader:
        """Return a reader of the caller's own thread, to be closed there."""
        return self._inbox.reader()

    async def ask(self, question: Callable[[Reader], T]) -> T:
        """Return the answer to *question*, asked in a thread."""
        self.busy += 1
        try:
            return await asyncio.to_thread(self._asked, question)
        finally:
            self.busy -= 1

    def _asked(self, question: Callable[[Reader], T]) -> T:
        with self.reader() as reader:
            return question(reader)

    async def write(self, act: Callable[[Inbox], T]) -> T:
        """Return what *act* returns; acts are done one after another, in the order in which they were asked for."""
        self.busy += 1
        try:
            return await asyncio.wrap_future(self._pen.submit(act, self._inbox))
        finally:
            self.busy -= 1

    def close(self) -> None:
        """Wait for the acts that are under way, and close the store."""
        self._pen.submit(self._inbox.close)
        self._pen.shutdown(wait=True)

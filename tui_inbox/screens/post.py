"""The post between the screen and what lies below: questions go to threads of readers, acts to one writing thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from tui_inbox.config import Config, View
from tui_inbox.inbox import Inbox
from tui_inbox.screens.cells import FANCY, PLAIN, Marks
from tui_inbox.screens.keys import check_views, keymap, pressed
from tui_inbox.store.reader import Reader

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Behind:
    """The conversations behind a figure, and what they are called."""

    title: str
    ids: tuple[int, ...]


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
        self.config_file = inbox.home.config
        """Where the configuration lies, or would: a view is written into it."""
        self.last_snooze = ""
        """The words of the last snooze."""
        self.searches: list[str] = []
        """What was searched for in this session, the last one last."""
        self.views: list[View] = list(config.views)
        """The views of the configuration, then the searches that were kept since."""
        self.behind: tuple[int, ...] = ()
        """The conversations behind the figure that was looked into last."""
        self.leaving = False
        """Whether the program is being left: nothing is drawn any more, but every act that was asked for is done."""
        self.busy = 0
        """Questions and acts that are under way."""
        self._inbox = inbox
        self._pen = ThreadPoolExecutor(1, "pen")

    def key(self, id_: str) -> str:
        """Return what to press for the command *id_* as the keys are bound now."""
        return pressed(id_, self.keys, self.marks.ascii)

    @property
    def sends(self) -> bool:
        """Whether there is a mailbox that hand-overs can be sent through."""
        return any("smtp" in one.table for one in self.config.accounts)

    def reader(self) -> Reader:
        """Return a reader of the caller's own thread, to be closed there."""
        return self._inbox.reader()

    async def ask(self, question: Callable[[Reader], T]) -> T:
        """Return the answer to *question*, asked in a thread."""
        return await self.do(lambda: self._asked(question))

    def _asked(self, question: Callable[[Reader], T]) -> T:
        with self.reader() as reader:
            return question(reader)

    async def do(self, deed: Callable[[], T]) -> T:
        """Return what *deed* returns, done in a thread: neither a question nor an act."""
        return await self._waited(asyncio.to_thread(deed))

    async def write(self, act: Callable[[Inbox], T]) -> T:
        """Return what *act* returns; acts are done one after another, in the order in which they were asked for."""
        # Shielded: when the program is left, what waits its turn is done all the same.
        return await self._waited(asyncio.shield(asyncio.wrap_future(self._pen.submit(act, self._inbox))))

    async def rest(self, seconds: float) -> None:
        """Let *seconds* pass."""
        await asyncio.sleep(seconds)
        self._stay()

    async def _waited(self, answer: Awaitable[T]) -> T:
        self.busy += 1
        try:
            return await answer
        finally:
            self.busy -= 1
            self._stay()

    def _stay(self) -> None:
        """End the caller's work where there is no screen any more that could show what came of it."""
        if self.leaving:
            raise asyncio.CancelledError

    def close(self) -> None:
        """Wait for the acts that are under way, and close the store."""
        self._pen.submit(self._inbox.close)
        self._pen.shutdown(wait=True)

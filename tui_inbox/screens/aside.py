"""The thread beside the screen that has the mailboxes followed: what it imports, opens or starts holds no key up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from tui_inbox.config import Home

if TYPE_CHECKING:
    from tui_inbox.sync.beside import Beside


class Aside:
    """Keeps the mailboxes of *home* followed by *command*, on a loop of its own, until it is ended.

    *going* and *ended* are called in that thread, with what `Beside` tells.
    """

    def __init__(
        self, home: Home, command: Sequence[str], going: Callable[[str], object], ended: Callable[[str], object]
    ) -> None:
        self._of = (home, command, going, ended)
        self.beside: Beside | None = None
        self._over = Event()
        self._stop: Callable[[], object] = lambda: None
        self._thread = ThreadPoolExecutor(1, "sync")

    async def keep(self) -> None:
        """Return when it has been ended; a bug over there is raised here."""
        await asyncio.wrap_future(self._thread.submit(self._run))

    def _run(self) -> None:
        from tui_inbox.sync.beside import Beside  # deferred, and imported here: the screen does not wait for it

        self.beside = Beside(*self._of)
        asyncio.run(self._keep(self.beside))

    async def _keep(self, beside: Beside) -> None:
        keeping = asyncio.ensure_future(beside.keep())
        self._stop = partial(asyncio.get_running_loop().call_soon_threadsafe, keeping.cancel)
        if self._over.is_set():  # it was ended before it could be told so
            keeping.cancel()
        try:
            with suppress(asyncio.CancelledError):
                await keeping
        finally:
            await beside.ended()

    def end(self) -> None:
        """Have it end, without waiting for that; a sync may be ended at any moment, and is taken up again."""
        if not self._over.is_set():
            self._over.set()
            self._stop()

    async def ended(self) -> None:
        """End it, and return when it has ended."""
        self.end()
        await asyncio.to_thread(self._thread.shutdown)

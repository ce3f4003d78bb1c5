"""The sources as the inbox keeps them: how far each was read, how its last run ended, what a watched folder gave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_inbox.store.sources import Sources as Kept
from tui_inbox.store.window import Window

if TYPE_CHECKING:
    from tui_inbox.inbox import Inbox
    from tui_inbox.inbox.origin import Origin
    from tui_inbox.store.sources import AccountLine

COUNTED_EVERY = timedelta(days=1)
"""How often each folder is counted."""


class Sources:
    """Accounts and watched folders of one inbox."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    @contextmanager
    def _window(self) -> Iterator[Kept]:
        with Window(self._inbox.home.store) as window:
            yield Kept(window)

    def account(self, name: str) -> AccountLine | None:
        """Return what the store knows of an account; None where nothing came from it yet."""
        with self._window() as sources:
            return next((one for one in sources.accounts() if one.name == name), None)

    def cursors(self, account: str) -> dict[str, str]:
        """Return how far each place of an account has been read."""
        with self._window() as sources:
            return sources.cursors(account)

    def count_due(self, account: str, now: datetime) -> bool:
        """Return whether the folders of *account* are to be counted and compared with what is stored."""
        with self._window() as sources:
            counts = sources.census(account)
        return not counts or max(one.at for one in counts) + COUNTED_EVERY <= now

    def synced(self, origin: Origin, at: datetime | None, problem: str | None) -> None:
        """Record how a run of an account ended, and what was learned about it; *at* None: it did not complete."""
        if not (self._inbox.writing or origin.me or origin.zone):  # else it has its turn among those that write
            from tui_inbox.store import rounds

            if rounds.synced(self._inbox.home.store, origin.account, at, problem):
                return
        from tui_inbox.inbox import ingest  # deferred further: a round without news opens no writer

        with self._inbox.writer.unit() as unit:
            ingest.ended(unit, origin, at, problem)

    def dropped(self, folder: str) -> dict[str, str]:
        """Return what was read of a watched folder: its name, and how it was marked then."""
        with self._window() as sources:
            return sources.dropped(folder)

    def note_dropped(self, folder: str, name: str, mark: str, problem: str | None, now: datetime) -> None:
        """Remember what was read of a watched folder, and why it could not be, if so."""
        from tui_inbox.store import dropped

        with self._inbox.writer.unit() as unit:
            dropped.note(unit, folder, name, mark, problem, now)

    def forget_dropped(self, folder: str, present: set[str]) -> None:
        """Forget what no longer lies in a watched folder; what came from it stays."""
        from tui_inbox.store import dropped

        with self._inbox.writer.unit() as unit:
            dropped.forget(unit, folder, present)

"""What every command works at: the home, the configuration, the inbox, the clock."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui_inbox.cli.say import note
from tui_inbox.config import Config, Home, close_to_others, find_home, load

if TYPE_CHECKING:
    from tui_inbox.inbox import Inbox
    from tui_inbox.store.reader import Reader


class Desk:
    """Opens each part with its first use, so that a command pays for what it needs and no more."""

    def __init__(self, home: Home, config: Config) -> None:
        self.home = home
        self.config = config
        self._inbox: Inbox | None = None
        self._reader: Reader | None = None

    @classmethod
    def open(cls, chosen: argparse.Namespace, environ: Mapping[str, str]) -> Desk:
        """Return the desk that `--home` and `--config` name; raises `Misconfigured` for a mistake in either."""
        home = find_home(chosen.home, environ)
        for said in close_to_others(home):
            note(said)
        return cls(home, load(home.config_file(chosen.config)))

    @staticmethod
    def now() -> datetime:
        """Return the present moment: the only place where a command looks at the clock."""
        return datetime.now(UTC)

    @property
    def inbox(self) -> Inbox:
        if self._inbox is None:
            from tui_inbox.inbox import Inbox  # deferred: not every command opens the store

            self._inbox = Inbox(self.home, self.config)
        return self._inbox

    @property
    def reader(self) -> Reader:
        if self._reader is None:
            self._reader = self.inbox.reader()
        return self._reader

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        if self._inbox is not None:
            self._inbox.close()

"""A home of one test's own, worked on through its inbox, with a clock that moves only by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tui_inbox.config import Home, load
from tui_inbox.inbox import Inbox
from tui_inbox.store.posted import Posted, posted
from tui_inbox.store.whole import Whole

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class OwnHome:
    """The home in *folder*; its inbox is opened, with the configuration of then, when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.folder = folder
        self.now = NOW
        self._inbox: Inbox | None = None

    def configured(self, text: str) -> None:
        """Write config.toml, which holds from the next use on."""
        self.close()
        (self.folder / "config.toml").write_text(text)

    @property
    def inbox(self) -> Inbox:
        if self._inbox is None:
            home = Home(self.folder, self.folder / "config.toml")
            self._inbox = Inbox(home, load(home.config, now=NOW))
        return self._inbox

    def close(self) -> None:
        if self._inbox is not None:
            self._inbox.close()
            self._inbox = None

    def seen(self) -> int:
        """Return the newest that the store holds, as an act on it has seen it."""
        with self.inbox.reader() as reader:
            return reader.seen()

    def whole(self, id: int = 1) -> Whole:  # noqa: A002 - the product's word
        """Return a conversation with all that is in it."""
        with self.inbox.reader() as reader:
            return reader.conversation(id, self.now)

    def outbox(self, *, everything: bool = True) -> list[Posted]:
        """Return what waits to go out, with *everything* that ever did."""
        return posted(self.inbox.home.store, self.now, everything=everything)

"""A store of its own for a test, which exports are brought into, and what it then amounts to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.torture.likeness import Told as Likeness
from tests.torture.likeness import likeness
from tui_inbox.config import Config, Home, load
from tui_inbox.exports import FileReport, bring_in
from tui_inbox.inbox import Inbox

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@dataclass
class Store:
    """An inbox over a folder; `at` is the moment at which everything is brought in."""

    folder: Path
    config: Config = field(default_factory=Config)
    at: datetime = NOW

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.home = Home(self.folder, self.folder / "config.toml")

    def configured(self, text: str) -> Store:
        self.home.config.write_text(text, "utf-8")
        self.config = load(self.home.config)
        return self

    @contextmanager
    def inbox(self) -> Iterator[Inbox]:
        inbox = Inbox(self.home, self.config)
        try:
            yield inbox
        finally:
            inbox.close()

    def bring(self, path: Path, **said: Any) -> FileReport:
        """Import one export and return its report."""
        with self.inbox() as inbox:
            [report] = bring_in(inbox, path, self.at, **said)
            return report

    def told(self, *without: str) -> Likeness:
        """Return what the store amounts to, but for the facts called *without*."""
        return {kind: lines for kind, lines in likeness(self.home.store).items() if kind not in without}

"""The Textual app: wiring, workers, and the post between the inbox and its screens."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import ClassVar

from textual.app import App
from textual.binding import Binding
from textual.events import Key
from textual.widgets import Input

from tui_inbox.config import Config, Home
from tui_inbox.inbox import Inbox
from tui_inbox.problems import Problem
from tui_inbox.screens import looks
from tui_inbox.screens.desk import Desk
from tui_inbox.screens.post import Post
from tui_inbox.screens.prompt import typed_ahead


def wall_clock() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def plain(config: Config, environ: Mapping[str, str], encoding: str) -> bool:
    """Return whether to draw with ASCII alone: because it is asked for, or because the terminal knows no more."""
    return config.look.ascii or environ.get("TERM") in {"linux", "vt100", "vt220"} or "utf" not in encoding.lower()


class TuiInbox(App[int]):
    """One agent's inbox in a terminal."""

    TITLE = "tui-inbox"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = [Binding("ctrl+q", "quit", "quit", show=False, id="app.quit", system=True)]
    CSS = looks.css()

    def __init__(
        self,
        home: Home,
        config: Config,
        *,
        clock: Callable[[], datetime] = wall_clock,
        ascii_only: bool = False,
        theme: str = "inbox-dark",
    ) -> None:
        super().__init__()
        self.post = Post(Inbox(home, config), config, clock, ascii_only=ascii_only)
        for one in looks.THEMES.values():
            self.register_theme(one)
        self.theme = theme
        self.animation_level = "none"
        self.set_keymap(self.post.keys)

    def get_default_screen(self) -> Desk:
        return Desk(self.post)

    def on_mount(self) -> None:
        self.call_after_refresh(self._warm)

    def _warm(self) -> None:
        """Have the writer imported by its own thread once the first picture stands, so that no act waits for it."""
        self.run_worker(self.post.write(lambda inbox: inbox.writer), group="warm")

    def on_key(self, event: Key) -> None:
        """Give a line that is still opening what was typed ahead for it: else a word would be read as commands.

        A key comes here when nothing on its way has used it; a line that has the focus would have.
        """
        take = getattr(self.screen, "take", None)
        if callable(take):
            take(event)
        elif isinstance(self.focused, Input):
            typed_ahead(self.focused, event)

    def on_unmount(self) -> None:
        self.post.close()


def run(home: Home, config: Config) -> int:
    """Open the inbox and return the exit code. Raises `Problem` without a terminal, `Misconfigured` for a wrong look
    or key."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise Problem(
            "The inbox is a full screen program, and this is not a terminal.",
            "Open it in a terminal, or use a command such as `tui-inbox list`.",
        )
    app = TuiInbox(
        home,
        config,
        ascii_only=plain(config, os.environ, sys.stdout.encoding or ""),
        theme=looks.chosen(config.look.theme, os.environ),
    )
    return app.run(mouse=config.look.mouse) or 0

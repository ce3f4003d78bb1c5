"""The Textual app: wiring, workers, and the post between the inbox and its screens."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual.app import App
from textual.binding import ActiveBinding
from textual.command import CommandPalette
from textual.css.query import NoMatches
from textual.events import Event, Key
from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from tui_inbox import crash
from tui_inbox.config import Config, Home
from tui_inbox.inbox import Inbox
from tui_inbox.pause import pause
from tui_inbox.problems import Problem
from tui_inbox.screens import looks
from tui_inbox.screens.aside import Aside
from tui_inbox.screens.desk import Desk
from tui_inbox.screens.keys import APP, bindings
from tui_inbox.screens.listing import Counted
from tui_inbox.screens.post import Post
from tui_inbox.screens.reading import Reading
from tui_inbox.screens.rows import Rows
from tui_inbox.screens.typed import type_into
from tui_inbox.store.queues import Counts

SWITCH = 0.0005
"""Seconds after which a thread that reads or imports lets the screen's go on: Python's own 5 ms make 50 ms a key."""
YIELD = 0.0002
"""Seconds for which the screen's thread rests once a picture is made, so that it reaches the terminal."""
LONGEST_HOLD = 2.0
"""Seconds a key waits at most for a prompt that has been confirmed."""


def wall_clock() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def plain(config: Config, environ: Mapping[str, str], encoding: str) -> bool:
    """Return whether to draw with ASCII alone: because it is asked for, or because the terminal knows no more."""
    return config.look.ascii or environ.get("TERM") in {"linux", "vt100", "vt220"} or "utf" not in encoding.lower()


def titles(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal has a title; a console without one would show the text instead."""
    return environ.get("TERM", "") not in {"", "linux", "dumb", "ansi", "vt52", "vt100", "vt102", "vt220"}


def title(counts: Counts) -> str:
    """Return the counts in the few words that a window's title has room for."""
    words = [f"{number} {name}" for number, name in ((counts.late, "late"), (counts.at_risk, "at risk")) if number]
    return ", ".join([*words, f"{counts.inbox} in the inbox"])


class TuiInbox(App[int]):
    """One agent's inbox in a terminal."""

    TITLE = "tui-inbox"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = [*bindings(APP)]
    CSS = looks.CSS

    def __init__(
        self,
        home: Home,
        config: Config,
        *,
        clock: Callable[[], datetime] = wall_clock,
        ascii_only: bool = False,
        theme: str = "inbox-dark",
        sync: Sequence[str] = (),
    ) -> None:
        # Said before there is a theme: without colours, Textual chooses here whether greys take their place, or none.
        super().__init__(ansi_color=True if theme == looks.TERMINAL else None)
        self._sync = sync
        self._heard: tuple[object, dict[str, ActiveBinding]] = (None, {})
        """Where a key would be heard, by screen and focus, and the commands of all keys there."""
        self._titled = ""
        self.aside = Aside(
            home, sync, partial(self.call_later, self._going), partial(self.call_later, self._sync_ended)
        )
        """The watch of the mailboxes."""
        self.post = Post(Inbox(home, config), config, clock, ascii_only=ascii_only)
        for one in looks.THEMES.values():
            self.register_theme(one)
        self.theme = theme
        self.animation_level = "none"
        self.set_keymap(self.post.keys)

    def get_default_screen(self) -> Desk:
        return Desk(self.post)

    @property
    def cursor_position(self) -> Offset:
        """Where the terminal's own cursor stands: asked with each picture, since a prompt leaves it where it was."""
        match self.focused:
            case (Rows() | Reading()) as part:
                return part.cursor_screen_offset
            case Input() as line:  # behind the last letter Textual counts one cell too many
                return line.cursor_screen_offset - Offset(line.cursor_at_end, 0)
            case _:
                return Offset(0, 0)

    @cursor_position.setter
    def cursor_position(self, place: Offset) -> None:
        """Ignored: Textual's own lines say where they would have it before they have been given their place."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return looks.BARS

    def on_counted(self, event: Counted) -> None:
        """Show in the terminal's title what is late, at risk and there in all: figures, and no word of a customer's."""
        words = title(event.counts)
        if words != self._titled:
            # 22 and 23 keep the title that was there before, and give it back (XTWINOPS).
            self._tell_terminal(("" if self._titled else "\x1b[22;2t") + f"\x1b]2;{words}\x07")
        self._titled = words

    def _fatal_error(self) -> None:
        """End after a bug and say where it was: the parent's report would show the values of every variable there."""
        self.bell()
        self._exit_renderables.append(
            Text(crash.told(sys.exc_info()[1] or self._exception), no_wrap=True, overflow="ignore")
        )
        self._close_messages_no_wait()

    def _tell_terminal(self, sequence: str) -> None:
        """Write what only a terminal with a title understands."""
        if self._driver is not None and not self.is_headless and titles(os.environ):
            self._driver.write(sequence)
            self._driver.flush()

    def post_display_hook(self) -> None:
        """Let the thread that writes to the terminal do so now: it waits for this one, which always has more to do."""
        pause(YIELD)

    def on_mount(self) -> None:
        self.call_after_refresh(self._warm)

    def _warm(self) -> None:
        """Have the writer imported by its own thread once the first picture stands, so that no act waits for it."""
        self.run_worker(self._warmed(), group="warm")
        if self._sync:
            # A process of its own follows the mailboxes; the store is where the two meet.
            self.run_worker(self.aside.keep(), group="sync")

    async def _warmed(self) -> None:
        await self.post.write(lambda inbox: inbox.writer)
        if not gc.isenabled():
            # What the program is made of is never garbage: a key would wait for that to be found, now and then.
            gc.freeze()
            gc.enable()

    @property
    def desk(self) -> Desk:
        desk = self.screen_stack[0]
        assert isinstance(desk, Desk)
        return desk

    def _going(self, words: str) -> None:
        """Show how far the reading of a mailbox is; "": it is done."""
        with suppress(NoMatches):  # the screen is being left
            self.desk.going(words)

    def _sync_ended(self, why: str) -> None:
        with suppress(NoMatches):  # the screen is being left
            self.desk.say(why, trouble=True)

    async def action_quit(self) -> None:
        self.run_worker(self._leave(), group="leave", exclusive=True)

    async def _leave(self) -> None:
        """Leave once every act that was asked for before is done: acts are done in their order."""
        self.aside.end()
        await self.post.write(lambda _inbox: None)
        self.exit(0)

    def exit(self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        self.post.leaving = True
        super().exit(result, return_code, message)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and not event.is_forwarded and not isinstance(self.screen, CommandPalette):
            await self._pressed(event)
        else:
            await super().on_event(event)

    async def _pressed(self, event: Key) -> None:
        """Answer a key at once and in order, without its way through the widgets.

        On that way a key can overtake another: a word typed quickly after `/` would be read as commands.
        """
        began = monotonic()
        while getattr(self.screen, "holding", False) and monotonic() - began < LONGEST_HOLD:
            await asyncio.sleep(0.005)
        screen, line = self.screen, self.focused
        take = getattr(screen, "take", None)
        if callable(take) and take(event):
            return
        if isinstance(line, Input) and event.is_printable and event.character:
            type_into(line, event.character)
        elif (active := self._commands(screen, line).get(event.key)) and active.enabled:
            await self.run_action(active.binding.action, active.node)
        else:
            await super().on_event(event)

    def _commands(self, screen: Screen[object], focused: Widget | None) -> dict[str, ActiveBinding]:
        """Return the commands by their keys: gathered anew with another focus only, since that takes as long as to draw
        a row."""
        if self._heard[0] != (screen, focused):
            self._heard = (screen, focused), screen.active_bindings
        return self._heard[1]

    async def on_unmount(self) -> None:
        self.post.leaving = True
        if self._titled:
            self._tell_terminal("\x1b[23;2t")
        await self.aside.ended()
        self.post.close()


def sync_command(home: Home, config: Config, config_file: Path | None) -> list[str]:
    """Return the command that follows the mailboxes and folders of *home*; empty where none is configured."""
    if not (config.accounts or config.inbox_folders):
        return []
    own = ["--home", str(home.folder)] if home.config.parent == home.folder else []
    named = ["--config", str(config_file)] if config_file else []
    return [sys.executable, "-P", "-m", "tui_inbox", *own, *named, "sync", "--watch", "--attached", "--json"]


def run(home: Home, config: Config, config_file: Path | None = None) -> int:
    """Open the inbox and return the exit code; *config_file* is what `--config` named, for the sync beside it.

    Raises `Problem` without a terminal, `Misconfigured` for a wrong look or key.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        raise Problem(
            "The inbox is a full screen program, and this is not a terminal.",
            "Open it in a terminal, or use a command such as `tui-inbox list`.",
        )
    sys.setswitchinterval(SWITCH)
    app = TuiInbox(
        home,
        config,
        ascii_only=plain(config, os.environ, sys.stdout.encoding or ""),
        theme=looks.chosen(config.look.theme, os.environ),
        sync=sync_command(home, config, config_file),
    )
    app.post.config_file = config_file or home.config
    return app.run(mouse=config.look.mouse) or app.return_code or 0

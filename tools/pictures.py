"""Draws every screen of the demo in every size, as SVG and, where rsvg-convert is there, as PNG: `make pictures`."""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools import crowd, on_terminal
from tui_inbox.app import TuiInbox
from tui_inbox.config import Account, Config, Home, load
from tui_inbox.connectors import Arrival, Batch
from tui_inbox.demo import fill
from tui_inbox.inbox import Inbox
from tui_inbox.inbox.origin import Origin
from tui_inbox.rules.model import Message, Person

NOW = datetime(2026, 3, 4, 9, 20, tzinfo=UTC)
SIZES = ((80, 24), (120, 40), (200, 50))
CELL = 12.2
"""Width of a cell in Textual's SVG."""

SCENES: dict[str, tuple[str, ...]] = {
    "inbox": (),
    "inbox-below": ("end",),
    "selected": ("j", "x", "j", "x", "x"),
    "conversation": ("enter",),
    "conversation-quotes": ("enter", "n", "n", "t", "end"),
    "snooze": ("s", "2"),
    "snooze-wrong": ("s", *"blursday"),
    "forward": ("f",),
    "forward-note": ("f", "down", "enter", *"they wrote twice"),
    "after-archive": ("e",),
    "after-undo": ("e", "z"),
    "go": ("g",),
    "snoozed": ("g", "s"),
    "handed-over": ("g", "h"),
    "archived": ("g", "a"),
    "spam": ("g", "p"),
    "search": ("slash", *"order"),
    "search-wrong": ("slash", *"is:blue"),
    "search-nothing": ("slash", *"zzzz"),
    "help": ("question_mark",),
    "help-reading": ("enter", "question_mark"),
    "palette": ("ctrl+p", *"arch"),
    "origin": ("o",),
    "why": ("w",),
    "links": ("slash", *"bank", "enter", "enter", "L"),
    "search-hits": ("slash", *"order", "enter", "enter"),
    "search-completed": ("slash", *"is:"),
    "customer": ("slash", *"breakfast", "enter", "i"),
    "customer-linked": ("slash", *"breakfast", "enter", "i", "l"),
    "customer-apart": ("slash", *"breakfast", "enter", "i", "n"),
    "customer-help": ("i", "question_mark"),
    "customer-beside": ("slash", *"breakfast", "enter"),
    "correct": ("enter", "c"),
    "correct-rule": ("enter", "c", "enter"),
    "chat": ("slash", *"barić", "enter", "enter"),
    "select": ("asterisk",),
    "many": ("asterisk", "l", "e"),
    "late": ("g", "1"),
    "files": ("enter", "a"),
    "handed-over-open": ("f", "enter", "enter", "g", "h", "enter"),
    "review-which": ("R",),
    "review": ("R", "i"),
    "review-summary": ("R", "i", *"n" * 30),
    "reports": ("g", "r"),
    "reports-first": ("g", "r", *"jjj"),
    "reports-channels": ("g", "r", "b", "b", "b", *"jjjjjjj"),
    "reports-help": ("g", "r", "question_mark"),
    "reports-hours": ("g", "r", *"j" * 23),
    "reports-behind": ("g", "r", *"jjj", "enter"),
    "sources": ("g", "m"),
    "outbox": ("g", "o"),
    "rules": ("g", "u"),
    "all-done": ("asterisk", "a", "e", "enter"),
}
STATES: dict[str, tuple[str, ...]] = {
    "first-start": (),
    "first-start-review": ("R", "i"),
    "first-start-reports": ("g", "r"),
    "first-start-sources": ("g", "m"),
    "one": (),
    "one-reports": ("g", "r", *"jjj"),
    "one-review": ("R", "i"),
    "one-open": ("enter",),
    "million": (),
    "million-end": ("G",),
    "million-all": ("g", "e"),
    "million-search": ("slash", *"bowl"),
    "million-selected": ("asterisk", "l", "e"),
    "million-review": ("R", "i"),
    "million-reports": ("g", "r", *"jjj"),
    "million-sources": ("g", "m"),
    "loading": (),
    "loading-queue": ("g", "a"),
    "error": (),
    "offline": (),
    "offline-forward": ("f", "enter", "enter"),
}
"""States that the demo does not have; each has a home of its own."""
TERMINALS: dict[str, dict[str, str]] = {
    "256-colours": {"TERM": "xterm-256color"},
    "no-color": {"TERM": "xterm-256color", "NO_COLOR": "1"},
    "console": {"TERM": "linux"},
}
"""Terminals that know less, drawn by what is really written to them."""
ON_TERMINALS: dict[str, tuple[str, ...]] = {
    "inbox": (),
    "selected": ("x", "x"),
    "conversation": ("\r",),
    "snooze": ("s", "2"),
    "forward": ("f",),
    "search": ("/", "order"),
    "help": ("?",),
    "palette": ("\x10",),
    "customer": ("i",),
    "review": ("R", "i"),
    "reports": ("g", "r"),
}
MILLION = 1_000_000
LOOKS: dict[str, dict[str, object]] = {
    "": {},
    "-light": {"theme": "inbox-light"},
    "-contrast": {"theme": "inbox-contrast"},
    "-terminal": {"theme": "ansi-dark"},
    "-ascii": {"ascii_only": True},
}


def upright(svg: str) -> str:
    """Return *svg* with leading spaces as an offset: rsvg-convert drops them."""

    def moved(found: re.Match[str]) -> str:
        before, x, after, text = found.groups()
        bare = re.sub(r"^(?:&#160;)+", "", text)
        spaces = (len(text) - len(bare)) // len("&#160;")
        return f'<text{before}x="{float(x) + spaces * CELL:g}"{after}>{bare}</text>'

    return re.sub(r'<text([^>]*?)x="([\d.]+)"([^>]*)>(.*?)</text>', moved, svg)


async def draw(
    home: Home, config: Config, keys: tuple[str, ...], size: tuple[int, int], look: dict[str, object], slow: str = ""
) -> str:
    """Return the picture of the screen after *keys*; *slow* names a list that takes for ever."""
    app = TuiInbox(home, config, clock=lambda: NOW, **look)  # type: ignore[arg-type]
    if slow:
        app.post.ask = _stuck(app, slow)  # type: ignore[method-assign]
    async with app.run_test(size=size) as pilot:
        for key in ("", *keys):
            if key:
                await pilot.press(key)
            for _ in range(12_000):
                await pilot.pause()
                holding = getattr(app.screen, "holding", False) and app.screen is not app.screen_stack[0]
                if slow or (getattr(app.screen_stack[0], "resting", True) and not holding):
                    break
                await asyncio.sleep(0.01)
        await asyncio.sleep(1 if slow else 0.3)
        await pilot.pause()
        return upright(app.export_screenshot())


def _stuck(app: TuiInbox, slow: str) -> Callable[[Callable[[Any], Any]], Awaitable[Any]]:
    """Return a way to ask that never answers while the list *slow* is wanted."""
    ask = app.post.ask

    async def asked(question: Callable[[Any], Any]) -> Any:
        if getattr(app.screen_stack[0], "view", None) and app.screen_stack[0].view.queue == slow:  # type: ignore[attr-defined]
            await asyncio.sleep(3600)
        return await ask(question)

    return asked


class Homes:
    """The homes that the pictures are drawn of, each filled once and copied for each picture."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._filled = fill(folder / "demo", NOW)
        self._today = fill(folder / "today", datetime.now(UTC))
        """The same for programs that look at the real clock."""
        self._count = 0

    @contextmanager
    def of(self, scene: str) -> Iterator[tuple[Home, Config]]:
        """Lend a home for *scene*, with its configuration."""
        self._count += 1
        home = Home(self._folder / f"home-{self._count}", self._filled.config)
        home.folder.mkdir(mode=0o700)
        config = load(self._filled.config)
        match scene.partition("-")[0]:
            case "first":
                config = Config()
            case "one":
                config = Config()
                _one(home, config)
            case "million":
                made = self._folder / "million.db"
                if not made.exists():
                    print(f"making {MILLION:,} conversations, about a minute", flush=True)
                    crowd.fill(made, MILLION, NOW)
                home.store.hardlink_to(made)
            case "offline":
                shutil.copy(self._filled.store, home.store)
                config = replace(
                    config,
                    accounts=(Account("support", "imap", {"smtp": {"host": "mx.example.com"}}, "[[account]] 1"),),
                )
                _offline(home, config)
            case "error":
                shutil.copy(self._filled.store, home.store)
                with home.store.open("r+b") as file:
                    file.seek(4096)
                    file.write(b"\xff" * (home.store.stat().st_size - 4096))
            case _:
                shutil.copy(self._filled.store, home.store)
        try:
            yield home, config
        finally:
            shutil.rmtree(home.folder)

    @contextmanager
    def kept(self) -> Iterator[Path]:
        """Lend a copy of the demo as a command opens it: with its configuration inside."""
        with self.of("demo") as (home, _):
            shutil.copy(self._today.config, home.folder / "config.toml")
            shutil.copy(self._today.store, home.store)
            yield home.folder


def _one(home: Home, config: Config) -> None:
    inbox = Inbox(home, config)
    message = Message(
        channel="email",
        key="<1@mail.example>",
        sender=Person("Ada Demir", "ada@one.example"),
        received_at=NOW - timedelta(minutes=20),
        text="Hello,\n\nI ordered a blue bowl last week and it has not come. Where is it?\n\nAda",
        subject="Where is my order?",
        external_id="<1@mail.example>",
        ids=("<1@mail.example>",),
        to=(Person("", "support@shop.example"),),
    )
    inbox.ingest(Origin("support", "imap", "email"), Batch((Arrival(message),), "INBOX", "{}"), NOW)
    inbox.close()


def _offline(home: Home, config: Config) -> None:
    inbox, origin = Inbox(home, config), Origin("support", "imap", "email")
    inbox.sources.synced(origin, NOW - timedelta(hours=3), None)
    inbox.sources.synced(origin, None, "The server imap.example.com cannot be reached: network is unreachable.")
    inbox.close()


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--to", type=Path, default=Path("pictures"))
    wanted.add_argument("--scene", action="append", choices=[*SCENES, *STATES, *TERMINALS])
    wanted.add_argument("--size", action="append", choices=[f"{width}x{height}" for width, height in SIZES])
    wanted.add_argument("--all-looks", action="store_true")
    chosen = wanted.parse_args()
    chosen.to.mkdir(exist_ok=True)
    sizes = [one for one in SIZES if not chosen.size or f"{one[0]}x{one[1]}" in chosen.size]
    with tempfile.TemporaryDirectory() as folder:
        homes = Homes(Path(folder))
        for scene in chosen.scene or [*SCENES, *STATES, *TERMINALS]:
            for size in sizes:
                if scene in TERMINALS:
                    on_terminals(homes, chosen.to, scene, size)
                else:
                    looks = LOOKS if chosen.all_looks or scene == "inbox" else {"": LOOKS[""]}
                    in_looks(homes, chosen.to, scene, size, looks)


def in_looks(homes: Homes, to: Path, scene: str, size: tuple[int, int], looks: dict[str, dict[str, object]]) -> None:
    """Draw *scene* at *size* in every one of *looks*."""
    keys = SCENES[scene] if scene in SCENES else STATES[scene]
    slow = {"loading": "inbox", "loading-queue": "archived"}.get(scene, "")
    for look, options in looks.items():
        with homes.of(scene) as (home, config):
            svg = asyncio.run(draw(home, config, keys, size, options, slow))
        save(to / f"{scene}-{size[0]}x{size[1]}{look}.svg", svg)


def on_terminals(homes: Homes, to: Path, terminal: str, size: tuple[int, int]) -> None:
    """Draw what the program writes to *terminal* at *size*."""
    for scene, keys in ON_TERMINALS.items():
        with homes.kept() as home:
            svg = on_terminal.drawn(on_terminal.program(home), keys, size, TERMINALS[terminal])
        save(to / f"{terminal}-{scene}-{size[0]}x{size[1]}.svg", svg)


def save(path: Path, svg: str) -> None:
    """Write a picture, as PNG too where that can be made."""
    path.write_text(svg)
    if program := shutil.which("rsvg-convert"):
        subprocess.run([program, "-o", str(path.with_suffix(".png")), str(path)], check=True)
    print(path)


if __name__ == "__main__":
    main()

"""Draw every screen of the demo in every size: `make pictures` puts one SVG (and PNG, where rsvg-convert is) each."""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tui_inbox.app import TuiInbox
from tui_inbox.config import Config, Home, load
from tui_inbox.demo import fill

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
    "palette": ("ctrl+p", *"arch"),
    "origin": ("o",),
    "why": ("w",),
    "links": ("slash", *"bank", "enter", "enter", "L"),
    "search-hits": ("slash", *"order", "enter", "enter"),
    "search-completed": ("slash", *"is:"),
    "customer": ("slash", *"kerem", "enter", "i"),
    "customer-linked": ("slash", *"kerem", "enter", "i", "l"),
    "customer-beside": ("slash", *"clara", "enter"),
    "correct": ("enter", "c"),
    "correct-rule": ("enter", "c", "enter"),
    "chat": ("slash", *"barić", "enter", "enter"),
    "select": ("asterisk",),
    "many": ("asterisk", "l", "e"),
    "late": ("g", "1"),
    "all-done": ("asterisk", "a", "e", "enter"),
}
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
    home: Home, config: Config, keys: tuple[str, ...], size: tuple[int, int], look: dict[str, object]
) -> str:
    """Return the picture of the screen after *keys*."""
    app = TuiInbox(home, config, clock=lambda: NOW, **look)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        for key in ("", *keys):
            if key:
                await pilot.press(key)
            for _ in range(200):
                await pilot.pause()
                if getattr(app.screen_stack[0], "resting", True):
                    break
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        await pilot.pause()
        return upright(app.export_screenshot())


def main() -> None:
    """Draw what was asked for."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--to", type=Path, default=Path("pictures"))
    wanted.add_argument("--scene", action="append", choices=[*SCENES, "first-start"])
    wanted.add_argument("--all-looks", action="store_true")
    chosen = wanted.parse_args()
    chosen.to.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        filled = fill(Path(folder) / "demo", NOW)
        for scene in chosen.scene or [*SCENES, "first-start"]:
            for width, height in SIZES:
                for look, options in LOOKS.items() if chosen.all_looks or scene == "inbox" else [("", LOOKS[""])]:
                    home = Home(Path(folder) / f"{scene}-{width}{look}", filled.config)
                    home.folder.mkdir()
                    if scene != "first-start":
                        shutil.copy(filled.store, home.store)
                    config = load(filled.config) if scene != "first-start" else Config()
                    svg = asyncio.run(draw(home, config, SCENES.get(scene, ()), (width, height), options))
                    save(chosen.to / f"{scene}-{width}x{height}{look}.svg", svg)


def save(path: Path, svg: str) -> None:
    """Write a picture, as PNG too where that can be made."""
    path.write_text(svg)
    if program := shutil.which("rsvg-convert"):
        subprocess.run([program, "-o", str(path.with_suffix(".png")), str(path)], check=True)
    print(path)


if __name__ == "__main__":
    main()

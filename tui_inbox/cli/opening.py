"""Opening the inbox on the screen, and the demo."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import note, say, say_json
from tui_inbox.config import Config, Home, load
from tui_inbox.problems import Problem, Refused


def open_inbox(desk: Desk, chosen: argparse.Namespace) -> int:
    """Open the inbox; without a terminal, say what it needs."""
    return _open(desk.home, desk.config, Path(chosen.config).expanduser() if chosen.config else None)


def _open(home: Home, config: Config, config_file: Path | None = None) -> int:
    _terminal()
    gc.disable()  # the app enables it once the first picture stands
    from tui_inbox.app import run  # deferred: a command never loads Textual

    return run(home, config, config_file)


def _terminal() -> None:
    """Raise a `Problem` where there is no terminal to open the inbox in."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Problem(
            "The inbox needs a terminal, and there is none here.",
            "Start it in a terminal, or use a command: `tui-inbox list`, `tui-inbox --help`.",
        )


def demo(desk: Desk, chosen: argparse.Namespace) -> int:
    """Fill a throw-away home (or `--keep` DIR) through the real connectors, and open it."""
    from tui_inbox.demo import fill

    if not chosen.no_open:
        _terminal()
    if chosen.keep is None and not chosen.no_open:
        _end_in_order()
        with tempfile.TemporaryDirectory(prefix="tui-inbox-demo-") as passing:
            note("Filling the demo …")
            home = fill(Path(passing) / "home", desk.now())
            return _open(home, load(home.config_file()))
    folder = Path(chosen.keep).expanduser() if chosen.keep else Path(tempfile.mkdtemp(prefix="tui-inbox-demo-"))
    if (folder / "inbox.db").exists():
        home = Home(folder, folder / "config.toml")
        note(f"{folder} holds a demo already; it is opened as it is.")
    else:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as trouble:
            raise Refused(f"{folder} cannot be made: {trouble.strerror}.", "Name another folder with --keep.") from None
        home = fill(folder, desk.now())
    if chosen.json:
        say_json({"home": str(home.folder)})
    elif chosen.no_open:
        say(f"The demo lies in {home.folder}. Open it with `tui-inbox --home {home.folder}`.")
    return 0 if chosen.no_open else _open(home, load(home.config_file()))


def _end_in_order() -> None:
    """Have a closed terminal end the program as a key would: nothing of the demo stays behind."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for which in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(which, end)

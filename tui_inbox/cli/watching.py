"""The sync that stays (`sync --watch`), and the one-time sync beside it, which asks it to sync now."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any, assert_never

from tui_inbox.cli import shapes
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.progress import Progress
from tui_inbox.cli.rounds import say_round
from tui_inbox.cli.say import say_json
from tui_inbox.problems import Refused
from tui_inbox.sync import accounts
from tui_inbox.sync.owner import Door, Owner, knock, owning
from tui_inbox.sync.watch import Broken, Finished, Going, Said, Watch

TICK = 0.5
"""Seconds between two looks at the clock and at what others wrote."""
LONGEST_WAIT = 600.0
"""Seconds that a watch waits for a one-time sync to end."""
GIVES_WAY = 5
"""How much less the system gives it than its program, where both want all there is (`nice`)."""


def watch(desk: Desk, chosen: argparse.Namespace, secret: Callable[..., str]) -> int:
    """Follow the mailboxes until a signal comes, or, with `--attached`, standard input ends; return the exit code."""
    with owning(desk.home, shapes.moment(desk.now()) or "", door=True, patience=LONGEST_WAIT) as own:
        if own is None:
            raise Refused(
                "A watch of this store is running already.", "Leave it at that; `tui-inbox sync` asks it to sync now."
            )
        said: Said = SimpleQueue()
        _end_on_signals(said)
        if chosen.attached:
            os.nice(GIVES_WAY)  # whoever started it answers to a person's keys
            threading.Thread(target=_end_with_input, args=(said,), name="input", daemon=True).start()
        watching = Watch(
            desk.inbox, accounts(desk.inbox, chosen.names), desk.now, secret, said, folders=not chosen.names
        )
        door = Door(own.door, [one.name for one in watching.accounts], watching.ask)
        watching.start()
        code, good = 0, False
        try:
            code = _follow(watching, door, said, as_json=chosen.json)
        finally:
            good = watching.stop()
            door.close()
    if not good:
        # A server keeps a thread waiting: what is kept needs no farewell, a sync may end at any step.
        sys.stdout.flush()
        os._exit(code)
    return code


def _end_on_signals(said: Said) -> None:
    """Have SIGTERM end the watch in good order, and SIGINT as an interruption."""

    def end(number: int, frame: FrameType | None) -> None:
        said.put(130 if number == signal.SIGINT else 0)

    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if one != signal.SIGHUP or signal.getsignal(one) != signal.SIG_IGN:  # `nohup` has it ignored
            signal.signal(one, end)


def _end_with_input(said: Said) -> None:
    while os.read(0, 4096):
        pass
    said.put(0)


def _follow(watching: Watch, door: Door, said: Said, *, as_json: bool) -> int:
    """Say what happens until somebody wants it to end; return the exit code."""
    spoken = Progress(elsewhere=True)
    while True:
        try:
            told = said.get(timeout=TICK)
        except Empty:
            told = None
        match told:
            case None:
                pass
            case int():
                return told
            case Broken(bug):
                raise bug
            case Going():
                spoken.say(told.name, told.done, told.total, told.unit)
                door.tell({"progress": [told.name, told.done, told.total, told.unit]})
            case Finished():
                spoken.clear()
                document = shapes.round_of(told)
                _say(document, as_json=as_json)
                door.tell({"round": document, "answers": told.answers})
            case _:
                assert_never(told)
        watching.tick()


def _say(document: dict[str, Any], *, as_json: bool) -> None:
    """Print a round: whole as JSON, in words only where something happened."""
    if as_json:
        say_json(document)
        return
    happened = [
        one
        for one in document["accounts"]
        if one["problem"] or any(one[key] for key in ("new", "gone", "set_aside", "sent_out", "moved", "left_alone"))
    ]
    say_round({"accounts": happened, "folders": document["folders"]})


def ask(desk: Desk, chosen: argparse.Namespace, who: Owner) -> dict[str, Any]:
    """Have the watch *who* sync what *chosen* names, now; return what came of it, as the one-time sync does.

    Raises `Refused` where it ends before it has answered.
    """
    names = [one.name for one in accounts(desk.inbox, chosen.names)]
    wanted, folders = set(names), bool(desk.config.inbox_folders and not chosen.names)
    found: dict[str, Any] = {"accounts": [], "folders": []}
    number = None
    progress = Progress(elsewhere=True)
    for told in knock(who, {"sync": chosen.names}):
        if "number" in told:
            number = told["number"]
            if unknown := wanted - set(told["accounts"]):
                raise Refused(
                    f"The watch that runs ({who.who}) follows no account {', '.join(sorted(unknown))}.",
                    "Start it again: it knows the configuration of when it began.",
                )
        elif "progress" in told:
            progress.say(*told["progress"])
        elif number in told.get("answers", ()):
            progress.clear()
            came = told["round"]
            found["accounts"] += [one for one in came["accounts"] if one["name"] in wanted]
            wanted -= {one["name"] for one in came["accounts"]}
            if came["folders"]:
                found["folders"], folders = came["folders"], False
        if not wanted and not folders:
            found["accounts"].sort(key=lambda one: names.index(one["name"]))
            return found
    raise Refused(f"The watch that was asked to sync ({who.who}) has ended before it had.", "Sync again.")

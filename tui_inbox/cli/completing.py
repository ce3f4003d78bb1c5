"""What a shell needs to complete the commands: written from their declarations, so that it says what they take."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from tui_inbox.cli.arguments import parser
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import say, say_json
from tui_inbox.store.queues import QUEUES


def completions(desk: Desk, chosen: argparse.Namespace) -> int:
    """Say the script that has a shell complete `tui-inbox`."""
    script = script_for(chosen.shell)
    if chosen.json:
        say_json({"shell": chosen.shell, "script": script})
    else:
        say(script)
    return 0


def script_for(shell: str) -> str:
    """Return what *shell* (`bash`, `zsh`, `fish`) is to read."""
    import shtab  # deferred: no other command needs it

    places = {"DIR": shtab.DIRECTORY, "FILE": shtab.FILE, "PATH": shtab.FILE}
    top = parser()
    for argument in _arguments(top):
        if argument.metavar in places:
            argument.complete = places[argument.metavar]  # type: ignore[attr-defined]  # how shtab is told
        if argument.metavar == "QUEUE":
            argument.choices = QUEUES
    return shtab.complete(top, shell)


def _arguments(of: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for one in of._actions:
        yield one
        if isinstance(one.choices, dict):
            for command in one.choices.values():
                yield from _arguments(command)

"""What one round over the mailboxes and the watched folder came to, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tui_inbox.cli.say import note, say, say_problem
from tui_inbox.problems import Problem
from tui_inbox.rules import clean

COUNTS = (("new", "new"), ("known", "known"), ("gone", "gone"), ("set_aside", "set aside"))


def say_round(document: dict[str, Any]) -> None:
    """Print what a sync came to, in words."""
    for one in document["accounts"]:
        if one["problem"] is None or any(one[key] for key, _ in COUNTS):
            say(f"{one['name']}: {', '.join(f'{one[key]} {word}' for key, word in COUNTS)}")
        else:
            say(f"{one['name']}: not read")
        if one["sent_out"]:
            say(f"  {one['sent_out']} sent out")
        if one["moved"] or one["left_alone"]:
            left = f", {one['left_alone']} left alone (`tui-inbox outbox` says why)" if one["left_alone"] else ""
            say(f"  {one['moved']} moved on the server{left}")
        _say_trouble(one["problem"])
    for one in document["folders"]:
        new = sum(file["messages"]["new"] for file in one["files"])
        waiting = f", {len(one['waiting'])} still being written" if one["waiting"] else ""
        came = f"{new} new from {len(one['files'])} exports, {one['unchanged']} as before{waiting}"
        say(f"{clean.line(one['path'])}: {came}")
        for failed in one["failed"]:
            note(f"  {clean.line(failed['name'])}: {clean.line(failed['what'])} {clean.line(failed['hint'])}")
        for file in one["files"]:
            if file["hint"]:
                note(f"  {clean.line(Path(file['path']).name)}: {clean.line(file['hint'])}")
        _say_trouble(one["problem"])


def _say_trouble(problem: dict[str, str] | None) -> None:
    if problem is not None:
        say_problem(Problem(problem["what"], problem["hint"]), as_json=False)

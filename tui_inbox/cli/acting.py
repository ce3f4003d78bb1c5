"""The three actions and undo."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime

from tui_inbox.cli import shapes
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import note, say_json, say_rows
from tui_inbox.inbox.outcome import Outcome, Skipped
from tui_inbox.problems import Problem
from tui_inbox.rules.model import Archive, Command, Forward, Snooze


def snooze(desk: Desk, chosen: argparse.Namespace) -> int:
    """Snooze conversations; the default deadline is each one's own."""
    now = desk.now()
    words = f"{chosen.until} / {chosen.due}" if chosen.due else chosen.until
    if chosen.until != "again":
        # Words that are not understood, or a moment gone by, are wrong for every id.
        desk.inbox.understand(words, now)

    def command(id_: int, seen: int) -> Command:
        plan = desk.inbox.plan_snooze(id_, words, now)
        return Snooze(id_, seen, plan.returns, plan.due)

    return _act(desk, chosen, now, command)


def archive(desk: Desk, chosen: argparse.Namespace) -> int:
    return _act(desk, chosen, desk.now(), Archive)


def forward(desk: Desk, chosen: argparse.Namespace) -> int:
    return _act(desk, chosen, desk.now(), lambda id_, seen: Forward(id_, seen, chosen.to, chosen.note))


def _act(desk: Desk, chosen: argparse.Namespace, now: datetime, command: Callable[[int, int], Command]) -> int:
    """Act on each id; for a command, seen is what the store held when it started."""
    seen = desk.reader.seen()
    commands: list[Command] = []
    skipped: list[Skipped] = []
    for id_ in dict.fromkeys(chosen.ids):
        try:
            commands.append(command(id_, seen))
        except Problem as problem:
            skipped.append(Skipped(id_, problem.what, problem.hint))
    outcome = desk.inbox.perform(commands, now) if commands else Outcome((), ())
    return _say(desk, chosen, Outcome(outcome.done, (*skipped, *outcome.skipped), outcome.batch), now)


def undo(desk: Desk, chosen: argparse.Namespace) -> int:
    """Undo the last acts, or one; what may not be undone is skipped with its reason."""
    now = desk.now()
    return _say(desk, chosen, desk.inbox.undo(now, chosen.count, act_id=chosen.act), now)


def _say(desk: Desk, chosen: argparse.Namespace, outcome: Outcome, now: datetime) -> int:
    rows = desk.reader.rows(outcome.done, now)
    if chosen.json:
        say_json(shapes.acted(rows, outcome.skipped))
    else:
        say_rows(rows, now, desk.config.hours.zone)
        for one in outcome.skipped:
            note(f"{one.id}: {one.why}{' ' + one.hint if one.hint else ''}")
    return 1 if outcome.skipped else 0

"""The mailboxes of the configuration."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from tui_inbox.cli import shapes
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import say, say_json, say_problem
from tui_inbox.connectors import load
from tui_inbox.problems import Problem
from tui_inbox.sync import accounts
from tui_inbox.vault import secret


def account(desk: Desk, chosen: argparse.Namespace) -> int:
    """List the accounts with what is known of them, or try each."""
    return _test(desk, chosen) if chosen.what == "test" else _list(desk, chosen)


def _list(desk: Desk, chosen: argparse.Namespace) -> int:
    known = {one.name: one for one in desk.reader.accounts()}
    listed: list[tuple[str, str, bool, datetime | None, str | None]] = []
    for one in accounts(desk.inbox, chosen.names):
        line = known.pop(one.name, None)
        listed.append((one.name, one.kind, True, line.synced_at if line else None, line.problem if line else None))
    if not chosen.names:
        listed += [(line.name, line.kind, False, line.synced_at, line.problem) for line in known.values()]
    if chosen.json:
        say_json(
            {
                "accounts": [
                    {
                        "name": name,
                        "kind": kind,
                        "configured": configured,
                        "synced_at": shapes.moment(at),
                        "problem": problem,
                    }
                    for name, kind, configured, at, problem in listed
                ]
            }
        )
        return 0
    for name, kind, configured, at, problem in listed:
        said = f"as of {shapes.moment(at)}" if at else "never complete"
        say(f"{name:<16} {kind:<10} {said}{'' if configured else ', from exports'}{f': {problem}' if problem else ''}")
    if not listed:
        say("No account yet: add an [[account]] to config.toml, or `tui-inbox import` an export.")
    return 0


def _test(desk: Desk, chosen: argparse.Namespace) -> int:
    results: list[dict[str, Any]] = []
    for one in accounts(desk.inbox, chosen.names):
        try:
            channel = load.channel(one.kind)
            source = channel.from_table(one, lambda one=one: secret(one))
            results.append({"name": one.name, "ok": True, "facts": channel.test(source)})
        except Problem as problem:
            results.append({"name": one.name, "ok": False, "what": problem.what, "hint": problem.hint})
            if not chosen.json:
                say(f"{one.name}:")
                say_problem(problem, as_json=False)
        else:
            if not chosen.json:
                say(f"{one.name}: signed in; {results[-1]['facts']}")
    if chosen.json:
        say_json({"accounts": results})
    return 0 if all(one["ok"] for one in results) else 1

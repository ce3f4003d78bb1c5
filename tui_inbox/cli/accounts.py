"""The accounts that are there: listed, tried, taken out of the configuration."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from tui_inbox.cli import shapes
from tui_inbox.cli.asking import secret_or_asked
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import note, say, say_json, say_problem
from tui_inbox.problems import NotFound, Problem
from tui_inbox.rules import clean
from tui_inbox.rules.spoken import spoken
from tui_inbox.sync import accounts, source_of
from tui_inbox.vault import forget, uses_command


def listing(desk: Desk, chosen: argparse.Namespace) -> int:
    """List every source with what is known of it."""
    known = {one.name: one for one in desk.reader.sources.accounts()}
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
        said = f"as of {spoken(at, desk.now(), desk.config.hours.zone)}" if at else "never complete"
        say(f"{name:<16} {kind:<10} {said}{'' if configured else ', from exports'}{f': {problem}' if problem else ''}")
    if not listed:
        say("No account yet: `tui-inbox account add` a mailbox, or `tui-inbox import` an export.")
    return 0


def test(desk: Desk, chosen: argparse.Namespace) -> int:
    """Sign in to each account and look at its folders; nothing is changed."""
    results: list[dict[str, Any]] = []
    for one in accounts(desk.inbox, chosen.names):
        try:
            channel, source, _ = source_of(one, secret_or_asked)
            facts = channel.test(source)
        except Problem as problem:
            results.append({"name": one.name, "ok": False, "what": problem.what, "hint": problem.hint})
            if not chosen.json:
                say(f"{one.name}:")
                say_problem(problem, as_json=False)
            continue
        results.append({"name": one.name, "ok": True, "facts": _shape(facts)})
        if not chosen.json:
            _say_facts(one.name, results[-1]["facts"])
    if chosen.json:
        say_json({"accounts": results})
    elif not results:
        say("No mailbox yet: `tui-inbox account add` connects one.")
    return 0 if all(one["ok"] for one in results) else 1


def _shape(facts: Any) -> dict[str, Any]:
    """Return what a channel's `test` found, for JSON; {} where it found nothing that has names."""
    shape: dict[str, Any] = asdict(facts) if is_dataclass(facts) and not isinstance(facts, type) else {}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in shape.items()}


def _say_facts(name: str, facts: dict[str, Any]) -> None:
    say(f"{name}: signed in at {facts.get('host')} port {facts.get('port')} ({facts.get('security')}).")
    for folder in facts.get("folders", ()):
        if folder["role"]:
            count = "" if folder["messages"] is None else f", {folder['messages']:,} messages"
            say(f"  {folder['role']:<8} {clean.line(folder['name'])}{count}")
    if "X-GM-EXT-1" in facts.get("capabilities", ()) and all(one["role"] != "archive" for one in facts["folders"]):
        note("  Gmail hides All Mail; what left the inbox is not read. Have it shown (Settings, Labels: Show in IMAP).")
    for missing in facts.get("missing", ()):
        note(f"  The server has no folder {clean.line(missing)}; check the account's table.")


def remove(desk: Desk, chosen: argparse.Namespace) -> int:
    """Take an account out of the configuration and its secret out of the keyring; what it brought stays stored."""
    from tui_inbox.cli.signing_in import config_path
    from tui_inbox.config.written import remove_account

    name, path = chosen.name, config_path(desk, chosen)
    account = next((one for one in desk.config.accounts if one.name == name), None)
    if account is None:
        known = ", ".join(one.name for one in desk.config.accounts) or "none"
        raise NotFound(f"The configuration has no account {name}.", f"It has: {known}.")
    brought = any(line.name == name for line in desk.reader.sources.accounts())
    remove_account(path, name)
    trouble: Problem | None = None
    try:
        kept = "forgotten" if forget(name) else "none"
    except Problem as problem:
        kept, trouble = ("none", None) if uses_command(account) else ("unknown", problem)
    if chosen.json:
        say_json({"removed": {"name": name, "config": str(path), "secret": kept, "messages_stay": brought}})
    else:
        say(f"{name} is taken out of {path}.")
        if brought:
            query = shlex.quote(f'account:"{name}"' if " " in name else f"account:{name}")
            say(f"What it brought stays here: tui-inbox list all --query {query}")
    if trouble is not None:
        note(f"Its secret could not be looked for: {trouble.what} {trouble.hint}")
    return 0

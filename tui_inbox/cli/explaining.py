"""Why: one conversation explained, the rules read, and the rules tried on the stored past."""

from __future__ import annotations

import argparse
from collections import Counter

from tui_inbox.cli.desk import Desk
from tui_inbox.cli.progress import Progress
from tui_inbox.cli.say import say, say_json
from tui_inbox.inbox.routes import asks_known, compiled, timed
from tui_inbox.rules import clean, routing
from tui_inbox.rules.model import Class
from tui_inbox.rules.when import duration

SHOWN = 1000
"""Changes that are listed one by one."""


def explain(desk: Desk, chosen: argparse.Namespace) -> int:
    """Say why a conversation lies where it lies, is due when it is due, and belongs to whom."""
    told = desk.inbox.explain(chosen.id, desk.now())
    rules = [{"rule": rule, "matched": matched, "why": why} for rule, matched, why in told.rules]
    if chosen.json:
        say_json({"id": chosen.id, "place": told.place, "due": told.due, "owner": told.owner, "rules": rules})
        return 0
    for sentence in (told.place, told.due, told.owner):
        say(clean.line(sentence))
    for rule, matched, why in told.rules:
        say(f"  {'matched' if matched else 'no     '}  {clean.line(rule)}: {clean.line(why)}")
    return 0


def judge(desk: Desk, chosen: argparse.Namespace) -> int:
    """Correct what a message was taken for, and offer the rule that would have known."""
    rule = desk.inbox.judge(chosen.message, Class(chosen.class_), desk.now())
    if chosen.json:
        say_json({"message": chosen.message, "class": chosen.class_, "rule": clean.block(rule)})
        return 0
    say(f"Message {chosen.message} is {chosen.class_} now. To have it always so, add to config.toml:")
    say(clean.block(rule))
    return 0


def rules(desk: Desk, chosen: argparse.Namespace) -> int:
    """Read the rules, or try them."""
    return _try(desk, chosen) if chosen.what == "try" else _check(desk, chosen)


def _check(desk: Desk, chosen: argparse.Namespace) -> int:
    read = compiled(desk.config)
    if chosen.json:
        say_json(
            {
                "rules": [
                    {"name": one.name, "ok": not one.problems, "problems": list(one.problems)} for one in read.rules
                ]
            }
        )
    else:
        for one in read.rules:
            say(f"{'ok ' if not one.problems else 'BAD'}  {clean.line(one.name)}")
            for what in one.problems:
                say(f"     {clean.line(what)}")
        if not read.rules:
            say("There are no rules: add a [[rule]] to config.toml.")
    return 1 if read.problems else 0


def _try(desk: Desk, chosen: argparse.Namespace) -> int:
    """Say what the rules would have done with the stored past; nothing changes."""
    from tui_inbox.store import cases

    read = compiled(desk.config)
    since = desk.now() - duration(chosen.since) if chosen.since else None
    matched: Counter[str] = Counter()
    changes: list[dict[str, object]] = []
    tried = changed = 0
    with Progress() as progress, desk.inbox.writer.window() as unit:
        for occasion in cases.first_ones(unit, since, known=asks_known(desk.config)):
            tried += 1
            would = routing.route(timed(desk.config, occasion), read).matched
            matched[would or ""] += 1
            was = occasion.told["matched"] if occasion.told else None
            if would != was:
                changed += 1
                if changed <= SHOWN:
                    changes.append({"id": occasion.conversation, "was": was, "would": would})
            if tried % 1000 == 0:
                progress.say("", tried, 0, "conversations")
    counts = [{"rule": one.name, "matched": matched[one.name]} for one in read.rules]
    if chosen.json:
        say_json(
            {
                "conversations": tried,
                "rules": counts,
                "unmatched": matched[""],
                "changed": changed,
                "changes": changes,
                "problems": list(read.problems),
            }
        )
        return 0
    say(f"{tried} conversations; {changed} would be routed otherwise.")
    for count in counts:
        say(f"{count['matched']:>7}  {clean.line(str(count['rule']))}")
    say(f"{matched['']:>7}  no rule")
    for change in changes[:20]:
        was, would = (clean.line(str(change[which] or "no rule")) for which in ("was", "would"))
        say(f"  {change['id']}: {was} → {would}")
    for problem in read.problems:
        say(clean.line(problem))
    return 0

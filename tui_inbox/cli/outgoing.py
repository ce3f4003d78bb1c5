"""What goes out: the outbox, looked at and sent."""

from __future__ import annotations

import argparse
from typing import Any

from tui_inbox import outbox as carrying
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import say, say_json, say_problem
from tui_inbox.cli.shapes import moment, trouble
from tui_inbox.problems import Problem
from tui_inbox.rules import clean
from tui_inbox.rules.spoken import spoken
from tui_inbox.store import posted
from tui_inbox.store.posted import Posted


def outbox(desk: Desk, chosen: argparse.Namespace) -> int:
    """List what waits and what came back; with `send`, try first, without waiting for the next try's time."""
    document: dict[str, Any] = {}
    problems: list[Problem] = []
    if chosen.what == "send":
        from tui_inbox.vault import secret

        came = carrying.send(desk.inbox, desk.now, secret=secret, at_once=True)
        if came.busy:
            raise Problem("Another tui-inbox is sending at this moment.", "Look again in a minute: `tui-inbox outbox`.")
        problems = list(came.problems.values())
        document["sent_out"] = came.sent
        document["moved"] = 0
        for account in desk.config.accounts:
            out = carrying.write_back(desk.inbox, account, desk.now, secret=secret, at_once=True)
            document["moved"] += out.moved
            problems += [out.problem] if out.problem else []
        document["problems"] = [trouble(one) for one in problems]
    now = desk.now()
    lines = posted.posted(desk.inbox.home.store, now, everything=chosen.everything)
    if chosen.json:
        say_json(document | {"outbox": [_shape(one) for one in lines]})
        return 1 if problems else 0
    if "sent_out" in document:
        say(f"{document['sent_out']} sent, {document['moved']} moved on the server.")
    for one in lines:
        _say(one, desk)
    if not lines and "sent_out" not in document:
        say("Nothing waits to go out.")
    for problem in problems:
        say_problem(problem, as_json=False)
    return 1 if problems else 0


KINDS = {
    "reply_on": " (a customer's reply)",
    "move": " (on the server)",
    "move_back": " (on the server, back)",
}


def _say(one: Posted, desk: Desk) -> None:
    now, zone = desk.now(), desk.config.hours.zone
    when = f", next try {spoken(one.next_try, now, zone)}" if one.next_try and one.tries else ""
    to = clean.fitted(_to(one) or "archive", 14)
    say(f"{one.conversation:>6}  {one.state + when:<28}  to {to}  {one.subject}{KINDS.get(one.kind, '')}")
    if one.problem:
        say(f"        {one.problem}")


def _to(one: Posted) -> str:
    """Return a teammate's name, or a folder's as a person reads it."""
    if "&" not in one.to or one.kind not in ("move", "move_back"):
        return one.to
    from tui_inbox.connectors.imap.replies import display  # deferred: it brings a mail server's protocol

    return clean.line(display(one.to.encode("utf-8", "replace")))


def _shape(one: Posted) -> dict[str, Any]:
    return {
        "id": one.id,
        "conversation": one.conversation,
        "act": one.act,
        "kind": one.kind,
        "to": _to(one),
        "subject": one.subject,
        "state": one.state,
        "tries": one.tries,
        "next_try": moment(one.next_try),
        "problem": one.problem or None,
        "created": moment(one.created),
        "sent": moment(one.sent),
        "account": one.account or None,
        "message_id": one.message_id or None,
    }

"""Contacts: who is one person."""

from __future__ import annotations

import argparse
from typing import Any

from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import say, say_json
from tui_inbox.problems import Misconfigured
from tui_inbox.rules import clean


def contact(desk: Desk, chosen: argparse.Namespace) -> int:
    """Show, link, unlink contacts, keep two apart, or suggest who may be one person."""
    match chosen.what, chosen.names:
        case "show", [one]:
            return _say(desk, chosen, _id(one))
        case "link", [one, other]:
            desk.inbox.contacts.link(_id(one), _id(other), desk.now())
            return _say(desk, chosen, _id(one))
        case "apart", [one, other]:
            desk.inbox.contacts.keep_apart(_id(one), _id(other))
            return _say_apart(chosen, _id(one), _id(other))
        case "unlink", [identity]:
            return _say(desk, chosen, desk.inbox.contacts.unlink(identity, desk.now()))
        case "suggest", []:
            return _suggest(desk, chosen)
        case _:
            wanted = {
                "show": "one contact",
                "link": "two contacts",
                "apart": "two contacts",
                "unlink": "one identity",
                "suggest": "nothing more",
            }
            raise Misconfigured(
                f"`contact {chosen.what}` takes {wanted[chosen.what]}.", "See `tui-inbox contact --help`."
            )


def _id(text: str) -> int:
    if not text.isdigit():
        raise Misconfigured(
            f"{text} is no contact's number.", "`tui-inbox show ID --json` names each customer's contact."
        )
    return int(text)


def _say(desk: Desk, chosen: argparse.Namespace, id_: int) -> int:
    from tui_inbox.store import people

    with desk.inbox.writer.window() as unit:
        name, identities = people.name(unit, id_), people.identities(unit, id_)
    if chosen.json:
        shown: list[dict[str, Any]] = [
            {"id": one.id, "channel": one.channel, "value": clean.line(one.value), "name": clean.line(one.name)}
            for one in identities
        ]
        say_json({"contact": {"id": id_, "name": clean.line(name), "identities": shown}})
        return 0
    say(f"{id_}  {clean.line(name)}")
    for one in identities:
        linked = "  (linked)" if one.linked else ""
        say(f"  {one.id:>4}  {one.channel:<9} {clean.line(one.value)}  {clean.line(one.name)}{linked}")
    return 0


def _say_apart(chosen: argparse.Namespace, one: int, other: int) -> int:
    if chosen.json:
        say_json({"apart": [one, other]})
    else:
        say(f"{one} and {other} are two persons. `tui-inbox contact link {one} {other}` says otherwise.")
    return 0


def _suggest(desk: Desk, chosen: argparse.Namespace) -> int:
    from tui_inbox.rules.people import suggestions
    from tui_inbox.store import people

    with desk.inbox.writer.window() as unit:
        contacts, apart = people.contacts(unit), people.kept_apart(unit)
    names = {one.id: clean.line(one.name) for one in contacts}
    found = [one for one in suggestions(contacts) if (one.one, one.other) not in apart]
    if chosen.json:
        say_json({"suggestions": [{"contacts": [one.one, one.other], "why": clean.line(one.why)} for one in found]})
        return 0
    for one in found:
        say(f"{one.one} {names[one.one]} and {one.other} {names[one.other]}: {clean.line(one.why)}")
        say(f"  tui-inbox contact link {one.one} {one.other}    (or: contact apart {one.one} {one.other})")
    if not found:
        say("Nobody looks like one person under two names.")
    return 0

"""The files of a conversation, and the place where its customer wrote."""

from __future__ import annotations

import argparse
from pathlib import Path

from tui_inbox import files
from tui_inbox.cli.answers import answer, somebody
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import note, say, say_json
from tui_inbox.problems import Refused
from tui_inbox.rules import clean, places


def attachment(desk: Desk, chosen: argparse.Namespace) -> int:
    """List a conversation's files, or save, open or fetch one of them."""
    match chosen.what:
        case "list":
            return _list(desk, chosen)
        case "fetch":
            return _fetch(desk, chosen)
        case "save":
            path = files.save(desk.reader, chosen.id, Path(chosen.to).expanduser().absolute())
        case _:
            path = files.open_file(desk.reader, chosen.id, anyway=chosen.anyway or _agreed(desk, chosen))
    if chosen.json:
        say_json({"id": chosen.id, "path": str(path)})
    else:
        say(clean.line(str(path), 4096))
    return 0


def _fetch(desk: Desk, chosen: argparse.Namespace) -> int:
    from tui_inbox.sync.left import fetch
    from tui_inbox.vault import secret

    size = fetch(desk.inbox, chosen.id, secret=secret)
    if chosen.json:
        say_json({"id": chosen.id, "size": size})
    else:
        say(f"{clean.line(desk.reader.file(chosen.id).name)} is here now: {size:,} bytes.")
    return 0


def _list(desk: Desk, chosen: argparse.Namespace) -> int:
    whole = desk.reader.conversation(chosen.id, desk.now())
    found = [(line, one) for line in whole.messages for one in line.attachments]
    if chosen.json:
        listed = [
            {
                "id": one.id,
                "message": line.id,
                "name": one.name,
                "type": one.type,
                "size": one.size,
                "stored": one.stored,
            }
            for line, one in found
        ]
        say_json({"attachments": listed})
        return 0
    for line, one in found:
        size = f"{one.size:,} bytes" if one.size is not None else "size not known"
        say(f"{one.id:>6}  {one.name} ({one.type}, {size}) from {line.sender_name}{'' if one.stored else ': not here'}")
    if not found:
        say("No files.")
    return 0


def _agreed(desk: Desk, chosen: argparse.Namespace) -> bool:
    """Ask a person at the terminal whether to open what could run as a program; elsewhere nobody agrees."""
    if not somebody(chosen):
        return False
    risk = files.risk(desk.reader, chosen.id)
    if not risk:
        return False
    note(f"{clean.line(desk.reader.file(chosen.id).name)} is {risk}.")
    return answer("Open it anyway (yes or no)?").casefold() == "yes"


def place(desk: Desk, chosen: argparse.Namespace) -> int:
    """Open, or only print, the address where the customer wrote."""
    where = places.place(desk.reader.written(chosen.id))
    if not where.address:
        raise Refused(where.why, "Open the channel yourself; `tui-inbox show ID` names the customer.")
    if chosen.json:
        say_json({"id": chosen.id, "address": where.address})
    else:
        say(where.address)
    if not chosen.only_print:
        files.launch(where.address)
    return 0

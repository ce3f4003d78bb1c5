"""Everything out, a copy, the copy back, and a customer erased: what is done to the store as a whole."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tui_inbox import takeout
from tui_inbox.cli import shapes
from tui_inbox.cli.answers import answer, somebody
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.looking import zone_of
from tui_inbox.cli.say import note, say, say_json
from tui_inbox.problems import Refused
from tui_inbox.rules import clean, query
from tui_inbox.store import copies
from tui_inbox.sync.owner import owner

if TYPE_CHECKING:
    from tui_inbox.inbox.forgetting import Forgotten
    from tui_inbox.store.theirs import Traces


def export(desk: Desk, chosen: argparse.Namespace) -> int:
    """Write conversations out, losslessly: all of them, or what a query finds."""
    wanted = takeout.formats(chosen.format)
    now = desk.now()
    asked = query.parse(chosen.query, now, zone_of(desk)) if chosen.query else None
    ids = desk.reader.queue("all", now, asked).ids
    taken = takeout.take_out(desk.home.store, ids, wanted, Path(chosen.to).expanduser())
    if chosen.json:
        files = [{"path": str(path), "messages": count} for path, count in taken.written.items()]
        say_json({"conversations": len(ids), "files": files, "attachments": taken.files, "left_out": taken.left_out})
        return 0
    _say_taken(taken)
    return 0


def _say_taken(taken: takeout.Taken) -> None:
    for path, count in taken.written.items():
        say(f"{path}: {count:,} messages")
    if taken.files:
        say(f"{taken.files:,} files that came with them lie beside it, in {takeout.FILES}/")
    if taken.left_out:
        note(f"{taken.left_out:,} files that came with chats were left out: export into a folder to have them too.")


def backup(desk: Desk, chosen: argparse.Namespace) -> int:
    """Copy the store, also while it is being written."""
    store = desk.inbox.home.store
    now = desk.now()
    path = copies.back_up(store, Path(chosen.path).expanduser(), now)
    size = path.stat().st_size
    if chosen.json:
        say_json({"backup": {"path": str(path), "bytes": size, "at": shapes.moment(now)}})
    else:
        say(f"{path}: {size:,} bytes. It is not encrypted: who can read it can read every message.")
    return 0


def restore(desk: Desk, chosen: argparse.Namespace) -> int:
    """Put a backup in the store's place; the store that was there is kept beside it."""
    backup, store = Path(chosen.path).expanduser(), desk.home.store
    if (syncing := owner(desk.home)) is not None:
        raise Refused(f"{syncing.who.capitalize()} is syncing this store.", "End it, then restore.")
    aside = copies.put_back(store, backup, desk.now())
    if chosen.json:
        say_json({"restored": {"from": str(backup), "store": str(store), "aside": aside and str(aside)}})
        return 0
    say(f"{store} is now what {backup} holds.")
    if aside is not None:
        say(f"What was there before is kept as {aside}.")
    return 0


# --- purge --------------------------------------------------------------------------------------------------


def purge(desk: Desk, chosen: argparse.Namespace) -> int:
    """Erase a customer for good, after an export was offered and the agent said yes."""
    who = desk.inbox.contacts.traces(chosen.contact)
    alike = desk.reader.customer(chosen.contact, desk.now()).alike
    if chosen.export:
        _take_out(desk, who, chosen.export, quiet=chosen.json)
    for one in alike:
        note(f"Contact {one.contact} ({one.name}) may be the same person, and is not erased with this one: {one.why}")
    if not chosen.yes:
        _confirm(desk, who, chosen)
    came = desk.inbox.contacts.forget(who, desk.now())
    from tui_inbox import files

    files.forget_opened()
    if chosen.json:
        still = [{"where": where, "what": what} for where, what in came.still]
        say_json(
            {
                "purged": {
                    "contact": chosen.contact,
                    "messages": came.messages,
                    "conversations": came.conversations,
                    "mentions": came.mentions,
                    "alike": [one.contact for one in alike],
                    "backups": [str(one) for one in came.backups],
                    "still": still,
                }
            }
        )
    else:
        _say_purged(came)
    return 0


def _say_purged(came: Forgotten) -> None:
    say(f"Erased: {came.messages:,} messages in {came.conversations:,} conversations. The figures stay.")
    if came.mentions:
        say(f"Taken out of {came.mentions:,} messages of others.")
    for path in came.backups:
        say(f"Erased in {path} too.")
    for where, what in came.still:
        say(f"Still held by {where}. {what}")
    say("What lies at the mail server or in an export is still there: delete it there, or it may be read again.")


def _take_out(desk: Desk, who: Traces, to: str, *, quiet: bool) -> None:
    """Export what is about to be erased."""
    folder = Path(to).expanduser()
    folder.mkdir(mode=0o700, exist_ok=True)
    taken = takeout.take_out(desk.home.store, [*who.alone, *who.shared], tuple(takeout.FORMATS), folder)
    if not quiet:
        _say_taken(taken)


def _confirm(desk: Desk, who: Traces, chosen: argparse.Namespace) -> None:
    """Have a person at the terminal say yes, after an export was offered; elsewhere raise `Refused`."""
    if not somebody(chosen):
        raise Refused(
            f"Contact {chosen.contact} would be erased for good: {who.messages:,} messages.",
            "Say it with --yes; with --export DIR what goes is written there first.",
        )
    note(clean.line(f"{who.name or 'Contact'} ({chosen.contact}): {', '.join(who.words)}", 400))
    shared = f", {len(who.shared):,} shared with others" if who.shared else ""
    note(f"{who.messages:,} messages in {len(who.alone):,} conversations of their own{shared}.")
    for one in copies.copies(desk.home.store):
        note(f"Copy of the store: {one.path}{'' if one.here else ' (not there now)'}")
    if not chosen.export and (to := answer("Export them first? Name a folder, or press Enter:")):
        _take_out(desk, who, to, quiet=False)
    if answer("Erase this customer for good? Type yes:").casefold() != "yes":
        raise Refused("Nothing was erased.", "")

"""The doctor: store, configuration, keyring, servers, clock; what is wrong and what to do."""

from __future__ import annotations

import argparse
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import say, say_json
from tui_inbox.config import Account, Home
from tui_inbox.config.home import kept_files
from tui_inbox.problems import Problem
from tui_inbox.sync import source_of
from tui_inbox.vault import describe, secret, uses_command


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: a sentence about it, and the way out where it is not well."""

    name: str
    ok: bool
    what: str
    hint: str = ""


def doctor(desk: Desk, chosen: argparse.Namespace) -> int:
    """Look at everything the program stands on; exit code 1 where something is wrong."""
    checks = list(_checks(desk))
    if chosen.json:
        say_json({"checks": [{"name": one.name, "ok": one.ok, "what": one.what, "hint": one.hint} for one in checks]})
    else:
        for one in checks:
            say(f"{'ok ' if one.ok else 'BAD'}  {one.name}: {one.what}")
            if one.hint and not one.ok:
                say(f"     {one.hint}")
    return 0 if all(one.ok for one in checks) else 1


def _checks(desk: Desk) -> Iterator[Check]:
    named = "it is read and has no mistake" if desk.home.config.is_file() else "there is none; the defaults hold"
    yield Check("configuration", True, f"{desk.home.config}: {named}.")
    yield _tried("store", lambda: f"{desk.home.store}: {desk.reader.examine()}")
    yield _private(desk.home)
    yield _tried("clock", lambda: _clock(desk))
    for account in desk.config.accounts:
        yield _tried(f"account {account.name}", partial(_account, account))
        yield _tried(f"mail of {account.name}", partial(_counted, desk, account))
    if not all(uses_command(account) for account in desk.config.accounts):
        yield _tried("keyring", describe)


def _tried(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except Problem as problem:
        return Check(name, False, problem.what, problem.hint)


def _private(home: Home) -> Check:
    """Only the agent may read what customers wrote: folders 0700, files 0600."""
    open_ = [one for one in (home.folder, *kept_files(home)) if stat.S_IMODE(one.stat().st_mode) & 0o077]
    if open_:
        names = " ".join(str(one) for one in open_)
        return Check("privacy", False, f"Others on this machine may read {names}.", f"Run `chmod go-rwx {names}`.")
    return Check("privacy", True, "nobody else on this machine may read the home.")


def _clock(desk: Desk) -> str:
    now, newest = desk.now(), desk.reader.sources.newest()
    if newest is not None and newest > now:
        raise Problem(
            "The clock of this machine stands before the newest message.",
            "Set the clock: every promise is read off it.",
        )
    return "it does not stand before what has been received."


def _account(account: Account) -> str:
    channel, source, _ = source_of(account, secret)
    channel.test(source)
    return "the server lets us in."


def _counted(desk: Desk, account: Account) -> str:
    """Every folder was counted on its server and compared with what is stored; raise a `Problem` where they differ."""
    counts = desk.reader.sources.census(account.name)
    if not counts:
        return "its folders have not been counted yet: the next sync does it."
    for one in counts:
        if not one.certain:
            raise Problem(
                f"{one.folder}: the server's own count of its messages and its list of them disagree.",
                "Nothing is lost here. If it stays so, ask who runs the server.",
            )
        if not one.agrees:
            raise Problem(
                f"{one.folder}: of {one.there:,} messages on the server {one.missing:,} are not here, "
                f"and {one.surplus:,} that lay there are gone.",
                "`tui-inbox sync` puts it right; if it stays so, that is a bug worth reporting.",
            )
    told = ", ".join(f"{one.folder} {one.there:,}" for one in counts)
    left = sum(one.left_out for one in counts)
    besides = f" ({left:,} of them drafts, or not given out by the server)" if left else ""
    return f"all that the server has is here, counted {counts[0].at:%Y-%m-%d %H:%M} UTC: {told}{besides}."

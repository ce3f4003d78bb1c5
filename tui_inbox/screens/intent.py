"""What an agent means to do to a conversation, as a value: done to one or to many, and again elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tui_inbox.problems import NotFound, Refused
from tui_inbox.rules.model import ME, Archive, Command, Forward, Snooze

if TYPE_CHECKING:
    from tui_inbox.inbox import Inbox
    from tui_inbox.screens.forward import HandOver
    from tui_inbox.screens.snooze import Until


@dataclass(frozen=True, slots=True)
class Intent:
    """What an act does to each conversation; kept so that one key does it again elsewhere."""

    verb: str
    build: Callable[[Inbox, int, int, datetime], Command | None]
    """Takes the inbox, the conversation, what of it was drawn, and the present moment; None where it does not apply."""
    then: str = ""
    """What follows by itself, in a sentence."""


def archived() -> Intent:
    """Return the intent to archive."""
    return Intent("Archived", lambda _inbox, id_, seen, _now: Archive(id_, seen))


def snoozed(until: Until, shown: int | None = None) -> Intent:
    """Return the intent to snooze *until* what was said; for the conversation *shown* by the plan the agent saw."""

    def build(inbox: Inbox, id_: int, seen: int, now: datetime) -> Command:
        plan = until.plan if id_ == shown else inbox.plan_snooze(id_, until.words, now)
        return Snooze(id_, seen, plan.returns, plan.due)

    return Intent("Snoozed", build)


def snoozed_again() -> Intent:
    """Return the intent to take each conversation's interrupted plan again, where it still lies ahead."""

    def build(inbox: Inbox, id_: int, seen: int, now: datetime) -> Command | None:
        try:
            plan = inbox.plan_snooze(id_, "again", now)
        except (Refused, NotFound):
            return None
        return Snooze(id_, seen, plan.returns, plan.due)

    return Intent("Snoozed again", build)


UNREACHED = ("to be found", "accepts no connection", "did not answer in time", "cannot be reached")
"""How the store's sentence about a sync goes on behind the server's name, where there was no way to it."""


def unreached(trouble: str) -> bool:
    """Return whether *trouble*, why a sync did not complete, is that there was no way to the server."""
    return "server" in trouble and any(words in trouble for words in UNREACHED)


def forwarded(over: HandOver, *, sends: bool, cut_off: bool = False) -> Intent:
    """Return the intent to hand *over*; *sends*: whether there is a mailbox it can go out through, *cut_off*: whether
    there was no way to its server when it was last tried."""
    from tui_inbox.rules.handover import UNDO_TIME  # deferred: the first picture does not need it

    def build(_inbox: Inbox, id_: int, seen: int, _now: datetime) -> Command:
        return Forward(id_, seen, over.to, over.note)

    if over.to == ME:
        return Intent("Taken back", build)
    soon = "once the server can be reached" if cut_off else f"in {UNDO_TIME.seconds} s"
    then = f"It goes out {soon}." if sends else "No mailbox can send it yet."
    return Intent(f"Forwarded to {over.to}", build, then)

"""Carries what the agent did out again: hand-overs, and what customers say to them, by mail to the new owner; and,
where an account wants it, the archiving of mails on their server.

In effect once: that a server may have a mail is on record before the last byte that makes it one goes out, and a mail
whose fate is unknown is looked for among the account's sent mail before it is given to the server again, under the
same Message-ID. `docs/hand-over.md` says what that cannot rule out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from tui_inbox.config import Account
from tui_inbox.inbox import Inbox
from tui_inbox.outbox.alone import alone
from tui_inbox.problems import Problem
from tui_inbox.store import posted


@dataclass(slots=True)
class Moved:
    """What one run came to: how many mails were moved, how many were left alone for good, and what stood in the way."""

    moved: int = 0
    left: int = 0
    problem: Problem | None = None


@dataclass(slots=True)
class Sent:
    """What one run came to: how many mails went out, how many never will, and what stood in the way of others."""

    sent: int = 0
    given_up: int = 0
    """Refused, due before they could be sent, taken back or undone."""
    busy: bool = False
    """Another run is at it: nothing was done."""
    problems: dict[str, Problem] = field(default_factory=dict)
    """By account; "" where no account can send."""


def send(
    inbox: Inbox,
    clock: Callable[[], datetime],
    *,
    secret: Callable[[Account], str],
    accounts: Collection[str] | None = None,
    at_once: bool = False,
) -> Sent:
    """Send what may go out, through *accounts* (None: all), and return what came of it; trouble is in the answer.

    *at_once* tries again without waiting for the next try's time; the seconds of undo are waited for all the same.
    """
    report = Sent()
    if posted.idle(inbox.home.store):
        return report
    with alone(inbox.home, "outbox.lock") as free:
        if free:
            from tui_inbox.outbox.run import Run  # deferred: it brings the writing store and a mail server's protocol

            run = Run(inbox, clock, secret, accounts, report)
            try:
                run.all(at_once)
            finally:
                run.close()
        else:
            report.busy = True
    return report


def write_back(
    inbox: Inbox,
    account: Account,
    clock: Callable[[], datetime],
    *,
    secret: Callable[[Account], str],
    at_once: bool = False,
) -> Moved:
    """Move what is due at *account*'s server, where it is wanted; trouble is in the answer, and tried again later.

    *at_once* does not wait for the next try's time.
    """
    report = Moved()
    if account.table.get("write_back") is not True or not posted.moves_wait(inbox.home.store, account.name):
        return report
    with alone(inbox.home, "moves.lock") as free:
        if free:
            from tui_inbox.outbox.moves import Run  # deferred: it brings the writing store and a mail server's protocol

            Run(inbox, account, clock, secret, report).all(at_once)
    return report

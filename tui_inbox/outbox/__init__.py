"""Carries what the agent did out again: hand-overs, and what customers say to them, by mail to the new owner.

In effect once: that a server may have a mail is on record before the last byte that makes it one goes out, and a mail
whose fate is unknown is looked for among the account's sent mail before it is given to the server again, under the
same Message-ID. `docs/hand-over.md` says what that cannot rule out.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from tui_inbox.config import Account, Home
from tui_inbox.inbox import Inbox
from tui_inbox.problems import Problem
from tui_inbox.store import posted


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
    with _alone(inbox.home) as alone:
        if alone:
            from tui_inbox.outbox.run import Run  # deferred: it brings the writing store and a mail server's protocol

            run = Run(inbox, clock, secret, accounts, report)
            try:
                run.all(at_once)
            finally:
                run.close()
        else:
            report.busy = True
    return report


@contextmanager
def _alone(home: Home) -> Iterator[bool]:
    """Yield whether no other process is sending; the lock ends with the process, however it ends."""
    lock = os.open(home.folder / "outbox.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(lock)

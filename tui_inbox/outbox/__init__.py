"""Carries what the agent did out again: hand-overs, and what customers say to them, by mail to the new owner; and,
where an account wants it, the archiving of mails on their server.

In effect once: that a server may have a mail is on record before the last byte that makes it one goes out, and a mail
whose fate is unknown is looked for among the account's sent mail before it is given to the server again, under the
same Message-ID. `docs/hand-over.md` says what that cannot rule out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from tui_inbox.config import Account
from tui_inbox.inbox import Inbox
from tui_inbox.outbox.alone import alone
from tui_inbox.outbox.reports import Moved, Sent
from tui_inbox.store import posted


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

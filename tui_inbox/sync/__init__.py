"""Carries what the mailboxes have into the inbox, batch by batch, and sends out what waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING

from tui_inbox.config import Account
from tui_inbox.connectors import Source
from tui_inbox.inbox import Inbox
from tui_inbox.inbox.outcome import Ingested
from tui_inbox.inbox.progress import Progress, quiet
from tui_inbox.inbox.readers import batches
from tui_inbox.problems import Misconfigured, NotFound, Problem

if TYPE_CHECKING:
    from tui_inbox.inbox.origin import Origin


@dataclass(slots=True)
class AccountReport:
    """What the sync of one account came to. `problem` says why it did not complete."""

    name: str
    came: Ingested = field(default_factory=Ingested)
    sent_out: int = 0
    moved: int = 0
    """Mails moved on the server (`write_back`)."""
    left_alone: int = 0
    """Mails that were to be moved there and are not: `tui-inbox outbox` says why."""
    folders: int = 0
    seconds: float = 0.0
    problem: Problem | None = None


def accounts(inbox: Inbox, names: Sequence[str]) -> list[Account]:
    """Return the configured accounts called *names*, or all; raise `NotFound` for one that is not there."""
    configured = {one.name: one for one in inbox.config.accounts}
    for name in names:
        if name not in configured:
            known = ", ".join(configured) or "none yet"
            raise NotFound(f"There is no account {name}.", f"The configuration knows: {known}.")
    return [configured[name] for name in names] if names else list(configured.values())


def sync(
    inbox: Inbox,
    names: Sequence[str],
    clock: Callable[[], datetime],
    *,
    secret: Callable[[Account], str],
    progress: Progress = quiet,
) -> Iterator[AccountReport]:
    """Bring in what is new at each account, send what waits, and yield its report.

    One account's trouble does not stop the others.
    """
    for account in accounts(inbox, names):
        yield round_of(inbox, account, clock, secret=secret, progress=progress)


def round_of(
    inbox: Inbox,
    account: Account,
    clock: Callable[[], datetime],
    *,
    secret: Callable[[Account], str],
    progress: Progress = quiet,
    through: Source | None = None,
) -> AccountReport:
    """Return what one round of *account* came to: moves, what is new, what waits to go out; trouble is in the report.

    *through* is a connection to the mailbox that is open already; without it the round opens one of its own.
    """
    began = time.monotonic()
    report = AccountReport(account.name)
    try:
        _sync(inbox, account, clock, secret, report, progress, through)
    except Problem as problem:
        report.problem = problem
    _send(inbox, account, clock, secret, report)
    report.seconds = round(time.monotonic() - began, 3)
    return report


def source_of(account: Account, secret: Callable[[Account], str]) -> tuple[ModuleType, Source, Origin]:
    """Return the channel of *account*, the mailbox its table describes, and what is kept of where its mail came from.

    Raises `Misconfigured` where it is no mailbox.
    """
    from tui_inbox.connectors import load
    from tui_inbox.inbox.origin import Origin

    channel = load.channel(account.kind)
    if not hasattr(channel, "from_table"):
        raise Misconfigured(
            f"{account.where}: {account.kind} is an export, not a mailbox.", "Bring it in with `tui-inbox import PATH`."
        )
    source = channel.from_table(account, lambda: secret(account))
    return channel, source, Origin(account.name, account.kind, channel.CHANNEL)


def _send(
    inbox: Inbox,
    account: Account,
    clock: Callable[[], datetime],
    secret: Callable[[Account], str],
    report: AccountReport,
) -> None:
    """Send what waits for this account, also where nothing could be brought in: it is another server."""
    from tui_inbox import outbox

    try:
        out = outbox.send(inbox, clock, secret=secret, accounts=[account.name])
    except Problem as problem:
        report.problem = report.problem or problem
    else:
        report.sent_out = out.sent
        report.problem = report.problem or out.problems.get(account.name)


def _write_back(
    inbox: Inbox,
    account: Account,
    clock: Callable[[], datetime],
    secret: Callable[[Account], str],
    report: AccountReport,
) -> None:
    """Move on the server what is to be moved, before it is read: what we took out ourselves is then known."""
    from tui_inbox import outbox

    out = outbox.write_back(inbox, account, clock, secret=secret)
    report.moved, report.left_alone, report.problem = out.moved, out.left, out.problem


def _sync(
    inbox: Inbox,
    account: Account,
    clock: Callable[[], datetime],
    secret: Callable[[Account], str],
    report: AccountReport,
    progress: Progress,
    through: Source | None,
) -> None:
    """Move what is to be moved at *account*, then bring in what is new there."""
    channel, source, origin = source_of(account, secret)
    _write_back(inbox, account, clock, secret, report)
    try:
        cursors = inbox.sources.cursors(account.name)
        if hasattr(channel, "thorough") and inbox.sources.count_due(account.name, clock()):
            through = channel.thorough(source)
        for batch in batches(through or source, cursors):
            report.came.add(inbox.ingest(origin, batch, clock()))
            progress(account.name, batch)
    except Problem as problem:
        inbox.sources.synced(origin, None, problem.what)
        raise
    inbox.taken_out(account.name, clock())
    inbox.settle(clock())
    inbox.sources.synced(origin, clock(), None)
    report.folders = len(inbox.sources.cursors(account.name))

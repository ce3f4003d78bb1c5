"""Carries what the sources have into the inbox, batch by batch: the import of files, and the sync of mailboxes."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_inbox.config import Account, system_zone
from tui_inbox.connectors import Batch, Source
from tui_inbox.inbox import Inbox, Ingested
from tui_inbox.problems import Misconfigured, NotFound, Problem, Unreadable

if TYPE_CHECKING:
    from tui_inbox.connectors.formats.bundle import Bundle

MAIL = "email"

Progress = Callable[[str, Batch], None]
"""Told after each stored batch: the name of the file or account, and the batch."""


def _quiet(name: str, batch: Batch) -> None:
    """Show nothing."""


@dataclass(slots=True)
class FileReport:
    """What one imported file came to."""

    path: Path
    kind: str
    why: str
    account: str
    me: str | None
    zone: str
    came: Ingested = field(default_factory=Ingested)
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Where, and what, of everything that was set aside."""


@dataclass(slots=True)
class AccountReport:
    """What the sync of one account came to. `problem` says why it did not complete."""

    name: str
    came: Ingested = field(default_factory=Ingested)
    sent_out: int = 0
    folders: int = 0
    seconds: float = 0.0
    problem: Problem | None = None


# --- files ----------------------------------------------------------------------------------------------


def bring_in(
    inbox: Inbox,
    path: Path,
    now: datetime,
    *,
    kind: str | None = None,
    account: str | None = None,
    me: str | None = None,
    zone: str | None = None,
    dry_run: bool = False,
    progress: Progress = _quiet,
) -> list[FileReport]:
    """Import *path* and return a report for each export found in it; received times are capped at *now*.

    A folder that is no export itself is searched, one level deep, for exports. Raises `Unreadable` where
    nothing in it can be read, `Misconfigured` for a wrong kind or zone.
    """
    from tui_inbox.connectors import load
    from tui_inbox.connectors.formats.bundle import open_bundle

    bundle = open_bundle(path)
    try:
        found, why = (kind, "it was named by --kind") if kind else load.recognise(bundle)
    except Unreadable:
        if not path.is_dir():
            raise
        return _each_in(inbox, path, now, account, me, zone, dry_run, progress)
    return [_bring(inbox, bundle, found, why, now, account, me, zone, dry_run=dry_run, progress=progress)]


def _each_in(
    inbox: Inbox,
    folder: Path,
    now: datetime,
    account: str | None,
    me: str | None,
    zone: str | None,
    dry_run: bool,
    progress: Progress,
) -> list[FileReport]:
    from tui_inbox.connectors import load
    from tui_inbox.connectors.formats.bundle import open_bundle

    reports: list[FileReport] = []
    strangers: list[tuple[str, str]] = []
    for path in sorted(one for one in folder.iterdir() if not one.name.startswith(".")):
        try:
            bundle = open_bundle(path)
            kind, why = load.recognise(bundle)
        except Unreadable as problem:
            strangers.append((path.name, problem.what))
            continue
        reports.append(_bring(inbox, bundle, kind, why, now, account, me, zone, dry_run=dry_run, progress=progress))
    if not reports:
        raise Unreadable(
            f"Nothing in {folder} is an export that can be read.",
            "Name a file, or say with --kind what it is.",
        )
    reports[0].problems.extend(strangers)
    return reports


def _bring(
    inbox: Inbox,
    bundle: Bundle,
    kind: str,
    why: str,
    now: datetime,
    account: str | None,
    me: str | None,
    zone: str | None,
    *,
    dry_run: bool,
    progress: Progress,
) -> FileReport:
    from tui_inbox.connectors import load
    from tui_inbox.inbox.ingest import Origin

    channel = load.channel(kind)
    name = account or channel.CHANNEL
    learned = inbox.account(name)
    chosen = zone or (learned.zone if learned else None) or _zone(inbox)
    configured = inbox.config.me.names.get(channel.CHANNEL, ())
    mine = tuple(dict.fromkeys([*([me] if me else []), *(learned.me if learned else ()), *configured]))
    source = channel.Source(bundle=bundle, zone=chosen, me=mine)
    owner = me or (source.owner() if hasattr(source, "owner") else None)
    mine = tuple(dict.fromkeys([*mine, *([owner] if owner else [])]))
    if owner is None and inbox.config.me.addresses and channel.CHANNEL == MAIL:
        owner = inbox.config.me.addresses[0]
    report = FileReport(bundle.path, kind, why, name, owner, chosen)
    origin = Origin(name, kind, channel.CHANNEL, me=mine, imported=True, zone=chosen)
    with inbox.trial() if dry_run else contextlib.nullcontext(inbox) as into:
        cursors = into.cursors(name)
        for batch in _closing(source, cursors):
            report.came.add(into.ingest(origin, batch, now))
            report.problems.extend((one.where, one.what) for one in batch.set_aside)
            progress(bundle.path.name, batch)
        into.settle(now)
        into.synced(origin, now, None)
        _count_finished(report, cursors, bundle)
    return report


def _count_finished(report: FileReport, cursors: dict[str, str], bundle: Bundle) -> None:
    """A file that was read to its end before yields nothing: all that it holds is known."""
    if report.came.found:
        return
    for place, value in cursors.items():
        with contextlib.suppress(ValueError, AttributeError):
            cursor: dict[str, Any] = json.loads(value)
            if bundle.digest in place and cursor.get("done"):
                report.came.found = report.came.known = report.came.known + int(cursor.get("count", 0))


def _zone(inbox: Inbox) -> str:
    """Return the zone that times without one are read in: the work calendar's, else the system's."""
    zone = inbox.config.hours.zone
    return zone if zone != "UTC" else system_zone(os.environ)


def _closing(source: Source, cursors: dict[str, str]) -> Iterator[Batch]:
    """Yield what *source* reads, and close its connections and files whatever happens."""
    reading = source.read(cursors)
    try:
        yield from reading
    finally:
        close = getattr(reading, "close", None)
        if close is not None:
            close()


# --- mailboxes ------------------------------------------------------------------------------------------


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
    progress: Progress = _quiet,
) -> Iterator[AccountReport]:
    """Bring in what is new at each account, send what waits, and yield its report.

    One account's trouble does not stop the others.
    """
    for account in accounts(inbox, names):
        began = time.monotonic()
        report = AccountReport(account.name)
        try:
            _sync(inbox, account, clock, secret, report, progress)
        except Problem as problem:
            report.problem = problem
        _send(inbox, account, clock, secret, report)
        report.seconds = round(time.monotonic() - began, 3)
        yield report


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


def _sync(
    inbox: Inbox,
    account: Account,
    clock: Callable[[], datetime],
    secret: Callable[[Account], str],
    report: AccountReport,
    progress: Progress,
) -> None:
    from tui_inbox.connectors import load
    from tui_inbox.inbox.ingest import Origin

    channel = load.channel(account.kind)
    if not hasattr(channel, "from_table"):
        raise Misconfigured(
            f"{account.where}: {account.kind} is an export, not a mailbox.", "Bring it in with `tui-inbox import PATH`."
        )
    source = channel.from_table(account, lambda: secret(account))
    origin = Origin(account.name, account.kind, channel.CHANNEL)
    try:
        cursors = inbox.cursors(account.name)
        for batch in _closing(source, cursors):
            report.came.add(inbox.ingest(origin, batch, clock()))
            progress(account.name, batch)
    except Problem as problem:
        inbox.synced(origin, None, problem.what)
        raise
    inbox.settle(clock())
    inbox.synced(origin, clock(), None)
    report.folders = len(inbox.cursors(account.name))

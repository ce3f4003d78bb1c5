"""Brings exports in: recognises them, puts their parts together, and carries them into the inbox batch by batch."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_inbox.connectors import Batch, Source
from tui_inbox.exports.report import Ask, FileReport, Question, Told
from tui_inbox.inbox import Inbox
from tui_inbox.inbox.progress import Progress, quiet
from tui_inbox.inbox.readers import batches
from tui_inbox.problems import Misconfigured, Problem, StoreTrouble, Unreadable
from tui_inbox.rules.model import MAIL, Class

MOST_PROBLEMS = 10_000

if TYPE_CHECKING:
    from tui_inbox.connectors.formats.bundle import Bundle
    from tui_inbox.exports.found import Found
    from tui_inbox.exports.whose import Ours
    from tui_inbox.inbox.origin import Origin
    from tui_inbox.store.sources import AccountLine

__all__ = ["Ask", "FileReport", "Progress", "Question", "Told", "bring_in", "bring_in_all"]


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
    progress: Progress = quiet,
    ask: Ask | None = None,
) -> list[FileReport]:
    """Import *path* and return a report for each export found in it; received times are capped at *now*.

    A folder that is no export itself is searched, one level deep, for exports, and an archive for archives. Raises
    `Unreadable` where nothing in it can be read, `Misconfigured` for a wrong kind or zone.
    """
    told = Told(kind, account, me, zone)
    reports: list[FileReport] = []
    for found in bring_in_all(inbox, [path], now, told, dry_run=dry_run, progress=progress, ask=ask):
        if isinstance(found, Problem):
            raise found
        reports.append(found)
    return reports


def bring_in_all(
    inbox: Inbox,
    paths: Sequence[Path],
    now: datetime,
    told: Told,
    *,
    dry_run: bool = False,
    progress: Progress = quiet,
    ask: Ask | None = None,
) -> Iterator[FileReport | Problem]:
    """Import *paths*, parts of one archive together; yield a report for each export, or why a path is none."""
    from tui_inbox.exports.parts import sorted_out

    run = _Run(inbox, now, told, dry_run, progress, ask)
    for found in sorted_out(paths, told.kind):
        if found.problem is not None and told.kind is None:
            inside = list(_inside(run, found.paths[0]))
            if inside:
                yield from inside
                continue
        try:
            yield run.bring(found)
        except (StoreTrouble, Misconfigured):
            raise
        except Problem as problem:
            yield problem


def _inside(run: _Run, path: Path) -> Iterator[FileReport | Problem]:
    """Yield what the exports in a folder or an archive came to that is none itself; nothing where it holds none."""
    from tui_inbox.exports.nested import archives_in
    from tui_inbox.exports.parts import sorted_out

    if path.is_dir():
        inner = sorted(one for one in path.iterdir() if not one.name.startswith("."))
        yield from _each(run, path, sorted_out(inner), {})
        return
    with archives_in(path) as archives:
        if archives:
            yield from _each(run, path, sorted_out(list(archives)), archives)


def _each(
    run: _Run, around: Path, several: Sequence[Found], archives: Mapping[Path, str]
) -> Iterator[FileReport | Problem]:
    """Yield what *several* exports came to; what is none is told with the first. *archives*: their paths inside."""
    reports: list[FileReport] = []
    strangers: list[tuple[str, str]] = []
    for found in several:
        paths = tuple(around / archives[one] if one in archives else one for one in found.paths)
        try:
            report = run.bring(found)
        except Unreadable as problem:
            strangers.append((paths[0].name, problem.what))
        else:
            report.path, report.parts = paths[0], paths if len(paths) > 1 else ()
            reports.append(report)
    if not reports:
        yield Unreadable(
            f"Nothing in {around} is an export that can be read.",
            "Name a file, or say with --kind what it is.",
        )
        return
    reports[0].problems.extend(strangers)
    yield from reports


class _Run:
    """One import, of one export or several."""

    def __init__(
        self, inbox: Inbox, now: datetime, told: Told, dry_run: bool, progress: Progress, ask: Ask | None
    ) -> None:
        self._inbox = inbox
        self._now = now
        self._told = told
        self._dry_run = dry_run
        self._progress = progress
        self._ask = ask
        self._broken: set[str] = set()
        """Channels that were said to be broken."""

    def bring(self, found: Found) -> FileReport:
        """Import one export; raise `Unreadable` where it cannot be."""
        from tui_inbox.connectors import load
        from tui_inbox.exports.whose import ours
        from tui_inbox.inbox.origin import Origin

        if found.bundle is None or found.problem is not None:
            assert found.problem is not None
            raise found.problem
        with found.bundle as bundle:
            channel = load.channel(found.kind)
            if not hasattr(channel, "sniff"):
                raise Misconfigured(
                    f"{found.kind} is a mailbox on a server, not an export.", "Add it with `tui-inbox account add`."
                )
            name = self._told.account or channel.CHANNEL
            known = ours(self._inbox, channel, bundle, self._told, self._inbox.sources.account(name), self._ask)
            report = FileReport(
                found.paths[0],
                found.kind,
                found.why,
                name,
                known.me,
                known.zone,
                known.me_why,
                known.zone_why,
                parts=found.paths if len(found.paths) > 1 else (),
            )
            broken = [(kind, one) for kind, one in load.broken() if kind not in self._broken]
            report.problems += [(f"channel {kind}", f"{one.what} {one.hint}") for kind, one in broken]
            self._broken.update(kind for kind, _ in broken)
            origin = Origin(name, found.kind, channel.CHANNEL, me=known.names, imported=True, zone=known.zone)
            source = channel.Source(bundle=bundle, zone=known.zone, me=known.names)
            with self._inbox.trial() if self._dry_run else contextlib.nullcontext(self._inbox) as into:
                self._carry(into, source, origin, report, bundle, known)
        return report

    def _carry(
        self, into: Inbox, source: Source, origin: Origin, report: FileReport, bundle: Bundle, known: Ours
    ) -> None:
        reading = {"kind": origin.kind, "me": known.me, "zone": known.zone}
        every = into.sources.cursors(origin.account)
        before = into.sources.account(origin.account)
        cursors = {place: value for place, value in every.items() if not self._otherwise(value, reading)}
        unsaid: dict[str, None] = {}
        mine = False
        for batch in batches(source, cursors):
            if origin.channel != MAIL:
                batch = replace(batch, cursor=_with(batch.cursor, reading))
            report.came.add(into.ingest(origin, batch, self._now))
            _note(report, batch)
            for one in batch.arrivals:
                mine = mine or bool(one.message.mine)
                report.zoned = report.zoned or one.message.local_at is not None
                if one.message.mine is None and one.message.verdict.as_ is Class.HUMAN and len(unsaid) < 20:
                    unsaid[one.message.sender.name or one.message.sender.identity] = None
            self._progress(report.path.name, batch)
        into.settle(self._now)
        into.sources.synced(origin, self._now, None)
        self._put_right(into, origin, report, before, every)
        _count_finished(report, cursors, bundle)
        with into.reader() as reader:
            report.archived = reader.among("archived", report.came.conversations, self._now)
        names = ", ".join(one for one in unsaid if one)
        if report.me is None and names and not mine and origin.channel != MAIL:
            report.hint = f"Nothing says which of them is you ({names}): name yourself with --me."
        if origin.channel == MAIL and report.came.new and not (into.config.me.addresses or into.config.accounts):
            report.hint = (
                "Nothing says which addresses are yours, so mail that you wrote counts as a customer's."
                f" Name them in [me] of config.toml, then `tui-inbox correct {origin.account}` puts it right."
            )

    def _otherwise(self, cursor: str, reading: dict[str, str | None]) -> bool:
        """Return whether what *cursor* stands for was read as something else than was said now."""
        kept = _reading(cursor)
        if not kept:
            return False
        said = {"kind": reading["kind"], "me": self._told.me, "zone": self._told.zone}
        return any(value is not None and kept.get(name) != value for name, value in said.items())

    def _put_right(
        self, into: Inbox, origin: Origin, report: FileReport, before: AccountLine | None, cursors: Mapping[str, str]
    ) -> None:
        """What was said now holds for what an earlier import of the same chats had read otherwise."""
        if origin.channel == MAIL or before is None or not (self._told.me or self._told.zone):
            return
        told = self._told.zone
        # What the account remembers alone does not tell: the first of several files of this import has changed it.
        zones = {before.zone, *(_reading(one).get("zone") for one in cursors.values())} - {told, None, ""}
        shifted = any(one.shift for one in origin.walked.values())
        otherwise = (sorted(str(one) for one in zones), told) if told and zones and not shifted else None
        conversations = report.came.conversations
        report.corrected = into.put_right(origin.account, conversations, self._told.me, otherwise, self._now)


def _note(report: FileReport, batch: Batch) -> None:
    """Add what was set aside to the report, the first ten thousand of it; all of it is kept in the store."""
    room = max(0, MOST_PROBLEMS - len(report.problems))
    report.problems.extend((one.where, one.what) for one in batch.set_aside[:room])


def _with(cursor: str, reading: dict[str, str | None]) -> str:
    """Return *cursor* with a note of how its file was read; a cursor in another notation as it is."""
    fields = _fields(cursor)
    return json.dumps({**fields, "with": reading}, ensure_ascii=False) if fields else cursor


def _reading(cursor: str) -> dict[str, Any]:
    """Return how the file of *cursor* was read: as which kind, with whom as me, in which zone."""
    kept = _fields(cursor).get("with")
    return kept if isinstance(kept, dict) else {}


def _fields(cursor: str) -> dict[str, Any]:
    try:
        found = json.loads(cursor)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _count_finished(report: FileReport, cursors: dict[str, str], bundle: Bundle) -> None:
    """A file that was read to its end before yields nothing: all that it holds is known."""
    if report.came.found:
        return
    for place, value in cursors.items():
        fields = _fields(value)
        if bundle.digest in place and fields.get("done"):
            report.came.found = report.came.known = report.came.known + int(fields.get("count", 0))

"""Watched folders: what is dropped there is imported; nothing in them is ever moved, changed or deleted."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tui_inbox.config import InboxFolder
from tui_inbox.exports import FileReport, bring_in
from tui_inbox.inbox import Inbox
from tui_inbox.inbox.progress import Progress, quiet
from tui_inbox.problems import Problem, StoreTrouble, Unreadable

SETTLED = 2.0
"""Seconds for which nothing may have changed: before, it is still being copied."""
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".opdownload")
_MOST = 100_000
"""Files of a folder that are looked at to see whether it has changed."""


@dataclass(slots=True)
class FolderReport:
    """What lay in one watched folder: what came in, what could not be read (told once), what is still being written.

    `problem` says why the folder itself could not be looked through.
    """

    path: Path
    files: list[FileReport] = field(default_factory=list)
    failed: list[tuple[str, Problem]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    unchanged: int = 0
    problem: Problem | None = None


def look_through(inbox: Inbox, clock: Callable[[], datetime], *, progress: Progress = quiet) -> Iterator[FolderReport]:
    """Import what is new in each watched folder and yield a report of it; one folder's trouble stops no other."""
    for folder in inbox.config.inbox_folders:
        report = FolderReport(Path(folder.path).expanduser())
        try:
            _look_through(inbox, folder, report, clock, progress)
        except StoreTrouble:
            raise
        except Problem as problem:
            report.problem = problem
        yield report


def _look_through(
    inbox: Inbox, folder: InboxFolder, report: FolderReport, clock: Callable[[], datetime], progress: Progress
) -> None:
    path = report.path
    place = str(path.absolute())
    known = inbox.sources.dropped(place)
    present = _entries(path)
    for entry in present:
        mark, changed = _mark(entry)
        if known.get(entry.name) == mark:
            report.unchanged += 1
        elif entry.name.casefold().endswith(_UNFINISHED) or abs(clock().timestamp() - changed) < SETTLED:
            report.waiting.append(entry.name)
        else:
            _take(inbox, folder, entry, mark, report, clock, progress)
    gone = known.keys() - {entry.name for entry in present}
    if gone:
        inbox.sources.forget_dropped(place, {entry.name for entry in present})


def _take(
    inbox: Inbox,
    folder: InboxFolder,
    entry: Path,
    mark: str,
    report: FolderReport,
    clock: Callable[[], datetime],
    progress: Progress,
) -> None:
    problem: Problem | None = None
    try:
        report.files += bring_in(inbox, entry, clock(), account=folder.account, zone=folder.zone, progress=progress)
    except StoreTrouble:
        raise
    except Problem as trouble:
        problem = trouble
    if _mark(entry)[0] != mark:
        report.waiting.append(entry.name)  # it grew while it was read; what came in is known by then
        return
    if problem is not None:
        report.failed.append((entry.name, problem))
    inbox.sources.note_dropped(
        str(report.path.absolute()), entry.name, mark, None if problem is None else problem.what, clock()
    )


def _entries(path: Path) -> list[Path]:
    """Return what lies in the watched folder *path*; `Unreadable` where it cannot be looked into."""
    try:
        return sorted(one for one in path.iterdir() if not one.name.startswith("."))
    except FileNotFoundError:
        raise Unreadable(
            f"There is no folder {path}.", "Make it, or correct [[inbox_folder]] in config.toml."
        ) from None
    except NotADirectoryError:
        raise Unreadable(f"{path} is no folder.", "Name one in [[inbox_folder]] of config.toml.") from None
    except OSError as trouble:
        raise Unreadable(f"{path} cannot be read: {trouble.strerror}.", "Give yourself the right to read it.") from None


def _mark(entry: Path) -> tuple[str, float]:
    """Return what changes when a file, or anything in a folder, changes; and when (epoch seconds) it last did."""
    try:
        if not entry.is_dir():
            found = entry.stat()
            return f"{found.st_size}:{found.st_mtime_ns}", found.st_mtime
        digest = hashlib.sha256()
        last = entry.stat().st_mtime
        for count, (name, size, at) in enumerate(sorted(_inside(os.fspath(entry)))):
            if count == _MOST:
                break
            digest.update(f"{name}\0{size}\0{at}\0".encode("utf-8", "surrogateescape"))
            last = max(last, at / 1e9)
        return digest.hexdigest(), last
    except OSError:
        return "gone", 0.0


def _inside(folder: str) -> Iterator[tuple[str, int, int]]:
    """Yield path in *folder*, size in bytes and time of change (epoch ns) of each file below it."""
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    found = entry.stat(follow_symlinks=False)
                    yield entry.path.removeprefix(folder), found.st_size, found.st_mtime_ns

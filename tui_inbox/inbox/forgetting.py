"""A customer who asks to be forgotten: what there is of them, and its erasing in the store and in its copies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tui_inbox.config import Config
from tui_inbox.inbox import acts
from tui_inbox.inbox.reading import Readings
from tui_inbox.problems import Problem
from tui_inbox.rules.model import ME, Archive
from tui_inbox.store import already, copies, erasing, projection, theirs
from tui_inbox.store.theirs import Traces
from tui_inbox.store.writer import Writer


@dataclass(slots=True)
class Forgotten:
    """What was erased, and what this program could not reach."""

    messages: int = 0
    mentions: int = 0
    conversations: int = 0
    backups: list[Path] = field(default_factory=list)
    """Copies of the store in which they were erased too."""
    still: list[tuple[str, str]] = field(default_factory=list)
    """What holds them still, and what to do about it."""


def forget(writer: Writer, config: Config, who: Traces, now: datetime) -> Forgotten:
    """Erase *who* in every copy that can be reached, then in the store. Raises `StoreTrouble`; then it may be repeated.

    The store comes last: while it still knows them, an interrupted run can be begun anew.
    """
    came = Forgotten(conversations=len(who.alone) + len(who.shared))
    for copy in copies.copies(writer.path) if who.keys else ():
        _forget_copy(copy, config, who.keys, now, came)
    erased = _erase(writer, config, who, now, archive=True)
    erasing.wipe(writer.path)
    came.messages, came.mentions = erased.messages, erased.mentions
    for folder, name in erased.dropped:
        if (Path(folder) / name).exists():
            came.still.append((str(Path(folder) / name), "Delete it: it would be read again."))
        else:
            with writer.unit() as unit:
                erasing.forget_dropped(unit, folder, name)
    if erased.dropped:
        erasing.wipe(writer.path)
    return came


def _erase(writer: Writer, config: Config, who: Traces, now: datetime, *, archive: bool) -> theirs.Erased:
    with writer.unit() as unit:
        if archive:
            seen = already.watermark(unit)
            acts.perform(unit, config, [Archive(id_, seen) for id_ in who.alone], now)
        erased = erasing.erase(unit, who)
        for id_ in who.alone:
            projection.saw(unit, id_, already.watermark(unit))  # nothing is left there to be seen
        every = [*who.alone, *who.shared]
        Readings(unit, config).record(every, now, ME)
        for id_ in every:
            projection.event(unit, id_, now, "customer erased", ME, {})
        return erased


def _forget_copy(copy: copies.Copy, config: Config, keys: Sequence[str], now: datetime, came: Forgotten) -> None:
    if not copy.here:
        came.still.append((str(copy.path), "It is not there now; if it was moved, delete it where it is."))
        return
    if not copies.is_current(copy.path):
        came.still.append((str(copy.path), "It is of another version, or damaged: delete it."))
        return
    try:
        with closing(Writer(copy.path)) as writer:
            with writer.window() as unit:
                contact = theirs.known_as(unit, keys)
                who = None if contact is None else theirs.traces(unit, contact)
            if who is None:
                return
            _erase(writer, config, who, now, archive=False)
            erasing.wipe(copy.path)
        copies.seal(copy.path)
        came.backups.append(copy.path)
    except Problem as problem:
        came.still.append((str(copy.path), f"{problem.what} {problem.hint}".strip()))

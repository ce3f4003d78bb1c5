"""Reads mail in processes of its own, as many as there are cores: reading costs more than all that comes after it.

A process takes mails and answers with the messages and with what the store keeps of them: it knows no store. What one
mail may cost is bounded; a mail that costs more is taken in as it came, unread.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from tui_inbox.connectors import Arrival, Batch, MailSource, Source, Unread
from tui_inbox.problems import Problem

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tui_inbox.connectors.formats import apart

MOST = 4
"""Readers at once: more find no work, since one process writes what they read."""


AT_ONCE = 25
"""So few mails in front of all others are not held back until more of them have come."""

SPARE = 2
"""Batches of files that wait for the writer, so that no reader waits for it: a sixth of an import's time."""


def batches(source: Source, cursors: dict[str, str], most: int | None = None) -> Iterator[Batch]:
    """Yield what `source.read` yields; mails of several batches are read beside each other, by up to *most* readers."""
    readers = min(MOST, _cores()) if most is None else most
    if not isinstance(source, MailSource):
        from tui_inbox.inbox import ahead  # deferred: no mailbox needs it

        yield from ahead.batches(source, cursors) if readers > 1 else source.read(cursors)
        return
    waiting = source.unread(cursors)
    try:
        for batch in waiting:
            if readers > 1 and len(batch.unread) > AT_ONCE:
                yield from _side_by_side(chain([batch], waiting), readers)
                return
            yield _with(batch, _one_by_one(batch.unread)) if batch.unread else batch
    finally:
        if (close := getattr(waiting, "close", None)) is not None:
            close()


def _one_by_one(mails: Sequence[Unread]) -> Sequence[Arrival]:
    from tui_inbox.connectors.formats import apart  # deferred: a mailbox without news needs nothing that reads mail
    from tui_inbox.inbox.worked import read

    return read(apart.each, mails)


def _side_by_side(unread: Iterator[Batch], readers: int) -> Iterator[Batch]:
    """Yield the batches in their order, as soon as they are read; also those that came before the source broke off."""
    from concurrent.futures import ThreadPoolExecutor

    from tui_inbox.connectors.formats import apart

    workers = [apart.Worker() for _ in range(readers)]
    idle = list(workers)
    going: deque[tuple[Batch, Future[Sequence[Arrival]]]] = deque()
    threads = ThreadPoolExecutor(readers, "reader")
    broke_off: Problem | None = None
    try:
        while (batch := _next(unread)) is not None:
            if isinstance(batch, Problem):
                broke_off = batch
                break
            going.append((batch, threads.submit(_by_one_of, idle, batch.unread)))
            # From a server the next may be long in coming: what is read is taken in first.
            spare = 0 if any(one.location for one in batch.unread) else SPARE
            if len(going) > readers + spare or (going[0][1].done() and (not spare or _busy(going) >= readers)):
                yield _done(*going.popleft())
        while going:
            yield _done(*going.popleft())
        if broke_off is not None:
            raise broke_off
    finally:
        for worker in workers:
            worker.dismiss()
        threads.shutdown(cancel_futures=True)
        for worker in workers:
            worker.end()


def _next(unread: Iterator[Batch]) -> Batch | Problem | None:
    """Return the next batch, None at the end, or what keeps it from coming."""
    try:
        return next(unread, None)
    except Problem as problem:
        return problem


def _by_one_of(idle: list[apart.Worker], mails: Sequence[Unread]) -> Sequence[Arrival]:
    from tui_inbox.inbox.worked import read

    worker = idle.pop()
    try:
        return read(worker.each, mails)
    finally:
        idle.append(worker)


def _busy(going: Iterable[tuple[Batch, Future[Sequence[Arrival]]]]) -> int:
    return sum(not arrivals.done() for _, arrivals in going)


def _done(batch: Batch, arrivals: Future[Sequence[Arrival]]) -> Batch:
    return _with(batch, arrivals.result())


def _with(batch: Batch, arrivals: Sequence[Arrival]) -> Batch:
    return replace(batch, arrivals=(*batch.arrivals, *arrivals), unread=())


def _cores() -> int:
    usable: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else os.cpu_count() or 1

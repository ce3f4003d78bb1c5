"""Reads mail in processes of its own, as many as there are cores: reading costs more than all that comes after it.

A process takes mails and answers with the messages and with what the store keeps of them: it knows no store. What one
mail may cost is bounded; a mail that costs more is taken in as it came, unread.
"""

from __future__ import annotations

import copyreg
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from itertools import chain
from operator import attrgetter
from typing import Any

from tui_inbox.connectors import Arrival, Batch, MailSource, Source, Unread, rfc822
from tui_inbox.connectors.formats import apart, mailfiles
from tui_inbox.problems import Problem
from tui_inbox.rules.model import Attachment, Message, Person, Verdict
from tui_inbox.store.prepared import Prepared, prepare

MOST = 4
"""Readers at once: more find no work, since one process writes what they read."""


AT_ONCE = 25
"""So few mails in front of all others are not held back until more of them have come."""

SPARE = 2
"""Batches of files that wait for the writer, so that no reader waits for it: a sixth of an import's time."""

_RAW = [one.name for one in fields(Message)].index("raw")
_SAID: Callable[[Message], tuple[Any, ...]] = attrgetter(*(one.name for one in fields(Message)))
_PARTS: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    kind: attrgetter(*(one.name for one in fields(kind))) for kind in (Person, Attachment, Verdict, Prepared)
}
for _kind in _PARTS:
    # A dataclass says its fields one by one, by their names, each time that one is sent: that takes as long as a
    # tenth of the reading.
    copyreg.pickle(_kind, lambda one: (type(one), _PARTS[type(one)](one)))

Worked = tuple[tuple[Any, ...], tuple[Any, ...], Prepared]
"""What a message says before its bytes, and behind them: the other side has the bytes. And what is kept of it."""
Each = Callable[[Callable[..., Worked], Sequence[rfc822.Raw]], Iterator[Worked | apart.TooMuch]]
"""Does the work for each mail in a process of its own."""


@dataclass(frozen=True, slots=True)
class Read(Arrival):
    """A mail that was read elsewhere, with what the store keeps of it."""

    prepared: Prepared | None = None


def batches(source: Source, cursors: dict[str, str], most: int | None = None) -> Iterator[Batch]:
    """Yield what `source.read` yields; mails of several batches are read beside each other, by up to *most* readers."""
    if not isinstance(source, MailSource):
        yield from source.read(cursors)
        return
    waiting = source.unread(cursors)
    readers = min(MOST, _cores()) if most is None else most
    try:
        for batch in waiting:
            if readers > 1 and len(batch.unread) > AT_ONCE:
                yield from _side_by_side(chain([batch], waiting), readers)
                return
            yield _with(batch, read(apart.each, batch.unread))
    finally:
        if (close := getattr(waiting, "close", None)) is not None:
            close()


def _side_by_side(unread: Iterator[Batch], readers: int) -> Iterator[Batch]:
    """Yield the batches in their order, as soon as they are read; also those that came before the source broke off."""
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


def read(each: Each, mails: Sequence[Unread]) -> Sequence[Arrival]:
    """Return *mails* as they arrive, in their order, read by *each*, or here where no process can be had."""
    try:
        found = each(_worked_out, [(one.raw, one.position, one.where, one.received_at) for one in mails])
        return [_arrival(one, what) for one, what in zip(mails, found, strict=True)]
    except apart.NoProcess:
        return [mailfiles.arrival(one) for one in mails]


def _arrival(of: Unread, found: Worked | apart.TooMuch) -> Arrival:
    if isinstance(found, apart.TooMuch):
        return of.arrived(rfc822.unread(of.raw, of.position, of.where, of.received_at, found))
    before, behind, prepared = found
    one = of.arrived(Message(*(*before, of.raw, *behind)))
    return Read(
        one.message, one.location, one.history, one.rank, one.object_id, one.partial, one.also, prepared=prepared
    )


def _cores() -> int:
    usable: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else os.cpu_count() or 1


def _worked_out(*mail: Any) -> Worked:
    """Return *mail* (`rfc822.Raw`) as the message says it, and what is kept of it."""
    message = rfc822.read_here(*mail)
    said = _SAID(message)
    return said[:_RAW], said[_RAW + 1 :], prepare(message)

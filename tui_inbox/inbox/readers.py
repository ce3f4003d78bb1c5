"""Reads mail in processes of its own, as many as there are cores: reading costs more than all that comes after it.

A process takes mails and answers with the messages and with what the store keeps of them: it knows no store. What one
mail may cost is bounded; a mail that costs more is taken in as it came, unread.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, islice

from tui_inbox.connectors import Arrival, Batch, MailSource, Source, Unread, rfc822
from tui_inbox.connectors.formats import apart, mailfiles
from tui_inbox.rules.model import Message
from tui_inbox.store.prepared import Prepared, prepare

MOST = 4
"""Readers at once: more find no work, since one process writes what they read."""


Worked = tuple[Message, Prepared]
Each = Callable[[Callable[[Unread], Worked], Sequence[tuple[Unread]]], Iterator[Worked | apart.TooMuch]]
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
    few = list(islice(waiting, 2))
    readers = min(MOST, _cores()) if most is None else most
    if len(few) < 2 or readers < 2:
        for batch in chain(few, waiting):
            yield _with(batch, read(apart.each, batch.unread))
        return
    yield from _side_by_side(chain(few, waiting), readers)


def _side_by_side(unread: Iterator[Batch], readers: int) -> Iterator[Batch]:
    workers = [apart.Worker() for _ in range(readers)]
    idle = list(workers)
    going: deque[tuple[Batch, Future[Sequence[Arrival]]]] = deque()
    threads = ThreadPoolExecutor(readers, "reader")
    try:
        for batch in unread:
            going.append((batch, threads.submit(_by_one_of, idle, batch.unread)))
            if len(going) > readers:
                yield _done(*going.popleft())
        while going:
            yield _done(*going.popleft())
    finally:
        for worker in workers:
            worker.dismiss()
        threads.shutdown(cancel_futures=True)
        for worker in workers:
            worker.end()


def _by_one_of(idle: list[apart.Worker], mails: Sequence[Unread]) -> Sequence[Arrival]:
    worker = idle.pop()
    try:
        return read(worker.each, mails)
    finally:
        idle.append(worker)


def _done(batch: Batch, arrivals: Future[Sequence[Arrival]]) -> Batch:
    return _with(batch, arrivals.result())


def _with(batch: Batch, arrivals: Sequence[Arrival]) -> Batch:
    return replace(batch, arrivals=(*batch.arrivals, *arrivals), unread=())


def read(each: Each, mails: Sequence[Unread]) -> Sequence[Arrival]:
    """Return *mails* as they arrive, in their order, read by *each*, or here where no process can be had."""
    try:
        found = each(_worked_out, [(one,) for one in mails])
        return [_arrival(one, what) for one, what in zip(mails, found, strict=True)]
    except apart.NoProcess:
        return [mailfiles.arrival(one) for one in mails]


def _arrival(of: Unread, found: Worked | apart.TooMuch) -> Arrival:
    if isinstance(found, apart.TooMuch):
        return Arrival(
            rfc822.unread(of.raw, of.position, of.where, of.received_at, found), of.location, of.history, of.rank
        )
    message, prepared = found
    return Read(replace(message, raw=of.raw), of.location, of.history, of.rank, prepared=prepared)


def _cores() -> int:
    usable: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else os.cpu_count() or 1


def _worked_out(mail: Unread) -> Worked:
    """Return *mail* as a message without its bytes, which the other side has, and what is kept of it."""
    message = mailfiles.arrival(mail).message
    return replace(message, raw=b""), prepare(message)

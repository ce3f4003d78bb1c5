"""Reads mail in processes of its own, as many as there are cores: reading costs more than all that comes after it.

A reader is this module run as a program. It takes mails from its standard input, answers each lot on its standard
output with the messages and with what the store keeps of them, and ends when its input does: it knows no store, and
whatever becomes of this process, none stays behind.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import IO

from tui_inbox.connectors import Arrival, Batch, MailSource, Source, Unread
from tui_inbox.connectors.formats import mailfiles
from tui_inbox.rules.model import Message
from tui_inbox.store.prepared import Prepared, prepare

MOST = 4
"""Readers at once: more find no work, since one process writes what they read."""
SIZE = 8
"""Bytes before each lot that say how long it is."""

Lot = list[tuple[Message, Prepared]]


@dataclass(frozen=True, slots=True)
class Read(Arrival):
    """A mail that was read elsewhere, with what the store keeps of it."""

    prepared: Prepared | None = None


def batches(source: Source, cursors: dict[str, str], most: int | None = None) -> Iterator[Batch]:
    """Yield what `source.read` yields; mails of several batches are read beside each other, by up to *most* readers."""
    readers = min(MOST, _cores()) if most is None else most
    if readers < 2 or not isinstance(source, MailSource):
        yield from source.read(cursors)
        return
    waiting = source.unread(cursors)
    few = list(islice(waiting, 2))
    if len(few) < 2:
        # So few mails are read before another process has begun.
        yield from mailfiles.opened(iter(few))
        return
    yield from _side_by_side(chain(few, waiting), readers)


def _side_by_side(unread: Iterator[Batch], readers: int) -> Iterator[Batch]:
    idle = [Reader() for _ in range(readers)]
    going: deque[tuple[Batch, Future[Sequence[Arrival]]]] = deque()
    with ThreadPoolExecutor(readers, "reader") as threads:
        try:
            for batch in unread:
                going.append((batch, threads.submit(_by_one_of, idle, batch.unread)))
                if len(going) > readers:
                    yield _read(*going.popleft())
            while going:
                yield _read(*going.popleft())
        finally:
            for _, one in going:
                one.cancel()
            threads.shutdown()
            for reader in idle:
                reader.close()


def _by_one_of(idle: list[Reader], mails: Sequence[Unread]) -> Sequence[Arrival]:
    reader = idle.pop()
    try:
        return reader.read(mails)
    finally:
        idle.append(reader)


def _read(batch: Batch, arrivals: Future[Sequence[Arrival]]) -> Batch:
    return replace(batch, arrivals=(*batch.arrivals, *arrivals.result()), unread=())


class Reader:
    """A process that reads mails; where it cannot be had any more, they are read here.

    It is started with `-P`: what lies in the folder that an import was asked for in is no code of ours.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = subprocess.Popen(  # noqa: S603 - this very module
            [sys.executable, "-P", "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def read(self, mails: Sequence[Unread]) -> Sequence[Arrival]:
        """Return *mails* as they arrive, in their order."""
        if self._process is None:
            return [mailfiles.arrival(one) for one in mails]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            _write(self._process.stdin, mails)
            lot = _lot(self._process.stdout)
        except (OSError, EOFError):
            self.close()
            return self.read(mails)
        return [
            Read(replace(message, raw=one.raw), one.location, one.history, one.rank, prepared=prepared)
            for one, (message, prepared) in zip(mails, lot, strict=True)
        ]

    def close(self) -> None:
        """End it, whatever it is at."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _cores() -> int:
    usable: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else os.cpu_count() or 1


def _write(to: IO[bytes], lot: object) -> None:
    said = pickle.dumps(lot, protocol=5)
    to.write(len(said).to_bytes(SIZE))
    to.write(said)
    to.flush()


def _lot(of: IO[bytes]) -> Lot:
    """Return the next lot of *of*. Raises `EOFError` at its end."""
    size = int.from_bytes(of.read(SIZE))
    said = of.read(size)
    if not size or len(said) < size:
        raise EOFError
    found: Lot = pickle.loads(said)  # noqa: S301 - said by a process of ours, through a pipe nobody else holds
    return found


def serve(given: IO[bytes], told: IO[bytes]) -> None:
    """Read lot after lot of mails from *given*, and say to *told* what they are, until *given* ends."""
    while True:
        size = int.from_bytes(given.read(SIZE))
        if not size:
            return
        mails: list[Unread] = pickle.loads(given.read(size))  # noqa: S301 - said by the process that started this one
        _write(told, [_worked_out(one) for one in mails])


def _worked_out(mail: Unread) -> tuple[Message, Prepared]:
    """Return *mail* as a message without its bytes, which the other side has, and what is kept of it."""
    message = mailfiles.arrival(mail).message
    return replace(message, raw=b""), prepare(message)


if __name__ == "__main__":
    # Ctrl+C goes to all of the terminal's processes: this one ends when the one that started it lets go.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer)

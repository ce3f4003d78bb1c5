"""Does what a stranger may have made slow in processes of their own, ended where one takes too long or too much.

Such a process holds itself to a time of its own for each question, so that no parser in C and no busy machine can
make that longer or shorter; it ends with its input, and where nobody asks for a while.
"""

from __future__ import annotations

import atexit
import fcntl
import importlib
import os
import pickle
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from typing import IO, Any, TypeVar

LIMIT = 30
"""Seconds of its own time that a process may take for one message."""
STILL = 10 * LIMIT
"""Seconds for which nothing is heard of a process before it is given up, whatever the reason."""
MEMORY = 2 << 30
"""Bytes of memory that a process may use."""
UNASKED = 30.0
"""Seconds after which a process that nobody asks ends itself."""
WIDE = 1 << 20
"""Bytes that go through a pipe at once."""
TOGETHER = 50
"""Messages that are asked for at once: what is lost, and done again, with a process that ends."""
_SIZE = 8

Answer = TypeVar("Answer")


class TooMuch(Exception):  # noqa: N818 - it is no error of ours: whoever asked says what it means
    """It took longer, or more memory, than one message may."""


class NoProcess(Exception):  # noqa: N818 - whoever asked does the work itself
    """No process can be had."""


class Dismissed(Exception):  # noqa: N818 - nobody waits for the answer any more
    """Another thread has dismissed the process while it was asked."""


class _Died(Exception):  # noqa: N818 - it is tried once more
    """The process ended before it answered, or was still for too long."""


class Worker:
    """One process, begun when it is first needed, and again after it was ended."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._dismissed = False

    def each(self, do: Callable[..., Answer], many: Sequence[tuple[Any, ...]]) -> Iterator[Answer | TooMuch]:
        """Yield for each of *many* what *do*, a function of a module, returns for it; `TooMuch` where it does not.

        What ends the process costs its own answer and no other's. Raises `NoProcess`, or `Dismissed`.
        """
        done, careful = 0, False
        try:
            while done < len(many):
                self._begin(do.__module__)
                try:
                    for answer in self._asked(_questions(do, many[done:], 1 if careful else TOGETHER), careful):
                        yield answer
                        done += 1
                except _Died:
                    self.end()
                    if self._dismissed:
                        raise Dismissed from None
                    if careful:
                        yield TooMuch()
                        done += 1
                    careful = True  # one by one from here on: whichever it was, it is the first without an answer
        except BaseException:
            self.end()  # what it still says would be taken for the next answer
            raise

    def all(self, do: Callable[..., Answer], questions: Iterator[tuple[Any, ...]]) -> Generator[Answer, None, None]:
        """Yield what *do*, a function of a module, returns for one of *questions* after another, the next asked ahead.

        It may take twice the time of a message for each. Raises `NoProcess` where there is none, or none any more.
        """
        self._begin(do.__module__)
        try:
            yield from self._asked((_question(do, [one], 2 * LIMIT) for one in questions), careful=False)
        except _Died:
            raise NoProcess from None
        finally:
            self.end()

    def end(self) -> None:
        """End it, whatever it is at."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def dismiss(self) -> None:
        """End it for good, from any thread: whoever still waits for an answer gets none. `end` follows."""
        self._dismissed = True
        if (process := self.process) is not None:
            process.kill()

    def _begin(self, module: str) -> None:
        """See that there is a process, with *module* imported: what is wrong with all of them is no message's fault."""
        if self.process is not None and self.process.poll() is None:
            return
        self.end()
        if self._dismissed:
            raise Dismissed
        try:
            self.process = subprocess.Popen(  # noqa: S603 - this very interpreter, and this module
                [sys.executable, "-P", "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
            _wide(self.process)
            for _ in self._asked(_questions(ready, [(module,)], 1), careful=True):
                pass
        except (OSError, _Died) as trouble:
            self.end()
            raise NoProcess from trouble

    def _asked(self, questions: Iterator[bytes], careful: bool) -> Iterator[Any]:
        """Yield the answers to *questions*, one of them asked ahead unless *careful*. Raises `_Died`."""
        process = self.process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        to, from_ = process.stdin.fileno(), process.stdout.fileno()
        open_, still = 0, 0
        left = memoryview(b"")
        heard = bytearray()
        while True:
            if not left and open_ < (1 if careful else 2) and (question := next(questions, None)) is not None:
                left, open_ = memoryview(len(question).to_bytes(_SIZE) + question), open_ + 1
            if not open_:
                return
            # Second by second: one that this process was stopped for, or slept through, counts for no more than that.
            given, taken, _ = select.select([from_], [to] if left else [], [], 1.0)
            still = 0 if given or taken else still + 1
            if still > STILL:
                raise _Died
            try:
                if taken:
                    left = left[os.write(to, left) :]
                if given:
                    _hear(from_, heard)
            except (OSError, EOFError):
                raise _Died from None
            for answers in _whole(heard):
                open_ -= 1
                yield from answers


_RESTING: deque[Worker] = deque()


def each(do: Callable[..., Answer], many: Sequence[tuple[Any, ...]]) -> Iterator[Answer | TooMuch]:
    """Yield what `Worker.each` does, by a process that nobody else asks meanwhile; one is kept for the next."""
    try:
        worker = _RESTING.pop()
    except IndexError:
        worker = Worker()
    try:
        yield from worker.each(do, many)
    finally:
        _RESTING.append(worker)


def apart(do: Callable[..., Answer], *arguments: Any) -> Answer:
    """Return what *do*, a function of a module, returns for *arguments*; raise `TooMuch` where it does not in time.

    Where no process can be had, it is done here.
    """
    try:
        (found,) = each(do, [arguments])
    except NoProcess:
        return do(*arguments)
    if isinstance(found, TooMuch):
        raise found
    return found


@atexit.register
def end() -> None:
    """End the processes that wait to be asked."""
    while _RESTING:
        _RESTING.pop().end()


def _questions(do: Callable[..., Any], many: Sequence[tuple[Any, ...]], most: int) -> Iterator[bytes]:
    """Yield *many* in lots of at most *most*: each waking of either side costs, and each word that is said again."""
    for at in range(0, len(many), most):
        yield _question(do, many[at : at + most], LIMIT)


def _question(do: Callable[..., Any], many: Sequence[tuple[Any, ...]], seconds: float) -> bytes:
    return pickle.dumps((do.__module__, do.__qualname__, many, seconds), protocol=5)


def _wide(process: subprocess.Popen[bytes]) -> None:
    """Let much go through the pipes at once, where the system can: each waking of either side costs."""
    assert process.stdin is not None
    assert process.stdout is not None
    os.set_blocking(process.stdin.fileno(), False)
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # this user has enough of them
                fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, WIDE)


def _hear(stream: int, heard: bytearray) -> None:
    part = os.read(stream, WIDE)
    if not part:
        raise EOFError
    heard += part


def _whole(heard: bytearray) -> Iterator[list[Any]]:
    """Take out of *heard*, and yield, the answers that are there in whole."""
    while len(heard) >= _SIZE:
        end = _SIZE + int.from_bytes(heard[:_SIZE])
        if len(heard) < end:
            return
        said = bytes(heard[_SIZE:end])
        del heard[:end]
        yield pickle.loads(said)  # noqa: S301 - said by a process of ours, through a pipe nobody else holds


# --- the process itself -------------------------------------------------------------------------------------


def ready(module: str) -> bool:
    """Import *module*, so that no message pays for it."""
    importlib.import_module(module)
    return True


def serve(given: IO[bytes], told: IO[bytes]) -> None:
    """Answer one lot of questions after another, until the input ends or nothing comes."""
    while select.select([given], [], [], UNASKED)[0] and (size := _number(given)):
        module, name, many, limit = pickle.loads(_exactly(given, size))  # noqa: S301 - said by the process that started this one
        do = getattr(importlib.import_module(module), name)
        answers = []
        for one in many:
            _allow(limit)
            answers.append(do(*one))
        said = pickle.dumps(answers, protocol=5)
        told.write(len(said).to_bytes(_SIZE) + said)
        told.flush()


def _number(given: IO[bytes]) -> int:
    return int.from_bytes(_exactly(given, _SIZE))


def _exactly(given: IO[bytes], size: int) -> bytes:
    """Return *size* bytes, fewer at the end of *given*; it is not buffered, so that `select` sees what is left."""
    parts = []
    while size > 0 and (part := given.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _allow(seconds: float) -> None:
    """Let the system end this process once it has worked for so many *seconds* more, whatever it is at."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(time.process_time() + seconds) + 2  # it is counted in whole seconds, and one may be nearly over
    resource.setrlimit(resource.RLIMIT_CPU, (until if most == resource.RLIM_INFINITY else min(until, most), most))


def _bounded() -> None:
    """Let this process use no more memory than a message may, leave no picture of it, and live through Ctrl+C."""
    import resource

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it goes to all of a terminal's processes: whoever asked says when
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = min([MEMORY, *(one for one in resource.getrlimit(resource.RLIMIT_AS) if one != resource.RLIM_INFINITY)])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    _bounded()
    with open(0, "rb", buffering=0, closefd=False) as asked, open(1, "wb", buffering=WIDE, closefd=False) as answers:
        serve(asked, answers)

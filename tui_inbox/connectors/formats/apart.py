"""Does what a stranger may have made slow in a process of its own, ended when it takes too long or too much."""

from __future__ import annotations

import atexit
import importlib
import os
import pickle
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Any, TypeVar

LIMIT = 30.0
"""Seconds for one message."""
MEMORY = 2 << 30
"""Bytes of memory that the process may use."""
_SIZE = 8

Answer = TypeVar("Answer")


class TooMuch(Exception):  # noqa: N818 - it is no error of ours: whoever asked says what it means
    """It took longer, or more memory, than one message may."""


class _Worker:
    """One process, begun when it is first needed, and again after it was ended; it ends with this one."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: bytes, limit: float) -> bytes:
        with self._turn:
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(  # noqa: S603 - this very interpreter, and this module
                    [sys.executable, "-P", "-m", __name__],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    bufsize=0,
                )
            try:
                return _exchange(self._process, question, time.monotonic() + limit)
            except (OSError, EOFError) as trouble:
                self.end()
                raise TooMuch from trouble
            except BaseException:
                self.end()  # what it still says would be taken for the next answer
                raise

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


_WORKER = _Worker()
atexit.register(_WORKER.end)


def apart(do: Callable[..., Answer], *arguments: Any, limit: float | None = None) -> Answer:
    """Return what *do*, a function of a module, returns for *arguments*; raise `TooMuch` where it does not in time."""
    question = pickle.dumps((do.__module__, do.__qualname__, arguments), protocol=5)
    found: Answer = pickle.loads(_WORKER.ask(question, LIMIT if limit is None else limit))  # noqa: S301 - said by a process of ours, through a pipe nobody else holds
    return found


def _exchange(process: subprocess.Popen[bytes], question: bytes, end: float) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    left = memoryview(len(question).to_bytes(_SIZE) + question)
    os.set_blocking(process.stdin.fileno(), False)
    while left:
        _wait([], [process.stdin], end)
        left = left[os.write(process.stdin.fileno(), left) :]
    size = int.from_bytes(_received(process.stdout, _SIZE, end))
    return _received(process.stdout, size, end)


def _received(stream: IO[bytes], size: int, end: float) -> bytes:
    parts = []
    while size > 0:
        _wait([stream], [], end)
        part = os.read(stream.fileno(), min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _wait(given: list[IO[bytes]], taken: list[IO[bytes]], end: float) -> None:
    if select.select(given, taken, [], max(end - time.monotonic(), 0)) == ([], [], []):
        raise TooMuch


def _serve(given: IO[bytes], told: IO[bytes]) -> None:
    """Answer one question after another, until the input ends."""
    while size := int.from_bytes(given.read(_SIZE)):
        module, name, arguments = pickle.loads(given.read(size))  # noqa: S301 - said by the process that started this one
        answer = pickle.dumps(getattr(importlib.import_module(module), name)(*arguments), protocol=5)
        told.write(len(answer).to_bytes(_SIZE) + answer)
        told.flush()


def _bounded() -> None:
    """Let this process use no more memory than one message may, and not outlive a closed terminal's interrupt."""
    import resource
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit = min([MEMORY, *(one for one in resource.getrlimit(resource.RLIMIT_AS) if one != resource.RLIM_INFINITY)])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    _bounded()
    _serve(sys.stdin.buffer, sys.stdout.buffer)

"""The program on a pseudo-terminal: keys go in, every byte that comes out is kept, and an emulator shows the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte

REST = 0.04
"""Seconds without a byte and without work after which the screen has come to rest; it draws sixty times a second."""
WITHIN = 300
"""Seconds after which what did not come true never will, however busy the machine is."""


class _Screen(pyte.Screen):
    """Passes over what the emulator has no words for."""

    def select_graphic_rendition(self, *attrs: int, **more: object) -> None:
        super().select_graphic_rendition(*attrs)

    def report_device_status(self, mode: int = 0, **more: object) -> None:
        super().report_device_status(mode)


class Tty:
    """One run of the program."""

    def __init__(self, home: Path, width: int, height: int, words: Sequence[str], module: str, **environ: str) -> None:
        self.written = bytearray()
        self.ended = False
        self._text, self._drawn = "", -1
        self._screen = _Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._pid, self._file = pty.fork()
        if not self._pid:
            # An Escape is one at once: a key behind it on a fast machine makes no Alt of it.
            plain = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PATH": "/nowhere", "ESCDELAY": "1"}
            os.environ |= plain | environ
            os.execv(sys.executable, [sys.executable, "-m", module, "--home", str(home), *words])
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def listen(self, seconds: float) -> bool:
        """Return whether anything was written within *seconds*; False once the program has ended, too."""
        if not select.select([self._file], [], [], seconds)[0]:
            return False
        try:
            part = os.read(self._file, 1 << 16)
        except OSError:
            part = b""
        self.ended = not part
        self.written += part
        self._stream.feed(part)
        return bool(part)

    def rest(self) -> None:
        """Wait until nothing more is written, and the program waits too: on a busy machine its turn comes late."""
        while self.listen(REST) or (not self.ended and self._at_work()):
            pass

    def _at_work(self) -> bool:
        """Return whether any thread of the program wants a processor or a disk (Linux; elsewhere False)."""
        for state in Path(f"/proc/{self._pid}/task").glob("*/stat"):
            with suppress(OSError):  # that thread has ended
                if state.read_text().rpartition(")")[2].split()[0] in "RD":
                    return True
        return False

    def until(self, true: Callable[[str], object]) -> str:
        """Return the screen once *true* of it."""
        end = time.monotonic() + WITHIN
        while not true(said := self.text()):
            assert not self.ended, f"The program has ended, and it did not come true on:\n{said}"
            assert time.monotonic() < end, f"It did not come true on:\n{said}"
            self.listen(0.05)
        return said

    def come_to(self, words: str, *keys: str, back: Sequence[str]) -> str:
        """Press *keys* and return the screen once it says *words*.

        A terminal tells an Escape from the beginning of a longer key by time alone, so on a busy machine the key behind
        one may be swallowed: then *back* is pressed, and *keys* again.
        """
        for _ in range(5):
            self.press(*keys)
            end = time.monotonic() + 20
            while words not in (said := self.text()) and not self.ended and time.monotonic() < end:
                self.listen(0.05)
            if words in said:
                return said
            self.press(*back)
        raise AssertionError(f"{words!r} is not said on:\n{said}")

    def press(self, *keys: str) -> None:
        """Type *keys* one after another, each once the screen rests; none once the program has ended."""
        for key in keys:
            if self.ended:
                return
            os.write(self._file, key.encode())
            self.rest()

    def text(self) -> str:
        """Return the screen as plain text."""
        if self._drawn != len(self.written):
            every = range(self._screen.columns)
            lines = (self._screen.buffer[row] for row in range(self._screen.lines))
            self._text = "\n".join("".join(line[at].data for at in every).rstrip() for line in lines)
            self._drawn = len(self.written)
        return self._text

    def leave(self, *keys: str) -> int:
        """Press *keys* until the program ends, wherever it stands; return how it ended."""
        for _ in range(30):
            if not self.ended:
                self.press(*keys)
        return self.over()

    def over(self) -> int:
        """Wait until the program ends by itself; return how it ended."""
        end = time.monotonic() + WITHIN
        while not self.ended:
            assert time.monotonic() < end, f"It does not end on:\n{self.text()}"
            self.listen(0.05)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def close(self) -> None:
        """End the program where it still runs."""
        if not self.ended:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._file)


@contextmanager
def tty(
    home: Path,
    width: int = 120,
    height: int = 40,
    *,
    words: Sequence[str] = (),
    module: str = "tui_inbox",
    **environ: str,
) -> Iterator[Tty]:
    """Run *module* with *words*; *environ* is laid over the environment, which names no folder of programs else."""
    one = Tty(home, width, height, words, module, **environ)
    try:
        yield one
    finally:
        one.close()

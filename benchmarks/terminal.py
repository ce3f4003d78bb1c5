"""A program in a terminal of its own: what it writes there, when, and how much memory it holds."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from benchmarks.figures import Broken
from benchmarks.runs import ROOT, environment

QUIET = 0.05
"""Seconds without a byte after which a picture is complete."""


@dataclass(slots=True)
class Tty:
    """A program on a pseudo-terminal, from its start to its end."""

    command: Sequence[str]
    width: int = 120
    height: int = 36
    environ: dict[str, str] = field(default_factory=dict)
    began: float = 0.0
    """When (perf_counter) it was started."""
    pid: int = 0
    file: int = -1
    """The descriptor of our side."""
    out: list[tuple[float, bytes]] = field(default_factory=list)
    """What it has written since the last key, each part with its moment."""

    def __enter__(self) -> Tty:
        environ = environment({"TERM": "xterm-256color", "COLORTERM": "truecolor", **self.environ})
        size = struct.pack("HHHH", self.height, self.width, 0, 0)
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, size)
        self.began = time.perf_counter()
        self.pid = os.fork()
        if not self.pid:
            os.close(main)
            os.login_tty(other)
            os.chdir(ROOT)
            os.execvpe(self.command[0], list(self.command), environ)
        os.close(other)
        self.file = main
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        os.kill(self.pid, signal.SIGTERM)
        end = time.perf_counter() + 3
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.perf_counter() > end:
                os.kill(self.pid, signal.SIGKILL)
            self.listen(0.02)
        os.close(self.file)

    def listen(self, seconds: float) -> bytes:
        """Return what is written within *seconds*."""
        end, said = time.perf_counter() + seconds, b""
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.file], [], [], left)[0]:
                try:
                    part = os.read(self.file, 1 << 20)
                except OSError:
                    return said
                self.out.append((time.perf_counter(), part))
                said += part
        return said

    def until(self, sign: bytes, seconds: float = 60) -> float:
        """Return the seconds from the start to the moment at which the pattern *sign* had been written."""
        pattern, end, said = re.compile(sign), time.perf_counter() + seconds, b""
        while time.perf_counter() < end:
            here = len(self.out)
            said = said[-4_000:] + self.listen(0.004)
            if pattern.search(said):
                return self.out[-1][0] - self.began if len(self.out) > here else time.perf_counter() - self.began
        raise Broken(f"{sign!r} never came from {self.command[0]}; last was {said[-300:]!r}")

    def rest(self, quiet: float = QUIET, longest: float = 3.0) -> None:
        """Return when nothing has been written for *quiet* seconds, or after *longest*."""
        end = time.perf_counter() + longest
        while self.listen(quiet) and time.perf_counter() < end:
            pass

    def press(self, keys: bytes, longest: float = 2.0, sign: bytes = b"") -> tuple[float, float]:
        """Return the seconds from *keys* to the first byte written after them, and to the last before it is quiet.

        With *sign*, the first byte is that of the first part in which the pattern stands.
        """
        self.listen(0.004)
        self.out.clear()
        began = time.perf_counter()
        os.write(self.file, keys)
        end = began + longest
        while not self.out and time.perf_counter() < end:
            self.listen(0.001)
        self.rest(longest=longest)
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            raise Broken(f"{self.command[0]} had ended when {keys!r} was pressed: what came back is an echo")
        if not self.out:
            raise Broken(f"{keys!r} was answered by nothing")
        pattern = re.compile(sign)
        first = next((when for when, part in self.out if pattern.search(part)), self.out[-1][0])
        return first - began, self.out[-1][0] - began

    @property
    def memory(self) -> int:
        """Return the highest memory of the program so far, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found.group(1)) * 1024 if found else 0

"""How far the screen lags behind a key that is held down, on a real terminal: seconds from key to picture.

Every key moves the cursor, and the picture says where it stands: `412/700112`. A key has been answered when the
position it leads to, or one beyond it, has been written to the terminal.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

AGAIN = 1 / 30
"""Seconds between two repeats of a key that is held down."""
PLACED = re.compile(rb"(\d+)/(\d+)")


@dataclass(slots=True)
class Tty:
    """The program in a terminal of its own, and when it had written what."""

    home: Path
    width: int
    height: int
    out: list[tuple[float, bytes]] = field(default_factory=list)
    pid: int = 0
    file: int = -1

    def start(self) -> None:
        self.pid, self.file = pty.fork()
        if not self.pid:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execv(sys.executable, [sys.executable, "-m", "tui_inbox", "--home", str(self.home)])
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", self.height, self.width, 0, 0))

    def press(self, keys: bytes) -> float:
        os.write(self.file, keys)
        return time.perf_counter()

    def listen(self, seconds: float) -> bytes:
        """Return what is written within *seconds*."""
        end, said = time.perf_counter() + seconds, b""
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.file], [], [], left)[0]:
                part = os.read(self.file, 1 << 20)
                self.out.append((time.perf_counter(), part))
                said += part
        return said

    def until(self, sign: bytes, seconds: float = 30) -> float:
        """Return the moment at which *sign* has been written."""
        end, said = time.perf_counter() + seconds, b""
        while time.perf_counter() < end:
            said = said[-200:] + self.listen(0.005)
            if sign in said:
                return self.out[-1][0]
        raise SystemExit(f"{sign!r} never came.")

    def spent(self) -> float:
        """Return the seconds of a processor that the program has used so far (Linux)."""
        words = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self.file)


@dataclass(frozen=True, slots=True)
class Held:
    """How long each repeat of a key took to be seen, and what one cost: seconds, seconds of a processor."""

    lags: list[float]
    cost: float


def held(tty: Tty, keys: bytes, count: int, step: int, start: int) -> Held:
    """Hold *keys* down for *count* repeats, each of which leads *step* rows on from *start*."""
    tty.out.clear()
    sent, before = [], tty.spent()
    for _ in range(count):
        sent.append(tty.press(keys))
        tty.listen(AGAIN)
    cost = (tty.spent() - before) / count
    tty.listen(1)
    seen = [(when, int(at)) for when, part in tty.out for at, _ in PLACED.findall(part)]
    lags = []
    for number, moment in enumerate(sent, 1):
        wanted = start + number * step
        lags.append(next((when - moment for when, at in seen if (at - wanted) * step >= 0 and when >= moment), 99.0))
    return Held(lags, cost)


def told(what: str, found: Held) -> None:
    parts = sorted(one * 1000 for one in found.lags)
    p95 = parts[min(len(parts) - 1, int(len(parts) * 0.95))]
    seen = f"median {statistics.median(parts):7.1f}  p95 {p95:7.1f}  max {parts[-1]:7.1f} ms"
    print(f"{what:26} {seen}{f'  processor {found.cost * 1000:5.1f} ms' if found.cost else ''}", flush=True)


def first_after(tty: Tty, began: float) -> float:
    return next((when - began for when, part in tty.out if when > began and PLACED.search(part)), 99.0)


def paged(tty: Tty, count: int, here: int) -> Held:
    """Hold page down; the first page tells how far one goes."""
    tty.press(b"\x1b[6~")
    tty.out.clear()
    tty.listen(1)
    first = [int(at) for _, part in tty.out for at, _ in PLACED.findall(part)][-1]
    # Of a longer number only the digits that changed are written.
    return held(tty, b"\x1b[6~", min(count, (999 - first) // (first - here)), first - here, first)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("home", type=Path, help="a home that holds a great many conversations")
    asked.add_argument("--size", default="80x24")
    asked.add_argument("--held", type=float, default=4, help="seconds that each key is held")
    wanted = asked.parse_args()
    width, height = map(int, wanted.size.split("x"))
    count = int(wanted.held / AGAIN)
    tty = Tty(wanted.home, width, height)
    began = time.perf_counter()
    tty.start()
    tty.until(b"1/")
    told("first picture of the list", Held([time.perf_counter() - began], tty.spent()))
    tty.listen(5)
    told("j held", held(tty, b"j", count, 1, 1))
    told("k held", held(tty, b"k", count // 2, -1, 1 + count))
    told("page down held", paged(tty, count, 1 + count - count // 2))
    began = tty.press(b"G")
    tty.listen(2)
    told("the last row", Held([first_after(tty, began)], 0))
    tty.stop()


if __name__ == "__main__":
    main()

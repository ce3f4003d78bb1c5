"""Whole commands, timed: wall and CPU seconds, and the highest memory, of a process and all it started."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Broken, Sample

PYTHON = sys.executable
PROGRAM = (PYTHON, "-m", "tui_inbox")
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    cpu: float
    memory: int


def timed(command: Sequence[str], environ: dict[str, str] | None = None, *, fails: bool = False) -> Run:
    """Run *command* and return what it took; raise `Broken` where it ends badly and may not."""
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=environment(environ or {}),
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode and not fails:
        raise Broken(f"{' '.join(map(str, command))[:200]} ended with {process.returncode}: {said[-400:].decode()}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return what a measured program finds around it: compiled modules are kept, as they are where it is installed."""
    return {name: said for name, said in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | dict(more)


def together(runs: Sequence[Run]) -> Sample:
    cpu = statistics.median(one.cpu for one in runs)
    return Sample(tuple(one.seconds for one in runs), cpu, max(one.memory for one in runs))


def in_turns(count: int, *works: Callable[[], Run]) -> list[Sample]:
    """Do each of *works* *count* times, in turns, so that all meet the same noise; return what each took."""
    taken: list[list[Run]] = [[] for _ in works]
    for number in range(count):
        order = range(len(works)) if number % 2 == 0 else reversed(range(len(works)))
        for at in order:
            taken[at].append(works[at]())
    return [together(runs) for runs in taken]


def within(work: Callable[[], object], count: int) -> list[float]:
    """Return the seconds of each of *count* calls."""
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return taken

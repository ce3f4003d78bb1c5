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


_LAUNCHER = """
import os, sys, time
began = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(process, 0)
took = time.perf_counter() - began
cpu = used.ru_utime + used.ru_stime
os.write(int(sys.argv[1]), f"{took} {cpu} {used.ru_maxrss} {os.waitstatus_to_exitcode(status)}".encode())
"""
"""Starts what is measured: the kernel's highest memory of a process counts its starter, which here is small."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one command took: seconds by the clock and of CPU, and its highest memory in bytes."""

    seconds: float
    cpu: float
    memory: int


def timed(command: Sequence[str], environ: dict[str, str] | None = None, *, fails: bool = False) -> Run:
    """Run *command* and return what it took; raise `Broken` where it ends badly, unless it is one that *fails*."""
    told, tells = os.pipe()
    with os.fdopen(told, encoding="ascii") as figures:
        try:
            ended = subprocess.run(
                (PYTHON, "-ISc", _LAUNCHER, str(tells), *command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd=ROOT,
                env=environment(environ or {}),
                pass_fds=(tells,),
            )
        finally:
            os.close(tells)
        taken = figures.read().split()
    code = int(taken[3]) if taken else ended.returncode
    if not taken or (code and not fails):
        said = ended.stderr[-400:].decode(errors="replace")
        raise Broken(f"{' '.join(map(str, command))[:200]} ended with {code}: {said}")
    return Run(float(taken[0]), float(taken[1]), int(taken[2]) * 1024)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return what a measured program finds around it: compiled modules are kept, as they are where it is installed."""
    return {name: said for name, said in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | dict(more)


def together(runs: Sequence[Run]) -> Sample:
    """Return several runs of one command as a sample: the median of CPU, the most of memory."""
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

"""From exec to the first picture of the inbox, on a pseudo-terminal, and what the screen holds in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.figures import Broken, Figure, Sample, sample
from benchmarks.runs import PROGRAM, PYTHON
from benchmarks.terminal import Tty

PLACED = rb"\d+/\d+"
"""The line over the list says where the cursor stands once the list is drawn."""
EMPTY = (PYTHON, "-m", "benchmarks.bare_screen")


def ours(home: Path) -> tuple[str, ...]:
    """Return the command that opens the inbox of *home*."""
    return (*PROGRAM, "--home", str(home))


def _started(command: Sequence[str], sign: bytes, environ: Mapping[str, str] | None = None) -> tuple[float, int]:
    """Return the seconds until the pattern *sign* is on the terminal, and the highest memory by then, in bytes."""
    with Tty(command, environ=dict(environ or {})) as tty:
        took = tty.until(sign)
        tty.rest(0.3)
        return took, tty.memory


def start(homes: Mapping[int, Path], runs: int) -> Iterator[Figure]:
    """Yield the first picture at each size beside an empty Textual app's, all in turns."""
    empty: list[tuple[float, int]] = []
    taken: dict[int, list[tuple[float, int]]] = {size: [] for size in homes}
    for _ in range(runs):
        empty.append(_started(EMPTY, b"ready"))
        for size, home in homes.items():
            taken[size].append(_started(ours(home), PLACED))
    bare = _sample(empty)
    for size, several in taken.items():
        yield Figure("start", f"first picture, {size:,} messages", _sample(several), "empty Textual app", bare, 1.6)
    if len(taken) > 1:
        small, large = _sample(taken[min(taken)]), _sample(taken[max(taken)])
        what = f"first picture, {max(taken):,} messages"
        yield Figure("start", what, large, f"itself at {min(taken):,}", small, 1.1)
    for size, several in taken.items():
        memory, floor = (sample([float(one) for _, one in each]) for each in (several, empty))
        yield Figure("start", f"memory of the screen, {size:,}", memory, "empty Textual app", floor, 2.5, unit="MB")


def others(screens: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]], size: int, runs: int) -> Iterator[Figure]:
    """Yield the first list of the mail programs that are installed."""
    for name, (command, environ) in screens.items():
        try:
            taken = [
                _started(command, rb"Re: |[Cc]ustomer|\d\d:\d\d|of \d+ messag|Msgs:\d", environ) for _ in range(runs)
            ]
        except Broken as trouble:
            raise Broken(f"{name}: {trouble}") from trouble
        memory = max(one for _, one in taken)
        yield Figure(
            "start", f"{name}: first list, {size:,} messages", sample([one for one, _ in taken], memory=memory)
        )


def _sample(several: Sequence[tuple[float, int]]) -> Sample:
    return sample([took for took, _ in several], memory=max(memory for _, memory in several))

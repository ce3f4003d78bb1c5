"""What a piece of work costs as its input grows: told by a ratio within one run, so that no clock and no load decides.

An assertion in seconds is about the machine. What makes a reader hang is work that grows faster than its input: eight
times as much of it costs eight times as much where it is linear, and sixty-four times where it is quadratic.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

TIMES = 8
"""How much larger the second input is."""
MOST = 24
"""Times the cost that `TIMES` the input may have: three times what is linear, a third of what is quadratic."""
LEAST = 0.005
"""Seconds of this thread's own time from which on a cost is more than noise."""
TRIES = 4
"""Times that both are measured before the larger counts as too dear."""

Input = TypeVar("Input")


def cost(do: Callable[[Input], object], given: Input, tries: int = 1) -> float:
    """Return the seconds of this thread's own time that *do* takes for *given*: the fewest of so many tries.

    A process's time is told in ticks, of which short work may see none, as soon as anything in it sets an alarm by it.
    """
    took = []
    for _ in range(tries):
        began = time.thread_time()
        do(given)
        took.append(time.thread_time() - began)
    return min(took)


def linear(make: Callable[[int], Input], do: Callable[[Input], object], largest: int = 100_000) -> None:
    """Fail where the cost of `do(make(n))` grows much faster than *n*; what is cheap even at *largest* passes."""
    many = 32
    while (small := cost(do, make(many))) < LEAST:
        if many >= largest:
            return
        many = min(2 * many, largest)
    large = float("inf")
    for _ in range(TRIES):
        large = min(large, cost(do, make(TIMES * many)))
        if large < MOST * small:
            return
        small = min(small, cost(do, make(many)))
    raise AssertionError(f"{many:,} cost {small * 1000:.1f} ms, {TIMES * many:,} cost {large * 1000:.1f} ms.")

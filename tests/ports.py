"""Ports of this machine for a server that is started later, or for none: nobody else is given them meanwhile."""

from __future__ import annotations

import os
import random
import socket
from contextlib import ExitStack

NUMBERS = range(10_000, 30_000)
"""Below those that a system gives out by itself (on Linux from 32,768 on), to every connection that is made."""
WORKERS = 16
"""Workers of one run that never choose the same number."""


def own_numbers() -> range:
    """Return the numbers that are this worker's: two that choose at once must not meet before either listens."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return NUMBERS[worker % WORKERS :: WORKERS]


def free_ports(count: int) -> list[int]:
    """Return the numbers of *count* ports on which nothing listens."""
    with ExitStack() as held:
        found: list[int] = []
        for number in random.SystemRandom().sample(own_numbers(), 100 + count):
            one = held.enter_context(socket.socket())
            try:
                one.bind(("127.0.0.1", number))
            except OSError:
                continue
            found.append(number)
            if len(found) == count:
                return found
    raise RuntimeError("No port of this machine is free.")

"""Ports of this machine for a server that is started later, or for none: nobody else is given them meanwhile."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

NUMBERS = range(10_000, 30_000)
"""Below those that a system gives out by itself (on Linux from 32,768 on), to every connection that is made."""


def free_ports(count: int) -> list[int]:
    """Return the numbers of *count* ports on which nothing listens."""
    with ExitStack() as held:
        found: list[int] = []
        for number in random.SystemRandom().sample(NUMBERS, 100 + count):
            if len(found) == count:
                return found
            one = held.enter_context(socket.socket())
            try:
                one.bind(("127.0.0.1", number))
            except OSError:
                continue
            found.append(number)
    raise RuntimeError("No port of this machine is free.")

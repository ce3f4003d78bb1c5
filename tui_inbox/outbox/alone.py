"""One program at a time: a lock that ends with the process that holds it, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tui_inbox.config import Home


@contextmanager
def alone(home: Home, name: str) -> Iterator[bool]:
    """Yield whether no other process holds the lock *name* of this home."""
    lock = os.open(home.folder / name, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(lock)

"""Who syncs a store: one process at a time, by a lock that ends with it however it ends; and the door others knock at.

What goes through the door is one JSON object a line. The first one asks: `{"follow": true}`, or `{"sync": [ACCOUNT…]}`.
What comes back is told by `watch.py`.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tui_inbox.config import Home
from tui_inbox.pause import pause
from tui_inbox.problems import Refused

LOCK = "sync.lock"
DOOR = "sync.door"
LONGEST_PATH = 100
"""Bytes of a socket's path that every system takes."""
PATIENCE = 10.0
"""Seconds that a sync waits for another to end."""
LONGEST_LINE = 2**20
MOST_GUESTS = 20
LATEST = 5.0
"""Seconds in which a guest must say what it wants, and take what it is told."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who syncs. `door` is where to knock, "" where there is none: it only syncs once."""

    pid: int
    since: str
    """RFC 3339."""
    door: str = ""

    @property
    def who(self) -> str:
        return f"process {self.pid}, since {self.since}" if self.pid else "another process"


def owner(home: Home) -> Owner | None:
    """Return who syncs the store of *home* now; None: nobody."""
    try:
        lock = os.open(home.folder / LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _written(os.read(lock, 4096))
    else:
        return None
    finally:
        os.close(lock)


def _written(text: bytes) -> Owner:
    try:
        told = json.loads(text)
        return Owner(int(told["pid"]), str(told["since"]), str(told["door"]))
    except (ValueError, KeyError, TypeError):
        return Owner(0, "")  # it has the lock, and has not written yet who it is


@contextmanager
def owning(home: Home, since: str, *, door: bool = False, patience: float = PATIENCE) -> Iterator[Owner | None]:
    """Own the sync of *home*, from *since* on, as long as the context lasts; yield None where a watch owns it.

    A sync that only runs once is waited for, *patience* seconds; then `Refused` says who it is.
    """
    lock = os.open(home.folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if not _taken(lock, home, patience):
            yield None
            return
        own = Owner(os.getpid(), since, str(_place(home)) if door else "")
        _write(lock, json.dumps(asdict(own)).encode())
        try:
            yield own
        finally:
            _write(lock, b"")
    finally:
        os.close(lock)


def _taken(lock: int, home: Home, patience: float) -> bool:
    """Return whether the lock is ours now; False where a watch has it."""
    end = time.monotonic() + patience
    while True:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        other = owner(home)
        if other is not None and other.door:
            return False
        if time.monotonic() > end:
            who = other.who if other else "another process"
            raise Refused(f"Another sync of this store is running ({who}).", "Wait until it has ended.")
        pause(0.05)


def _write(lock: int, text: bytes) -> None:
    os.ftruncate(lock, 0)
    os.pwrite(lock, text, 0)


def _place(home: Home) -> Path:
    """Return where the door is: in the home, unless the system takes no socket with so long a path."""
    inside = home.folder.absolute() / DOOR
    if len(os.fsencode(inside)) <= LONGEST_PATH:
        return inside
    return Path(tempfile.mkdtemp(prefix="tui-inbox-")) / DOOR


class Door:
    """Lets others of this machine and user in: tells all of them what happens, and *asked* what they ask for.

    *accounts* are those it follows; *asked* gets names of them and a number, which the answers to it carry.
    """

    def __init__(self, at: str, accounts: Sequence[str], asked: Callable[[list[str], int], None]) -> None:
        self.at = Path(at)
        self.accounts = list(accounts)
        self._asked = asked
        self.guests: list[socket.socket] = []
        """Who listens."""
        self._numbers = 0
        self._turn = threading.Lock()
        self.at.unlink(missing_ok=True)
        self._open = socket.socket(socket.AF_UNIX)
        self._open.bind(at)
        self.at.chmod(0o600)
        self._open.listen(MOST_GUESTS)
        threading.Thread(target=self._welcome, name="door", daemon=True).start()

    def _welcome(self) -> None:
        while True:
            try:
                guest, _ = self._open.accept()
            except OSError:
                return  # it was closed
            guest.settimeout(LATEST)
            threading.Thread(target=self._let_in, args=(guest,), name="guest", daemon=True).start()

    def _let_in(self, guest: socket.socket) -> None:
        try:
            with guest.makefile("rb") as lines:
                wanted = json.loads(lines.readline(LONGEST_LINE))
            names = wanted.get("sync")
            with self._turn:
                if len(self.guests) >= MOST_GUESTS:
                    raise ValueError
                self._numbers += 1
                number = self._numbers
                guest.sendall(json.dumps({"number": number, "accounts": self.accounts}).encode() + b"\n")
                self.guests.append(guest)
            if isinstance(names, list):
                self._asked([str(name) for name in names], number)
        except (OSError, ValueError, AttributeError):
            guest.close()

    def tell(self, told: dict[str, Any]) -> None:
        """Tell every guest; one that does not listen is shown out."""
        line = json.dumps(told).encode() + b"\n"
        with self._turn:
            for guest in list(self.guests):
                try:
                    guest.sendall(line)
                except OSError:
                    self.guests.remove(guest)
                    guest.close()

    def close(self) -> None:
        with suppress(OSError):
            self._open.shutdown(socket.SHUT_RDWR)
        self._open.close()
        with self._turn:
            for guest in self.guests:
                guest.close()
            self.guests.clear()
        self.at.unlink(missing_ok=True)
        if self.at.parent.name.startswith("tui-inbox-") and not any(self.at.parent.iterdir()):
            self.at.parent.rmdir()


def knock(who: Owner, wanted: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
    """Yield what the watch *who* tells, after it has been told what is *wanted*; end where it ends.

    The first one holds the `number` that the answers carry. Raises `Refused` where nobody opens.
    """
    with _opened(who) as line:
        with suppress(OSError):
            line.sendall(json.dumps(wanted).encode() + b"\n")
        with line.makefile("rb") as lines:
            while text := _next(lines):
                yield json.loads(text)


def _opened(who: Owner) -> socket.socket:
    """Return a line to the watch *who*; it may have begun just now, and not opened its door yet."""
    end = time.monotonic() + PATIENCE
    while True:
        line = socket.socket(socket.AF_UNIX)
        try:
            line.connect(who.door)
        except OSError:
            line.close()
        else:
            return line
        if time.monotonic() > end:
            raise Refused(
                f"Another sync of this store is running ({who.who}) and does not answer.", "Wait until it has ended."
            )
        pause(0.05)


def _next(lines: Any) -> bytes:
    try:
        return bytes(lines.readline(LONGEST_LINE))
    except OSError:
        return b""

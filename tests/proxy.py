"""A way to a server that goes wrong where it is told to: it drops, resets, hangs, delays, splits and corrupts.

    with Proxy(server.port) as way:
        way.plan = lambda number: Fault("reset", after=1000)    # of what the server sends on connection *number*

In the process of the test, two threads for each connection; what it does is given by the plan alone.
"""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

LONGEST_DELAY = 0.02
"""Seconds that a delayed piece waits at most."""


@dataclass(frozen=True)
class Fault:
    """What happens on one connection to the byte *after* so many of one direction.

    `how` is `close` (the end is seen in good order), `reset`, `hang` (nothing more comes, nothing is said), `corrupt`
    (one bit is another), or "". `split` sends all in pieces of at most so many bytes, 0 as it comes; `delays` waits
    between pieces.
    """

    how: str = ""
    after: int = 0
    up: bool = False
    """Of what the client sends; else of what the server sends."""
    split: int = 0
    delays: bool = False
    seed: int = 0


@dataclass
class Proxy:
    """Listens on `port` of this machine and passes on to the same machine's port *to*."""

    to: int
    plan: Callable[[int], Fault] = lambda _number: Fault()
    lines: list[tuple[socket.socket, socket.socket]] = field(default_factory=list)
    """Near and far side of each connection that was made since the last cut."""
    count: int = 0
    """Connections so far."""
    passed: int = 0
    """Bytes that the server's side has sent so far."""

    def __enter__(self) -> Proxy:
        self._open = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._open.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._start(self._welcome)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):
            self._open.shutdown(socket.SHUT_RDWR)
        self._open.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    def cut(self) -> None:
        """End every connection."""
        for near, far in self.lines:
            _shut(near)
            _shut(far)
        self.lines.clear()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _welcome(self) -> None:
        while True:
            try:
                near, _ = self._open.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:  # the server is down: so is the way to it
                near.close()
                continue
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            fault = self.plan(self.count)
            self.count += 1
            self.lines.append((near, far))
            first = threading.Semaphore()
            self._start(self._pass_on, near, far, fault, True, first)
            self._start(self._pass_on, far, near, fault, False, first)

    def _pass_on(
        self, source: socket.socket, target: socket.socket, fault: Fault, up: bool, first: threading.Semaphore
    ) -> None:
        chance = random.Random(fault.seed + up)
        gone = 0
        with suppress(OSError):
            while some := source.recv(65_536):
                if not up:
                    self.passed += len(some)
                left = fault.after - gone if fault.how and fault.up == up else len(some) + 1
                gone += len(some)
                if 0 <= left < len(some):
                    if fault.how == "corrupt":
                        some = some[:left] + bytes([some[left] ^ (1 << chance.randrange(8))]) + some[left + 1 :]
                    else:
                        self._send(target, some[:left], fault, chance)
                        self._break(source, target, fault.how)
                        break
                self._send(target, some, fault, chance)
        if fault.how != "hang":
            _shut(target)
            _shut(source)
        if not first.acquire(blocking=False):
            source.close()
            target.close()

    def _send(self, target: socket.socket, some: bytes, fault: Fault, chance: random.Random) -> None:
        if not fault.split and not fault.delays:
            target.sendall(some)
            return
        while some:
            size = chance.randint(1, fault.split or 1000)
            target.sendall(some[:size])
            some = some[size:]
            if fault.delays and chance.random() < 0.02:
                time.sleep(chance.uniform(0, LONGEST_DELAY))

    def _break(self, source: socket.socket, target: socket.socket, how: str) -> None:
        if how == "hang":
            while source.recv(65_536):  # it is taken, and never comes
                pass
        elif how == "reset":
            for one in (source, target):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)

"""Stays and follows the mailboxes, each in a thread of its own; sends what waits and reads what is dropped in time."""

from __future__ import annotations

import random
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tui_inbox import outbox
from tui_inbox.config import Account
from tui_inbox.connectors import Batch, Ear
from tui_inbox.inbox import Inbox
from tui_inbox.problems import Problem
from tui_inbox.store import posted
from tui_inbox.sync import AccountReport, round_of, source_of
from tui_inbox.sync.pause import wait_after

if TYPE_CHECKING:
    from tui_inbox.exports.folder import FolderReport

LOOK = 60.0
"""Seconds between two looks at every folder of a mailbox, whatever it pushes or does not."""
WHOLE = 600.0
"""Seconds after which a mailbox is read although no look found a change."""
HUSH = 0.25
"""Seconds between two rounds, doubled by each in vain: a server may tell of each of a hundred mails."""
STEADY = 30.0
"""Seconds that a connection must hold before the failures ahead of it are forgotten."""
DROPPED = 5.0
"""Seconds between two looks at the watched folders, more where a look takes long."""
AGAIN = timedelta(minutes=1)
"""After which what is still to be sent, or settled by time alone, is looked at although nothing was written."""
TARDY = timedelta(seconds=2)
"""How much later than its own moment an act may be written."""
JUMP = timedelta(seconds=20)
"""More than this between two ticks: the machine slept, or the clock was set; no connection is believed to be alive."""
FAREWELL = 3.0
"""Seconds for every thread to come to a good end."""


@dataclass(frozen=True, slots=True)
class Going:
    """A batch has been stored."""

    name: str
    done: int
    total: int
    unit: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A round has ended. `answers` are the numbers of those who had asked for it."""

    accounts: tuple[AccountReport, ...] = ()
    folders: tuple[FolderReport, ...] = ()
    answers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """A thread has met a bug."""

    bug: BaseException


Said = SimpleQueue["Going | Finished | Broken | int"]
"""What the threads tell; a number is an exit code: somebody wants it to end."""


class Stopped(Exception):  # noqa: N818 - not an error: somebody wants it to end
    """The watch is to end: what is under way goes no further than its batch."""


@dataclass
class Watch:
    """The mailboxes of *accounts* and, if all are watched, the folders of the configuration.

    `start`, then `tick` twice a second, then `stop`; what happens comes out of `said`.
    """

    inbox: Inbox
    accounts: Sequence[Account]
    clock: Callable[[], datetime]
    secret: Callable[[Account], str]
    said: Said
    folders: bool = True
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.inbox.writer  # noqa: B018 - opened here, before threads could do it twice
        self.mailboxes = [Mailbox(self, account) for account in self.accounts]
        self.post = Post(self)
        self.dropped = Dropped(self) if self.folders and self.inbox.config.inbox_folders else None
        self._reader = self.inbox.reader()
        self._version = -1
        self._ticked = self.clock()
        self._settled = self._ticked - AGAIN

    @property
    def threads(self) -> list[Worker]:
        return [*self.mailboxes, self.post, *([self.dropped] if self.dropped else [])]

    def start(self) -> None:
        for one in self.threads:
            one.start()

    def ask(self, names: Sequence[str], number: int) -> None:
        """Sync *names* now (none: everything); the rounds that do it carry *number*."""
        for one in self.mailboxes:
            if not names or one.account.name in names:
                one.call(number)
        if self.dropped and not names:
            self.dropped.call(number)

    def tick(self) -> None:
        """Do what time or another program's writing asks for; it takes a few microseconds where there is nothing."""
        now = self.clock()
        if abs(now - self._ticked) > JUMP:
            for mailbox in self.mailboxes:
                mailbox.revive()
        self._ticked = now
        version = self._reader.version()
        for one in (self.post, *self.mailboxes):
            one.tick(now, written=version != self._version)
        self._version = version
        if not timedelta() <= now - self._settled < AGAIN:
            self._settled = now
            with suppress(Problem):  # the store's: whoever writes there says it
                self.inbox.settle(now)

    def stop(self) -> bool:
        """End every thread, and return whether all came to their end in time."""
        self.stopping.set()
        for one in self.threads:
            one.end()
        end = time.monotonic() + FAREWELL
        for one in self.threads:
            one.join(max(0.0, end - time.monotonic()))
        self._reader.close()
        return not any(one.is_alive() for one in self.threads)


class Worker(threading.Thread):
    """A thread that works when it is called, and ends when the watch does."""

    def __init__(self, watch: Watch, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.watch = watch
        self.called, self._bell = socket.socketpair()
        self.called.setblocking(False)
        self._bell.setblocking(False)
        self._turn = threading.Lock()
        self._numbers: list[int] = []
        self._wanted = True

    def call(self, number: int | None = None) -> None:
        """Have it work now; *number* is for the one who asked."""
        with self._turn:
            self._wanted = True
            if number is not None:
                self._numbers.append(number)
        with suppress(OSError):  # it rings already
            self._bell.send(b"!")

    def end(self) -> None:
        self.call()

    def run(self) -> None:
        try:
            self.work()
        except Stopped:
            pass
        except BaseException as bug:  # noqa: BLE001 - the main thread shows it, and ends with it
            self.watch.said.put(Broken(bug))
        finally:
            self.called.close()
            self._bell.close()

    def work(self) -> None:
        """Work, again and again, until the watch ends."""
        raise NotImplementedError

    def rest(self, seconds: float) -> None:
        """Return after *seconds*, or once it is called; raise `Stopped` at the end."""
        select.select([self.called], [], [], max(0.0, seconds))
        self.listen()

    def listen(self) -> None:
        """Take note of the calls so far; raise `Stopped` at the end."""
        with suppress(OSError):
            while self.called.recv(64):
                pass
        if self.watch.stopping.is_set():
            raise Stopped

    def stored(self, name: str, batch: Batch) -> None:
        """Tell that *batch* has been stored; raise `Stopped` at the end."""
        self.watch.said.put(Going(name, batch.done, batch.total, batch.unit))
        if self.watch.stopping.is_set():
            raise Stopped

    def taken(self) -> tuple[int, ...]:
        """Return the numbers that the round which begins now answers."""
        with self._turn:
            self._wanted = False
            taken, self._numbers = tuple(self._numbers), []
            return taken


class Timely(Worker):
    """A worker that is called when the time of something in the store has come."""

    def __init__(self, watch: Watch, name: str) -> None:
        super().__init__(watch, name)
        self._called = watch.clock()
        self._due: datetime | None = None

    def due(self, after: datetime) -> datetime | None:
        """Return when there is something to do, of what waits for a moment later than *after*."""
        raise NotImplementedError

    def tick(self, now: datetime, *, written: bool) -> None:
        """Have it work where its time has come; *written*: the store is another than at the last tick.

        What it left undone when it was called last is no reason to call it at once again.
        """
        if written:
            self._due = self.due(self._called - TARDY)
        if self._due is not None and self._due <= now:
            self._due, self._called = None, now
            self.call()


class Mailbox(Timely):
    """One account: a connection that hears, and a round whenever something changed or somebody asks."""

    def __init__(self, watch: Watch, account: Account) -> None:
        super().__init__(watch, account.name)
        self.account = account
        self._ear: Ear | None = None
        self._tries = 0
        self._next = 0.0
        """When (monotonic) a round is due in any case."""
        self._failures = 0
        """Rounds in a row that did not come to their end; `_tries` counts connections that did not hold."""
        self._vain = 0
        """Rounds in a row that brought nothing although each look found a change: some servers count oddly."""

    def work(self) -> None:
        while True:
            began = time.monotonic()
            try:
                problem = self._attend()
            except Problem as trouble:
                problem = trouble
                if not self.watch.stopping.is_set():
                    self._failed(problem)
            finally:
                self._ear = None
            self._tries = 1 if time.monotonic() - began > STEADY else self._tries + 1
            self.listen()
            self.rest(wait_after(problem, self._tries, random.random()))  # noqa: S311 - it only keeps many out of step

    def _attend(self) -> Problem:
        """Hear and read, until a `Problem`, which is returned where it has been told, or the end."""
        channel, source, _ = source_of(self.account, self.watch.secret)
        if not hasattr(channel, "listening"):
            while True:
                self._round(None)
                self.rest(min(LOOK, self._next - time.monotonic()))
        with channel.listening(source) as ear:
            self._ear = ear
            before: object = None
            while True:
                self.listen()
                standing = ear.look()
                if self._wanted or standing != before or self._next <= time.monotonic():
                    # What comes during the round is a change once more: the standing is the one before it.
                    before, problem = standing, self._round(ear)
                    if problem is not None and not ear.sound:
                        return problem
                    self.rest(min(LOOK, HUSH * 2**self._vain))
                    continue
                self._vain = 0
                self._seen()
                ear.wait(max(0.0, min(LOOK, self._next - time.monotonic())), self.called)

    def _round(self, ear: Ear | None) -> Problem | None:
        """Bring in, move and send; return what stood in the way."""
        numbers, watch = self.taken(), self.watch
        report = round_of(
            watch.inbox, self.account, watch.clock, secret=watch.secret, progress=self.stored, through=ear
        )
        watch.said.put(Finished((report,), answers=numbers))
        problem, came = report.problem, report.came
        self._vain = 0 if came.new or came.known or came.gone else min(self._vain + 1, 20)
        self._failures = self._failures + 1 if problem else 0
        wait = wait_after(problem, self._failures, random.random()) if problem else WHOLE  # noqa: S311 - as above
        self._next = time.monotonic() + wait
        return problem

    def _seen(self) -> None:
        """Record that nothing has changed up to now."""
        _, _, origin = source_of(self.account, self.watch.secret)
        if not self._failures:
            self.watch.inbox.sources.synced(origin, self.watch.clock(), None)

    def _failed(self, problem: Problem) -> None:
        """Tell and record that there is no connection, or none any more."""
        self.watch.said.put(Finished((AccountReport(self.account.name, problem=problem),), answers=self.taken()))
        with suppress(Problem):
            _, _, origin = source_of(self.account, self.watch.secret)
            self.watch.inbox.sources.synced(origin, None, problem.what)

    # --- called from other threads --------------------------------------------------------------------

    def end(self) -> None:
        super().end()
        if ear := self._ear:
            ear.hang_up()

    def revive(self) -> None:
        """Trust no connection and no waiting time: the machine may have slept."""
        self._tries = 0
        self.call()
        if ear := self._ear:
            ear.hang_up()

    def due(self, after: datetime) -> datetime | None:
        if self.account.table.get("write_back") is not True:
            return None
        return posted.next_move(self.watch.inbox.home.store, self.account.name, after)


class Post(Timely):
    """What goes out, as soon as its time has come."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(watch, "post")

    def due(self, after: datetime) -> datetime | None:
        return posted.next_try(self.watch.inbox.home.store, after)

    def work(self) -> None:
        watch = self.watch
        while True:
            for account in watch.accounts:
                try:
                    out = outbox.send(watch.inbox, watch.clock, secret=watch.secret, accounts=[account.name])
                except Problem as problem:
                    watch.said.put(Finished((AccountReport(account.name, problem=problem),)))
                    continue
                if out.sent or account.name in out.problems:
                    problem_of = out.problems.get(account.name)
                    watch.said.put(Finished((AccountReport(account.name, sent_out=out.sent, problem=problem_of),)))
            self.rest(AGAIN.total_seconds())


class Dropped(Worker):
    """The folders where exports are dropped."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(watch, "folders")

    def work(self) -> None:
        from tui_inbox.exports.folder import look_through

        watch = self.watch
        before: dict[str, str | None] = {}
        while True:
            began, numbers, told = time.monotonic(), self.taken(), []
            try:
                for report in look_through(watch.inbox, watch.clock, progress=self.stored):
                    name, what = str(report.path), report.problem.what if report.problem else None
                    if numbers or report.files or report.failed or what != before.get(name):
                        told.append(report)
                    before[name] = what
            except Problem as problem:  # the store's own: no folder's
                watch.said.put(Finished((AccountReport("", problem=problem),), answers=numbers))
            else:
                if told or numbers:
                    watch.said.put(Finished((), tuple(told), numbers))
            self.rest(max(DROPPED, 20 * (time.monotonic() - began)))

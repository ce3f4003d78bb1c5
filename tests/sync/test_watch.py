"""The sync that stays: what the servers push, what goes out in time, broken lines, sleep, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from tests.dovecot import Dovecot
from tests.proxy import Fault, Proxy
from tests.smtp_server import Smtp
from tests.sync.watching import until
from tui_inbox.config import Account, Home, load
from tui_inbox.inbox import Inbox
from tui_inbox.problems import Busy, NotAdmitted, Unreachable
from tui_inbox.rules.model import Archive, Forward
from tui_inbox.sync import accounts
from tui_inbox.sync.pause import wait_after
from tui_inbox.sync.watch import Broken, Finished, Watch, Worker

pytestmark = pytest.mark.needs("dovecot")

USERS = [f"user{number}" for number in range(20)]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot(dict.fromkeys([*USERS, "mert"], "pw")) as running:
        yield running


def mail(number: int, sender: str = "ada@one.example", to: str = "support@shop.example", answers: int = 0) -> bytes:
    head = [f"From: {sender}", f"To: {to}", f"Subject: Order {number}", f"Message-ID: <{number}@mail.example>"]
    head += [f"In-Reply-To: <{answers}@mail.example>"] if answers else []
    return "\r\n".join([*head, "", "Hello?", ""]).encode()


class Watched:
    """A home, its watch in threads of this process, and a clock that runs and can be moved."""

    def __init__(self, folder: Path, config: str, secret: Callable[[Account], str]) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "config.toml").write_text('[me]\naddresses = ["support@shop.example"]\n' + config)
        home = Home(folder, folder / "config.toml")
        self.inbox = Inbox(home, load(home.config))
        self.shift = timedelta()
        self.asked = 0
        """How often a secret was wanted."""
        self.rounds: list[Any] = []
        self.said: SimpleQueue[Any] = SimpleQueue()

        def counted(account: Account) -> str:
            self.asked += 1
            return secret(account)

        self.watch = Watch(self.inbox, accounts(self.inbox, []), self.clock, counted, self.said)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def until(self, true: Callable[[], Any]) -> Any:
        """Have the watch's main thread do its work until *true*, and return what it returned."""

        def ticked() -> Any:
            while not self.said.empty():
                told = self.said.get()
                if isinstance(told, Broken):
                    raise told.bug
                if isinstance(told, Finished):
                    self.rounds += [*told.accounts, *told.folders]
            self.watch.tick()
            return true()

        return until(ticked)

    def subjects(self) -> list[str]:
        with self.inbox.reader() as reader:
            ids = list(reader.queue("all", self.clock()).ids)
            return sorted(row.subject for row in reader.rows(ids, self.clock()))

    def holds(self, *numbers: int) -> None:
        """Wait until these orders are here, and no other."""
        self.until(lambda: self.subjects() == [f"Order {number}" for number in numbers])

    def problem(self) -> str | None:
        account = self.inbox.sources.account(self.watch.accounts[0].name)
        return account.problem if account else None


def table(name: str, port: int, more: str = "") -> str:
    return (
        f'[[account]]\nname = "{name}"\nkind = "imap"\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\n'
        f'user = "{name}"\n{more}\n'
    )


@contextmanager
def watched(folder: Path, config: str, secret: Callable[[Account], str] = lambda _: "pw") -> Iterator[Watched]:
    one = Watched(folder, config, secret)
    one.watch.start()
    try:
        yield one
        assert one.watch.stop(), "a thread did not end"
    finally:
        one.watch.stopping.set()
        one.inbox.close()


def test_mail_that_comes_to_two_accounts_is_here_without_being_asked_for(server: Dovecot, tmp_path: Path) -> None:
    one, other = USERS.pop(), USERS.pop()
    server.deliver(one, "INBOX", mail(1))
    with watched(tmp_path, table(one, server.port) + table(other, server.port)) as it:
        it.holds(1)
        it.until(lambda: len(it.rounds) >= 2)
        server.deliver(one, "INBOX", mail(2))
        server.deliver(other, "INBOX", mail(3))
        it.holds(1, 2, 3)
        ears: list[Any] = [mailbox._ear for mailbox in it.watch.mailboxes]
        assert [one.idles for one in ears] == [True, True]


def test_one_connection_an_account_hears_and_reads(server: Dovecot, tmp_path: Path) -> None:
    user = USERS.pop()
    with Proxy(server.port) as way, watched(tmp_path, table(user, way.port)) as it:
        for number in (1, 2, 3):
            server.deliver(user, "INBOX", mail(number))
            it.holds(*range(1, number + 1))
        assert way.count <= 2, "besides the first count of all folders it opens none"


def test_a_folder_that_does_not_push_is_looked_at(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_inbox.sync.watch.LOOK", 0.2)
    user = USERS.pop()
    server.deliver(user, "INBOX", mail(1))
    with watched(tmp_path, table(user, server.port)) as it:
        it.holds(1)
        server.deliver(user, "Sent", mail(2, "support@shop.example", "ada@one.example", answers=1))

        def answered() -> bool:
            with it.inbox.reader() as reader:
                return reader.conversation(1, it.clock()).row.messages == 2

        it.until(answered)


def test_a_line_that_breaks_is_opened_again_with_a_fresh_secret(server: Dovecot, tmp_path: Path) -> None:
    user = USERS.pop()
    with Proxy(server.port) as way, watched(tmp_path, table(user, way.port)) as it:
        server.deliver(user, "INBOX", mail(1))
        it.holds(1)
        asked = it.asked
        way.cut()
        server.deliver(user, "INBOX", mail(2))
        it.holds(1, 2)
        assert it.asked > asked
        it.until(lambda: it.problem() is None)


def test_a_server_that_is_down_is_said_and_tried_until_it_is_back(tmp_path: Path) -> None:
    with Dovecot({"ada": "pw"}) as own, watched(tmp_path, table("ada", own.port)) as it:
        own.deliver("ada", "INBOX", mail(1))
        it.holds(1)
        own.stop()
        it.until(lambda: it.problem())
        own.start()
        own.deliver("ada", "INBOX", mail(2))
        it.holds(1, 2)
        it.until(lambda: it.problem() is None)


def test_after_a_sleep_no_line_is_believed_to_be_alive(server: Dovecot, tmp_path: Path) -> None:
    user = USERS.pop()
    with Proxy(server.port) as way:
        way.plan = lambda number: Fault("hang", after=6000 if number < 2 else 10**9)
        with watched(tmp_path, table(user, way.port)) as it:
            server.deliver(user, "INBOX", mail(1))
            it.holds(1)
            it.until(lambda: it.watch.mailboxes[0]._ear)
            before = way.count
            way.plan = lambda _number: Fault()
            it.shift = timedelta(hours=8)
            it.until(lambda: way.count > before)
            server.deliver(user, "INBOX", mail(2))
            it.holds(1, 2)


def test_a_hand_over_goes_out_as_soon_as_nothing_can_be_undone_any_more(server: Dovecot, tmp_path: Path) -> None:
    user = USERS.pop()
    server.deliver(user, "INBOX", mail(1))
    with Smtp(server) as post:
        own = 'tls = "none", user = "", from = "support@shop.example"'
        smtp = f'smtp = {{ host = "127.0.0.1", port = {post.port}, {own} }}'
        mate = '[[teammate]]\nname = "Mert"\naddress = "mert@shop.example"\n'
        with watched(tmp_path, table(user, server.port, smtp) + mate) as it:
            it.holds(1)
            it.inbox.perform([Forward(1, 1, "Mert", "")], it.clock())
            it.shift = timedelta(seconds=6)  # less than what counts as a sleep
            it.until(lambda: post.accepted)
            [(_, to, _)] = post.accepted
            assert to == "mert@shop.example"


def test_what_is_archived_is_moved_on_the_server_at_once(server: Dovecot, tmp_path: Path) -> None:
    user = USERS.pop()
    server.deliver(user, "INBOX", mail(1))
    with watched(tmp_path, table(user, server.port, "write_back = true")) as it, server.client(user) as other:
        it.holds(1)
        it.inbox.perform([Archive(1, 1)], it.clock())
        it.shift = timedelta(seconds=6)

        def moved() -> bool:
            other.select_folder("Archive", readonly=True)
            return other.search("ALL") == [1]

        it.until(moved)


def test_what_is_dropped_into_a_watched_folder_comes_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_inbox.sync.watch.DROPPED", 0.05)
    dropped = tmp_path / "dropped"
    dropped.mkdir()
    with watched(tmp_path / "home", f'[[inbox_folder]]\npath = "{dropped}"\n') as it:
        it.until(lambda: it.watch.dropped)
        (dropped / "one.eml").write_bytes(mail(7))
        it.shift = timedelta(seconds=5)  # nothing has changed for so long
        it.holds(7)


def test_a_bug_in_a_thread_is_shown_and_not_lived_with(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("tui_inbox.sync.watch.round_of", broken)
    with watched(tmp_path, table(USERS.pop(), server.port)) as it, pytest.raises(ZeroDivisionError, match="a bug"):
        it.until(lambda: False)


def test_pauses_grow_and_are_long_where_a_person_or_the_server_wants_them_so() -> None:
    gone, refused, busy = Unreachable("It is gone."), NotAdmitted("Wrong."), Busy("[THROTTLED]")
    assert [wait_after(gone, tries, 1.0) for tries in (1, 2, 3, 20, 10_000)] == [2, 4, 8, 120, 120]
    assert wait_after(gone, 1, 0.0) == 1
    assert [wait_after(busy, tries, 1.0) for tries in (1, 2, 9)] == [60, 120, 900]
    assert [wait_after(refused, tries, 1.0) for tries in (1, 2, 9)] == [60, 120, 1800]


def test_a_server_that_counts_oddly_is_read_more_and_more_seldom(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter(range(10**6))
    monkeypatch.setattr("tui_inbox.connectors.imap.push.Ear.look", lambda _ear: next(looks))
    waits: list[float] = []
    rest = Worker.rest

    def noted(worker: Worker, seconds: float) -> None:
        waits.append(seconds)
        rest(worker, 0 if len(waits) < 12 else seconds)

    monkeypatch.setattr("tui_inbox.sync.watch.Mailbox.rest", noted)
    with watched(tmp_path, table(USERS.pop(), server.port)) as it:
        it.until(lambda: len(waits) == 12)
    assert waits[:11] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]

"""What is heard on a line that waits: news, whole or in pieces; a server that hangs up, says goodbye, falls silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from tests.proxy import Fault, Proxy
from tests.scripted_imap import HANG_UP, Mailbox, ScriptedImap
from tui_inbox.connectors.imap import Source
from tui_inbox.connectors.imap.push import Ear, listening
from tui_inbox.problems import Busy, Unreachable

ENOUGH = 20.0
"""Seconds that nothing here waits for: what returns earlier was told."""


class Server(ScriptedImap):
    """It idles: `pushes` is what it says behind its `+`, `late` when the idling is ended, ahead of its verdict."""

    def __init__(self) -> None:
        super().__init__({b"INBOX": Mailbox({3: b"Subject: hello\r\n\r\n"}), b"Sent": Mailbox({}, flags=rb"\Sent")})
        self.capabilities = b"IMAP4rev1 AUTH=PLAIN IDLE"
        self.pushes, self.late = b"", b""
        self._tag = b""
        self.on |= {"IDLE": self._idle, "": self._done, "STATUS": self._status}
        self.counted = b"0"

    def _idle(self, tag: bytes, _rest: bytes) -> bytes:
        self._tag = tag
        return b"+ idling\r\n" + self.pushes

    def _done(self, word: bytes, _rest: bytes) -> bytes:
        assert word == b"DONE"
        return self.late + self._tag + b" OK heard\r\n"

    def _status(self, tag: bytes, rest: bytes) -> bytes:
        name = rest.split()[1]
        return b"* STATUS %s (MESSAGES %s UIDNEXT 1 UIDVALIDITY 1)\r\n%s OK done\r\n" % (name, self.counted, tag)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def called() -> Iterator[socket.socket]:
    near, far = socket.socketpair()
    with near, far:
        yield near


def mailbox(port: int) -> Source:
    return Source("support", "127.0.0.1", "ada", port, "none", password=lambda: "pw")


def heard(ear: Ear, called: socket.socket) -> bool:
    """Return whether something was told before the time was up."""
    began = monotonic()
    ear.wait(ENOUGH, called)
    return monotonic() - began < ENOUGH


def listens(server: Server, called: socket.socket, seconds: float = ENOUGH) -> None:
    with listening(mailbox(server.port)) as ear:
        ear.look()
        ear.wait(seconds, called)
        ear.wait(seconds, called)


@pytest.mark.parametrize("news", [b"* 4 EXISTS", b"* 1 EXPUNGE", b"* VANISHED 3", b"* OK Still here\r\n* 2 EXISTS"])
def test_news_ends_the_wait(server: Server, called: socket.socket, news: bytes) -> None:
    server.pushes = news + b"\r\n"
    with listening(mailbox(server.port)) as ear:
        ear.look()
        assert heard(ear, called)
        assert heard(ear, called), "the line is as good as before"


def test_what_is_no_news_does_not_end_the_wait(server: Server, called: socket.socket) -> None:
    server.pushes = b"* OK Still here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n"
    with listening(mailbox(server.port)) as ear:
        ear.look()
        began = monotonic()
        ear.wait(0.2, called)
        assert monotonic() - began >= 0.2


def test_a_line_that_comes_byte_by_byte_is_heard_whole(server: Server, called: socket.socket) -> None:
    server.pushes = b"* OK Still here\r\n* 4 EXISTS\r\n"
    server.late = b"* 5 EXISTS\r\n"
    with Proxy(server.port) as way:
        way.plan = lambda _number: Fault(split=1)
        with listening(mailbox(way.port)) as ear:
            ear.look()
            assert heard(ear, called)
            assert [name for name, _ in ear.look()] == ["INBOX", "Sent"]


def test_the_wait_ends_when_it_is_called(server: Server) -> None:
    near, far = socket.socketpair()
    with near, far, listening(mailbox(server.port)) as ear:
        ear.look()
        far.send(b"!")
        assert heard(ear, near)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (HANG_UP, Unreachable),
        (b"* BYE Idle for too long\r\n" + HANG_UP, Unreachable),
        (b"* BYE [UNAVAILABLE] maintenance\r\n" + HANG_UP, Busy),
        (b"* 4 EX" + HANG_UP, Unreachable),
        (b"x" * 2**21, Unreachable),
    ],
    ids=["hangs up", "says goodbye", "asks for patience", "breaks off in a word", "sends a line without an end"],
)
def test_a_line_that_ends_is_noticed_at_once(
    server: Server, called: socket.socket, said: bytes, kind: type[Unreachable]
) -> None:
    server.pushes = said
    with pytest.raises(Unreachable) as trouble:
        listens(server, called)
    assert type(trouble.value) is kind


def test_a_line_that_is_dead_and_says_nothing_is_noticed_by_the_next_word(
    server: Server, called: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_inbox.connectors.imap.push.PATIENCE", 0.3)
    server.on["IDLE"] = lambda _tag, _rest: b"+ idling\r\n"
    server.on[""] = lambda _tag, _rest: b""  # DONE is never answered
    with pytest.raises(Unreachable, match="did not answer in time"):
        listens(server, called, seconds=0.1)


def test_another_thread_can_end_the_wait_by_hanging_up(server: Server, called: socket.socket) -> None:
    with listening(mailbox(server.port)) as ear:
        ear.look()
        threading.Timer(0.05, ear.hang_up).start()
        with pytest.raises(Unreachable):
            ear.wait(ENOUGH, called)


def test_a_server_that_does_not_idle_or_does_not_keep_its_word_is_looked_at(
    server: Server, called: socket.socket
) -> None:
    server.on["IDLE"] = lambda tag, _rest: tag + b" BAD what?\r\n"
    with listening(mailbox(server.port)) as ear:
        assert ear.idles
        before = ear.look()
        ear.wait(0.05, called)
        assert not ear.idles
        assert ear.look() == before
        server.counted = b"1"
        ear.wait(0.05, called)
        assert ear.look() != before


def test_a_folder_that_is_not_opened_stands_as_nothing_and_keeps_no_other_back(server: Server) -> None:
    server.on["EXAMINE"] = lambda tag, _rest: tag + b" NO [NOPERM] not yours\r\n"
    with listening(mailbox(server.port)) as ear:
        assert ear.look() == (("INBOX", ()), ("Sent", ()))

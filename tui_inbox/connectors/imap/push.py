"""Hears of changes in a mailbox: by IDLE (RFC 2177) where the server has it, and besides by looking at every folder."""

from __future__ import annotations

import re
import select
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

from tui_inbox.connectors import Batch
from tui_inbox.connectors.imap.access import Access
from tui_inbox.connectors.imap.folders import Stop, route
from tui_inbox.connectors.imap.line import LONGEST_LINE, READ
from tui_inbox.connectors.imap.replies import quoted
from tui_inbox.connectors.imap.trouble import Declined, explained
from tui_inbox.connectors.imap.walk import opened, over
from tui_inbox.connectors.imap.wire import Wire
from tui_inbox.problems import NotFound

PATIENCE = 20.0
"""Seconds in which a living line answers what it is asked while nothing is fetched."""
ALIVE = ((60, "TCP_KEEPIDLE"), (60, "TCP_KEEPALIVE"), (15, "TCP_KEEPINTVL"), (4, "TCP_KEEPCNT"))
"""Seconds of silence before the system itself asks whether the other side is there (macOS: the second), seconds between
two questions, and how many stay without an answer."""
RENEWED = 9 * 60.0
"""Seconds after which an IDLE is begun anew, however long one may wait: servers allow 29 minutes, many routers less."""

_NEWS = re.compile(rb"\* (?:\d+ (?:EXISTS|EXPUNGE|RECENT)\b|VANISHED\b)", re.IGNORECASE)
_BYE = re.compile(rb"\* BYE\b *(.*)", re.IGNORECASE)
_STATUS = re.compile(rb"\b(MESSAGES|UIDNEXT|UIDVALIDITY) (\d{1,18})")

Standing = tuple[tuple[str, tuple[int, ...]], ...]


@contextmanager
def listening(source: Access) -> Iterator[Ear]:
    """Open a signed-in connection to *source* that hears of changes; every trouble with it is a Problem."""
    secret = source.password()  # first: a keyring may ask its owner, and a server does not wait
    with explained(source.host, source.port):
        ear = Ear(source)
    with ear:  # what goes wrong in the hands of who listens is no trouble with the server
        with explained(source.host, source.port):
            ear.sign_in(source.user, secret, source.auth)
            del secret
            ear.begin()
        yield ear


class Ear(Wire):
    """One connection. It opens the first inbox folder, for reading only, and asks for the standing of the others."""

    def __init__(self, source: Access) -> None:
        super().__init__(source.host, source.port, source.tls, source.ca, source.pin)
        self.source = source
        self.idles = False
        """Whether the server tells of changes by itself (IDLE)."""
        self.sound = True
        self._stops: list[Stop] = []
        self._said = b""
        """What has been received and is not a whole line yet."""
        for value, name in ALIVE:
            if option := getattr(socket, name, None):
                with suppress(OSError):
                    self._imap.sock.setsockopt(socket.IPPROTO_TCP, option, value)

    def begin(self) -> None:
        """Find out what can be heard, and of which folders."""
        self._imap.sock.settimeout(PATIENCE)
        self.idles = "IDLE" in self.capabilities()
        # ENABLE is for before a folder is opened (RFC 5161, 3.1); what is read later may use what it brought.
        self._stops, _ = route(self.source, self.folders(resync=True), gmail=self.gmail)

    def read(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """Yield what is new, as `Source.read` does, over this connection; `sound` says whether it can go on."""
        return opened(self.unread(cursors))

    def unread(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """Yield the same, its mails unread."""
        self.sound = False
        with explained(self.host, self.port):
            self._imap.sock.settimeout(READ)
            self._imap.state = "AUTH"
            try:
                yield from over(self, self.source, cursors)
            except NotFound:  # said last: all that is there was read
                self.sound = True
                raise
            self._imap.sock.settimeout(PATIENCE)
        self.sound = True

    def look(self) -> Standing:
        """Return how each folder stands: UIDVALIDITY, UIDNEXT, and how many messages it holds.

        What IDLE said or left unsaid has no part in it. A folder that the server does not open stands as nothing.
        """
        standing: list[tuple[str, tuple[int, ...]]] = []
        opened = False
        with explained(self.host, self.port):
            for stop in self._stops:
                try:
                    numbers = self._status(stop) if opened else self._opened(stop)
                    opened = True
                except Declined:
                    numbers = ()
                standing.append((stop.folder.key, numbers))
        return tuple(standing)

    def _opened(self, stop: Stop) -> tuple[int, ...]:
        here = self.examine(stop.folder)
        return here.uidvalidity, here.uidnext or 0, here.exists

    def _status(self, stop: Stop) -> tuple[int, ...]:
        told = self._ask("STATUS", quoted(stop.folder.wire), "(MESSAGES UIDNEXT UIDVALIDITY)").get("STATUS", [])
        last = told[-1] if told else b""
        found = dict(_STATUS.findall(last if isinstance(last, bytes) else last[0]))
        return tuple(int(found.get(word, 0)) for word in (b"UIDVALIDITY", b"UIDNEXT", b"MESSAGES"))

    # --- waiting --------------------------------------------------------------------------------------

    def wait(self, seconds: float, called: socket.socket) -> None:
        """Return as soon as the server tells of a change, once *called* can be read from, or after *seconds*.

        A line that has ended, or breaks the protocol, is a Problem at once.
        """
        end = monotonic() + min(seconds, RENEWED)
        with explained(self.host, self.port):
            if not self.idles:
                # Whatever comes unasked, the end of the line too, is met by the next look.
                select.select([self._imap.sock, called], [], [], max(0.0, end - monotonic()))
                return
            tag: bytes = self._imap._new_tag()
            self._imap.send(tag + b" IDLE\r\n")
            news, answer = self._until(tag, b"+")
            if answer.startswith(tag):
                self.idles = False  # it promised what it does not do: the looks are left
                return
            news = self._heard() or news  # it may have come in one piece with the answer
            while not news and (left := end - monotonic()) > 0 and self._arrived(left, called):
                news = self._heard()
            self._imap.send(b"DONE\r\n")
            self._until(tag, tag)
            while self._said and self._arrived(PATIENCE, None):  # a last line may be half here
                self._heard()
            del self._imap.tagged_commands[tag]

    def hang_up(self) -> None:
        """End the connection, from any thread."""
        with suppress(OSError):
            self._imap.sock.shutdown(socket.SHUT_RDWR)

    def _heard(self) -> bool:
        """Return whether there is news in the whole lines that have come."""
        news = False
        while (line := self._line()) is not None:
            news = self._is_news(line) or news
        return news

    def _until(self, tag: bytes, opening: bytes) -> tuple[bool, bytes]:
        """Return whether there was news on the way to the line that begins with *opening* or *tag*, and that line."""
        news = False
        end = monotonic() + PATIENCE
        while True:
            while (line := self._line()) is not None:
                if line.startswith((opening, tag)):
                    return news, line
                news = self._is_news(line) or news
            if not self._arrived(end - monotonic(), None):
                raise TimeoutError

    def _is_news(self, line: bytes) -> bool:
        if bye := _BYE.match(line):
            raise self._imap.abort(bye[1].decode("utf-8", "replace") or "it said goodbye")
        return _NEWS.match(line) is not None

    def _line(self) -> bytes | None:
        """Return the next line that has come whole, without its end."""
        line, end, rest = self._said.partition(b"\n")
        if not end:
            return None
        self._said = rest
        return line.rstrip(b"\r")

    def _arrived(self, seconds: float, called: socket.socket | None) -> bool:
        """Take what comes within *seconds*; return False where nothing did, or *called* can be read from first.

        A TLS record may hold nothing for us: then it is waited on.
        """
        end = monotonic() + seconds
        while (some := self._here()) is None:
            waiting: list[Any] = [self._imap.sock] if called is None else [self._imap.sock, called]
            ready, _, _ = select.select(waiting, [], [], max(0.0, end - monotonic()))
            if not ready or called in ready:
                return False
        if not some:
            raise self._imap.abort("socket error: EOF")
        self._said += some
        self._imap._count(len(some))
        if len(self._said) > LONGEST_LINE:
            raise self._imap.abort("it sent a line without an end")
        return True

    def _here(self) -> bytes | None:
        """Return what has been received, without waiting for more; None: nothing, b"": the line has ended."""
        sock, reader = self._imap.sock, self._imap._reader
        sock.setblocking(False)
        try:
            if kept := reader.peek(1):
                return bytes(reader.read(len(kept)))
            return bytes(sock.recv(65_536))
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        finally:
            sock.settimeout(PATIENCE)

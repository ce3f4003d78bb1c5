"""A mail server that says what it is told to: for the habits that Dovecot does not have.

    with ScriptedImap({b"INBOX": Mailbox({7: b"Subject: hello\\r\\n\\r\\n"})}) as server:
        server.on["UID FETCH"] = lambda tag, rest: tag + b" OK and nothing came\\r\\n"

An answer in `on` replaces the plain one; None leaves it; `HANG_UP` at its end drops the line after what stands before.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

HANG_UP = b"<hang up>"
SAID = b'INTERNALDATE "02-Mar-2026 08:00:00 +0300" FLAGS ()'
Answer = Callable[[bytes, bytes], bytes | None]
"""Given a command's tag and the command without it; returns what goes out instead of the plain answer."""


@dataclass
class Mailbox:
    """One folder and its messages by UID; `counted` and `uidnext` are what it claims of itself, if not the truth."""

    messages: dict[int, bytes] = field(default_factory=dict)
    uidvalidity: int = 1
    flags: bytes = b""
    """Of the folder, as LIST shows them."""
    counted: int | None = None
    uidnext: int | None = None
    said: dict[int, bytes] = field(default_factory=dict)
    """What FETCH says of a message besides its size, if not just `SAID`."""
    modseq: int = 0
    """HIGHESTMODSEQ (RFC 7162); 0: the folder keeps none."""
    changed: dict[int, int] = field(default_factory=dict)
    """The MODSEQ of each message."""

    @property
    def uids(self) -> list[int]:
        return sorted(self.messages)

    @property
    def count(self) -> int:
        return len(self.messages) if self.counted is None else self.counted

    @property
    def upcoming(self) -> int:
        """The UIDNEXT that it claims."""
        return self.uidnext or (self.uids[-1] + 1 if self.messages else 1)

    def chosen(self, wanted: str) -> list[int]:
        """Return the UIDs in a set; as RFC 9051 has it, `n:*` holds the last message whatever n is."""
        last = self.uids[-1] if self.messages else 0
        found: set[int] = set()
        for part in wanted.split(","):
            low, _, high = part.partition(":")
            ends = sorted(last if end == "*" else int(end) for end in (low, high or low))
            found.update(uid for uid in self.messages if ends[0] <= uid <= ends[1])
        return sorted(found)


class ScriptedImap:
    """A server on 127.0.0.1 for one connection after another. `heard` holds every command without its tag."""

    def __init__(self, mailboxes: Mapping[bytes, Mailbox], *, password: str = "pw") -> None:
        self.mailboxes = dict(mailboxes)
        self.password = password
        self.greeting = b"* OK ready\r\n"
        self.capabilities = b"IMAP4rev1 AUTH=PLAIN"
        self.listed: list[bytes] = []
        """More LIST lines, as they go out."""
        self.on: dict[str, Answer] = {}
        self.heard: list[bytes] = []
        self.at_once: ssl.SSLContext | None = None
        """Speak TLS from the first byte."""
        self.logouts = 0
        """How many connections the client has ended by LOGOUT, and then closed."""
        self._serving = threading.Lock()

    def __enter__(self) -> ScriptedImap:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._closing = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._closing = True
        socket.create_connection(("127.0.0.1", self.port)).close()  # wakes the accept
        self._thread.join(10)
        self._listener.close()

    def ended(self) -> None:
        """Return when the connection of a client that has closed it has come to its end here, too."""
        with self._serving:
            pass

    def _serve(self) -> None:
        while True:
            line, _ = self._listener.accept()
            with self._serving, line:
                if self._closing:
                    return
                line.settimeout(200)
                with suppress(OSError):  # the client went away; the next one comes
                    _Session(self, self.at_once.wrap_socket(line, server_side=True) if self.at_once else line).run()


class _Session:
    """One connection, from the greeting to its end; `on_<command>` returns what is said before the tagged line."""

    def __init__(self, server: ScriptedImap, line: socket.socket) -> None:
        self.server = server
        self.line = line
        self.file = line.makefile("rb")
        self.open = Mailbox()

    def run(self) -> None:
        try:
            if not self.send(self.server.greeting):
                return
            while words := self.file.readline():
                tag, _, rest = words.rstrip(b"\r\n").partition(b" ")
                self.server.heard.append(rest)
                if not self.answer(tag, rest):
                    return
        finally:
            self.file.close()
            self.line.close()

    def send(self, reply: bytes) -> bool:
        """Send *reply*; return whether the line stays."""
        self.line.sendall(reply.removesuffix(HANG_UP))
        return not reply.endswith(HANG_UP)

    def answer(self, tag: bytes, rest: bytes) -> bool:
        """Answer one command; return whether the line stays."""
        verb = re.match(rb"(UID )?[A-Z]+", rest, re.IGNORECASE)
        name = verb[0].decode().upper() if verb else ""
        if name == "EXAMINE":
            self.open = self.server.mailboxes.get(_folder(rest), Mailbox())
        special = self.server.on.get(name)
        reply = special(tag, rest) if special else None
        if reply is not None:
            return self.send(reply)
        if name == "LOGOUT":
            with suppress(ConnectionError):  # it may have closed its side already
                self.send(b"* BYE see you\r\n" + tag + b" OK gone\r\n")
                if self.file.readline():
                    return False
            self.server.logouts += 1
            return False
        self.verdict = b" OK done"
        plain = getattr(self, "on_" + name.lower().replace(" ", "_"), None)
        return self.send((plain(rest) if plain else b"") + tag + self.verdict + b"\r\n")

    def on_capability(self, _rest: bytes) -> bytes:
        return b"* CAPABILITY " + self.server.capabilities + b"\r\n"

    def on_authenticate(self, rest: bytes) -> bytes:
        _, _, at_once = rest.removeprefix(b"AUTHENTICATE ").partition(b" ")
        if not at_once:
            self.send(b"+ \r\n")
        given = b64decode(at_once or self.file.readline()).decode().split("\0")[-1]
        self.verdict = (
            b" OK in" if given == self.server.password else b" NO [AUTHENTICATIONFAILED] no " + given.encode()
        )
        return b""

    def on_login(self, rest: bytes) -> bytes:
        size = re.search(rb"\{(\d+)\}$", rest)
        assert size is not None, "the password comes as a literal"
        self.send(b"+ go on\r\n")
        given = self.file.read(int(size[1])).decode()
        self.file.readline()
        self.verdict = b" OK in" if given == self.server.password else b" NO no"
        return b""

    def on_list(self, _rest: bytes) -> bytes:
        lines = [b'* LIST (%s) "/" "%s"\r\n' % (box.flags, name) for name, box in self.server.mailboxes.items()]
        return b"".join(lines + self.server.listed)

    def on_examine(self, rest: bytes) -> bytes:
        self.verdict = b" OK [READ-ONLY] opened"
        if _folder(rest) not in self.server.mailboxes:
            self.verdict = b" NO [NONEXISTENT] no such folder"
            return b""
        box = self.open
        modseq = b"* OK [HIGHESTMODSEQ %d] x\r\n" % box.modseq if box.modseq else b""
        state = b"* %d EXISTS\r\n* OK [UIDVALIDITY %d] x\r\n* OK [UIDNEXT %d] x\r\n"
        return state % (box.count, box.uidvalidity, box.upcoming) + modseq

    def on_status(self, rest: bytes) -> bytes:
        name = _folder(rest)
        if name not in self.server.mailboxes:
            self.verdict = b" NO [NONEXISTENT] no such folder"
            return b""
        box = self.server.mailboxes[name]
        modseq = b" HIGHESTMODSEQ %d" % box.modseq if b"HIGHESTMODSEQ" in rest else b""
        told = (name, box.count, box.upcoming, box.uidvalidity, modseq)
        return b'* STATUS "%s" (MESSAGES %d UIDNEXT %d UIDVALIDITY %d%s)\r\n' % told

    def on_uid_search(self, rest: bytes) -> bytes:
        self.verdict = b" OK found"
        uids = [b"%d" % uid for uid in self.open.chosen(rest.split()[-1].decode())]
        if b"RETURN" in rest:  # RFC 4731
            return b"* ESEARCH UID" + (b" ALL " + b",".join(uids) if uids else b"") + b"\r\n"
        return b"* SEARCH " + b" ".join(uids) + b"\r\n"

    def on_uid_fetch(self, rest: bytes) -> bytes:
        self.verdict = b" OK fetched"
        wanted = self.open.chosen(rest.split()[2].decode())
        if since := re.search(rb"\(CHANGEDSINCE (\d+)\)", rest):
            news = [(uid, self.open.changed[uid]) for uid in wanted if self.open.changed[uid] > int(since[1])]
            return b"".join(b"* 1 FETCH (UID %d FLAGS () MODSEQ (%d))\r\n" % one for one in news)
        return b"".join(fetched(self.open, uid, b"BODY" in rest) for uid in wanted)


def _folder(rest: bytes) -> bytes:
    """Return the folder that a command names."""
    return rest.split(b'"')[1] if b'"' in rest else rest.split()[1]


def fetched(box: Mailbox, uid: int, body: bool) -> bytes:
    """Return the FETCH reply for one message: its bytes, or what is said of it before."""
    raw, number = box.messages[uid], box.uids.index(uid) + 1
    if body:
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (number, uid, len(raw), raw)
    return b"* %d FETCH (UID %d RFC822.SIZE %d %s)\r\n" % (number, uid, len(raw), box.said.get(uid, SAID))

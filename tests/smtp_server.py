"""A private mail server for sending, on 127.0.0.1: it takes what is submitted and puts it into real mailboxes.

with Dovecot(users={"support": "pw", "mert": "pw"}) as mailboxes, Smtp(mailboxes) as server:
    smtp = { host = "127.0.0.1", port = server.port, tls = "none", user = "support", from = "support@shop.example" }

Mail to `mert@...` lies in the mailbox `mert` afterwards. What it is to do instead is set between two runs:
`refuse` and `later` answer RCPT, `at_end` the last line of a mail, `break_at` drops the line, `files_sent` keeps a copy
in the sender's own Sent folder, as large providers do.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tests.dovecot import Dovecot


@dataclass
class Smtp:
    """`accepted` are the mails it answered for; `said` every line it was told, but for the mails and secrets."""

    mailboxes: Dovecot | None = None
    tls: str = "none"
    """`none`, `starttls` (offered, and wanted before a sign-in) or `implicit`."""
    passwords: dict[str, str] = field(default_factory=dict)
    """Who may sign in; empty: no sign-in is offered, and none is wanted."""
    mechanisms: str = "PLAIN LOGIN"
    refuse: dict[str, str] = field(default_factory=dict)
    """Replies to RCPT by recipient, every time."""
    later: list[str] = field(default_factory=list)
    """Replies to the next RCPTs, one each; then it is taken."""
    at_end: list[str] = field(default_factory=list)
    """Replies to the next ends of mails, one each."""
    break_at: str = ""
    """Drop the line once: at `greeting`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `body`, before (`end`) or after taking it
    (`taken`)."""
    files_sent: bool = False
    extensions: tuple[str, ...] = ("8BITMIME", "SIZE 30000000", "PIPELINING")
    accepted: list[tuple[str, str, bytes]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Smtp:
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self._lines: set[socket.socket] = set()
        self._turn = threading.Lock()
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, args=(self._listener,), daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        """Stop listening and end every connection."""
        if self._listener is None:
            return
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None
        for line in list(self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            self._lines.add(line)
            thread = threading.Thread(target=self._talk, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, line: socket.socket) -> None:
        talk = _Talk(self, line)
        try:
            with contextlib.suppress(OSError, EOFError, ssl.SSLError):
                talk.run()
        finally:
            self._lines.discard(line)
            talk.close()

    def breaks(self, place: str) -> bool:
        """Return whether the line is to drop here; it does so once."""
        with self._turn:
            if self.break_at != place:
                return False
            self.break_at = ""
            return True

    def next_of(self, replies: list[str], usual: str) -> str:
        """Return the next of *replies*, taken off the list; *usual* once there are none."""
        with self._turn:
            return replies.pop(0) if replies else usual

    def take(self, sender: str, to: str, mail: bytes) -> None:
        """Answer for a mail: put it into the recipient's mailbox, and a copy where the sender's own lies."""
        with self._turn:
            self.accepted.append((sender, to, mail))
            if self.mailboxes is None:
                return
            received = b"Received: from test by mx.shop.example; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
            name = to.partition("@")[0]
            if name in self.mailboxes.users:
                self.mailboxes.deliver(name, "INBOX", f"Return-Path: <{sender}>\r\n".encode() + received + mail)
            if self.files_sent:
                self.mailboxes.deliver(sender.partition("@")[0], "Sent", mail)

    def context(self) -> ssl.SSLContext:
        """Return what TLS is spoken with: the certificate of the mailboxes' own server."""
        assert self.mailboxes is not None, "TLS takes its certificate from Dovecot's"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        home: Path = self.mailboxes.home
        context.load_cert_chain(home / "server.pem", home / "server.key")
        return context


class _Talk:
    """One connection."""

    def __init__(self, server: Smtp, line: socket.socket) -> None:
        self.server = server
        self.line = line
        self.secure = False
        if server.tls == "implicit":
            self._secure()
        self.reader = self.line.makefile("rb")
        self.signed_in = not server.passwords
        self.sender = ""
        self.to = ""

    def _secure(self) -> None:
        self.line.settimeout(200)
        try:
            self.line = self.server.context().wrap_socket(self.line, server_side=True)
        except OSError:
            self.line.close()
        self.secure = True

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.reader.close()
            self.line.close()

    def say(self, text: str) -> None:
        self.line.sendall(text.encode() + b"\r\n")

    def hear(self) -> str:
        line = self.reader.readline(20_000)
        if not line:
            raise EOFError
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def run(self) -> None:
        if self.server.breaks("greeting"):
            return
        self.say("220 mx.shop.example ready")
        while True:
            heard = self.hear()
            verb = heard.split(" ")[0].upper()
            self.server.said.append("AUTH" if verb == "AUTH" else heard)
            if self.server.breaks(verb):
                return
            match verb:
                case "EHLO":
                    self.say("\r\n".join([f"250-{one}" for one in ("mx.shop.example", *self._offers())] + ["250 HELP"]))
                case "STARTTLS" if not self.secure:
                    self.say("220 go on")
                    self._secure()
                    self.reader = self.line.makefile("rb")
                case "AUTH":
                    self.say(self._sign_in(heard.split(" ")[1:]))
                case "MAIL" if not self.signed_in:
                    self.say("530 5.7.0 sign in first")
                case "MAIL":
                    self.sender = heard.partition("<")[2].partition(">")[0]
                    self.say("250 2.1.0 ok")
                case "RCPT":
                    self._recipient(heard.partition("<")[2].partition(">")[0])
                case "DATA" if self.to:
                    if not self._mail():
                        return
                case "RSET":
                    self.sender = self.to = ""
                    self.say("250 2.0.0 ok")
                case "QUIT":
                    self.say("221 2.0.0 bye")
                    return
                case _:
                    self.say("503 5.5.1 not now")

    def _offers(self) -> list[str]:
        offers = list(self.server.extensions)
        if self.server.tls == "starttls" and not self.secure:
            return [*offers, "STARTTLS"]
        return [*offers, f"AUTH {self.server.mechanisms}"] if self.server.passwords else offers

    def _sign_in(self, words: list[str]) -> str:
        def answer(challenge: str) -> str:
            self.say(f"334 {base64.b64encode(challenge.encode()).decode()}")
            return base64.b64decode(self.hear()).decode()

        match words:
            case ["PLAIN", first]:
                _, user, secret = base64.b64decode(first).decode().split("\0")
            case ["LOGIN"]:
                user, secret = answer("Username:"), answer("Password:")
            case ["XOAUTH2", first]:
                told = base64.b64decode(first).decode().split("\1")
                user, secret = told[0].removeprefix("user="), told[1].removeprefix("auth=Bearer ")
            case _:
                return "504 5.5.4 not that way"
        if self.server.passwords.get(user) == secret:
            self.signed_in = True
            return "235 2.7.0 welcome"
        if words[0] == "XOAUTH2":
            answer('{"status":"401"}')
        return "535 5.7.8 the sign-in was refused"

    def _recipient(self, to: str) -> None:
        if to in self.server.refuse:
            self.say(self.server.refuse[to])
            return
        reply = self.server.next_of(self.server.later, "250 2.1.5 ok")
        self.to = to if reply.startswith("2") else ""
        self.say(reply)

    def _mail(self) -> bool:
        """Take a mail; return whether the line still holds."""
        self.say("354 go on")
        lines: list[bytes] = []
        while (line := self.reader.readline(20_000)) != b".\r\n":
            if not line:
                raise EOFError
            if self.server.breaks("body"):
                return False
            assert line.endswith(b"\r\n")
            assert len(line) <= 1000
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.server.breaks("end"):
            return False
        reply = self.server.next_of(self.server.at_end, "250 2.0.0 taken")
        if reply.startswith("2"):
            self.server.take(self.sender, self.to, b"".join(lines))
            if self.server.breaks("taken"):
                return False
        self.sender = self.to = ""
        self.say(reply)
        return True

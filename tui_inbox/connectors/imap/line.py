"""The connection below the protocol: TLS, time limits and a bound on what a server may make us hold."""

from __future__ import annotations

import imaplib
import socket
import ssl
import time
from base64 import b64encode
from typing import Any

from tui_inbox.vault.hidden import Hidden

CONNECT = 20.0
"""Seconds to wait for a connection, its greeting and TLS."""
READ = 60.0
"""Seconds to wait for the next bytes of a reply."""

LONGEST_LINE = 2**20
"""Bytes of a line that nobody asked for."""
LONGEST_LIST = 2**23
"""Bytes of a line in a reply: what vanished from a folder of a million messages with a gap behind each is one."""
LARGEST_LITERAL = 64 * 2**20
"""Bytes that a reply may announce at once."""
LARGEST_REPLY = 128 * 2**20
"""Bytes that one command may bring, all lines and literals together."""
A_LINE = 48
"""Bytes that each line counts for besides its own: a million empty ones take memory, too."""
LONGEST_REPLY = 3600.0
"""Seconds that the answer to one command may take, however often the server says that it is still there."""


class Line(imaplib.IMAP4):
    """One connection. Unlike its parent it bounds every reply, keeps no log of what was sent (a password is
    among it), and believes nothing that came before TLS."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self._context = context
        self._brought = 0
        self._asked_at = time.monotonic()
        super().__init__(host, port)
        self.sock.settimeout(READ)

    def _get_capabilities(self) -> None:
        """Know what the server can do: most say it with their greeting, the others are asked."""
        greeted: Any = self.untagged_responses.pop("CAPABILITY", [b""])[-1]
        self.capabilities = tuple(greeted.decode("ascii", "replace").upper().split())
        if not self.capabilities:
            super()._get_capabilities()  # type: ignore[misc]  # private: the stubs do not know it

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        sock = socket.create_connection((host, port), timeout or CONNECT)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a sign-in is two small lines in a row
            self._take(sock, self._context)
        except BaseException:
            sock.close()
            raise

    def _take(self, sock: socket.socket, context: ssl.SSLContext | None) -> None:
        self.sock = sock if context is None else context.wrap_socket(sock, server_hostname=self.host)
        self.sock.settimeout(CONNECT)
        self._reader = self.sock.makefile("rb")

    def read(self, size: int) -> bytes:
        if size > LARGEST_LITERAL:
            raise self.abort(f"it announced {size} bytes at once")
        self._count(size)
        return self._reader.read(size)

    def readline(self) -> bytes:
        line = self._reader.readline(LONGEST_LIST + 1)
        if len(line) > LONGEST_LIST:
            raise self.abort("it sent a line without an end")
        self._count(len(line) + A_LINE)
        return line

    def _count(self, size: int) -> None:
        self._brought += size
        if self._brought > LARGEST_REPLY or time.monotonic() - self._asked_at > LONGEST_REPLY:
            raise self.abort("its reply has no end")

    def _new_tag(self) -> bytes:
        self._brought = 0
        self._asked_at = time.monotonic()
        tag: bytes = super()._new_tag()  # type: ignore[misc]  # private: the stubs do not know it
        return tag

    def _log(self, line: object) -> None:
        """Keep nothing: the parent's log holds the last ten lines sent, the sign-in among them."""

    def answer(self, mechanism: str, answers: list[bytes]) -> tuple[str, list[Any]]:
        """Return the server's verdict on *answers*, one for each of its challenges (RFC 9051, 6.2.2).

        The first goes out with the command where the server takes it so (SASL-IR, RFC 4959): one round trip less.
        """
        waiting = [Hidden(b64encode(one)) for one in answers]
        begun: list[bytes] = [b"AUTHENTICATE", mechanism.encode()]
        if "SASL-IR" in self.capabilities:
            begun.append(waiting.pop(0))
        tag = self._new_tag()
        self._write(Hidden(b" ".join([tag, *begun])))
        while self.tagged_commands[tag] is None:
            if self._get_response() is None:  # a challenge
                self._write(waiting.pop(0) if waiting else b"*")
        kind, said = self._command_complete("AUTHENTICATE", tag)
        return kind, said

    def _write(self, line: bytes) -> None:
        try:
            self.send(Hidden(line + b"\r\n"))
        except OSError as trouble:
            raise self.abort(f"socket error: {trouble}") from None

    def secure(self, context: ssl.SSLContext) -> None:
        """Go on in TLS (RFC 9051, 6.2.1); abort if the server sent anything ahead of it (CVE-2020-14954)."""
        kind, _ = self._simple_command("STARTTLS")
        if kind != "OK":
            raise self.error("STARTTLS was refused")
        self.sock.setblocking(False)
        early = self._reader.peek(1)
        self.sock.settimeout(CONNECT)
        if early:
            raise self.abort("it sent text ahead of the secure connection")
        self._reader.close()
        self._take(self.sock, context)
        self._tls_established = True
        self.untagged_responses.clear()
        self._get_capabilities()
        self.sock.settimeout(READ)

    def shutdown(self) -> None:
        self._reader.close()
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the other side was faster
        finally:
            self.sock.close()

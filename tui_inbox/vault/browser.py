"""Signing in with the browser: the code comes back to a port of this machine, or is pasted (RFC 8252, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import secrets
import select
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, Any
from urllib.parse import parse_qs, urlencode

from tui_inbox.problems import NotAdmitted, Problem, Refused
from tui_inbox.vault.hidden import Secret
from tui_inbox.vault.oauth import Client, Tokens, granted, plain, refusal
from tui_inbox.vault.web import Reply, posted

PATIENCE = 300.0
"""Seconds that the browser is waited for."""
AGAIN = "Start the sign-in again."
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>tui-inbox</title>
<body style="font-family: sans-serif; margin: 4em"><h1>{title}</h1><p>{text}</p></body></html>"""


class _Returned(Secret):
    """The query that the browser came back with: the code is in it."""


def by_browser(
    asking: Client,
    show: Callable[[str], None],
    clock: Callable[[], datetime],
    *,
    user: str = "",
    typed: IO[str] | None = None,
    complain: Callable[[str], None] = lambda _: None,
) -> Tokens:
    """Return what the user grants in a browser; *show* is given the page's address, to open or to print.

    Where the browser runs on another machine, the address it ends at may be typed into *typed*; *complain* is told of a
    line that is not it. `NotAdmitted` where the user declines or nothing comes back in time.
    """
    if not asking.authorize:
        raise Refused(f"{asking.who} has no sign-in by browser here.", "Use the device flow: --flow device.")
    state, verifier = Secret(secrets.token_urlsafe(32)), Secret(secrets.token_urlsafe(64))
    with _Door(state) as door:
        back = f"http://{asking.redirect}:{door.server_port}"  # no path: Microsoft compares it
        show(_address(asking, back, state, verifier, user))
        query = _awaited(door, state, typed, complain)
    answer = {key: values[0] for key, values in parse_qs(query).items()}
    code, denied = Secret(answer.pop("code", "")), plain(answer.get("error", ""))
    if denied or not code:
        raise refusal(asking, Reply(400, {"error": denied or "no_code", **_words(answer)}), AGAIN)
    del query, answer
    form = {"grant_type": "authorization_code", "redirect_uri": back, "code": code, "code_verifier": verifier}
    reply = posted(asking.token, form | asking.identification)
    if reply.status == 200 and reply.text("access_token"):
        return granted(reply, clock(), asking.secret)
    raise refusal(asking, reply, AGAIN)


def _words(answer: dict[str, str]) -> dict[str, str]:
    return {"error_description": answer["error_description"]} if "error_description" in answer else {}


def _address(asking: Client, back: str, state: str, verifier: str, user: str) -> str:
    """Return the address of the provider's sign-in page."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    wanted = {
        "response_type": "code",
        "client_id": asking.id,
        "redirect_uri": back,
        "scope": asking.scope,
        "state": str(state),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **asking.extra,
    }
    if user:
        wanted["login_hint"] = user
    return f"{asking.authorize}{'&' if '?' in asking.authorize else '?'}{urlencode(wanted)}"


def _awaited(door: _Door, state: str, typed: IO[str] | None, complain: Callable[[str], None]) -> _Returned:
    """Return the query of the first request that knows *state*, or of the address that is typed."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if door.came.wait(0.2):
            return door.query
        if typed is not None and select.select([typed], [], [], 0)[0]:
            line = typed.readline()
            if not line:
                typed = None  # nobody is there; the browser may still come
                continue
            query = _Returned(line.strip().partition("?")[2])
            if _knows(query, state):
                return query
            complain("That is not the address this sign-in ends at.")
    raise NotAdmitted(f"Nothing came back from the browser within {PATIENCE / 60:g} minutes.", AGAIN)


def _knows(query: str, state: str) -> bool:
    """Whether *query* answers our own question: anybody may knock at a port of this machine."""
    try:
        given = parse_qs(query, max_num_fields=50)
    except ValueError:
        return False
    return secrets.compare_digest(given.get("state", [""])[0].encode(), state.encode()) and bool(
        given.keys() & {"code", "error"}
    )


class _Door(ThreadingHTTPServer):
    """A port of this machine, open until the browser has come back."""

    daemon_threads = True
    request_queue_size = 16

    def __init__(self, state: Secret) -> None:
        self.state = state
        self.came = threading.Event()
        self.query = _Returned("")
        try:
            super().__init__(("127.0.0.1", 0), _Visitor)
        except OSError as trouble:
            raise Problem(f"No port of this machine can be opened: {trouble.strerror}.", "Use --flow device.") from None
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def server_bind(self) -> None:
        """Bind without asking a name server for this machine's name, as the parent does."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever knocked went away, and what they sent may hold the code."""

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Visitor(BaseHTTPRequestHandler):
    """One request; a browser may also come for an icon, and anybody at all may come."""

    server: _Door
    timeout = 10
    server_version = "tui-inbox"
    sys_version = ""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path != "/" or not _knows(query, self.server.state):
            self._answer(404, "Nothing here", "This is not the sign-in that is being waited for.")
            return
        declined = "code" not in parse_qs(query)
        text = "Nothing was granted." if declined else "You are signed in."
        self._answer(
            200, "Done" if not declined else "Declined", f"{text} Close this page and go back to the terminal."
        )
        if not self.server.came.is_set():
            self.server.query = _Returned(query)
            self.server.came.set()

    def _answer(self, status: int, title: str, text: str) -> None:
        body = _PAGE.format(title=title, text=text).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: the code stands in the request."""

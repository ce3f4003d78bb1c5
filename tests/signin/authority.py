"""An authorization server on 127.0.0.1: real HTTP, the flows that mail programs use, and each of their troubles.

with Authority() as authority:
    authority.approve()                       # the next device code, or browser, is let in
    authority.tokens_last = 10                # seconds
    authority.revoke()                        # refresh tokens are refused from now on
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen


@dataclass
class Authority:
    """What it does is set on it; what it was asked, by path, lies in `asked` and `forms`."""

    client_id: str = "desk"
    client_secret: str = ""
    user: str = "support"
    rotates: bool = True
    tokens_last: int | None = 3600
    """Seconds that an access token claims to last; None: it does not say."""
    interval: int = 1
    says: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Path -> status and body in place of the plain answer."""
    holds: dict[str, threading.Event] = field(default_factory=dict)
    """Path -> answered only when this is set."""
    device_says: list[str] = field(default_factory=list)
    """Errors of the next polls; then what `approve` decided."""
    denies: bool = False
    asked: Counter[str] = field(default_factory=Counter)
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list, repr=False)

    def __enter__(self) -> Authority:
        self.live: set[str] = set()
        """Access tokens that the introspection calls active."""
        self.refreshable: set[str] = set()
        self._codes: dict[str, dict[str, str]] = {}
        self._devices: set[str] = set()
        self._approved = False
        self.issued: list[str] = []
        """Every secret it ever gave out."""
        self._server = _Server(("127.0.0.1", 0), _Request)
        self._server.authority = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        for one in self.holds.values():
            one.set()
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    @property
    def oauth(self) -> dict[str, str]:
        """The `oauth` table of an account that signs in here."""
        return {
            "client_id": self.client_id,
            "authorize": f"{self.url}/authorize",
            "device": f"{self.url}/device",
            "token": f"{self.url}/token",
            "scope": "mail offline",
        }

    def approve(self) -> None:
        """Let the user confirm the device's code."""
        self._approved = True

    def expire(self) -> None:
        """Let every access token run out."""
        self.live.clear()

    def revoke(self) -> None:
        """Withdraw every grant."""
        self.live.clear()
        self.refreshable.clear()

    def grant(self) -> dict[str, Any]:
        """Return new tokens as the token endpoint gives them."""
        access, refresh = f"access-{secrets.token_hex(8)}", f"refresh-{secrets.token_hex(8)}"
        self.live.add(access)
        self.refreshable.add(refresh)
        self.issued += [access, refresh]
        lasting = {} if self.tokens_last is None else {"expires_in": self.tokens_last}
        return {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", **lasting}

    def browse(self, address: str) -> str:
        """Do what a browser does with the sign-in page's *address*, and return the page it ends at."""
        with urlopen(address, timeout=200) as page:
            return str(page.read().decode())

    # --- endpoints ------------------------------------------------------------------------------------

    def authorize(self, form: dict[str, str]) -> str:
        """Return where the browser is sent back to."""
        assert form["response_type"] == "code"
        assert form["code_challenge_method"] == "S256"
        state = {"state": form["state"]}
        if self.denies:
            answer = {"error": "access_denied", "error_description": "The user said no."} | state
        else:
            code = f"code-{secrets.token_hex(8)}"
            self.issued.append(code)
            self._codes[code] = form
            answer = {"code": code} | state
        return f"{form['redirect_uri']}?{urlencode(answer)}"

    def device(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        code = f"device-{secrets.token_hex(8)}"
        self.issued.append(code)
        self._devices.add(code)
        return 200, {
            "device_code": code,
            "user_code": "WDJB-MJHT",
            "verification_uri": f"{self.url}/confirm",
            "expires_in": 60,
            "interval": self.interval,
        }

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form.get("client_id") != self.client_id or form.get("client_secret", "") != self.client_secret:
            return 401, {"error": "invalid_client", "error_description": "Unknown client."}
        match form.get("grant_type"):
            case "refresh_token":
                return self._refresh(form["refresh_token"])
            case "authorization_code":
                return self._exchange(form)
            case "urn:ietf:params:oauth:grant-type:device_code":
                return self._poll(form["device_code"])
            case _:
                return 400, {"error": "unsupported_grant_type"}

    def _refresh(self, given: str) -> tuple[int, dict[str, Any]]:
        if given not in self.refreshable:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        fresh = self.grant()
        if self.rotates:
            self.refreshable.discard(given)
        else:
            self.refreshable.discard(fresh.pop("refresh_token"))
        return 200, fresh

    def _exchange(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, self.grant()

    def _poll(self, code: str) -> tuple[int, dict[str, Any]]:
        if self.device_says:
            return 400, {"error": self.device_says.pop(0)}
        if code not in self._devices or not self._approved:
            return 400, {"error": "authorization_pending"}
        self._devices.discard(code)
        return 200, self.grant()

    def introspect(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """RFC 7662, for the mail server."""
        if form.get("token") not in self.live:
            return 200, {"active": False}
        return 200, {"active": True, "username": self.user, "scope": "mail"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    authority: Authority


class _Request(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer({key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()})

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._answer({key: values[0] for key, values in parse_qs(said).items()})

    def _answer(self, form: dict[str, str]) -> None:
        path = urlsplit(self.path).path
        it = self.server.authority
        it.asked[path] += 1
        it.forms.append((path, form))
        if hold := it.holds.get(path):
            hold.wait(60)
        if path in it.says:
            return self._send(*it.says[path])
        if path == "/authorize":
            self.send_response(302)
            self.send_header("Location", it.authorize(form))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        answers = {"/device": it.device, "/token": it.token, "/introspect": it.introspect}
        if path not in answers:
            return self._send(404, b"{}")
        status, says = answers[path](form)
        return self._send(status, json.dumps(says).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", body.decode())
            body = b""
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

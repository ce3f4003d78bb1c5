"""Asks an authorization server: HTTPS with a verified certificate, no redirects, a bound on time and size."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit

from tui_inbox.problems import Problem, Unreachable
from tui_inbox.rules.loopback import is_loopback
from tui_inbox.vault.hidden import Hidden
from tui_inbox.vault.patience import within

PATIENCE = 30.0
"""Seconds that a reply may take, from the name's look-up to its last byte."""
LARGEST = 2**18
"""Bytes of a reply; a token has a few thousand."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said: the HTTP status, and the JSON object that came with it."""

    status: int
    says: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Reply({self.status})"

    def text(self, key: str) -> str:
        """Return the text at *key*, "" where there is none."""
        found = self.says.get(key)
        return found if isinstance(found, str) else ""

    def number(self, key: str, default: float) -> float:
        """Return the number at *key*; some servers write it as text."""
        found = self.says.get(key)
        try:
            return float(found) if isinstance(found, (int, float, str)) and not isinstance(found, bool) else default
        except ValueError:
            return default


def leads_here(url: str) -> bool:
    """Whether *url* leads to this machine."""
    return is_loopback(urlsplit(url).hostname or "")


def posted(url: str, form: Mapping[str, str]) -> Reply:
    """Return the reply to *form*, sent as a POST (RFC 6749, 4); `Unreachable` where no JSON object comes back."""
    host = urlsplit(url).hostname or url

    def ask() -> Reply:
        return _posted(url, Hidden(urlencode(form).encode()))

    late = Unreachable(f"The server {host} did not answer within {PATIENCE:g} seconds.", "Try again later.")
    return within(PATIENCE, ask, lambda error: _explained(host, error), late)


def _posted(url: str, form: Hidden) -> Reply:
    from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

    class Stay(HTTPRedirectHandler):
        """A redirect would carry a secret to where nobody said."""

        def redirect_request(self, *_: Any) -> None:
            return None

    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    proxies = [ProxyHandler({})] if leads_here(url) else []
    opener = build_opener(Stay, HTTPSHandler(context=context), *proxies)
    request = Request(url, data=form, headers={"Accept": "application/json", "User-Agent": "tui-inbox"})  # noqa: S310 - https or loopback: `oauth.client` has checked
    try:
        with opener.open(request, timeout=PATIENCE) as reply:
            return Reply(reply.status, _object(reply.read(LARGEST + 1)))
    except HTTPError as refusal:
        with refusal:
            return Reply(refusal.code, _object(refusal.read(LARGEST + 1)))


def _object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that *body* is; ValueError where it is none."""
    if len(body) > LARGEST:
        raise ValueError("it has no end")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    return found


def _explained(host: str, error: Exception) -> Problem:
    """Return why nothing useful came back; nothing of what was sent or received is in it."""
    reason = error.reason if isinstance(error, URLError) and not isinstance(error, HTTPError) else error
    match reason:
        case ssl.SSLCertVerificationError():
            return Unreachable(
                f"The certificate of {host} is not trusted: {reason.verify_message}.",
                "Check who runs this network, and the machine's clock.",
            )
        case ssl.SSLError():
            return Unreachable(f"No secure connection to {host}.", "Check the address in `oauth`.")
        case socket.gaierror():
            return Unreachable(f"There is no server named {host} to be found.", "Check the network.")
        case TimeoutError():
            return Unreachable(f"The server {host} did not answer in time.", "Try again later.")
        case OSError():
            return Unreachable(
                f"The server {host} cannot be reached: {reason.strerror or type(reason).__name__}.",
                "Check the network.",
            )
        case _:
            return Unreachable(
                f"The server {host} does not answer as an authorization server should.",
                "Check the addresses in `oauth`, or try again later.",
            )

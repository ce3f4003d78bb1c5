"""OAuth2 with a client id of the user's own: which servers, what was granted, and how it is renewed (RFC 6749)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tui_inbox.config import Account
from tui_inbox.config.providers import AUTHORITIES
from tui_inbox.problems import Misconfigured, NotAdmitted, Problem, Unreachable, one_of
from tui_inbox.vault.hidden import NONE, Secret
from tui_inbox.vault.web import Reply, leads_here, posted

KEYS = ("provider", "client_id", "client_secret", "tenant", "authorize", "device", "token", "scope")
_URLS = ("authorize", "device", "token")


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks for the grant, and where: an account's `oauth` table with what its provider leaves to be known."""

    id: str
    token: str
    """The token endpoint's address; the others are "" where that flow is not offered."""
    authorize: str = ""
    device: str = ""
    scope: str = ""
    secret: Secret = NONE
    """An installed program's, which is none in truth (RFC 8252, 8.5); some providers ask for it all the same."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What the provider wants besides on its sign-in page's address."""
    redirect: str = "127.0.0.1"
    """How this machine is named in the address that the browser is sent back to."""
    who: str = "the provider"

    @property
    def identification(self) -> dict[str, str]:
        """What says who asks, for each request."""
        return {"client_id": self.id} | ({"client_secret": self.secret} if self.secret else {})


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in granted. `until` is None where the server did not say how long `access` lasts."""

    access: Secret
    refresh: Secret = NONE
    until: datetime | None = None
    client_secret: Secret = NONE

    @property
    def text(self) -> Secret:
        """The grant as JSON, for the keyring."""
        return Secret(
            json.dumps(
                {
                    "access_token": self.access,
                    "refresh_token": self.refresh,
                    "until": self.until.isoformat() if self.until else None,
                    "client_secret": self.client_secret,
                }
            )
        )

    @classmethod
    def read(cls, text: Secret) -> Tokens | None:
        """Return the grant that `text` was written from; None for anything else."""
        try:
            told = json.loads(text)
            until = told["until"]
            return cls(
                Secret(told["access_token"]),
                Secret(told["refresh_token"]),
                datetime.fromisoformat(until).astimezone(UTC) if until else None,
                Secret(told["client_secret"]),
            )
        except (ValueError, KeyError, TypeError):
            return None


def client(account: Account, secret: Secret = NONE) -> Client:
    """Return the client that *account*'s `oauth` table describes; *secret* is the client's, where the keyring has one.

    Raises `Misconfigured` with the key that is wrong.
    """
    where, table = f"{account.where} oauth", account.table.get("oauth")
    if not isinstance(table, Mapping) or not table:
        raise Misconfigured(
            f'{account.where}: auth = "oauth2" needs a client.',
            'Write oauth = { provider = "google", client_id = "…" }, or name a `token_command`.',
        )
    for key, value in table.items():
        if key not in KEYS:
            raise Misconfigured(f"{where} has an unknown key `{key}`.", one_of(key, KEYS))
        if not isinstance(value, str) or not value or not value.isprintable():
            raise Misconfigured(f"{where}: `{key}` is not a text on one line.", "Write it in quotes.")
    known = _preset(where, table)
    urls = {key: str(table.get(key) or known.get(key, "")) for key in _URLS}
    for key, url in urls.items():
        _check_url(where, key, url)
    if not table.get("client_id"):
        raise Misconfigured(f"{where} has no `client_id`.", "Register a client with the provider, and name its id.")
    if not urls["token"] or not (urls["authorize"] or urls["device"]):
        raise Misconfigured(
            f"{where} does not say where to sign in.",
            "Name a `provider` (google or microsoft), or `token` with `authorize` or `device`.",
        )
    return Client(
        id=str(table["client_id"]),
        scope=str(table.get("scope") or known.get("scope", "")),
        secret=Secret(table.get("client_secret") or secret),
        extra=known.get("extra", {}),
        redirect=str(known.get("redirect", "127.0.0.1")),
        who=str(known.get("who") or urlsplit(urls["token"]).hostname),
        **urls,
    )


def _preset(where: str, table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is known of the table's provider, {} where it names none."""
    name = table.get("provider")
    if name is None:
        return {}
    if name not in AUTHORITIES:
        raise Misconfigured(
            f'{where}: there is no provider "{name}" known.',
            f"Known are {', '.join(AUTHORITIES)}; else name `authorize`, `device` and `token` yourself.",
        )
    known = AUTHORITIES[name]
    tenant = str(table.get("tenant", "common"))
    if not all(char.isalnum() or char in ".-" for char in tenant):
        raise Misconfigured(f"{where}: `tenant` is not the name of one.", "Write its id or its domain.")
    return {key: one.replace("{tenant}", tenant) if isinstance(one, str) else one for key, one in known.items()}


def _check_url(where: str, key: str, url: str) -> None:
    if not url:
        return
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and leads_here(url)))
    except ValueError:
        good = False
    if not good:
        raise Misconfigured(f"{where}: `{key}` is no address that begins with https://.", "Write the whole address.")


# --- grants ---------------------------------------------------------------------------------------------


def renewed(asking: Client, held: Tokens, now: datetime, again: str) -> Tokens:
    """Return a new access token for *held* (RFC 6749, 6); the refresh token is replaced where the server rotates it.

    `NotAdmitted` where the grant was withdrawn or has run out, with *again* as the way out; `Unreachable` where the
    server cannot say.
    """
    if not held.refresh:
        raise NotAdmitted(f"What {asking.who} granted has run out, and it gave nothing to renew it with.", again)
    form = {"grant_type": "refresh_token", "refresh_token": held.refresh, **asking.identification}
    reply = posted(asking.token, form)
    del form
    if reply.status == 200 and reply.text("access_token"):
        fresh = granted(reply, now)
        return replace(fresh, refresh=fresh.refresh or held.refresh, client_secret=held.client_secret)
    raise refusal(asking, reply, again)


def granted(reply: Reply, now: datetime, client_secret: Secret = NONE) -> Tokens:
    """Return the tokens of a reply that holds them (RFC 6749, 5.1)."""
    seconds = reply.number("expires_in", 0)
    return Tokens(
        Secret(reply.text("access_token")),
        Secret(reply.text("refresh_token")),
        now + timedelta(seconds=min(seconds, 10 * 365 * 86400)) if seconds > 0 else None,
        client_secret,
    )


def refusal(asking: Client, reply: Reply, again: str) -> Problem:
    """Return in words why the token endpoint granted nothing (RFC 6749, 5.2); *again* is how to sign in anew."""
    error = plain(reply.text("error"))
    words = plain(reply.text("error_description"))
    because = f" ({words or error})" if words or error else ""
    match error:
        case "invalid_grant" | "interaction_required" | "consent_required" | "login_required":
            return NotAdmitted(f"{asking.who} no longer honours this sign-in{because}.", again)
        case "invalid_client" | "unauthorized_client":
            return NotAdmitted(
                f"{asking.who} does not know this client id, or wants its secret{because}.",
                "Check `client_id` in the account's `oauth` table, and sign in again with the client's secret.",
            )
        case "invalid_scope":
            return NotAdmitted(f"{asking.who} does not grant `{asking.scope}`{because}.", "Check `scope` in `oauth`.")
        case "access_denied":
            return NotAdmitted(f"The sign-in was declined at {asking.who}{because}.", again)
        case "temporarily_unavailable" | "server_error" | "slow_down" | "":
            return Unreachable(f"{asking.who} grants nothing for now{because}.", "Try again later.")
        case _:
            return NotAdmitted(f"{asking.who} refused the sign-in{because}.", again)


def plain(text: str) -> str:
    """Return a server's words, fit for one line of a terminal."""
    return " ".join("".join(one if one.isprintable() else " " for one in text[:400]).split())[:200].rstrip(".")

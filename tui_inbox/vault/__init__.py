"""The only door to secrets: the keyring, a command, an authorization server; no secret stays here."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui_inbox.config import Account
from tui_inbox.problems import NotAdmitted, NotFound, Unreachable
from tui_inbox.vault import ring
from tui_inbox.vault.command import printed
from tui_inbox.vault.hidden import NONE, Hidden, Secret, Token
from tui_inbox.vault.ring import describe

if TYPE_CHECKING:
    from tui_inbox.vault.oauth import Tokens

__all__ = [
    "Hidden",
    "Secret",
    "Token",
    "client_secret",
    "describe",
    "forget",
    "keep",
    "keep_grant",
    "secret",
    "uses_command",
]

EARLY = timedelta(minutes=5)
"""An access token that lasts no longer than this is renewed before it is used."""

Clock = Callable[[], datetime]

_refused: dict[str, Secret] = {}
"""Account name -> the refresh token whose tokens a server has refused again and again: it is not asked any more."""
_one_at_a_time = threading.Lock()


def secret(account: Account, clock: Clock = lambda: datetime.now(UTC)) -> Secret:
    """Return the password of *account*, or an access token (`Token`) where `auth` is "oauth2".

    It is what the account's command prints, else what the keyring holds; a token that is about to run out is renewed
    first. Raises a `Problem` that says the way out; no error text ever holds a secret.
    """
    if account.table.get("auth") == "oauth2":
        if account.table.get("token_command"):
            return _printed_token(account, NONE)
        return _token(account, clock)
    if account.table.get("password_command"):
        return printed(account, "password_command")
    found = ring.found(ring.PASSWORDS, account.name)
    if found is None:
        raise NotFound(
            f'No secret is stored for the account "{account.name}".',
            f"{_again(account)} Or set `password_command` in its table.",
        )
    return found


def uses_command(account: Account) -> bool:
    """Whether a command gives this account's secret, so that nothing is to be kept."""
    key = "token_command" if account.table.get("auth") == "oauth2" else "password_command"
    return bool(account.table.get(key))


def keep(account_name: str, secret: str) -> None:
    """Store a password in the keyring, in place of what it held for that account."""
    ring.keep(ring.PASSWORDS, account_name, Secret(secret))


def keep_grant(account_name: str, tokens: Tokens) -> None:
    """Store what a sign-in with OAuth2 granted."""
    ring.keep(ring.TOKENS, account_name, tokens.text)
    _refused.pop(account_name, None)


def client_secret(account_name: str) -> Secret:
    """Return the secret of the OAuth2 client that the account last signed in with; "" where it has none."""
    tokens = _tokens(account_name)
    return tokens.client_secret if tokens is not None else NONE


def forget(account_name: str) -> bool:
    """Remove all that the keyring holds for the account; return whether there was something."""
    held = [ring.forget(service, account_name) for service in (ring.PASSWORDS, ring.TOKENS)]
    return any(held)


# --- access tokens ----------------------------------------------------------------------------------------


def _token(account: Account, clock: Clock) -> Token:
    with _one_at_a_time:  # two at once would use one refresh token twice, which some servers take for theft
        held = _held(account)
        if _refused.get(account.name) == held.refresh and held.refresh:
            raise _not_taken(account)
        now, until = clock(), held.until
        if until is not None and until - now < EARLY:
            try:
                held = _renewed(account, held, now)
            except Unreachable:
                if until <= now:
                    raise
        return Token.of(held.access, lambda used=held: _after_refusal(account, used, clock))  # type: ignore[misc]  # mypy infers no lambda with a default


def _after_refusal(account: Account, used: Tokens, clock: Clock) -> Token:
    """Return the token to try after a server refused *used*: a new one, once."""
    with _one_at_a_time:
        held = _held(account)
        if held.access == used.access:  # else another process has renewed it already
            held = _renewed(account, held, clock())
        return Token.of(held.access, lambda: _given_up(account, held))


def _given_up(account: Account, refused: Tokens) -> None:
    """Note that not even a new token is let in: to go on asking would only lock the mailbox."""
    _refused[account.name] = refused.refresh


def _renewed(account: Account, held: Tokens, now: datetime) -> Tokens:
    from tui_inbox.vault import oauth

    try:
        fresh = oauth.renewed(oauth.client(account, held.client_secret), held, now, _again(account))
    except NotAdmitted:
        newest = _held(account)
        if newest.refresh == held.refresh:
            raise
        return newest  # another process was faster, and the server takes each refresh token once
    ring.keep(ring.TOKENS, account.name, fresh.text)
    return fresh


def _held(account: Account) -> Tokens:
    from tui_inbox.vault import oauth  # deferred: it brings HTTP and TLS, and most accounts have a password

    oauth.client(account)  # first: a mistake in the table is the better thing to say
    tokens = _tokens(account.name)
    if tokens is None:
        raise NotFound(f'Nobody has signed in to the account "{account.name}" yet.', _again(account))
    return tokens


def _tokens(account_name: str) -> Tokens | None:
    from tui_inbox.vault.oauth import Tokens

    found = ring.found(ring.TOKENS, account_name)
    return Tokens.read(found) if found is not None else None


def _printed_token(account: Account, refused: Secret) -> Token:
    """Return what `token_command` prints. Where a server refuses it, the command is run once more, and no third time:
    *refused* is the token that was refused before, "" for none."""
    token = printed(account, "token_command")

    def another() -> Token | None:
        if refused:
            return None
        newer = _printed_token(account, token)
        return None if newer == token else newer

    return Token.of(token, another)


def _not_taken(account: Account) -> NotAdmitted:
    return NotAdmitted(f'The server does not take the sign-in of the account "{account.name}".', _again(account))


def _again(account: Account) -> str:
    return f"Sign in again: `tui-inbox account sign-in {shlex.quote(account.name)}`."

"""The only door to the keyring: what it holds, keeps and forgets, with a limit to how long it is waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tui_inbox.problems import Problem
from tui_inbox.vault.hidden import Secret
from tui_inbox.vault.patience import within

T = TypeVar("T")

PASSWORDS = "tui-inbox"
"""Under this name the keyring lists passwords, one for each account's name."""
TOKENS = "tui-inbox oauth2"
"""And under this one what a sign-in with OAuth2 left, as JSON."""
PATIENCE = 15.0
"""Seconds that a keyring may take; one that waits to be unlocked must not hold up the inbox."""

_NO_KEYRING = "Set up a keyring (on Linux a Secret Service), or set `password_command` in the account's table."
_UNLOCK = "Unlock the keyring and try again, or set `password_command` in the account's table."


def found(service: str, name: str) -> Secret | None:
    """Return what the keyring holds for the account called *name*; None where there is nothing."""

    def ask(keyring: Any) -> Secret | None:
        held = keyring.get_password(service, name)
        return Secret(held) if held else None

    return _asked(ask)


def keep(service: str, name: str, secret: str) -> None:
    """Store *secret* in place of what was held; raise a `Problem` where it cannot be read back as it was."""
    secret = Secret(secret)

    def ask(keyring: Any) -> bool:
        keyring.set_password(service, name, str(secret))
        return bool(keyring.get_password(service, name) == secret)

    if not _asked(ask):
        raise Problem("The keyring does not give back what it was given.", _NO_KEYRING)


def forget(service: str, name: str) -> bool:
    """Remove what is held; return whether there was something."""

    def ask(keyring: Any) -> bool:
        if keyring.get_password(service, name) is None:
            return False
        keyring.delete_password(service, name)
        return True

    return _asked(ask)


def describe() -> str:
    """Return the name of the keyring in use; raises a `Problem` where there is none."""

    def ask(keyring: Any) -> str:
        chosen = keyring.get_keyring()
        if getattr(chosen, "priority", 1) <= 0:
            raise keyring.errors.NoKeyringError
        return str(chosen.name)

    return _asked(ask)


def _asked(question: Callable[[Any], T]) -> T:
    """Return the keyring's answer, or raise a `Problem` when it has none, refuses, or takes too long.

    It is asked in a thread, import and all: a Secret Service that is locked or gone answers late or never.
    """

    def ask() -> T:
        import keyring

        return question(keyring)

    late = Problem(f"The keyring did not answer within {PATIENCE:g} seconds.", _UNLOCK)
    return within(PATIENCE, ask, _explained, late)


def _explained(error: Exception) -> Problem:
    """Return *error* in words; only its class is told, since its text may hold what was to be stored."""
    names = {one.__name__ for one in type(error).__mro__}
    if "NoKeyringError" in names:
        return Problem("This machine has no keyring that can be used.", _NO_KEYRING)
    if names & {"KeyringLocked", "LockedException", "PromptDismissedException"}:
        return Problem("The keyring is locked.", _UNLOCK)
    return Problem(f"The keyring failed ({type(error).__name__}).", _UNLOCK)

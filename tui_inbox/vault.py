"""The only door to the keyring: secrets come from it or from a command, and never stay here."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import Any

from tui_inbox.config import Account
from tui_inbox.problems import Misconfigured, NotFound, Problem

SERVICE = "tui-inbox"
"""Under this name the keyring lists our secrets, one for each account's name."""
PATIENCE = 15.0
"""Seconds that a keyring may take; one that waits to be unlocked must not hold up the inbox."""
COMMAND_PATIENCE = 30.0
"""Seconds that a `password_command` may take."""

_NO_KEYRING = "Set up a keyring (on Linux a Secret Service), or set `password_command` in the account's table."
_UNLOCK = "Unlock the keyring and try again, or set `password_command` in the account's table."


def secret(account: Account) -> str:
    """Return the password of *account*, or its access token where `auth` is "oauth2".

    It is what the account's command prints, else what the keyring holds. Raises a `Problem` that says the way out
    where there is neither; no error text ever holds a secret.
    """
    key = "token_command" if account.table.get("auth") == "oauth2" else "password_command"
    command = account.table.get(key)
    if command:
        return _printed(_arguments(account, key, command), f"{account.where} {key}")
    found = _asked(lambda keyring: keyring.get_password(SERVICE, account.name))
    if not found:
        raise NotFound(
            f'No secret is stored for the account "{account.name}".',
            f"Store it with `tui-inbox account add`, or set `{key}` in its table.",
        )
    return str(found)


def keep(account_name: str, secret: str) -> None:
    """Store *secret* in the keyring, in place of what it held for that account."""
    _asked(lambda keyring: keyring.set_password(SERVICE, account_name, secret))


def forget(account_name: str) -> bool:
    """Remove the account's secret from the keyring; return whether there was one."""

    def forgotten(keyring: Any) -> bool:
        if keyring.get_password(SERVICE, account_name) is None:
            return False
        keyring.delete_password(SERVICE, account_name)
        return True

    return bool(_asked(forgotten))


def describe() -> str:
    """Return the name of the keyring in use, for `doctor`; raises a `Problem` where there is none."""

    def name(_keyring: Any) -> str:
        import keyring

        chosen = keyring.get_keyring()
        if getattr(chosen, "priority", 1) <= 0:
            raise keyring.errors.NoKeyringError
        return str(chosen.name)

    return str(_asked(name))


def _asked(question: Callable[[Any], Any]) -> Any:
    """Return the keyring's answer, or raise a `Problem` when it has none, refuses, or takes too long.

    It is asked in a thread, import and all: a Secret Service that is locked or gone answers late or never.
    """
    answer: list[Any] = []
    trouble: list[Problem] = []

    def ask() -> None:
        try:
            import keyring

            answer.append(question(keyring))
        except Exception as error:  # noqa: BLE001 - every backend raises errors of its own, of any class
            trouble.append(_keyring_problem(error))

    asking = threading.Thread(target=ask, name="keyring", daemon=True)
    asking.start()
    asking.join(PATIENCE)
    if trouble:
        raise trouble[0]
    if not answer:
        raise Problem(f"The keyring did not answer within {PATIENCE:g} seconds.", _UNLOCK)
    return answer[0]


def _keyring_problem(error: Exception) -> Problem:
    """Return *error* in words; only its class is told, since its text may hold what was to be stored."""
    names = {one.__name__ for one in type(error).__mro__}
    if "NoKeyringError" in names:
        return Problem("This machine has no keyring that can be used.", _NO_KEYRING)
    if names & {"KeyringLocked", "LockedException", "PromptDismissedException"}:
        return Problem("The keyring is locked.", _UNLOCK)
    return Problem(f"The keyring failed ({type(error).__name__}).", _UNLOCK)


def _arguments(account: Account, key: str, command: object) -> list[str]:
    """Return the command as a list; a text is split like a shell would, but no shell runs it."""
    match command:
        case str():
            try:
                words = shlex.split(command)
            except ValueError:
                raise Misconfigured(f"{account.where} {key}: a quote is not closed.", "Close it.") from None
        case list() | tuple() if command and all(isinstance(word, str) for word in command):
            words = list(command)
        case _:
            words = []
    if not words:
        raise Misconfigured(
            f"{account.where} {key}: a command is expected.", 'Write it like ["pass", "show", "mail/support"].'
        )
    return [os.path.expanduser(word) for word in words]  # noqa: PTH111 - a word need not be a path


def _printed(words: list[str], where: str) -> str:
    """Return the first line that the command prints."""
    try:
        running = subprocess.Popen(  # noqa: S603 - the user's own command, run as they wrote it
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # it cannot draw over the inbox, and ends with all that it started
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be run"
        raise Problem(f"{where}: {words[0]} cannot be started: {why}.", "Correct the command.") from None
    with running:
        try:
            out, complaint = running.communicate(timeout=COMMAND_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            raise Problem(
                f"{where}: {words[0]} did not finish within {COMMAND_PATIENCE:g} seconds.",
                "Run it in a terminal; it may be waiting for an answer.",
            ) from None
    if running.returncode:
        last = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
        said = "".join(char for char in last if char.isprintable())[:200]
        raise Problem(
            f"{where}: {words[0]} failed with exit code {running.returncode}{': ' + said if said else ''}.",
            "Run it in a terminal and correct it.",
        )
    line = out.partition(b"\n")[0].removesuffix(b"\r")
    try:
        found = line.decode("utf-8")
    except UnicodeDecodeError:
        found = ""
    if not found:
        raise Problem(f"{where}: {words[0]} printed no secret.", "Let it print the secret as its first line.")
    return found

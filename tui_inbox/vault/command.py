"""Secrets that a command of the user's prints, as a password manager does."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from contextlib import suppress

from tui_inbox.config import Account
from tui_inbox.problems import Misconfigured, Problem
from tui_inbox.vault.hidden import Secret
from tui_inbox.vault.patience import within

PATIENCE = 30.0
"""Seconds that a command may take."""


def printed(account: Account, key: str) -> Secret:
    """Return the first line that the account's command at *key* prints; a `Problem` says why there is none."""
    return _printed(_arguments(account, key), f"{account.where} {key}")


def _arguments(account: Account, key: str) -> list[str]:
    """Return the command as a list; a text is split like a shell would, but no shell runs it."""
    match account.table[key]:
        case str() as text:
            try:
                words = shlex.split(text)
            except ValueError:
                raise Misconfigured(f"{account.where} {key}: a quote is not closed.", "Close it.") from None
        case list() | tuple() as given if given and all(isinstance(word, str) for word in given):
            words = list(given)
        case _:
            words = []
    if not words:
        raise Misconfigured(
            f"{account.where} {key}: a command is expected.", 'Write it like ["pass", "show", "mail/support"].'
        )
    return [os.path.expanduser(word) for word in words]  # noqa: PTH111 - a word need not be a path


def _printed(words: list[str], where: str) -> Secret:
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
    late = Problem(
        f"{where}: {words[0]} did not finish within {PATIENCE:g} seconds.",
        "Run it in a terminal; it may be waiting for an answer.",
    )

    def unheard(error: Exception) -> Problem:
        return Problem(f"{where}: {words[0]} cannot be heard ({type(error).__name__}).", "Correct the command.")

    try:
        # Waited for in a thread: a wait with a limit of the standard library's own sleeps, see `pause`.
        out, complaint = within(PATIENCE, running.communicate, unheard, late)
    finally:
        if running.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
    if running.returncode:
        del out
        last = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
        said = "".join(char for char in last if char.isprintable())[:200]
        raise Problem(
            f"{where}: {words[0]} failed with exit code {running.returncode}{': ' + said if said else ''}.",
            "Run it in a terminal and correct it.",
        )
    found = _first_line(out)
    del out
    if not found:
        raise Problem(f"{where}: {words[0]} printed no secret.", "Let it print the secret as its first line.")
    return found


def _first_line(out: bytes) -> Secret:
    """Return the first line as text; "" where it is empty or not UTF-8."""
    try:
        return Secret(out.partition(b"\n")[0].removesuffix(b"\r").decode("utf-8"))
    except UnicodeDecodeError:
        return Secret("")

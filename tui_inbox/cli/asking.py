"""Asks the person at the terminal, one question at a time; says what is missing where nobody is there."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tui_inbox import vault
from tui_inbox.cli.say import fitting, note, say_problem
from tui_inbox.config import Account
from tui_inbox.problems import Misconfigured, Problem, Refused
from tui_inbox.rules import clean
from tui_inbox.vault.hidden import Secret

Check = Callable[[str], str]
"""Returns an answer as it is to be used, or raises a `Problem` that says what is wrong with it."""


class Asking:
    """The questions of one command; `able` says whether somebody can be asked: standard input is a terminal."""

    def __init__(self) -> None:
        self.able = sys.stdin is not None and sys.stdin.isatty()

    def line(self, given: str | None, question: str, option: str, check: Check, default: str = "") -> str:
        """Return *given*, else the answer to *question*, asked again while *check* finds it wrong.

        With nobody to ask it is *default*, and `Misconfigured` names *option* where there is none.
        """
        if given is not None:
            return check(given.strip())
        if not self.able:
            if default:
                return check(default)
            raise Misconfigured(f"`{option}` is missing, and there is no terminal to ask.", f"Name it with `{option}`.")
        while True:
            sys.stderr.write(fitting(clean.line(f"{question}{f' [{default}]' if default else ''}: ").rstrip()) + " ")
            sys.stderr.flush()
            try:
                return check(_answered().strip() or default)
            except Misconfigured as wrong:
                note(f"{wrong.what} {wrong.hint}".rstrip())

    def secret(self, question: str) -> Secret:
        """Return what is typed without being shown; "" for nothing."""
        from getpass import GetPassWarning, getpass

        try:
            import warnings

            with warnings.catch_warnings():
                warnings.simplefilter("error", GetPassWarning)
                typed = Secret(getpass(f"{question}: ", stream=sys.stderr))
        except (EOFError, GetPassWarning):
            raise Refused("Nothing was answered; nothing was changed.") from None
        except UnicodeError:
            typed = Secret("\ud800")  # no text: `as_text` says so
        return as_text(typed)

    def again(self, problem: Problem) -> None:
        """Say what went wrong before a question is asked again."""
        say_problem(problem, as_json=False)


_typed: dict[str, Secret] = {}
"""Account name -> the password that was typed for it: asked for once a run, however often a line is opened."""


def secret_or_asked(account: Account) -> Secret:
    """Return the account's secret as the vault has it; where it has no password, ask for it at the terminal."""
    if account.name in _typed:
        return _typed[account.name]
    try:
        return vault.secret(account)
    except Problem as none:
        asking = Asking()
        if not asking.able or vault.uses_command(account) or account.table.get("auth") == "oauth2":
            raise
        note(clean.line(none.what))
        typed = asking.secret(f"Password of {account.table.get('user')}")
        if not typed:
            raise
        return _typed.setdefault(account.name, typed)


def from_stdin() -> Secret:
    """Return the first line of standard input, for `--password-stdin`."""
    line = Secret(sys.stdin.buffer.readline(65_536).rstrip(b"\r\n").decode("utf-8", "surrogateescape"))
    if not line:
        raise Misconfigured("Standard input holds no password.", "Write it there on one line.")
    return as_text(line)


def as_text(typed: Secret) -> Secret:
    """Return *typed*; `Misconfigured` where its bytes are no text that a server could compare."""
    try:
        typed.encode()
    except UnicodeEncodeError:
        good = False
    else:
        good = True
    if not good:  # raised out here: in the handler, the error that it came with would hold the password
        raise Misconfigured("The password is not UTF-8 text.", "Use a terminal and a locale with UTF-8.")
    return typed


def _answered() -> str:
    """Return one line; `Refused` where the input has ended."""
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        raise Misconfigured("That is not UTF-8 text.", "Type it again.") from None
    if not line:
        note("")
        raise Refused("Nothing was answered; nothing was changed.")
    return line

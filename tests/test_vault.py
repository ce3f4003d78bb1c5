"""Secrets, from real commands and a real keyring that lives in memory."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from tui_inbox import vault
from tui_inbox.config import Account
from tui_inbox.problems import Misconfigured, NotFound, Problem


def account(**table: object) -> Account:
    return Account("support", "imap", table, '[[account]] 1 ("support")')


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


class InMemory(KeyringBackend):
    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Rude(InMemory):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot store {password}")


@pytest.fixture
def in_use() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("in_use")
def test_what_was_kept_is_found_and_what_was_forgotten_is_not():
    keyring.set_keyring(InMemory())
    vault.keep("support", "s3cret")
    assert vault.secret(account()) == "s3cret"
    assert vault.forget("support") is True
    assert vault.forget("support") is False
    with pytest.raises(NotFound, match='No secret is stored for the account "support"') as missing:
        vault.secret(account())
    assert "tui-inbox account sign-in support" in missing.value.hint


@pytest.mark.usefixtures("in_use")
def test_a_machine_without_a_keyring_is_told_what_to_do():
    keyring.set_keyring(NoKeyring())
    for ask in (lambda: vault.secret(account()), lambda: vault.keep("support", "x"), vault.describe):
        with pytest.raises(Problem, match="no keyring that can be used") as none:
            ask()
        assert "password_command" in none.value.hint


@pytest.mark.usefixtures("in_use")
def test_a_keyring_that_does_not_answer_is_not_waited_for(monkeypatch):
    unlocked = threading.Event()

    class Locked(InMemory):
        def get_password(self, service: str, username: str) -> str | None:
            unlocked.wait(200)
            return None

    keyring.set_keyring(Locked())
    monkeypatch.setattr(vault.ring, "PATIENCE", 0.05)
    with pytest.raises(Problem, match="did not answer within"):
        vault.secret(account())
    unlocked.set()


@pytest.mark.usefixtures("in_use")
def test_no_error_tells_the_secret():
    keyring.set_keyring(Rude())
    word = "s3" + "cret"  # the traceback shows this file's lines
    with pytest.raises(Problem, match="The keyring failed") as failed:
        vault.keep("support", word)
    assert word not in "".join(traceback.format_exception(failed.value)) + failed.value.what + failed.value.hint


def test_a_command_gives_the_first_line_it_prints():
    assert vault.secret(account(password_command=python("print('s3cret\\nurl: x')"))) == "s3cret"


def test_a_command_may_be_one_text_and_no_shell_reads_it():
    command = f"{sys.executable} -c 'import sys; print(sys.argv[1])' '$HOME;x'"
    assert vault.secret(account(password_command=command)) == "$HOME;x"


def test_with_oauth2_it_is_the_token_command_that_is_run():
    table = {"auth": "oauth2", "token_command": python("print('token')"), "password_command": python("print('no')")}
    assert vault.secret(account(**table)) == "token"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (python("import sys; print('s3cret'); sys.exit('no key')"), "failed with exit code 1: no key"),
        (python("pass"), "printed no secret"),
        (python(r"import sys; sys.stdout.buffer.write(b'\xff\n')"), "printed no secret"),
        (["/nowhere/at/all"], "cannot be started: No such file or directory"),
    ],
)
def test_a_command_that_fails_says_why_and_not_what_it_printed(command, said):
    with pytest.raises(Problem, match=said) as failed:
        vault.secret(account(password_command=command))
    assert "s3cret" not in "".join(traceback.format_exception(failed.value))


def test_a_command_that_never_ends_is_ended_with_all_that_it_started(monkeypatch):
    monkeypatch.setattr(vault.command, "PATIENCE", 0.2)
    with pytest.raises(Problem, match="did not finish within"):
        vault.secret(account(password_command=["sh", "-c", "sleep 60; echo late"]))


@pytest.mark.parametrize("command", [5, [5], ["pass", 5], "pass 'open", "   "])
def test_a_command_that_is_none_is_named_with_its_place(command):
    with pytest.raises(Misconfigured, match=r'\[\[account\]\] 1 \("support"\) password_command'):
        vault.secret(account(password_command=command))

"""`account add`, `sign-in`, `test` and `remove` as a person and a script use them: real processes, a real terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.dovecot import Dovecot
from tests.signin.authority import Authority
from tests.signin.conftest import Ring

pytestmark = pytest.mark.needs("dovecot")

ROOT = Path(__file__).parents[2]
PASSWORD = "pässword-€"


def command(home: Path, *words: object) -> list[str]:
    return [sys.executable, "-m", "tui_inbox", "--home", str(home), *map(str, words)]


OPENED: list[subprocess.Popen[bytes]] = []


class Terminal:
    """The command in a terminal of its own: what it shows, and what is typed."""

    def __init__(self, home: Path, *words: object, env: Mapping[str, str] | None = None) -> None:
        master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command(home, *words),
            cwd=ROOT,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "BROWSER": "", "DISPLAY": "", "WAYLAND_DISPLAY": "", **(env or {})},
            preexec_fn=_take_terminal,
        )
        os.close(slave)
        OPENED.append(self.process)
        self.master, self.shown, self.read = master, "", 0

    def until(self, wanted: str, seconds: float = 100) -> str:
        """Return what it has shown since the last time, once *wanted* (a pattern) stands there."""
        end = time.monotonic() + seconds
        while not (found := re.search(wanted, self.shown[self.read :])):
            if not select.select([self.master], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"{wanted!r} never came:\n{self.shown}")
            try:
                more = os.read(self.master, 65536)
            except OSError:
                more = b""
            if not more:
                raise AssertionError(f"It ended before {wanted!r}:\n{self.shown}")
            self.shown += more.decode("utf-8", "replace").replace("\r\n", "\n")
        since = self.shown[self.read : self.read + found.end()]
        self.read += found.end()
        return since

    def type(self, text: str) -> None:
        os.write(self.master, text.encode() + b"\n")

    def answer(self, question: str, text: str) -> None:
        """Wait for *question*, and type *text*."""
        self.until(question)
        self.type(text)

    def end(self) -> int:
        """Return the exit code; read to the end before."""
        while True:
            try:
                more = os.read(self.master, 65536)
            except OSError:
                break
            if not more:
                break
            self.shown += more.decode("utf-8", "replace").replace("\r\n", "\n")
        os.close(self.master)
        return self.process.wait(200)


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def a_keyring_and_terminals_of_our_own(ring: Ring) -> Iterator[None]:
    """A keyring for this test; a terminal that a failed test has left open is ended with it."""
    yield
    while OPENED:
        process = OPENED.pop()
        if process.poll() is None:
            process.kill()
            process.wait(200)


def run(home: Path, *words: object, typed: str = "", code: int = 0, **env: str) -> Any:
    """Return the JSON document of a command without a terminal."""
    done = subprocess.run(
        [*command(home, *words), "--json"],
        cwd=ROOT,
        input=typed.encode(),
        capture_output=True,
        env={**os.environ, **env},
        check=False,
    )
    assert done.returncode == code, done.stdout.decode() + done.stderr.decode()
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return json.loads(done.stdout)


def given(server: Dovecot, **more: object) -> list[object]:
    """Return the options that describe the test's mailbox."""
    options: dict[str, object] = {
        "address": "support@shop.example",
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "none",
        "user": "support",
    } | more
    return [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", value)]


def written(home: Path) -> dict[str, Any]:
    return tomllib.loads((home / "config.toml").read_text("utf-8"))


# --- asked --------------------------------------------------------------------------------------------------


def test_an_account_is_added_by_answering(server: Dovecot, home: Path, ring: Ring):
    terminal = Terminal(home, "account", "add", "--port", server.port, "--tls", "none")
    terminal.answer("Mail address:", "support")
    terminal.until('"support" is no mail address')
    terminal.answer("Mail address:", "support@shop.example")
    terminal.answer(r"Name for it here \[support\]:", "")
    terminal.answer(r"Mail server .*\[imap\.shop\.example\]:", "127.0.0.1")
    terminal.answer(r"User name \[support@shop\.example\]:", "support")
    terminal.answer("Server for hand-overs by mail", "-")
    terminal.answer("Password of support:", "wrong")
    terminal.until("refused the password of support")
    terminal.answer("Password of support:", PASSWORD)
    assert terminal.end() == 0, terminal.shown
    assert PASSWORD not in terminal.shown
    assert "tui-inbox sync support" in terminal.shown
    assert written(home)["account"] == [
        {
            "name": "support",
            "kind": "imap",
            "host": "127.0.0.1",
            "user": "support",
            "port": server.port,
            "tls": "none",
        }
    ]
    assert ring.held == {"tui-inbox/support": PASSWORD}
    [tested] = run(home, "account", "test")["accounts"]
    assert tested["ok"]
    assert [one["messages"] for one in tested["facts"]["folders"] if one["role"] == "inbox"] == [1]
    assert run(home, "sync")["accounts"][0]["new"] == 1


def test_a_wrong_server_is_asked_for_again(server: Dovecot, home: Path):
    words = [
        "--address",
        "support@shop.example",
        "--name",
        "s",
        "--user",
        "support",
        "--smtp-host",
        "smtp.shop.example",
    ]
    terminal = Terminal(home, "account", "add", *words, "--port", server.port, "--tls", "none")
    terminal.answer("Mail server", "imap.shop.example")
    terminal.until("would send the password readable")
    assert terminal.end() == 2
    assert not (home / "config.toml").exists()
    terminal = Terminal(home, "account", "add", *words, "--port", server.port)
    terminal.answer("Mail server", "127.0.0.1")
    terminal.answer("Password of support:", PASSWORD)
    terminal.until("No secure connection to 127.0.0.1")
    terminal.answer(r"Mail server \[127\.0\.0\.1\]:", "localhost")
    terminal.until("No secure connection to localhost")
    terminal.until("Mail server")
    terminal.process.kill()
    terminal.end()
    assert not (home / "config.toml").exists()


def test_three_wrong_passwords_end_it(server: Dovecot, home: Path, ring: Ring):
    terminal = Terminal(home, "account", "add", *given(server), "--name", "support")
    for _ in range(3):
        terminal.answer("Password of support:", "wrong")
    assert terminal.end() == 1
    assert terminal.shown.count("refused the password of support") == 3
    assert ring.held == {}
    assert not (home / "config.toml").exists()


def test_who_stops_answering_has_changed_nothing(server: Dovecot, home: Path):
    terminal = Terminal(home, "account", "add")
    terminal.until("Mail address:")
    os.write(terminal.master, b"\x04")
    assert terminal.end() == 1
    assert "nothing was changed" in terminal.shown
    terminal = Terminal(home, "account", "add", *given(server), "--name", "support")
    terminal.until("Password of support:")
    # Pressed between the question and the wait for its answer, it is heard once something comes: Enter.
    os.write(terminal.master, b"\x03\n")
    assert terminal.end() == 130
    assert not (home / "config.toml").exists()


def test_a_known_provider_says_what_it_wants_and_asks_no_server(home: Path):
    terminal = Terminal(home, "account", "add", "--address", "ada@gmail.com")
    terminal.answer(r"Name for it here \[ada\]:", "")
    terminal.until("apppasswords")
    terminal.answer("app password.*OAuth2.*:", "x")
    terminal.until('"x" is neither')
    terminal.answer("app password.*OAuth2.*:", "p")
    terminal.until("Password of ada@gmail.com:")
    terminal.process.kill()
    terminal.end()


def test_without_a_keyring_a_command_is_taken_instead(server: Dovecot, home: Path, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD)
    terminal = Terminal(
        home,
        *("account", "add", *given(server), "--name", "support"),
        env={"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
    )
    terminal.until("no keyring that can be used")
    terminal.answer("A command that prints the password", "no-such-program show mail")
    terminal.until("no-such-program cannot be started")
    terminal.answer("A command that prints the password", "echo wrong")
    terminal.until("refused the password of support")
    terminal.answer("A command that prints the password", f"cat {secret}")
    assert terminal.end() == 0, terminal.shown
    assert written(home)["account"][0]["password_command"] == f"cat {secret}"
    assert "its command gives the secret" in terminal.shown


def test_a_password_that_is_kept_nowhere_is_asked_for_once_a_run(server: Dovecot, home: Path):
    none = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    terminal = Terminal(home, "account", "add", *given(server), "--name", "support", "--no-keep", env=none)
    terminal.answer("Password of support:", PASSWORD)
    assert terminal.end() == 0, terminal.shown
    assert "asked for each time" in terminal.shown
    terminal = Terminal(home, "account", "test", env=none)
    terminal.until("no keyring")
    terminal.answer("Password of support:", PASSWORD)
    assert terminal.end() == 0, terminal.shown
    [told] = run(home, "account", "test", code=1, **none)["accounts"]
    assert "no keyring that can be used" in told["what"]


def test_signing_in_anew_replaces_the_password(server: Dovecot, home: Path, ring: Ring):
    run(home, "account", "add", *given(server), "--password-stdin", "--no-test", typed="old")
    assert ring.held == {"tui-inbox/support": "old"}
    [tested] = run(home, "account", "test", code=1)["accounts"]
    assert "refused the password" in tested["what"]
    terminal = Terminal(home, "account", "sign-in", "support")
    terminal.answer("Password of support:", "wrong")
    terminal.until("refused the password")
    terminal.answer("Password of support:", PASSWORD)
    assert terminal.end() == 0, terminal.shown
    assert ring.held == {"tui-inbox/support": PASSWORD}
    assert run(home, "account", "test")["accounts"][0]["ok"]


# --- not asked ----------------------------------------------------------------------------------------------


def test_a_script_adds_and_removes_an_account(server: Dovecot, home: Path, ring: Ring):
    home.mkdir()
    (home / "config.toml").write_text(
        "# mine\n[me]\naddresses = ['a@b.example'] # first\n\n# looks\n[look]\nascii = true\n"
    )
    added = run(home, "account", "add", *given(server, name="box"), "--password-stdin", typed=f"{PASSWORD}\n")["added"]
    assert (added["name"], added["secret"], added["tested"]) == ("box", "keyring", True)
    assert ring.held == {"tui-inbox/box": PASSWORD}
    text = (home / "config.toml").read_text()
    for kept in ("# mine", "# first", "# looks\n[look]"):
        assert kept in text
    assert written(home)["me"]["addresses"] == ["a@b.example", "support@shop.example"]
    assert PASSWORD.encode() not in (home / "config.toml").read_bytes()
    assert run(home, "sync")["accounts"][0]["new"] == 1
    removed = run(home, "account", "remove", "box")["removed"]
    assert (removed["secret"], removed["messages_stay"]) == ("forgotten", True)
    assert ring.held == {}
    assert "account" not in written(home)
    assert run(home, "list", "all", "--query", "account:box")["total"] == 1
    assert run(home, "account", "remove", "box", code=1)["error"]["kind"] == "not_found"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "`--address` is missing"),
        (["--address", "shop.example"], "is no mail address"),
        (["--address", "a@shop.example"], "`--host` is missing"),
        (["--address", "a@shop.example", "--host", "127.0.0.1"], "no terminal to ask for the password"),
        (["--address", "a@tuta.com"], "offers no IMAP"),
        (["--address", "a@outlook.com"], "`--client-id` is missing"),
        (["--address", "a@gmail.com", "--provider", "goggle"], 'no provider "goggle"'),
        (["--address", "a@gmail.com", "--oauth", "client_secret=x"], "can be read by others"),
        (["--address", "a@gmail.com", "--name", "a\nb"], "A name is one line"),
        (["--address", "a@shop.example", "--host", "x", "--password-command", "false"], "failed with exit code 1"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_a_sentence(home: Path, words: list[str], said: str):
    error = run(home, "account", "add", *words, code=2 if "offers" not in said and "failed" not in said else 1)["error"]
    assert said in error["what"]
    assert error["hint"]
    assert not (home / "config.toml").exists()


def test_the_same_name_or_mailbox_is_not_added_twice(server: Dovecot, home: Path):
    run(home, "account", "add", *given(server), "--password-stdin", "--no-test", typed="x")
    before = (home / "config.toml").read_bytes()
    twice = run(home, "account", "add", *given(server, name="Support"), "--password-stdin", typed="x", code=2)
    assert 'called "Support" already' in twice["error"]["what"]
    twice = run(home, "account", "add", *given(server, name="other"), "--password-stdin", typed="x", code=1)
    assert 'is the account "support" already' in twice["error"]["what"]
    assert (home / "config.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}, "no keyring that can be used"),
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}, "no keyring that can be used"),
        ({"TEST_KEYRING_IS": "locked"}, "The keyring is locked"),
    ],
)
def test_a_keyring_that_is_missing_or_locked_is_one_sentence_with_a_way_out(
    server: Dovecot, home: Path, trouble: dict[str, str], said: str
):
    words = ["account", "add", *given(server), "--password-stdin"]
    error = run(home, *words, typed=PASSWORD, code=1, **trouble)["error"]
    assert said in error["what"]
    assert "password_command" in error["hint"]
    assert not (home / "config.toml").exists()


def test_a_password_that_is_no_text_is_refused(server: Dovecot, home: Path):
    done = subprocess.run(
        command(home, "account", "add", *given(server), "--password-stdin"),
        cwd=ROOT,
        input=b"\xff\xfe\n",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr


@pytest.mark.parametrize("flow", ["device", "browser"])
def test_an_account_is_added_with_oauth2(
    server: Dovecot, shared_authority: Authority, home: Path, ring: Ring, flow: str
):
    shared_authority.approve()
    words = ["--client-id", "desk", "--flow", flow, "--auth", "oauth2"]
    words += [word for key, value in shared_authority.oauth.items() for word in ("--oauth", f"{key}={value}")]
    adding = subprocess.Popen(
        [*command(home, "account", "add", *given(server), *words), "--json"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "BROWSER": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""},
        encoding="utf-8",
    )
    assert adding.stderr is not None
    said = ""
    for line in adding.stderr:
        said += line
        if line.startswith("http"):
            shared_authority.browse(line.strip())
    assert adding.stdout is not None
    document = json.loads(adding.stdout.read())
    assert adding.wait(200) == 0, said
    adding.stdout.close()
    adding.stderr.close()
    assert document["added"]["tested"], said
    assert "WDJB-MJHT" in said or flow == "browser"
    [table] = written(home)["account"]
    assert table["auth"] == "oauth2"
    assert table["oauth"] == shared_authority.oauth
    assert ring.grant("support")["refresh_token"] in shared_authority.refreshable
    config = (home / "config.toml").read_text()
    assert [one for one in shared_authority.issued if one in config or one in said] == []
    shared_authority.expire()
    assert run(home, "sync")["accounts"][0]["problem"] is None


def test_a_withdrawn_grant_is_said_by_sync_and_mended_by_signing_in(
    server: Dovecot, shared_authority: Authority, home: Path, ring: Ring
):
    shared_authority.approve()
    words = [word for key, value in shared_authority.oauth.items() for word in ("--oauth", f"{key}={value}")]
    run(home, "account", "add", *given(server), "--flow", "device", *words)
    shared_authority.revoke()
    [told] = run(home, "account", "test", code=1)["accounts"]
    assert "no longer honours this sign-in" in told["what"]
    assert told["hint"] == "Sign in again: `tui-inbox account sign-in support`."
    assert run(home, "account", "sign-in", "support", "--flow", "device")["signed_in"]["tested"]
    assert run(home, "account", "test")["accounts"][0]["ok"]


# --- nothing is told ------------------------------------------------------------------------------------------


def test_no_process_log_or_file_of_ours_shows_the_password(server: Dovecot, home: Path):
    """While commands take the password, hand it to the server and keep it, nobody else on the machine sees it."""
    seen: set[bytes] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for place in Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    try:
                        seen.add((place / name).read_bytes())
                    except OSError:
                        continue
            over.wait(0.02)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        run(home, "account", "add", *given(server), "--password-stdin", typed=PASSWORD)
        run(home, "sync")
        run(home, "account", "sign-in", "support", "--password-stdin", "--no-test", typed="s3cret-" * 3)
        run(home, "account", "test", code=1)
    finally:
        over.set()
        watching.join()
    assert any(b"tui_inbox" in one for one in seen)
    for word in (PASSWORD.encode(), b"s3cret-" * 3):
        assert not any(word in one for one in seen)
        assert [path for path in home.rglob("*") if path.is_file() and word in path.read_bytes()] == []

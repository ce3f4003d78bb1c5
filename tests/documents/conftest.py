"""What is around the lines of the documents: mail servers, names, a keyring, the demo's week."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from tests.documents import there
from tests.documents.shop import ACCOUNT, PASSWORD, Shop
from tests.dovecot import Dovecot
from tests.signin.filering import FileRing
from tests.smtp_server import Smtp
from tui_inbox import vault
from tui_inbox.cli import run


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Dovecot, Smtp]]:
    """Where mail of the shop lies and goes out: one mail, and one too large to come whole."""
    user = "support@shop.example"
    large = (
        b"From: Ada <ada@one.example>\r\nTo: support@shop.example\r\nSubject: Kiln\r\nMessage-ID: <k@one.example>\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n'
        b"\r\nIt is large.\r\n--b\r\nContent-Type: application/octet-stream\r\n"
        b'Content-Disposition: attachment; filename="kiln.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + b"QUFB\r\n" * 220_000
        + b"--b--\r\n"
    )
    with (
        Dovecot({user: PASSWORD}, names=("imap.shop.example", "smtp.shop.example")) as mailboxes,
        Smtp(mailboxes, "implicit", {user: PASSWORD}) as sending,
    ):
        mailboxes.deliver(user, "INBOX", b"From: bob@two.example\r\nMessage-ID: <1@two.example>\r\n\r\nHello\r\n")
        mailboxes.deliver(user, "INBOX", large)
        yield mailboxes, sending


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory, servers: tuple[Dovecot, Smtp]) -> Iterator[dict[str, str]]:
    """What is around every command: names, certificates, a keyring, and programs that write down what they get."""
    folder = tmp_path_factory.mktemp("around")
    mailboxes, sending = servers
    programs = {"pass": f"echo '{PASSWORD}'", "tui-inbox": f'exec {sys.executable} -m tui_inbox "$@"'}
    programs |= dict.fromkeys(("xdg-open", "open"), f'echo "$1" >> {folder}/opened')
    for name, does in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{does}\n", "utf-8")
        (folder / name).chmod(0o700)
    given = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "SSL_CERT_FILE": str(mailboxes.certificate),
        "TEST_PORTS": f"993:{mailboxes.tls_port},465:{sending.port}",
        "PYTHON_KEYRING_BACKEND": "tests.signin.filering.FileRing",
        "TEST_KEYRING": str(folder / "keyring.json"),
        "BROWSER": "",
    }
    before = keyring.get_keyring()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        patch.setattr("socket.getaddrinfo", there.found)
        keyring.set_keyring(FileRing())
        vault._refused.clear()
        vault.keep("support", vault.hidden.Secret(PASSWORD))
        yield given
        keyring.set_keyring(before)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Path:
    """The demo as its own line fills it, and a mailbox whose mail is here."""
    folder = tmp_path_factory.mktemp("shown") / "shop"
    assert run(["demo", "--keep", str(folder), "--no-open"]) == 0
    with (folder / "config.toml").open("a", encoding="utf-8") as config:
        config.write(ACCOUNT)
    assert run(["--home", str(folder), "sync"]) == 0
    return folder


@pytest.fixture
def shop(tmp_path: Path, week: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path, week, environ)
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PASSWORD.encode())))
    return made

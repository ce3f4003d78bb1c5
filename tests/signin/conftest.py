"""An authorization server, a keyring of the test's own, and a mail server that takes the one's tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keyring
import pytest

from tests.dovecot import Dovecot
from tests.signin.authority import Authority
from tests.signin.filering import FileRing
from tui_inbox import vault

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def authority() -> Iterator[Authority]:
    with Authority() as running:
        yield running


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    """A real keyring backend over a file, in this process and in every command it starts."""
    path = tmp_path / "keyring.json"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.signin.filering.FileRing")
    monkeypatch.setenv("TEST_KEYRING", str(path))
    before = keyring.get_keyring()
    keyring.set_keyring(FileRing())
    vault._refused.clear()
    yield Ring(path)
    keyring.set_keyring(before)


class Ring:
    """What the keyring's file holds."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def held(self) -> dict[str, str]:
        return dict(json.loads(self.path.read_text("utf-8"))) if self.path.exists() else {}

    def grant(self, name: str) -> dict[str, Any]:
        return dict(json.loads(self.held[f"{vault.ring.TOKENS}/{name}"]))


@pytest.fixture(scope="module")
def shared_authority() -> Iterator[Authority]:
    with Authority() as running:
        yield running


@pytest.fixture(scope="module")
def server(shared_authority: Authority) -> Iterator[Dovecot]:
    """A mail server that asks `shared_authority` about tokens."""
    with Dovecot(users={"support": "pässword-€"}, introspection=f"{shared_authority.url}/introspect") as running:
        running.deliver("support", "INBOX", b"Subject: hello\r\nFrom: ada@example.org\r\n\r\nHi\r\n")
        yield running

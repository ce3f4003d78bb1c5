"""A keyring in a file, for tests that run the real command: PYTHON_KEYRING_BACKEND=tests.signin.filering.FileRing.

TEST_KEYRING names the file; with TEST_KEYRING_IS=locked it cannot be opened.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class FileRing(KeyringBackend):
    """Keeps what it is given; safe for one process at a time."""

    priority = 1  # type: ignore[assignment]

    def _held(self) -> dict[str, str]:
        if os.environ.get("TEST_KEYRING_IS") == "locked":
            raise KeyringLocked("Failed to unlock the collection!")
        path = Path(os.environ["TEST_KEYRING"])
        return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}

    def _keep(self, held: dict[str, str]) -> None:
        Path(os.environ["TEST_KEYRING"]).write_text(json.dumps(held), "utf-8")

    def get_password(self, service: str, username: str) -> str | None:
        return self._held().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep(self._held() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        held = self._held()
        del held[f"{service}/{username}"]
        self._keep(held)

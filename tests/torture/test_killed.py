"""An import and a sync of many messages, killed at random moments and started again, lose and double nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.torture import scenes
from tests.torture.breaking import proves, tortured

FEW, MANY = 500, 2000
"""Messages, in `make test` and in `make torture`."""
SEED = 20260304
CONFIG = '[me]\nname = "Deniz Kaya"\naddresses = ["support@shop.example"]\n'


@contextmanager
def serving(count: int) -> Iterator[Dovecot]:
    """Two mailboxes with half of the mail each: what we wrote in the sent folder, the oldest in the archive."""
    with Dovecot({"support": "pw", "deniz": "pw"}) as running:
        mails = scenes.correspondence(count)
        for user, half in (("support", mails[: count // 2]), ("deniz", mails[count // 2 :])):
            folders: dict[str, list[tuple[bytes, datetime | None]]] = {"INBOX": [], "Sent": [], "Archive": []}
            for raw, received in half:
                ours = raw.startswith(b"From: Support")
                old = (scenes.NOW - received).days > 40
                folders["Sent" if ours else "Archive" if old else "INBOX"].append((raw, received))
            for folder, some in folders.items():
                running.deliver_all(user, folder, some)
        yield running


def accounts(server: Dovecot) -> str:
    return CONFIG + "".join(
        f'[[account]]\nname = "{user}"\nkind = "imap"\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\n'
        f'user = "{user}"\npassword_command = ["printf", "pw"]\n'
        for user in ("support", "deniz")
    )


def exported(folder: Path, count: int) -> str:
    return str(scenes.mbox(folder / "all.mbox", [raw for raw, _ in scenes.correspondence(count)]))


def test_an_import_killed_three_times_and_started_again_stores_what_an_unbroken_one_does(tmp_path: Path) -> None:
    came = tortured(tmp_path, [["import", exported(tmp_path, FEW)]], config=CONFIG, kills=3, in_a_row=3, seed=SEED)
    proves(came, FEW)


@pytest.mark.needs("dovecot")
def test_a_sync_killed_three_times_and_started_again_stores_what_an_unbroken_one_does(
    tmp_path: Path,
) -> None:
    with serving(FEW) as server:
        came = tortured(tmp_path, [["sync"]], config=accounts(server), kills=3, in_a_row=3, seed=SEED)
    proves(came, FEW)


@pytest.mark.torture
def test_an_import_killed_at_twenty_moments_and_started_again_stores_what_an_unbroken_one_does(tmp_path: Path) -> None:
    came = tortured(tmp_path, [["import", exported(tmp_path, MANY)]], config=CONFIG, kills=20, seed=SEED)
    proves(came, MANY)


@pytest.mark.torture
@pytest.mark.needs("dovecot")
def test_a_sync_killed_at_twenty_moments_and_started_again_stores_what_an_unbroken_one_does(
    tmp_path: Path,
) -> None:
    with serving(MANY) as server:
        came = tortured(tmp_path, [["sync"]], config=accounts(server), kills=20, seed=SEED)
    proves(came, MANY)

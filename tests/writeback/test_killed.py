"""Ended at any step and taken up again: no mail moved twice, lost, doubled or expunged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.writeback.conftest import Real, named
from tui_inbox.rules.model import Place

pytestmark = pytest.mark.needs("dovecot")

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, int]]


@contextmanager
def forks() -> Iterator[Run]:
    """Yield a function that runs `sync` in a fork of a process that has everything imported."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.writeback.forked"],
        cwd=ROOT,
        env=os.environ | {"TUI_INBOX_HOME": "nowhere"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def run(home: Path, now: datetime, last: int | None = None) -> tuple[int, int]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps([str(home), now.timestamp(), last]) + "\n")
            process.stdin.flush()
            code, steps = json.loads(process.stdout.readline())
            return code, steps

        yield run
        process.stdin.close()


def begun(home: Path, server: Dovecot, user: str, undone: bool) -> Real:
    """Return a new home over an empty mailbox, brought to where a move, or a way back, is owed for the first mail."""
    shutil.rmtree(home, ignore_errors=True)
    shop = Real(home, server, user=user)
    for folder in ("INBOX", "Archive"):
        with server.client(user) as client:
            client.select_folder(folder)
            if uids := client.search():
                client.delete_messages(uids)
                client.expunge(uids)
    shop.arrives("first")
    shop.arrives("second")
    shop.sync()
    shop.archive(1)
    if undone:
        assert shop.sync().moved == 1
        shop.undo()
    shop.close()
    return shop


def killed_at_each(folder: Path, server: Dovecot, every: int, first: int, undone: bool) -> int:
    """Return at how many steps a sync was ended and taken up again, with the same end each time."""
    place, there = (Place.INBOX, (["first", "second"], [])) if undone else (Place.ARCHIVED, (["second"], ["first"]))
    user = named()
    with forks() as run:
        shop = begun(folder / "home", server, user, undone)
        code, steps = run(shop.folder, shop.now)
        assert (code, shop.there()) == (0, there)
        for last in range(first, steps + 1, every):
            shop = begun(folder / "home", server, user, undone)
            run(shop.folder, shop.now, last)
            for minutes in (2, 4):
                assert run(shop.folder, shop.now + timedelta(minutes=minutes))[0] == 0, last
                assert shop.there() == there, last
            assert (shop.whole(1).row.place, shop.whole(2).row.place) == (place, Place.INBOX), last
            assert [len(shop.whole(id_).messages) for id_ in (1, 2)] == [1, 1], last
            assert shop.states()[-1][1] == "moved", (last, shop.outbox())
            shop.close()
    return len(range(first, steps + 1, every))


@pytest.mark.parametrize("undone", [False, True], ids=["there", "back"])
def test_ended_at_many_steps_each_mail_is_moved_once(tmp_path: Path, mailboxes: Dovecot, undone: bool) -> None:
    assert killed_at_each(tmp_path, mailboxes, every=13, first=5, undone=undone) > 6


@pytest.mark.torture
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("undone", [False, True], ids=["there", "back"])
def test_ended_at_every_single_step_each_mail_is_moved_once(tmp_path: Path, mailboxes: Dovecot, undone: bool) -> None:
    assert killed_at_each(tmp_path, mailboxes, every=1, first=1, undone=undone) > 90

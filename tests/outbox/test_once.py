"""Once in effect: a hand-over that is broken off anywhere, and taken up again, lies once in the teammate's mailbox."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.outbox.conftest import Shop
from tui_inbox.rules.model import Place

pytestmark = pytest.mark.needs("dovecot")

ROOT = Path(__file__).parents[2]
PLACES = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "body", "end", "taken")


def handed(shop: Shop) -> None:
    shop.forward()
    shop.later(seconds=6)


@pytest.mark.parametrize("place", PLACES)
def test_a_line_that_breaks_anywhere_delivers_once_where_the_server_files_what_it_sent(shop: Shop, place: str):
    shop.server.files_sent = True
    shop.server.break_at = place
    handed(shop)
    shop.send()
    assert shop.server.break_at == ""
    for _ in range(3):
        shop.later(minutes=2)
        shop.send()
    assert len(shop.mails(shop.mert)) == 1
    assert len(shop.mails(shop.support, "Sent")) == 1
    assert shop.states() == ["sent"]


@pytest.mark.parametrize("place", PLACES)
def test_elsewhere_only_a_line_that_breaks_at_the_last_moment_delivers_twice_and_recognisably(shop: Shop, place: str):
    shop.server.break_at = place
    handed(shop)
    shop.send()
    for _ in range(3):
        shop.later(minutes=2)
        shop.send()
    mails = shop.mails(shop.mert)
    assert len(mails) == (2 if place == "taken" else 1)
    assert len(set(mails)) == 1
    assert len(shop.mails(shop.support, "Sent")) == 1
    assert shop.states() == ["sent"]


def test_while_nobody_knows_whether_it_was_taken_an_undo_is_refused(shop: Shop):
    shop.server.break_at = "end"
    handed(shop)
    shop.send()
    assert shop.states() == ["sending"]
    outcome = shop.inbox.undo(shop.now)
    assert outcome.done == ()
    assert "with the mail server" in outcome.skipped[0].why


def test_a_mail_in_doubt_waits_a_minute_for_the_server_to_file_it(shop: Shop):
    shop.server.break_at = "end"
    handed(shop)
    shop.send()
    shop.later(seconds=50)
    assert shop.send(at_once=True).sent == 0
    shop.later(seconds=11)
    assert shop.send().sent == 1
    assert len(shop.mails(shop.mert)) == 1


def test_a_mail_in_doubt_that_is_due_comes_back_and_says_so(shop: Shop):
    shop.server.break_at = "taken"
    handed(shop)
    shop.send()
    shop.server.stop()
    shop.later(hours=5)
    shop.send()
    assert shop.whole().row.place is Place.INBOX
    assert "Mert may have it" in shop.outbox()[0].problem


def test_a_mail_in_doubt_that_turns_out_to_be_sent_counts_from_when_it_was_even_after_it_was_due(shop: Shop):
    shop.server.break_at, shop.server.files_sent = "taken", True
    handed(shop)
    shop.send()
    shop.later(hours=5)
    assert shop.whole().row.place is Place.INBOX
    shop.send()
    assert shop.states() == ["sent"]
    assert shop.whole().row.place is Place.HANDED_OVER
    assert len(shop.mails(shop.mert)) == 1


def test_two_programs_never_send_at_once(shop: Shop):
    handed(shop)
    lock = os.open(shop.folder / "outbox.lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert shop.send().busy
    os.close(lock)
    assert shop.send().sent == 1


def test_a_mailbox_that_is_down_keeps_no_hand_over_back_and_gets_its_copy_later(shop: Shop):
    config = (shop.folder / "config.toml").read_text()
    handed(shop)
    (shop.folder / "config.toml").write_text(config.replace(f"port = {shop.mailboxes.port}", "port = 1"))
    shop.close()
    assert shop.send().sent == 1
    assert shop.mails(shop.support, "Sent") == []
    (shop.folder / "config.toml").write_text(config)
    shop.close()
    shop.send()
    shop.send()
    assert len(shop.mails(shop.support, "Sent")) == 1
    assert len(shop.mails(shop.mert)) == 1


# --- killed -------------------------------------------------------------------------------------------------


@contextmanager
def forks() -> Iterator[Any]:
    """Yield a function that runs `outbox send` in a fork of a process that has everything imported."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.outbox.forked"],
        cwd=ROOT,
        env=os.environ | {"TUI_INBOX_HOME": "nowhere"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def run(home: Path, now: datetime, last: int | None = None) -> tuple[int, int]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps([str(home), now.timestamp(), last]) + "\n")
            process.stdin.flush()
            code, steps = json.loads(process.stdout.readline())
            return code, steps

        yield run
        assert process.stdin is not None
        process.stdin.close()


def emptied(shop: Shop) -> None:
    for user, folder in ((shop.mert, "INBOX"), (shop.support, "Sent")):
        with shop.mailboxes.client(user) as client:
            client.select_folder(folder)
            client.delete_messages(client.search())
            client.expunge()
    shop.server.accepted.clear()


def killed_at_each(shop: Shop, every: int, first: int = 1) -> dict[int, tuple[int, int, int]]:
    """Return, by the step at which a delivery was killed, what lay in the teammate's mailbox and among the sent mail
    after it was taken up again, and how often the server had taken it before."""
    handed(shop)
    shop.close()
    begun = shop.folder.with_name("begun")
    shutil.copytree(shop.folder, begun)
    found: dict[int, tuple[int, int, int]] = {}
    with forks() as run:
        code, steps = run(shop.folder, shop.now)
        assert (code, len(shop.mails(shop.mert))) == (0, 1)
        for last in range(first, steps + 1, every):
            emptied(shop)
            shutil.rmtree(shop.folder)
            shutil.copytree(begun, shop.folder)
            run(shop.folder, shop.now, last)
            before = len(shop.server.accepted)
            for minutes in (2, 5):
                assert run(shop.folder, shop.now + timedelta(minutes=minutes))[0] == 0
            assert len(set(shop.mails(shop.mert))) == 1
            found[last] = (len(shop.mails(shop.mert)), len(shop.mails(shop.support, "Sent")), before)
            assert shop.states() == ["sent"]
            shop.close()
    assert len(found) > 10
    return found


def test_killed_between_any_two_steps_it_is_delivered_once_where_the_server_files_what_it_sent(shop: Shop):
    shop.server.files_sent = True
    found = killed_at_each(shop, every=9)
    assert {(there, sent) for there, sent, _ in found.values()} == {(1, 1)}


def test_killed_elsewhere_it_is_twice_there_only_if_the_server_had_it_and_could_not_say_so(shop: Shop):
    found = killed_at_each(shop, every=9, first=5)
    assert {sent for _, sent, _ in found.values()} == {1}
    for there, _, before in found.values():
        assert there == 1 or (there, before) == (2, 1)
    assert sum(there == 2 for there, _, _ in found.values()) <= 3


@pytest.mark.torture
@pytest.mark.parametrize("files_sent", [True, False])
def test_killed_at_every_single_step(shop: Shop, files_sent: bool):
    shop.server.files_sent = files_sent
    found = killed_at_each(shop, every=1)
    for there, sent, before in found.values():
        assert sent == 1
        assert there == 1 or (not files_sent and (there, before) == (2, 1))

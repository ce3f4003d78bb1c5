"""A sync that ends anywhere, between two statements or two words of the server, and is started again, leaves what an
unbroken one leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.torture import scenes
from tests.torture.breaking import begin, proves, tortured
from tests.torture.scenes import NOW, US, mail
from tests.torture.steps import WATCHED

pytestmark = pytest.mark.needs("dovecot")

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """Two mailboxes: answers that lie in the sent folder, a reply that came first, a mail in two folders, history."""
    with Dovecot({"support": "pw", "deniz": "pw"}) as running:
        inbox = [(raw, NOW - ago) for raw, ago in zip(scenes.threads(), (3 * DAY, DAY, 2 * DAY, DAY, DAY), strict=True)]
        running.deliver_all("support", "INBOX", [one for number, one in enumerate(inbox) if number != 1])
        running.deliver_all("support", "Sent", [inbox[1], (mail(6, US, "eve@six.example", ago=DAY), NOW - DAY)])
        running.deliver_all("support", "Archive", [inbox[0], (mail(7, ago=30 * DAY, answers=6), NOW - 30 * DAY)])
        running.deliver_all(
            "deniz", "INBOX", [(mail(8, "mia@eight.example", "deniz@shop.example"), NOW - DAY), inbox[4]]
        )
        running.deliver("deniz", "INBOX", b"\x00\xff no mail at all", NOW - DAY)
        answer = mail(9, "deniz@shop.example", "mia@eight.example", answers=8)
        running.deliver("deniz", "Sent", answer, NOW - DAY / 2)
        yield running


def config(server: Dovecot) -> str:
    lines = ['[me]\nname = "Deniz Kaya"\naddresses = ["support@shop.example", "deniz@shop.example"]\n']
    lines += [
        f'[[account]]\nname = "{user}"\nkind = "imap"\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\n'
        f'user = "{user}"\npassword_command = ["printf", "pw"]\n'
        for user in ("support", "deniz")
    ]
    return "\n".join(lines)


def test_a_sync_that_ends_at_some_steps_and_runs_again_stores_what_an_unbroken_one_does(
    server: Dovecot, tmp_path: Path
) -> None:
    came = tortured(tmp_path, [["sync"]], config=config(server), first=5, every=61)
    proves(came, messages=11)


@pytest.mark.torture
def test_a_sync_that_ends_at_any_step_and_runs_again_stores_what_an_unbroken_one_does(
    server: Dovecot, tmp_path: Path
) -> None:
    came = tortured(tmp_path, [["sync"]], config=config(server))
    proves(came, messages=11)


CAN = "IMAP4rev1 SASL-IR UIDPLUS SPECIAL-USE MULTIAPPEND MOVE"
TIERS = {"plain": "", "condstore": " ENABLE ESEARCH CONDSTORE", "qresync": " ENABLE ESEARCH CONDSTORE QRESYNC"}


def later(server: Dovecot) -> None:
    """Let a day pass in the mailbox: an answer, a reply to it, something expunged and moved, a draft, a folder anew."""
    server.deliver("support", "Sent", mail(11, US, "ada@one.example", answers=1), NOW - DAY / 3)
    server.deliver_all("support", "INBOX", [(mail(12, answers=11), NOW - DAY / 4), (mail(13), NOW - DAY / 5)])
    with server.client("support") as other:
        other.select_folder("INBOX")
        other.delete_messages([2])
        other.expunge()
        other.move([3], "Archive")
        other.append("Archive", mail(14), flags=[b"\\Draft"])
        other.delete_folder("Orders")
    server.deliver_all("support", "Orders", [(mail(21), NOW - DAY), (mail(22), NOW - DAY / 2)])


def interrupted(tier: str, folder: Path, *, first: int, every: int) -> None:
    with Dovecot({"support": "pw"}, capability=CAN + TIERS[tier]) as server:
        server.deliver_all("support", "INBOX", [(mail(number), NOW - DAY) for number in range(1, 6)])
        server.deliver_all("support", "Orders", [(mail(20), NOW - DAY), (mail(21), NOW - DAY)])
        ours = config(server).partition('[[account]]\nname = "deniz"')[0] + 'folders = ["INBOX", "Orders"]\n'
        begin(folder, [["sync"]], config=ours)
        later(server)
        proves(tortured(folder, [["sync"]], config=ours, first=first, every=every), messages=11)


@pytest.mark.parametrize("tier", ["plain", "qresync"])
def test_a_later_sync_that_ends_at_some_steps_and_runs_again_stores_what_an_unbroken_one_does(
    tier: str, tmp_path: Path
) -> None:
    interrupted(tier, tmp_path, first=7, every=97)


@pytest.mark.torture
@pytest.mark.parametrize("tier", TIERS)
def test_a_later_sync_that_ends_at_any_step_and_runs_again_stores_what_an_unbroken_one_does(
    tier: str, tmp_path: Path
) -> None:
    interrupted(tier, tmp_path, first=1, every=1)


def test_a_watch_that_ends_at_some_steps_and_begins_again_stores_what_an_unbroken_one_does(
    server: Dovecot, tmp_path: Path
) -> None:
    came = tortured(tmp_path, [WATCHED], config=config(server), first=3, every=127)
    proves(came, messages=11)


@pytest.mark.torture
def test_a_watch_that_ends_at_any_step_and_begins_again_stores_what_an_unbroken_one_does(
    server: Dovecot, tmp_path: Path
) -> None:
    came = tortured(tmp_path, [WATCHED], config=config(server))
    proves(came, messages=11)

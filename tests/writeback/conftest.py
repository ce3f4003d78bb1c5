"""A mailbox on a real server whose archiving is written back, a home and a clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.home import OwnHome
from tui_inbox import sync
from tui_inbox.inbox.outcome import Outcome
from tui_inbox.rules.model import Archive

CONFIG = """
[me]
addresses = ["support@shop.example"]
[hours]
zone = "UTC"
[[account]]
name = "support"
kind = "imap"
host = "127.0.0.1"
port = {port}
tls = "none"
user = "{user}"
password_command = ["printf", "%s", "pw"]
{more}
"""

USERS = 60
"""Mailboxes of one run at most."""
_numbers = iter(range(USERS))


def named() -> str:
    """Return a user whose mailbox no other test has."""
    return f"support{next(_numbers)}"


@pytest.fixture(scope="session")
def mailboxes() -> Iterator[Dovecot]:
    with Dovecot({f"support{number}": "pw" for number in range(USERS)}) as running:
        yield running


class Shop(OwnHome):
    """One home with a mailbox of its own."""

    def __init__(self, folder: Path, port: int, user: str, more: str = "write_back = true") -> None:
        super().__init__(folder)
        self.port, self.user = port, user
        self.configure(more)

    def configure(self, more: str) -> None:
        """Write config.toml, with the lines *more* in its account."""
        self.configured(CONFIG.format(port=self.port, user=self.user, more=more))

    def sync(self) -> sync.AccountReport:
        self.now += timedelta(minutes=2)
        [report] = sync.sync(self.inbox, [], lambda: self.now, secret=lambda _: "pw")
        return report

    def archive(self, *ids: int) -> Outcome:
        seen = self.seen()
        outcome = self.inbox.perform([Archive(one, seen) for one in ids or (1,)], self.now)
        assert outcome.done == (ids or (1,)), outcome.skipped
        return outcome

    def undo(self) -> None:
        assert self.inbox.undo(self.now).done

    def states(self) -> list[tuple[str, str]]:
        return [(one.kind, one.state) for one in self.outbox()]


def mail(name: str, answers: str = "") -> bytes:
    return (
        f"From: Ada Demir <ada@example.org>\r\nTo: support@shop.example\r\nSubject: Order\r\n"
        f"Message-ID: <{name}@example.org>\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\n"
        + (f"In-Reply-To: <{answers}@example.org>\r\n" if answers else "")
        + f"\r\nWhere is {name}?\r\n"
    ).encode()


class Real(Shop):
    """A shop whose mailbox lies on a real server."""

    def __init__(self, folder: Path, server: Dovecot, more: str = "write_back = true", user: str = "") -> None:
        super().__init__(folder, server.port, user or named(), more)
        self.server = server

    def arrives(self, name: str, answers: str = "", folder: str = "INBOX") -> None:
        self.server.deliver(self.user, folder, mail(name, answers), self.now)

    def names(self, folder: str) -> list[str]:
        """Return the names of the mails that lie in a folder, deleted ones marked."""
        with self.server.client(self.user) as client:
            client.select_folder(folder, readonly=True)
            uids = client.search()
            found = client.fetch(uids, ["BODY.PEEK[]", "FLAGS"]) if uids else {}
            return sorted(
                re.search(rb"(?m)^Message-ID: <(.+)@", found[uid][b"BODY[]"])[1].decode()  # type: ignore[index]
                + ("!" if b"\\Deleted" in found[uid][b"FLAGS"] else "")
                for uid in uids
            )

    def there(self) -> tuple[list[str], list[str]]:
        """Return what lies in the server's inbox, and in its archive."""
        return self.names("INBOX"), self.names("Archive")

    def elsewhere(self, uid: int, source: str, target: str) -> None:
        """Another program moves a mail."""
        with self.server.client(self.user) as client:
            if not client.folder_exists(target):
                client.create_folder(target)
            client.select_folder(source)
            client.move([uid], target)


@pytest.fixture
def shop(tmp_path: Path, mailboxes: Dovecot) -> Iterator[Real]:
    """A shop whose customer has written once, and whose agent has synced."""
    shop = Real(tmp_path / "home", mailboxes)
    shop.arrives("first")
    shop.sync()
    yield shop
    shop.close()

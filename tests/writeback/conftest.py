"""A mailbox on a real server whose archiving is written back, a home and a clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tui_inbox import sync
from tui_inbox.config import Home, load
from tui_inbox.inbox import Inbox
from tui_inbox.inbox.outcome import Outcome
from tui_inbox.rules.model import Archive
from tui_inbox.store.posted import Posted, posted
from tui_inbox.store.whole import Whole

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

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

_names = iter(range(1000))


def named() -> str:
    """Return a user whose mailbox no other test has."""
    return f"support{next(_names)}"


@pytest.fixture(scope="session")
def mailboxes() -> Iterator[Dovecot]:
    with Dovecot({f"support{number}": "pw" for number in range(60)}) as running:
        yield running


class Shop:
    """One home with a mailbox of its own; `now` moves only by hand."""

    def __init__(self, folder: Path, port: int, user: str, more: str = "write_back = true") -> None:
        self.folder = folder
        self.user = user
        self.now = NOW
        self._inbox: Inbox | None = None
        folder.mkdir(mode=0o700, exist_ok=True)
        self.port = port
        self.configure(more)

    def configure(self, more: str) -> None:
        self.close()
        (self.folder / "config.toml").write_text(CONFIG.format(port=self.port, user=self.user, more=more))

    @property
    def inbox(self) -> Inbox:
        if self._inbox is None:
            home = Home(self.folder, self.folder / "config.toml")
            self._inbox = Inbox(home, load(home.config, now=NOW))
        return self._inbox

    def close(self) -> None:
        if self._inbox is not None:
            self._inbox.close()
            self._inbox = None

    def sync(self) -> sync.AccountReport:
        self.now += timedelta(minutes=2)
        [report] = sync.sync(self.inbox, [], lambda: self.now, secret=lambda _: "pw")
        return report

    def archive(self, *ids: int) -> Outcome:
        with self.inbox.reader() as reader:
            seen = reader.seen()
        outcome = self.inbox.perform([Archive(one, seen) for one in ids or (1,)], self.now)
        assert outcome.done == (ids or (1,)), outcome.skipped
        return outcome

    def undo(self) -> None:
        assert self.inbox.undo(self.now).done

    def whole(self, id: int = 1) -> Whole:  # noqa: A002
        with self.inbox.reader() as reader:
            return reader.conversation(id, self.now)

    def outbox(self, *, everything: bool = True) -> list[Posted]:
        return posted(self.inbox.home.store, self.now, everything=everything)

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

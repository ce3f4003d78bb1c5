"""A shop of one: its mailbox and its teammate's on a real server, a server to send through, a home and a clock."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from tests.dovecot import Dovecot
from tests.home import OwnHome
from tests.smtp_server import Smtp
from tui_inbox import outbox, sync
from tui_inbox.outbox.reports import Sent
from tui_inbox.rules.model import Forward

PASSWORD = "gül şifre 7"
CUSTOMER = "ada@example.org"

CONFIG = """
[me]
name = "Deniz Kaya"
addresses = ["support@shop.example"]
[hours]
zone = "UTC"
[[account]]
name = "support"
kind = "imap"
host = "127.0.0.1"
port = {imap}
tls = "none"
user = "{support}"
password_command = ["printf", "%s", "{password}"]
{smtp}
[[teammate]]
name = "Mert"
address = "{mert}@shop.example"
[[teammate]]
name = "Ivana"
address = "{ivana}@shop.example"
"""

SHOPS = 120
"""Shops of one run at most, each with mailboxes of its own."""
_numbers = iter(range(SHOPS))


@pytest.fixture(scope="session")
def mailboxes() -> Iterator[Dovecot]:
    names = [f"{name}{number}" for name in ("support", "mert", "ivana") for number in range(SHOPS)]
    with Dovecot(dict.fromkeys(names, PASSWORD)) as running:
        yield running


class Shop(OwnHome):
    """One home with its own three mailboxes."""

    def __init__(self, folder: Path, mailboxes: Dovecot) -> None:
        super().__init__(folder)
        number = next(_numbers)
        self.mailboxes = mailboxes
        self.support, self.mert, self.ivana = f"support{number}", f"mert{number}", f"ivana{number}"
        self.server = Smtp(mailboxes)
        self.secret: Callable[[], str] = lambda: PASSWORD
        """What the mailbox's password is asked of."""

    def configure(self, smtp: str | None = None, more: str = "") -> None:
        """Write config.toml: *smtp* as its table, "" for none at all."""
        if smtp is None:
            smtp = (
                f'smtp = {{ host = "127.0.0.1", port = {self.server.port}, tls = "none", user = "",'
                f' from = "{self.support}@shop.example" }}'
            )
        text = CONFIG.format(
            imap=self.mailboxes.port,
            support=self.support,
            mert=self.mert,
            ivana=self.ivana,
            smtp=smtp,
            password=PASSWORD,
        )
        self.configured(text + more)

    # --- what happens ---------------------------------------------------------------------------------

    def writes(self, name: str, text: str = "Where is my order?", subject: str = "Order", answers: str = "") -> bytes:
        """The customer's mail *name* comes in; return its bytes."""
        raw = (
            f"From: Ada Demir <{CUSTOMER}>\r\nTo: support@shop.example\r\nSubject: {subject}\r\n"
            f"Message-ID: <{name}@example.org>\r\nDate: {self.now:%a, %d %b %Y %H:%M:%S} +0000\r\n"
            + (f"References: {answers}\r\nIn-Reply-To: {answers}\r\n" if answers else "")
            + f"\r\n{text}\r\n"
        ).encode()
        self.arrives(raw)
        return raw

    def arrives(self, raw: bytes, folder: str = "INBOX") -> None:
        self.mailboxes.deliver(self.support, folder, raw, self.now)

    def sync(self) -> sync.AccountReport:
        [report] = sync.sync(self.inbox, [], lambda: self.now, secret=lambda _: self.secret())
        return report

    def forward(self, id: int = 1, to: str = "Mert", note: str = "Refund, please.") -> None:  # noqa: A002
        outcome = self.inbox.perform([Forward(id, self.seen(), to, note)], self.now)
        assert outcome.done == (id,), outcome.skipped

    def later(self, **span: int) -> None:
        self.now += timedelta(**span)

    def send(self, *, at_once: bool = False) -> Sent:
        return outbox.send(self.inbox, lambda: self.now, secret=lambda _: self.secret(), at_once=at_once)

    # --- what then is ---------------------------------------------------------------------------------

    def states(self) -> list[str]:
        return [one.state for one in self.outbox()]

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Return the mails that lie in a folder of *user*."""
        with self.mailboxes.client(user) as client:
            client.select_folder(folder, readonly=True)
            uids = client.search()
            found = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
            return [found[uid][b"BODY[]"] for uid in uids]

    def got(self, user: str = "") -> list[EmailMessage]:
        """Return what lies in the teammate's mailbox, read."""
        return [parsed(raw) for raw in self.mails(user or self.mert)]


def parsed(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(raw, policy=email.policy.default))


@pytest.fixture
def shop(tmp_path: Path, mailboxes: Dovecot) -> Iterator[Shop]:
    """A shop whose customer has written once, and whose agent has synced."""
    shop = Shop(tmp_path / "home", mailboxes)
    with shop.server:
        shop.configure()
        shop.writes("first")
        shop.sync()
        yield shop
        shop.close()

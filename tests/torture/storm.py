"""Many rounds of sync over a way that goes wrong at random bytes, and what must be true at the end."""

from __future__ import annotations

import math
import random
import socket
import sqlite3
import zlib
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.proxy import Fault, Proxy
from tests.torture import scenes
from tui_inbox.config import Home, load
from tui_inbox.connectors import imap
from tui_inbox.connectors.imap import line, push
from tui_inbox.inbox import Inbox
from tui_inbox.problems import Problem
from tui_inbox.sync import round_of, source_of

FOLDERS = ("INBOX", "INBOX", "INBOX", "Sent", "Archive")
PLAIN = ("close", "reset", "hang", "", "close", "reset")
SECURE = (*PLAIN, "corrupt", "corrupt", "corrupt", "corrupt")
"""A bit that is another inside plain TCP cannot be told from what the server meant; inside TLS it breaks the line."""
PATIENCE = 0.4
"""Seconds for which a line that hangs is waited on, in place of a minute."""
WAITS = (
    *((line, name) for name in ("CONNECT", "READ")),
    *((push, name) for name in ("PATIENCE", "READ")),
)


@dataclass
class Storm:
    """One mailbox, one store, and a bad way between them."""

    server: Dovecot
    user: str
    folder: Path
    seed: int
    secure: bool
    said: Counter[str] = field(default_factory=Counter)
    """How the rounds ended."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.now = scenes.NOW
        self.delivered: set[bytes] = set()

    def run(self, rounds: int) -> None:
        """Do so many broken rounds, then one unbroken, and prove what is in the store."""
        port = self.server.tls_port if self.secure else self.server.port
        with pytest.MonkeyPatch.context() as patch, Proxy(port) as way:
            for room, name in WAITS:
                patch.setattr(room, name, PATIENCE)
            tls = f'tls = "implicit"\nca = "{self.server.certificate}"' if self.secure else 'tls = "none"'
            (self.folder / "config.toml").write_text(
                f'[me]\naddresses = ["{scenes.US}"]\n[[account]]\nname = "support"\nkind = "imap"\nhost = "127.0.0.1"\n'
                f'port = {way.port}\n{tls}\nuser = "{self.user}"\n'
            )
            home = Home(self.folder, self.folder / "config.toml")
            inbox = Inbox(home, load(home.config))
            try:
                for number in range(rounds):
                    self._changes(number)
                    fault = self._fault()
                    way.plan = lambda _number: fault  # noqa: B023 - it is over before the next
                    self._round(inbox)
                way.plan = lambda _number: Fault()
                # A folder is believed to have lost most of its mail only after several runs: there may be a doubt.
                for _ in range(4):
                    self.now += timedelta(minutes=1)
                    report = self._sync(inbox)
                    assert report is None, report.what
            finally:
                inbox.close()
        self.prove()

    def _changes(self, number: int) -> None:
        """Let the mailbox go on: new mail, now and then large, and what another program moves or deletes."""
        for one in range(self.chance.randint(0, 2) if number else 20):
            text = "x y" * self.chance.choice([10, 10, 10, 100, 20_000])
            key = self.seed * 100_000 + number * 100 + one
            raw = scenes.mail(key, f"c{key % 9}@one.example", ago=timedelta(hours=1), text=_lines(text))
            self.delivered.add(raw)
            self.server.deliver(self.user, self.chance.choice(FOLDERS), raw, self.now - timedelta(hours=1))
        if self.chance.random() < 0.15:
            with self.server.client(self.user) as other:
                other.select_folder("INBOX")
                if uids := other.search("ALL"):
                    some = self.chance.sample(uids, 1)
                    if self.chance.random() < 0.5:
                        other.move(some, "Archive")
                    else:
                        other.delete_messages(some)
                        other.expunge()

    def _fault(self) -> Fault:
        """Return what goes wrong next: as often among the first hundred bytes as among the first ten thousand."""
        up = self.chance.random() < 0.2
        most = 1000 if up else 300_000
        return Fault(
            how=self.chance.choice(SECURE if self.secure else PLAIN),
            after=int(math.exp(self.chance.uniform(3, math.log(most)))),
            up=up,
            split=self.chance.choice([0, 0, 0, 7, 200, 1500]),
            delays=self.chance.random() < 0.2,
            seed=self.chance.randrange(2**30),
        )

    def _round(self, inbox: Inbox) -> None:
        problem = self._listen(inbox) if self.chance.random() < 0.5 else self._sync(inbox)
        self.said["unbroken" if problem is None else type(problem).__name__] += 1

    def _sync(self, inbox: Inbox) -> Problem | None:
        [account] = inbox.config.accounts
        return round_of(inbox, account, lambda: self.now, secret=lambda _: "pw").problem

    def _listen(self, inbox: Inbox) -> Problem | None:
        """Do what a watch does: look, read through the same line, wait, and look and read again."""
        [account] = inbox.config.accounts
        _, source, _ = source_of(account, lambda _: "pw")
        called, bell = socket.socketpair()
        with called, bell:
            try:
                assert isinstance(source, imap.Source)
                with push.listening(source) as ear:
                    for _ in range(2):
                        ear.look()
                        report = round_of(inbox, account, lambda: self.now, secret=lambda _: "pw", through=ear)
                        if report.problem:
                            return report.problem
                        ear.look()
                        ear.wait(0.01, called)
            except Problem as problem:
                return problem
        return None

    # --- what must be true ----------------------------------------------------------------------------

    def prove(self) -> None:
        """Every mail on the server is here, once, byte for byte, where it lies; and nothing is here that never was."""
        there: dict[tuple[str, int], bytes] = {}
        with self.server.client(self.user) as client:
            for folder in set(FOLDERS):
                client.select_folder(folder, readonly=True)
                if uids := client.search("ALL"):
                    there |= {(folder, uid): one[b"BODY[]"] for uid, one in client.fetch(uids, ["BODY.PEEK[]"]).items()}
        with closing(sqlite3.connect(self.folder / "inbox.db")) as store:
            kept = store.execute("SELECT message_id, content, packed FROM raw").fetchall()
            raws = {id_: zlib.decompress(content) if packed else content for id_, content, packed in kept}
            lies = store.execute("SELECT folder, uid, message_id FROM location WHERE gone_at IS NULL").fetchall()
            aside = store.execute('SELECT place, "where", what FROM set_aside').fetchall()
            [(count,)] = store.execute("SELECT COUNT(*) FROM message")
        assert count == len(raws) == len(set(raws.values())), "something is here twice"
        assert set(raws.values()) <= self.delivered, "something is here that never was there"
        assert {(folder, uid): raws[id_] for folder, uid, id_ in lies} == there
        assert [one for one in aside if "gone" not in one[2]] == []


def _lines(text: str) -> str:
    return "\r\n".join(text[start : start + 70] for start in range(0, len(text), 70))

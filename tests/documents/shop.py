"""A shop of the test's own, in which the lines of the documents are typed: its home, its files, and a person."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from copy import copy
from pathlib import Path

import pytest

from tests.documents.pages import ROOT, words
from tests.hostile.tty import tty
from tests.incoming.test_stranger import LOG

PASSWORD = "pässword-€"
INTERRUPT = "\x03"
ACCOUNT = """
[[account]]
name = "support"
kind = "imap"
host = "imap.shop.example"
user = "support@shop.example"
largest = 1
smtp = { host = "smtp.shop.example" }
"""
FILES = {
    "WhatsApp Chat with Ada.zip": "whatsapp/WhatsApp Sohbeti - Elif Kara.zip",
    "chat.txt": "whatsapp/WhatsApp Chat with Maple Street Crew.txt",
    "chat.zip": "whatsapp/WhatsApp Sohbeti - Elif Kara.zip",
    "telegram-export/result.json": "telegram/whole.json",
    "result.json": "telegram/whole.json",
    "slack-export.zip": "slack/export.zip",
    "export.zip": "slack/export.zip",
    "takeout-001.zip": "googlechat/takeout-20260306T080000Z-001.zip",
    "takeout-002.zip": "mbox/takeout.mbox",
    "tickets.jsonl": "jsonl/tickets.jsonl",
    "old-mail.mbox": "mbox/takeout.mbox",
    "one.eml": "eml/plain.eml",
    "Maildir": "maildir",
    "Discord": "discord",
    "signal": "signal/export",
    "Downloads/chat.zip": "whatsapp/WhatsApp Sohbeti - Elif Kara.zip",
    "Downloads/export.zip": "slack/export.zip",
    "Downloads/takeout-20260306T080000Z-001.zip": "googlechat/takeout-20260306T080000Z-001.zip",
    "Downloads/instagram-lampshop-2026-03-06.zip": "instagram/instagram-lampshop-2026-03-06-AbCd.zip",
    "Downloads/[LINE] Chat with Hanako.txt": "line/[LINE] Chat with Ann Lee.txt",
    "Downloads/Basic_LinkedInDataExport_03-06-2026.zip": "linkedin/download",
    "Downloads/facebook-shop-2026-03-06.zip": "messenger/facebook-aydinlatma-2026-03-06.zip",
    "Downloads/Telegram Desktop/ChatExport_2026-03-02": "telegram/chat",
    "Downloads/Telegram Desktop/ChatExport_2026-03-06": "telegram_html/ChatExport_2026-03-06",
}
"""What the lines shown name, in the home folder, and which sample lies there."""
MADE = {"log.txt": LOG, "backups/inbox-20260302T080000Z.db": ""}
"""The same, and what the test writes there; a backup is one of the store."""
A_FILE = "SELECT id FROM attachment WHERE name = 'bowl.png'"
STANDS_FOR = {
    "attachment save 12": A_FILE,
    "attachment open 12": A_FILE,
    "attachment fetch 12": "SELECT id FROM attachment WHERE name = 'kiln.bin'",
    "open 7": "SELECT id FROM conversation WHERE channel = 'email' AND place = 'inbox'",
    "contact unlink 12": "SELECT max(id) FROM identity WHERE contact_id = 3",
    "undo --act 41": "SELECT max(id) FROM act WHERE undone_at IS NULL AND verb IN ('snooze', 'archive', 'forward')",
}
"""Lines whose number is another one in this store, and how that is found."""
ANSWERS = {
    "account add": [
        ("Mail address:", "support@shop.example"),
        ("Name for it here [support]:", ""),
        ("[imap.shop.example]:", ""),
        ("[support@shop.example]:", ""),
        ("Server for hand-overs by mail", "-"),
        ("Password of support", PASSWORD),
    ],
    "account add --address support@shop.example --host imap.shop.example": [
        ("Name for it here [support]:", ""),
        ("Password of support", PASSWORD),
    ],
    "account add --address a@shop.example --password-command 'pass show mail'": [
        ("Name for it here [a]:", ""),
        ("[imap.shop.example]:", ""),
        ("[a@shop.example]:", "support@shop.example"),
        ("Server for hand-overs by mail", "-"),
    ],
    "account sign-in support": [("Password of support", PASSWORD)],
    "purge --contact 3": [("Name a folder, or press Enter", ""), ("Type yes", "yes")],
    "sync --watch": [('"accounts"', INTERRUPT)],
    "": [("help", "q")],
    "demo": [("help", "q")],
}
"""Lines that ask a person: what stands on the terminal then, and what is typed."""


class Shop:
    """The demo's home with a mailbox of its own, and what lies around it; `place` is the person's home folder."""

    def __init__(self, place: Path, week: Path, environ: dict[str, str]) -> None:
        self.place, self.week, self.home = place, week, place / "home"
        self.environ = environ | {"TEST_KEYRING": str(place / "keyring.json"), "HOME": str(place)}
        shutil.copy(environ["TEST_KEYRING"], self.environ["TEST_KEYRING"])
        shutil.copytree(week, self.home)
        with (self.home / "config.toml").open("a", encoding="utf-8") as config:
            config.write('[[inbox_folder]]\npath = "~/chat exports"\n')
        for folder in ("backups", "chat exports"):
            (place / folder).mkdir()
        for name, sample in FILES.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).symlink_to(ROOT / "tests" / "samples" / sample)
        for name, text in MADE.items():
            (place / name).write_text(text, "utf-8") if text else shutil.copy(week / "inbox.db", place / name)

    def typed(self, line: str) -> list[str]:
        """Return the arguments of *line* as they are meant here."""
        said = [one.replace("~", str(self.place), 1) if one.startswith("~") else one for one in words(line)]
        for beginning, sql in STANDS_FOR.items():
            if " ".join(said).startswith(beginning):
                with closing(sqlite3.connect(self.home / "inbox.db")) as store:
                    [[number]] = store.execute(f"{sql} LIMIT 1").fetchall()
                said[len(beginning.split()) - 1] = str(number)
        return said

    @contextmanager
    def elsewhere(self, typed: list[str]) -> Iterator[Shop]:
        """Have a copy of the home and the keyring in their place; in that of `account add` the account is missing."""
        copied = copy(self)
        copied.home, ring = self.place / "elsewhere", self.place / "elsewhere.json"
        copied.environ = self.environ | {"TEST_KEYRING": str(ring)}
        shutil.copytree(self.home, copied.home, dirs_exist_ok=True)
        shutil.copy(self.environ["TEST_KEYRING"], ring)
        if typed[:2] == ["account", "add"]:
            config = copied.home / "config.toml"
            config.write_text(config.read_text("utf-8").replace(ACCOUNT, ""), "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TEST_KEYRING", str(ring))
            yield copied

    def asked(self, typed: list[str], answers: list[tuple[str, str]]) -> tuple[int, str]:
        """Run the command at a terminal, answer, and return how it ended and what stood there."""
        environ = {**self.environ, "PYTHONPATH": str(ROOT)}
        with tty(self.home, 200, 60, words=typed, module="tests.documents.there", **environ) as terminal:
            for question, answer in answers:
                terminal.until(lambda said, question=question: question in said)
                terminal.press(answer if answer in ("q", INTERRUPT) else f"{answer}\n")
            return terminal.over(), terminal.text()

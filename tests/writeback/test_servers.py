"""Habits that Dovecot does not have: wrong or missing answers, no MOVE, labels, refusals, a line that breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scripted_imap import HANG_UP, Mailbox, ScriptedImap
from tests.writeback.conftest import Shop, mail
from tui_inbox.rules.model import Place

GMAIL = "[Gmail]/All Mail"
READING = {"CAPABILITY", "AUTHENTICATE", "LIST", "STATUS", "EXAMINE", "SELECT", "UID SEARCH", "UID FETCH", "LOGOUT"}


class Moving(ScriptedImap):
    """A scripted server that moves mails, and says of it what `copyuid` makes of the truth."""

    def __init__(self, archive: str = "Archive", flags: bytes = rb"\Archive") -> None:
        self.inbox, self.archive = (
            Mailbox({7: mail("first"), 9: mail("other")}, 11),
            Mailbox({3: mail("old")}, 22, flags),
        )
        super().__init__({b"INBOX": self.inbox, archive.encode(): self.archive})
        self.capabilities = b"IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS"
        self.copyuid = "22 {old} {new}"
        self.labels = False
        self.answer = b" OK done\r\n"
        self.chosen = Mailbox()
        for name in ("SELECT", "EXAMINE"):
            self.on[name] = self._choose
        self.on |= {"UID FETCH": self._headers, "UID SEARCH": self._search, "UID MOVE": self._go, "UID COPY": self._go}

    def _choose(self, tag: bytes, rest: bytes) -> bytes | None:
        verb, _, name = rest.partition(b" ")
        box = self.chosen = self.mailboxes[name.strip(b'"')]
        if verb == b"EXAMINE":
            return None
        told = b"* %d EXISTS\r\n* OK [UIDVALIDITY %d] x\r\n" % (len(box.messages), box.uidvalidity)
        return told + tag + b" OK [READ-WRITE] opened\r\n"

    def _headers(self, tag: bytes, rest: bytes) -> bytes | None:
        if b"HEADER.FIELDS" not in rest:
            return None
        reply = b""
        for uid in self.chosen.chosen(rest.split()[2].decode()):
            line = re.search(rb"(?m)^Message-ID: .*\r\n", self.chosen.messages[uid])
            field = (line[0] if line else b"") + b"\r\n"
            told = b"UID %d BODY[HEADER.FIELDS (MESSAGE-ID)] {%d}\r\n%s" % (uid, len(field), field)
            reply += b"* %d FETCH (%s)\r\n" % (self.chosen.uids.index(uid) + 1, told)
        return reply + tag + b" OK done\r\n"

    def _search(self, tag: bytes, rest: bytes) -> bytes | None:
        if b"HEADER" not in rest:
            return None
        wanted = rest.split(b'"')[-2]
        found = [b"%d" % uid for uid, raw in self.chosen.messages.items() if wanted in raw]
        return b"* SEARCH " + b" ".join(found) + b"\r\n" + tag + b" OK done\r\n"

    def _go(self, tag: bytes, rest: bytes) -> bytes:
        if not self.answer.startswith(b" OK"):
            return tag + self.answer
        uid, name = int(rest.split()[2]), rest.split(b'"')[1]
        target, raw = self.mailboxes[name], self.chosen.messages[uid]
        same = [one for one, held in target.messages.items() if held == raw] if self.labels else []
        new = same[0] if same else max(target.uids, default=0) + 1
        target.messages[new] = raw
        if b"MOVE" in rest:
            del self.chosen.messages[uid]
        told = self.copyuid.format(old=uid, new=new)
        reply = (b"* OK [COPYUID %s] moved\r\n" % told.encode() if told else b"") + tag + self.answer
        return HANG_UP if self.answer.endswith(HANG_UP) else reply

    def verbs(self) -> set[str]:
        found = (re.match(rb"(UID )?[A-Z]+", one) for one in self.heard)
        return {one[0].decode() for one in found if one}


@pytest.fixture
def server() -> Iterator[Moving]:
    with Moving() as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path, server: Moving) -> Iterator[Shop]:
    shop = Shop(tmp_path / "home", server.port, "support")
    shop.sync()
    yield shop
    shop.close()


def first(shop: Shop) -> int:
    """Return the conversation of the first mail."""
    return next(id_ for id_ in (1, 2, 3) if "first" in shop.whole(id_).messages[0].text)


@pytest.mark.parametrize(
    "copyuid",
    [
        "22 {old} {new}",
        "22 {old} 3",
        "21 {old} {new}",
        "22 {old} 4294967295",
        "22 {old} 1:4294967295",
        "22 1:99,{old} {new}",
        "0 0 0",
        "so so",
        "",
    ],
)
def test_whatever_copyuid_says_the_mail_is_found_and_brought_back(shop: Shop, server: Moving, copyuid: str) -> None:
    server.copyuid = copyuid
    shop.archive(first(shop))
    assert shop.sync().moved == 1
    assert server.archive.messages == {3: mail("old"), 4: mail("first")}
    assert server.inbox.messages == {9: mail("other")}
    shop.undo()
    server.copyuid = copyuid.replace("22", "11")
    assert shop.sync().moved == 1
    assert server.archive.messages == {3: mail("old")}
    assert mail("first") in server.inbox.messages.values()
    assert len(server.inbox.messages) == 2
    assert server.verbs() <= READING | {"UID MOVE"}


def test_without_move_nothing_is_written_and_it_is_said(shop: Shop, server: Moving) -> None:
    server.capabilities = b"IMAP4rev1 AUTH=PLAIN UIDPLUS"
    shop.archive(first(shop))
    report = shop.sync()
    assert (report.moved, report.left_alone, report.problem) == (0, 1, None)
    assert "offers no MOVE" in shop.outbox(everything=False)[0].problem
    assert server.verbs() <= READING
    shop.undo()
    shop.sync()
    assert server.verbs() <= READING


def test_another_mail_under_the_number_is_left_alone(shop: Shop, server: Moving) -> None:
    shop.archive(first(shop))
    server.inbox.messages[7] = mail("stranger")
    assert shop.sync().left_alone == 1
    assert server.inbox.messages[7] == mail("stranger")
    assert "another mail lies under its number" in shop.outbox(everything=False)[0].problem


def test_a_mail_without_a_message_id_is_left_alone(tmp_path: Path) -> None:
    with Moving() as server:
        server.inbox.messages = {7: b"From: ada@example.org\r\nSubject: Form\r\n\r\nHello\r\n"}
        server.archive.messages = {}
        shop = Shop(tmp_path / "home", server.port, "support")
        shop.sync()
        shop.archive(1)
        assert shop.sync().left_alone == 1
        assert 7 in server.inbox.messages
        assert "no Message-ID" in shop.outbox(everything=False)[0].problem
        shop.close()


def test_a_refusal_is_said_and_tried_again(shop: Shop, server: Moving) -> None:
    server.answer = b" NO [OVERQUOTA] the archive is full\r\n"
    shop.archive(first(shop))
    report = shop.sync()
    assert report.problem is not None
    assert "the archive is full" in report.problem.what
    [one] = shop.outbox(everything=False)
    assert (one.state, one.tries) == ("moving", 1)
    assert "the archive is full" in one.problem
    server.answer = b" OK done\r\n"
    assert shop.sync().moved == 1
    assert server.inbox.messages == {9: mail("other")}


def test_a_move_whose_answer_was_lost_is_looked_for_and_not_done_twice(shop: Shop, server: Moving) -> None:
    server.answer = b" OK done\r\n" + HANG_UP
    shop.archive(first(shop))
    assert shop.sync().problem is not None
    assert len(server.archive.messages) == 2
    server.answer = b" OK done\r\n"
    assert shop.sync().moved == 1
    assert server.archive.messages == {3: mail("old"), 4: mail("first")}
    assert sum(one.startswith(b"UID MOVE") for one in server.heard) == 1


def test_what_is_undone_while_a_move_is_in_doubt_is_brought_back(shop: Shop, server: Moving) -> None:
    server.answer = b" OK done\r\n" + HANG_UP
    id_ = first(shop)
    shop.archive(id_)
    shop.sync()
    shop.undo()
    server.answer = b" OK done\r\n"
    server.copyuid = "11 {old} {new}"
    assert shop.sync().moved == 2
    assert sorted(server.inbox.messages.values()) == [mail("first"), mail("other")]
    assert shop.whole(id_).row.place is Place.INBOX
    shop.sync()
    assert shop.whole(id_).row.place is Place.INBOX


def test_what_is_undone_after_a_refusal_stays_in_the_inbox(shop: Shop, server: Moving) -> None:
    server.answer = b" NO not now\r\n"
    shop.archive(first(shop))
    shop.sync()
    shop.undo()
    server.answer = b" OK done\r\n"
    assert shop.sync().moved == 0
    assert len(server.inbox.messages) == 2
    assert shop.states() == [("move", "undone"), ("move_back", "undone")]


def test_a_folder_name_that_would_begin_a_second_command_is_never_used(tmp_path: Path) -> None:
    with Moving(flags=b"") as server:
        del server.mailboxes[b"Archive"]
        server.listed = [b'* LIST (\\Archive) "/" {18}\r\nA"\r\nx1 DELETE INBOX\r\n']
        shop = Shop(tmp_path / "home", server.port, "support")
        shop.sync()
        shop.archive(1)
        assert shop.sync().problem is not None
        assert server.verbs() <= READING
        shop.close()


def test_with_labels_the_inbox_is_taken_off_and_put_on_again(tmp_path: Path) -> None:
    with Moving(GMAIL, rb"\All") as server:
        server.labels = True
        server.capabilities = b"IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS X-GM-EXT-1"
        server.archive.messages = {3: mail("first"), 4: mail("other")}
        shop = Shop(tmp_path / "home", server.port, "support")
        shop.sync()
        shop.archive(first(shop))
        assert shop.sync().moved == 1
        assert server.inbox.messages == {9: mail("other")}
        assert server.archive.messages == {3: mail("first"), 4: mail("other")}
        shop.undo()
        server.copyuid = "11 {old} {new}"
        assert shop.sync().moved == 1
        assert sorted(server.inbox.messages.values()) == [mail("first"), mail("other")]
        assert server.archive.messages == {3: mail("first"), 4: mail("other")}
        assert shop.whole(first(shop)).row.place is Place.INBOX
        shop.close()


def test_a_label_whose_answer_was_lost_is_looked_for_and_not_put_on_twice(tmp_path: Path) -> None:
    with Moving(GMAIL, rb"\All") as server:
        server.labels = True
        server.capabilities = b"IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS X-GM-EXT-1"
        server.archive.messages = {3: mail("first"), 4: mail("other")}
        shop = Shop(tmp_path / "home", server.port, "support")
        shop.sync()
        shop.archive(first(shop))
        shop.sync()
        shop.undo()
        server.answer = b" OK done\r\n" + HANG_UP
        assert shop.sync().problem is not None
        server.answer = b" OK done\r\n"
        report = shop.sync()
        assert (report.moved, report.problem) == (1, None)
        assert sorted(server.inbox.messages.values()) == [mail("first"), mail("other")]
        assert sum(one.startswith(b"UID COPY") for one in server.heard) == 1
        shop.close()

"""An answer counts wherever it was written: on a phone, in Outlook, by a teammate; and wherever it was kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.connectors.kept import NOW, US, Kept, mailbox
from tests.dovecot import Dovecot
from tui_inbox.connectors.imap import Source
from tui_inbox.rules.model import Clock, Outcome

pytestmark = pytest.mark.needs("dovecot")

ADA = "ada@one.example"
HOUR = timedelta(hours=1)
FOLDERS = {"Sent": r"\Sent", "Gönderilmiş Öğeler": "", "Sent Items": r"\Sent", "Archive": r"\Archive"}
USERS = [f"user{number}" for number in range(12)]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot(dict.fromkeys(USERS, "pw"), folders=FOLDERS) as running:
        yield running


class Desk:
    """A mailbox with one customer's question in it, and the store it is read into."""

    def __init__(self, server: Dovecot, user: str, kept: Kept) -> None:
        self.server, self.user, self.kept = server, user, kept
        self.gets(letter("<q1@one.example>", ADA, US, "Where is my order?"), 3)
        self.sync()
        assert self.kept.listed()["Order"].clock is not Clock.NONE

    @property
    def source(self) -> Source:
        return mailbox(self.server.port, user=self.user)

    def gets(self, raw: bytes, hours: float, folder: str = "INBOX") -> None:
        self.server.deliver(self.user, folder, raw, NOW - hours * HOUR)

    def sync(self) -> None:
        self.kept.sync(self.source)

    @property
    def answered(self) -> bool:
        """Whether the question's promise was met, by one conversation that holds all."""
        assert len(self.kept.listed()) == 1
        whole = self.kept.shown("Order")
        return whole.row.clock is Clock.NONE and whole.promises[0].outcome is Outcome.MET


@pytest.fixture
def desk(server: Dovecot, tmp_path: Path) -> Iterator[Desk]:
    with Kept(tmp_path / "home") as kept:
        yield Desk(server, USERS.pop(), kept)


def letter(id_: str, sender: str, to: str, text: str, *fields: str) -> bytes:
    head = [f"From: {sender}", f"To: {to}", "Subject: Order", f"Message-ID: {id_}"]
    head += [f"Date: {format_datetime(NOW - 5 * HOUR)}", *fields]
    return "\r\n".join([*head, "", text, ""]).encode()


@pytest.mark.parametrize("folder", ["Sent", "Sent Items"])
def test_every_folder_that_the_server_marks_as_sent_mail_is_read(desk: Desk, folder: str) -> None:
    desk.gets(letter("<a1@shop>", US, ADA, "On its way.", "In-Reply-To: <q1@one.example>"), 1, folder)
    desk.sync()
    assert desk.answered


def test_a_folder_of_sent_mail_in_another_language_is_found_where_nothing_is_marked(tmp_path: Path) -> None:
    with Dovecot({"support": "pw"}, folders={"Gönderilmiş Öğeler": ""}) as server, Kept(tmp_path / "home") as kept:
        desk = Desk(server, "support", kept)
        answer = letter("<a1@shop>", US, ADA, "Yolda.", "In-Reply-To: <q1@one.example>")
        desk.gets(answer, 1, "Gönderilmiş Öğeler")
        desk.sync()
        assert desk.answered


def test_an_answer_from_a_phone_stops_the_clock(desk: Desk) -> None:
    answer = letter(
        "<5F1C2A9E-77AD-4C6B-9E2F-0B1D6A3C8E11@shop.example>",
        f"Deniz <{US}>",
        ADA,
        "It ships today.\r\n\r\nSent from my iPhone\r\n\r\n> On 4 Mar 2026, Ada wrote:\r\n>\r\n> Where is it?",
        "X-Mailer: iPhone Mail (21F90)",
        "In-Reply-To: <q1@one.example>",
        "References: <q1@one.example>",
        "Mime-Version: 1.0 (1.0)",
    )
    desk.gets(answer, 1, "Sent")
    desk.sync()
    assert desk.answered


def test_an_answer_that_a_phone_kept_nowhere_but_copied_to_us_stops_the_clock(desk: Desk) -> None:
    """It is sent through the phone's own provider: all that arrives here is the copy to ourselves."""
    answer = letter("<a1@phone>", US, ADA, "It ships today.", f"Bcc: {US}", "In-Reply-To: <q1@one.example>")
    desk.gets(answer, 1)
    desk.sync()
    assert desk.answered


def test_an_answer_whose_id_outlook_rewrote_is_known_by_both(desk: Desk) -> None:
    answer = letter(
        "<AM0PR01MB1234@eurprd01.prod.outlook.com>",
        US,
        ADA,
        "On its way.",
        "X-Microsoft-Original-Message-ID: <a1@shop>",
        "In-Reply-To: <q1@one.example>",
    )
    desk.gets(answer, 2, "Sent")
    desk.gets(letter("<q2@one.example>", ADA, US, "Thank you, when?", "In-Reply-To: <a1@shop>"), 1)
    desk.gets(
        letter("<q3@one.example>", ADA, US, "When?", "In-Reply-To: <AM0PR01MB1234@eurprd01.prod.outlook.com>"), 0.5
    )
    desk.sync()
    assert len(desk.kept.listed()) == 1
    assert len(desk.kept.shown("Order").messages) == 4
    assert desk.kept.shown("Order").promises[0].outcome is Outcome.MET


def test_an_answer_to_the_id_that_a_question_had_before_outlook_rewrote_it_stops_the_clock(
    server: Dovecot, tmp_path: Path
) -> None:
    with Kept(tmp_path / "home") as kept:
        desk = Desk(server, USERS.pop(), kept)
        rewritten = letter(
            "<DB7PR@outlook.com>",
            ADA,
            US,
            "And where is the other one?",
            "X-Microsoft-Original-Message-ID: <own@one.example>",
            "In-Reply-To: <q1@one.example>",
        )
        desk.gets(rewritten, 2)
        desk.gets(letter("<a1@shop>", US, ADA, "Both are on their way.", "In-Reply-To: <own@one.example>"), 1, "Sent")
        desk.sync()
        assert desk.answered


def test_a_teammate_who_answers_with_us_on_copy_stops_the_clock(desk: Desk) -> None:
    answer = letter(
        "<m1@shop>", "Mert <mert@shop.example>", ADA, "Sent it.", f"Cc: {US}", "References: <q1@one.example>"
    )
    desk.gets(answer, 1)
    desk.sync()
    assert desk.answered


def test_a_teammate_who_writes_to_us_alone_answers_nobody(desk: Desk) -> None:
    note = letter("<m1@shop>", "Mert <mert@shop.example>", US, "Shall I?", "In-Reply-To: <q1@one.example>")
    desk.gets(note, 1)
    desk.sync()
    assert not desk.answered


def test_an_answer_that_lies_in_two_folders_of_sent_mail_is_one(desk: Desk) -> None:
    answer = letter("<a1@shop>", US, ADA, "On its way.", "In-Reply-To: <q1@one.example>")
    for folder in ("Sent", "Sent Items", "Archive"):
        desk.gets(answer, 1, folder)
    desk.sync()
    assert desk.answered
    assert len(desk.kept.shown("Order").messages) == 2

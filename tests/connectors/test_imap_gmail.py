"""Gmail: one mail under many labels is one message, comes once, and lies in the inbox as long as its label does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.connectors.kept import NOW, US, Kept, mailbox
from tests.scripted_gmail import ALL_MAIL, DRAFT, INBOX, SENT, TRASH, ScriptedGmail
from tests.torture.scenes import mail
from tui_inbox.connectors import imap
from tui_inbox.connectors.imap import reading
from tui_inbox.connectors.imap.trouble import not_admitted
from tui_inbox.rules.model import Direction, Place


@pytest.fixture
def gmail() -> Iterator[ScriptedGmail]:
    with ScriptedGmail() as running:
        running.put(1001, mail(1), INBOX, "Important")
        running.put(1002, mail(2, "bob@two.example"), INBOX)
        running.put(1003, mail(3, US, "ada@one.example", answers=1), SENT, thread=1001)
        running.put(1004, mail(4, "eve@six.example", ago=timedelta(days=50)), "Orders/2025")
        running.put(1005, mail(5, US, "bob@two.example"), DRAFT)
        running.put(1006, mail(6, "spam@six.example"), TRASH)
        yield running


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with Kept(tmp_path / "home") as running:
        yield running


def asked(gmail: ScriptedGmail) -> int:
    """Return how many mails were asked for whole."""
    return sum(len(heard.split()[2].replace(b":", b",").split(b",")) for heard in gmail.bodies())


def test_the_inbox_and_all_mail_are_read_and_every_mail_comes_once(gmail: ScriptedGmail, kept: Kept) -> None:
    kept.sync(mailbox(gmail.port))
    assert set(kept.cursors) == {"INBOX", ALL_MAIL.decode()}
    assert set(kept.listed()) == {"Order 1", "Order 2", "Order 4"}
    assert [len(kept.shown(one).messages) for one in ("Order 1", "Order 2", "Order 4")] == [2, 1, 1]
    assert asked(gmail) == 4
    places = [folder for folder, _ in kept.places()]
    assert (places.count("INBOX"), places.count(ALL_MAIL.decode())) == (2, 4)
    assert kept.sync(mailbox(gmail.port)) == []


def test_a_label_says_that_a_mail_was_sent(gmail: ScriptedGmail, kept: Kept) -> None:
    kept.sync(mailbox(gmail.port))
    answer = kept.shown("Order 1").messages[-1]
    assert answer.direction is Direction.OUT
    gmail.put(1007, mail(7, US, "bob@two.example", answers=2), SENT, thread=1002)
    run = kept.sync(mailbox(gmail.port))
    assert [(one.rank, one.history) for batch in run for one in batch.arrivals] == [(0, False)]
    assert kept.shown("Order 2").row.clock.value == "none"


def test_what_another_program_archives_is_archived_here_and_what_it_brings_back_is_known(
    gmail: ScriptedGmail, kept: Kept
) -> None:
    kept.sync(mailbox(gmail.port))
    gmail.unlabel(1002, INBOX)
    kept.sync(mailbox(gmail.port))
    taken = kept.listed()["Order 2"]
    assert (taken.place, taken.reason) == (Place.ARCHIVED, "server")
    assert any(folder == ALL_MAIL.decode() for folder, _ in kept.places())
    before = kept.told()["message"]
    gmail.label(1002, INBOX)
    kept.sync(mailbox(gmail.port))
    assert kept.told()["message"] == before


def test_a_mail_that_is_deleted_is_gone_from_both_and_stays_here(gmail: ScriptedGmail, kept: Kept) -> None:
    kept.sync(mailbox(gmail.port))
    gmail.unlabel(1002, INBOX)
    gmail.label(1002, TRASH)
    kept.sync(mailbox(gmail.port))
    assert "Order 2" in kept.listed()
    assert len(kept.places()) == 4


def test_threads_are_those_of_the_server_too(gmail: ScriptedGmail, kept: Kept) -> None:
    """Outlook rewrote every id: nothing in the mail says what it answers."""
    kept.sync(mailbox(gmail.port))
    gmail.put(1008, mail(88, subject="Re: Order 1"), INBOX, thread=1001)
    kept.sync(mailbox(gmail.port))
    assert [one.external_id for one in kept.shown("Order 1").messages][-1] == "<88@mail.example>"


def test_new_numbers_in_every_folder_double_nothing_even_where_the_bytes_changed(
    gmail: ScriptedGmail, kept: Kept
) -> None:
    kept.sync(mailbox(gmail.port))
    before = kept.told()["message"]
    gmail.mails[1004].raw = gmail.mails[1004].raw.replace(b"Where is", b"Where  is")
    gmail.renumber()
    kept.sync(mailbox(gmail.port))
    assert kept.told()["message"] == before
    assert len(kept.places()) == 6
    assert all(count.agrees for count in kept.count(mailbox(gmail.port)))


def test_a_first_sync_that_ended_in_the_inbox_asks_for_none_of_its_mails_again(
    gmail: ScriptedGmail, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST", 1)
    run = kept.reading(mailbox(gmail.port))
    for _ in range(2):
        kept.inbox.ingest(kept.origin, next(run), NOW)
    run.close()  # type: ignore[attr-defined]  # every read is a generator
    kept.sync(mailbox(gmail.port))
    assert asked(gmail) == 4
    assert [len(kept.shown(one).messages) for one in ("Order 1", "Order 2", "Order 4")] == [2, 1, 1]
    assert all(count.agrees for count in kept.count(mailbox(gmail.port)))


def test_where_all_mail_is_hidden_from_programs_the_folders_are_read_as_anywhere(
    gmail: ScriptedGmail, kept: Kept
) -> None:
    del gmail.mailboxes[ALL_MAIL]
    kept.sync(mailbox(gmail.port))
    assert set(kept.cursors) == {"INBOX", "[Gmail]/Sent Mail"}
    assert [len(kept.shown(one).messages) for one in ("Order 1", "Order 2")] == [2, 1]


def test_account_test_shows_what_is_read(gmail: ScriptedGmail) -> None:
    read = {one.name: one.role for one in imap.test(mailbox(gmail.port)).folders if one.role}
    assert read == {"INBOX": "inbox", "[Gmail]/All Mail": "archive"}


def test_what_gmail_says_at_the_door_leads_to_the_way_in() -> None:
    wrong = not_admitted("imap.gmail.com", "a@gmail.com", "password", "Invalid credentials (Failure)")
    assert "app password (sixteen letters, without the spaces)" in wrong.hint
    shut = not_admitted(
        "imap.gmail.com", "a@gmail.com", "password", "[ALERT] Your account is not enabled for IMAP use."
    )
    assert shut.what.startswith("The server imap.gmail.com lets no program read the mail of a@gmail.com ([ALERT]")
    assert "Switch IMAP on" in shut.hint
    elsewhere = not_admitted("imap.shop.example", "a", "password", "no")
    assert elsewhere.hint.endswith("Some providers want an app password.")

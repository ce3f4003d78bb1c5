"""Mailboxes on a real server: everything comes once, nothing is changed there, and every trouble is one sentence."""

from __future__ import annotations

import hashlib
import re
import ssl
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.dovecot import Dovecot
from tui_inbox.connectors import Arrival, Batch, Location, imap
from tui_inbox.connectors.imap import Source, line, reading
from tui_inbox.problems import Misconfigured, NotAdmitted, NotFound, Problem, Unreachable

pytestmark = pytest.mark.needs("dovecot")

PASSWORD = 'gül: "şifre" \\ {7} 密码'
USERS = [f"user{number}" for number in range(40)]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot(dict.fromkeys(USERS, PASSWORD)) as running:
        yield running


@pytest.fixture
def user(server: Dovecot) -> str:
    """A mailbox that no other test has used."""
    return USERS.pop()


def mailbox(server: Dovecot, user: str, **fields: Any) -> Source:
    given: dict[str, Any] = {"port": server.port, "tls": "none", "password": lambda: PASSWORD} | fields
    return Source(name="support", host="127.0.0.1", user=user, **given)


def mail(number: int, text: str = "Hello") -> bytes:
    return (
        f"From: Ada <ada@example.org>\r\nTo: support@shop.example\r\nSubject: Order {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\n{text}\r\n"
    ).encode()


class Kept:
    """What a store would hold after the batches it was given."""

    def __init__(self) -> None:
        self.cursors: dict[str, str] = {}
        self.arrivals: list[Arrival] = []
        self.gone: list[Location] = []
        self.warnings: list[str] = []
        self.batches = 0

    def take(self, batch: Batch) -> None:
        self.batches += 1
        self.cursors[batch.place] = batch.cursor
        self.arrivals += batch.arrivals
        self.gone += batch.gone
        self.warnings += [f"{one.where}: {one.what}" for one in batch.set_aside]

    def sync(self, source: Source) -> Kept:
        """Read everything; return what this run alone brought."""
        run = Kept()
        for batch in source.read(self.cursors):
            self.take(batch)
            run.take(batch)
        return run

    @property
    def subjects(self) -> list[str]:
        return [one.message.subject for one in self.arrivals]

    def there(self, folder: str) -> list[int]:
        gone = set(self.gone)
        places = [one.location for one in self.arrivals if one.location is not None and one.location not in gone]
        return sorted(place.uid for place in places if place.folder == folder)


def test_a_first_sync_brings_everything_and_a_second_one_nothing(server: Dovecot, user: str) -> None:
    server.deliver_all(user, "INBOX", [(mail(number), None) for number in range(5)])
    kept = Kept()
    kept.sync(mailbox(server, user))
    assert sorted(kept.subjects) == [f"Order {number}" for number in range(5)]
    assert kept.sync(mailbox(server, user)).batches == 0


def test_what_comes_later_comes_alone(server: Dovecot, user: str) -> None:
    server.deliver(user, "INBOX", mail(1))
    kept = Kept()
    kept.sync(mailbox(server, user))
    server.deliver(user, "INBOX", mail(2))
    assert kept.sync(mailbox(server, user)).subjects == ["Order 2"]


def test_the_bytes_come_as_they_are_and_no_flag_changes(server: Dovecot, user: str) -> None:
    raw = mail(1, "zero \x01 odd \u00ff bytes\r\n\r\n.\r\n)")
    server.deliver(user, "INBOX", raw)
    kept = Kept()
    kept.sync(mailbox(server, user))
    assert kept.arrivals[0].message.raw == raw
    with server.client(user) as other:
        assert other.folder_status("INBOX", ["UNSEEN", "RECENT"]) == {b"UNSEEN": 1, b"RECENT": 1}


def test_a_message_was_received_when_the_server_says(server: Dovecot, user: str) -> None:
    server.deliver(user, "INBOX", mail(1), datetime(2026, 3, 2, 12, 30, tzinfo=timezone(timedelta(hours=3))))
    kept = Kept()
    kept.sync(mailbox(server, user))
    arrival = kept.arrivals[0]
    assert arrival.message.received_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert arrival.location is not None
    assert (arrival.message.position, arrival.location.folder, arrival.location.uid) == (1, "INBOX", 1)


def test_only_what_lay_outside_the_inbox_at_the_first_sync_is_history(server: Dovecot, user: str) -> None:
    for number, folder in enumerate(["INBOX", "Sent", "Archive"]):
        server.deliver(user, folder, mail(number))
    kept = Kept()
    first = kept.sync(mailbox(server, user))
    found = {one.location.folder: (one.history, one.rank) for one in first.arrivals if one.location}
    assert found == {"INBOX": (False, 1), "Sent": (True, 0), "Archive": (True, 1)}
    server.deliver(user, "Sent", mail(3))
    server.deliver(user, "Archive", mail(4))
    later = kept.sync(mailbox(server, user))
    assert [(one.history, one.rank) for one in later.arrivals] == [(False, 0), (False, 1)]


def test_the_first_message_in_a_sent_folder_that_was_empty_is_not_history(server: Dovecot, user: str) -> None:
    kept = Kept()
    kept.sync(mailbox(server, user))
    server.deliver(user, "Sent", mail(1))
    assert [one.history for one in kept.sync(mailbox(server, user)).arrivals] == [False]


def test_the_same_mail_in_two_folders_has_two_locations(server: Dovecot, user: str) -> None:
    server.deliver(user, "INBOX", mail(1))
    server.deliver(user, "Archive", mail(1))
    kept = Kept()
    kept.sync(mailbox(server, user))
    assert [one.location.folder for one in kept.arrivals if one.location] == ["INBOX", "Archive"]
    assert len({one.message.raw for one in kept.arrivals}) == 1


def test_a_draft_is_not_mail(server: Dovecot, user: str) -> None:
    with server.client(user) as other:
        other.append("Archive", mail(1), flags=[b"\\Draft"])
    server.deliver(user, "Archive", mail(2))
    kept = Kept()
    kept.sync(mailbox(server, user))
    assert kept.subjects == ["Order 2"]
    assert kept.sync(mailbox(server, user)).batches == 0


def test_what_another_program_expunges_is_gone_here(server: Dovecot, user: str) -> None:
    server.deliver_all(user, "INBOX", [(mail(number), None) for number in range(6)])
    kept = Kept()
    kept.sync(mailbox(server, user))
    with server.client(user) as other:
        other.select_folder("INBOX")
        other.delete_messages([2, 5])
        other.expunge()
    server.deliver(user, "INBOX", mail(7))
    run = kept.sync(mailbox(server, user))
    assert [one.uid for one in run.gone] == [2, 5]
    assert run.subjects == ["Order 7"]
    assert kept.there("INBOX") == [1, 3, 4, 6, 7]
    assert kept.sync(mailbox(server, user)).batches == 0


def test_a_move_is_one_location_gone_and_one_new(server: Dovecot, user: str) -> None:
    server.deliver(user, "INBOX", mail(1))
    kept = Kept()
    kept.sync(mailbox(server, user))
    with server.client(user) as other:
        other.select_folder("INBOX")
        other.move([1], "Archive")
    run = kept.sync(mailbox(server, user))
    assert [one.folder for one in run.gone] == ["INBOX"]
    assert [(one.location.folder, one.history) for one in run.arrivals if one.location] == [("Archive", False)]


def test_most_of_a_folder_is_gone_only_when_the_server_insists(server: Dovecot, user: str) -> None:
    server.deliver_all(user, "INBOX", [(mail(number), None) for number in range(30)])
    kept = Kept()
    kept.sync(mailbox(server, user))
    with server.client(user) as other:
        other.select_folder("INBOX")
        other.delete_messages(range(1, 26))
        other.expunge()
    first = kept.sync(mailbox(server, user))
    assert first.gone == []
    assert "25 of 30 messages are gone" in first.warnings[0]
    second = kept.sync(mailbox(server, user))
    assert (second.gone, second.warnings) == ([], [])
    assert [one.uid for one in kept.sync(mailbox(server, user)).gone] == list(range(1, 26))
    assert kept.sync(mailbox(server, user)).batches == 0


def test_a_folder_made_anew_is_read_anew_and_its_old_places_are_gone(server: Dovecot, user: str) -> None:
    server.deliver_all(user, "Orders", [(mail(number), None) for number in range(3)])
    source = mailbox(server, user, folders=("INBOX", "Orders"))
    kept = Kept()
    kept.sync(source)
    old = {one.location.uidvalidity for one in kept.arrivals if one.location}
    with server.client(user) as other:
        other.delete_folder("Orders")
    server.deliver_all(user, "Orders", [(mail(number), None) for number in range(4)])
    run = kept.sync(source)
    assert sorted(run.subjects) == [f"Order {number}" for number in range(4)]
    assert {one.location.uidvalidity for one in run.arrivals if one.location}.isdisjoint(old)
    assert [(one.uidvalidity in old, one.uid) for one in run.gone] == [(True, 1), (True, 2), (True, 3)]
    assert kept.sync(source).batches == 0


def test_a_renumbered_archive_is_not_history_once_it_had_been_read(server: Dovecot, user: str) -> None:
    server.deliver(user, "Done", mail(1))
    source = mailbox(server, user, archive="Done")
    kept = Kept()
    kept.sync(source)
    with server.client(user) as other:
        other.delete_folder("Done")
    server.deliver(user, "Done", mail(2))
    assert [one.history for one in kept.sync(source).arrivals] == [False]


def test_a_run_ended_after_any_batch_goes_on_behind_it(
    server: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST", 3)
    monkeypatch.setattr(reading, "OUTLINED", 7)
    for folder in ("INBOX", "Sent"):
        server.deliver_all(user, folder, [(mail(number), None) for number in range(11)])
    kept = Kept()
    for _ in range(40):
        run = mailbox(server, user).read(kept.cursors)
        batch = next(run, None)
        if batch is None:
            break
        kept.take(batch)
        run.close()  # type: ignore[attr-defined]  # every read is a generator
        if kept.batches == 3:
            server.deliver(user, "INBOX", mail(99))
    else:
        pytest.fail("the reading has no end")
    places = [one.location for one in kept.arrivals]
    assert len(set(places)) == len(places) == 23
    assert kept.there("INBOX") == list(range(1, 13))
    assert kept.there("Sent") == list(range(1, 12))
    assert [one.history for one in kept.arrivals if one.rank == 0] == [True] * 11


def test_the_newest_come_first(server: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST", 2)
    server.deliver_all(user, "INBOX", [(mail(number), None) for number in range(1, 6)])
    batches = [[one.message.position for one in batch.arrivals] for batch in mailbox(server, user).read({})]
    assert [uids for uids in batches if uids] == [[4, 5], [2, 3], [1]]


def test_an_answer_does_not_wait_for_the_whole_inbox(
    server: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FIRST", 1)
    monkeypatch.setattr(reading, "OUTLINED", 2)
    for folder in ("INBOX", "Sent", "Archive"):
        server.deliver_all(user, folder, [(mail(number), None) for number in range(1, 6)])
    kept = Kept()
    order = []
    for batch in mailbox(server, user).read({}):
        kept.take(batch)
        order += [(batch.place, one.message.position) for one in reversed(batch.arrivals)]
    newest = [(folder, uid) for folder in ("INBOX", "Sent", "Archive") for uid in (5, 4, 3)]
    assert order == newest + [(folder, uid) for folder in ("INBOX", "Sent", "Archive") for uid in (2, 1)]
    assert kept.sync(mailbox(server, user)).batches == 0


def test_a_batch_stays_light(server: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "HEAVIEST", 3000)
    server.deliver_all(user, "INBOX", [(mail(number, "x" * 1000), None) for number in range(5)])
    sizes = [len(batch.arrivals) for batch in mailbox(server, user).read({}) if batch.arrivals]
    assert sizes == [2, 2, 1]


def test_two_thousand_messages_come_once_and_a_second_look_brings_nothing(server: Dovecot, user: str) -> None:
    server.deliver_all(user, "INBOX", [(mail(number, "Where is my order? " * 60), None) for number in range(2000)])
    kept = Kept()
    kept.sync(mailbox(server, user))
    assert len(set(kept.subjects)) == 2000
    assert all(len(cursor) < 400 for cursor in kept.cursors.values())
    assert kept.sync(mailbox(server, user)).batches == 0


def test_progress_ends_at_the_total(server: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST", 4)
    server.deliver_all(user, "INBOX", [(mail(number), None) for number in range(10)])
    batches = [batch for batch in mailbox(server, user).read({}) if batch.place == "INBOX"]
    assert list(dict.fromkeys((batch.done, batch.total) for batch in batches)) == [(4, 10), (8, 10), (10, 10)]


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_both_ways_to_tls_trust_only_the_named_authority(server: Dovecot, user: str, tls: str) -> None:
    server.deliver(user, "INBOX", mail(1))
    port = server.tls_port if tls == "implicit" else server.port
    kept = Kept()
    kept.sync(mailbox(server, user, tls=tls, port=port, ca=str(server.certificate)))
    assert kept.subjects == ["Order 1"]
    with pytest.raises(Unreachable, match=r"certificate of 127\.0\.0\.1 is not trusted") as trouble:
        Kept().sync(mailbox(server, user, tls=tls, port=port))
    assert "`ca`" in trouble.value.hint


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_pinned_certificate_is_believed_whoever_signed_it_and_no_other_is(
    server: Dovecot, user: str, tls: str
) -> None:
    server.deliver(user, "INBOX", mail(1))
    port = server.tls_port if tls == "implicit" else server.port
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", server.tls_port)))
    pin = hashlib.sha256(shown).hexdigest()
    kept = Kept()
    kept.sync(
        replace(mailbox(server, user, tls=tls, port=port, pin=":".join(re.findall("..", pin.upper()))), host="127.1")
    )
    assert kept.subjects == ["Order 1"]
    with pytest.raises(Unreachable, match="it is not the one that `pin` names"):
        Kept().sync(mailbox(server, user, tls=tls, port=port, pin="0" * 64, ca=str(server.certificate)))


def test_a_certificate_must_be_for_the_server_that_was_meant(server: Dovecot, user: str) -> None:
    """`127.1` is another way to write 127.0.0.1, and not in the certificate."""
    elsewhere = replace(
        mailbox(server, user, port=server.tls_port, ca=str(server.certificate)), host="127.1", tls="implicit"
    )
    with pytest.raises(Unreachable, match=r"certificate of 127\.1 is not trusted: Hostname mismatch"):
        Kept().sync(elsewhere)


def test_a_missing_authority_file_is_named(server: Dovecot, user: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"nothing\.pem"):
        Kept().sync(mailbox(server, user, tls="implicit", port=server.tls_port, ca=str(tmp_path / "nothing.pem")))


def test_tls_to_a_port_without_it_and_the_other_way_round_say_so(
    server: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "CONNECT", 0.5)
    with pytest.raises(Unreachable, match="No secure connection"):
        Kept().sync(mailbox(server, user, tls="implicit", port=server.port, ca=str(server.certificate)))
    with pytest.raises(Unreachable, match="did not answer in time"):
        Kept().sync(mailbox(server, user, port=server.tls_port))


def test_a_wrong_password_is_one_sentence_and_appears_nowhere(
    server: Dovecot, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    source = mailbox(server, user, password=lambda: "s3cret-and-wrong")
    with pytest.raises(NotAdmitted) as trouble:
        Kept().sync(source)
    assert f"The server 127.0.0.1 refused the password of {user}" in trouble.value.what
    assert trouble.value.hint
    told = "".join(traceback.format_exception(trouble.value)) + caplog.text + repr(source)
    assert "s3cret" not in told


def test_a_good_password_reaches_no_log(server: Dovecot, user: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    Kept().sync(mailbox(server, user))
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("password", ["two\r\nlines", "nul\0"])
def test_a_password_that_would_break_the_line_is_refused(server: Dovecot, user: str, password: str) -> None:
    with pytest.raises(Misconfigured) as trouble:
        Kept().sync(mailbox(server, user, password=lambda: password))
    assert password not in trouble.value.what


def test_a_server_that_is_not_there_is_one_sentence(user: str) -> None:
    source = Source(name="support", host="127.0.0.1", port=1, tls="none", user=user, password=lambda: "x")
    with pytest.raises(Unreachable, match="accepts no connection on port 1"):
        Kept().sync(source)


def test_a_folder_that_is_missing_keeps_nothing_else_back(server: Dovecot, user: str) -> None:
    server.deliver(user, "INBOX", mail(1))
    kept = Kept()
    with pytest.raises(NotFound, match="no folder `Ordres`") as trouble:
        kept.sync(mailbox(server, user, folders=("Ordres", "INBOX")))
    assert "account test" in trouble.value.hint
    assert kept.subjects == ["Order 1"]


def test_a_folder_with_foreign_letters_is_read_by_its_name(server: Dovecot, user: str) -> None:
    server.deliver(user, 'Müşteri "VIP" & 顧客', mail(1))
    kept = Kept()
    kept.sync(mailbox(server, user, folders=('Müşteri "VIP" & 顧客',)))
    assert kept.subjects == ["Order 1"]
    assert all(place.isascii() for place in kept.cursors)
    assert kept.arrivals[0].message.where == 'Müşteri "VIP" & 顧客 uid 1'


def test_a_cursor_that_cannot_be_read_starts_the_folder_again(server: Dovecot, user: str) -> None:
    server.deliver(user, "INBOX", mail(1))
    kept = Kept()
    kept.sync(mailbox(server, user))
    kept.cursors["INBOX"] = '{"uidvalidity": 1, "held": "x"}'
    assert kept.sync(mailbox(server, user)).subjects == ["Order 1"]


def test_account_test_says_what_there_is(server: Dovecot, user: str) -> None:
    server.deliver(user, "INBOX", mail(1))
    source = mailbox(
        server, user, tls="implicit", port=server.tls_port, ca=str(server.certificate), folders=("INBOX", "Nowhere")
    )
    facts = imap.test(source)
    assert facts.security in ("TLSv1.2", "TLSv1.3")
    assert "UIDPLUS" in facts.capabilities
    roles = {folder.name: (folder.role, folder.messages) for folder in facts.folders}
    assert roles["INBOX"] == ("inbox", 1)
    assert roles["Sent"] == ("sent", 0)
    assert roles["Archive"] == ("archive", 0)
    assert roles["Trash"] == ("", None)
    assert facts.missing == ("Nowhere",)


def test_a_server_that_stops_in_the_middle_is_a_problem_and_the_rest_comes_later(
    user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST", 5)
    with Dovecot({user: PASSWORD}) as own:
        own.deliver_all(user, "INBOX", [(mail(number), None) for number in range(12)])
        kept = Kept()
        run = mailbox(own, user).read(kept.cursors)
        kept.take(next(run))
        own.stop()
        taking = map(kept.take, run)  # one more may be on its way already
        with pytest.raises(Problem):
            list(taking)
        own.start()
        kept.sync(mailbox(own, user))
        assert kept.there("INBOX") == list(range(1, 13))
        assert len(kept.arrivals) == 12

"""What comes in is kept whole: bytes, files, places on the server, and what could not be read; each thing once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui_inbox.rules.model import Attachment, Class, Direction, Message, Person, State
from tui_inbox.store import accounts, already, arrivals, projection, ties
from tui_inbox.store.accounts import Account
from tui_inbox.store.moments import moment
from tui_inbox.store.ties import Thread
from tui_inbox.store.tray import Placed, Tray
from tui_inbox.store.writer import Unit, Writer, driver

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    writer = Writer(tmp_path / "inbox.db")
    with writer.unit() as opened:
        yield opened
    writer.close()


@pytest.fixture
def account(unit: Unit) -> Account:
    return accounts.account(unit, "support", "imap", "email")


@pytest.fixture
def thread(unit: Unit, account: Account) -> Thread:
    return ties.begin_thread(unit, account.id, "t", "", False, NOW)


def message(key: str, **fields: object) -> Message:
    return Message(
        **{
            "channel": "email",
            "key": key,
            "sender": Person("Ada", "ada@one.example"),
            "received_at": NOW,
            "text": "hello",
        }
        | fields
    )


def put(unit: Unit, account: Account, thread: Thread, what: Message, at: datetime = NOW, **fields: object) -> int:
    placed = {"account_id": account.id, "thread_id": thread.id, "thread_key": "", "key": what.key}
    placed |= {"conversation_id": projection.begin(unit, thread.id, account.id, "email")}
    placed |= {"direction": Direction.IN, "class_": Class.HUMAN, "why": "", "received": at, "arrived": NOW}
    placed |= {"history": False, "rank": 1, "position": 0, "identity_id": None}
    tray = Tray(unit)
    id_ = tray.add(what, Placed(**placed | fields))
    tray.write()
    return id_


def one(unit: Unit, sql: str, *values: object) -> object:
    return driver(unit).execute(sql, values).fetchone()


def test_an_account_is_made_once_and_found_again(unit: Unit) -> None:
    first = accounts.account(unit, "support", "imap", "email")
    assert accounts.account(unit, "support", "imap", "email") == first


def test_names_and_zone_that_were_learned_are_remembered(unit: Unit, account: Account) -> None:
    accounts.learn(unit, account.id, ["Deniz", "شغل"], "Europe/Istanbul")
    again = accounts.account(unit, "support", "imap", "email")
    assert (again.me, again.zone) == (("Deniz", "شغل"), "Europe/Istanbul")


def test_a_cursor_is_moved_and_each_place_has_its_own(unit: Unit, account: Account) -> None:
    accounts.move_cursor(unit, account.id, "INBOX", "1", NOW)
    accounts.move_cursor(unit, account.id, "Sent", "7", NOW)
    accounts.move_cursor(unit, account.id, "INBOX", "2", NOW)
    assert accounts.cursors(unit, account.id) == {"INBOX": "2", "Sent": "7"}


def test_what_is_set_aside_is_kept_once_with_its_bytes(unit: Unit, account: Account) -> None:
    asides = [accounts.set_aside(unit, account.id, "INBOX", "uid 7", "no mail", b"\x00\xff", NOW) for _ in range(2)]
    assert asides == [True, False]
    assert one(unit, "SELECT content FROM set_aside") == (b"\x00\xff",)


@pytest.mark.parametrize("raw", [b"\x00\xff\x1b", b"From: a\r\n\r\n" + b"word " * 5000, bytes(range(256)) * 9])
def test_the_bytes_come_back_as_they_came(unit: Unit, account: Account, thread: Thread, raw: bytes) -> None:
    import zlib

    id_ = put(unit, account, thread, message("a", raw=raw))
    row = one(unit, "SELECT packed, content FROM raw WHERE message_id = ?", id_)
    assert (zlib.decompress(row[1]) if row and row[0] else row and row[1]) == raw


def test_messages_of_one_moment_get_different_stamps_in_the_order_of_time(
    unit: Unit, account: Account, thread: Thread
) -> None:
    for number in range(5):
        put(unit, account, thread, message(f"now {number}"))
        put(unit, account, thread, message(f"later {number}"), NOW + timedelta(milliseconds=1))
    stamps = dict(driver(unit).execute("SELECT key, stamp FROM message").fetchall())
    assert len(set(stamps.values())) == 10
    assert max(stamps[f"now {n}"] for n in range(5)) < min(stamps[f"later {n}"] for n in range(5))
    assert {moment(stamp >> 20) for key, stamp in stamps.items() if key.startswith("now")} == {NOW}


def test_a_key_is_known_within_its_thread_and_account_only(unit: Unit, account: Account, thread: Thread) -> None:
    id_ = put(unit, account, thread, message("1"), thread_key="chat")
    other = accounts.account(unit, "deniz", "imap", "email")
    found = already.known(unit, account.id, {("chat", "1"), ("other chat", "1"), ("chat", "2")})
    assert {key: known.id for key, known in found.items()} == {("chat", "1"): id_}
    assert already.known(unit, other.id, {("chat", "1")}) == {}


def test_thousands_of_keys_are_looked_up_at_once(unit: Unit, account: Account, thread: Thread) -> None:
    put(unit, account, thread, message("1500"))
    assert list(already.known(unit, account.id, {("", str(n)) for n in range(3000)})) == [("", "1500")]


def test_a_place_on_the_server_is_gone_once_and_the_message_stays(unit: Unit, account: Account, thread: Thread) -> None:
    id_ = put(unit, account, thread, message("1"))
    tray = Tray(unit)
    tray.locate(account.id, "INBOX", 1, 7, id_, inbox=True)
    tray.write()
    assert arrivals.mark_gone(unit, account.id, "INBOX", 1, 7, NOW) == id_
    assert arrivals.mark_gone(unit, account.id, "INBOX", 1, 7, NOW) is None
    assert one(unit, "SELECT text FROM message WHERE id = ?", id_) == ("hello",)


def test_an_edit_replaces_the_words_and_what_is_found_by_them(unit: Unit, account: Account, thread: Thread) -> None:
    id_ = put(unit, account, thread, message("1", text="before"))
    arrivals.revise(unit, id_, message("1", text="after"), State.EDITED)
    found = [one(unit, "SELECT COUNT(*) FROM fulltext WHERE fulltext MATCH ?", word) for word in ("before", "after")]
    assert found == [(0,), (1,)]


def test_a_deletion_at_the_source_keeps_the_words(unit: Unit, account: Account, thread: Thread) -> None:
    id_ = put(unit, account, thread, message("1", text="before", raw=b"before"))
    arrivals.revise(unit, id_, message("1", text=""), State.DELETED, keep_text=True)
    assert one(unit, "SELECT text, state FROM message WHERE id = ?", id_) == ("before", "deleted")
    assert one(unit, "SELECT COUNT(*) FROM raw WHERE message_id = ?", id_) == (1,)


def test_files_that_come_with_a_later_export_take_the_place_of_their_names(
    unit: Unit, account: Account, thread: Thread
) -> None:
    named = Attachment("photo.jpg", "image/jpeg", stored=False)
    brought = Attachment("photo.jpg", "image/jpeg", 3, content=b"jpg")
    id_ = put(unit, account, thread, message("1", attachments=(named,)))
    assert arrivals.fill_attachments(unit, id_, (brought,))
    assert not arrivals.fill_attachments(unit, id_, (brought,))
    row = one(unit, "SELECT a.name, b.content FROM attachment a JOIN blob b ON b.digest = a.blob")
    assert row == ("photo.jpg", b"jpg")


def test_an_identity_learns_a_name_and_keeps_its_contact(unit: Unit) -> None:
    first = arrivals.identity(unit, "email:ada@one.example", "email", "ada@one.example", "")
    again = arrivals.identity(unit, "email:ada@one.example", "email", "ada@one.example", "Ada Demir")
    assert first == again
    assert one(unit, "SELECT name FROM contact") == ("Ada Demir",)


def test_threads_that_a_late_parent_proves_one_are_one(unit: Unit, account: Account, thread: Thread) -> None:
    other = ties.begin_thread(unit, account.id, "u", "", False, NOW - timedelta(days=1))
    put(unit, account, other, message("1"))
    ties.tie_ids(unit, account.id, other.id, ["<1@a>"])
    ties.join_threads(unit, thread.id, [other.id])
    assert ties.by_mail_id(unit, account.id, ["<1@a>"]) == {"<1@a>": thread.id}
    assert ties.threads(unit, [thread.id])[thread.id].first_at == NOW - timedelta(days=1)
    assert one(unit, "SELECT COUNT(*) FROM message WHERE thread_id = ?", thread.id) == (1,)

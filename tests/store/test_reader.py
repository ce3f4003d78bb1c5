"""Looking at the store: every queue agrees with its count, nobody is kept waiting, and nothing is changed by it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.torture.likeness import rows
from tui_inbox.config import Config, Home, Me
from tui_inbox.connectors import Arrival, Batch
from tui_inbox.inbox import Inbox
from tui_inbox.inbox.origin import Origin
from tui_inbox.problems import NotFound, StoreTrouble
from tui_inbox.rules.model import Archive, Clock, Message, Person, Place, Snooze
from tui_inbox.store.queues import QUEUES
from tui_inbox.store.reader import Reader

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
US = "support@shop.example"


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    """Six conversations: four in the inbox, one snoozed for two hours, one archived."""
    home = Home(tmp_path, tmp_path / "config.toml")
    made = Inbox(home, Config(me=Me(addresses=(US,))))
    for number in range(6):
        arrives(made, number, NOW - (number + 1) * HOUR)
    made.perform([Snooze(1, 6, NOW + 2 * HOUR, NOW + 4 * HOUR), Archive(2, 6)], NOW)
    yield made
    made.close()


def arrives(inbox: Inbox, number: int, received: datetime, answers: int | None = None) -> None:
    own = f"<{number}@one.example>"
    said = Message(
        channel="email",
        key=own,
        sender=Person(f"Customer {number}", f"c{number}@one.example"),
        to=(Person("", US),),
        received_at=received,
        subject=f"Order {number}",
        text="Where is it?",
        external_id=own,
        ids=(own,),
        references=() if answers is None else (f"<{answers}@one.example>",),
    )
    inbox.ingest(Origin("support", "imap", "email"), Batch((Arrival(said),), "INBOX", str(number)), max(received, NOW))


def test_every_queue_holds_what_is_counted_and_all_is_their_sum(inbox: Inbox) -> None:
    for moment in (NOW, NOW + 3 * HOUR, NOW + timedelta(days=400)):
        with inbox.reader() as reader:
            counts = reader.counts(moment)
            sizes = {name: len(reader.queue(name, moment).ids) for name in QUEUES}
        assert sizes == counts.queues
        assert sum(size for name, size in sizes.items() if name != "all") == sizes["all"] == 6


def test_each_conversation_lies_in_one_queue_and_its_row_says_which(inbox: Inbox) -> None:
    with inbox.reader() as reader:
        for name in QUEUES[:-1]:
            for row in reader.rows(reader.queue(name, NOW).ids, NOW):
                assert row.place is Place(name)


def test_a_snooze_that_ran_out_reads_as_open_without_anything_being_written(inbox: Inbox) -> None:
    before = rows(inbox.home.store)
    with inbox.reader() as reader:
        [row] = reader.rows([1], NOW + 3 * HOUR)
        assert (row.place, row.returns, row.clock) == (Place.INBOX, None, Clock.RUNNING)
        assert 1 in reader.queue("inbox", NOW + 3 * HOUR).ids
        assert 1 not in reader.queue("inbox", NOW).ids
    assert rows(inbox.home.store) == before


def test_the_first_due_comes_first(inbox: Inbox) -> None:
    with inbox.reader() as reader:
        due = [row.due for row in reader.rows(reader.queue("inbox", NOW).ids, NOW)]
    assert due == sorted(due)


def test_what_is_not_here_is_said(inbox: Inbox) -> None:
    with inbox.reader() as reader:
        with pytest.raises(NotFound):
            reader.conversation(99, NOW)
        with pytest.raises(NotFound):
            reader.queue("nowhere", NOW)
        assert reader.rows([99, 3], NOW) == reader.rows([3], NOW)


def test_a_conversation_that_turned_out_to_be_part_of_another_leads_there(inbox: Inbox) -> None:
    arrives(inbox, 10, NOW - HOUR, answers=9)
    arrives(inbox, 9, NOW - 2 * HOUR, answers=8)
    arrives(inbox, 11, NOW - HOUR / 2, answers=12)
    arrives(inbox, 12, NOW - HOUR / 3, answers=8)
    arrives(inbox, 8, NOW - 3 * HOUR)
    with inbox.reader() as reader:
        whole = {reader.conversation(id_, NOW).row.id for id_ in (7, 8)}
        assert len(whole) == 1
        assert len(reader.conversation(7, NOW).messages) == 5
        assert len(reader.queue("all", NOW).ids) == 7


def test_the_version_changes_when_somebody_else_wrote_and_only_then(inbox: Inbox) -> None:
    with inbox.reader() as reader:
        first = reader.version()
        reader.counts(NOW)
        assert reader.version() == first
        arrives(inbox, 20, NOW)
        assert reader.version() != first


def test_what_was_seen_is_the_newest_message_the_store_holds(inbox: Inbox) -> None:
    with inbox.reader() as reader:
        assert reader.seen() == 6
        arrives(inbox, 20, NOW - HOUR)
        assert reader.seen() == 7


def test_several_questions_in_one_moment_see_one_state(inbox: Inbox) -> None:
    with inbox.reader() as reader, reader.moment():
        before = reader.seen()
        arrives(inbox, 20, NOW)
        assert reader.seen() == before
    with inbox.reader() as reader:
        assert reader.seen() == before + 1


def test_a_reader_cannot_write(inbox: Inbox) -> None:
    with inbox.reader() as reader, pytest.raises(sqlite3.OperationalError):
        reader.connection.execute("DELETE FROM message")


def test_looking_waits_for_no_writer(inbox: Inbox) -> None:
    with closing(sqlite3.connect(inbox.home.store, isolation_level=None)) as other, inbox.reader() as reader:
        other.execute("BEGIN EXCLUSIVE")
        assert reader.counts(NOW).inbox == 4


def test_a_damaged_store_is_said_in_words(inbox: Inbox) -> None:
    inbox.close()
    path = inbox.home.store
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 200)
    with Reader(path) as reader:
        with pytest.raises(StoreTrouble, match="damaged"):
            reader.examine()
        with pytest.raises(StoreTrouble, match="damaged"):
            reader.counts(NOW)

"""Two copies on one store: they agree on what is stored, and each sees the other's acts at once."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.life.world import MAILBOX, Said, Store, opened
from tui_inbox.rules.model import Archive, Place, Snooze

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)

OTHER = """
import sys
from datetime import datetime
from pathlib import Path
from tests.life.world import PLAIN
from tui_inbox.config import Home
from tui_inbox.inbox import Inbox
from tui_inbox.rules.model import Archive
home = Path(sys.argv[1])
inbox = Inbox(Home(home, home / "config.toml"), PLAIN)
with inbox.reader() as reader:
    before = reader.version()
    print("looking", flush=True)
    sys.stdin.readline()
    print(reader.version() != before, *reader.queue("snoozed", datetime.fromisoformat(sys.argv[2])).ids, flush=True)
done = inbox.perform([Archive(int(sys.argv[3]), 99)], datetime.fromisoformat(sys.argv[2]))
print(*done.done, flush=True)
inbox.close()
"""


@pytest.fixture
def store() -> object:
    made = Store()
    made.hear(
        Said("a.1", "ask", MAILBOX, "a", NOW - timedelta(hours=1)),
        Said("b.1", "ask", MAILBOX, "b", NOW - timedelta(hours=2)),
        now=NOW,
    )
    yield made
    made.gone()


def test_an_act_in_one_copy_shows_in_the_other_at_once(store: Store) -> None:
    other = opened(store.home, store.config)
    with other.reader() as reader:
        before, (first, second) = reader.version(), store.conversations()
        assert store.inbox.perform([Archive(first, 9)], NOW).done == (first,)
        assert reader.version() != before
        assert list(reader.queue("archived", NOW).ids) == [first]
        assert list(reader.queue("inbox", NOW).ids) == [second]
    other.close()


def test_what_one_copy_did_the_other_skips_and_can_undo(store: Store) -> None:
    other = opened(store.home, store.config)
    first = store.conversations()[0]
    store.inbox.perform([Archive(first, 9)], NOW)
    assert other.perform([Archive(first, 9)], NOW).skipped[0].why == "It is archived already."
    assert other.undo(NOW).done == (first,)
    with store.inbox.reader() as reader:
        assert reader.rows([first], NOW)[0].place is Place.INBOX
    other.close()


def test_a_message_that_another_copy_brought_in_is_not_seen_by_an_act_drawn_before(store: Store) -> None:
    first, drawn = store.conversations()[0], store.seen()
    other = opened(store.home, store.config)
    later = Said("b.2", "ask", MAILBOX, "b", NOW - timedelta(minutes=5))
    origin, arrival = later.came()
    from tui_inbox.connectors import Batch

    other.ingest(origin, Batch((arrival,), "place", "1"), NOW)
    other.close()
    store.inbox.perform([Archive(store.conversation_with("<b.1@x>"), drawn)], NOW)
    with store.inbox.reader() as reader:
        assert reader.rows([store.conversation_with("<b.1@x>")], NOW)[0].place is Place.INBOX
    assert first


def test_two_processes_agree(store: Store) -> None:
    first, second = store.conversations()
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(store.home.folder), NOW.isoformat(), str(second)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert other.stdout is not None
    assert other.stdin is not None
    with store.inbox.reader() as reader:
        assert other.stdout.readline() == "looking\n"
        store.inbox.perform([Snooze(first, 9, NOW + timedelta(hours=1), NOW + timedelta(hours=2))], NOW)
        before = reader.version()
        said, _ = other.communicate("go\n", timeout=200)
        assert said.split() == ["True", str(first), str(second)]
        assert reader.version() != before
        assert list(reader.queue("archived", NOW).ids) == [second]
        assert list(reader.queue("snoozed", NOW).ids) == [first]

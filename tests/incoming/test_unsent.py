"""What was unsent at its source is one message in another state, whichever of the two exports comes first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.incoming.store import Store

BEGAN = 1_772_442_000_000


def thread(folder: Path, *said: dict[str, object]) -> Path:
    """Write a chat of Messenger; each message comes a minute after the one before, unless it says when itself."""
    path = folder / "messages" / "inbox" / "ada_1234567890" / "message_1.json"
    path.parent.mkdir(parents=True)
    messages = [
        {"sender_name": "Ada", "timestamp_ms": BEGAN + number * 60_000, **one} for number, one in enumerate(said)
    ]
    people = [{"name": "Ada"}, {"name": "Deniz"}]
    path.write_text(
        json.dumps(
            {"participants": people, "title": "Ada", "thread_path": "inbox/ada_1234567890", "messages": messages}
        )
    )
    return folder


def told(store: Store) -> list[tuple[str, str]]:
    with store.inbox() as inbox, inbox.reader() as reader:
        [id_] = reader.queue("all", store.at).ids
        return [(one.text, one.state.value) for one in reader.conversation(id_, store.at).messages]


UNSENT: dict[str, object] = {"is_unsent": True}
HELLO, PRICE, THANKS = {"content": "Hello"}, {"content": "What does it cost?"}, {"content": "Thanks"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_what_is_unsent_after_it_came_here_keeps_its_words_and_is_deleted(store: Store, tmp_path: Path) -> None:
    before, after = thread(tmp_path / "a", HELLO, PRICE, THANKS), thread(tmp_path / "b", HELLO, UNSENT, THANKS)
    store.bring(before, me="Deniz")
    came = store.bring(after, me="Deniz").came
    assert (came.new, came.known, came.updated) == (0, 3, 1)
    assert told(store) == [("Hello", "normal"), ("What does it cost?", "deleted"), ("Thanks", "normal")]
    again = store.bring(thread(tmp_path / "c", HELLO, UNSENT, THANKS, HELLO), me="Deniz").came
    assert (again.new, again.known, again.updated) == (1, 3, 0)
    assert store.bring(before, me="Deniz").came.new == 0
    assert told(store)[1] == ("What does it cost?", "deleted")


def test_an_older_export_gives_what_was_unsent_its_words_and_nothing_twice(store: Store, tmp_path: Path) -> None:
    store.bring(thread(tmp_path / "a", HELLO, UNSENT, THANKS), me="Deniz")
    came = store.bring(thread(tmp_path / "b", HELLO, PRICE, THANKS), me="Deniz").came
    assert (came.new, came.known, came.updated) == (0, 3, 1)
    assert told(store) == [("Hello", "normal"), ("What does it cost?", "deleted"), ("Thanks", "normal")]
    again = store.bring(thread(tmp_path / "c", HELLO, PRICE, THANKS, HELLO), me="Deniz").came
    assert (again.new, again.known, again.updated) == (1, 3, 0)


def test_what_was_said_in_the_same_millisecond_and_still_stands_is_not_what_was_unsent(
    store: Store, tmp_path: Path
) -> None:
    twice = {"content": "One", "timestamp_ms": BEGAN}, {"content": "Two", "timestamp_ms": BEGAN}
    store.bring(thread(tmp_path / "a", *twice), me="Deniz")
    left = {"is_unsent": True, "timestamp_ms": BEGAN}, {"content": "Two", "timestamp_ms": BEGAN}
    assert store.bring(thread(tmp_path / "b", *left), me="Deniz").came.new == 0
    assert sorted(told(store)) == [("One", "deleted"), ("Two", "normal")]
    both = {"is_unsent": True, "timestamp_ms": BEGAN}, {"is_unsent": True, "timestamp_ms": BEGAN}
    assert store.bring(thread(tmp_path / "c", *both), me="Deniz").came.new == 0
    assert sorted(told(store)) == [("One", "deleted"), ("Two", "deleted")]

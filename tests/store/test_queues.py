"""The queues over the demo's week: read from an index, they are what sorting all rows gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from tui_inbox.demo import fill
from tui_inbox.store import migrations, queues

NOW = datetime(2026, 3, 4, 9, 20, tzinfo=UTC)
MOMENTS = (NOW, NOW + timedelta(hours=30), NOW + timedelta(days=30))
BEFORE_ALL = {name: (-(1 << 62),) * len(order) for name, order in queues.ORDER.items()}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    filled = fill(tmp_path_factory.mktemp("demo") / "home", NOW)
    with closing(migrations.connect(Path(filled.store), read_only=True)) as connection:
        yield connection


@pytest.mark.parametrize("standing", ["", *queues.STANDINGS])
def test_a_queue_read_in_its_order_is_the_one_that_sorting_gives(store: Connection, standing: str) -> None:
    for now in MOMENTS:
        for name in queues.QUEUES:
            sorted_ = list(queues.ids(store, name, now, standing=standing, behind=BEFORE_ALL[name]))
            assert list(queues.ids(store, name, now, standing=standing)) == sorted_


@pytest.mark.parametrize("standing", ["", *queues.STANDINGS])
def test_gathered_while_others_go_on_a_queue_is_the_same(
    store: Connection, standing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "_SLICE", 20)
    for now in MOMENTS:
        for name in queues.QUEUES:
            whole = queues.packed(store, name, now, standing=standing)
            assert list(whole) == list(queues.ids(store, name, now, standing=standing))


def test_the_first_few_are_the_beginning_of_all(store: Connection) -> None:
    for now in MOMENTS:
        for name in queues.QUEUES:
            assert list(queues.ids(store, name, now, most=3)) == list(queues.ids(store, name, now))[:3]


def test_each_counter_counts_what_its_filter_lists(store: Connection) -> None:
    for now in MOMENTS:
        counts = queues.counts(store, now)
        for standing in queues.STANDINGS:
            assert getattr(counts, standing) == len(list(queues.ids(store, "inbox", now, standing=standing)))
        assert sum(getattr(counts, one) for one in ("late", "at_risk", "on_time", "no_sla")) == counts.inbox


def test_the_count_of_a_queue_is_how_many_are_listed(store: Connection) -> None:
    for now in MOMENTS:
        for name in queues.QUEUES:
            assert queues.count(store, name, now) == len(list(queues.ids(store, name, now)))


def test_of_any_number_of_ids_those_are_counted_that_lie_in_a_queue(
    store: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "_AT_ONCE", 2)
    asked = {*list(queues.ids(store, "all", NOW))[::2], 1 << 40}
    for now in MOMENTS:
        for name in queues.QUEUES:
            assert queues.among(store, name, asked, now) == len(asked & set(queues.ids(store, name, now)))


def test_a_queue_and_its_counts_are_read_from_their_indexes(store: Connection) -> None:
    asked: list[str] = []
    store.set_trace_callback(asked.append)
    list(queues.ids(store, "inbox", NOW))
    queues.packed(store, "inbox", NOW)
    queues.counts(store, NOW)
    queues.count(store, "inbox", NOW)
    store.set_trace_callback(None)
    for sql in asked:
        plan = " ".join(row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {sql}"))
        assert "INDEX conversation_turns" in plan or "INDEX conversation_queue" in plan, f"{plan}: {sql}"

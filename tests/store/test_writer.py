"""One unit of work at a time, kept whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tui_inbox.problems import StoreTrouble
from tui_inbox.store.reader import Reader
from tui_inbox.store.writer import Unit, Writer, driver


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = Writer(tmp_path / "inbox.db")
    yield made
    made.close()


def add(unit: Unit, name: str) -> None:
    unit.execute(text("INSERT INTO account (name, kind, channel) VALUES (:name, 'mbox', 'email')"), {"name": name})


def add_all(unit: Unit, names: Iterable[str]) -> None:
    for name in names:
        add(unit, name)


def names(writer: Writer) -> list[str]:
    with Reader(writer.path) as reader:
        return [one.name for one in reader.sources.accounts()]


def test_a_unit_is_kept_at_its_end(writer: Writer) -> None:
    with writer.unit() as unit:
        add(unit, "support")
    assert names(writer) == ["support"]


def test_nothing_of_a_unit_is_seen_before_its_end(writer: Writer) -> None:
    with writer.unit() as unit:
        add(unit, "support")
        assert names(writer) == []


def test_nothing_of_a_unit_is_kept_when_anything_goes_wrong(writer: Writer) -> None:
    def names_and_trouble() -> Iterator[str]:
        yield "support"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), writer.unit() as unit:
        add_all(unit, names_and_trouble())
    assert names(writer) == []


def test_a_broken_rule_of_the_store_ends_the_unit_and_the_next_one_is_free(writer: Writer) -> None:
    with pytest.raises(StoreTrouble), writer.unit() as unit:
        add_all(unit, ["support", "support"])
    with writer.unit() as unit:
        add(unit, "other")
    assert names(writer) == ["other"]


def test_a_unit_begins_by_taking_the_store_so_that_what_it_reads_stays_true(writer: Writer) -> None:
    with (
        writer.unit(),
        closing(sqlite3.connect(writer.path, timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_threads_take_turns(writer: Writer) -> None:
    def write(number: int) -> None:
        with writer.unit() as unit:
            add(unit, str(number))

    with ThreadPoolExecutor(8) as eight:
        list(eight.map(write, range(40)))
    assert sorted(map(int, names(writer))) == list(range(40))


def test_two_writers_of_one_store_take_turns_too(writer: Writer) -> None:
    other = Writer(writer.path)

    def write(number: int) -> None:
        with (writer if number % 2 else other).unit() as unit:
            add(unit, str(number))

    with ThreadPoolExecutor(4) as four:
        list(four.map(write, range(20)))
    other.close()
    assert len(names(writer)) == 20


def test_a_store_that_somebody_else_holds_is_said_and_free_again_afterwards(writer: Writer) -> None:
    with writer.unit() as unit:
        driver(unit).execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(writer.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreTrouble, match="holds the store"), writer.unit() as unit:
            add(unit, "support")
        other.execute("ROLLBACK")
    with writer.unit() as unit:
        add(unit, "support")
    assert names(writer) == ["support"]


def test_a_store_that_may_not_grow_is_said_and_nothing_of_the_unit_is_kept(writer: Writer) -> None:
    with writer.unit() as unit:
        add(unit, "support")
        pages = driver(unit).execute("PRAGMA page_count").fetchone()[0]
        driver(unit).execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreTrouble, match="full"), writer.unit() as unit:
        add_all(unit, ["other", "x" * 100_000])
    assert names(writer) == ["support"]


def test_what_the_driver_itself_is_asked_fails_in_the_same_words(writer: Writer) -> None:
    with writer.unit() as unit:
        pages = driver(unit).execute("PRAGMA page_count").fetchone()[0]
        driver(unit).execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreTrouble, match="full"), writer.unit() as unit:
        driver(unit).execute("INSERT INTO contact (name) VALUES (?)", ("x" * 100_000,))
    with writer.unit() as unit:
        assert driver(unit).execute("SELECT count(*) FROM contact").fetchone() == (0,)


def test_closing_folds_the_journal_back_into_the_file(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "inbox.db")
    with writer.unit() as unit:
        add(unit, "support")
    writer.close()
    assert not (tmp_path / "inbox.db-wal").exists()
    assert names(writer) == ["support"]

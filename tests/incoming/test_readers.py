"""Mail that is read in processes of its own is the mail that is read in this one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import mail
from tui_inbox.connectors import Arrival, Batch, mbox
from tui_inbox.connectors.formats import mailfiles
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.inbox import readers
from tui_inbox.store.prepared import prepare


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[mbox.Source]:
    """An mbox of several batches."""
    monkeypatch.setattr(mailfiles, "BATCH_MESSAGES", 40)
    path = tmp_path / "mail.mbox"
    with path.open("wb") as file:
        for when, raw in mail.block(0, 200):
            file.write(b"From - " + when.strftime("%a %b %d %H:%M:%S %Y").encode() + b"\n" + raw + b"\n")
    with open_bundle(path) as bundle:
        yield mbox.Source(bundle)


def read(batches: Iterator[Batch]) -> list[Batch]:
    """Return *batches* without what was prepared for the store."""
    return [
        replace(
            one, arrivals=tuple(Arrival(each.message, each.location, each.history, each.rank) for each in one.arrivals)
        )
        for one in batches
    ]


def test_several_readers_bring_what_one_brings_in_the_same_order(source: mbox.Source) -> None:
    assert len(read(source.read({}))) == 5
    assert read(readers.batches(source, {}, 3)) == read(source.read({}))


def test_what_a_reader_prepared_is_what_the_store_would_have_made_of_it(source: mbox.Source) -> None:
    arrivals = [one for batch in readers.batches(source, {}, 2) for one in batch.arrivals]
    assert all(isinstance(one, readers.Read) and one.prepared == prepare(one.message) for one in arrivals)


def test_no_mail_is_lost_with_a_reader_that_dies(source: mbox.Source, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[readers.Reader] = []
    begin = readers.Reader.__init__

    def counted(reader: readers.Reader) -> None:
        begin(reader)
        begun.append(reader)
        assert reader._process is not None
        os.kill(reader._process.pid, signal.SIGKILL)

    monkeypatch.setattr(readers.Reader, "__init__", counted)
    assert read(readers.batches(source, {}, 2)) == read(source.read({}))
    assert len(begun) == 2


def test_a_run_that_stops_early_leaves_no_reader_behind(source: mbox.Source, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[readers.Reader] = []
    begin = readers.Reader.__init__
    monkeypatch.setattr(readers.Reader, "__init__", lambda reader: (begin(reader), begun.append(reader))[0])
    reading = readers.batches(source, {}, 2)
    next(reading)
    ids = [one._process.pid for one in begun if one._process is not None]
    reading.close()
    assert len(ids) == 2
    for id_ in ids:
        with pytest.raises(ProcessLookupError):
            os.kill(id_, 0)

"""A large export of chats, read in a process of its own, is the export that is read here."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.incoming.store import Store
from tui_inbox.connectors import Arrival, Batch, telegram, whatsapp
from tui_inbox.connectors.formats import apart, packing
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.load import channel
from tui_inbox.exports.parts import sorted_out
from tui_inbox.inbox import ahead, readers
from tui_inbox.inbox.passed import Read
from tui_inbox.inbox.twice import as_one
from tui_inbox.problems import Misconfigured
from tui_inbox.rules.model import Attachment
from tui_inbox.store.prepared import prepare

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any export is a large one, on a machine of two cores."""
    monkeypatch.setattr(ahead, "LARGE", 1)
    monkeypatch.setattr(readers, "_cores", lambda: 2)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were begun, by their ids."""
    ids: list[int] = []
    begin = apart.Worker._begin

    def noted(worker: apart.Worker, module: str) -> None:
        begin(worker, module)
        ids.append(worker.process.pid if worker.process is not None else 0)

    monkeypatch.setattr(apart.Worker, "_begin", noted)
    return ids


def long_chat(folder: Path, messages: int) -> Path:
    said = [
        {
            "id": n,
            "type": "message",
            "date_unixtime": str(1772000000 + n),
            "from": "Ada",
            "from_id": "user2",
            "text": f"{n}",
        }
        for n in range(1, messages + 1)
    ]
    chat = {"name": "Ada", "type": "personal_chat", "id": 2, "messages": [*said[:3], 7, *said[3:]]}
    path = folder / "result.json"
    path.write_text(json.dumps(chat), "utf-8")
    return path


def plainly(batches: Iterator[Batch]) -> list[Batch]:
    """Return *batches* without what was prepared for the store."""
    return [replace(one, arrivals=tuple(Arrival(each.message) for each in one.arrivals)) for one in batches]


def everything(batches: Iterator[Batch]) -> tuple[list[object], str]:
    """Return all that *batches* bring, however they are cut, and the cursor that they end with."""
    whole = plainly(batches)
    brought = [
        *(each.message for one in whole for each in one.arrivals),
        *(each for one in whole for each in one.set_aside),
    ]
    return brought, whole[-1].cursor


@pytest.mark.parametrize(
    "export",
    [
        "whatsapp/WhatsApp Sohbeti - Elif Kara.zip",
        "telegram/chat",
        "slack/export.zip",
        "messenger/in parts",
        "googlechat",
    ],
)
def test_another_process_brings_what_is_read_here(export: str, begun: list[int]) -> None:
    for found in sorted_out([SAMPLES / export]):
        assert found.bundle is not None
        with found.bundle as bundle:
            source = channel(found.kind).Source(bundle=bundle)
            assert plainly(readers.batches(source, {})) == plainly(source.read({}))
    assert begun


def test_what_was_prepared_is_what_the_store_would_have_made_of_it(tmp_path: Path) -> None:
    with open_bundle(long_chat(tmp_path, 30)) as bundle:
        arrivals = [one for batch in readers.batches(telegram.Source(bundle), {}) for one in batch.arrivals]
    assert len(arrivals) == 30
    assert all(isinstance(one, Read) and one.prepared == prepare(one.message) for one in arrivals)


def test_nothing_is_lost_or_brought_twice_where_the_process_ends_before_its_time(
    tmp_path: Path, begun: list[int]
) -> None:
    with open_bundle(long_chat(tmp_path, 2 * packing.BATCH + 7)) as bundle:
        source = telegram.Source(bundle)
        reading = ahead.batches(source, {})
        first = next(reading)
        os.kill(begun[0], signal.SIGKILL)
        assert everything(iter([first, *reading])) == everything(source.read({}))


def test_an_export_is_read_here_where_no_process_can_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with open_bundle(long_chat(tmp_path, 30)) as bundle:
        source = telegram.Source(bundle)
        assert plainly(ahead.batches(source, {})) == plainly(source.read({}))


def test_a_source_that_cannot_be_passed_is_read_here(tmp_path: Path, begun: list[int]) -> None:
    @dataclass(frozen=True, slots=True)
    class Source(telegram.Source):
        """What another package offers, in a function of its own."""

    with open_bundle(long_chat(tmp_path, 30)) as bundle:
        source = Source(bundle)
        assert plainly(ahead.batches(source, {})) == plainly(source.read({}))
    assert begun == []


def test_a_small_export_begins_no_process(tmp_path: Path, begun: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LARGE", 1 << 20)
    with open_bundle(long_chat(tmp_path, 30)) as bundle:
        assert sum(len(one.arrivals) for one in ahead.batches(telegram.Source(bundle), {})) == 30
    assert begun == []


def test_what_keeps_an_export_from_being_read_is_said_as_it_would_be_here() -> None:
    with open_bundle(SAMPLES / "whatsapp" / "WhatsApp Sohbeti - Elif Kara.zip") as bundle:
        source = whatsapp.Source(bundle, date_order="sideways")
        with pytest.raises(Misconfigured, match="no order of a date") as said:
            list(ahead.batches(source, {}))
        assert said.value.hint == "Take dmy, mdy or ymd."


def test_a_run_that_stops_early_leaves_no_process_behind(tmp_path: Path, begun: list[int]) -> None:
    with open_bundle(long_chat(tmp_path, packing.BATCH + 7)) as bundle:
        reading = readers.batches(telegram.Source(bundle), {})
        next(reading)
        reading.close()
    with pytest.raises(ProcessLookupError):
        os.kill(begun[0], 0)


def test_what_was_prepared_of_one_copy_is_not_taken_for_both(tmp_path: Path) -> None:
    with open_bundle(long_chat(tmp_path, 1)) as bundle:
        [batch] = readers.batches(telegram.Source(bundle), {})
    first = batch.arrivals[0]
    again = replace(first, message=replace(first.message, attachments=(Attachment("a.png", "image/png", 1, b"a"),)))
    assert getattr(as_one(first, again), "prepared", None) is None
    assert getattr(as_one(first, first), "prepared", None) == prepare(first.message)


def test_a_large_export_comes_into_the_store_as_a_small_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = SAMPLES / "telegram" / "chat"
    apart_, here = Store(tmp_path / "apart"), Store(tmp_path / "here")
    apart_.bring(export)
    monkeypatch.setattr(ahead, "LARGE", 1 << 40)
    here.bring(export)
    assert apart_.told() == here.told()

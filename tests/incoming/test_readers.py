"""Mail that is read in processes of its own is the mail that is read in this one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import mail
from tests.incoming.store import Store
from tui_inbox.connectors import Arrival, Batch, Unread, mbox, rfc822
from tui_inbox.connectors.formats import apart, mailfiles
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.inbox import readers, worked
from tui_inbox.problems import Unreachable
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
    assert all(isinstance(one, worked.Read) and one.prepared == prepare(one.message) for one in arrivals)


def test_no_mail_is_lost_where_no_process_can_be_had(source: mbox.Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert read(readers.batches(source, {}, 2)) == read(source.read({}))


def test_no_mail_is_lost_with_a_process_that_is_ended(source: mbox.Source, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[apart.Worker] = []
    begin = apart.Worker._begin

    def once(worker: apart.Worker, module: str) -> None:
        begin(worker, module)
        if worker not in ended and worker.process is not None:
            ended.append(worker)
            os.kill(worker.process.pid, signal.SIGKILL)

    monkeypatch.setattr(apart.Worker, "_begin", once)
    assert read(readers.batches(source, {}, 2)) == read(source.read({}))
    assert ended  # one may have been fast enough for all of it


def test_a_mail_that_was_taken_in_unread_and_can_be_read_later_is_one_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = mail.block(0, 1)[0][1]
    store = Store(tmp_path / "home")
    (tmp_path / "a.eml").write_bytes(raw)
    (tmp_path / "b.mbox").write_bytes(b"From - Mon Mar  2 08:00:00 2026\n" + raw + b"\n")
    with monkeypatch.context() as patched:
        patched.setattr(worked, "_worked_out", too_much)
        patched.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        assert store.bring(tmp_path / "a.eml", account="support").came.new == 1
    came = store.bring(tmp_path / "b.mbox", account="support").came
    assert (came.new, came.known) == (0, 1)


def too_much(mail: Unread) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_raises_in_the_reader_is_known_by_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = mail.block(0, 1)[0][1]
    whole = rfc822.read_here(raw)
    monkeypatch.setattr(rfc822.bodies, "body", lambda mail: 1 / 0)
    broken = rfc822.read_here(raw)
    assert broken.warnings == ("could not be parsed (ZeroDivisionError): it is shown as it came",)
    assert (broken.key, broken.ids) == (whole.key, whole.ids)


def test_a_run_that_stops_early_leaves_no_process_behind(source: mbox.Source, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    begin = apart.Worker._begin

    def noted(worker: apart.Worker, module: str) -> None:
        begin(worker, module)
        begun.append(worker.process.pid if worker.process is not None else 0)

    monkeypatch.setattr(apart.Worker, "_begin", noted)
    reading = readers.batches(source, {}, 2)
    next(reading)
    reading.close()
    assert begun
    for id_ in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(id_, 0)


class Breaking(mbox.Source):
    """A source whose line breaks before its fourth batch."""

    def unread(self, cursors: dict[str, str]) -> Iterator[Batch]:
        for number, batch in enumerate(super().unread(cursors)):
            if number == 3:
                raise Unreachable("The line broke.", "Try again.")
            yield batch


def test_what_came_before_a_line_broke_is_not_lost_with_it(source: mbox.Source) -> None:
    reading = readers.batches(Breaking(source.bundle), {}, 2)
    came = [next(reading) for _ in range(3)]
    with pytest.raises(Unreachable):
        next(reading)
    assert read(iter(came)) == read(source.read({}))[:3]


def test_a_few_mails_are_there_before_the_next_are_asked_for(
    source: mbox.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailfiles, "BATCH_MESSAGES", readers.AT_ONCE)
    reading = readers.batches(Breaking(source.bundle), {}, 2)
    assert [len(next(reading).arrivals) for _ in range(3)] == [readers.AT_ONCE] * 3
    with pytest.raises(Unreachable):
        next(reading)


# --- what ends the process that reads it ---------------------------------------------------------------------

POISON = """
import os
from tui_inbox.connectors import rfc822
read = rfc822._message
def poisoned(raw, *known):
    if b"It hangs" in raw:
        sum(range(10**13))  # in C: nothing but the system ends that
    if b"It dies" in raw:
        os.abort()
    if b"It swells" in raw:
        bytearray(1 << 40)
    return read(raw, *known)
rfc822._message = poisoned
"""


@pytest.fixture
def poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Some mails hang, end or swell the process that reads them."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "sitecustomize.py").write_text(POISON)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "broken"), str(Path(__file__).parents[2])]))
    monkeypatch.setattr(apart, "LIMIT", 0)
    apart.end()
    yield
    apart.end()


def mails(*texts: str) -> list[bytes]:
    return [
        f"From: ada@one.example\nDate: Wed, 4 Mar 2026 09:0{number}:00 +0000\nMessage-ID: <{number}@x>\n"
        f"Subject: s{number}\n\n{text}{'.' * 900_000 * text.startswith('It')}\n".encode()
        for number, text in enumerate(texts)
    ]


TEXTS = ("one", "It hangs", "two", "It dies", "three", "It swells", "four")


@pytest.mark.usefixtures("poisoned")
def test_a_mail_that_ends_its_reader_is_taken_in_as_it_came_and_the_others_are_read(tmp_path: Path) -> None:
    raws = mails(*TEXTS)
    (tmp_path / "some.mbox").write_bytes(b"".join(b"From - Wed Mar  4 09:00:00 2026\n" + raw + b"\n" for raw in raws))
    with open_bundle(tmp_path / "some.mbox") as bundle:
        [batch] = readers.batches(mbox.Source(bundle), {})
    found = [one.message for one in batch.arrivals]
    assert [one.subject for one in found] == ["s0", "", "s2", "", "s4", "", "s6"]
    assert [one.warnings for one in found if one.warnings] == [
        ("could not be parsed in the time and memory that one mail may take: it is shown as it came",)
    ] * 3
    assert [one.raw.strip() for one in found] == [one.strip() for one in raws]
    assert "It hangs...." in found[1].text


@pytest.mark.usefixtures("poisoned")
def test_of_mails_on_a_server_one_that_ends_its_reader_is_taken_in_as_it_came() -> None:
    raws = mails("one", "It dies", "two")
    found = rfc822.parse_each([(raw, number, "", None) for number, raw in enumerate(raws)])
    assert [one.subject for one in found] == ["s0", "", "s2"]
    assert found[1].warnings[0].startswith("could not be parsed in the time")
    assert [one.raw for one in found] == raws

"""Mail files: one, a folder, a zip."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tui_inbox.connectors import Batch, eml
from tui_inbox.connectors.formats import mailfiles
from tui_inbox.connectors.formats.bundle import open_bundle

SAMPLES = Path(__file__).parents[1] / "samples" / "eml"


def batches(path: Path, cursors: dict[str, str] | None = None) -> list[Batch]:
    with open_bundle(path) as bundle:
        return list(eml.Source(bundle).read(cursors or {}))


def subjects(found: list[Batch]) -> list[str]:
    return [arrival.message.subject for batch in found for arrival in batch.arrivals]


def test_one_file_is_one_message():
    assert subjects(batches(SAMPLES / "plain.eml")) == ["Where is my order?"]


def test_a_folder_is_read_in_the_order_of_its_names():
    found = batches(SAMPLES)
    assert len(subjects(found)) == len(list(SAMPLES.glob("*.eml")))
    assert [arrival.message.where for batch in found for arrival in batch.arrivals] == sorted(
        p.name for p in SAMPLES.glob("*")
    )
    assert found[-1].cursor == ""


def test_a_zip_gives_what_its_folder_gives(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "mails.zip", "w") as made:
        for one in SAMPLES.glob("*.eml"):
            made.write(one, f"export/{one.name}")
    assert subjects(batches(tmp_path / "mails.zip")) == subjects(batches(SAMPLES))


def test_an_interrupted_run_goes_on_and_a_changed_folder_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailfiles, "BATCH_MESSAGES", 2)
    for number in range(5):
        (tmp_path / f"{number}.eml").write_bytes(b"From: a@b.c\nSubject: %d\n\nx" % number)
    first = batches(tmp_path)[0]
    assert subjects([first]) == ["0", "1"]
    assert subjects(batches(tmp_path, {first.place: first.cursor})) == ["2", "3", "4"]
    (tmp_path / "00.eml").write_bytes(b"From: a@b.c\nSubject: late\n\nx")
    assert subjects(batches(tmp_path, {first.place: first.cursor})) == ["0", "late", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    "cursor", ["", "nonsense", "{}", "[]", '{"done": -4, "listing": ""}', '{"done": "x", "listing": 1}']
)
def test_a_cursor_that_makes_no_sense_skips_nothing(cursor: str):
    place = batches(SAMPLES)[0].place
    assert subjects(batches(SAMPLES, {place: cursor})) == subjects(batches(SAMPLES))


def test_a_mail_over_the_limit_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailfiles, "LARGEST", 1_000)
    (tmp_path / "big.eml").write_bytes(b"From: a@b.c\nSubject: big\n\n" + b"x" * 2_000)
    (tmp_path / "small.eml").write_bytes(b"From: a@b.c\nSubject: small\n\nx")
    found = batches(tmp_path)
    assert subjects(found) == ["small"]
    assert [aside.where for batch in found for aside in batch.set_aside] == ["big.eml"]


def test_an_apple_mail_file_is_read_without_its_frame(tmp_path: Path):
    mail = b"From: a@b.c\nSubject: apple\n\nHello"
    (tmp_path / "1.emlx").write_bytes(b"%d\n%s<?xml version='1.0'?>" % (len(mail), mail))
    (arrival,) = batches(tmp_path)[0].arrivals
    assert arrival.message.text == "Hello"


def test_mail_is_recognised_by_content(tmp_path: Path):
    with open_bundle(SAMPLES) as bundle:
        assert "eml files" in (eml.sniff(bundle) or "")
    nameless = tmp_path / "message"
    nameless.write_bytes((SAMPLES / "plain.eml").read_bytes())
    other = tmp_path / "notes.txt"
    other.write_text("Note: buy milk\nHello there\n")
    with open_bundle(nameless) as bundle:
        assert eml.sniff(bundle)
    with open_bundle(other) as bundle:
        assert eml.sniff(bundle) is None

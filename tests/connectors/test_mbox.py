"""Mbox files: where one mail ends and the next begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_inbox.connectors import Batch, mbox
from tui_inbox.connectors.formats import mailfiles
from tui_inbox.connectors.formats.bundle import open_bundle

SAMPLE = Path(__file__).parents[1] / "samples" / "mbox" / "takeout.mbox"


def batches(path: Path, cursors: dict[str, str] | None = None) -> list[Batch]:
    with open_bundle(path) as bundle:
        return list(mbox.Source(bundle).read(cursors or {}))


def subjects(found: list[Batch]) -> list[str]:
    return [arrival.message.subject for batch in found for arrival in batch.arrivals]


def test_a_takeout_gives_its_mails_but_no_drafts():
    arrivals = batches(SAMPLE)[0].arrivals
    assert [one.message.subject for one in arrivals] == ["One", "Re: One", "You have won"]
    assert [one.rank for one in arrivals] == [1, 0, 1]
    assert [one.history for one in arrivals] == [False, False, True]


def test_one_sign_is_taken_off_quoted_from_lines():
    assert "From here on it is quoted once,\n>From here twice." in "\n".join(
        (batches(SAMPLE)[0].arrivals[0].message.text, batches(SAMPLE)[0].arrivals[0].message.quoted)
    )


@pytest.mark.parametrize(
    "line",
    [
        "From a@b.c Mon Jan  1 00:00:00 2024",
        "From a@b.c Mon Jan 1 00:00:00 MST 2024",
        "From a@b.c Mon Jan 1 00:00:00 2024 +0100",
        "From a@b.c Mon Jan 01 00:00:00 +0000 2024",
        "From a@b.c Mon Jan 1 00:00 2024 remote from mail.example.com",
        "From a@b.c Mon, 1 Jan 2024 00:00:00 +0000",
        "From - Mon Jan 01 00:00:00 2024",
        "From ???@??? Mon Jan 01 00:00:00 2024",
        'From "a b"@c.d Mon Jan 01 00:00:00 2024',
        "From MAILER-DAEMON Mon Jan  1 00:00:00 2024\r",
    ],
)
def test_a_separator_ends_in_a_date(line: str):
    assert mbox.is_separator(f"{line}\n".encode())


@pytest.mark.parametrize(
    "line",
    [
        "From this is not a separator",
        "From what I saw on Mon Jan 1 00:00:00 2024",
        "From Monday",
        "From",
        "From a@b.c 2024",
        "From: a@b.c",
    ],
)
def test_a_sentence_is_no_separator(line: str):
    assert not mbox.is_separator(f"{line}\n".encode())


def test_a_separator_without_a_header_behind_it_is_text(tmp_path: Path):
    line = b"From a@b.c Mon Jan  1 00:00:00 2024\n"
    (tmp_path / "x.mbox").write_bytes(line + b"Subject: 1\n\n" + line + b"Just text\n\n" + line + b"Subject: 2\n\ny\n")
    assert subjects(batches(tmp_path / "x.mbox")) == ["1", "2"]


def test_crlf_and_lf_read_alike(tmp_path: Path):
    (tmp_path / "x.mbox").write_bytes(SAMPLE.read_bytes().replace(b"\n", b"\r\n"))
    there, here = (batches(path)[0].arrivals for path in (tmp_path / "x.mbox", SAMPLE))
    assert [one.message.key for one in there] == [one.message.key for one in here]


def made(path: Path, count: int) -> Path:
    path.write_bytes(
        b"".join(
            b"From a@b.c Mon Jan  1 00:00:00 2024\nFrom: a@b.c\nSubject: %d\n\nx\n\n" % one for one in range(count)
        )
    )
    return path


def test_an_interrupted_run_goes_on_behind_its_last_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailfiles, "BATCH_MESSAGES", 3)
    path = made(tmp_path / "x.mbox", 8)
    whole = batches(path)
    assert subjects(whole) == [str(one) for one in range(8)]
    for at, batch in enumerate(whole):
        rest = batches(path, {batch.place: batch.cursor})
        left = subjects(whole[at + 1 :]) if batch.cursor else subjects(whole)
        assert subjects(rest) == left
        assert [one.message.position for b in rest for one in b.arrivals][-1:] == ([8] if left else [])


def test_a_changed_file_is_read_from_its_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailfiles, "BATCH_MESSAGES", 3)
    path = made(tmp_path / "x.mbox", 8)
    first = batches(path)[0]
    made(path, 9)
    assert len(subjects(batches(path, {first.place: first.cursor}))) == 9
    made(path, 8)
    path.write_bytes(path.read_bytes().replace(b"Subject: 1", b"Subject: Q"))
    assert "Q" in subjects(batches(path, {first.place: first.cursor}))


def test_a_finished_file_leaves_an_empty_cursor(tmp_path: Path):
    last = batches(made(tmp_path / "x.mbox", 3))[-1]
    assert last.cursor == ""
    assert last.done == last.total == (tmp_path / "x.mbox").stat().st_size


def test_a_mail_over_the_limit_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mbox, "LARGEST", 5_000)
    line = b"From a@b.c Mon Jan  1 00:00:00 2024\n"
    (tmp_path / "x.mbox").write_bytes(
        line + b"Subject: big\n\n" + b"x" * 9_000 + b"\n\n" + line + b"Subject: small\n\ny\n"
    )
    found = batches(tmp_path / "x.mbox")
    assert subjects(found) == ["small"]
    assert [aside.where for batch in found for aside in batch.set_aside] == ["x.mbox: message 1"]


def test_an_mbox_is_recognised_by_its_first_line(tmp_path: Path):
    other = tmp_path / "x.txt"
    other.write_text("From this is not a separator\n")
    with open_bundle(SAMPLE) as bundle:
        assert mbox.sniff(bundle)
    with open_bundle(other) as bundle:
        assert mbox.sniff(bundle) is None

"""Maildirs, with their subfolders."""

from __future__ import annotations

from pathlib import Path

from tui_inbox.connectors import Arrival, eml, maildir
from tui_inbox.connectors.formats.bundle import open_bundle

SAMPLE = Path(__file__).parents[1] / "samples" / "maildir"


def arrivals(path: Path = SAMPLE) -> list[Arrival]:
    with open_bundle(path) as bundle:
        return [one for batch in maildir.Source(bundle).read({}) for one in batch.arrivals]


def test_every_folder_is_read_and_drafts_are_left_out():
    assert {one.message.subject for one in arrivals()} == {
        "Where is my order?",
        "Which size for 42?",
        "Re: Where is my order?",
        "You have won",
    }


def test_what_was_sent_comes_before_all_else_of_one_moment():
    assert {one.message.subject: one.rank for one in arrivals()}["Re: Where is my order?"] == 0
    assert {one.message.subject: one.rank for one in arrivals()}["Where is my order?"] == 1


def test_what_lies_in_the_trash_only_fills_in():
    assert [one.message.subject for one in arrivals() if one.history] == ["You have won"]


def test_what_is_still_being_delivered_is_left_alone(tmp_path: Path):
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.M1.mx").write_bytes(f"From: a@b.c\nSubject: {folder}\n\nx".encode())
    assert [one.message.subject for one in arrivals(tmp_path)] == ["cur", "new"]


def test_a_maildir_is_recognised_by_its_folders(tmp_path: Path):
    with open_bundle(SAMPLE) as bundle:
        assert maildir.sniff(bundle) == "5 mails in cur and new"
        assert eml.sniff(bundle) is None
    (tmp_path / "a.eml").write_bytes(b"From: a@b.c\nSubject: x\n\nx")
    with open_bundle(tmp_path) as bundle:
        assert maildir.sniff(bundle) is None

"""What LinkedIn's messages.csv says, and by what its messages are known again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui_inbox.connectors import Batch
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.linkedin import Source
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Message

SAMPLES = Path(__file__).parent.parent / "samples" / "linkedin"
HEAD = "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT\n"


def batches(path: Path, **how: Any) -> list[Batch]:
    with open_bundle(path) as bundle:
        return list(Source(bundle, **how).read({}))


def read(path: Path, **how: Any) -> list[Message]:
    return [one.message for batch in batches(path, **how) for one in batch.arrivals]


def owner(path: Path) -> str | None:
    with open_bundle(path) as bundle:
        return Source(bundle).owner()


def row(at: str, who: str = "Ann", talk: str = "2-A", text: str = "hi") -> str:
    url, other = f"https://www.linkedin.com/in/{who.lower()}", "https://www.linkedin.com/in/deniz"
    return f"{talk},,{who},{url},Deniz,{other},{at},,{text}\n"


def keys(tmp_path: Path, *rows: str) -> list[tuple[str, str]]:
    path = tmp_path / "messages.csv"
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return [(one.thread, one.key) for one in read(path)]


def test_a_conversation_is_what_linkedin_calls_one() -> None:
    said = read(SAMPLES / "messages.csv")
    assert [(one.thread, one.thread_title, one.group) for one in said[3:]] == [
        ("2-MDA2", "Mia Brandt", False),
        ("2-MDA3", "Office lamps", True),
    ]


def test_times_are_utc_and_texts_keep_their_lines() -> None:
    one, _ = read(SAMPLES / "download")
    assert one.received_at == datetime(2026, 1, 12, 8, 30, 5, tzinfo=UTC)
    assert one.text == "Hello Deniz,\n\ndo you deliver 40 lamps by March?"
    assert one.subject == "Lamps for our office"


def test_html_is_read_as_text_with_its_links() -> None:
    assert read(SAMPLES / "messages.csv")[3].text == "Where is my order [1]?\n[1] https://shop.example/7741"


def test_who_takes_part_in_every_conversation_is_me() -> None:
    said = read(SAMPLES / "messages.csv")
    assert [one.mine for one in said] == [False, False, True, False, False]
    assert said[2].to[0].name == "Mia Brandt"
    assert owner(SAMPLES / "messages.csv") == "Deniz Kaya"


def test_the_profile_beside_the_messages_names_me() -> None:
    assert owner(SAMPLES / "download") == "Deniz Kaya"
    assert [one.mine for one in read(SAMPLES / "download")] == [False, True]


def test_with_one_customer_only_nobody_is_taken_for_me(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(HEAD + row("2026-01-01 10:00:00 UTC") + row("2026-01-01 11:00:00 UTC", talk="2-B"))
    assert owner(path) is None
    assert {one.mine for one in read(path)} == {None}
    assert {one.mine for one in read(path, me=("deniz",))} == {False}


def test_drafts_and_bad_rows_are_set_aside_with_their_line(tmp_path: Path) -> None:
    (batch,) = batches(SAMPLES / "messages.csv")
    assert [(one.where, one.what) for one in batch.set_aside] == [("line 7", "it is a draft that was never sent")]
    path = tmp_path / "messages.csv"
    path.write_text(HEAD + row("2026-01-01 10:00:00 UTC") + "BADROW\n" + row("2026-01-01 11:00:00 UTC"))
    (batch,) = batches(path)
    assert len(batch.arrivals) == 2
    assert [one.where for one in batch.set_aside] == ["line 3"]


def test_attachments_are_named() -> None:
    assert [one.name for one in read(SAMPLES / "messages.csv")[2].attachments] == ["receipt.pdf"]


def test_dates_of_old_downloads_are_read(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(HEAD + row('"3/15/18, 9:30 PM"') + row('"12/1/18, 12:05 AM"'))
    assert [one.received_at for one in read(path)] == [
        datetime(2018, 3, 15, 21, 30, tzinfo=UTC),
        datetime(2018, 12, 1, 0, 5, tzinfo=UTC),
    ]


def test_a_time_that_cannot_be_read_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(HEAD + row("2026-13-45 99:00:00 UTC"))
    (one,) = read(path)
    assert one.received_at is None
    assert one.warnings


# --- known again --------------------------------------------------------------------------------------

TIMES = [f"2026-01-0{day} 10:00:0{second} UTC" for day in range(9, 0, -1) for second in (2, 1, 1)]


def test_a_beginning_a_tail_and_the_whole_have_the_same_keys(tmp_path: Path) -> None:
    rows = [row(at, text=f"{number % 2}") for number, at in enumerate(TIMES)]
    whole = keys(tmp_path, *rows)
    assert len(set(whole)) == len(rows)
    for cut in range(0, len(rows), 3):
        assert keys(tmp_path, *rows[cut:]) == whole[cut:]
        assert keys(tmp_path, *rows[:cut]) == whole[:cut]


def test_another_order_of_the_file_gives_the_same_keys(tmp_path: Path) -> None:
    rows = [row(at) for at in TIMES]
    assert set(keys(tmp_path, *rows)) == set(keys(tmp_path, *reversed(rows)))


def test_another_profile_name_or_text_is_the_same_message(tmp_path: Path) -> None:
    before = keys(tmp_path, row(TIMES[0]), row(TIMES[1]))
    left = row(TIMES[0]).replace("Ann,https://www.linkedin.com/in/ann", "LinkedIn Member,")
    assert keys(tmp_path, left, row(TIMES[1], "Anna", text="edited")) == before


def test_what_is_no_messages_csv_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "Connections.csv"
    path.write_text("First Name,Last Name\nAnn,Lee\n")
    with pytest.raises(Unreadable):
        batches(path)

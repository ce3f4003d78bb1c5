"""What the generic format says, as JSON lines and as CSV."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tui_inbox.connectors import Batch
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.jsonl import Source

SAMPLES = Path(__file__).parent.parent / "samples" / "jsonl"


def read(name: str, zone: str = "Europe/Istanbul") -> Batch:
    with open_bundle(SAMPLES / name) as bundle:
        (batch,) = Source(bundle, zone=zone).read({})
    return batch


def test_a_line_is_a_message_with_its_own_id_sender_and_channel() -> None:
    first, second, *_ = (one.message for one in read("tickets.jsonl").arrivals)
    assert (first.key, first.thread, first.sender.identity, first.mine) == (
        "5561",
        "ticket 81",
        "ada@example.org",
        False,
    )
    assert second.received_at == datetime(2026, 3, 2, 8, 12, tzinfo=UTC)
    assert (second.channel, second.in_reply_to, second.mine) == ("portal", "5561", True)


def test_equal_lines_without_an_id_stay_two() -> None:
    keys = [one.message.key for one in read("tickets.jsonl").arrivals if one.message.text == "ok"]
    assert len(set(keys)) == 2
    assert keys == [one.message.key for one in read("tickets.jsonl").arrivals if one.message.text == "ok"]


def test_a_time_without_an_offset_is_read_in_the_named_zone() -> None:
    one = read("tickets.jsonl").arrivals[2].message
    assert one.received_at == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def test_a_broken_line_is_set_aside_with_its_number() -> None:
    assert [one.where for one in read("tickets.jsonl").set_aside] == ["line 6"]


def test_csv_keeps_line_breaks_inside_quotes_and_reports_short_rows() -> None:
    batch = read("rooms.csv")
    assert [one.message.text for one in batch.arrivals] == ["first line\nsecond; line", "yes"]
    assert batch.arrivals[0].message.raw == b'room 1;2026-03-02T08:00:00Z;Ada;"first line\nsecond; line";false\n'
    assert [one.where for one in batch.set_aside] == ["line 5"]

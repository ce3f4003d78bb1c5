"""What the exports of Discord say: JSON, CSV, plain text, and Discord's own package."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui_inbox.connectors import Batch
from tui_inbox.connectors.discord import Source
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.load import recognise
from tui_inbox.problems import Unreadable
from tui_inbox.rules.align import align, offer
from tui_inbox.rules.aligned import Known
from tui_inbox.rules.model import Class, Message, State

SAMPLES = Path(__file__).parent.parent / "samples" / "discord"
CSV = SAMPLES / "Lamp Shop - help [300000000000000050].csv"


def batches(path: Path, **how: Any) -> list[Batch]:
    with open_bundle(path) as bundle:
        return list(Source(bundle, **how).read({}))


def read(path: Path, **how: Any) -> list[Message]:
    return [one.message for batch in batches(path, **how) for one in batch.arrivals]


def owner(path: Path, **how: Any) -> str | None:
    with open_bundle(path) as bundle:
        return Source(bundle, **how).owner()


def ticket(**how: Any) -> list[Message]:
    return read(SAMPLES / "ticket.json", **how)


def export(path: Path, messages: list[dict[str, Any]], **channel: str) -> Path:
    room = {"id": "300000000000000009", "type": "GuildTextChat", "name": "help"} | channel
    guild = {"id": "0" if room["type"].startswith("Direct") else "1", "name": "Shop"}
    path.write_text(json.dumps({"guild": guild, "channel": room, "messages": messages}), encoding="utf-8")
    return path


def said(id_: int, name: str = "lena", **more: Any) -> dict[str, Any]:
    written = {"id": str(id_), "type": "Default", "timestamp": "2026-01-20T09:00:00+00:00", "content": f"text {id_}"}
    return written | {"author": {"id": name, "name": name, "nickname": None}} | more


# --- JSON ---------------------------------------------------------------------------------------------


def test_a_message_is_known_for_ever_by_channel_and_id() -> None:
    one = ticket()[2]
    assert (one.thread, one.external_id) == ("300000000000000042", f"300000000000000042/{one.key}")
    assert one.received_at == datetime(2026, 1, 20, 9, 0, 5, 123000, UTC)
    assert one.precision == "ms"


def test_a_channel_of_a_server_is_one_thread_with_its_place_as_title() -> None:
    assert {one.thread_title for one in ticket()} == {"Lamp Shop: Tickets / ticket-0042"}
    assert {one.group for one in ticket()} == {True}


def test_replies_edits_and_forwards_are_kept() -> None:
    question, answer, forwarded = ticket()[2], ticket()[4], ticket()[5]
    assert (answer.in_reply_to, answer.state) == (question.key, State.EDITED)
    assert answer.edited_at == datetime(2026, 1, 20, 9, 13, tzinfo=UTC)
    assert forwarded.text == "The courier says: depot, shelf 9"
    assert forwarded.in_reply_to == ""
    assert forwarded.warnings[0].startswith("forwarded")


def test_bots_are_robots_and_notices_are_no_messages() -> None:
    assert [one.verdict.as_ for one in ticket()[:3]] == [Class.AUTO, Class.SYSTEM, Class.HUMAN]
    assert ticket()[0].text == "Ticket 42\nSomebody will be with you shortly.\nOpened by: Lena"
    assert ticket()[6].verdict.as_ is Class.AUTO


def test_stickers_and_files_are_named_and_the_key_to_a_file_is_stored_nowhere() -> None:
    one = ticket()[3]
    assert [(file.name, file.size, file.stored) for file in one.attachments] == [
        ("lamp.jpg", 52311, False),
        ("Wave", None, False),
    ]
    assert b"lamp.jpg" in one.raw
    assert b"hm=" not in one.raw


def test_a_name_id_or_nickname_that_is_given_is_me() -> None:
    for name in ("Deniz Kaya", "deniz.k", "201000000000000002"):
        assert [one.key for one in ticket(me=(name,)) if one.mine] == [ticket()[4].key]
    assert owner(SAMPLES / "ticket.json", me=("deniz.k",)) == "Deniz Kaya"
    assert {one.mine for one in ticket()} == {None, False}


def test_in_a_direct_message_i_am_who_the_chat_is_not_named_after() -> None:
    said = read(SAMPLES / "direct")
    assert [one.mine for one in said] == [False, True, False, False]
    assert {(one.group, one.thread_title) for one in said} == {(False, "Lena")}
    assert owner(SAMPLES / "direct") == "Deniz Kaya"


def test_parts_are_read_in_their_order_and_a_windows_path_leads_to_its_file() -> None:
    said = read(SAMPLES / "direct")
    assert [one.received_at for one in said] == sorted(one.received_at for one in said if one.received_at)
    assert said[1].attachments[0].content == b"%PDF-1.4 a receipt"


def test_a_call_is_a_notice() -> None:
    assert read(SAMPLES / "direct")[2].verdict.as_ is Class.SYSTEM


def test_a_path_out_of_the_export_is_refused_and_said(tmp_path: Path) -> None:
    files = [{"id": "1", "url": "..\\..\\secret.txt", "fileName": "secret.txt"}]
    (one,) = read(export(tmp_path / "a.json", [said(1, attachments=files)]))
    assert (one.attachments[0].stored, one.warnings) == (
        False,
        ("the path of an attachment leads out of the export; it is not followed",),
    )


def test_the_id_alone_tells_the_moment_where_the_time_is_broken(tmp_path: Path) -> None:
    (one,) = read(export(tmp_path / "a.json", [said(1463095708880994305, timestamp="yesterday")]))
    assert one.received_at == datetime(2026, 1, 20, 9, 0, 0, 1000, UTC)


def test_what_a_bot_may_not_see_is_a_missing_text_and_no_empty_one(tmp_path: Path) -> None:
    hidden, seen = read(export(tmp_path / "a.json", [said(1, content=""), said(2)]))
    assert (hidden.state, seen.state) == (State.MISSING_BODY, State.NORMAL)


def test_a_message_in_two_parts_has_one_key_and_a_part_tears_no_thread(tmp_path: Path) -> None:
    whole = [said(n, reference={"messageId": str(n - 1)}, type="Reply") for n in range(2, 12)]
    keys = [(one.thread, one.key) for one in read(export(tmp_path / "whole.json", whole))]
    for cut in range(10):
        tail = read(export(tmp_path / "tail.json", whole[cut:]))
        assert [(one.thread, one.key) for one in tail] == keys[cut:]


def test_one_broken_object_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = export(tmp_path / "a.json", [said(1), said(2), said(3)])
    path.write_text(path.read_text().replace('"id": "2"', '"id": oops'))
    (batch,) = batches(path)
    assert [one.message.key for one in batch.arrivals] == ["1", "3"]
    assert batch.set_aside[0].where.startswith("message 2 at character")


def test_an_interrupted_run_goes_on_behind_its_cursor(tmp_path: Path) -> None:
    path = export(tmp_path / "a.json", [said(n) for n in range(4500)])
    with open_bundle(path) as bundle:
        source = Source(bundle)
        first = next(source.read({}))
        rest = list(source.read({first.place: first.cursor}))
        keys = [one.message.key for batch in (first, *rest) for one in batch.arrivals]
        assert keys == [str(n) for n in range(4500)]
        assert list(source.read({rest[-1].place: rest[-1].cursor})) == []


def test_of_a_channel_that_is_there_twice_the_json_is_read(tmp_path: Path) -> None:
    export(tmp_path / "help.json", [said(1)])
    (tmp_path / "help.csv").write_bytes(CSV.read_bytes())
    (tmp_path / "other.csv").write_bytes(CSV.read_bytes())
    assert [one.key for one in read(tmp_path)] == ["1", "", "", "", ""]


def test_what_is_no_export_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[1, 2]")
    with pytest.raises(Unreadable):
        batches(path)


# --- CSV and plain text -------------------------------------------------------------------------------


def test_the_csv_has_ids_of_people_and_lines_within_texts() -> None:
    one, other, *oks = read(CSV)
    assert (one.sender.identity, one.text) == ("201000000000000001", 'Is the shop open on Sunday?\nAnd on "Easter"?')
    assert one.received_at == datetime(2026, 1, 23, 8, 0, 0, 123000, UTC)
    assert (one.key, one.thread) == ("", "table:300000000000000050")
    assert other.attachments[0].name == "hours.png"
    assert b"hm=99" not in other.raw
    assert [one.text for one in oks] == ["ok", "ok"]


def test_the_csv_again_brings_nothing_new_and_keeps_equal_lines() -> None:
    said = read(CSV)
    known = [Known(n, one.at, one.precision, one.token, one.sender, n) for n, one in enumerate(offer(said))]
    assert align(known, offer(said)).new == ()
    assert align(known[:2], offer(said)).new == (2, 3)
    assert len(align(known[2:], offer(said)).new) == 2


def test_the_csv_of_older_exporters_has_the_dates_of_their_country(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    rows = ['"1","a#1","13.01.2021 10:30","x","",""', '"1","a#1","02.02.2021 10:30","y","",""']
    path.write_text("AuthorID,Author,Date,Content,Attachments,Reactions\n" + "\n".join(rows))
    assert [one.local_at and one.local_at.month for one in read(path)] == [1, 2]


def test_the_plain_text_is_read_with_its_sections(tmp_path: Path) -> None:
    one, other, last = read(SAMPLES / "old.txt", zone="Europe/Istanbul")
    assert (one.sender.name, one.text) == ("lena#1234", "Hello!\n[see the picture]")
    assert one.received_at == datetime(2021, 1, 15, 19, 30, tzinfo=UTC)
    assert one.attachments[0].name == "image.png"
    assert (other.sender.name, other.text) == ("deniz#0007", "We look into it.")
    assert last.text == "Thanks\n\nhttps://shop.example/7\nLamp 7"


# --- Discord's own package ----------------------------------------------------------------------------


def test_the_package_holds_my_side_only_under_the_same_ids_as_an_export() -> None:
    mine = {one.key: one for one in read(SAMPLES / "package")}
    answer = read(SAMPLES / "direct")[1]
    same = mine[answer.key]
    assert (same.thread, same.text, same.received_at) == (answer.thread, answer.text, answer.received_at)
    assert (same.mine, same.sender.identity) == (True, answer.sender.identity)
    assert {one.mine for one in mine.values()} == {True}
    assert {one.thread_title for one in mine.values()} == {"lena.v#0", "Lamp Shop: help"}
    assert owner(SAMPLES / "package") == "Deniz Kaya"


def test_the_package_says_by_what_it_was_recognised() -> None:
    with open_bundle(SAMPLES / "package") as bundle:
        assert "data package" in recognise(bundle)[1]

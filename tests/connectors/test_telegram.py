"""What a Telegram export says, also where it is no valid JSON."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui_inbox.connectors import Batch
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.formats.jsonstream import Broken, Reader, clean, decoded
from tui_inbox.connectors.formats.telegram_words import numbers_of
from tui_inbox.connectors.telegram import Source
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Class, Message, State

SAMPLES = Path(__file__).parent.parent / "samples" / "telegram"


def batches(path: Path, **how: Any) -> list[Batch]:
    with open_bundle(path) as bundle:
        return list(Source(bundle, **how).read({}))


def read(path: Path, **how: Any) -> list[Message]:
    return [one.message for batch in batches(path, **how) for one in batch.arrivals]


def single() -> dict[str, Message]:
    return {one.key: one for one in read(SAMPLES / "chat")}


def test_a_message_is_known_for_ever_by_chat_and_id() -> None:
    one = single()["11"]
    assert (one.thread, one.key, one.position) == ("555001", "11", 11)
    assert one.received_at == datetime(2026, 1, 5, 9, 2, tzinfo=UTC)


def test_in_a_chat_between_two_i_am_who_the_chat_is_not_named_after() -> None:
    said = single()
    assert (said["11"].mine, said["12"].mine) == (False, True)


def test_links_behind_words_are_named() -> None:
    assert single()["11"].text == "see the photo (https://shop.example/p/1) please"


def test_replies_and_edits_are_kept() -> None:
    one = single()["12"]
    assert (one.in_reply_to, one.state) == ("11", State.EDITED)
    assert one.edited_at == datetime(2026, 1, 5, 9, 6, tzinfo=UTC)


def test_a_call_is_a_notice_and_no_message_of_a_person() -> None:
    one = single()["10"]
    assert one.verdict.as_ is Class.SYSTEM
    assert one.text == "phone call: 62 s"


def test_files_in_the_folder_are_kept_and_missing_ones_named() -> None:
    said = single()
    assert said["13"].attachments[0].content == b"\xff\xd8\xff a photo"
    assert (said["14"].attachments[0].name, said["14"].attachments[0].stored) == ("invoice.pdf", False)


def test_a_path_out_of_the_folder_is_refused_and_said() -> None:
    one = single()["15"]
    assert (one.attachments[0].stored, one.attachments[0].content) == (False, None)
    assert "leads out" in one.warnings[0]


def test_control_characters_written_as_tdesktop_writes_them_are_repaired() -> None:
    assert single()["17"].text == "button 1=412\x012=97180 and \ufffd alone"


def test_the_whole_export_names_me_and_every_chat() -> None:
    said = read(SAMPLES / "whole.json")
    assert [(one.thread, one.key, one.mine, one.group) for one in said] == [
        ("555001", "11", False, False),
        ("555001", "12", True, False),
        ("9001", "1", False, True),
        ("9001", "2", False, True),
    ]
    with open_bundle(SAMPLES / "whole.json") as bundle:
        assert Source(bundle).owner() == "Deniz Kaya"


def contact(number: str, first: str, last: str = "", id_: int | None = None) -> dict[str, Any]:
    known = {} if id_ is None else {"user_id": id_}
    return {**known, "first_name": first, "last_name": last, "phone_number": number}


def test_the_number_of_a_contact_belongs_to_the_person(tmp_path: Path) -> None:
    people = [
        contact("+90 532 111 22 33", "Ada", "Demir", 1),
        contact("0049 30 901820", "Uwe"),
        contact("0532 999 88 77", "Local", id_=3),
        contact("+44 20 7946 0001", "Sam"),
        contact("+44 20 7946 0002", "Sam"),
    ]
    said = [
        {"id": n, "type": "message", "date_unixtime": "1767603600", "from": name, "from_id": f"user{n}", "text": "t"}
        for n, name in enumerate(("Ada D.", "Uwe", "Local", "Sam"), 1)
    ]
    chat = {"name": "Group", "type": "private_group", "id": 9, "messages": said}
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"contacts": {"about": "", "list": people}, "chats": {"list": [chat]}}))
    assert [one.sender.also for one in read(path)] == [("+905321112233",), ("+4930901820",), (), ()]


def test_contacts_of_any_shape_never_break_the_reading() -> None:
    for odd in (None, [], {"list": None}, {"list": [1, None, {"phone_number": 5}, {"phone_number": "+" * 99}]}):
        assert numbers_of(odd) == {}


def test_one_broken_object_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    good = '{"id": %d, "type": "message", "date_unixtime": "1767603600", "from": "A", "from_id": "user1", "text": "t"}'
    inner = ", ".join([good % 1, '{"id": 2, "type": oops, "text": "}"}', good % 3])
    path.write_text('{"name": "A", "type": "personal_chat", "id": 1, "messages": [' + inner + "]}")
    (batch,) = batches(path)
    assert [one.message.key for one in batch.arrivals] == ["1", "3"]
    assert batch.set_aside[0].where.startswith("message 2 at character")


def test_a_cut_file_gives_what_it_still_holds_and_says_where_it_ends() -> None:
    whole = (SAMPLES / "whole.json").read_bytes()
    cut = whole[: whole.index(b'"On it"')]

    path = SAMPLES / "whole.json"
    with open_bundle(path) as bundle:
        bundle.open = lambda name: io.BufferedReader(io.BytesIO(cut))  # type: ignore[method-assign,assignment,arg-type]
        (batch,) = Source(bundle).read({})
    assert [one.message.key for one in batch.arrivals] == ["11"]
    assert "ends in the middle" in batch.set_aside[0].what


def test_an_interrupted_run_goes_on_behind_its_cursor(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    said = [
        {"id": n, "type": "message", "date_unixtime": "1767603600", "from_id": "user1", "text": "t"}
        for n in range(4500)
    ]
    path.write_text(json.dumps({"name": "A", "type": "personal_chat", "id": 1, "messages": said}))
    with open_bundle(path) as bundle:
        source = Source(bundle)
        first = next(source.read({}))
        rest = list(source.read({first.place: first.cursor}))
        keys = [one.message.key for batch in (first, *rest) for one in batch.arrivals]
        assert keys == [str(n) for n in range(4500)]
        assert list(source.read({rest[-1].place: rest[-1].cursor})) == []


def test_what_is_no_telegram_export_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text('{"messages": ')
    with pytest.raises(Unreadable):
        batches(path)


# --- the reader under it ------------------------------------------------------------------------------


def values(text: str) -> list[Any]:
    reader = Reader(io.BytesIO(text.encode("utf-8", "surrogatepass")))
    return [reader.value().found for _ in reader.elements()]


def test_values_that_reach_over_the_window_are_read_whole() -> None:
    long = "x" * (3 << 20)
    assert values(json.dumps([1, long, {"a": [long]}, 12345])) == [1, long, {"a": [long]}, 12345]


def test_skipping_steps_over_brackets_in_strings() -> None:
    reader = Reader(io.BytesIO(b'{"a": {"b": "}]\\"{"}, "c": [1, "]"], "d": 5}'))
    found = {}
    for key in reader.members():
        if key == "d":
            found[key] = reader.value().found
        else:
            reader.skip()
    assert found == {"d": 5}


def test_an_even_number_of_backslashes_is_no_control_character() -> None:
    assert decoded(r'"a\x01b"') == "a\x01b"
    assert decoded(r'"a\\x01b"') == r"a\x01b"


def test_half_surrogates_and_nul_are_made_storable() -> None:
    assert clean("a\ud83db\0") == "a\ufffdb\ufffd"


def test_deep_nesting_is_said_and_not_fatal() -> None:
    reader = Reader(io.BytesIO(b"[" * 200_000))
    with pytest.raises(Broken):
        assert all(reader.value().trouble for _ in reader.elements())


def test_many_broken_values_cost_linear_time() -> None:
    reader = Reader(io.BytesIO(b"[" + b"{x}," * 200_000 + b"1]"))
    troubles = sum(bool(reader.value().trouble) for _ in reader.elements())
    assert troubles == 200_000

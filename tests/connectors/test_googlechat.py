"""What Google Takeout says of chats, whatever language the account speaks."""

from __future__ import annotations

import contextlib
import json
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.formats.longdates import written_out
from tui_inbox.connectors.googlechat import Source
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Class, Message, State

SAMPLES = Path(__file__).parent.parent / "samples" / "googlechat"
TAKEOUT = SAMPLES / "takeout-20260306T080000Z-001.zip"
DM, SPACE = "k6oxHQAAAAE", "AAAAFyOfy4w"


def read(path: Path, **how: Any) -> list[Message]:
    with open_bundle(path) as bundle:
        return [one.message for batch in Source(bundle, **how).read({}) for one in batch.arrivals]


def said() -> dict[str, Message]:
    return {one.key: one for one in read(TAKEOUT)}


def test_a_message_is_known_for_ever_by_its_id() -> None:
    one = said()[f"{DM}/tA1/tA1"]
    assert (one.thread, one.received_at) == (DM, datetime(2026, 3, 2, 8, 0, 29, tzinfo=UTC))
    assert (one.sender.name, one.sender.identity) == ("Ada Demir", "ada@customer.example")
    assert one.sender.also == ("ada@customer.example",)


def test_a_direct_message_is_one_thread_titled_by_the_other() -> None:
    direct = [one for one in said().values() if one.thread == DM]
    assert len(direct) == 5
    assert {(one.thread_title, one.group) for one in direct} == {("Ada Demir", False)}


def test_in_a_named_space_each_topic_is_a_thread() -> None:
    threads = {one.key: one.thread for one in said().values() if one.thread.startswith(SPACE)}
    assert threads[f"{SPACE}/tS1/tS1"] == threads[f"{SPACE}/tS1/mS3"] == f"{SPACE}/tS1"
    assert threads[f"{SPACE}/tS4/tS4"] == f"{SPACE}/tS4"


def test_a_reply_names_what_it_quotes_or_what_began_its_topic() -> None:
    assert said()[f"{DM}/tA2/tA2"].in_reply_to == f"{DM}/tA1/tA1"
    assert said()[f"{DM}/tA2/tA2"].quoted == "Is the blue lamp back in stock?"
    assert said()[f"{SPACE}/tS1/mS3"].in_reply_to == f"{SPACE}/tS1/tS1"


def test_the_takeout_says_who_i_am() -> None:
    with open_bundle(TAKEOUT) as bundle:
        assert Source(bundle).owner() == "Deniz Kaya"
    assert {one.sender.name for one in said().values() if one.mine} == {"Deniz Kaya"}


def test_one_chat_s_file_does_not_say_who_i_am_and_an_address_given_does() -> None:
    path = SAMPLES / "messages.json"
    assert [one.mine for one in read(path)] == [None, None]
    assert [one.mine for one in read(path, me=("Deniz@shop.example",))] == [False, True]


def test_files_are_found_under_the_name_they_have_on_disk() -> None:
    kept, gone = said()[f"{DM}/tA3/tA3"].attachments
    assert (kept.content, kept.type) == (b"\x89PNG a lamp", "image/png")
    assert (gone.name, gone.stored) == ("gone.pdf", False)


def test_an_edit_is_kept_also_where_only_its_time_is_left() -> None:
    both, only = said()[f"{SPACE}/tS1/mS3"], said()[f"{DM}/tA4/tA4"]
    assert (both.state, both.edited_at) == (State.EDITED, datetime(2026, 3, 3, 9, 16, tzinfo=UTC))
    assert (only.state, only.received_at) == (State.EDITED, datetime(2026, 3, 2, 12, 30, 57, tzinfo=UTC))


def test_what_was_deleted_is_kept_as_deleted() -> None:
    one = said()[f"{DM}/tA5/tA5"]
    assert (one.state, one.verdict.as_) == (State.DELETED, Class.SYSTEM)
    assert one.received_at == datetime(2026, 3, 2, 12, 44, 40, tzinfo=UTC)


def test_an_app_is_no_person_and_a_bare_link_is_told() -> None:
    assert said()[f"{SPACE}/tS2/tS2"].verdict.as_ is Class.AUTO
    assert said()[f"{SPACE}/tS4/tS4"].text == "https://shop.example/prices"


def test_folders_and_dates_in_another_language_are_read() -> None:
    chinese = read(SAMPLES / "中文")
    assert [one.received_at for one in chinese] == [
        datetime(2026, 3, 2, 3, 0, 29, tzinfo=UTC),
        datetime(2026, 3, 2, 3, 10, tzinfo=UTC),
    ]
    assert [one.mine for one in chinese] == [False, True]


@pytest.mark.parametrize(
    "written",
    [
        "Friday, May 29, 2026 at 3:00:29 AM UTC",
        "Friday, May 29, 2026 at 3:00:29\u202fAM UTC",
        "Friday 29 May 2026 at 03:00:29 UTC",
        "Freitag, 29. Mai 2026 um 03:00:29 UTC",
        "vendredi 29 mai 2026 à 3 h 00 min 29 s UTC",
        "viernes, 29 de mayo de 2026, 3:00:29 a.m. UTC",
        "sexta-feira, 29 de maio de 2026 às 03:00:29 UTC",
        "29 Mayıs 2026 Cuma 03:00:29 UTC",
        "piątek, 29 maja 2026 03:00:29 UTC",
        "perjantai 29. toukokuuta 2026 klo 3.00.29 UTC",
        "2026. május 29., péntek 3:00:29 UTC",
        "пятница, 29 мая 2026 г. в 03:00:29 UTC",
        "الجمعة، ٢٩ مايو ٢٠٢٦ في ٣:٠٠:٢٩ ص UTC",
        "יום שישי, 29 במאי 2026 בשעה 3:00:29 UTC",
        "lúc 03:00:29 UTC Thứ Sáu, 29 tháng 5, 2026",
        "วันศุกร์ที่ 29 พฤษภาคม พุทธศักราช 2569 เวลา 3:00:29 UTC",
        "2026年5月29日星期五 UTC 03:00:29",
        "2026年5月29日 星期五 凌晨3:00:29 [UTC]",
        "2026年5月29日金曜日 3時00分29秒 UTC",
        "2026년 5월 29일 금요일 오전 3시 0분 29초 UTC",
    ],
)
def test_a_date_written_out_is_one_moment_in_every_language(written: str) -> None:
    assert written_out(written) == datetime(2026, 5, 29, 3, 0, 29, tzinfo=UTC)


def test_noon_midnight_and_afternoon_are_told_apart() -> None:
    hours = ["12:00:29 AM", "12:00:29 PM", "3:00:29 PM"]
    read_hours = [written_out(f"Friday, May 29, 2026 at {hour} UTC") for hour in hours]
    assert [one.hour for one in read_hours if one] == [0, 12, 15]


def test_a_month_that_two_languages_share_is_told_by_the_weekday() -> None:
    croatian = written_out("petak, 16. listopada 2026. u 15:00:29 UTC")
    polish = written_out("piątek, 13 listopada 2026 15:00:29 UTC")
    assert croatian is not None
    assert polish is not None
    assert (croatian.month, polish.month) == (10, 11)


@given(st.text(max_size=80))
def test_any_text_is_a_date_or_none(written: str) -> None:
    moment = written_out(written)
    assert moment is None or moment.tzinfo is UTC


def test_a_date_that_never_was_leaves_the_time_unknown_and_keeps_the_message(tmp_path: Path) -> None:
    path = tmp_path / "messages.json"
    one = {"created_date": "Friday, February 31, 2026 at 3:00:29 AM UTC", "topic_id": "t", "message_id": "g/t/t"}
    path.write_text(json.dumps({"messages": [one]}))
    (message,) = read(path)
    assert (message.received_at, message.warnings) == (None, ("the time of this message cannot be read",))


def test_one_broken_message_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "messages.json"
    path.write_text('{"messages": [{"topic_id": "t", "message_id": "g/t/t"}, {oops}, {"message_id": "g/t/u"}]}')
    with open_bundle(path) as bundle:
        (batch,) = Source(bundle).read({})
    assert [one.message.key for one in batch.arrivals] == ["g/t/t", "g/t/u"]
    assert [one.where for one in batch.set_aside] == ["messages.json message 2"]


def test_a_takeout_in_several_zips_is_read_as_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(TAKEOUT) as whole:
        for number, wanted in enumerate((".json", ".png"), 1):
            with zipfile.ZipFile(tmp_path / f"takeout-20260306T080000Z-00{number}.zip", "w") as part:
                for name in whole.namelist():
                    if name.endswith(wanted):
                        part.writestr(name, whole.read(name))
    assert [one.attachments for one in read(tmp_path)] == [one.attachments for one in read(TAKEOUT)]


def test_what_is_no_chat_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "messages.json"
    path.write_text("[]")
    with pytest.raises(Unreadable):
        read(path)


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, 6), tail=st.booleans())
def test_a_part_of_a_chat_has_the_keys_of_the_whole(cut: int, tail: bool) -> None:
    said = [{"created_date": "", "topic_id": f"t{n}", "message_id": f"g/t{n}/m{n}"} for n in range(6)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages.json"
        path.write_text(json.dumps({"messages": said}))
        whole = [(one.thread, one.key) for one in read(path)]
        path.write_text(json.dumps({"messages": said[cut:] if tail else said[:cut]}))
        assert [(one.thread, one.key) for one in read(path)] == (whole[cut:] if tail else whole[:cut])


WORDS = [
    "creator",
    "name",
    "email",
    "user_type",
    "created_date",
    "updated_date",
    "text",
    "topic_id",
    "message_id",
    "attached_files",
    "original_name",
    "export_name",
    "annotations",
    "url_metadata",
    "url",
    "quoted_message_metadata",
    "message_state",
]

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ODD = st.recursive(
    LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(WORDS), one, max_size=5)
)


@settings(max_examples=150, deadline=None)
@given(said=st.lists(ODD, max_size=4), around=st.dictionaries(st.sampled_from(WORDS), ODD, max_size=3))
def test_whatever_stands_under_the_known_names_it_ends_in_messages_or_is_set_aside(said: Any, around: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages.json"
        path.write_text(json.dumps({**around, "messages": said}))
        with open_bundle(path) as bundle, contextlib.suppress(Unreadable):
            source = Source(bundle)
            source.owner()
            batches = list(source.read({}))
            assert sum(len(one.arrivals) + len(one.set_aside) for one in batches) >= len(said)

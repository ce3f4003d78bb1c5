"""What the pages of Telegram Desktop say of a chat, old and new, one chat and a whole account."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.formats.telegram_pages import blocks
from tui_inbox.connectors.telegram_html import Source
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Class, Message

SAMPLES = Path(__file__).parent.parent / "samples" / "telegram_html"
CHAT = SAMPLES / "ChatExport_2026-03-06"
OLD = SAMPLES / "messages.html"
WHOLE = SAMPLES / "DataExport_2026-03-06.zip"


def read(path: Path, **how: Any) -> list[Message]:
    with open_bundle(path) as bundle:
        return [one.message for batch in Source(bundle, **how).read({}) for one in batch.arrivals]


def said() -> dict[str, Message]:
    return {one.key: one for one in read(CHAT)}


def test_pages_follow_each_other_by_their_number_and_lines_between_days_are_left_out() -> None:
    assert list(said()) == [str(id_) for id_ in range(10, 20)]


def test_the_ids_are_those_of_the_json_and_the_thread_is_the_chat_s_name() -> None:
    one = said()["10"]
    assert (one.thread, one.key, one.position) == ("Lena Vogt", "10", 10)
    assert one.received_at == datetime(2026, 3, 2, 8, 0, 29, tzinfo=UTC)
    assert one.local_at is None


def test_words_are_told_with_their_line_breaks_and_links() -> None:
    assert said()["10"].text == (
        "Hallo! Is the blue lamp back?\nI saw it here (https://shop.example/p/1), see https://shop.example/a?b=1&c=2"
    )
    assert said()["11"].text == "<this one> & two more"
    assert said()["12"].text == "Since Friday. @lampshop #blue"


def test_a_joined_message_is_by_the_one_who_wrote_before() -> None:
    assert [said()[id_].sender.name for id_ in ("10", "11", "12", "13")] == ["Lena Vogt"] * 2 + ["Deniz Kaya"] * 2


def test_a_forwarded_message_is_by_who_forwarded_it() -> None:
    one = said()["14"]
    assert (one.sender.name, one.text, one.warnings) == (
        "Lena Vogt",
        "three pieces, please",
        ("forwarded from Uwe Vogt",),
    )


def test_replies_are_kept_also_over_pages() -> None:
    assert (said()["12"].in_reply_to, said()["18"].in_reply_to) == ("10", "10")


def test_files_beside_the_pages_are_kept_and_missing_ones_named() -> None:
    (photo,), (invoice,) = said()["11"].attachments, said()["13"].attachments
    assert photo.content == b"\xff\xd8\xff a lamp"
    assert (invoice.name, invoice.type, invoice.stored) == ("invoice.pdf", "application/pdf", False)


def test_a_path_out_of_the_folder_is_refused_and_said() -> None:
    one = said()["19"]
    assert (one.attachments[0].stored, "leads out" in one.warnings[0]) == (False, True)


def test_calls_and_events_are_notices_and_an_event_stands_at_the_time_before_it() -> None:
    call, event = said()["15"], said()["17"]
    assert (call.verdict.as_, call.text) == (Class.SYSTEM, "phone call: Incoming (62 seconds)")
    assert (event.verdict.as_, event.text) == (Class.SYSTEM, "Lena Vogt pinned this message")
    assert event.received_at == said()["16"].received_at


def test_a_place_is_told_as_its_coordinates() -> None:
    assert said()["16"].text == "geo:52.52,13.405"


def test_in_a_chat_between_two_i_am_who_the_chat_is_not_named_after() -> None:
    with open_bundle(CHAT) as bundle:
        assert Source(bundle).owner() == "Deniz Kaya"
    assert {one.sender.name for one in said().values() if one.mine} == {"Deniz Kaya"}


def test_old_pages_give_local_times_which_are_read_in_the_zone_that_is_named() -> None:
    one = read(OLD, zone="Europe/Istanbul")[1]
    assert one.received_at == datetime(2021, 12, 14, 20, 43, 49, tzinfo=UTC)
    assert one.local_at == datetime(2021, 12, 14, 23, 43, 49)  # noqa: DTZ001 - as written


def test_in_a_group_nobody_is_me_until_i_say_who() -> None:
    assert {one.mine for one in read(OLD) if one.sender.name} == {None}
    assert [one.mine for one in read(OLD, me=("Ada",))] == [False, False, True, False]
    assert all(one.group for one in read(OLD))


def test_a_poll_is_told_with_its_answers_and_a_bot_s_help_is_left_out_of_the_name() -> None:
    poll = read(OLD)[3]
    assert (poll.sender.name, poll.text) == ("Deniz Kaya", "Which stand?\n- left\n- right")


def test_a_whole_export_says_who_i_am_and_what_each_chat_is() -> None:
    with open_bundle(WHOLE) as bundle:
        assert Source(bundle).owner() == "Deniz Kaya"
    chats = {one.thread: (one.thread_title, one.group, one.verdict.as_) for one in read(WHOLE)}
    assert chats["Deals"] == ("Deals", True, Class.BULK)
    assert [one.mine for one in read(WHOLE)] == [False, True, False, False]


def test_two_chats_of_one_name_stay_two() -> None:
    assert [one.thread for one in read(WHOLE) if one.thread_title == "Lena Vogt"] == [
        "Lena Vogt/10",
        "Lena Vogt/10",
        "Lena Vogt/31",
    ]


def test_files_of_a_whole_export_are_found_from_its_root() -> None:
    assert read(WHOLE)[0].attachments[0].content == b"\xff\xd8\xff another"


def test_an_interrupted_run_goes_on_behind_its_cursor(tmp_path: Path) -> None:
    path = tmp_path / "messages.html"
    path.write_bytes(many(4500))
    with open_bundle(path) as bundle:
        source = Source(bundle)
        first = next(source.read({}))
        rest = list(source.read({first.place: first.cursor}))
        keys = [one.message.key for batch in (first, *rest) for one in batch.arrivals]
        assert keys == [str(n) for n in range(1, 4501)]
        assert list(source.read({rest[-1].place: rest[-1].cursor})) == []


def test_a_part_of_the_pages_has_the_keys_of_the_whole(tmp_path: Path) -> None:
    for number in range(1, 4):
        (tmp_path / f"messages{number if number > 1 else ''}.html").write_bytes(many(3, first=3 * number))
    whole = [(one.thread, one.key) for one in read(tmp_path)]
    assert len(set(whole)) == 9
    assert [(one.thread, one.key) for one in read(tmp_path / "messages2.html")] == whole[3:6]


def many(count: int, first: int = 1) -> bytes:
    head = '<div class="page_header"><div class="content"><div class="text bold">\nLena </div></div></div>'
    one = (
        '<div class="message default clearfix" id="message{}"><div class="body">'
        '<div class="pull_right date details" title="02.03.2026 09:00:00 UTC+01:00">09:00</div>'
        '<div class="from_name">Lena </div><div class="text">hello</div></div></div>'
    )
    return (head + "".join(one.format(n) for n in range(first, first + count))).encode()


def test_a_message_beyond_all_measure_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "messages.html"
    huge = many(1).replace(b"hello", b"x" * (6 << 20))
    path.write_bytes(huge + many(2, first=2))
    with open_bundle(path) as bundle:
        (batch,) = Source(bundle).read({})
    assert [one.message.key for one in batch.arrivals] == ["2", "3"]
    assert [one.what for one in batch.set_aside] == ["it has no id, or is too large"]


def test_blocks_are_found_over_the_edges_of_what_is_read_at_once() -> None:
    whole = many(30_000)
    assert len(whole) > 3 << 20
    assert [one.id for one in blocks(io.BytesIO(whole))] == list(range(1, 30_001))


@given(
    st.lists(st.sampled_from(['<div class="message ', '<div class="', "text", '">', "<a href=", "</div>", "<", "x"]))
)
def test_any_tangle_of_tags_is_read_to_its_end(pieces: list[str]) -> None:
    for one in blocks(io.BytesIO("".join(pieces).encode())):
        assert isinstance(one.said, dict)


def test_what_is_no_chat_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "messages.html"
    path.write_text("<html><body>hello</body></html>")
    with pytest.raises(Unreadable) as trouble:
        read(path)
    assert "JSON" in trouble.value.hint

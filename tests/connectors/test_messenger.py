"""What a Facebook download says of its chats, in both its shapes, whole or in parts."""

from __future__ import annotations

import contextlib
import json
import tempfile
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_inbox.connectors import Batch
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.formats.meta_threads import mended
from tui_inbox.connectors.load import recognise
from tui_inbox.connectors.messenger import Source
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Class, Message, State

SAMPLES = Path(__file__).parent.parent / "samples" / "messenger"
DOWNLOAD = SAMPLES / "facebook-aydinlatma-2026-03-06.zip"
ME = "Kıvılcım Aydınlatma"
JOSE, AYSE, CREW = "6cq8ecfxqa", "122104993710017845", "7788990011223344"


def batches(path: Path, **how: Any) -> list[Batch]:
    with open_bundle(path) as bundle:
        return list(Source(bundle, **how).read({}))


def read(path: Path, **how: Any) -> list[Message]:
    return [one.message for batch in batches(path, **how) for one in batch.arrivals]


def chat(id_: str) -> list[Message]:
    return [one for one in read(DOWNLOAD) if one.thread == id_]


def test_a_chat_is_told_oldest_first_over_all_its_files() -> None:
    said = chat(JOSE)
    assert [one.text for one in said[:3]] == [
        "Hola",
        "¿Tienen la lámpara “Sol” en azul? 😀",
        "Sí, en azul y en verde: https://shop.example/sol",
    ]
    assert [one.received_at for one in said] == sorted(one.received_at for one in said if one.received_at)


def test_files_are_ordered_by_their_number_and_not_by_their_letters(tmp_path: Path) -> None:
    folder = tmp_path / "messages" / "inbox" / "ann_10a20b30c"
    folder.mkdir(parents=True)
    for number in range(1, 12):
        one = {"sender_name": "Ann", "timestamp_ms": 1_772_442_000_000 - number, "content": str(number)}
        (folder / f"message_{number}.json").write_text(json.dumps({"participants": [], "messages": [one]}))
    assert [one.text for one in read(tmp_path)] == [str(number) for number in range(11, 0, -1)]


def test_times_are_kept_to_the_millisecond() -> None:
    one = chat(JOSE)[2]
    assert (one.received_at, one.precision) == (datetime(2026, 3, 2, 9, 5, 0, 125_000, tzinfo=UTC), "ms")


def test_bytes_written_as_letters_are_undone_string_by_string() -> None:
    assert mended("JosÃ©") == "José"
    assert mended("a real “quote” stays") == "a real “quote” stays"
    assert mended("déjà vu") == "déjà vu"
    assert {one.sender.name for one in chat(AYSE)} == {"Ayşe Çınar", ME}


def test_the_number_of_the_folder_is_the_thread_whatever_section_it_lies_in() -> None:
    assert {one.thread for one in read(DOWNLOAD)} == {JOSE, AYSE, CREW}
    assert {one.thread_title for one in chat(JOSE)} == {"José García"}


def test_more_than_two_people_are_a_group() -> None:
    assert (chat(CREW)[0].group, chat(JOSE)[0].group) == (True, False)


def test_files_are_found_from_the_root_of_the_download_and_kept() -> None:
    (photo,) = chat(JOSE)[5].attachments
    assert (photo.name, photo.type, photo.content) == ("448_n_1122.jpg", "image/jpeg", b"\xff\xd8\xff a lamp")


def test_a_file_whose_name_was_garbled_in_the_list_is_found_by_its_real_name() -> None:
    (invoice,) = chat(AYSE)[1].attachments
    assert (invoice.name, invoice.stored) == ("fatura_şubat.pdf", True)


def test_equal_messages_of_one_millisecond_are_counted() -> None:
    first, second = (one.key for one in chat(JOSE) if one.text == "ok")
    assert (first[:-1], first[-1], second[-1]) == (second[:-1], "1", "2")


def test_what_was_unsent_is_kept_as_deleted() -> None:
    one = chat(JOSE)[-1]
    assert (one.state, one.verdict.as_, one.text) == (State.DELETED, Class.SYSTEM, "")


def test_a_call_is_a_notice_and_what_the_app_writes_stays_as_it_is() -> None:
    assert chat(AYSE)[-1].verdict.as_ is Class.SYSTEM
    assert chat(JOSE)[5].text == "You sent a photo."


def test_the_profile_in_the_download_says_who_i_am() -> None:
    with open_bundle(DOWNLOAD) as bundle:
        assert Source(bundle).owner() == ME
    assert {one.sender.name for one in read(DOWNLOAD) if one.mine} == {ME}


def test_without_a_profile_who_takes_part_in_every_chat_is_me() -> None:
    with open_bundle(SAMPLES / "messages.zip") as bundle:
        assert Source(bundle).owner() == ME


def test_a_chat_between_two_is_titled_by_the_other() -> None:
    with open_bundle(SAMPLES / "message_1.json") as bundle:
        assert Source(bundle).owner() == "Lamp Shop"
    assert [one.mine for one in read(SAMPLES / "message_1.json")] == [False, True]


def test_a_name_that_is_given_is_me() -> None:
    assert [one.mine for one in read(SAMPLES / "message_1.json", me=("Zoë",))] == [True, False]


def test_encrypted_chats_come_in_their_own_shape() -> None:
    lena = [one for one in read(SAMPLES / "messages.zip") if one.thread_title == "Lena Vogt"]
    assert [one.text for one in lena] == ["Grüße! Passt die Glühbirne?", "", "", "Ja, E27."]
    assert lena[1].attachments[0].content == b"\xff\xd8\xff a bulb"
    assert lena[2].state is State.DELETED


def test_a_path_out_of_the_download_is_refused_and_said() -> None:
    (one,) = [one for one in read(SAMPLES / "messages.zip") if one.thread_title == "Fair"]
    assert (one.attachments[0].stored, "leads out" in one.warnings[0]) == (False, True)


def test_a_download_in_several_zips_is_read_as_one() -> None:
    parts, whole = read(SAMPLES / "in parts"), read(DOWNLOAD)
    assert parts == whole


def test_zips_that_are_no_parts_of_one_download_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "facebook.zip").write_bytes(DOWNLOAD.read_bytes())
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("_chat.txt", "[01/02/26, 10:00:00] Ann: hello\r\n")
    with open_bundle(tmp_path) as bundle, pytest.raises(Unreadable):
        recognise(bundle)


def test_web_pages_are_refused_with_what_to_choose_instead(tmp_path: Path) -> None:
    page = tmp_path / "messages" / "inbox" / "ann_10a20b30c" / "message_1.html"
    page.parent.mkdir(parents=True)
    page.write_text('<html><body><div class="_3-95 _a6-g"><div class="_2ph_ _a6-h">Ann</div></div></body></html>')
    with open_bundle(tmp_path) as bundle:
        assert recognise(bundle)[0] == "messenger"
        with pytest.raises(Unreadable) as trouble:
            list(Source(bundle).read({}))
    assert "JSON" in trouble.value.hint


def test_where_both_lie_there_the_pages_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "messages" / "inbox" / "ann_10a20b30c"
    folder.mkdir(parents=True)
    (folder / "message_1.html").write_text("<html></html>")
    (folder / "message_1.json").write_bytes((SAMPLES / "message_1.json").read_bytes())
    assert len(read(tmp_path)) == 2


def test_one_broken_file_is_set_aside_and_its_siblings_are_read(tmp_path: Path) -> None:
    for name, text in (("ann_10a20b30c", '{"participants": [{"na'), ("bob_90a80b70c", None)):
        folder = tmp_path / "messages" / "inbox" / name
        folder.mkdir(parents=True)
        (folder / "message_1.json").write_text(text or (SAMPLES / "message_1.json").read_text("utf-8"))
    (batch,) = batches(tmp_path)
    assert [one.message.thread for one in batch.arrivals] == ["90a80b70c"] * 2
    assert batch.set_aside[0].where.startswith("messages/inbox/ann_10a20b30c/message_1.json")


def test_an_interrupted_run_goes_on_behind_its_cursor(tmp_path: Path) -> None:
    said = [{"sender_name": "Ann", "timestamp_ms": 1_772_442_000_000 + n, "content": str(n)} for n in range(4500)]
    path = tmp_path / "message_1.json"
    path.write_text(json.dumps({"participants": [{"name": "Ann"}], "messages": said[::-1], "title": "Ann"}))
    with open_bundle(path) as bundle:
        source = Source(bundle)
        first = next(source.read({}))
        rest = list(source.read({first.place: first.cursor}))
        assert [one.message.text for batch in (first, *rest) for one in batch.arrivals] == [str(n) for n in range(4500)]
        assert list(source.read({rest[-1].place: rest[-1].cursor})) == []


# --- again ------------------------------------------------------------------------------------------

MESSAGES = st.lists(
    st.tuples(st.sampled_from(["Ann", "Zoë"]), st.integers(0, 3), st.sampled_from(["ok", "¿sí?", ""])), max_size=12
)


def keys(folder: Path, said: list[tuple[str, int, str]]) -> Counter[str]:
    """Return the keys of a chat with these (sender, milliseconds, words), written newest first as downloads are."""
    rows = sorted(said, key=lambda one: -one[1])
    listed = [
        {"sender_name": mojibake(who), "timestamp_ms": 1_772_442_000_000 + ms, "content": mojibake(text)}
        for who, ms, text in rows
    ]
    path = folder / "message_1.json"
    path.write_text(json.dumps({"participants": [{"name": "Ann"}, {"name": mojibake("Zoë")}], "messages": listed}))
    return Counter(one.key for one in read(path))


def mojibake(text: str) -> str:
    return text.encode().decode("latin-1")


@settings(max_examples=60, deadline=None)
@given(said=MESSAGES, cut=st.integers(0, 12))
def test_a_shorter_or_a_longer_download_gives_the_same_keys(said: list[tuple[str, int, str]], cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ordered = sorted(said, key=lambda one: one[1])
        whole = keys(Path(folder), ordered)
        assert sum(whole.values()) == len(whole) == len(said)
        assert keys(Path(folder), ordered[:cut]) <= whole
        assert keys(Path(folder), ordered[cut:]) <= whole


WORDS = [
    "participants",
    "name",
    "title",
    "thread_path",
    "threadName",
    "sender_name",
    "senderName",
    "timestamp_ms",
    "timestamp",
    "content",
    "text",
    "photos",
    "media",
    "uri",
    "share",
    "link",
    "sticker",
    "is_unsent",
    "call_duration",
]

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ODD = st.recursive(
    LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(WORDS), one, max_size=5)
)


@settings(max_examples=150, deadline=None)
@given(said=st.lists(ODD, max_size=4), around=st.dictionaries(st.sampled_from(WORDS), ODD, max_size=3))
def test_whatever_stands_under_the_known_names_it_ends_in_messages_or_is_set_aside(said: Any, around: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "message_1.json"
        path.write_text(json.dumps({**around, "messages": said}))
        with open_bundle(path) as bundle, contextlib.suppress(Unreadable):
            source = Source(bundle)
            source.owner()
            found = list(source.read({}))
            assert sum(len(one.arrivals) + len(one.set_aside) for one in found) >= len(said)

"""What signal-export and sigtop write of Signal's chats, and by what their messages are known again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui_inbox.connectors import Batch
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.load import recognise
from tui_inbox.connectors.signal import Source
from tui_inbox.problems import Unreadable
from tui_inbox.rules.align import align, offer
from tui_inbox.rules.aligned import Alignment, Known
from tui_inbox.rules.model import Class, Message, State

SAMPLES = Path(__file__).parent.parent / "samples" / "signal"
SIGTOP = SAMPLES / "Ann Demir (+905321112233).json"


def batches(path: Path, **how: Any) -> list[Batch]:
    with open_bundle(path) as bundle:
        return list(Source(bundle, **how).read({}))


def read(path: Path, **how: Any) -> list[Message]:
    return [one.message for batch in batches(path, **how) for one in batch.arrivals]


def ann(**how: Any) -> list[Message]:
    return [one for one in read(SAMPLES / "export", **how) if one.thread == "AnnDemir"]


def team() -> list[Message]:
    return [one for one in read(SAMPLES / "export") if one.thread == "Lampteam"]


def line(at: str, sender: str = "Ann", body: str = "hi", **more: Any) -> str:
    said = {"date": at, "sender": sender, "body": f"{body}  ", "quote": "", "sticker": "", "reactions": []}
    return json.dumps(said | {"attachments": []} | more, ensure_ascii=False) + "\n"


def lines(tmp_path: Path, *rows: str) -> list[Message]:
    path = tmp_path / "data.json"
    path.write_text("".join(rows), encoding="utf-8")
    return read(path)


# --- signal-export: data.json -------------------------------------------------------------------------


def test_where_a_chat_is_there_twice_its_data_is_read_and_not_its_markdown() -> None:
    assert {one.precision for one in ann()} == {"ms"}
    assert len(ann()) == 8


def test_times_are_local_ones_of_the_exporting_computer() -> None:
    one = ann(zone="Europe/Istanbul")[0]
    assert str(one.local_at) == "2026-01-05 09:58:13.512000"
    assert one.received_at == datetime(2026, 1, 5, 6, 58, 13, 512000, UTC)


def test_me_is_who_is_called_so() -> None:
    assert [one.mine for one in ann()[:3]] == [False, True, False]


def test_quotes_stand_apart_from_the_text() -> None:
    one = ann()[1]
    assert (one.text, one.quoted) == ("That is a pity.\nWhich order was it?", "The lamp came broken 😢")


def test_files_beside_the_chat_are_kept_and_missing_ones_named() -> None:
    assert ann()[0].attachments[0].content == b"\xff\xd8\xff a lamp"
    assert [(one.name, one.stored) for one in team()[5].attachments] == [("lamp.jpg", False), ("invoice.pdf", False)]
    assert ann()[4].attachments[0].name == "sticker"


def test_calls_and_wordless_events_are_notices_and_deletions_a_state() -> None:
    said = ann()
    assert said[5].state is State.DELETED
    assert [one.verdict.as_ for one in said[6:]] == [Class.SYSTEM, Class.SYSTEM]


def test_a_path_out_of_the_folder_is_refused_and_said(tmp_path: Path) -> None:
    (one,) = lines(tmp_path, line("2026-01-05T10:00:00", attachments=[{"name": "x", "path": "../../secret"}]))
    assert not one.attachments[0].stored
    assert "leads out" in one.warnings[0]


def again(before: list[Message], after: list[Message]) -> Alignment:
    known = [
        Known(number, one.at, one.precision, one.token, one.sender, before[number].position)
        for number, one in enumerate(offer(before))
    ]
    return align(known, offer(after))


def test_each_message_is_known_by_its_millisecond(tmp_path: Path) -> None:
    rows = [line(f"2026-01-05T10:00:0{n // 2}.5", body=str(n)) for n in range(8)]
    whole = lines(tmp_path, *rows)
    assert {(one.key, one.precision) for one in whole} == {("", "ms")}
    for cut in range(8):
        assert again(lines(tmp_path, *rows[cut:]), whole).new == tuple(range(cut))
        assert again(lines(tmp_path, *rows[: cut + 1]), whole).new == tuple(range(cut + 1, 8))


def test_an_edit_a_deletion_and_a_new_name_find_the_message_that_is_known(tmp_path: Path) -> None:
    before = lines(tmp_path, line("2026-01-05T10:00:00.5"))
    for other, became in (
        (line("2026-01-05T10:00:00.5", body="edited"), State.EDITED),
        (line("2026-01-05T10:00:00.5", body="", deleted=True), State.DELETED),
        (line("2026-01-05T10:00:00.5", sender="Ann Demir"), None),
    ):
        found = again(before, lines(tmp_path, other))
        assert found.matched == {0: 0}
        assert [change.to for change in found.changes] == ([became] if became else [])


def test_a_broken_line_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text(line("2026-01-05T10:00:00") + "{oops\n" + line("2026-01-05T10:01:00"))
    (batch,) = batches(path)
    assert len(batch.arrivals) == 2
    assert [one.where for one in batch.set_aside] == ["line 2"]


# --- signal-export: chat.md ---------------------------------------------------------------------------


def test_the_markdown_gives_words_quotes_and_no_reactions() -> None:
    said = team()
    assert [one.text for one in said[:3]] == ["Who packs tomorrow?", "I can,\nuntil noon", "Then I come at one"]
    assert said[2].quoted == "I can,\nuntil noon"
    assert (said[3].text, said[3].attachments[0].name) == ("", "sticker")
    assert said[4].state is State.DELETED
    assert said[5].text == "see this"
    assert said[6].verdict.as_ is Class.SYSTEM


def test_more_than_one_other_make_a_group() -> None:
    assert {one.group for one in team()} == {True}
    assert {one.group for one in ann()} == {False}


def test_the_older_layout_is_to_the_minute_and_called_by_the_other() -> None:
    said = read(SAMPLES / "old.md")
    assert [one.text for one in said] == ["Hello!", "Hello, how\ncan I help?", "It is late"]
    assert {(one.key, one.precision, one.thread) for one in said} == {("", "min", "Ann Demir")}
    assert said[1].attachments[0].name == "2020-03-01_receipt.png"


def new(before: list[Message], after: list[Message]) -> tuple[int, ...]:
    known = [Known(n, one.at, one.precision, one.token, one.sender, n) for n, one in enumerate(offer(before))]
    return align(known, offer(after)).new


@pytest.mark.parametrize("cut", range(1, 7))
def test_a_beginning_then_all_and_an_end_then_all_give_all_once(cut: int) -> None:
    said = team()
    assert new(said, said) == ()
    assert new(said[:cut], said) == tuple(range(cut, 7))
    assert len(new(said[cut:], said)) == cut


def test_with_and_without_media_it_is_the_same_chat(tmp_path: Path) -> None:
    folder = tmp_path / "Lampteam"
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "lamp.jpg").write_bytes(b"\xff\xd8")
    (folder / "chat.md").write_bytes((SAMPLES / "export" / "Lampteam" / "chat.md").read_bytes())
    after = read(tmp_path)
    assert new(team(), after) == ()
    assert after[5].attachments[0].content == b"\xff\xd8"


def test_whatsapp_with_the_same_heads_is_not_taken_for_signal(tmp_path: Path) -> None:
    path = tmp_path / "_chat.txt"
    path.write_text("[2026-01-05 10:00:00] Ann: hi\r\n[2026-01-05 10:01:00] Deniz: hello\r\n", newline="")
    with open_bundle(path) as bundle:
        assert recognise(bundle)[0] == "whatsapp"


# --- sigtop -------------------------------------------------------------------------------------------


def test_the_records_give_ids_numbers_edits_quotes_and_deletions() -> None:
    asked, answered, changed, gone = read(SIGTOP)
    assert (asked.sender.name, asked.sender.also) == ("Ann Demir", ("+905321112233",))
    assert asked.received_at == datetime(2026, 1, 5, 9, 38, 13, 512000, UTC)
    assert (answered.mine, answered.state, answered.in_reply_to) == (True, State.EDITED, asked.key)
    assert answered.edited_at == datetime(2026, 1, 5, 9, 45, tzinfo=UTC)
    assert changed.verdict.as_ is Class.SYSTEM
    assert gone.state is State.DELETED
    assert {one.thread for one in (asked, answered, changed, gone)} == {"0e1d2c3b-aaaa-4bbb-8ccc-1234567890ab"}


def test_two_who_speak_make_a_group(tmp_path: Path) -> None:
    records = [
        {"type": "incoming", "sent_at": 1767605893512 + n, "conversationId": "c", "sourceServiceId": f"s{n}"}
        for n in range(2)
    ]
    path = tmp_path / "Lamps (group).json"
    path.write_text(json.dumps([one | {"received_at": 1, "body": "x"} for one in records]))
    assert {(one.group, one.thread_title) for one in read(path)} == {(True, "Lamps")}


def test_records_whose_text_signal_keeps_elsewhere_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "Ann.json"
    path.write_text(json.dumps([{"sendStateByConversationId": {}, "unidentifiedDeliveries": []}] * 200))
    with pytest.raises(Unreadable) as trouble:
        batches(path)
    assert "signal-export" in trouble.value.hint

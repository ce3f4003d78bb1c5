"""What a chat saved by LINE says, on phones and computers and in several languages, and that it is known again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.formats.line_words import said, title_in
from tui_inbox.connectors.line import Source
from tui_inbox.connectors.load import recognise
from tui_inbox.problems import Unreadable
from tui_inbox.rules.align import align, offer
from tui_inbox.rules.aligned import Known
from tui_inbox.rules.model import Class, Message, State

SAMPLES = Path(__file__).parent.parent / "samples" / "line"


def read(path: Path, **how: Any) -> list[Message]:
    with open_bundle(path) as bundle:
        return [one.message for batch in Source(bundle, **how).read({}) for one in batch.arrivals]


def chat(tmp_path: Path, text: str, **how: Any) -> list[Message]:
    path = tmp_path / "chat.txt"
    path.write_text(text, encoding="utf-8")
    return read(path, **how)


def owner(path: Path) -> str | None:
    with open_bundle(path) as bundle:
        return Source(bundle).owner()


# --- layouts ------------------------------------------------------------------------------------------


def test_a_text_of_many_lines_in_quotes_is_one_message_even_with_a_chat_pasted_into_it() -> None:
    one = read(SAMPLES / "phone_ja.txt")[0]
    assert one.text == '注文したランプですが、\n"7741" がまだ届きません。\n12:00\t花子\t引用です'
    assert one.where == "line 5"


def test_empty_lines_within_quotes_are_kept() -> None:
    assert read(SAMPLES / "phone_zh.txt")[2].text == "第一行\n\n第三行"


def test_a_quotation_in_one_line_stays_as_it_was_written() -> None:
    assert read(SAMPLES / "phone_en.txt")[3].text == 'he said "fine"'


def test_an_open_quote_without_an_end_swallows_nothing(tmp_path: Path) -> None:
    said = chat(tmp_path, '[LINE] Chat history with A\n\n2026/01/05(Mon)\n10:00\tA\t"open\n10:01\tA\tb\n10:02\tA\tc\n')
    assert [one.text for one in said] == ['"open', "b", "c"]


def test_computers_go_on_in_plain_lines(tmp_path: Path) -> None:
    said = chat(tmp_path, "2017.09.02 Saturday\n12:00\tfoo\thello\nworld\n\n12:01\tfoo bar\ta\tb\n")
    assert [(one.sender.name, one.text) for one in said] == [("foo", "hello\nworld"), ("foo bar", "a\tb")]


def test_without_tabs_names_are_known_from_the_file_and_from_what_repeats() -> None:
    said = read(SAMPLES / "[LINE] Chat with Ann Lee.txt")
    assert [one.sender.name for one in said] == ["Ann Lee", "Deniz Kaya", "Ann Lee", "Deniz Kaya", "Deniz Kaya"]
    assert said[0].text == "Good morning\ndo you have it in green?"
    assert [one.mine for one in said] == [False, True, False, True, True]


# --- times --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("2018/04/16(Mon)", "2018-04-16"),
        ("2018/04/16(月)", "2018-04-16"),
        ("2018.04.16 Monday", "2018-04-16"),
        ("2024/1/2（週二）", "2024-01-02"),
        ("2024/1/2週二", "2024-01-02"),
        ("2018年4月16日 月曜日", "2018-04-16"),
        ("R7/02/11(火)", "2025-02-11"),
        ("Tue, 01/02/2024", "2024-01-02"),
        ("Thu, 01/02/2024", "2024-02-01"),
        ("Fri, 9/25/2026", "2026-09-25"),
        ("ศ. 28/11/2568", "2025-11-28"),
    ],
)
def test_the_dates_of_every_country_are_read(header: str, day: str, tmp_path: Path) -> None:
    (one,) = chat(tmp_path, f"[LINE] Chat history with A\nSaved on: 2026/01/01 10:00\n\n{header}\n5:06\tA\thi\n")
    assert str(one.local_at) == f"{day} 05:06:00"


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("15:04", 15),
        ("03:04PM", 15),
        ("3:04 pm", 15),
        ("12:04AM", 0),
        ("12:04 p.m.", 12),
        ("下午03:04", 15),
        ("上午03:04", 3),
        ("上午12:04", 0),
        ("下午12:04", 12),
        ("오후 3:04", 15),
        ("午後3:04", 15),
        ("24:04", 0),
    ],
)
def test_the_halves_of_the_day_are_read(written: str, hour: int, tmp_path: Path) -> None:
    (one,) = chat(tmp_path, f"[LINE] Chat history with A\n\n2026/01/05(Mon)\n{written}\tA\thi\n")
    assert str(one.local_at) == f"2026-01-05 {hour:02}:04:00"


def test_hour_24_is_the_beginning_of_its_day_unless_the_evening_went_before(tmp_path: Path) -> None:
    head = "[LINE] Chat history with A\n\n2026/01/05(Mon)\n"
    said = chat(tmp_path, f"{head}24:53\tA\ta\n23:50\tA\tb\n24:10\tA\tc\n2026/01/06(Tue)\n24:20\tA\td\n")
    assert [str(one.local_at)[:16] for one in said] == [
        "2026-01-05 00:53",
        "2026-01-05 23:50",
        "2026-01-06 00:10",
        "2026-01-06 00:20",
    ]


def test_times_are_those_of_the_zone_that_is_named_to_the_minute() -> None:
    one = read(SAMPLES / "phone_zh.txt", zone="Asia/Taipei")[0]
    assert (one.received_at, one.precision) == (datetime(2026, 1, 5, 1, 15, tzinfo=UTC), "min")


def test_a_date_within_a_text_is_no_header_where_it_goes_back(tmp_path: Path) -> None:
    said = chat(tmp_path, "2026.01.05 Monday\n10:00\tA\tit was on\n2025.12.01 Monday\n10:05\tA\tand now\n")
    assert [one.text for one in said] == ["it was on\n2025.12.01 Monday", "and now"]
    assert str(said[1].local_at) == "2026-01-05 10:05:00"


def test_without_a_date_header_the_time_is_unknown_and_nothing_is_lost(tmp_path: Path) -> None:
    said = chat(tmp_path, "12:00\tfoo\t\r\n2nd line\r\n3rd\r\n13:00\tbar\tx\r\n")
    assert [(one.text, one.received_at) for one in said] == [("\n2nd line\n3rd", None), ("x", None)]
    assert said[0].warnings


# --- who and what -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("[LINE] Chat history with Mr. Tanaka", "Mr. Tanaka"),
        ("[LINE] Chat history in Lamp Team", "Lamp Team"),
        ("[LINE] 花子とのトーク履歴", "花子"),
        ("[LINE] グループのトーク履歴", "グループ"),
        ("[LINE] 與王小明的聊天記錄", "王小明"),
        ("[LINE] 與 王小華 的聊天紀錄", "王小華"),
        ("[LINE] ประวัติการแชทกับ มะลิ", "มะลิ"),
        ('[LINE] ประวัติการแชทในกลุ่ม "ทดสอบ"', "ทดสอบ"),
    ],
)
def test_the_title_names_the_chat_in_every_language(line: str, name: str) -> None:
    assert title_in(line) == name


def test_in_a_language_nobody_knows_the_title_still_holds_the_others_name(tmp_path: Path) -> None:
    said = chat(tmp_path, "[LINE] Xyzzy Ann Lee qux\n\n2026/01/05(Mon)\n10:00\tAnn Lee\thi\n10:01\tDeniz\thello\n")
    assert [(one.thread, one.mine, one.group) for one in said] == [
        ("Ann Lee", False, False),
        ("Ann Lee", True, False),
    ]


def test_in_a_group_nobody_is_taken_for_me(tmp_path: Path) -> None:
    rows = "10:00\tA\ta\n10:01\tB\tb\n10:02\tC\tc\n"
    said = chat(tmp_path, f"[LINE] Chat history in Lamps\n\n2026/01/05(Mon)\n{rows}")
    assert {(one.thread, one.mine, one.group) for one in said} == {("Lamps", None, True)}
    assert [one.mine for one in chat(tmp_path, f"[LINE] Lamps\n\n2026/01/05(Mon)\n{rows}", me=("B",))] == [
        False,
        True,
        False,
    ]


def test_the_other_names_the_chat_and_i_am_who_is_left() -> None:
    assert owner(SAMPLES / "phone_ja.txt") == "Deniz"
    assert {one.mine for one in read(SAMPLES / "phone_ja.txt") if one.sender.name == "Deniz"} == {True}


def test_placeholders_are_files_in_any_language() -> None:
    for text, name in (
        ("[写真]", "photo"),
        ("[貼圖]", "sticker"),
        ("[Sticker]", "sticker"),
        ("[File] a b.pdf", "a b.pdf"),
    ):
        found = said(text)
        assert found.text == ""
        assert found.file
        assert (found.file.name, found.file.stored) == (name, False)
    assert said("[Photo] of my cat").file is None
    assert said("[urgent]").text == "[urgent]"


def test_notices_calls_and_unsent_messages_are_no_messages_of_a_person() -> None:
    call, unsent, invited = (read(SAMPLES / "phone_ja.txt")[place] for place in (4, 6, 7))
    assert {one.verdict.as_ for one in (call, unsent, invited)} == {Class.SYSTEM}
    assert (unsent.state, unsent.sender.name) == (State.DELETED, "花子")
    assert invited.sender.name == ""


# --- known again --------------------------------------------------------------------------------------


def new(before: list[Message], after: list[Message]) -> tuple[int, ...]:
    known = [Known(n, one.at, one.precision, one.token, one.sender, n) for n, one in enumerate(offer(before))]
    return align(known, offer(after)).new


JAPANESE = "[LINE] Annとのトーク履歴\n保存日時：2026/01/09 10:00\n\n2026/01/05(月)\n"
ENGLISH = "[LINE] Chat history with Ann\nSaved on: 1/9/2026, 10:00\n\nMon, 1/5/2026\n"
LINES = ["Ann|good morning", "Ann|@", "Deniz|ok", "Deniz|ok", "Ann|the lamp came broken", "Deniz|a new one leaves"]


def saved(tmp_path: Path, japanese: bool, first: int = 0, last: int | None = None) -> list[Message]:
    rows = []
    for number, line in list(enumerate(LINES))[first:last]:
        who, _, text = line.partition("|")
        at = 10 * 60 + number // 2
        clock = f"{at // 60}:{at % 60:02}" if japanese else f"{at // 60:02}:{at % 60:02}AM"
        rows.append(f"{clock}\t{who}\t{text.replace('@', '[写真]' if japanese else '[Photo]')}\n")
    return chat(tmp_path, (JAPANESE if japanese else ENGLISH) + "".join(rows))


def test_the_chat_saved_in_another_language_brings_nothing_new(tmp_path: Path) -> None:
    assert new(saved(tmp_path, japanese=True), saved(tmp_path, japanese=False)) == ()
    assert new(saved(tmp_path, japanese=True), saved(tmp_path, japanese=True)) == ()


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_beginning_then_all_and_an_end_then_all_give_all_once(cut: int, tmp_path: Path) -> None:
    whole = saved(tmp_path, japanese=False)
    assert new(saved(tmp_path, japanese=False, last=cut), whole) == tuple(range(cut, 6))
    assert len(new(saved(tmp_path, japanese=False, first=cut), whole)) == cut


def test_batches_never_part_equal_messages_that_are_near(tmp_path: Path) -> None:
    rows = "".join(f"{10 + n // 600}:{n // 10 % 60:02}\tA\tok\n" for n in range(6000))
    path = tmp_path / "chat.txt"
    path.write_text(f"[LINE] Chat history with A\n\n2026/01/05(Mon)\n10:00\tA\tstart\n{rows}", encoding="utf-8")
    with open_bundle(path) as bundle:
        batches = list(Source(bundle).read({}))
    assert sum(len(batch.arrivals) for batch in batches) == 6001
    assert all(len(batch.arrivals) <= 4000 for batch in batches)


# --- recognised ---------------------------------------------------------------------------------------


def test_a_diary_or_a_log_is_not_taken_for_a_chat(tmp_path: Path) -> None:
    for text in ("2026/01/05\nwoke at ten\n12:00 lunch\n", "12:00\tone\n12:01\ttwo\n", "10:00 started\n10:01 ended\n"):
        path = tmp_path / "a.txt"
        path.write_text(text)
        with open_bundle(path) as bundle, pytest.raises(Unreadable):
            recognise(bundle)

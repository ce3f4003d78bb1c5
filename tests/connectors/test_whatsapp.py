"""What a WhatsApp export says, whatever phone and language it comes from."""

from __future__ import annotations

import contextlib
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_inbox.connectors.formats import whatsapp_chats
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.formats.whatsapp_dates import Clockwork, DateOrder, half_of_day, shape_of
from tui_inbox.connectors.formats.whatsapp_names import chat_in
from tui_inbox.connectors.formats.whatsapp_phrases import (
    DELETED,
    MISSED,
    PLACEHOLDERS,
    YOU_DELETED,
    bare,
    may_be_phrase,
)
from tui_inbox.connectors.whatsapp import Source, sniff
from tui_inbox.problems import Misconfigured, Problem, Unreadable
from tui_inbox.rules.model import Class, Message, State

SAMPLES = Path(__file__).parent.parent / "samples" / "whatsapp"
BENGALI = "\u09ab\u09be\u0987\u09b2 \u09b8\u0982\u09af\u09c1\u0995\u09cd\u09a4 \u09b9"
"""How the words for an attached file begin, up to a letter that is written in two ways."""


def read(path: Path, **how: object) -> list[Message]:
    with open_bundle(path) as bundle:
        return [one.message for batch in Source(bundle, **how).read({}) for one in batch.arrivals]  # type: ignore[arg-type]


def chat(folder: Path, text: str, name: str = "WhatsApp Chat with Ann.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def german() -> list[Message]:
    return read(SAMPLES / "WhatsApp Chat mit Ayla Brandt.txt", zone="Europe/Berlin")


def turkish() -> list[Message]:
    return read(SAMPLES / "WhatsApp Sohbeti - Elif Kara.zip", zone="Europe/Istanbul")


def crew() -> list[Message]:
    return read(SAMPLES / "WhatsApp Chat with Maple Street Crew.txt", zone="America/Chicago")


def test_the_chat_is_named_by_its_file_in_the_apps_own_language() -> None:
    assert {one.thread for one in german()} == {"Ayla Brandt"}
    assert {one.thread for one in turkish()} == {"Elif Kara"}
    assert {one.thread for one in read(SAMPLES / "دردشة واتساب مع ليلى.txt")} == {"ليلى"}


@pytest.mark.parametrize(
    ("name", "thread"),
    [
        ("WhatsApp Chat with Ann (2).txt", "Ann"),
        ("WhatsApp_Chat_with_Ann_Lee.txt", "Ann Lee"),
        ("Ann Lee ile WhatsApp Sohbeti.txt", "Ann Lee"),
        ("WhatsApp Business Chat with Ann.txt", "Ann"),
        ("WhatsApp Chat - Ann.txt", "Ann"),
        ("whatever.txt", "Ann, Deniz"),
    ],
)
def test_a_files_name_gives_the_chat_and_else_its_people_do(tmp_path: Path, name: str, thread: str) -> None:
    text = "13/01/2026, 10:00 - Ann: hi\n13/01/2026, 10:01 - Deniz: hello\n"
    assert {one.thread for one in read(chat(tmp_path, text, name))} == {thread}


def test_with_me_known_a_chat_between_two_is_named_by_the_other(tmp_path: Path) -> None:
    text = "13/01/2026, 10:00 - Ann: hi\n13/01/2026, 10:01 - Deniz: hello\n"
    said = read(chat(tmp_path, text, "chat.txt"), me=("deniz",))
    assert [(one.thread, one.mine) for one in said] == [("Ann", False), ("Ann", True)]


def test_lines_without_a_head_belong_to_the_message_before_them() -> None:
    assert (
        german()[3].text
        == "Das tut mir leid!\nSchicken Sie mir bitte die Bestellnummer:\n\n- sie steht auf dem Lieferschein"
    )


def test_equal_messages_stay_as_many_as_they_are_and_in_order() -> None:
    oks = [one for one in german() if one.text == "ok"]
    assert [one.position for one in oks] == [1, 2]


def test_local_times_become_utc_by_the_named_zone_and_stay_as_written() -> None:
    first = german()[1]
    assert first.received_at == datetime(2026, 2, 12, 8, 58, tzinfo=UTC)
    assert first.local_at == datetime(2026, 2, 12, 9, 58)  # noqa: DTZ001 - as written
    assert first.precision == "min"


def test_deleted_edited_missed_and_left_out_are_told_apart_in_german() -> None:
    said = german()
    assert said[2].attachments[0].stored is False
    assert (said[7].state, said[8].state) == (State.DELETED, State.DELETED)
    assert said[10].verdict.as_ is Class.SYSTEM
    assert (said[11].state, said[11].text) == (State.EDITED, "Ersatz ist unterwegs")


def test_an_android_caption_stands_on_the_line_after_the_file() -> None:
    one = german()[9]
    assert (one.attachments[0].name, one.attachments[0].type, one.text) == (
        "Rechnung 7741.pdf",
        "application/pdf",
        "hier noch die Rechnung",
    )


@pytest.mark.parametrize(
    "line",
    [
        "my old letter.pdf (file attached)",
        "İade formu.pdf (dosya ekli)",
        f"my old letter.pdf ({BENGALI}\u09df\u09c7\u099b\u09c7)",
        f"my old letter.pdf ({BENGALI}\u09af\u09bc\u09c7\u099b\u09c7)",
    ],
)
def test_a_file_is_known_by_the_apps_words_however_its_letters_are_composed(tmp_path: Path, line: str) -> None:
    [one] = read(chat(tmp_path, f"12.02.26, 09:58 - Ann: {line}\nhello"))
    assert (one.attachments[0].name, one.text) == (line.partition(" (")[0], "hello")


def test_a_capital_that_folds_to_two_letters_does_not_hide_the_chats_name() -> None:
    assert chat_in("İpek ile WhatsApp Sohbeti") == "İpek"
    assert chat_in("WHATSAPP CHAT WITH İpek (2)") == "İpek"


def test_who_is_told_that_they_deleted_a_message_is_me() -> None:
    assert {one.sender.name for one in german() if one.mine} == {"Deniz"}


def test_the_ios_marks_tell_files_notices_and_words_apart() -> None:
    said = turkish()
    assert [one.verdict.as_ for one in said] == [
        Class.SYSTEM, *[Class.HUMAN] * 5, Class.SYSTEM, Class.SYSTEM, Class.HUMAN, Class.HUMAN,
    ]  # fmt: skip
    assert said[2].attachments[0].content == b"\xff\xd8\xff\xe0 not a whole picture"
    assert (said[3].text, said[3].attachments[0].type) == ("etiket burada", "image/*")
    assert (said[4].text, said[4].attachments[0].name) == ("", "fatura.pdf")
    assert (said[8].state, said[8].text) == (State.EDITED, "Teşekkürler")
    assert said[9].text.startswith("ANKET:")


def test_a_group_keeps_notices_of_the_app_apart_from_people() -> None:
    said = crew()
    assert all(one.group for one in said)
    people = [one.sender.name for one in said if one.verdict.as_ is Class.HUMAN]
    assert people == ["Rosa Lind", "+1 (415) 555-0143", "Kim", "Tom"]


def test_a_sender_who_is_a_number_is_identified_by_it() -> None:
    assert crew()[3].sender.identity == "+14155550143"


def test_american_dates_are_found_by_a_number_above_twelve_anywhere_in_the_file(tmp_path: Path) -> None:
    text = "1/9/26, 4:05 PM - Ann: a\n1/10/26, 4:05 PM - Ann: b\n1/13/26, 4:05 PM - Ann: c\n"
    assert [one.local_at.day for one in read(chat(tmp_path, text)) if one.local_at] == [9, 10, 13]


def test_dates_without_a_sign_are_read_so_that_they_follow_each_other(tmp_path: Path) -> None:
    text = "06/03/2017, 10:00 - Ann: a\n08/05/2017, 10:00 - Ann: b\n09/04/2017, 10:00 - Ann: c\n"
    assert [one.local_at.month for one in read(chat(tmp_path, text)) if one.local_at] == [6, 8, 9]


def test_the_agent_can_overrule_the_order_of_the_date(tmp_path: Path) -> None:
    path = chat(tmp_path, "03/06/2018, 10:00 - Ann: a\n")
    assert read(path)[0].local_at == datetime(2018, 6, 3, 10)  # noqa: DTZ001
    assert read(path, date_order="mdy")[0].local_at == datetime(2018, 3, 6, 10)  # noqa: DTZ001


HEADS = [
    ("3/6/18, 1:55 p.m. - a: m", "2018-06-03T13:55:00"),
    ("13.06.18 21.25.15: a: m", "2018-06-13T21:25:15"),
    ("13.6.2018 klo 21.25.15 - a: m", "2018-06-13T21:25:15"),
    ("13. 6. 2018. 21:25:15 a: m", "2018-06-13T21:25:15"),
    ("\u200e[3/6/18 1:55:00 p.\u00a0m.] a: m", "2018-06-03T13:55:00"),
    ("[2018/06/13, 21:25:15] a: m", "2018-06-13T21:25:15"),
    ("[06/2018/13, 21:25:15] a: m", "2018-06-13T21:25:15"),
    ("3/6/18, 1:55\u202fPM - a: m", "2018-06-03T13:55:00"),
    ("[14:56:01, 3/18/22] a: m", "2022-03-18T14:56:01"),
    ("\u200f٢٧\u200f/٣\u200f/٢٠٢٢، ٩:٤١ م - a: m", "2022-03-27T21:41:00"),
    ("[R4/3/27 21:41:55] a: m", "2022-03-27T21:41:55"),
    ("[27/3/2565 BE 21:41:55] a: m", "2022-03-27T21:41:55"),
    ("2022/3/27 下午9:41 - a: m", "2022-03-27T21:41:00"),
    ("2022. 3. 27. 오후 9:41 - a: m", "2022-03-27T21:41:00"),
    ("27/3/19, 2:33 in the afternoon - a: m", "2019-03-27T14:33:00"),
    ("27.03.22, 21:41 – a: m", "2022-03-27T21:41:00"),
    ("27.03.2022 г., 21:41 - a: m", "2022-03-27T21:41:00"),
    ("20/06/2020, 00:08 a. m. - a: m", "2020-06-20T00:08:00"),
    ("20/06/2020, 12:08 a.m. - a: m", "2020-06-20T00:08:00"),
    ("20/06/2020, 12:08 p.m. - a: m", "2020-06-20T12:08:00"),
]


@pytest.mark.parametrize(("line", "local"), HEADS)
def test_every_layout_of_a_head_is_read(line: str, local: str) -> None:
    shape = shape_of(line)
    assert shape
    found = shape.pattern.match(line)
    assert found
    order = DateOrder(shape)
    order.see(found, line)
    assert Clockwork(shape, order.decide()[0]).time(found) == datetime.fromisoformat(local)
    assert line[found.end() :] == "a: m"


@pytest.mark.parametrize(
    ("word", "half"), [("PM", "pm"), ("p.\u00a0m.", "pm"), ("ص", "am"), ("오후", "pm"), ("Uhr", "")]
)
def test_words_for_the_half_of_the_day_are_known(word: str, half: str) -> None:
    assert half_of_day(word) == half


def test_an_impossible_day_keeps_its_message_without_a_time(tmp_path: Path) -> None:
    one = read(chat(tmp_path, "[31/02/2024, 10:00:00] Ana: nothing there\n"))[0]
    assert (one.received_at, one.text) == (None, "nothing there")
    assert one.warnings


def test_a_pasted_chat_of_another_layout_stays_one_message(tmp_path: Path) -> None:
    text = "13/01/2026, 10:00 - Ann: look:\n[1.2.2019, 00:00:00] Bob: hi\n13/01/2026, 10:01 - Ann: so?\n"
    assert len(read(chat(tmp_path, text))) == 2


def test_lines_end_at_a_line_feed_and_nowhere_else(tmp_path: Path) -> None:
    text = "13/01/2026, 10:00 - Ann: a\u2028b\x85c\x0bd\r\n13/01/2026, 10:01 - Ann: e\r\n"
    assert [one.text for one in read(chat(tmp_path, text))] == ["a\u2028b\x85c\x0bd", "e"]


def test_what_only_looks_like_a_file_is_text(tmp_path: Path) -> None:
    text = "13/01/2026, 10:00 - Ann: send report.pdf (draft)\n13/01/2026, 10:01 - Ann: it is 3.50 (each)\n"
    assert all(not one.attachments for one in read(chat(tmp_path, text)))


def test_a_file_in_the_zip_is_known_by_its_name_in_any_language(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat with Ann.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr(
            "WhatsApp Chat with Ann.txt", "13/01/2026, 10:00 - Ann: plan b.pdf (zzz)\n13/01/2026, 10:01 - Ann: ok\n"
        )
        out.writestr("plan b.pdf", b"%PDF")
    assert read(path)[0].attachments[0].content == b"%PDF"


def test_a_text_file_that_somebody_sent_is_no_chat_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat with Ann.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("WhatsApp Chat with Ann.txt", "13/01/2026, 10:00 - Ann: notes.txt (file attached)\n")
        out.writestr("notes.txt", "13/01/2026, 10:00 - Bob: pasted\n13/01/2026, 10:01 - Bob: here\n")
    (one,) = read(path)
    assert (one.thread, one.attachments[0].stored) == ("Ann", True)


def test_a_folder_of_exports_gives_a_thread_for_each(tmp_path: Path) -> None:
    for name in ("Ann", "Bob"):
        chat(tmp_path, f"13/01/2026, 10:00 - {name}: hi\n", f"WhatsApp Chat with {name}.txt")
    with open_bundle(tmp_path) as bundle:
        read_again = list(Source(bundle).read({}))
    assert [batch.arrivals[0].message.thread for batch in read_again] == ["Ann", "Bob"]
    assert len({batch.place for batch in read_again}) == 2


def test_an_empty_text_behind_the_sender_is_a_message(tmp_path: Path) -> None:
    said = read(chat(tmp_path, "13/01/2026, 10:00 - Ann: \n13/01/2026, 10:01 - Ann:\n13/01/2026, 10:02 - Ann: x\n"))
    assert [(one.sender.name, one.text) for one in said] == [("Ann", ""), ("Ann", ""), ("Ann", "x")]


def test_in_the_hour_that_comes_twice_the_order_of_the_file_decides(tmp_path: Path) -> None:
    text = "25.10.26, 02:50 - Ann: a\n25.10.26, 02:10 - Ann: b\n"
    said = read(chat(tmp_path, text), zone="Europe/Berlin")
    assert [one.received_at for one in said] == [
        datetime(2026, 10, 25, 0, 50, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 10, tzinfo=UTC),
    ]


def test_what_stands_before_the_first_message_is_set_aside_with_its_line(tmp_path: Path) -> None:
    path = chat(tmp_path, "a title\n13/01/2026, 10:00 - Ann: a\n13/01/2026, 10:01 - Ann: b\n")
    with open_bundle(path) as bundle:
        (batch,) = Source(bundle).read({})
    assert [one.where for one in batch.set_aside] == ["line 1"]
    assert len(batch.arrivals) == 2


def test_the_raw_bytes_of_all_messages_are_the_file() -> None:
    path = SAMPLES / "WhatsApp Chat mit Ayla Brandt.txt"
    assert b"".join(one.raw for one in german()) == path.read_bytes()


def test_a_log_file_and_a_letter_are_no_chat(tmp_path: Path) -> None:
    for text in ("2024-01-01 10:00:00 ERROR: no\n2024-01-01 10:00:01 ERROR: no\n", "Dear Ann,\n\nhow are you?\n"):
        with open_bundle(chat(tmp_path, text, "x.txt")) as bundle:
            assert sniff(bundle) is None


def test_a_file_without_a_single_head_is_refused_in_words(tmp_path: Path) -> None:
    with open_bundle(chat(tmp_path, "nothing\n")) as bundle, pytest.raises(Unreadable):
        list(Source(bundle).read({}))


def test_an_unknown_zone_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        read(chat(tmp_path, "13/01/2026, 10:00 - Ann: a\n"), zone="Mars/Base")


def test_a_finished_file_yields_nothing_more_and_says_how_many_it_held() -> None:
    with open_bundle(SAMPLES / "WhatsApp Chat mit Ayla Brandt.txt") as bundle:
        source = Source(bundle)
        last = list(source.read({}))[-1]
        assert last.cursor == '{"done": true, "count": 12}'
        assert list(source.read({last.place: last.cursor})) == []


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([line for line, _ in HEADS] + ["x", "", "\u200e", "[", "1/1/", ": "]), max_size=12),
    st.text(max_size=40),
)
def test_no_text_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, lines: list[str], more: str) -> None:
    path = chat(tmp_path_factory.mktemp("any"), "\n".join(lines) + more.encode("utf-8", "replace").decode())
    with contextlib.suppress(Problem):
        read(path)


def test_the_cheap_look_at_a_body_lets_every_phrase_of_the_app_through() -> None:
    phrases = {*DELETED, *YOU_DELETED, *MISSED, *PLACEHOLDERS, "null", "<null>"}
    for phrase in phrases:
        for written in (phrase, phrase.upper(), f"\u200e{phrase}.", f" {phrase}\u200f\u00a0", phrase + "。"):
            assert bare(written) not in phrases or may_be_phrase(written), written


def test_a_chat_is_walked_over_once_however_often_it_is_asked_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks: list[str] = []
    walk = whatsapp_chats._walked
    monkeypatch.setattr(whatsapp_chats, "_walked", lambda *given: walks.append(given[1]) or walk(*given))
    text = "13/01/2026, 10:00 - Ann: hi\n13/01/2026, 10:01 - Deniz: hello\n"
    with open_bundle(chat(tmp_path, text, "chat.txt")) as bundle:
        assert Source(bundle).owner() is None
        assert Source(bundle, me=("deniz",)).owner() == "Deniz"
        assert Source(bundle).owner() is None
        assert sum(len(one.arrivals) for one in Source(bundle).read({})) == 2
    assert walks == ["chat.txt"]

"""The sanitiser: nothing a stranger writes reaches a terminal, a grid or a disk as more than letters."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.growth import linear
from tui_inbox.rules.clean import MARKLIKE, block, cells, composed, filename, fitted, line, width

NASTY = (
    "ae1#\u0301\u0316\u0344\u200b\u200c\u200d\ufe0e\ufe0f\u20e3👩💻❤🏽🇹\u0627\u064b\u093f\u0915\u094d\u202e\u202d\u202a\u2066"
    "  \n\r\t\x1b\x07\x00\x9b\x85\u2028\ud800\udc00\u3000\u00a0\u115f\u0f71\u0f72\u1100\u1161\u11a8\u2329\u2190\u0338"
    "\U000e0041\u0958\u0bc6\u0bbe\u3099\U0010eeee….-~/\\:]"
)
TEXTS = st.text(st.sampled_from(NASTY), max_size=40) | st.text(max_size=40)
NEVER = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)


@given(TEXTS)
def test_a_line_holds_no_control_and_is_one_line(text: str) -> None:
    clean = line(text)
    assert not NEVER.search(clean)
    assert "\n" not in clean
    assert clean == clean.strip()


@given(TEXTS)
def test_a_block_holds_no_control_but_the_end_of_a_line(text: str) -> None:
    assert not NEVER.search(block(text))


@given(TEXTS, st.integers(1, 30))
def test_cleaning_twice_is_cleaning_once(text: str, limit: int) -> None:
    for clean in (line, block):
        assert clean(clean(text)) == clean(text)
        assert clean(clean(text, limit), limit) == clean(text, limit)
        assert len(clean(text, limit)) <= limit
    assert filename(filename(text)) == filename(text)
    assert cells(cells(text, limit), limit) == cells(text, limit)


@given(TEXTS, st.integers(1, 30), st.booleans())
def test_cells_never_break_the_grid(text: str, room: int, ascii_only: bool) -> None:
    drawn = cells(text, room, ascii_only)
    assert cell_len(drawn) == width(drawn) <= room
    assert cell_len(fitted(text, room, ascii_only)) == room


@pytest.mark.parametrize(
    ("wrote", "shown"),
    [
        ("Hi\x1b]52;c;Zm9v\x1b\\ there", "Hi]52;c;Zm9v\\ there"),
        ("red \x1b[31mtext\x9b0m", "red [31mtext0m"),
        ("two\r\nlines\tand  more ", "two lines and more"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("invoice\u202egpj.exe", "invoice⟨RLO⟩gpj.exe"),
        ("\u2068Ada\u2069 \u202a+90 555\u202c", "Ada +90 555"),
        ("pay\u200bpal\ufeff", "paypal"),
        ("a\U000e0041\U000e007fb", "ab"),
        ("x\ud83dy", "x\ufffdy"),
        ("e\u0301", "é"),
        ("z" + "\u0336" * 40, "z" + "\u0336" * 4),
        ("\u0301a", "a"),
    ],
)
def test_what_is_hostile_is_taken_out_or_shown(wrote: str, shown: str) -> None:
    assert line(wrote) == shown


@pytest.mark.parametrize(
    "text",
    ["👩‍💻 ❤️ 1️⃣ 🇹🇷 👍🏽", "می\u200cخواهم", "ශ්\u200dරී", "שלום", "สวัสดีครับ", "हिन्दी", "東京都", "Việt Nam", "Straße"],
)
def test_what_living_languages_need_is_kept(text: str) -> None:
    assert line(text) == text
    assert block(text) == text


def test_a_joiner_out_of_place_is_removed() -> None:
    assert line("pay\u200dpal \u200c") == "paypal"


def test_a_block_keeps_its_lines_and_spreads_tabs() -> None:
    assert block("a\r\nb\rc\x0bd\u2028e") == "a\nb\nc\nd\ne"
    assert block("a\tb\n\tc") == "a       b\n        c"


def test_what_is_too_long_ends_with_a_mark() -> None:
    assert line("abcdef", 4) == "abc…"
    assert block("abcdef", 4) == "abc…"
    assert line("\u200b" * 100_000 + "a", 10) == "…"


def test_cells_are_cut_between_wide_characters() -> None:
    assert cells("日本語", 4) == "日…"
    assert cells("日本語", 5) == "日本…"
    assert cells("日本語", 6) == "日本語"
    assert cells("Where is it", 8) == "Where i…"
    assert cells("Where is it", 8, ascii=True) == "Where..."
    assert cells("x", 0) == ""


def test_composed_emoji_are_drawn_as_what_every_terminal_counts_alike() -> None:
    assert cells("👩‍💻 👍🏽 ❤️ 1️⃣ 🇹🇷", 40) == "👩 👍 ❤ 1 TR"


@pytest.mark.parametrize(
    ("wrote", "saved"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\invoice.pdf", "invoice.pdf"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\nb.txt", "a b.txt"),
        ('what?<is>"this".txt', "what__is__this_.txt"),
        ("", "attachment"),
        ("..", "attachment"),
        ("trailing. . ", "trailing"),
        ("Rechnung für März.pdf", "Rechnung für März.pdf"),
    ],
)
def test_a_file_name_is_safe_to_save(wrote: str, saved: str) -> None:
    assert filename(wrote) == saved


@given(TEXTS)
def test_a_file_name_is_always_one_short_plain_name(text: str) -> None:
    name = filename(text)
    assert name
    assert name[0] not in ".-~ "
    assert len(name.encode()) <= 120
    assert not set(name) & set('/\\:*?"<>|\0\n')


def test_the_extension_survives_the_cut() -> None:
    assert filename("ü" * 200 + ".pdf").endswith("ü.pdf")
    assert len(filename("ü" * 200 + ".pdf").encode()) <= 120


def test_the_first_look_for_marks_misses_none() -> None:
    marks = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code))[0] == "M"]
    assert [hex(ord(char)) for char in marks if not re.match(f"[{MARKLIKE}]", char)] == []


@pytest.mark.parametrize(
    "piece",
    ["a\u0300\u0316", "\u0316\u0300", "\u200d", "\u202e", "👩\u200d", "\u0928\u094d\u200c", "\t", "\r", " \u200b"],
)
def test_cleaning_is_linear(piece: str) -> None:
    linear(lambda many: piece * many, lambda text: (block(text), line(text, 10**6), cells(text, 80)))


def test_of_a_run_of_marks_the_first_thirty_are_composed() -> None:
    assert composed("a" + "\u0301" * 100) == "\u00e1" + "\u0301" * 29


def test_a_flag_is_drawn_as_the_letters_of_its_country() -> None:
    assert cells("\U0001f1e6\U0001f1f9 \U0001f1ff\U0001f1e6", 10) == "AT ZA"

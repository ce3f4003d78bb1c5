"""Folding: the same word in every spelling, and every word of every script findable."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import linear
from tui_inbox.rules.fold import folded, found, joined, plain, sought, words


def finds(query: str, text: str) -> bool:
    """Whether the tokens of *query* stand in a row among those of *text*, as the index looks for them."""
    (tokens, begun), held = sought(query), words(text)
    for at in range(len(held) - len(tokens) + 1):
        row = held[at : at + len(tokens)]
        if (
            tokens
            and row[:-1] == list(tokens[:-1])
            and (row[-1] == tokens[-1] or (begun and row[-1].startswith(tokens[-1])))
        ):
            return True
    return False


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("istanbul", "İSTANBUL'da"),
        ("İSTANBUL", "istanbul"),
        ("ISTANBUL", "ıstanbul"),
        ("strasse", "Straße"),
        ("STRASSE", "straße"),
        ("sikayet", "şikâyet"),
        ("şikayet", "sikayet"),
        ("lodz", "Łódź"),
        ("orsted", "Ørsted"),
        ("dordevic", "Đorđević"),
        ("aether", "Æther"),
        ("ελλας", "ΕΛΛΆΣ"),
        ("елка", "ёлка"),
        ("كتاب", "كِتَابٌ"),
        ("احمد", "أحمد"),
        ("34", "٣٤"),
        ("fin", "ﬁn"),
        ("iphone", "ｉＰｈｏｎｅ"),
        ("ガギ", "ｶﾞｷﾞ"),
        ("bestellnummer", "Bestell\u00adnummer"),
        ("میخواهم", "می\u200cخواهم"),
        ("👍", "ok 👍🏽"),
    ],
)
def test_a_word_is_found_in_its_other_spelling(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("京都", "東京都へ行く"),
        ("東", "ここは東"),
        ("京", "東京都"),
        ("都", "東京都"),
        ("注文番号", "昨日の注文番号を教えて"),
        ("ケース", "iPhoneケース買う"),
        ("iphone", "iPhoneケース買う"),
        ("iPhoneケース", "赤いiPhoneケース買う"),
        ("สินค้า", "ยังไม่ได้รับสินค้าเลยค่ะ"),
        ("주문", "주문을 했어요"),
        ("ລາຄາ", "ຂໍລາຄາແດ່"),
        ("តម្លៃ", "សួរតម្លៃបាន"),
    ],
)
def test_a_word_is_found_inside_running_text(query: str, text: str) -> None:
    assert finds(query, text)


def test_what_is_not_there_is_not_found() -> None:
    assert not finds("京東", "東京都")
    assert not finds("東都", "東京都")
    assert not finds("lam", "lamp")


def test_an_address_is_found_whole_and_by_its_parts() -> None:
    address = "Ada <ada.demir@Mail.BigCorp.example>"
    for part in ("ada.demir@mail.bigcorp.example", "demir", "bigcorp", "bigcorp.example", "mail.bigcorp.example"):
        assert finds(part, address)


def test_vowel_signs_of_indic_scripts_are_letters() -> None:
    assert words("कि") != words("की")


def test_an_unspaced_run_costs_one_token_a_character() -> None:
    assert words("東京都") == ["東京", "京都", "都"]
    assert words("a東b") == ["a", "東", "b"]


def test_pairs_become_the_word_again() -> None:
    assert joined(sought("東京都庁")[0]) == "東京都庁"
    assert joined(sought("big corp")[0]) == "big corp"


def test_matches_are_marked_where_they_stand() -> None:
    def marked(text: str, *terms: str) -> list[str]:
        return [text[start:end] for start, end in found(text, terms)]

    assert marked("In der Straße, Strassen; İSTANBUL", "strasse", "istanbul") == ["Straße", "İSTANBUL"]
    assert marked("order, Ordering, reorder", "order*") == ["order", "Order"]
    assert marked("東京都へ", "京都") == ["京都"]
    assert marked("Ada <ada@Big.example>", "big example") == ["Big.example"]
    assert marked("nothing") == []


@given(st.text())
def test_tokens_are_what_an_ascii_tokenizer_sees(text: str) -> None:
    for token in words(text):
        assert token
        assert all(char.isalnum() or not char.isascii() for char in token)
        assert not any(char.isspace() or unicodedata.category(char) in ("Cs", "Cc") for char in token)
    folded(text).encode()


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(min_size=1), st.text(), st.text())
def test_what_a_text_holds_as_a_whole_word_is_found(word: str, before: str, after: str) -> None:
    if words(word):
        assert finds(word, f"{before} {word} {after}")


@given(st.text(), st.lists(st.text(), max_size=3))
def test_marking_never_fails_and_stays_inside(text: str, wanted: list[str]) -> None:
    spans = found(text, [plain(one) for one in wanted])
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    "piece", ["a\u0300\u0316", "\uff9e\u0300", "\u0e38\u0e48", "日本", "a\u200b ", "\ufdfa", "\u1100", "\u0dd9\u0dcf"]
)
def test_folding_is_linear(piece: str) -> None:
    linear(lambda many: piece * many, words)


def test_a_sign_is_a_word_of_its_own_up_to_the_last_of_its_block():
    assert folded("a\u2600b\u27bfc\u27c0d") == "a \u2600 b \u27bf c d"


def test_syllables_that_folding_takes_apart_are_whole_again():
    assert plain("한국어") == "한국어"

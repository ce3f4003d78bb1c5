"""Card numbers and IBANs: found where their check digits hold, covered, and nothing else touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import linear
from tui_inbox.rules.sensitive import CARD, IBAN, found, masked


@pytest.mark.parametrize(
    "number",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "4912345678901297",
        "5555555555559799",
        "4111\u00a01111\u00a01111\u00a01111",
        "5500 0000 0000 0004",
        "2223 0031 2200 3222",
        "3782 822463 10005",
        "6011111111111117",
        "9792 0303 9444 0796",
    ],
)
def test_a_card_number_with_a_valid_check_digit_is_found(number):
    assert found(f"My card is {number}, thank you") == {CARD}


def test_a_card_is_found_beside_other_numbers():
    assert masked("2026 4111 1111 1111 1111 123 12/28") == "2026 •••• •••• •••• 1111 123 12/28"


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "order 1234567890123456",
        "call +49 1512 3456789 or 0532 123 45 67",
        "IMEI 356938035643809",
        "at 1700000000000",
        "41111111111111111111111111",
        "x4111111111111111y",
    ],
)
def test_other_numbers_are_no_cards(text):
    assert found(text) == frozenset()
    assert masked(text) == text


@pytest.mark.parametrize(
    "account",
    [
        "TR33 0006 1005 1978 6457 8413 26",
        "DE89370400440532013000",
        "de89 3704 0044 0532 0130 00",
        "GB82 WEST 1234 5698 7654 32",
        "HR12 1001 0051 8630 0016 0",
        "NO93 8601 1117 947",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    ],
)
def test_an_iban_with_valid_check_digits_is_found(account):
    assert found(f"Please pay to {account}.") == {IBAN}
    assert found(f"{account} Thanks") == {IBAN}


def test_an_iban_right_after_what_looks_like_the_beginning_of_one_is_found():
    assert found("no12 TR33 0006 1005 1978 6457 8413 26") == {IBAN}


@pytest.mark.parametrize(
    "text", ["DE89370400440532013001", "XX89370400440532013000", "DE8937040044053201300099", "AB12"]
)
def test_other_codes_are_no_ibans(text):
    assert IBAN not in found(text)


def test_what_is_masked_keeps_its_last_four_signs_and_its_form():
    text = "Card 4111-1111-1111-1111, account TR33 0006 1005 1978 6457 8413 26."
    assert masked(text) == "Card ••••-••••-••••-1111, account •••• •••• •••• •••• •••• ••13 26."


@given(st.text(alphabet="4111 -1DETR339a.\n", max_size=300))
def test_masking_changes_nothing_but_the_signs_it_covers(text):
    covered = masked(text)
    assert len(covered) == len(text)
    assert all(new in (old, "•") for old, new in zip(text, covered, strict=True))
    assert (covered != text) == bool(found(text))


@pytest.mark.parametrize("piece", ["4 ", "411 ", "4111111111111112 ", "1", "DE89 ", "de12a", "no12 3704 "])
def test_a_hostile_text_takes_no_longer_than_its_length_allows(piece):
    linear(lambda many: piece * many, masked)


@pytest.mark.parametrize("number", ["BR1800360305000010009795493C1", "UA213223130000026007233566001"])
def test_an_iban_of_twenty_nine_signs_is_found(number):
    assert found(f"pay {number} please") == {IBAN}


@pytest.mark.parametrize("number", ["123 4111111111111111", "1234 4111 1111 1111 1111"])
def test_a_card_behind_another_number_is_found(number):
    assert found(f"order {number}") == {CARD}

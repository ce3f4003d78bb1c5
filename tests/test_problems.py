"""What was probably meant, wherever a word is none of those that are known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import linear
from tui_inbox.problems import nearest, one_of

DAYS = ("wed", "fri", "friday", "monday", "sunday")


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("WEDD", "wed"),
        ("fridy", "friday"),
        ("fry", "fri"),
        ("sonday", "sunday"),
        ("weekend", ""),
        ("", ""),
        ("mittwoch", ""),
    ],
)
def test_the_nearest_is_what_has_the_most_in_common_and_begins_alike_and_chance_is_not_enough(said, near):
    assert nearest(said, DAYS) == near


def test_the_hint_names_the_nearest_or_all():
    assert one_of("fryday", DAYS) == "Did you mean `friday`?"
    assert one_of("mittwoch", DAYS) == "Take one of wed, fri, friday, monday, sunday."


@given(st.lists(st.text(min_size=1, max_size=9), max_size=5))
def test_what_is_known_is_nearest_to_itself(known):
    assert all(nearest(one, known).casefold() == one.casefold() for one in known)


def test_a_word_without_end_costs_what_its_beginning_costs():
    linear(lambda many: "ab" * many, lambda said: nearest(said, ["ab" * 20] * 20))

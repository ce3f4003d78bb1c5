"""A few letters mean a name: the nearer they lie to its beginning and to each other, the sooner."""

from __future__ import annotations

import pytest

from tui_inbox.rules.picking import matching, score

TEAM = [("m", ("Mert Aksoy", "mert@shop.example")), ("i", ("Ivana Marić", "ivana@shop.example")), ("a", ("Amer",))]


@pytest.mark.parametrize(
    ("typed", "name", "marks"),
    [
        ("mert", "Mert Aksoy", 0),
        ("AK", "Mert Aksoy", 1),
        ("soy", "Mert Aksoy", 2),
        ("mt", "Mert", 5),  # three, and the two letters between
        ("mrk", "Mert Aksoy", 7),
        ("tm", "Mert", None),
        ("mm", "Mert", None),
        ("x", "Mert", None),
    ],
)
def test_letters_fit_a_name_the_better_the_fewer_lie_between(typed: str, name: str, marks: int | None) -> None:
    assert score(typed, name) == marks


def test_what_begins_with_the_letters_comes_before_what_has_them_inside() -> None:
    assert matching("mer", TEAM) == ["m", "a"]
    assert matching("am", TEAM) == ["a", "m", "i"], "as in example"
    assert matching("shop", TEAM) == ["m", "i"]
    assert matching("zz", TEAM) == []


def test_a_name_comes_before_another_name_for_it() -> None:
    known = [("by address", ("Mert", "ivana@shop.example")), ("by name", ("Ivana",))]
    assert matching("ivana", known) == ["by name", "by address"]


def test_where_nothing_is_typed_all_are_meant_in_their_order() -> None:
    assert matching(" ", TEAM) == ["m", "i", "a"]

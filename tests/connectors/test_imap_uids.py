"""Sets of UIDs behave as sets, whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.connectors.imap.uids import Uids

some = st.sets(st.integers(1, 60), max_size=40)


@given(some, some)
def test_the_operations_are_those_of_sets(a: set[int], b: set[int]) -> None:
    assert set(Uids.of(a) | Uids.of(b)) == a | b
    assert set(Uids.of(a) - Uids.of(b)) == a - b
    assert set(Uids.of(a) & Uids.of(b)) == a & b
    assert len(Uids.of(a)) == len(a)
    assert bool(Uids.of(a)) == bool(a)


@given(some)
def test_a_set_is_written_in_one_way_and_read_back(a: set[int]) -> None:
    assert Uids.parse(str(Uids.of(a))) == Uids.of(sorted(a, reverse=True))


@given(some, st.integers(1, 50))
def test_the_newest_are_the_highest(a: set[int], count: int) -> None:
    assert Uids.of(a).newest(count) == sorted(a, reverse=True)[:count]


@given(some, st.integers(8, 30))
def test_parts_that_fit_on_a_line_make_up_the_whole(a: set[int], limit: int) -> None:
    parts = list(Uids.of(a).lines(limit))
    assert [uid for part in parts for uid in part] == sorted(a)
    assert all(len(str(part)) <= limit for part in parts)


def test_neighbours_become_one_range() -> None:
    assert str(Uids.of([3, 1, 2, 7, 9, 8, 8])) == "1:3,7:9"


@pytest.mark.parametrize("text", ["0", "5:3", "a", "1:*", "-1", "1,,2"])
def test_what_is_no_set_of_uids_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Uids.parse(text)

"""Ids kept as bits are the same set of ids."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.inbox.outcome import Ids, Ingested


@given(st.lists(st.integers(0, 5000)), st.lists(st.integers(0, 5000)))
def test_ids_are_counted_found_and_told_as_a_set_does(first: list[int], second: list[int]) -> None:
    ids = Ids(first)
    ids |= second
    assert list(ids) == sorted({*first, *second})
    assert len(ids) == len({*first, *second})
    assert all(id_ in ids for id_ in first + second)
    assert [id_ for id_ in range(5002) if id_ in ids] == list(ids)
    assert "1" not in ids


def test_what_batches_touched_is_added_up_once() -> None:
    whole, part = Ingested(), Ingested(new=2)
    part.conversations |= {3, 4}
    whole.add(part)
    whole.add(part)
    assert (whole.new, list(whole.conversations)) == (4, [3, 4])

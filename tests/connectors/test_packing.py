"""How much of an export the inbox is given at a time."""

from __future__ import annotations

import json
from functools import partial

import pytest

from tui_inbox.connectors import SetAside
from tui_inbox.connectors.formats.intime import WHY
from tui_inbox.connectors.formats.packing import BATCH, LEAST, PACE, Found, paced, packed
from tui_inbox.rules.model import Message, Person


def test_a_batch_that_took_longer_than_others_may_be_kept_waiting_is_followed_by_a_smaller_one() -> None:
    assert paced(BATCH, 4 * PACE) == BATCH // 4
    assert paced(BATCH // 4, PACE / 8) == BATCH


def test_a_batch_is_never_so_small_that_beginning_it_costs_most() -> None:
    assert paced(BATCH, 1000 * PACE) == LEAST


def test_an_inbox_that_takes_no_time_is_given_whole_batches() -> None:
    assert paced(BATCH, 0) == BATCH


def test_batches_shrink_while_the_inbox_is_slow_and_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 2))  # whoever takes a batch needs two seconds
    monkeypatch.setattr("tui_inbox.connectors.formats.packing.time.monotonic", lambda: next(clock))
    found = [(Message("x", str(one), Person("Ann"), None, thread="t"), one) for one in range(4000)]
    sizes = [len(batch.arrivals) for batch in packed(lambda: found, "place", {}, len(found))]
    assert sizes[:3] == [BATCH, BATCH // 4, LEAST]
    assert sum(sizes) == len(found)


def test_what_had_no_time_in_one_run_moves_nothing_in_the_next() -> None:
    said: list[Message | SetAside] = [Message("x", str(one), Person("Ann"), None, thread="t") for one in range(4)]
    slow = [said[0], SetAside("line 2", WHY), *said[2:]]
    for first, again in ((slow, said), (said, slow)):
        [broken_off] = packed(partial(numbered, first[:3]), "place", {}, 4)
        assert json.loads(broken_off.cursor)["count"] == 3
        [rest] = packed(partial(numbered, again), "place", {"place": json.dumps({"count": 3})}, 4)
        assert [one.message for one in rest.arrivals] == [said[3]]


def numbered(found: list[Message | SetAside]) -> Found:
    return [(one, at) for at, one in enumerate(found)]

"""One message that is offered more than once, in one batch or in several: whichever is first, the same comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from tests.life import laws
from tests.life.world import MAILBOX, PHONE, Came, Said, Store, differences, portrait
from tui_inbox.rules.model import State

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def kept() -> Iterator[list[Store]]:
    stores: list[Store] = []
    yield stores
    for one in stores:
        one.gone()


def told_in_every_way(kept: list[Store], *said: Said) -> dict[str, Any]:
    """Return the one conversation that *said* come to in any order, in one batch, in one each, and in two."""
    for order in permutations([one.came() for one in said]):
        ways: Sequence[Sequence[Sequence[Came]]] = ([order], [[one] for one in order], [order[:1], order[1:]])
        for batches in ways:
            store = Store()
            kept.append(store)
            for batch in batches:
                store.arrive(batch, NOW)
            laws.hold(store, NOW)
    first = portrait(kept[0])
    for other in kept[1:]:
        assert not differences(first, portrait(other))
    (only,) = first.conversations.values()
    return only


def test_a_copy_in_sent_says_that_it_is_ours_whichever_copy_comes_first(kept: list[Store]) -> None:
    only = told_in_every_way(
        kept,
        Said("a.1", "ask", MAILBOX, "a", NOW - 3 * HOUR),
        Said("a.out", "copy", MAILBOX, "a", NOW - 2 * HOUR),
        Said("a.out", "filed", MAILBOX, "a", NOW - 2 * HOUR),
    )
    assert [(one[2], one[8]) for one in only["messages"]] == [("in", 1), ("out", 0)]
    assert only["due"] is None


def test_a_report_finds_what_it_says_is_lost_when_only_the_copy_in_sent_says_that_it_is_ours(
    kept: list[Store],
) -> None:
    only = told_in_every_way(
        kept,
        Said("a.out", "copy", MAILBOX, "a", NOW - 2 * HOUR),
        Said("a.2", "hard", MAILBOX, "a", NOW - HOUR, about="a.out"),
        Said("a.out", "filed", MAILBOX, "a", NOW - 2 * HOUR),
    )
    assert (only["place"], only["reason"]) == ("inbox", "bounce")


def test_the_newest_edit_counts_whichever_comes_first(kept: list[Store]) -> None:
    versions = [Said("a.1", "ask", PHONE, "a", NOW - HOUR, edited=edited) for edited in (0, 1, 2)]
    only = told_in_every_way(kept, *versions)
    assert [(one[6], one[7]) for one in only["messages"]] == [("hello again again", State.EDITED)]


def test_what_was_deleted_keeps_what_it_last_said_whichever_comes_first(kept: list[Store]) -> None:
    versions = [Said("a.1", "ask", PHONE, "a", NOW - HOUR, edited=edited) for edited in (0, 1, 3)]
    only = told_in_every_way(kept, *versions)
    assert [(one[6], one[7]) for one in only["messages"]] == [("hello again", State.DELETED)]

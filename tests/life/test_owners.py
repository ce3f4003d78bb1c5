"""Owners through the real store: teammates who are gone, and conversations that turned out to be part of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.life import laws
from tests.life.world import MAILBOX, PLAIN, Said, Store
from tui_inbox.connectors import Batch
from tui_inbox.inbox.outcome import Ingested
from tui_inbox.rules.model import Archive, Forward, Place, Snooze

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    made.hear(Said("a.1", "ask", MAILBOX, "a", NOW - HOUR), now=NOW)
    yield made
    made.gone()


def without_mert(store: Store) -> None:
    store.config = replace(PLAIN, teammates=PLAIN.teammates[1:])
    store.reopen()


def heard(store: Store, said: Said) -> Ingested:
    origin, arrival = said.came()
    return store.inbox.ingest(origin, Batch((arrival,), "place", said.name), said.at)


def test_a_removed_teammate_stays_the_owner_until_the_customer_writes_then_it_comes_to_me(store: Store) -> None:
    (only,) = store.conversations()
    store.inbox.perform([Forward(only, 9, "Mert")], NOW)
    store.deliver(0, "sent", NOW)
    without_mert(store)
    with store.inbox.reader() as reader:
        assert reader.rows([only], NOW)[0].owner == "Mert"
    came = heard(store, Said("a.2", "ask", MAILBOX, "a", NOW + HOUR))
    assert any("Mert" in one for one in came.warnings)
    with store.inbox.reader() as reader:
        assert reader.rows([only], NOW + HOUR)[0].place is Place.INBOX
    laws.hold(store, NOW + HOUR)


def test_a_conversation_that_begins_at_a_removed_teammate_begins_at_me(store: Store) -> None:
    (only,) = store.conversations()
    store.inbox.perform([Forward(only, 9, "Mert")], NOW)
    store.deliver(0, "sent", NOW)
    store.inbox.perform([Archive(only, 9)], NOW + HOUR)
    without_mert(store)
    later = NOW + 20 * DAY
    came = heard(store, Said("a.2", "ask", MAILBOX, "a", later))
    assert any("Mert" in one for one in came.warnings)
    with store.inbox.reader() as reader:
        begun = reader.rows([store.conversation_with("<a.2@x>")], later)[0]
    assert (begun.place, begun.continues) == (Place.INBOX, only)


def test_an_act_on_a_conversation_that_became_part_of_another_is_done_there(store: Store) -> None:
    store.hear(Said("b.1", "ask", MAILBOX, "b", NOW - HOUR), now=NOW)
    first, second = store.conversations()
    store.hear(Said("a.2", "joins", MAILBOX, "a", NOW, about="b"), now=NOW)
    assert store.conversations() == [first]
    plan = (NOW + HOUR, NOW + 2 * HOUR)
    assert store.inbox.perform([Snooze(second, store.seen(), *plan)], NOW).done == (first,)
    both = [Archive(first, store.seen()), Archive(second, store.seen())]
    assert store.inbox.perform(both, NOW).done == (first,)
    laws.hold(store, NOW)

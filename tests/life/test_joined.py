"""Threads that a late parent joins, and lost answers: whatever comes first, the same comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from tests.life import laws
from tests.life.world import ARCHIVE, MAILBOX, Said, Store, differences, portrait
from tui_inbox.rules.model import Archive, Forward, Snooze

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def told(*said: Said, archived_first: bool = False, at: datetime = NOW) -> Store:
    """Return a store that hears *said* one by one; *archived_first*: the first one is archived before the rest."""
    store = Store()
    for number, one in enumerate(said):
        now = one.at if archived_first and number == 0 else at
        store.hear(one, now=now)
        if archived_first and number == 0:
            store.inbox.perform([Archive(store.conversations()[0], store.seen())], now)
    store.inbox.settle(at)
    laws.hold(store, at)
    return store


@pytest.fixture
def kept() -> Iterator[list[Store]]:
    stores: list[Store] = []
    yield stores
    for one in stores:
        one.gone()


def agree(stores: list[Store]) -> None:
    first = portrait(stores[0])
    for other in stores[1:]:
        assert not differences(first, portrait(other))


def test_two_threads_that_a_late_parent_joins_are_the_same_as_one_from_the_start(kept: list[Store]) -> None:
    said = (
        Said("a.1", "ask", MAILBOX, "a", NOW - 3 * HOUR),
        Said("b.1", "ask", MAILBOX, "b", NOW - 2 * HOUR),
        Said("a.2", "joins", MAILBOX, "a", NOW - 4 * HOUR, about="b"),
    )
    kept += [told(*order) for order in permutations(said)]
    agree(kept)


def test_what_joins_an_archived_thread_long_after_begins_the_next_conversation(kept: list[Store]) -> None:
    first = Said("a.1", "ask", MAILBOX, "a", NOW - 40 * DAY)
    rest = (
        Said("b.1", "ask", MAILBOX, "b", NOW - 2 * HOUR),
        Said("a.2", "joins", MAILBOX, "a", NOW - 1 * HOUR, about="b"),
    )
    kept += [told(first, *order, archived_first=True) for order in permutations(rest)]
    agree(kept)


def test_of_two_acted_on_conversations_that_a_late_parent_joins_the_received_time_chooses(kept: list[Store]) -> None:
    first = Said("a.1", "ask", MAILBOX, "a", NOW - 40 * DAY)
    second = Said("b.1", "ask", MAILBOX, "b", NOW - 39 * DAY)
    joint = Said("a.2", "joins", MAILBOX, "a", NOW - 41 * DAY, about="b")
    later = Said("b.2", "ask", MAILBOX, "b", NOW - 1 * HOUR)
    for begun in permutations((first, second)):
        for rest in permutations((joint, later)):
            store = Store()
            kept.append(store)
            store.hear(begun[0], now=NOW - 30 * DAY)
            store.hear(begun[1], now=NOW - 30 * DAY)
            ids = [store.conversation_with(f"<{one.name}@x>") for one in (first, second)]
            store.inbox.perform([Forward(one, store.seen(), "Mert") for one in ids], NOW - 30 * DAY)
            for one in rest:
                store.hear(one, now=NOW)
            store.inbox.settle(NOW)
    agree(kept)
    assert {len(key) for key in portrait(kept[0]).conversations} == {2}


def test_what_no_act_had_seen_when_threads_are_joined_falls_by_its_received_time(kept: list[Store]) -> None:
    first = Said("a.1", "ask", MAILBOX, "a", NOW - 2 * DAY)
    second = Said("b.1", "ask", MAILBOX, "b", NOW - 1 * DAY)
    rest = (
        Said("a.2", "ask", MAILBOX, "a", NOW - 1 * HOUR),
        Said("b.2", "ask", MAILBOX, "b", NOW - 36 * HOUR),
        Said("b.3", "joins", MAILBOX, "b", NOW - 1 * HOUR, about="a"),
    )
    for order in permutations(rest):
        store = Store()
        kept.append(store)
        store.hear(first, now=NOW - 20 * HOUR)
        store.hear(second, now=NOW - 20 * HOUR)
        later = NOW + DAY
        ids = [store.conversation_with(f"<{one.name}@x>") for one in (first, second)]
        store.inbox.perform([Snooze(one, store.seen(), later, later + HOUR) for one in ids], NOW - 20 * HOUR)
        for one in order:
            store.hear(one, now=NOW)
        laws.hold(store, NOW)
    agree(kept)
    assert set(portrait(kept[0]).conversations) == {("|<a.1@x>", "|<b.2@x>"), ("|<a.2@x>", "|<b.1@x>", "|<b.3@x>")}


def test_what_an_import_brings_before_its_parent_is_history_only_if_its_thread_makes_it_so(kept: list[Store]) -> None:
    first = Said("a.1", "ask", ARCHIVE, "a", NOW - 40 * DAY)
    rest = (
        Said("b.1", "ask", ARCHIVE, "b", NOW - 20 * DAY),
        Said("a.2", "joins", ARCHIVE, "a", NOW - 21 * DAY, about="b"),
    )
    kept += [told(first, *order, archived_first=True) for order in permutations(rest)]
    agree(kept)


def test_a_bounce_may_come_before_the_answer_it_says_is_lost(kept: list[Store]) -> None:
    said = (
        Said("a.1", "ask", MAILBOX, "a", NOW - 3 * HOUR),
        Said("a.out", "answer", MAILBOX, "a", NOW - 2 * HOUR),
        Said("a.2", "hard", MAILBOX, "a", NOW - 1 * HOUR, about="a.out"),
    )
    kept += [told(*order) for order in permutations(said)]
    agree(kept)
    drawn = portrait(kept[0])
    (only,) = drawn.conversations.values()
    assert (only["place"], only["reason"]) == ("inbox", "bounce")


def test_a_bounce_that_waits_is_found_beside_one_that_finds_its_answer(kept: list[Store]) -> None:
    store = Store()
    kept.append(store)
    store.hear(Said("b.out", "answer", MAILBOX, "b", NOW - 3 * HOUR), now=NOW)
    store.hear(Said("a.2", "hard", MAILBOX, "a", NOW - 1 * HOUR, about="a.out"), now=NOW)
    at_once = (
        Said("b.2", "hard", MAILBOX, "b", NOW - 3 * HOUR, about="b.out"),
        Said("a.out", "mate", MAILBOX, "a", NOW - 2 * HOUR),
    )
    store.arrive([one.came() for one in at_once], NOW)
    found = portrait(store).conversations
    assert {one["reason"] for one in found.values()} == {"bounce"}


@pytest.mark.parametrize("lost", ["a.x", "a.y"])
def test_of_two_answers_of_the_same_moment_the_same_one_counts_as_the_later(kept: list[Store], lost: str) -> None:
    said = (
        Said("a.1", "ask", MAILBOX, "a", NOW - 3 * HOUR),
        Said("a.x", "answer", MAILBOX, "a", NOW - 2 * HOUR),
        Said("a.y", "answer", MAILBOX, "a", NOW - 2 * HOUR),
        Said("a.2", "hard", MAILBOX, "a", NOW - 1 * HOUR, about=lost),
    )
    kept += [told(*order) for order in permutations(said)]
    agree(kept)


def test_a_report_that_ties_with_a_question_goes_before_it(kept: list[Store]) -> None:
    said = (
        Said("a.1", "ask", MAILBOX, "a", NOW - 3 * HOUR),
        Said("a.out", "answer", MAILBOX, "a", NOW - 2 * HOUR),
        Said("a.2", "hard", MAILBOX, "a", NOW - 1 * HOUR, about="a.out"),
        Said("a.3", "ask", MAILBOX, "a", NOW - 1 * HOUR),
    )
    kept += [told(*order) for order in permutations(said)]
    agree(kept)


def test_a_bounce_lies_with_what_it_says_is_lost_though_it_came_first(kept: list[Store]) -> None:
    first = Said("a.1", "ask", MAILBOX, "a", NOW - 40 * DAY)
    rest = (
        Said("a.out", "answer", MAILBOX, "a", NOW - 2 * DAY),
        Said("a.2", "hard", MAILBOX, "a", NOW - 30 * DAY, about="a.out"),
    )
    kept += [told(first, *order, archived_first=True) for order in permutations(rest)]
    agree(kept)


def test_a_mail_that_lies_in_sent_and_inbox_is_one_answer_whichever_folder_comes_first(kept: list[Store]) -> None:
    ask = Said("a.1", "ask", MAILBOX, "a", NOW - 3 * HOUR)
    ours = Said("a.out", "answer", MAILBOX, "a", NOW - 2 * HOUR)
    copy = Said("a.out", "mate", MAILBOX, "a", NOW - 2 * HOUR)
    kept += [told(*order) for order in permutations((ask, ours, copy))]
    assert len({repr(sorted(portrait(one).conversations)) for one in kept}) == 1
    assert {next(iter(portrait(one).conversations.values()))["due"] for one in kept} == {None}


def test_what_begins_long_after_begins_at_the_same_owner_whenever_the_report_of_a_lost_answer_comes(
    kept: list[Store],
) -> None:
    then = NOW - 40 * DAY
    rest = (
        Said("a.2", "ask", MAILBOX, "a", NOW),
        Said("a.3", "hard", MAILBOX, "a", then + HOUR, about="a.out"),
    )
    for order in permutations(rest):
        store = Store()
        kept.append(store)
        ask = Said("a.1", "ask", MAILBOX, "a", then - 2 * MINUTE)
        store.hear(ask, Said("a.out", "answer", MAILBOX, "a", then - MINUTE), now=then)
        (only,) = store.conversations()
        for number, act in enumerate((Forward(only, store.seen(), "Mert"), Archive(only, store.seen()))):
            store.inbox.perform([act], then + number * MINUTE)
        for one in order:
            store.hear(one, now=NOW)
        store.inbox.settle(NOW)
    agree(kept)


def test_what_comes_late_to_a_conversation_that_was_taken_up_again_goes_on_in_it_in_any_order(
    kept: list[Store],
) -> None:
    rest = (
        Said("a.2", "ask", MAILBOX, "a", NOW - 2 * DAY),
        Said("a.3", "bulk", MAILBOX, "a", NOW),
        Said("a.out", "answer", MAILBOX, "a", NOW - 2 * DAY + HOUR),
    )
    for order in permutations(rest):
        store = Store()
        kept.append(store)
        then = NOW - 20 * DAY
        store.hear(Said("a.1", "ask", MAILBOX, "a", then), now=then)
        (only,) = store.conversations()
        store.inbox.perform([Archive(only, store.seen())], then)
        store.inbox.perform([Snooze(only, store.seen(), NOW, NOW + HOUR)], NOW - DAY)
        for one in order:
            store.hear(one, now=NOW)
        store.inbox.settle(NOW)
        assert store.conversations() == [only]
    agree(kept)

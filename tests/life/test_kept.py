"""What the product promises of what is kept, through the real store: undo, settings, rows, people, times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.life import laws
from tests.life.world import MAILBOX, PHONE, PLAIN, Said, Store, portrait
from tui_inbox.config.values import Sla, Target
from tui_inbox.problems import Refused
from tui_inbox.rules.calendar import Calendar
from tui_inbox.rules.model import Archive, Clock, Forward, Place, Reason, Snooze
from tui_inbox.rules.query import parse
from tui_inbox.store.lines import Row

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)  # a Wednesday, 11:00 in Berlin
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOON, LATER = NOW + 3 * HOUR, NOW + 4 * HOUR


@pytest.fixture
def store() -> Iterator[Store]:
    """Three customers' conversations, the third the first to be due."""
    made = Store()
    for number, topic in enumerate("abc", 1):
        made.hear(Said(f"{topic}.1", "ask", MAILBOX, topic, NOW - number * 10 * MINUTE), now=NOW)
    yield made
    made.gone()


def row(store: Store, id_: int, now: datetime = NOW) -> Row:
    with store.inbox.reader() as reader:
        return reader.rows([id_], now)[0]


def inbox(store: Store, now: datetime = NOW) -> list[int]:
    with store.inbox.reader() as reader:
        return list(reader.queue("inbox", now).ids)


# --- undo -----------------------------------------------------------------------------------------------


def test_acts_on_many_are_one_act_each_and_one_undo(store: Store) -> None:
    ids, before = store.conversations(), portrait(store)
    done = store.inbox.perform([Archive(one, store.seen()) for one in ids], NOW)
    assert (done.done, inbox(store)) == (tuple(ids), [])
    with store.rows() as rows:
        assert rows.execute("SELECT COUNT(*) FROM act").fetchone()[0] == 3
    assert set(store.inbox.undo(NOW).done) == set(ids)
    assert portrait(store) == before


def test_undo_again_goes_further_back_as_far_as_the_history_goes(store: Store) -> None:
    ids, before = store.conversations(), portrait(store)
    store.inbox.perform([Archive(ids[0], store.seen())], NOW)
    store.inbox.perform([Snooze(ids[1], store.seen(), SOON, LATER)], NOW)
    store.inbox.perform([Forward(ids[2], store.seen(), "Mert")], NOW)
    assert [store.inbox.undo(NOW).done for _ in ids] == [(ids[2],), (ids[1],), (ids[0],)]
    assert portrait(store) == before
    with pytest.raises(Refused, match="nothing to undo"):
        store.inbox.undo(NOW)


def test_of_a_bulk_act_what_may_not_be_undone_stays_and_says_why(store: Store) -> None:
    ids = store.conversations()
    store.inbox.perform([Archive(one, store.seen()) for one in ids], NOW)
    store.inbox.perform([Snooze(ids[0], store.seen(), SOON, LATER)], NOW)
    with store.rows() as rows:
        first = rows.execute("SELECT id FROM act WHERE conversation_id = ? ORDER BY id", (ids[0],)).fetchone()[0]
    alone = store.inbox.undo(NOW, act_id=first)
    assert not alone.done
    assert "snooze" in alone.skipped[0].why
    assert store.inbox.undo(NOW, 2).done[0] == ids[0]
    assert set(inbox(store)) == set(ids)


# --- the order of the inbox -----------------------------------------------------------------------------


def test_a_second_message_marks_the_row_as_news_and_does_not_move_it(store: Store) -> None:
    ids, before = store.conversations(), inbox(store)
    store.inbox.mark_seen(ids[2], store.seen(), NOW)
    assert not row(store, ids[2]).news
    due = row(store, ids[2]).due
    store.hear(Said("c.2", "ask", MAILBOX, "c", NOW), now=NOW)
    assert (row(store, ids[2]).news, row(store, ids[2]).due, inbox(store)) == (True, due, before)


def test_what_has_no_due_time_comes_last_the_oldest_first(store: Store) -> None:
    due = inbox(store)
    for name, hours in (("d.1", 2), ("e.1", 30)):
        store.hear(Said(name, "auto", MAILBOX, name[0], NOW - hours * HOUR), now=NOW)
    assert inbox(store) == [*due, store.conversation_with("<e.1@x>"), store.conversation_with("<d.1@x>")]


def test_a_message_counts_as_received_no_later_than_it_arrived(store: Store) -> None:
    store.hear(Said("d.1", "ask", PHONE, "d", NOW + 5 * DAY), now=NOW)
    it = row(store, store.conversation_with("d.1"))
    assert (it.waiting_since, it.last_at) == (NOW, NOW)


def test_what_was_archived_without_an_answer_counts_neither_as_waiting_nor_as_answered(store: Store) -> None:
    first, second, third = store.conversations()
    for topic in "ab":
        store.hear(Said(f"{topic}.out", "answer", MAILBOX, topic, NOW - 2 * MINUTE), now=NOW)
    store.hear(Said("b.2", "ask", MAILBOX, "b", NOW - MINUTE), now=NOW)
    store.inbox.perform([Archive(one, store.seen()) for one in (first, second, third)], NOW)
    with store.inbox.reader() as reader:

        def found(words: str) -> list[int]:
            return sorted(reader.search(parse(words, NOW, "UTC"), NOW).ids)

        assert found("is:answered") == [first]
        assert found("waiting:>0h") == []


# --- time -----------------------------------------------------------------------------------------------


def test_what_came_back_from_a_snooze_and_was_never_sent_is_mine_when_it_is_due_though_nothing_was_written(
    store: Store,
) -> None:
    only = store.conversations()[0]
    store.inbox.perform([Forward(only, store.seen(), "Mert")], NOW)
    store.inbox.perform([Snooze(only, store.seen(), SOON, LATER)], NOW)
    with store.inbox.reader() as reader:
        version = reader.version()
        shown = [(one.place, one.owner) for at in (NOW, SOON, LATER) for one in reader.rows([only], at)]
        assert shown == [(Place.SNOOZED, "Mert"), (Place.HANDED_OVER, "Mert"), (Place.INBOX, "me")]
        assert reader.rows([only], LATER)[0].reason is Reason.RETURNED
        assert [reader.counts(at).queues["handed_over"] for at in (NOW, SOON, LATER)] == [0, 1, 0]
        assert only in reader.queue("inbox", LATER).ids
        assert (reader.held(SOON), reader.held(LATER)) == ({"me": 2, "Mert": 1}, {"me": 3})
        assert reader.version() == version
    laws.hold(store, LATER + MINUTE)


def test_the_default_deadline_of_a_snooze_is_its_follow_up_in_business_time_after_the_return(store: Store) -> None:
    plan = store.inbox.plan_snooze(store.conversations()[0], "fri 17:00", NOW)
    assert plan.returns == datetime(2026, 6, 12, 15, 0, tzinfo=UTC)
    assert plan.due == datetime(2026, 6, 13, 11, 0, tzinfo=UTC)  # an hour until closing, three from Saturday 10:00 on


def test_a_deadline_may_be_named_and_counts_from_the_return(store: Store) -> None:
    plan = store.inbox.plan_snooze(store.conversations()[0], "fri 9 / 3h", NOW)
    assert plan.due - plan.returns == 3 * HOUR
    assert "back Fri 09:00, answer by Fri 12:00" in plan.sentence


# --- settings -------------------------------------------------------------------------------------------


def test_a_changed_target_or_calendar_rewrites_no_promise(store: Store) -> None:
    ids = store.conversations()
    before = [row(store, one).due for one in ids]
    store.config = replace(PLAIN, hours=Calendar(), sla=Sla(Target(HOUR, HOUR, HOUR)))
    store.reopen()
    for one in ids:
        store.inbox.perform([Forward(one, store.seen(), "Mert")], NOW)
        store.inbox.undo(NOW)
    assert [row(store, one).due for one in ids] == before
    store.hear(Said("d.1", "ask", MAILBOX, "d", NOW), now=NOW)
    assert row(store, store.conversation_with("<d.1@x>")).due == NOW + HOUR
    laws.hold(store, NOW)


def test_past_due_whoever_owns_it_its_clock_reads_breached(store: Store) -> None:
    only = store.conversations()[0]
    store.inbox.perform([Forward(only, store.seen(), "Mert")], NOW)
    store.deliver(0, "sent", NOW)
    assert row(store, only, NOW + 3 * DAY).clock is Clock.BREACHED


# --- people ---------------------------------------------------------------------------------------------


def test_linking_two_contacts_merges_no_conversation_and_can_be_taken_back(store: Store) -> None:
    store.hear(Said("d.1", "ask", PHONE, "d", NOW), now=NOW)
    mail, chat = store.conversations()[0], store.conversation_with("d.1")
    ids = store.conversations()
    one, other = row(store, mail).contact.id, row(store, chat).contact.id
    assert one != other
    store.inbox.contacts.link(one, other, NOW)
    assert row(store, chat).contact.id == row(store, mail).contact.id == one
    with store.inbox.reader() as reader:
        assert {it.id for it in reader.customer(one, NOW).rows} == set(ids)
    assert store.conversations() == ids
    store.inbox.contacts.unlink(row(store, chat).contact.identities[-1], NOW)
    assert row(store, chat).contact.id != row(store, mail).contact.id
    with store.inbox.reader() as reader:
        assert {it.id for it in reader.customer(one, NOW).rows} == set(ids) - {chat}

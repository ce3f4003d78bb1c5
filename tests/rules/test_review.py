"""A review goes through its queue, back and forth, and is taken up again where it was left."""

from __future__ import annotations

from datetime import timedelta

from tui_inbox.rules.review import Review


def test_each_decision_leads_to_the_next_and_the_last_one_ends_it():
    it = Review("Inbox", (7, 8, 9)).decide("archived").decide("snoozed")
    assert (it.current, it.over) == (9, False)
    it = it.onward()
    assert (it.current, it.over) == (None, True)
    assert it.counts() == {"archived": 1, "snoozed": 1, "skipped": 1}
    assert it.left == (9,)
    assert it.decide("archived") is it


def test_what_was_decided_stays_so_when_one_goes_back_and_on_again():
    it = Review("Inbox", (7, 8)).decide("archived").back()
    assert (it.current, it.how(7)) == (7, "archived")
    assert it.onward().how(7) == "archived"
    assert it.decide("snoozed").counts() == {"snoozed": 1}
    assert it.back().back().at == 0


def test_what_is_undone_is_shown_again():
    it = Review("Inbox", (7, 8, 9)).decide("archived").decide("archived").undecided([7])
    assert (it.current, it.how(7), it.how(8)) == (7, "", "archived")
    assert it.undecided([99]) is it


def test_what_was_interrupted_goes_on_with_what_is_there_now():
    kept = Review.from_json(Review("Inbox", (1, 2, 3, 4), spent=timedelta(minutes=3)).decide("archived").as_json())
    it = kept.taken_up([2, 4, 5])
    assert it.ids == (1, 2, 4, 5)
    assert (it.current, it.how(1), it.spent) == (2, "archived", timedelta(minutes=3))

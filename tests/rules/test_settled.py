"""Cases of a conversation's life that two sentences of the product meet in, each settled once."""

from __future__ import annotations

import pytest

from tests.life.said import (
    answered,
    archived,
    asked,
    bounced,
    came_home,
    forwarded,
    history_of,
    kinds,
    life,
    promise,
    put_in_spam,
    snoozed,
    undone,
)
from tui_inbox.problems import Refused
from tui_inbox.rules.lifecycle import Delivery, heir, undoable
from tui_inbox.rules.model import ME, Outcome, Place, Reason

# --- whose a promise is ---------------------------------------------------------------------------------


def test_a_message_received_before_a_forward_that_arrives_after_it_was_mine_until_then() -> None:
    it = life(asked("Mon 08:00"), forwarded("Mon 10:00", seen=1), asked("Mon 09:00"), now="Mon 10:30")
    assert it.place is Place.HANDED_OVER
    assert [(one.who, one.since.hour) for one in promise(it).responsible] == [(ME, 8), ("Mert", 10)]


def test_a_promise_seen_only_after_the_forward_is_whose_the_conversation_was_in_turn() -> None:
    it = life(asked("Mon 08:00"), answered("Mon 08:30"), forwarded("Mon 10:00"), asked("Mon 09:00"), now="Mon 10:30")
    assert [(one.who, one.since.hour) for one in promise(it, 1).responsible] == [(ME, 9), ("Mert", 10)]


def test_what_fell_due_under_me_before_the_forward_is_my_breach_though_nobody_had_seen_it() -> None:
    it = life(
        asked("Mon 08:00"),
        answered("Mon 08:30"),
        forwarded("Tue 10:00"),
        asked("Mon 09:00"),
        answered("Tue 12:00"),
        now="Tue 13:00",
    )
    assert (promise(it, 1).outcome, promise(it, 1).owner_at(promise(it, 1).due)) == (Outcome.BREACHED, ME)


def test_what_was_late_under_me_and_then_forwarded_is_open_and_late_not_unobserved() -> None:
    it = life(asked("Mon 09:00"), forwarded("Mon 14:00"), now="Mon 15:00")
    assert promise(it).reads(it.due) is Outcome.OPEN  # type: ignore[arg-type]  # it has one
    archived_since = life(asked("Mon 09:00"), forwarded("Mon 14:00"), archived("Mon 15:00"), now="Mon 16:00")
    assert kinds(archived_since) == [("first", "breached")]


def test_what_a_teammate_let_pass_and_i_took_back_ends_unobserved_by_my_act() -> None:
    it = life(
        asked("Mon 09:00"), forwarded("Mon 10:00"), forwarded("Mon 14:00", ME), archived("Mon 15:00"), now="Tue 09:00"
    )
    assert kinds(it) == [("first", "unobserved")]


def test_an_unsent_hand_over_that_fell_due_is_mine_to_answer_and_my_breach() -> None:
    it = life(
        asked("Mon 09:00"),
        forwarded("Mon 10:00", delivery=Delivery.WAITING),
        answered("Mon 15:00"),
        now="Mon 16:00",
    )
    assert (promise(it).outcome, promise(it).owner_at(promise(it).due)) == (Outcome.BREACHED, ME)


def test_a_hand_over_that_is_unsent_when_a_late_arrival_shows_what_was_due_comes_back_after_the_acts_on_it() -> None:
    it = life(
        asked("Mon 08:00"),
        answered("Mon 08:10"),
        forwarded("Mon 09:00", delivery=Delivery.WAITING),
        snoozed("Tue 10:00", "Wed 09:00", "Wed 12:00"),
        asked("Mon 09:30"),
        now="Tue 11:00",
    )
    assert (it.owner, it.reason) == (ME, Reason.RETURNED)
    mine_since = [one.responsible[-1].since for one in it.promises if one.open]
    assert [f"{one:%a %H:%M}" for one in mine_since] == ["Tue 10:00", "Tue 10:00"]


def test_everybody_who_has_owned_it_is_known_in_order() -> None:
    it = life(
        asked("Mon 09:00"),
        forwarded("Mon 09:10"),
        forwarded("Mon 09:20", "Ana", delivery=Delivery.WAITING),
        now="Tue 09:00",
    )
    assert (it.owners, it.owner) == ((ME, "Mert", "Ana", ME), ME)


# --- undo -----------------------------------------------------------------------------------------------


def test_what_came_home_by_itself_does_not_stand_in_the_way_of_undo() -> None:
    history = history_of(asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), came_home("Mon 11:00"))
    undoable(history.acts[0], history.acts, conversation_began_after=False)


def test_what_came_home_is_open_also_without_the_act_before_it() -> None:
    steps = (asked("Mon 09:00"), forwarded("Mon 10:00"), asked("Mon 11:00"), came_home("Mon 11:00"))
    assert life(*steps, now="Mon 12:00").owner == ME
    without = life(steps[0], steps[2], steps[3], now="Mon 12:00")
    assert (without.owner, without.place, without.reason) == (ME, Place.INBOX, Reason.NEW)


def test_undo_names_the_act_that_has_to_be_undone_first() -> None:
    history = history_of(asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), archived("Mon 11:00"))
    with pytest.raises(Refused, match=r"archive.*act 2") as refused:
        undoable(history.acts[0], history.acts, conversation_began_after=False)
    assert "undo --act 2" in refused.value.hint


# --- reports of what bounced ----------------------------------------------------------------------------


def test_a_second_report_of_the_same_answer_says_nothing_new() -> None:
    it = life(
        asked("Mon 09:00"),
        answered("Mon 10:00"),
        bounced("Mon 11:00", 2),
        archived("Mon 12:00"),
        bounced("Mon 13:00", 2),
        now="Mon 14:00",
    )
    assert (it.place, it.due, kinds(it)) == (Place.ARCHIVED, None, [("first", "waived")])


def test_a_second_report_opens_what_the_act_had_not_seen_the_first_of() -> None:
    it = life(
        asked("Mon 09:00"),
        answered("Mon 10:00"),
        bounced("Mon 11:00", 2),
        archived("Mon 12:00", seen=2),
        bounced("Mon 13:00", 2),
        now="Mon 14:00",
    )
    assert (it.place, kinds(it)) == (Place.INBOX, [("first", "open")])


def test_what_a_bounce_opens_again_belongs_to_whoever_owned_the_conversation_when_it_was_due() -> None:
    it = life(
        asked("Mon 09:00"),
        answered("Mon 10:00"),
        forwarded("Mon 10:30"),
        bounced("Mon 14:00", 2),
        answered("Mon 15:00"),
        now="Mon 16:00",
    )
    assert (promise(it).outcome, promise(it).owner_at(promise(it).due)) == (Outcome.BREACHED, "Mert")


# --- who waits now --------------------------------------------------------------------------------------


def test_after_an_archive_without_an_answer_nobody_waits() -> None:
    assert life(asked("Mon 09:00"), archived("Mon 10:00"), now="Mon 11:00").waiting_since is None


def test_who_writes_again_after_that_waits_since_then() -> None:
    it = life(asked("Mon 09:00"), archived("Mon 10:00"), asked("Mon 11:00"), now="Mon 12:00")
    assert it.waiting_since is not None
    assert it.waiting_since.hour == 11


def test_what_the_archive_had_not_seen_still_waits() -> None:
    it = life(asked("Mon 09:00"), asked("Mon 09:30"), archived("Mon 10:00", seen=1), now="Mon 12:00")
    assert it.waiting_since is not None
    assert it.waiting_since.minute == 30


@pytest.mark.parametrize("act", [snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), forwarded("Mon 10:00")])
def test_a_snooze_or_a_forward_hides_nothing_of_how_long_somebody_waits(act: object) -> None:
    it = life(asked("Mon 09:00"), act, now="Tue 09:00")  # type: ignore[arg-type]  # one of the two steps
    assert it.waiting_since is not None
    assert (it.waiting_since.day, it.waiting_since.hour) == (2, 9)


def test_an_answer_that_bounced_after_the_archive_leaves_its_customer_waiting_since_the_first_message() -> None:
    it = life(
        asked("Mon 09:00"), archived("Mon 10:00"), answered("Mon 11:00"), bounced("Mon 12:00", 2), now="Mon 13:00"
    )
    assert it.place is Place.INBOX
    assert it.waiting_since is not None
    assert it.waiting_since.hour == 9


def test_in_spam_nobody_waits_until_an_act_takes_it_out() -> None:
    spam = (asked("Mon 09:00"), put_in_spam("Mon 09:00"))
    assert life(*spam, now="Mon 10:00").waiting_since is None
    assert life(*spam, snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), now="Tue 10:00").waiting_since is not None


def test_undoing_the_archive_lets_them_wait_as_before() -> None:
    steps = undone(asked("Mon 09:00"), archived("Mon 10:00"))
    assert life(*steps, now="Mon 11:00") == life(asked("Mon 09:00"), now="Mon 11:00")


# --- all three actions, everywhere ----------------------------------------------------------------------

SPAM = (asked("Mon 09:00"), put_in_spam("Mon 09:00"))
EVERYWHERE = {
    "inbox": (asked("Mon 09:00"),),
    "snoozed": (asked("Mon 09:00"), snoozed("Mon 10:00", "Thu 09:00", "Thu 12:00")),
    "archived": (asked("Mon 09:00"), archived("Mon 10:00")),
    "handed_over": (asked("Mon 09:00"), forwarded("Mon 10:00")),
    "spam": SPAM,
}


@pytest.mark.parametrize("where", EVERYWHERE)
def test_a_snooze_works_in_every_place_and_keeps_the_owner(where: str) -> None:
    before = life(*EVERYWHERE[where], now="Mon 11:00")
    it = life(*EVERYWHERE[where], snoozed("Mon 11:00", "Wed 09:00", "Wed 12:00"), now="Mon 12:00")
    assert (before.place.value, it.place, it.owner) == (where, Place.SNOOZED, before.owner)


@pytest.mark.parametrize("where", [one for one in EVERYWHERE if one != "archived"])
def test_an_archive_works_in_every_place_and_keeps_the_owner(where: str) -> None:
    before = life(*EVERYWHERE[where], now="Mon 11:00")
    it = life(*EVERYWHERE[where], archived("Mon 11:00"), now="Mon 12:00")
    assert (it.place, it.owner, it.due) == (Place.ARCHIVED, before.owner, None)


@pytest.mark.parametrize("where", EVERYWHERE)
def test_a_forward_works_in_every_place_and_opens_it(where: str) -> None:
    it = life(*EVERYWHERE[where], forwarded("Mon 11:00", "Ana"), now="Mon 12:00")
    assert (it.place, it.owner) == (Place.HANDED_OVER, "Ana")


# --- what continues it ----------------------------------------------------------------------------------


def test_what_continues_a_conversation_is_whose_it_was_last() -> None:
    assert heir(history_of(asked("Mon 09:00"), forwarded("Mon 10:00"), archived("Mon 11:00"))) == "Mert"
    assert heir(history_of(asked("Mon 09:00"), archived("Mon 11:00"), owner="Mert")) == "Mert"
    assert heir(history_of(asked("Mon 09:00"), forwarded("Mon 10:00"), forwarded("Mon 10:30", ME))) == ME
    assert heir(history_of(asked("Mon 09:00"), forwarded("Mon 10:00"), came_home("Mon 11:00"))) == ME


def test_what_continues_a_conversation_whose_hand_over_was_never_sent_is_mine() -> None:
    waiting = forwarded("Mon 10:00", delivery=Delivery.WAITING)
    assert heir(history_of(asked("Mon 09:00"), waiting, archived("Mon 11:00"))) == ME

"""Every decided case of a conversation's life, as a sentence over the pure rules."""

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
    machine,
    on,
    promise,
    put_in_spam,
    routed,
    snoozed,
    undone,
)
from tui_inbox.problems import Refused
from tui_inbox.rules.lifecycle import Act, Conversation, Delivery, clock, decide, in_order, undoable
from tui_inbox.rules.model import (
    ME,
    Archive,
    Class,
    Clock,
    Forward,
    Kind,
    Outcome,
    Place,
    Reason,
    Snooze,
    Status,
)

# --- a human customer message ----------------------------------------------------------------------------


def test_a_customers_first_message_starts_a_first_response() -> None:
    it = life(asked("Mon 09:00"), now="Mon 09:01")
    assert (it.place, it.reason, kinds(it)) == (Place.INBOX, Reason.NEW, [("first", "open")])
    assert it.due == on("Mon 13:00")


def test_after_an_answer_the_next_message_starts_a_next_response() -> None:
    it = life(asked("Mon 09:00"), answered("Mon 10:00"), asked("Mon 11:00"), now="Mon 11:01")
    assert kinds(it) == [("first", "met"), ("next", "open")]
    assert (it.due, it.reason) == (on("Mon 19:00"), Reason.REPLY)


def test_in_a_conversation_begun_by_us_the_customers_message_is_owed_a_next_response() -> None:
    it = life(answered("Mon 09:00"), asked("Mon 11:00"), now="Mon 11:01")
    assert kinds(it) == [("next", "open")]


def test_the_clock_counts_from_the_first_unanswered_message() -> None:
    it = life(asked("Mon 09:00"), asked("Mon 12:00"), now="Mon 12:01")
    assert (it.due, it.waiting_since, len(it.promises)) == (on("Mon 13:00"), on("Mon 09:00"), 1)


def test_a_message_while_snoozed_brings_it_back_at_once_and_keeps_the_plan() -> None:
    it = life(asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), asked("Mon 11:00"), now="Mon 11:01")
    assert (it.place, it.reason) == (Place.INBOX, Reason.REPLY)
    assert it.plan == (on("Wed 09:00"), on("Wed 12:00"))


def test_a_message_to_what_is_archived_reopens_it() -> None:
    it = life(asked("Mon 09:00"), archived("Mon 10:00"), asked("Tue 09:00"), now="Tue 09:01")
    assert (it.place, it.reason, kinds(it)) == (
        Place.INBOX,
        Reason.REOPENED,
        [("first", "waived"), ("first", "open")],
    )


def test_a_message_to_what_a_teammate_archived_away_opens_it_in_handed_over() -> None:
    it = life(asked("Mon 09:00"), forwarded("Mon 09:30"), archived("Mon 10:00"), asked("Tue 09:00"), now="Tue 09:01")
    assert (it.place, it.owner, it.reason) == (Place.HANDED_OVER, "Mert", Reason.REOPENED)
    assert promise(it, -1).responsible[-1].who == "Mert"


def test_a_message_to_what_is_handed_over_stays_there_and_the_promise_is_the_owners() -> None:
    it = life(asked("Mon 09:00"), forwarded("Mon 09:30"), answered("Mon 10:00"), asked("Mon 11:00"), now="Mon 11:01")
    assert it.place is Place.HANDED_OVER
    assert promise(it, -1).responsible[-1].who == "Mert"


def test_a_message_to_spam_stays_spam_and_starts_no_promise() -> None:
    it = life(asked("Mon 09:00"), put_in_spam("Mon 09:00"), asked("Mon 10:00"), now="Mon 10:01")
    assert (it.place, it.promises, it.due) == (Place.SPAM, (), None)


# --- what is not human -----------------------------------------------------------------------------------


@pytest.mark.parametrize("class_", [Class.AUTO, Class.BULK, Class.SYSTEM, Class.BOUNCE])
def test_what_no_human_wrote_changes_nothing(class_: Class) -> None:
    before = (asked("Mon 09:00"), archived("Mon 10:00"))
    assert life(*before, machine("Mon 11:00", class_), now="Mon 12:00") == life(*before, now="Mon 12:00")


def test_what_no_human_wrote_wakes_no_snooze() -> None:
    it = life(asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), machine("Mon 11:00"), now="Mon 12:00")
    assert it.place is Place.SNOOZED


def test_a_hard_bounce_opens_the_promise_that_the_lost_answer_met_with_its_old_due_time() -> None:
    it = life(
        asked("Mon 09:00"), answered("Mon 10:00"), archived("Mon 10:05"), bounced("Mon 11:00", 2), now="Mon 11:01"
    )
    assert (it.place, it.reason, it.due) == (Place.INBOX, Reason.BOUNCE, on("Mon 13:00"))
    assert kinds(it) == [("first", "open")]


def test_a_hard_bounce_leaves_the_owner() -> None:
    it = life(
        asked("Mon 09:00"),
        forwarded("Mon 09:30"),
        answered("Mon 10:00"),
        archived("Mon 10:05"),
        bounced("Mon 11:00", 2),
        now="Mon 11:01",
    )
    assert (it.place, it.owner) == (Place.HANDED_OVER, "Mert")


def test_what_a_bounce_opens_again_is_the_owners_since_it_was_handed_over() -> None:
    it = life(
        asked("Mon 09:00"), answered("Mon 10:00"), forwarded("Mon 10:30"), bounced("Mon 11:00", 2), now="Mon 11:01"
    )
    assert [(one.who, one.since) for one in promise(it).responsible] == [
        (ME, on("Mon 09:00")),
        ("Mert", on("Mon 10:30")),
    ]


def test_after_a_bounce_a_later_answer_that_stands_has_met_the_promise() -> None:
    it = life(
        asked("Mon 09:00"), answered("Mon 10:00"), answered("Mon 12:00"), bounced("Mon 12:30", 2), now="Mon 12:31"
    )
    assert kinds(it) == [("first", "met")]
    assert promise(it).ended == on("Mon 12:00")


def test_when_both_answers_bounce_the_promise_is_open_again() -> None:
    for reports in (
        (bounced("Mon 12:30", 2), bounced("Mon 12:40", 3)),
        (bounced("Mon 12:30", 3), bounced("Mon 12:40", 2)),
    ):
        it = life(asked("Mon 09:00"), answered("Mon 10:00"), answered("Mon 12:00"), *reports, now="Mon 12:41")
        assert (kinds(it), it.waiting_since) == ([("first", "open")], on("Mon 09:00"))


def test_an_answer_between_two_that_bounced_meets_the_promise() -> None:
    it = life(
        asked("Mon 09:00"),
        answered("Mon 10:00"),
        answered("Mon 11:00"),
        answered("Mon 12:00"),
        bounced("Mon 12:30", 4),
        bounced("Mon 12:40", 2),
        now="Mon 12:41",
    )
    assert (kinds(it), promise(it).ended) == ([("first", "met")], on("Mon 11:00"))


def test_a_report_stands_behind_what_it_says_is_lost_whatever_its_clock_says() -> None:
    it = life(asked("Mon 09:00"), answered("Mon 10:00"), bounced("Mon 09:59", 2), now="Mon 11:00")
    assert (kinds(it), it.reason) == ([("first", "open")], Reason.BOUNCE)


def test_a_report_that_an_act_had_seen_still_stands_behind_an_answer_that_came_after_the_act() -> None:
    it = life(
        asked("Mon 09:00"), bounced("Mon 09:59", 3), archived("Mon 10:00"), answered("Mon 10:30"), now="Mon 11:00"
    )
    assert (it.place, it.reason) == (Place.INBOX, Reason.BOUNCE)


def test_a_rule_archives_nothing_where_a_report_it_had_not_seen_has_opened_it() -> None:
    it = life(
        asked("Mon 12:00"),
        routed("Mon 12:00", place=Place.ARCHIVED),
        answered("Mon 09:00"),
        bounced("Mon 10:00", 2),
        now="Mon 13:00",
    )
    assert it.place is Place.INBOX


def test_an_act_that_had_not_seen_the_bounce_does_not_end_what_it_opened() -> None:
    it = life(
        asked("Mon 09:00"),
        answered("Mon 10:00"),
        archived("Mon 11:00"),
        bounced("Mon 10:30", 2),
        answered("Mon 12:00"),
        now="Mon 12:01",
    )
    assert kinds(it) == [("first", "met")]
    assert promise(it).ended == on("Mon 12:00")


def test_a_report_dated_before_what_it_says_is_lost_is_no_less_unseen() -> None:
    it = life(
        asked("Mon 09:00"),
        snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"),
        answered("Mon 09:50"),
        answered("Mon 10:00"),
        bounced("Mon 09:05", 3),
        now="Mon 10:10",
    )
    assert (it.place, it.reason) == (Place.INBOX, Reason.BOUNCE)


def test_a_conversation_begun_by_us_starts_archived() -> None:
    it = life(answered("Mon 09:00"), now="Mon 10:00")
    assert (it.place, it.promises) == (Place.ARCHIVED, ())


def test_a_conversation_begun_by_a_machine_starts_open_in_tier_0_without_a_clock() -> None:
    it = life(machine("Mon 09:00"), now="Mon 10:00")
    assert (it.place, it.tier, it.due) == (Place.INBOX, 0, None)


def test_once_archived_more_of_the_same_machine_opens_nothing() -> None:
    it = life(machine("Mon 09:00"), archived("Mon 10:00"), machine("Mon 11:00"), now="Mon 12:00")
    assert it.place is Place.ARCHIVED


# --- our answer ------------------------------------------------------------------------------------------


def test_an_answer_in_time_meets_the_promise_and_leaves_the_place() -> None:
    it = life(asked("Mon 09:00"), answered("Mon 13:00"), now="Mon 14:00")
    assert (kinds(it), it.place) == ([("first", "met")], Place.INBOX)


def test_an_answer_too_late_ends_it_breached() -> None:
    assert kinds(life(asked("Mon 09:00"), answered("Mon 13:01"), now="Mon 14:00")) == [("first", "breached")]


def test_an_answer_to_one_message_answers_all() -> None:
    it = life(asked("Mon 09:00"), asked("Mon 09:30"), answered("Mon 10:00"), now="Mon 11:00")
    assert (it.due, it.waiting_since) == (None, None)


def test_an_answer_seen_late_corrects_what_an_act_had_ended_otherwise() -> None:
    it = life(asked("Mon 09:00"), archived("Mon 12:00"), answered("Mon 10:00"), now="Mon 14:00")
    assert (kinds(it), promise(it).ended, it.place) == ([("first", "met")], on("Mon 10:00"), Place.ARCHIVED)


def test_an_answer_received_after_the_act_leaves_what_the_act_ended() -> None:
    it = life(asked("Mon 09:00"), archived("Mon 10:00"), answered("Mon 11:00"), now="Mon 14:00")
    assert kinds(it) == [("first", "waived")]


def test_of_what_ties_after_all_the_message_counts_as_unanswered() -> None:
    for steps in ((asked("Mon 09:00"), answered("Mon 09:00")), (answered("Mon 09:00"), asked("Mon 09:00"))):
        assert life(*steps, now="Mon 10:00").due is not None


def test_the_sources_own_order_decides_a_tie_first() -> None:
    it = life(answered("Mon 09:00", position=2), asked("Mon 09:00", position=1), now="Mon 10:00")
    assert kinds(it) == [("first", "met")]


# --- snooze ----------------------------------------------------------------------------------------------


def test_snoozing_renegotiates_what_is_open_and_its_due_time_stands_without_a_clock() -> None:
    it = life(asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), now="Tue 09:00")
    assert kinds(it) == [("first", "renegotiated"), ("follow_up", "open")]
    assert (it.place, it.due, it.snoozes) == (Place.SNOOZED, on("Wed 12:00"), 1)
    assert clock(it.due, it.risk_at, it.place, on("Tue 09:00")) is Clock.NONE


def test_snoozing_never_hides_that_it_was_late_already() -> None:
    it = life(asked("Mon 09:00"), snoozed("Mon 13:01", "Wed 09:00", "Wed 12:00"), now="Tue 09:00")
    assert kinds(it)[0] == ("first", "breached")


def test_a_snooze_that_has_run_out_reads_as_open_without_an_event() -> None:
    steps = (asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"))
    before, after = life(*steps, now="Wed 08:59"), life(*steps, now="Wed 09:00")
    assert (before.place, after.place, after.reason) == (Place.SNOOZED, Place.INBOX, Reason.FOLLOW_UP)


def test_nothing_is_missed_while_the_program_is_closed_for_however_long() -> None:
    it = life(asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), now="Mon9 09:00")
    assert clock(it.due, it.risk_at, it.place, on("Mon9 09:00")) is Clock.BREACHED


def test_the_follow_up_starts_with_the_return() -> None:
    steps = (asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"))
    assert promise(life(*steps, now="Tue 09:00"), 1).started is None
    assert promise(life(*steps, now="Wed 10:00"), 1).started == on("Wed 09:00")


def test_the_follow_up_starts_with_the_reply_where_that_is_earlier() -> None:
    it = life(asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), asked("Tue 08:00"), now="Wed 10:00")
    assert promise(it, 1).started == on("Tue 08:00")


def test_an_answer_after_the_return_meets_the_follow_up() -> None:
    it = life(
        asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), answered("Wed 11:00"), now="Wed 11:01"
    )
    assert kinds(it)[1] == ("follow_up", "met")


def test_an_answer_before_the_return_leaves_the_follow_up_and_the_place() -> None:
    it = life(
        asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), answered("Tue 11:00"), now="Tue 11:01"
    )
    assert (kinds(it)[1], it.place) == (("follow_up", "open"), Place.SNOOZED)


@pytest.mark.parametrize(
    ("returns", "due"),
    [("Mon 10:00", "Mon 12:00"), ("Mon 09:00", "Mon 12:00"), ("Mon 12:00", "Mon 12:00"), ("Mon 12:00", "Mon 11:00")],
)
def test_a_snooze_without_now_before_return_before_due_is_refused(returns: str, due: str) -> None:
    with pytest.raises(Refused):
        decide(Conversation(Status.OPEN), Snooze(1, 1, on(returns), on(due)), on("Mon 10:00"))


# --- archive ---------------------------------------------------------------------------------------------


def test_archiving_waives_what_is_not_yet_due() -> None:
    it = life(asked("Mon 09:00"), archived("Mon 10:00"), now="Mon 10:01")
    assert (it.place, kinds(it), it.due) == (Place.ARCHIVED, [("first", "waived")], None)


def test_archiving_what_is_late_ends_it_breached() -> None:
    assert kinds(life(asked("Mon 09:00"), archived("Mon 14:00"), now="Mon 14:01")) == [("first", "breached")]


def test_archiving_cancels_a_follow_up_that_is_not_yet_late() -> None:
    it = life(
        asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), archived("Wed 10:00"), now="Wed 10:01"
    )
    assert kinds(it)[1] == ("follow_up", "cancelled")


def test_archiving_a_late_follow_up_ends_it_breached() -> None:
    it = life(
        asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), archived("Wed 13:00"), now="Wed 13:01"
    )
    assert kinds(it)[1] == ("follow_up", "breached")


def test_archiving_what_is_archived_is_skipped_with_a_reason() -> None:
    said = decide(Conversation(Status.ARCHIVED), Archive(1, 1), on("Mon 09:00"))
    assert said == "It is archived already."


def test_what_another_program_archived_says_so() -> None:
    it = life(asked("Mon 09:00"), archived("Mon 10:00", by="server"), now="Mon 10:01")
    assert (it.place, it.reason) == (Place.ARCHIVED, Reason.SERVER)


# --- forward ---------------------------------------------------------------------------------------------


def test_forwarding_keeps_due_time_and_tier_and_passes_the_responsibility() -> None:
    before = life(asked("Mon 09:00"), now="Mon 10:00")
    after = life(asked("Mon 09:00"), forwarded("Mon 10:00"), now="Mon 10:00")
    assert (after.due, after.tier, after.place, after.owner) == (before.due, before.tier, Place.HANDED_OVER, "Mert")
    assert [(one.who, one.since) for one in promise(after).responsible] == [
        (ME, on("Mon 09:00")),
        ("Mert", on("Mon 10:00")),
    ]


def test_forwarding_opens_what_was_snoozed_or_archived() -> None:
    for act in (snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), archived("Mon 10:00")):
        it = life(asked("Mon 09:00"), act, forwarded("Mon 11:00"), now="Mon 11:01")
        assert (it.status, it.place) == (Status.OPEN, Place.HANDED_OVER)


def test_a_breach_belongs_to_whoever_was_responsible_when_it_was_due() -> None:
    mine = life(asked("Mon 09:00"), forwarded("Mon 14:00"), answered("Mon 15:00"), now="Mon 16:00")
    theirs = life(asked("Mon 09:00"), forwarded("Mon 10:00"), answered("Mon 15:00"), now="Mon 16:00")
    assert (promise(mine).outcome, promise(mine).accountable(on("Mon 16:00"))) == (Outcome.BREACHED, ME)
    assert (promise(theirs).outcome, promise(theirs).accountable(on("Mon 16:00"))) == (Outcome.BREACHED, "Mert")


def test_a_teammates_promise_past_due_without_an_answer_seen_reads_as_unobserved() -> None:
    it = life(asked("Mon 09:00"), forwarded("Mon 10:00"), now="Mon 14:00")
    assert promise(it).reads(on("Mon 13:00")) is Outcome.OPEN
    assert promise(it).reads(on("Mon 14:00")) is Outcome.UNOBSERVED


def test_an_act_on_what_is_unobserved_ends_it_so() -> None:
    assert kinds(life(asked("Mon 09:00"), forwarded("Mon 10:00"), archived("Mon 14:00"), now="Mon 15:00")) == [
        ("first", "unobserved")
    ]


def test_an_answer_seen_later_settles_what_was_unobserved() -> None:
    steps = (asked("Mon 09:00"), forwarded("Mon 10:00"), archived("Mon 14:00"))
    assert kinds(life(*steps, answered("Mon 12:00"), now="Mon 15:00")) == [("first", "met")]
    assert kinds(life(*steps, answered("Mon 13:30"), now="Mon 15:00")) == [("first", "breached")]


def test_a_hand_over_unsent_when_due_comes_back_to_me() -> None:
    steps = (asked("Mon 09:00"), forwarded("Mon 10:00", delivery=Delivery.WAITING))
    before, after = life(*steps, now="Mon 12:59"), life(*steps, now="Mon 13:00")
    assert (before.owner, before.place, before.back_at) == ("Mert", Place.HANDED_OVER, on("Mon 13:00"))
    assert (after.owner, after.place, after.reason) == (ME, Place.INBOX, Reason.RETURNED)
    assert [(one.who, one.since) for one in promise(after).responsible][-1] == (ME, on("Mon 13:00"))


def test_a_hand_over_refused_for_good_comes_back_to_me() -> None:
    it = life(asked("Mon 09:00"), forwarded("Mon 10:00", delivery=Delivery.REFUSED, ended="Mon 10:30"), now="Mon 10:31")
    assert (it.owner, it.reason) == (ME, Reason.RETURNED)


def test_an_unsent_hand_over_that_is_also_snoozed_comes_back_when_its_follow_up_is_due() -> None:
    steps = (
        asked("Mon 09:00"),
        forwarded("Mon 10:00", delivery=Delivery.WAITING),
        snoozed("Mon 11:00", "Tue 09:00", "Tue 12:00"),
    )
    assert life(*steps, now="Tue 10:00").place is Place.HANDED_OVER
    after = life(*steps, now="Tue 12:00")
    assert (after.place, after.reason) == (Place.INBOX, Reason.RETURNED)


def test_a_hand_over_made_after_the_due_time_comes_back_only_when_refused() -> None:
    it = life(asked("Mon 09:00"), forwarded("Mon 14:00", delivery=Delivery.WAITING), now="Fri 09:00")
    assert (it.owner, it.back_at) == ("Mert", None)


def test_forwarding_to_me_takes_it_back_and_leaves_promises_open() -> None:
    it = life(asked("Mon 09:00"), forwarded("Mon 10:00"), forwarded("Mon 11:00", ME), now="Mon 11:01")
    assert (it.place, kinds(it), it.due) == (Place.INBOX, [("first", "open")], on("Mon 13:00"))


def test_forwarding_to_its_owner_is_skipped_with_a_reason() -> None:
    theirs = Conversation(Status.OPEN, owner="Mert")
    assert "already" in str(decide(theirs, Forward(1, 1, "Mert"), on("Mon 09:00")))
    assert "already" in str(decide(Conversation(Status.OPEN), Forward(1, 1, ME), on("Mon 09:00")))


# --- every act in every place ----------------------------------------------------------------------------


@pytest.mark.parametrize("act", [snoozed("Mon 11:00", "Wed 09:00", "Wed 12:00"), archived("Mon 11:00")])
def test_snooze_and_archive_keep_the_owner(act: object) -> None:
    it = life(asked("Mon 09:00"), forwarded("Mon 10:00"), act, now="Mon 11:01")  # type: ignore[arg-type]
    assert it.owner == "Mert"


def test_any_act_takes_it_out_of_spam_and_starts_what_is_owed() -> None:
    junk = (asked("Mon 09:00"), put_in_spam("Mon 09:00"))
    handed = life(*junk, forwarded("Mon 10:00"), now="Mon 10:01")
    assert (handed.place, handed.due, kinds(handed)) == (Place.HANDED_OVER, on("Mon 13:00"), [("first", "open")])
    assert kinds(life(*junk, archived("Mon 10:00"), now="Mon 10:01")) == [("first", "waived")]
    assert kinds(life(*junk, snoozed("Mon 14:00", "Tue 09:00", "Tue 12:00"), now="Mon 14:01"))[0] == (
        "first",
        "breached",
    )


def test_spam_may_be_archived_although_it_is_not_open() -> None:
    assert not isinstance(decide(Conversation(Status.ARCHIVED, spam=True), Archive(1, 1), on("Mon 09:00")), str)


def test_what_a_rule_put_into_spam_later_is_promised_once_not_twice_when_it_leaves() -> None:
    it = life(
        answered("Mon 08:00"),
        asked("Mon 09:00"),
        put_in_spam("Mon 09:00", opening=False),
        forwarded("Mon 10:00", ME),
        now="Mon 10:01",
    )
    assert (kinds(it), it.due) == ([("next", "open")], on("Mon 17:00"))


def test_what_was_answered_in_spam_is_owed_nothing_when_it_leaves() -> None:
    it = life(
        asked("Mon 09:00"), put_in_spam("Mon 09:00"), answered("Mon 09:30"), archived("Mon 10:00"), now="Tue 09:00"
    )
    assert it.promises == ()


# --- seen ------------------------------------------------------------------------------------------------


def test_a_message_received_before_the_archiving_that_arrived_after_it_reopens() -> None:
    it = life(asked("Mon 09:00"), archived("Mon 12:00"), asked("Mon 11:00"), now="Mon 12:30")
    assert (it.place, it.reason, it.due) == (Place.INBOX, Reason.LATE_ARRIVAL, on("Mon 15:00"))


def test_a_late_arrival_with_a_later_answer_of_ours_is_put_in_its_place_silently() -> None:
    it = life(asked("Mon 09:00"), answered("Mon 11:30"), archived("Mon 12:00"), asked("Mon 11:00"), now="Mon 12:30")
    assert (it.place, it.reason, it.due) == (Place.ARCHIVED, None, None)


def test_an_act_never_ends_a_promise_whose_message_it_had_not_seen() -> None:
    it = life(asked("Mon 11:00"), archived("Mon 12:00", seen=0), answered("Mon 14:00"), now="Mon 15:00")
    assert (kinds(it), promise(it).ended) == ([("first", "met")], on("Mon 14:00"))


def test_a_message_that_only_a_rule_had_seen_comes_after_the_agents_act() -> None:
    it = life(asked("Mon 09:00"), routed("Mon 09:00", tier=2), archived("Mon 10:00", seen=0), now="Mon 10:01")
    assert (it.place, it.tier, kinds(it)) == (Place.INBOX, 2, [("first", "open")])


def test_what_a_rule_did_with_one_message_changes_no_order_of_the_others() -> None:
    it = life(
        asked("Mon 11:00", position=1),
        routed("Mon 11:00", tier=2),
        asked("Mon 09:00"),
        routed("Mon 09:00", tier=3, opening=False),
        answered("Mon 11:00", position=0),
        now="Mon 12:00",
        known_from="Mon 12:00",
    )
    assert (it.place, it.waiting_since) == (Place.INBOX, on("Mon 11:00"))


def test_who_waits_waits_since_the_earliest_message_also_where_that_arrived_late() -> None:
    it = life(asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), asked("Mon 08:00"), now="Mon 11:00")
    assert it.waiting_since == on("Mon 08:00")


def test_a_message_unseen_at_the_later_of_two_acts_comes_after_both() -> None:
    it = life(asked("Mon 09:00"), forwarded("Mon 10:00", seen=1), archived("Mon 10:30", seen=0), now="Mon 11:00")
    assert it.place is Place.HANDED_OVER


def test_a_message_unseen_at_a_snooze_brings_it_back() -> None:
    it = life(asked("Mon 09:00"), snoozed("Mon 12:00", "Wed 09:00", "Wed 12:00"), asked("Mon 11:00"), now="Mon 12:30")
    assert (it.place, it.reason, it.plan) == (Place.INBOX, Reason.REPLY, (on("Wed 09:00"), on("Wed 12:00")))


def test_the_order_in_which_things_arrive_between_two_acts_changes_nothing() -> None:
    first, answer, second = asked("Mon 09:00"), answered("Mon 10:00"), asked("Mon 11:00")
    found = [
        life(*steps, now="Mon 12:00")
        for steps in ((first, answer, second), (second, answer, first), (answer, second, first))
    ]
    assert len({(one.place, one.due, tuple(kinds(one)), one.waiting_since) for one in found}) == 1


# --- undo ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act", [archived("Mon 10:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), forwarded("Mon 10:00")]
)
def test_undo_reads_the_history_without_the_act(act: object) -> None:
    steps = (asked("Mon 09:00"), act)
    assert life(*undone(*steps), now="Mon 10:00") == life(asked("Mon 09:00"), now="Mon 10:00")  # type: ignore[arg-type]


def test_undoing_an_act_on_what_a_reply_brought_back_gives_its_interrupted_plan_back() -> None:
    steps = (asked("Mon 09:00"), snoozed("Mon 10:00", "Wed 09:00", "Wed 12:00"), asked("Mon 11:00"))
    assert life(*steps, archived("Mon 12:00"), now="Mon 12:01").plan is None
    assert life(*undone(*steps, archived("Mon 12:00")), now="Mon 12:01").plan == (on("Wed 09:00"), on("Wed 12:00"))


def test_undo_is_refused_naming_the_later_act_that_stands() -> None:
    acts = history_of(asked("Mon 09:00"), archived("Mon 10:00"), forwarded("Mon 11:00")).acts
    with pytest.raises(Refused, match="later forward"):
        undoable(acts[0], acts, False)
    undoable(acts[1], acts[:1] + acts[1:], False) if acts[1].delivery is not Delivery.SENT else None


def test_undo_of_a_delivered_hand_over_is_refused() -> None:
    acts = history_of(asked("Mon 09:00"), forwarded("Mon 11:00")).acts
    with pytest.raises(Refused, match="delivered"):
        undoable(acts[0], acts, False)


def test_undo_is_refused_where_a_new_conversation_began_because_of_it() -> None:
    acts = history_of(asked("Mon 09:00"), archived("Mon 11:00")).acts
    with pytest.raises(Refused, match="new conversation"):
        undoable(acts[0], acts, True)


def test_a_rules_later_act_does_not_stand_in_the_way_of_undo() -> None:
    acts = history_of(
        asked("Mon 09:00"), archived("Mon 10:00"), asked("Mon 11:00"), routed("Mon 11:00", tier=2, opening=False)
    ).acts
    undoable(acts[0], acts, False)


# --- history and first imports ---------------------------------------------------------------------------


def test_history_opens_nothing_and_moves_no_clock() -> None:
    it = life(asked("Mon 09:00", history=True), now="Mon 10:00")
    assert (it.place, it.promises) == (Place.ARCHIVED, ())


def test_a_later_customer_message_opens_the_same_conversation_as_its_history() -> None:
    it = life(
        asked("Mon 09:00", history=True), answered("Mon 10:00", history=True), asked("Mon3 09:00"), now="Mon3 09:01"
    )
    assert (it.place, kinds(it)) == (Place.INBOX, [("next", "open")])


def test_a_first_import_that_ends_with_our_answer_is_not_open() -> None:
    it = life(asked("Mon 09:00"), answered("Mon 10:00"), now="Tue 09:00", known_from="Tue 09:00")
    assert (it.place, kinds(it)) == (Place.ARCHIVED, [("first", "met")])


def test_a_first_import_that_ends_with_a_customers_message_is_open() -> None:
    it = life(answered("Mon 10:00"), asked("Mon 11:00"), now="Tue 09:00", known_from="Tue 09:00")
    assert (it.place, it.waiting_since) == (Place.INBOX, on("Mon 11:00"))


# --- routing and teammates -------------------------------------------------------------------------------


def test_what_a_rule_gave_holds_from_the_start() -> None:
    it = life(asked("Mon 09:00"), routed("Mon 09:00", owner="Mert", tier=2), now="Mon 09:01")
    assert (it.place, it.tier, promise(it).tier) == (Place.HANDED_OVER, 2, 2)
    assert [one.who for one in promise(it).responsible] == ["Mert"]


def test_what_a_rule_archives_was_never_late() -> None:
    it = life(asked("Mon 09:00"), routed("Mon 09:00", place=Place.ARCHIVED), now="Tue 09:00")
    assert (it.place, it.reason, kinds(it)) == (Place.ARCHIVED, Reason.RULE, [("first", "waived")])


def test_a_rule_archives_nothing_where_a_customers_message_waits_that_it_had_not_seen() -> None:
    it = life(machine("Mon 12:00"), routed("Mon 12:00", place=Place.ARCHIVED), asked("Mon 09:00"), now="Mon 12:01")
    assert (it.place, kinds(it)) == (Place.INBOX, [("first", "open")])


def test_what_a_removed_teammate_owned_comes_to_me_with_the_next_message() -> None:
    it = life(asked("Mon 09:00"), forwarded("Mon 10:00"), asked("Mon 11:00"), came_home("Mon 11:00"), now="Mon 11:01")
    assert (it.place, it.reason) == (Place.INBOX, Reason.RETURNED)


# --- the clock -------------------------------------------------------------------------------------------


def test_the_clock_runs_then_is_at_risk_then_is_breached() -> None:
    due, risk = on("Mon 13:00"), on("Mon 12:00")
    assert [clock(due, risk, Place.INBOX, on(f"Mon {time}")) for time in ("11:59", "12:00", "13:00", "13:01")] == [
        Clock.RUNNING,
        Clock.AT_RISK,
        Clock.AT_RISK,
        Clock.BREACHED,
    ]


def test_past_due_is_breached_whoever_owns_it() -> None:
    assert clock(on("Mon 13:00"), None, Place.HANDED_OVER, on("Mon 14:00")) is Clock.BREACHED


def test_without_a_promise_there_is_no_clock() -> None:
    assert clock(None, None, Place.INBOX, on("Mon 14:00")) is Clock.NONE


def test_the_due_time_is_the_earliest_of_the_open_promises() -> None:
    it = life(asked("Mon 09:00"), snoozed("Mon 10:00", "Mon 12:00", "Wed 12:00"), asked("Mon 13:00"), now="Mon 13:01")
    assert [one.kind for one in it.promises if one.open] == [Kind.FOLLOW_UP, Kind.FIRST]
    assert it.due == on("Mon 17:00")


# --- what only other tests had noticed -------------------------------------------------------------------


def test_a_notice_that_stands_first_makes_no_machines_conversation() -> None:
    assert life(machine("Mon 08:00", Class.SYSTEM), answered("Mon 09:00"), now="Mon 10:00").tier == 1
    assert life(answered("Mon 09:00"), now="Mon 10:00").tier == 1


def test_a_message_to_what_was_given_back_to_me_is_a_reply_and_one_to_a_teammates_says_nothing() -> None:
    given = (asked("Mon 09:00"), forwarded("Mon 10:00"))
    assert life(*given, asked("Mon 12:00"), now="Mon 13:00").reason is None
    back = (*given, forwarded("Mon 11:00", ME))
    assert life(*back, asked("Mon 12:00"), now="Mon 13:00").reason is Reason.REPLY


def test_what_a_rule_gives_later_is_theirs_from_then_on() -> None:
    it = life(asked("Mon 09:00"), routed("Mon 10:00", opening=False, owner="Mert"), now="Mon 11:00")
    assert (it.owner, it.owners, it.reason) == ("Mert", (ME, "Mert"), Reason.RULE)
    assert [one.who for one in promise(it).responsible] == [ME, "Mert"]


def test_what_a_rule_gives_at_the_beginning_is_given_once() -> None:
    assert life(asked("Mon 09:00"), routed("Mon 09:00", owner="Mert"), now="Mon 11:00").owners == (ME, "Mert")


def test_what_a_rule_put_into_spam_says_so_and_may_be_owed_nothing() -> None:
    it = life(asked("Mon 09:00"), answered("Mon 10:00"), put_in_spam("Mon 11:00", opening=False), now="Mon 12:00")
    assert (it.place, it.reason) == (Place.SPAM, Reason.RULE)
    again = (asked("Mon 09:00"), put_in_spam("Mon 09:00"), asked("Mon 10:00"), put_in_spam("Mon 11:00", opening=False))
    assert life(*again, now="Mon 12:00").place is Place.SPAM


def test_out_of_spam_the_promise_is_taken_up_that_a_rule_ended_and_none_that_an_act_had_ended() -> None:
    it = life(
        *(asked("Mon 09:00"), archived("Mon 10:00"), asked("Mon 12:00")),
        *(put_in_spam("Mon 13:00", opening=False), forwarded("Mon 14:00")),
        now="Mon 15:00",
    )
    assert [outcome for _, outcome in kinds(it)] == ["waived", "open"]


def test_a_hand_over_says_how_far_it_has_come_until_the_owner_is_another() -> None:
    given = (asked("Mon 09:00"), forwarded("Mon 10:00"))
    assert life(*given, now="Mon 11:00").delivery is Delivery.SENT
    assert life(*given, forwarded("Mon 11:00", ME), now="Mon 12:00").delivery is None


def test_a_conversation_is_at_risk_from_when_its_earliest_promise_is() -> None:
    it = life(asked("Mon 09:00"), now="Mon 10:00")
    assert (it.due, it.risk_at) == (on("Mon 13:00"), on("Mon 12:00"))
    assert life(answered("Mon 09:00"), now="Mon 10:00").risk_at is None


def test_what_is_forwarded_waits_to_be_delivered_but_to_me_it_comes_at_once() -> None:
    mine = life(asked("Mon 09:00"), now="Mon 10:00")
    act = decide(mine, Forward(1, 1, "Mert"), on("Mon 10:00"))
    assert isinstance(act, Act)
    assert (act.to, act.seen, act.delivery) == ("Mert", 1, Delivery.WAITING)
    theirs = life(asked("Mon 09:00"), forwarded("Mon 09:30"), now="Mon 10:00")
    back = decide(theirs, Forward(1, 1, ME), on("Mon 10:00"))
    assert isinstance(back, Act)
    assert back.delivery is None


def test_a_return_without_a_deadline_is_in_order() -> None:
    in_order(on("Mon 09:00"), on("Mon 10:00"), None)
    with pytest.raises(Refused):
        in_order(on("Mon 09:00"), on("Mon 10:00"), on("Mon 10:00"))

"""Promises: how they end, whose they are, and when they are at risk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.life.said import on
from tests.life.world import BERLIN
from tui_inbox.rules.model import ME, Kind, Outcome
from tui_inbox.rules.promise import Promise, Responsible, Terms, earliest
from tui_inbox.rules.terms import at_risk_from


def made(due: str = "Mon 13:00", who: str = ME) -> Promise:
    return Promise("m1", Kind.FIRST, on("Mon 09:00"), Terms(on(due)), (Responsible(who, on("Mon 09:00")),))


def test_an_answer_at_the_very_due_time_still_meets_it() -> None:
    assert made().answered(on("Mon 13:00"), 2).outcome is Outcome.MET
    assert made().answered(on("Mon 13:00") + timedelta(milliseconds=1), 2).outcome is Outcome.BREACHED


def test_an_act_at_the_very_due_time_does_not_find_it_late() -> None:
    assert made().acted_on(on("Mon 13:00"), Outcome.WAIVED).outcome is Outcome.WAIVED
    assert made().acted_on(on("Mon 13:01"), Outcome.WAIVED).outcome is Outcome.BREACHED


def test_handing_it_to_who_has_it_already_changes_nothing() -> None:
    assert made().handed_to(ME, on("Mon 10:00")) == made()


def test_a_breach_is_whose_it_was_when_it_was_due_though_it_was_handed_on_since() -> None:
    late = made().handed_to("Mert", on("Mon 14:00")).answered(on("Mon 15:00"), 2)
    assert (late.outcome, late.accountable(on("Mon 15:00"))) == (Outcome.BREACHED, ME)


def test_what_was_late_under_me_is_mine_though_it_was_forwarded_since() -> None:
    late = made().handed_to("Mert", on("Mon 14:00"))
    assert late.reads(on("Mon 15:00")) is Outcome.OPEN
    assert late.acted_on(on("Mon 15:00"), Outcome.WAIVED).outcome is Outcome.BREACHED
    assert late.acted_on(on("Mon 15:00"), Outcome.WAIVED).accountable(on("Mon 16:00")) == ME


def test_what_a_teammate_let_pass_stays_unobserved_though_it_was_taken_back_since() -> None:
    late = made(who="Mert").handed_to(ME, on("Mon 14:00"))
    assert (late.reads(on("Mon 15:00")), late.accountable(on("Mon 15:00"))) == (Outcome.UNOBSERVED, "Mert")
    assert late.acted_on(on("Mon 15:00"), Outcome.WAIVED).outcome is Outcome.UNOBSERVED
    assert late.answered(on("Mon 15:00"), 2).outcome is Outcome.BREACHED


def test_what_was_kept_is_whose_it_was_last() -> None:
    kept = made().handed_to("Mert", on("Mon 10:00")).answered(on("Mon 11:00"), 2)
    assert kept.accountable(on("Mon 15:00")) == "Mert"


def test_reopened_it_is_as_it_was_with_its_old_due_time() -> None:
    again = made().answered(on("Mon 10:00"), 2).reopened(3)
    assert again == replace(made(), seen_from=3)


def test_the_earliest_open_promise_decides_and_ended_ones_do_not_count() -> None:
    soon, later = made("Mon 10:00"), made("Mon 12:00")
    assert earliest([later, soon]) is soon
    assert earliest([later, soon.answered(on("Mon 09:30"), 2)]) is later
    assert earliest([]) is None


def test_it_is_at_risk_when_three_quarters_of_the_business_time_are_gone() -> None:
    started, amount = on("Mon 08:00"), timedelta(hours=2)  # 9:00 in Berlin
    assert at_risk_from(BERLIN, started, amount, BERLIN.add(started, amount), 0.75) == on("Mon 09:30")


def test_it_is_at_risk_from_closing_time_on_where_it_is_due_before_the_next_opening() -> None:
    started, amount = on("Mon 16:00"), timedelta(hours=1)  # 17:00 in Berlin, due at closing time
    due = BERLIN.add(started, amount)
    assert due == on("Mon 17:00")
    assert at_risk_from(BERLIN, started, amount, due, 0.75) == on("Mon 16:45")

"""Which conversation of a thread a message belongs to."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.life.said import archived, history_of, on, routed, snoozed
from tui_inbox.rules.lifecycle import Act
from tui_inbox.rules.model import Place
from tui_inbox.rules.threads import Begin, Stretch, belongs

FORTNIGHT = timedelta(days=14)


def acts(*steps: object) -> tuple[Act, ...]:
    return history_of(*steps).acts  # type: ignore[arg-type]


def where(at: str, *stretches: Stretch) -> int | Begin:
    return belongs(on(at), stretches, FORTNIGHT)


def closed(id_: int = 1, begins_at: datetime | None = None, at: str = "Mon 10:00") -> Stretch:
    return Stretch(id_, begins_at, acts(archived(at)))


def test_a_threads_first_message_begins_its_first_conversation() -> None:
    assert where("Mon 09:00") == Begin(None, None)


def test_a_message_within_the_reopen_window_belongs_to_the_archived_conversation() -> None:
    assert where("Mon3 10:00", closed()) == 1


def test_a_message_later_than_the_reopen_window_begins_the_next_one_linked_to_the_old() -> None:
    assert where("Mon3 10:01", closed()) == Begin(on("Mon3 10:00"), 1)
    assert where("Mon9 10:00", closed()) == Begin(on("Mon3 10:00"), 1)


def test_what_is_not_archived_goes_on_however_long_it_takes() -> None:
    assert where("Mon20 10:00", Stretch(1, None)) == 1
    assert where("Mon20 10:00", Stretch(1, None, acts(snoozed("Mon 10:00", "Tue 10:00", "Tue 12:00")))) == 1


def test_what_an_act_took_out_of_the_archive_again_goes_on() -> None:
    both = acts(archived("Mon 10:00"), snoozed("Tue 10:00", "Wed 10:00", "Wed 12:00"))
    assert where("Mon9 10:00", Stretch(1, None, both)) == 1


def test_what_was_received_while_it_lay_archived_goes_on_in_it_where_an_act_took_it_up_again_since() -> None:
    both = acts(archived("Mon 10:00"), snoozed("Mon4 10:00", "Tue4 10:00", "Tue4 12:00"))
    assert where("Tue3 10:00", Stretch(1, None, both)) == 1
    assert where("Tue4 10:00", Stretch(1, None, both)) == 1
    again = acts(archived("Mon 10:00"), snoozed("Mon4 10:00", "Tue4 10:00", "Tue4 12:00"), archived("Wed4 10:00"))
    assert where("Tue3 10:00", Stretch(1, None, again)) == 1


def test_a_message_belongs_to_the_conversation_its_received_time_falls_in_though_it_arrives_late() -> None:
    second = Stretch(2, on("Mon3 10:00"))
    assert where("Tue 10:00", closed(), second) == 1
    assert where("Tue3 10:00", closed(), second) == 2


def test_an_act_made_after_the_message_was_received_closes_nothing_before_it() -> None:
    assert where("Mon 09:00", closed()) == 1


def test_what_a_rule_archived_is_archived() -> None:
    ruled = Stretch(1, None, acts(routed("Mon 10:00", place=Place.ARCHIVED)))
    assert where("Mon4 10:00", ruled) == Begin(on("Mon3 10:00"), 1)


def test_a_rules_other_effects_leave_it_archived() -> None:
    later = acts(archived("Mon 10:00"), routed("Tue 10:00", opening=False, tier=2))
    assert where("Mon4 10:00", Stretch(1, None, later)) == Begin(on("Mon3 10:00"), 1)


def test_an_archiving_after_the_message_says_nothing_of_what_was_closed_when_it_came() -> None:
    twice = Stretch(1, None, acts(archived("Mon 10:00"), archived("Fri3 10:00")))
    assert where("Tue3 09:00", twice) == Begin(on("Mon 10:00") + FORTNIGHT, 1)

"""The figures of a report: what counts, for how long, when, and whose it is; and that no act improves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.life.said import (
    Did,
    Spoke,
    answered,
    archived,
    asked,
    bounced,
    came_home,
    forwarded,
    history_of,
    machine,
    on,
    routed,
    snoozed,
    terms,
)
from tui_inbox.rules.calendar import Calendar
from tui_inbox.rules.happened import Happened, Life, Made, What, happened
from tui_inbox.rules.lifecycle import Delivery, Verb, read
from tui_inbox.rules.model import ME, Outcome, Place, Status
from tui_inbox.rules.report import AGES, By, Figures, Reporting, Window, age, median, ninth, with_empty_weeks
from tui_inbox.rules.report_words import BY_NAME, FIGURES, long

ALWAYS = Calendar()
OFFICE = Calendar("UTC", weekly=(*[((540, 1080),)] * 5, (), ()))
"""Mon to Fri, 9 to 18."""


def life_of(*steps: Spoke | Did, now: str, id_: int = 1, thanks: tuple[int, ...] = (), channel: str = "email") -> Life:
    """Return *steps* as a report reads them at *now*."""
    history = history_of(*steps)
    it = read(history, on(now), terms)
    at = {f"a{act.id}": act.at for act in history.acts}
    made = tuple(Made(one, at.get(one.origin) or one.started or one.responsible[0].since) for one in it.promises)
    archived_ = it.status is Status.ARCHIVED
    return Life(id_, channel, it.tier, it.owner, archived_, history, made, frozenset(thanks))


def things(*lives: Life, now: str, hours: Calendar = ALWAYS) -> list[Happened]:
    return [one for life in lives for one in happened(life, on(now), hours)]


def figures(*steps: Spoke | Did, now: str, hours: Calendar = ALWAYS, thanks: tuple[int, ...] = ()) -> Figures:
    """Return the figures of one conversation."""
    adding = Reporting(Window(), on(now), (), hours)
    for one in things(life_of(*steps, now=now, thanks=thanks), now=now, hours=hours):
        adding.add(one)
    return adding.report().groups[0]


# --- waits ------------------------------------------------------------------------------------------------


def test_a_wait_lasts_from_the_first_unanswered_message_to_the_answer():
    it = figures(asked("Mon 09:00"), asked("Mon 10:00"), answered("Mon 11:30"), now="Tue 09:00")
    assert (it.first_response.n, it.first_response.median, it.first_response.still_waiting) == (1, 150, 0)
    assert (it.next_response.n, it.arrived, it.messages) == (0, 1, 2)


def test_a_wait_counts_business_minutes():
    it = figures(asked("Mon 17:00"), answered("Tue 10:00"), now="Wed 09:00", hours=OFFICE)
    assert it.first_response.max == 120


def test_a_later_question_is_a_next_response_and_both_are_customer_wait():
    it = figures(asked("Mon 09:00"), answered("Mon 10:00"), asked("Mon 11:00"), answered("Mon 11:20"), now="Tue 09:00")
    assert (it.first_response.median, it.next_response.median) == (60, 20)
    assert (it.customer_wait.n, it.customer_wait.median, it.customer_wait.p90, it.customer_wait.max) == (2, 40, 60, 60)


def test_a_question_in_a_conversation_that_we_began_is_a_next_response():
    it = figures(answered("Mon 09:00"), asked("Mon 10:00"), answered("Mon 11:00"), now="Tue 09:00")
    assert (it.first_response.n, it.next_response.n) == (0, 1)


def test_an_answer_that_bounced_ends_no_wait():
    it = figures(asked("Mon 09:00"), answered("Mon 10:00"), bounced("Mon 10:05", of=2), now="Tue 09:00")
    assert (it.first_response.n, it.first_response.still_waiting) == (0, 1)
    mended = figures(
        asked("Mon 09:00"),
        answered("Mon 10:00"),
        bounced("Mon 10:05", of=2),
        answered("Mon 12:00"),
        now="Tue 09:00",
    )
    assert (mended.first_response.n, mended.first_response.max, mended.next_response.n) == (1, 180, 0)


def test_history_and_machines_wait_for_nothing():
    it = figures(asked("Mon 09:00", history=True), machine("Mon 10:00"), now="Tue 09:00")
    assert (it.arrived, it.customer_wait.still_waiting, it.messages) == (0, 0, 0)


def test_what_was_archived_without_an_answer_still_waits_and_says_so():
    it = figures(asked("Mon 09:00"), archived("Mon 09:30"), now="Wed 09:00")
    assert (it.customer_wait.still_waiting, it.customer_wait.archived_unanswered) == (1, 1)
    assert "1 still waits, 1 of them archived without an answer" in BY_NAME["customer_wait"].says(it)


def test_a_reply_that_only_thanks_waits_for_nothing_and_is_counted():
    steps = (asked("Mon 09:00"), answered("Mon 10:00"), asked("Mon 11:00"))
    it = figures(*steps, now="Tue 09:00", thanks=(3,))
    assert (it.thanks_only, it.next_response.n, it.next_response.still_waiting) == (1, 0, 0)


def test_a_question_behind_thanks_makes_both_one_wait():
    steps = (asked("Mon 09:00"), answered("Mon 10:00"), asked("Mon 11:00"), asked("Mon 11:05"), answered("Mon 12:00"))
    it = figures(*steps, now="Tue 09:00", thanks=(3,))
    assert (it.thanks_only, it.next_response.max) == (0, 60)


def test_a_first_message_is_never_only_thanks():
    assert figures(asked("Mon 09:00"), now="Tue 09:00", thanks=(1,)).first_response.still_waiting == 1


# --- promises ---------------------------------------------------------------------------------------------


def test_what_was_answered_in_time_is_kept_as_first_made_and_as_renegotiated():
    it = figures(asked("Mon 09:00"), answered("Mon 12:00"), now="Tue 09:00")
    assert (it.decided, it.kept_as_first_made, it.kept_as_renegotiated) == (1, 1, 1)
    assert it.promises[Outcome.MET] == 1


def test_an_answer_at_the_very_moment_it_is_due_is_in_time_and_a_minute_later_is_not():
    it = figures(asked("Mon 09:00"), answered("Mon 13:00"), now="Tue 09:00")
    assert (it.kept_as_first_made, it.kept_as_renegotiated, it.promises[Outcome.MET]) == (1, 1, 1)
    late = figures(asked("Mon 09:00"), answered("Mon 13:01"), now="Tue 09:00")
    assert (late.kept_as_first_made, late.kept_as_renegotiated, late.promises[Outcome.BREACHED]) == (0, 0, 1)
    assert figures(asked("Mon 09:00"), now="Mon 13:00").decided == 0


def test_a_snooze_keeps_a_promise_as_renegotiated_and_never_as_first_made():
    it = figures(
        asked("Mon 09:00"),
        snoozed("Mon 10:00", "Tue 09:00", "Tue 13:00"),
        answered("Tue 10:00"),
        now="Wed 09:00",
    )
    assert (it.decided, it.kept_as_first_made, it.kept_as_renegotiated) == (1, 0, 1)
    assert (it.promises[Outcome.RENEGOTIATED], it.promises[Outcome.MET], it.snoozed) == (1, 1, 1)


def test_a_snooze_of_what_is_late_already_keeps_nothing():
    it = figures(
        asked("Mon 09:00"),
        snoozed("Mon 15:00", "Tue 09:00", "Tue 13:00"),
        answered("Tue 10:00"),
        now="Wed 09:00",
    )
    assert (it.decided, it.kept_as_first_made, it.kept_as_renegotiated) == (1, 0, 0)


def test_what_was_archived_is_not_kept_by_what_was_promised_when_the_customer_asked_again():
    steps = (asked("Mon 08:00"), archived("Mon 08:01"), asked("Mon 11:00"), answered("Mon 14:00"))
    it = figures(*steps, now="Tue 09:00")
    assert (it.decided, it.kept_as_first_made, it.kept_as_renegotiated) == (1, 0, 0)
    assert (it.promises[Outcome.WAIVED], it.promises[Outcome.MET]) == (1, 1)


def test_what_may_still_be_answered_in_time_is_not_decided():
    assert figures(asked("Mon 09:00"), now="Mon 10:00").decided == 0
    late = figures(asked("Mon 09:00"), now="Mon 18:00")
    assert (late.decided, late.kept_as_first_made, late.promises[Outcome.OPEN], late.open_late) == (1, 0, 1, 1)


def test_a_breach_is_whoever_had_it_when_it_was_due_and_counts_by_owner():
    steps = (asked("Mon 09:00"), forwarded("Mon 15:00"), answered("Mon 16:00"))
    adding = Reporting(Window(), on("Tue 09:00"), (By.OWNER,), ALWAYS)
    for one in things(life_of(*steps, now="Tue 09:00"), now="Tue 09:00"):
        adding.add(one)
    mine = next(one for one in adding.report().groups if one.by == {"owner": ME})
    assert (mine.promises[Outcome.BREACHED], mine.first_response.n, mine.decided) == (1, 1, 1)


def test_what_a_teammate_let_pass_unanswered_is_unobserved():
    it = figures(asked("Mon 09:00"), forwarded("Mon 10:00"), now="Tue 09:00")
    assert (it.promises[Outcome.UNOBSERVED], it.promises[Outcome.OPEN], it.forwarded) == (1, 0, 1)


# --- what was done ----------------------------------------------------------------------------------------


def test_an_archiving_that_a_customer_undid_by_writing_is_closed_and_reopened():
    steps = (asked("Mon 09:00"), answered("Mon 10:00"), archived("Mon 10:05"), asked("Tue 09:00"))
    it = figures(*steps, archived("Tue 10:00"), now="Wed 09:00")
    assert (it.closed, it.reopened) == (2, 1)


def test_a_message_that_no_archiving_had_seen_reopens():
    steps = (asked("Mon 09:00"), archived("Mon 10:00", seen=0))
    assert figures(*steps, now="Tue 09:00").reopened == 1


def test_what_a_rule_archives_is_closed_unless_a_question_stands_that_it_had_not_seen():
    gone = routed("Mon 09:00", place=Place.ARCHIVED)
    assert figures(asked("Mon 09:00"), gone, now="Tue 09:00").closed == 1
    unseen = replace(gone, seen=0)
    assert figures(asked("Mon 09:00"), unseen, now="Tue 09:00").closed == 0


def test_the_archiving_of_what_no_customer_wrote_closes_nothing():
    assert figures(machine("Mon 09:00"), archived("Mon 10:00"), now="Tue 09:00").closed == 0


def test_a_hand_over_comes_back_refused_unsent_when_due_or_when_its_owner_has_gone():
    question = asked("Mon 09:00")
    refused = forwarded("Mon 10:00", delivery=Delivery.REFUSED, ended="Mon 10:10")
    assert figures(question, refused, now="Tue 09:00").returned == 1
    unsent = forwarded("Mon 10:00", delivery=Delivery.WAITING)
    assert figures(question, unsent, now="Mon 12:00").returned == 0
    assert figures(question, unsent, now="Tue 09:00").returned == 1
    assert figures(question, unsent, forwarded("Mon 11:00", ME), now="Tue 09:00").returned == 0
    assert figures(question, forwarded("Mon 10:00"), came_home("Mon 11:00"), now="Tue 09:00").returned == 1


def test_to_take_back_is_not_to_forward():
    assert (
        figures(asked("Mon 09:00"), forwarded("Mon 10:00"), forwarded("Mon 11:00", ME), now="Tue 09:00").forwarded == 1
    )


# --- windows and groups -----------------------------------------------------------------------------------


def test_a_wait_counts_in_the_window_and_the_week_in_which_it_began():
    steps = (asked("Sun 23:30"), answered("Mon2 01:00"))
    life = life_of(*steps, now="Tue2 09:00")
    adding = Reporting(Window(on("Mon 00:00"), on("Mon2 00:00")), on("Tue2 09:00"), (By.WEEK,), ALWAYS)
    for one in things(life, now="Tue2 09:00"):
        adding.add(one)
    [only] = adding.report().groups
    assert (only.by, only.first_response.n) == ({"week": "2026-W10"}, 1)
    berlin = Reporting(Window(), on("Tue2 09:00"), (By.WEEK,), Calendar("Europe/Berlin"))
    for one in things(life, now="Tue2 09:00"):
        berlin.add(one)
    assert berlin.report().groups[0].by == {"week": "2026-W11"}  # half past midnight there


def test_every_week_of_a_window_stands_there_also_where_nothing_happened():
    life = life_of(asked("Wed 09:00"), now="Wed2 09:00")
    for since, weeks in ((on("Wed2 09:00") - timedelta(weeks=4), ["07", "08", "09", "10", "11"]), (None, ["10"])):
        adding = Reporting(Window(since), on("Wed2 09:00"), (By.WEEK,), ALWAYS)
        for one in things(life, now="Wed2 09:00"):
            adding.add(one)
        told = adding.report() if since is None else with_empty_weeks(adding.report(), ALWAYS)
        assert [one.by for one in told.groups] == [{"week": f"2026-W{number}"} for number in weeks]
        assert sum(one.messages for one in told.groups) == 1


def test_the_weeks_of_a_window_go_on_over_new_year():
    until = datetime(2027, 1, 12, tzinfo=UTC)
    told = with_empty_weeks(Reporting(Window(until - timedelta(weeks=3)), until, (By.WEEK,), ALWAYS).report(), ALWAYS)
    assert [one.by["week"] for one in told.groups] == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]


def test_groups_add_up_to_the_whole():
    lives = [
        life_of(asked("Mon 09:00"), answered("Mon 10:00"), archived("Mon 10:01"), now="Fri 09:00", id_=1),
        life_of(asked("Tue 09:00"), snoozed("Tue 10:00", "Wed 09:00", "Wed 10:00"), now="Fri 09:00", id_=2),
        life_of(asked("Wed 09:00"), forwarded("Wed 10:00"), now="Fri 09:00", id_=3, channel="slack"),
    ]
    whole, told = (
        Reporting(Window(), on("Fri 09:00"), (), ALWAYS),
        Reporting(Window(), on("Fri 09:00"), tuple(By), ALWAYS),
    )
    for one in things(*lives, now="Fri 09:00"):
        whole.add(one)
        told.add(one)
    [all_], parts = whole.report().groups, told.report().groups
    assert len(parts) == 2
    for name in ("arrived", "closed", "snoozed", "forwarded", "decided", "kept_as_first_made"):
        assert getattr(all_, name) == sum(getattr(one, name) for one in parts)
    assert all_.customer_wait.n == sum(one.customer_wait.n for one in parts)


def test_a_report_of_nothing_has_one_empty_group_or_none_where_it_is_told_apart():
    assert Reporting(Window(), on("Mon 09:00"), (), ALWAYS).report().groups[0].customer_wait.median is None
    assert Reporting(Window(), on("Mon 09:00"), (By.TIER,), ALWAYS).report().groups == ()


def test_the_backlog_is_what_waits_now_by_age_whenever_it_came_and_not_what_was_archived():
    lives = [
        life_of(asked("Mon 09:00"), now="Fri 09:00", id_=1),
        life_of(asked("Fri 08:00"), now="Fri 09:00", id_=2),
        life_of(asked("Fri 08:00"), archived("Fri 08:30"), now="Fri 09:00", id_=3),
    ]
    adding = Reporting(Window(on("Fri 08:30")), on("Fri 09:00"), (), ALWAYS)
    for one in things(*lives, now="Fri 09:00"):
        adding.add(one)
    assert adding.report().backlog == (1, 0, 0, 1, 0, 0)


def test_ages_have_no_gap():
    assert [age(timedelta(hours=hours)) for hours in (0, 3, *AGES, 10_000)] == [0, 0, 1, 2, 3, 4, 5, 5]


def test_arrivals_are_counted_by_weekday_and_hour_of_the_work_calendars_zone():
    adding = Reporting(Window(), on("Fri 09:00"), (), Calendar("Europe/Istanbul"))
    for one in things(life_of(asked("Mon 22:30"), now="Fri 09:00"), now="Fri 09:00"):
        adding.add(one)
    assert adding.report().arrivals[1][1] == 1  # Tuesday, one in the morning


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40))
def test_half_are_not_above_the_median_and_nine_of_ten_not_above_p90(minutes: list[int]):
    over = sorted(map(float, minutes))
    assert 2 * sum(one <= median(over) for one in over) >= len(over)
    assert 2 * sum(one >= median(over) for one in over) >= len(over)
    assert 10 * sum(one <= ninth(over) for one in over) >= 9 * len(over)
    assert 10 * sum(one < ninth(over) for one in over) < 9 * len(over)


def test_every_figure_says_itself_in_one_sentence_with_data_and_without():
    empty = Reporting(Window(), on("Mon 09:00"), (), ALWAYS).report().groups[0]
    some = figures(asked("Mon 09:00"), answered("Mon 10:00"), now="Tue 09:00")
    for it in (empty, some):
        for figure in FIGURES:
            says = figure.says(it)
            assert says.endswith(".")
            assert says[0].isupper() or says[0].isdigit()
            assert figure.value(it)


def test_business_time_is_said_in_hours_not_days():
    assert [long(one) for one in (None, 0, 0.5, 59, 60, 61, 600, 6000)] == [
        "-", "0m", "<1m", "59m", "1h", "1h 01m", "10h", "100h",
    ]  # fmt: skip


# --- no act improves a figure -----------------------------------------------------------------------------

Law = Callable[[Figures, Figures, Sequence[Did]], bool]
"""Whether what was left alone, the same with acts, and those acts agree."""
MOMENTS = [
    f"{day} {hour:02}:{minute:02}" for day in ("Mon", "Tue", "Wed", "Thu") for hour in (8, 11, 15) for minute in (0, 30)
]


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Spoke], list[tuple[int, Did]]]:
    """Draw what was said, and acts with the place among it at which each was done."""
    times = sorted(draw(st.lists(st.sampled_from(MOMENTS), min_size=1, max_size=7, unique=True)), key=on)
    said: list[Spoke] = []
    for at in times:
        ours = [number for number, one in enumerate(said, start=1) if one.direction == "out"]
        how = draw(st.sampled_from(["ask", "ask", "answer", "machine", *(["bounce"] if ours else [])]))
        said.append(
            {"ask": asked, "answer": answered, "machine": machine}[how](at)
            if how != "bounce"
            else bounced(at, of=draw(st.sampled_from(ours)))
        )
    done = []
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(1, len(said)))
        after = on(said[place - 1].at) + timedelta(minutes=draw(st.integers(1, 29)))
        done.append((place, act(draw, after)))
    return said, sorted(done, key=lambda one: (one[0], one[1].act.at))


def act(draw: st.DrawFn, at: datetime) -> Did:
    how = draw(st.sampled_from(["snooze", "archive", "forward", "back"]))
    if how == "archive":
        made = archived("Mon 09:00")
    elif how == "snooze":
        made = snoozed("Mon 09:00", "Mon 10:00", "Mon 11:00")
        returns = at + timedelta(hours=draw(st.integers(1, 30)))
        made = Did(replace(made.act, returns=returns, due=returns + timedelta(hours=draw(st.integers(1, 10)))))
    else:
        delivery = draw(st.sampled_from([Delivery.SENT, Delivery.WAITING]))
        made = forwarded("Mon 09:00", ME if how == "back" else "Mert", delivery=delivery)
    return Did(replace(made.act, at=at))


def the_same(name: str) -> Law:
    """No act changes it."""
    return lambda left, acted, _: getattr(left, name) == getattr(acted, name)


def as_long(name: str) -> Law:
    """No act changes how long anybody waited; what lies in the archive unanswered is counted apart, and only grows."""

    def holds(left: Figures, acted: Figures, _: Sequence[Did]) -> bool:
        without, with_ = getattr(left, name), getattr(acted, name)
        bare = replace(without, archived_unanswered=0) == replace(with_, archived_unanswered=0)
        return bare and without.archived_unanswered <= with_.archived_unanswered

    return holds


def counted(name: str, *verbs: Verb) -> Law:
    """It counts acts of these kinds, or what came of them, and nothing else: where nothing was done it is nothing."""
    return lambda left, acted, done: (
        not getattr(left, name) and getattr(acted, name) <= sum(one.act.verb in verbs for one in done)
    )


def on_record(left: Figures, acted: Figures, _: Sequence[Did]) -> bool:
    """What is kept only by an act, or no longer late by one, stands there as renegotiated, waived or unobserved.

    An act that ends a promise lets another begin, a snooze that to follow up besides: so many more may be met.
    """
    it = acted.promises
    gone = sum(it[one] for one in (Outcome.WAIVED, Outcome.RENEGOTIATED, Outcome.UNOBSERVED, Outcome.CANCELLED))
    late = left.promises[Outcome.BREACHED] + left.open_late
    return (
        it[Outcome.MET] - left.promises[Outcome.MET] <= 2 * acted.snoozed + acted.closed
        and acted.kept_as_renegotiated - left.kept_as_renegotiated <= it[Outcome.RENEGOTIATED]
        and late <= it[Outcome.BREACHED] + acted.open_late + gone
    )


LAWS: dict[str, Law] = {
    **{name: the_same(name) for name in ("arrived", "messages", "thanks_only", "decided", "kept_as_first_made")},
    **{name: as_long(name) for name in ("first_response", "next_response", "customer_wait")},
    **dict.fromkeys(("promises", "open_late", "kept_as_renegotiated"), on_record),
    "closed": counted("closed", Verb.ARCHIVE),
    "reopened": counted("reopened", Verb.ARCHIVE),
    "snoozed": counted("snoozed", Verb.SNOOZE),
    "forwarded": counted("forwarded", Verb.FORWARD),
    "returned": counted("returned", Verb.FORWARD),
}
"""For each figure, how what is done to a conversation can change it."""


@given(lives(), st.sampled_from(["Fri 09:00", "Fri2 09:00"]))
def test_no_figure_improves_by_snoozing_archiving_or_forwarding(
    drawn: tuple[list[Spoke], list[tuple[int, Did]]], now: str
):
    said, done = drawn
    steps: list[Spoke | Did] = []
    for place, one in enumerate(said, start=1):
        steps += [one, *(did for where, did in done if where == place)]
    left, acted = figures(*said, now=now), figures(*steps, now=now)
    assert [name for name, law in LAWS.items() if not law(left, acted, [did for _, did in done])] == []


def test_every_figure_has_a_law_and_every_line_of_a_report_is_made_of_such_figures():
    assert LAWS.keys() == {one.name for one in fields(Figures)} - {"by"}
    whole = figures(asked("Mon 09:00"), answered("Mon 10:00"), now="Tue 09:00")
    for figure in FIGURES:
        read: set[str] = set()

        class Watched:
            def __getattribute__(self, name: str, read: set[str] = read) -> object:
                read.add(name)
                return getattr(whole, name)

        figure.value(Watched())  # type: ignore[arg-type]  # it looks like one
        figure.says(Watched())  # type: ignore[arg-type]  # as above
        assert read
        assert read <= LAWS.keys()


def test_the_earliest_moment_that_counts_is_where_a_report_without_a_beginning_begins():
    adding = Reporting(Window(), on("Fri 09:00"), (), ALWAYS)
    for one in things(life_of(asked("Mon 09:00"), now="Fri 09:00"), now="Fri 09:00"):
        adding.add(one)
    assert adding.report().since == datetime(2026, 3, 2, 9, tzinfo=UTC)


# --- what is counted where ---------------------------------------------------------------------------------


def test_a_conversation_arrives_with_its_first_message_and_nothing_of_an_act_is_late() -> None:
    told = things(
        life_of(
            asked("Mon 09:00"), asked("Mon 11:00"), snoozed("Mon 12:00", "Tue 09:00", "Tue 12:00"), now="Mon 13:00"
        ),
        now="Mon 13:00",
    )
    assert [one.at for one in told if one.what is What.ARRIVED] == [on("Mon 09:00")]
    assert not any(one.late for one in told if one.what is What.SNOOZED)


def test_a_waiting_hand_over_comes_back_when_something_falls_due_and_not_for_what_was_due_before() -> None:
    def back(at: str, now: str) -> list[datetime]:
        given = life_of(asked("Mon 09:00"), forwarded(at, delivery=Delivery.WAITING), now=now)
        return [one.at for one in things(given, now=now) if one.what is What.RETURNED]

    assert back("Mon 10:00", "Mon 13:00") == [on("Mon 13:00")]
    assert back("Mon 10:00", "Mon 12:59") == []
    assert back("Mon 13:00", "Mon 15:00") == []


def test_a_report_says_the_end_of_its_window_and_without_one_the_present() -> None:
    window = Window(on("Mon 09:00"), on("Tue 09:00"))
    assert Reporting(window, on("Wed 09:00"), (), ALWAYS).report().until == on("Tue 09:00")
    assert Reporting(Window(), on("Wed 09:00"), (), ALWAYS).report().until == on("Wed 09:00")


def test_what_waits_is_said_where_nothing_is_over() -> None:
    it = figures(asked("Mon 09:00"), now="Mon 10:00")
    assert BY_NAME["first_response"].value(it) == "none yet; 1 waiting"
    assert BY_NAME["first_response"].value(figures(machine("Mon 09:00"), now="Mon 10:00")) == "none yet"


def test_one_question_and_none_are_said_in_whole_sentences() -> None:
    def says(name: str, *steps: Spoke | Did) -> str:
        return BY_NAME[name].says(figures(*steps, now="Wed 10:00"))

    kept, none = (asked("Mon 09:00"), answered("Mon 10:00")), machine("Mon 09:00")
    for name in ("kept_as_first_made", "kept_as_renegotiated"):
        assert says(name, *kept).startswith("1 of 1 (100%) question was answered by the time that ")
        assert says(name, none) == "No question with a promise has been answered yet, and none is past due."
    assert says("broken_as_first_made", asked("Mon 09:00")).startswith("1 question had no answer by the time ")
    assert says("still_waiting", asked("Mon 09:00")).startswith("1 question without an answer yet, 0 in the archive")


def test_open_promises_are_counted_in_words() -> None:
    one, none = figures(asked("Mon 09:00"), now="Mon 10:00"), figures(machine("Mon 09:00"), now="Mon 10:00")
    assert BY_NAME["promises.open"].says(one) == "1 promise still open, 0 of them past due."
    assert BY_NAME["promises.open"].says(none) == "0 promises still open, 0 of them past due."


def test_a_figure_counts_what_its_name_says() -> None:
    def counted(name: str, *steps: Spoke | Did) -> int:
        told = things(life_of(*steps, now="Wed 10:00"), now="Wed 10:00")
        return sum(BY_NAME[name].counts(one) for one in told)

    kept, broken = (asked("Mon 09:00"), answered("Mon 10:00")), (asked("Mon 09:00"), answered("Tue 10:00"))
    assert [counted("kept_as_first_made", *one) for one in (kept, broken)] == [1, 0]
    assert [counted("broken_as_first_made", *one) for one in (kept, broken)] == [0, 1]
    assert [counted("promises.open", *one) for one in (kept, (asked("Tue 09:00"),))] == [0, 1]

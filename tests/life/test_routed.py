"""Rules through the real store: on what they run, what they may give to whom, and what is said of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.life import laws
from tests.life.world import ARCHIVE, MAILBOX, PLAIN, RULED, Said, Store
from tui_inbox.config.values import Rule, Teammate
from tui_inbox.connectors import Batch
from tui_inbox.rules.model import Archive, Class, Forward, Place
from tui_inbox.store.lines import Row

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Ruled(Store):
    """A store with rules, in which one mail thread goes on, a minute a message."""

    def __init__(self) -> None:
        super().__init__(RULED)
        self.now = NOW
        self.said = 0

    def says(self, words: str = "hello", how: str = "ask", **more: Any) -> Row:
        """Let something be said, and return how the conversation is shown then."""
        self.said += 1
        self.now += MINUTE
        self.hear(Said(f"a.{self.said}", how, MAILBOX, "a", self.now, words=words, **more), now=self.now)
        laws.hold(self, self.now)
        return self.row()

    def row(self) -> Row:
        with self.inbox.reader() as reader:
            return reader.rows(self.conversations(), self.now)[0]

    def forward(self, to: str) -> None:
        self.inbox.perform([Forward(self.conversations()[0], self.seen(), to)], self.now)
        self.deliver(0, "sent", self.now)

    def explained(self) -> Any:
        return self.inbox.explain(self.conversations()[0], self.now)

    def rules_said(self) -> int:
        with self.rows() as rows:
            return int(rows.execute("SELECT COUNT(*) FROM act WHERE verb = 'route'").fetchone()[0])


@pytest.fixture
def store() -> Iterator[Ruled]:
    made = Ruled()
    yield made
    made.gone()


# --- on what rules run ----------------------------------------------------------------------------------


def test_rules_run_once_on_a_new_conversation_and_on_replies_only_where_they_say_so(store: Ruled) -> None:
    assert store.says(subject="receipt").place is Place.ARCHIVED
    assert store.says(subject="receipt").place is Place.INBOX
    assert store.says("bonjour").owner == "Ana"


def test_rules_never_run_on_history(store: Ruled) -> None:
    store.hear(Said("a.1", "ask", ARCHIVE, "a", NOW - 60 * DAY, subject="casino"), now=NOW)
    assert (store.row().place, store.rules_said()) == (Place.ARCHIVED, 0)


def test_a_rule_that_treats_a_robot_as_human_starts_its_clock(store: Ruled) -> None:
    row = store.says("I am no robot", "auto")
    assert (row.tier, row.due is None) == (1, False)


def test_a_rule_that_treats_a_robot_as_human_finds_it_among_the_replies_too(store: Ruled) -> None:
    store.says()
    store.inbox.perform([Archive(store.conversations()[0], store.seen())], store.now)
    assert store.says("I am no robot", "auto").place is Place.INBOX


@pytest.mark.parametrize("how", ["auto", "bulk", "soft", "system"])
def test_no_rule_runs_on_what_a_machine_says_in_a_conversation_that_we_began(store: Ruled, how: str) -> None:
    store.says(how="answer")
    before = store.row()
    after = store.says("for Mert", how, subject="casino")
    assert (after.place, after.owner, after.tier, store.rules_said()) == (before.place, before.owner, before.tier, 0)


@pytest.mark.parametrize("how", ["auto", "bulk", "soft", "system"])
def test_no_rule_runs_on_what_a_machine_says_to_what_is_known_as_history(store: Ruled, how: str) -> None:
    store.says(history=True)
    assert store.says("for Mert", how, subject="casino").place is Place.ARCHIVED
    assert store.rules_said() == 0


def test_after_what_a_machine_said_to_history_the_customer_is_still_new_to_the_rules(store: Ruled) -> None:
    store.says(history=True)
    store.says(how="auto")
    assert store.says(subject="casino").place is Place.SPAM


def test_a_broken_rule_is_no_match_and_a_visible_warning(store: Ruled) -> None:
    store.config = replace(RULED, rules=(Rule("odd", {"text": ["hello"]}, {"tier": 9}), *RULED.rules))
    store.reopen()
    origin, arrival = Said("a.1", "ask", MAILBOX, "a", NOW, words="hello, for Mert").came()
    came = store.inbox.ingest(origin, Batch((arrival,), "place", "1"), NOW)
    assert any('"odd" is broken' in one for one in came.warnings)
    assert store.row().owner == "Mert"


def test_a_rule_knows_the_day_on_which_it_came_in_the_zone_of_the_hours(store: Ruled) -> None:
    store.config = replace(RULED, rules=(Rule("thursdays", {"weekday": "thu"}, {"place": "archive"}),))
    store.reopen()
    store.now = datetime(2026, 6, 10, 21, 58, tzinfo=UTC)
    assert store.says().place is Place.INBOX
    assert store.explained().rules == (("thursdays", False, "It did not come on a Thursday."),)
    past_midnight_in_berlin = Said("b.1", "ask", MAILBOX, "b", store.now + MINUTE)
    store.hear(past_midnight_in_berlin, now=store.now + MINUTE)
    assert store.inbox.explain(store.conversations()[-1], store.now).rules == (
        ("thursdays", True, "It came on a Thursday."),
    )


def test_a_rule_with_a_day_that_is_none_is_explained_with_the_nearest_one(store: Ruled) -> None:
    store.config = replace(RULED, rules=(Rule("weekend", {"weekday": ["satt"]}, {"place": "archive"}),))
    store.reopen()
    assert store.says().place is Place.INBOX
    why = 'It is broken: when weekday: "satt" is no day; did you mean "sat"?'
    assert store.explained().rules == (("weekend", False, why),)


# --- to whom --------------------------------------------------------------------------------------------


def test_a_rule_that_names_an_owner_gives_it_to_them(store: Ruled) -> None:
    row = store.says("for Mert")
    assert (row.owner, row.place) == ("Mert", Place.HANDED_OVER)


def test_a_rule_that_names_its_present_owner_hands_nothing_over_again(store: Ruled) -> None:
    store.says("for Mert")
    store.says("for Mert")
    with store.rows() as rows:
        assert rows.execute("SELECT COUNT(*) FROM outbox WHERE kind = 'hand_over'").fetchone()[0] == 1


def test_no_rule_gives_it_back_to_a_former_owner_by_name(store: Ruled) -> None:
    store.says()
    store.forward("Mert")
    store.forward("me")
    assert store.says("for Mert").owner == "me"


def test_no_rule_gives_it_back_to_a_former_owner_by_skill(store: Ruled) -> None:
    store.says()
    store.forward("Ana")
    store.forward("me")
    assert store.says("bonjour").owner == "me"


def test_a_hand_over_that_came_back_unsent_is_not_made_again_by_a_rule(store: Ruled) -> None:
    row = store.says("for Mert")
    assert row.due is not None
    store.now = row.due + HOUR
    assert store.row().owner == "me"
    assert store.says("for Mert").owner == "me"


def test_where_the_named_owner_and_everybody_else_had_it_it_comes_to_me(store: Ruled) -> None:
    store.says()
    store.forward("Mert")
    store.forward("Ana")
    assert store.says("for Mert").owner == "me"


def test_rules_pass_one_conversation_on_at_most_three_times(store: Ruled) -> None:
    more = (Teammate("Eve", "eve@shop.example"),)
    rules = (Rule("on to Eve", {"text": ["for Eve"]}, {"owner": "Eve"}, ("reply",)), *RULED.rules)
    store.config = replace(RULED, teammates=(*RULED.teammates, *more), rules=rules)
    store.reopen()
    owners = [store.says(f"for {who}").owner for who in ("Mert", "Ana", "Zoe", "Ben", "Eve")]
    assert owners == ["Mert", "Ana", "Zoe", "Zoe", "Zoe"]
    assert "3 times" in store.explained().owner


def test_a_teammate_who_has_the_skill_keeps_it(store: Ruled) -> None:
    assert store.says("my refund").owner == "Mert"
    assert store.says("my refund").owner == "Mert"


def test_what_a_rule_says_is_human_comes_home_from_a_removed_teammate_too(store: Ruled) -> None:
    store.says()
    store.forward("Mert")
    store.config = replace(RULED, teammates=RULED.teammates[1:])
    store.reopen()
    assert store.says("hello", "auto").owner == "Mert"
    assert store.says("I am no robot", "auto").owner == "me"


# --- what is said of it ---------------------------------------------------------------------------------


def test_explain_says_which_rule_matched_and_why_those_before_did_not(store: Ruled) -> None:
    store.says("my refund")
    told = store.explained()
    names = [(rule, matched) for rule, matched, _ in told.rules]
    assert names[-1] == ("refunds", True)
    assert not any(matched for _, matched in names[:-1])
    assert (
        told.owner
        == 'It belongs to Mert: you do not have the skill "refunds"; Mert has "refunds" and holds the fewest (0).'
    )


def test_explain_says_which_rule_matched_a_reply(store: Ruled) -> None:
    store.says()
    store.says("for Zoe")
    told = store.explained()
    assert told.rules[-1] == ("on to Zoe", True, 'On a reply: The text has "for Zoe".')
    assert told.owner == "It belongs to Zoe: the rule says so."


def test_explain_says_why_a_former_owner_did_not_get_it_back(store: Ruled) -> None:
    store.says()
    store.forward("Mert")
    store.forward("Ana")
    store.says("for Mert")
    assert store.explained().owner == (
        "It is yours: the rule says Mert, who had it before; with nobody left it comes to you."
    )


def test_explain_says_that_only_a_person_opens_again_what_a_machine_began(store: Ruled) -> None:
    store.says("a machine writes", "auto", subject="receipt")
    assert store.explained().place.endswith("archived it before anybody saw it; a reply from a person opens it again.")


def test_explain_leaves_out_what_was_undone(store: Ruled) -> None:
    store.says()
    store.inbox.perform([Forward(store.conversations()[0], store.seen(), "Mert")], store.now)
    store.inbox.undo(store.now)
    assert store.explained().owner == "It is yours: it came to you, and nobody else was made its owner."


# --- a wrong class --------------------------------------------------------------------------------------


@pytest.mark.parametrize("began", [True, False], ids=["that begins a conversation", "in the middle of one"])
def test_correcting_a_wrong_class_offers_the_rule_that_would_have(began: bool) -> None:
    """The same is told to a store that has the offered rule: it comes to the same without a correction."""
    corrected, ruled = Store(PLAIN), Store(PLAIN)
    try:
        first = [] if began else [Said("a.0", "ask", MAILBOX, "a", NOW - DAY)]
        robot = Said("a.1", "auto", MAILBOX, "a", NOW - HOUR)
        for store in (corrected, ruled):
            for one in first:
                store.hear(one, now=one.at)
                store.inbox.perform([Archive(store.conversations()[0], store.seen())], one.at + MINUTE)
        corrected.hear(robot, now=NOW)
        before = shown(corrected)
        offered = corrected.inbox.judge(corrected.seen(), Class.HUMAN, NOW)
        assert shown(corrected) != before
        (rule,) = tomllib.loads(offered)["rule"]
        ruled.config = replace(PLAIN, rules=(Rule(rule["name"], rule["when"], rule["then"], tuple(rule["on"])),))
        ruled.reopen()
        ruled.hear(robot, now=NOW)
        assert shown(ruled) == shown(corrected)
        laws.hold(corrected, NOW)
        laws.hold(ruled, NOW)
    finally:
        corrected.gone()
        ruled.gone()


def shown(store: Store) -> tuple[Any, ...]:
    with store.inbox.reader() as reader:
        (row,) = reader.rows(store.conversations(), NOW)
        return row.place, row.due, row.tier, row.clock, row.waiting_since


def test_a_hard_bounce_that_is_none_after_all_loses_no_answer() -> None:
    store = Store(PLAIN)
    try:
        for said in (
            Said("a.1", "ask", MAILBOX, "a", NOW - 3 * HOUR),
            Said("a.out", "answer", MAILBOX, "a", NOW - 2 * HOUR),
            Said("a.2", "hard", MAILBOX, "a", NOW - HOUR, about="a.out"),
        ):
            store.hear(said, now=said.at)
        assert shown(store)[1] is not None
        store.inbox.judge(store.seen(), Class.AUTO, NOW)
        assert shown(store)[1] is None
        laws.hold(store, NOW)
    finally:
        store.gone()


def test_what_a_rule_did_with_a_message_that_is_put_in_its_place_leaves_a_later_hand_over_as_it_is(
    store: Ruled,
) -> None:
    from tui_inbox.inbox import handovers
    from tui_inbox.store import outgoing

    store.says()
    store.inbox.perform([Forward(store.conversations()[0], store.seen(), "Mert")], store.now + HOUR)
    store.now += 2 * HOUR
    answer = Said("a.out", "answer", MAILBOX, "a", store.now - 80 * MINUTE)
    late = Said("a.late", "ask", MAILBOX, "a", store.now - 90 * MINUTE, words="for Ana")
    store.hear(answer, now=store.now)
    store.hear(late, now=store.now)
    assert store.row().owner == "Mert"
    with store.inbox.writer.unit() as unit:
        waiting = outgoing.due(unit, store.now)
        stands = {one.to for one in waiting if handovers.standing(unit, store.config, one, store.now)}
    assert stands == {"Mert"}

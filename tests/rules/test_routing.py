"""Ordered rules and skills, by example."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import linear
from tui_inbox.rules.model import Class, Place
from tui_inbox.rules.routing import (
    CONDITIONS,
    EFFECTS,
    Case,
    Effects,
    Routed,
    choose_owner,
    compile_rules,
    named_owner,
    route,
)

SPAM = {"place": "spam"}
CARD = "4111 1111 1111 1111"


def run(case: Case, *rules: tuple, on: str = "new") -> Routed:
    """Run rules written as (name, when, then) or (name, when, then, on)."""
    return route(case, compile_rules([rule if len(rule) == 4 else (*rule, ("new",)) for rule in rules]), on)


def matches(when: dict, **case: object) -> bool:
    compiled = compile_rules([("rule", when, SPAM, ("new",))])
    assert compiled.problems == ()
    return route(Case(**case), compiled).matched == "rule"


def problems(when: dict, then: dict = SPAM, on: tuple = ("new",)) -> str:
    return " ".join(compile_rules([("rule", when, then, on)], owners=["Mert"]).problems)


# --- order --------------------------------------------------------------------------------------------


def test_the_first_rule_that_matches_wins():
    routed = run(
        Case(subject="Refund, please"),
        ("bulk", {"class": "bulk"}, SPAM),
        ("refunds", {"subject": "refund"}, {"tier": 2}),
        ("all", {}, {"tier": 3}),
    )
    assert routed.matched == "refunds"
    assert routed.effects == Effects(tier=2)


def test_the_trace_says_why_a_rule_matched_and_why_those_before_did_not():
    routed = run(
        Case(sender="ada@example.org", subject="Refund, please"),
        ("receipts", {"from": "*@pay.example", "subject": ["receipt", "invoice"]}, {"place": "archive"}),
        ("refunds", {"subject": ["money back", "refund"], "known": False}, {"tier": 2}),
        ("all", {}, {"tier": 3}),
    )
    assert routed.trace == (
        ("receipts", False, 'The sender is not "*@pay.example".'),
        ("refunds", True, 'The subject has "refund". The customer has not written before.'),
    )


def test_with_no_match_every_rule_says_why():
    routed = run(Case(), ("a", {"tier": [2, 3]}, SPAM), ("b", {"attachment": True}, SPAM))
    assert routed.matched is None
    assert routed.effects == Effects()
    assert routed.trace == (("a", False, "The tier is not 2 or 3."), ("b", False, "No file came with it."))


def test_all_keys_must_hold_and_a_list_is_any_of():
    when = {"from": ["*@pay.example", "*@bank.example"], "subject": ["receipt", "invoice"]}
    assert matches(when, sender="no-reply@bank.example", subject="Your Invoice")
    assert not matches(when, sender="no-reply@bank.example", subject="Hello")
    assert not matches(when, sender="ada@example.org", subject="Your invoice")


def test_a_rule_runs_on_replies_only_if_it_says_so():
    new, both = ("new", {}, SPAM, ("new",)), ("both", {}, {"tier": 2}, ("new", "reply"))
    assert run(Case(), new, both, on="reply").matched == "both"
    assert run(Case(), new, both, on="reply").trace[0] == ("new", False, "It does not run on a reply.")
    assert run(Case(), new, both).matched == "new"


def test_a_rule_without_an_effect_is_an_exception_to_those_after_it():
    routed = run(Case(known=True), ("friends", {"known": True}, {}), ("all", {}, SPAM))
    assert (routed.matched, routed.effects) == ("friends", Effects())


# --- conditions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("ada@example.org", "Ada@Example.org"),
        ("*@example.org", "ada@example.org"),
        ("@example.org", "ada@example.org"),
        ("ada*@*.example", "ada.demir@shop.example"),
        ("+90 532*", "+905321234567"),
        ("user4711", "user4711"),
    ],
)
def test_a_sender_is_matched_by_address_number_or_id(written, sender):
    assert matches({"from": written}, sender=sender)
    assert not matches({"from": written}, sender="somebody@else.example")


def test_a_sender_is_matched_by_name_too():
    assert matches({"from": "Ada Demir"}, sender_name="ADA DEMİR")
    assert matches({"from": "*demir*"}, sender_name="Ada Demir")
    assert not matches({"from": "Ada"}, sender_name="Ada Demir")


def test_a_recipient_is_matched_among_all():
    assert matches({"to": "support@*"}, to=("x@y.example", "Support@shop.example"))
    assert not matches({"to": "support@*"}, to=())


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("refund", "I want a REFUND."),
        ("refund", "Refunds take long"),
        ("iade", "Ürünün iadesi"),
        ("istanbul", "İSTANBUL'dan"),
        ("ISTANBUL", "ıstanbul"),
        ("strasse", "Lange Straße"),
        ("sikayet", "şikâyet var"),
        ("money back", "I want my money  back!"),
        ("*erstattung", "die Rückerstattung"),
        ("返金", "早く返金してください"),
        ("คืนเงิน", "ขอคืนเงินด้วย"),
        ("x", "variant x, please"),
    ],
)
def test_a_word_is_found_where_a_word_begins_whatever_its_case_accents_or_script(word, text):
    assert matches({"text": word}, text=text)
    assert matches({"subject": [word, "otherwise"]}, subject=text)


@pytest.mark.parametrize(("word", "text"), [("fund", "a refund"), ("money back", "money. Come back"), ("x", "exit")])
def test_a_word_is_not_found_inside_another(word, text):
    assert not matches({"text": word}, text=text)


def test_channel_account_tier_and_class_are_matched():
    assert matches({"channel": ["whatsapp", "telegram"]}, channel="telegram")
    assert not matches({"channel": "whatsapp"}, channel="email")
    assert matches({"account": "Support"}, account="support")
    assert matches({"tier": 2}, tier=2)
    assert not matches({"tier": [2, 3]}, tier=1)
    assert matches({"class": ["bulk", "auto"]}, class_=Class.BULK)
    assert not matches({"class": "bulk"}, class_=Class.HUMAN)


@pytest.mark.parametrize(
    ("key", "value", "case"),
    [
        ("attachment", True, {"attachment": True}),
        ("attachment", False, {"attachment": False}),
        ("known", True, {"known": True}),
        ("known", False, {"known": False}),
        ("hours", "in", {"in_hours": True}),
        ("hours", "out", {"in_hours": False}),
        ("sensitive", True, {"text": f"card {CARD}"}),
        ("sensitive", True, {"subject": f"card {CARD}"}),
        ("sensitive", False, {"text": "no card"}),
        ("sensitive", False, {"text": CARD, "sensitive": False}),
        ("warning", True, {"warnings": ("Link text and target differ",)}),
        ("warning", "target differ", {"warnings": ("Link text and target differ",)}),
        ("warning", False, {}),
    ],
)
def test_a_yes_or_no_is_matched(key, value, case):
    assert matches({key: value}, **case)
    opposite = {"in": "out", "out": "in", "target differ": "other"}.get(value) if isinstance(value, str) else not value
    assert not matches({key: opposite}, **case)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("sat", {5}),
        ("Saturday", {5}),
        (["sat", "sun"], {5, 6}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("Friday - monday", {4, 5, 6, 0}),
        ("fri–mon", {4, 5, 6, 0}),
        (["mon-tue", "tue-wed", "sun"], {0, 1, 2, 6}),
        ("wed-wed", {2}),
    ],
)
def test_a_weekday_is_matched_by_its_name_or_a_range(written, days):
    assert {day for day in range(7) if matches({"weekday": written}, weekday=day)} == days


def test_the_trace_names_the_days_whole_and_in_their_order():
    weekend = ("weekend", {"weekday": ["sun", "fri-sat", "sat"]}, SPAM)
    assert run(Case(weekday=2), weekend).trace == (
        ("weekend", False, "It did not come on a Friday, Saturday or Sunday."),
    )
    assert run(Case(weekday=6), weekend).trace == (("weekend", True, "It came on a Sunday."),)


# --- effects ------------------------------------------------------------------------------------------


def test_every_effect_is_read():
    then = {"place": "archive", "tier": 2, "sla": "2h", "skill": "refunds", "owner": "mert", "class": "human"}
    compiled = compile_rules([("all", {}, then, ("new",))], owners=["Mert"])
    assert compiled.problems == ()
    assert route(Case(), compiled).effects == Effects(
        place=Place.ARCHIVED, tier=2, sla=timedelta(hours=2), skill="refunds", owner="Mert", human=True
    )


# --- broken rules -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "then", "on", "said"),
    [
        ({"tier": 9}, SPAM, ("new",), "when tier: 9 is none of 0, 1, 2, 3"),
        ({"tier": True}, SPAM, ("new",), "when tier: True is none of"),
        ({"class": "robot"}, SPAM, ("new",), 'when class: "robot" is none of human, auto'),
        ({"class": ["bulk", "Humam"]}, SPAM, ("new",), 'when class: "Humam" is not known; did you mean "human"?'),
        ({"text": 5}, SPAM, ("new",), "when text: a text or a list of texts is expected"),
        ({"text": []}, SPAM, ("new",), "when text: it is empty"),
        ({"text": ["!"]}, SPAM, ("new",), 'when text: "!" has no letter or digit'),
        ({"known": "yes"}, SPAM, ("new",), "when known: true or false is expected"),
        ({"hours": "night"}, SPAM, ("new",), 'when hours: "in" or "out" is expected.'),
        ({"hours": "Out"}, SPAM, ("new",), 'when hours: "Out" is not known; did you mean "out"?'),
        ({"weekday": "satt"}, SPAM, ("new",), 'when weekday: "satt" is no day; did you mean "sat"?'),
        ({"weekday": ["sat", "Sonday"]}, SPAM, ("new",), 'when weekday: "Sonday" is no day; did you mean "sunday"?'),
        ({"weekday": "mon-fry"}, SPAM, ("new",), 'when weekday: "mon-fry" is no day; did you mean "mon-fri"?'),
        (
            {"weekday": "weekend"},
            SPAM,
            ("new",),
            'when weekday: "weekend" is no day; known are mon, tue, wed, thu, fri, sat, sun, and ranges such',
        ),
        ({"weekday": "mon-"}, SPAM, ("new",), 'when weekday: "mon-" is no day; known are mon,'),
        ({"weekday": 6}, SPAM, ("new",), "when weekday: a text or a list of texts is expected"),
        ({"weekday": []}, SPAM, ("new",), "when weekday: it is empty"),
        ({"colour": "red"}, SPAM, ("new",), "when colour: there is no such condition"),
        ({}, {"place": "bin"}, ("new",), 'then place: "archive" or "spam" is expected'),
        ({}, {"place": "archiv"}, ("new",), 'then place: "archiv" is not known; did you mean "archive"?'),
        ({}, {"tier": "2"}, ("new",), "then tier: 0, 1, 2 or 3 is expected"),
        ({}, {"sla": "soon"}, ("new",), 'then sla: "soon" is not a duration'),
        ({}, {"owner": "Nobody"}, ("new",), 'then owner: nobody is called "Nobody"; take "me" or "Mert"'),
        ({}, {"owner": "mertt"}, ("new",), 'then owner: nobody is called "mertt"; did you mean "Mert"?'),
        ({}, {"class": "bulk"}, ("new",), 'then class: "human" is expected'),
        ({}, {"class": "humans"}, ("new",), 'then class: "humans" is not known; did you mean "human"?'),
        ({}, {"colour": "red"}, ("new",), "then colour: there is no such effect"),
        ({}, SPAM, ("always",), 'on: "always" is neither "new" nor "reply".'),
        ({}, SPAM, ("replies",), 'on: "replies" is not known; did you mean "reply"?'),
        ({}, {}, ("new",), "it says neither when nor then"),
    ],
)
def test_a_broken_rule_matches_nothing_and_says_what_is_wrong_with_it(when, then, on, said):
    assert f'The rule "rule" is broken: {said}' in problems(when, then, on)
    routed = route(Case(), compile_rules([("rule", when, then, on), ("next", {}, SPAM, ("new",))], owners=["Mert"]))
    assert routed.matched == "next"
    assert routed.trace[0][2].startswith(f"It is broken: {said}")


def test_the_trace_says_the_first_mistake_of_a_broken_rule_and_how_many_more_there_are():
    [(_, _, two)] = run(Case(), ("rule", {"tier": 9, "hours": "ou"}, SPAM)).trace
    assert two == "It is broken: when tier: 9 is none of 0, 1, 2, 3. There is 1 more mistake in it."
    [(_, _, three)] = run(Case(), ("rule", {"hours": "ou", "tier": 9, "class": "x"}, SPAM)).trace
    assert three == 'It is broken: when hours: "ou" is not known; did you mean "out"? There are 2 more mistakes in it.'


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.lists(st.text(max_size=5))
)
VALUES = st.one_of(ANYTHING, st.lists(ANYTHING, max_size=2), st.dictionaries(st.text(max_size=3), ANYTHING, max_size=1))


def tables(keys: tuple[str, ...]) -> st.SearchStrategy[dict[str, object]]:
    """Return tables of *keys*, and of one that there is not, with whatever values."""
    return st.dictionaries(st.sampled_from([*keys, "colour"]), VALUES, max_size=3)


@given(tables(CONDITIONS), tables(EFFECTS), st.text(max_size=80), st.text(max_size=40))
def test_whatever_a_rule_says_it_runs_or_is_broken(when, then, text, sender):
    compiled = compile_rules([("rule", when, then, ("new",))], owners=["Mert"])
    routed = route(Case(sender=sender, sender_name=text, subject=text, text=text), compiled)
    assert all(sentence.endswith((".", "?")) for _, _, sentence in routed.trace)
    assert all(sentence.endswith((".", "?")) and not sentence.endswith(("..", "?.")) for sentence in compiled.problems)


# --- skills -------------------------------------------------------------------------------------------

TEAM = (("Mert", ("refunds", "turkish")), ("Iva", ("Refunds",)), ("Jo", ("billing",)))


def owner(
    skill: str = "refunds", mine: tuple = (), load: int = 0, loads: dict | None = None, had: tuple = ("me",)
) -> str:
    return choose_owner(skill, mine, load, 60, TEAM, loads or {}, had)[0]


def test_a_skill_i_have_goes_to_me_while_i_am_not_over_capacity():
    assert owner(mine=("refunds",), load=59) == "me"
    assert owner(mine=("refunds",), load=60) == "Mert"


def test_else_it_goes_to_the_teammate_who_has_it_and_holds_the_fewest():
    assert owner(loads={"Mert": 3, "Iva": 2}) == "Iva"
    assert owner(loads={"Mert": 2, "Iva": 2}) == "Mert"
    assert owner("billing", loads={"Jo": 99}) == "Jo"


def test_a_skill_never_goes_back_to_a_former_owner():
    assert owner(loads={"Iva": 9}, had=("me", "Mert", "me")) == "Iva"
    assert owner(mine=("refunds",), had=("me", "Jo")) == "Mert"


def test_a_skill_with_nobody_left_is_mine():
    assert owner(had=("me", "Mert", "Iva", "Jo")) == "me"
    assert owner("klingon") == "me"
    assert owner("billing", mine=("billing",), load=99, had=("Jo", "me")) == "me"


def test_a_teammate_who_has_it_and_has_the_skill_keeps_it():
    assert owner(loads={"Mert": 9}, had=("me", "Mert")) == "Mert"


def test_a_rule_that_names_an_owner_never_gives_it_back_to_a_former_one_but_to_me():
    assert named_owner("Mert", ("me",))[0] == "Mert"
    assert named_owner("Mert", ("me", "Mert"))[0] == "Mert"
    assert named_owner("Mert", ("me", "Mert", "me"))[0] == "me"
    assert named_owner("Mert", ("me", "Mert", "Iva"))[0] == "me"


def test_the_choice_is_said_in_a_sentence():
    why = choose_owner("refunds", (), 0, 60, TEAM, {"Mert": 3})[1]
    assert why == 'you do not have the skill "refunds"; Iva has "refunds" and holds the fewest (0).'


# --- speed --------------------------------------------------------------------------------------------


def test_two_hundred_rules_over_a_long_message_cost_what_its_length_allows():
    rules = compile_rules(
        (f"rule {n}", {"text": [f"word{n}", f"other thing {n}"], "from": f"*@shop{n}.example"}, SPAM, ("new",))
        for n in range(200)
    )

    def long(many: int) -> Case:
        return Case(sender="ada@example.org", text=" ".join(f"Hello word{n} and more." for n in range(many)))

    assert route(long(400), rules).matched is None
    linear(long, lambda case: route(case, rules))


def test_a_word_of_one_letter_is_found_where_a_word_begins():
    assert matches({"subject": "x"}, subject="a xylophone")
    assert not matches({"subject": "x"}, subject="next")


def test_a_teammate_who_holds_nothing_holds_the_fewest():
    team = (("Ana", ("refunds",)), ("Mert", ("refunds",)))
    assert choose_owner("refunds", (), 0, 60, team, {"Ana": 1}, ("me",))[0] == "Mert"


def test_what_is_said_of_a_hand_over_tells_that_it_was_mine_before():
    why = choose_owner("refunds", ("refunds",), 0, 60, TEAM, {}, ("me", "Somebody"))[1]
    assert why.startswith("you have had it before; ")


def test_an_owner_is_taken_as_written_where_nobody_says_who_there_is():
    assert run(Case(), ("a", {}, {"owner": "Somebody"})).effects.owner == "Somebody"
    assert run(Case(), ("a", {}, {"owner": "ME"})).effects.owner == "me"

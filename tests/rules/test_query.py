"""The search language: what it means, how it complains, and that nothing makes it stumble."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import linear
from tui_inbox.rules.asked import (
    And,
    Counted,
    HasAttachment,
    Is,
    Node,
    Not,
    Number,
    OfContact,
    Or,
    Received,
    Scope,
    Text,
    Than,
    Trait,
    Waiting,
)
from tui_inbox.rules.fields import FIELDS
from tui_inbox.rules.query import WrongQuery, parse, terms
from tui_inbox.rules.typed import begun, complete

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Istanbul")
PAGE = (Path(__file__).parents[2] / "docs" / "search.md").read_text("utf-8")


def root(text: str) -> Node | None:
    return parse(text, NOW, ZONE).root


def wrong(text: str) -> WrongQuery:
    with pytest.raises(WrongQuery) as caught:
        parse(text, NOW, ZONE)
    return caught.value


def word(text: str, scope: Scope = Scope.ANYWHERE) -> Text:
    return Text(scope, (text,))


def examples(kind: str) -> list[str]:
    blocks = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("example", examples("query"))
def test_every_example_of_the_page_is_understood(example: str) -> None:
    assert root(example) is not None


@pytest.mark.parametrize("example", examples("wrong"))
def test_every_wrong_example_of_the_page_is_refused_with_a_hint(example: str) -> None:
    assert wrong(example).hint


def test_the_page_shows_every_field_and_every_state() -> None:
    shown = " ".join(examples("query"))
    assert [field for field in FIELDS if f"{field}:" not in shown] == []
    assert [trait for trait in Trait if f"is:{trait}" not in shown] == []


def test_words_are_and() -> None:
    assert root("lamp Order") == And((word("lamp"), word("order")))


def test_or_binds_tighter_than_and() -> None:
    assert root("refund OR iade lamp") == And((Or((word("refund"), word("iade"))), word("lamp")))


def test_a_small_or_is_a_word() -> None:
    assert root("this or that") == And((word("this"), word("or"), word("that")))


def test_a_phrase_keeps_its_words_together() -> None:
    assert root('"Where is"') == Text(Scope.ANYWHERE, ("where", "is"))
    assert root("„Where is“") == Text(Scope.ANYWHERE, ("where", "is"))


def test_a_dash_leaves_out_words_phrases_fields_and_groups() -> None:
    assert root("-lamp") == Not(word("lamp"))
    assert root("-from:ada") == Not(word("ada", Scope.FROM))
    assert root("-(a OR b)") == Not(Or((word("a"), word("b"))))
    assert root("order-lamp") == Text(Scope.ANYWHERE, ("order", "lamp"))


def test_a_star_ends_a_word_or_begins_an_address() -> None:
    assert root("deliv*") == Text(Scope.ANYWHERE, ("deliv",), begun=True)
    assert root("from:*@Shop.example") == Text(Scope.FROM, ("shop", "example"), ends="@shop.example")
    assert "star" in wrong("de*iv").what


def test_a_field_reaches_over_its_parentheses() -> None:
    assert root("subject:(invoice OR receipt)") == Or((word("invoice", Scope.SUBJECT), word("receipt", Scope.SUBJECT)))
    assert "within" in wrong("subject:(from:ada)").what


def test_the_case_of_a_field_does_not_matter() -> None:
    assert root("FROM:ada Is:Open") == And((word("ada", Scope.FROM), Is(Trait.OPEN)))


def test_numbers_and_lengths_of_time() -> None:
    assert root("waiting:>4h") == Waiting(Than.MORE, timedelta(hours=4))
    assert root("waiting:1d12h") == Waiting(Than.AT_LEAST, timedelta(hours=36))
    assert root("snoozes:>2") == Counted(Number.SNOOZES, Than.MORE, 2)
    assert root("tier:0") == Counted(Number.TIER, Than.EXACTLY, 0)
    assert root("has:attachment contact:12") == And((HasAttachment(), OfContact(12, "")))


def test_days_are_days_in_the_zone_and_after_includes_its_day() -> None:
    first = datetime(2026, 3, 1, 21, tzinfo=UTC)
    assert root("on:2026-03-02") == root("on:today") == root("on:2.3.2026") == Received(first, first + timedelta(1))
    assert root("after:2026-03-02") == Received(since=first)
    assert root("before:2026-03-02") == Received(until=first)
    assert root("before:2026-03") == Received(until=datetime(2026, 2, 28, 21, tzinfo=UTC))
    assert root("older_than:2d") == Received(until=NOW - timedelta(days=2))
    assert root("newer_than:2d") == Received(since=NOW - timedelta(days=2))


def test_a_day_is_as_long_as_its_zone_makes_it() -> None:
    day = parse("on:2026-03-29", NOW, ZoneInfo("Europe/Berlin")).root
    assert isinstance(day, Received)
    assert day.since is not None
    assert day.until is not None
    assert day.until - day.since == timedelta(hours=23)


def test_a_query_without_words_asks_for_everything() -> None:
    assert root("") is None
    assert root("  ") is None


def test_signs_beside_words_are_passed_over_and_alone_refused() -> None:
    assert root("fish & chips") == And((word("fish"), word("chips")))
    assert wrong("&").hint


def test_web_addresses_and_times_are_words() -> None:
    assert root("https://shop.example/a") == Text(Scope.ANYWHERE, ("https", "shop", "example", "a"))
    assert root("12:30") == Text(Scope.ANYWHERE, ("12", "30"))


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("lamp form:ada", 6, "Did you mean `from:`?"),
        ("is:opne", 4, "Did you mean `is:open`?"),
        ("reason:reopend", 8, "Did you mean `reason:reopened`?"),
        ('lamp "order', 6, "Add"),
        ("lamp (order", 6, "Add"),
        ("lamp) order", 5, "Remove"),
        ("from: ada", 1, "without a space"),
        ("a from:", 3, "without a space"),
        ("before:2026-02-30", 8, "today"),
        ("waiting:4m", 9, "min"),
        ("tier:high", 6, "tier:2"),
        ("a OR", 3, "lower case"),
        ("has:lamp", 5, "has:attachment"),
        ("has:lamp", 5, "has:warning"),
        ("xyzzy:1", 1, "quotes"),
        ("from:*shop.ex*", 6, "one of them"),
        ("from:&", 6, "letters or digits"),
        ("contact:&", 9, "a name"),
    ],
)
def test_a_wrong_query_points_at_the_place_and_leads_out(text: str, column: int, hint: str) -> None:
    problem = wrong(text)
    assert problem.what.endswith(f"(column {column}).")
    assert hint in problem.hint
    assert problem.exit_code == 2


def test_the_picture_puts_carets_under_the_place_in_cells() -> None:
    assert wrong("日本 form:ada").picture == "日本 form:ada\n     ^^^^^"
    assert wrong("\x1b form:ada").picture == "  form:ada\n  ^^^^^"


def test_the_terms_to_mark_are_the_wanted_ones() -> None:
    assert terms(parse("東京都 Straße deliv* -lamp is:open (a OR b)", NOW, ZONE)) == [
        "東京都",
        "strasse",
        "deliv*",
        "a",
        "b",
    ]


def test_fields_and_their_values_are_completed() -> None:
    assert complete("lamp -fr", 8) == ["-from:"]
    assert complete("is:a", 4) == ["is:archived", "is:at_risk", "is:answered"]
    assert complete('"fr', 3) == []
    assert complete("lamp ", 5) == []


SIGNS = '()"-*: >日ß\x00\ud800/“٣²'
DATES = ["a", "2026", "-02", "4h", "999999y", "31.02.2026", "0000-01-01", "9000-12-31", "T00:00", "today", "9" * 30]
PIECES = st.sampled_from([*(f"{field}:" for field in FIELDS), *SIGNS, *DATES, "OR", "AND", "open"])


@given(st.lists(PIECES, max_size=12).map("".join) | st.text())
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    problem = None
    try:
        terms(parse(text, NOW, ZONE))
    except WrongQuery as refused:
        problem = refused
    if problem:
        assert problem.hint
        assert problem.what.isprintable()
        assert 0 <= problem.at <= len(text)
        assert problem.picture.count("\n") == 1
    complete(text, len(text))


@pytest.mark.parametrize("piece", ["(", "a ", "-", '"', "a OR ", "from:(", "*", "a", "x:", "1h", "AND ", "waiting:1h1"])
def test_a_long_query_costs_what_its_length_allows(piece: str) -> None:
    def asked(text: str) -> None:
        with suppress(WrongQuery):
            parse(text, NOW, ZONE)

    linear(lambda many: piece * many, asked)


def test_as_many_conditions_and_parentheses_as_are_allowed_are_read_and_one_more_is_none() -> None:
    root(" ".join(["a"] * 100))
    assert "more than 100" in wrong(" ".join(["a"] * 101)).what
    root("(" * 20 + "a" + ")" * 20)
    assert "more than 20 deep" in wrong("(" * 21 + "a" + ")" * 21).what


def test_a_star_within_quotes_is_no_mistake() -> None:
    assert root('"wild * card"') == Text(Scope.ANYWHERE, ("wild", "card"))


def test_what_is_marked_of_a_field_without_a_word_is_that_field() -> None:
    it = wrong("lamp subject:!! and more")
    assert (it.at, it.length) == (len("lamp subject:"), 2)


def test_what_is_typed_last_is_the_beginning_of_a_word_unless_it_is_done() -> None:
    assert [begun(text) for text in ("lamp ord", "(ord", "from:ad")] == ["lamp ord*", "(ord*", "from:ad*"]
    for done in ("red OR", "is:ope", "lamp ", '"red lam', "ord*"):
        assert begun(done) == done
    assert begun('"red lamp" ord') == '"red lamp" ord*'


def test_a_single_letter_is_not_looked_for_before_a_second_one_stands_behind_it() -> None:
    assert [begun(text) for text in ("r", "red l", "red from:a", "красная л")] == ["", "red ", "red ", "красная "]
    assert [begun(text) for text in ("7", "red 7", "返", "re")] == ["7*", "red 7*", "返*", "re*"]
    assert [begun(text) for text in ("(a", "red OR l")] == ["(a*", "red OR l*"]


def test_what_a_field_may_become_stands_behind_what_is_quoted() -> None:
    assert complete('"red lamp" fr', 13) == ["from:"]
    assert complete('"red lamp fr', 12) == []

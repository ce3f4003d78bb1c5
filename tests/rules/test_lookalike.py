"""Who is it really: what looks like somebody else is said, and what is only another language is not."""

from __future__ import annotations

import pytest

from tui_inbox.rules import lookalike
from tui_inbox.rules.model import Person


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@rnodern.example", "ada@modern.example"),
        ("ada@sh0p.example", "ada@shop.example"),
        ("ada@shор.example", "ada@shop.example"),
        (f"ada@xn--{'shор'.encode('punycode').decode()}.example", "ada@shop.example"),
        ("ada@ｓｈｏｐ.example", "ada@shop.example"),
        ("ada@shòp.example", "ada@shop.example"),
        ("ada@vvorld.example", "ada@world.example"),
        ("ada@paypa1.example", "ada@paypal.example"),
        ("billing@0ne.example", "ada@one.example"),
        ("adа@one.example", "ada@one.example"),
    ],
)
def test_what_looks_alike_is_found(one: str, other: str) -> None:
    assert lookalike.alike(one, ["mia@two.example", other]) == other


@pytest.mark.parametrize(
    "one", ["ada@shop.example", "Ada@Shop.Example", "bea@shop.example", "ada@shops.example", "ada", "", "@", "ada@"]
)
def test_what_is_the_same_or_simply_another_is_not(one: str) -> None:
    assert lookalike.alike(one, ["ada@shop.example", "", "@"]) == ""


@pytest.mark.parametrize(
    ("name", "address", "said"),
    [
        ("Ada", "ada@one.example", []),
        ("service@paypal.com", "x@evil.example", [lookalike.NAMED]),
        ("service＠paypal.com", "x@evil.example", [lookalike.NAMED]),
        ("PayPal.com Support", "x@evil.example", [lookalike.NAMED]),
        ("PayPal.com Support", "x@mail.paypal.com", []),
        ("ADA@one.example", "ada@one.example", []),
        ("Dr. Ada von B.Arnim", "ada@one.example", []),
        ("Pаypal", "x@one.example", [lookalike.MIXED_NAME]),
        ("Ольга Петрова", "olga@one.example", []),
        ("Ольга Petrova", "olga@one.example", []),
        ("Γιώργος", "g@one.example", []),
        ("山田Taro", "t@one.example", []),
        ("Şule Çağlar", "s@one.example", []),
        ("x", "x@shоp.example", [lookalike.PUNYCODE, lookalike.MIXED_ADDRESS]),
        ("x", "x@соса.example", [lookalike.PUNYCODE, lookalike.IMITATED]),
        ("x", "x@пример.example", [lookalike.PUNYCODE]),
        ("x", "x@xn--e1afmkfd.example", [lookalike.PUNYCODE, "its domain reads пример.example"]),
        ("x", "x@xn--\ud800.example", [lookalike.PUNYCODE]),
    ],
)
def test_a_sender_is_doubted_for_a_reason(name: str, address: str, said: list[str]) -> None:
    assert lookalike.doubts(Person(name, address)) == said


def test_an_answer_that_would_go_elsewhere_is_said() -> None:
    assert lookalike.doubts(Person("Ada", "ada@one.example"), Person("", "x@two.example")) == [lookalike.REPLY]


FALSE = "the mail server found the sender false (DMARC)"


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (["mx.shop.example; dmarc=fail (p=REJECT) header.from=bank.example; spf=pass"], FALSE),
        (["MX.SHOP.EXAMPLE 1; dmarc = fail"], FALSE),
        (["mx.shop.example; dmarc=pass; spf=fail"], ""),
        (
            ["mx.shop.example; spf=fail smtp.mailfrom=x; dkim=none"],
            "the mail server could not confirm the sender (SPF)",
        ),
        (["mx.shop.example; spf=fail; dkim=pass"], ""),
        (["mx.shop.example; none"], ""),
        (["mx.evil.example; dmarc=fail"], ""),
        (["mx.evil.example; dmarc=pass", "mx.shop.example; dmarc=fail"], FALSE),
        (["mx.shop.example; dmarc=fail", "mx.shop.example; dmarc=pass"], FALSE),
        (["mx.shop.example (; dmarc=fail) ; dmarc=pass"], ""),
        (["mx.shop.example.evil.example; dmarc=fail", "", ";;;;", "("], ""),
        ([], ""),
    ],
)
def test_only_our_own_server_is_believed_and_the_topmost_counts(results: list[str], said: str) -> None:
    assert lookalike.vouched(results, ["mx.shop.example"]) == said


def test_with_no_server_named_nothing_is_believed() -> None:
    assert lookalike.vouched(["mx.shop.example; dmarc=fail"], []) == ""


def test_long_hostile_names_cost_little() -> None:
    for name in ("a@" * 50_000, "." * 100_000, "а" + "a" * 100_000, "a.com" * 30_000, "(" * 100_000):
        lookalike.doubts(Person(name, name))
        lookalike.alike(name, [name, "ada@shop.example"])
        lookalike.vouched([name, f"mx.shop.example;{name}"], ["mx.shop.example"])

"""The links of a text, and where each leads."""

from __future__ import annotations

import pytest

from tui_inbox.rules.links import MOST, leads_to, links, pointed, spots
from tui_inbox.rules.loopback import is_loopback

TEXT = """See the order [2] and https://shop.example/a, twice: https://shop.example/a.
(or https://shop.example/(b))

 [2] https://shop.example/order
 [7] mailto:ada@example.org
"""


def test_links_are_numbered_as_the_text_does_and_the_others_follow() -> None:
    assert links(TEXT) == [
        (2, "https://shop.example/order"),
        (7, "mailto:ada@example.org"),
        (8, "https://shop.example/a"),
        (9, "https://shop.example/(b)"),
    ]
    assert links("a https://x.example b") == [(1, "https://x.example")]
    assert len(links(" ".join(f"https://x.example/{n}" for n in range(MOST + 9)))) == MOST


def test_a_link_is_where_it_stands_and_not_beside_it() -> None:
    line = "see [12] or https://x.example."
    assert [pointed(line, at) for at in (3, 4, 7, 8)] == [(None, ""), (12, ""), (12, ""), (None, "")]
    assert pointed(line, 12) == (None, "https://x.example")
    assert spots(line) == [(12, 29)]


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("https://shop.example/a", "a page at shop.example"),
        ("http://münchen.example", "a page at xn--mnchen-3ya.example"),
        ("https:///a", "a page at "),
        ("mailto:ada@example.org", "a mail to ada@example.org"),
        ("tel:+431", "a call to +431"),
        ("https://[", "an address that cannot be read"),
    ],
)
def test_where_a_link_leads_is_said_in_words(address: str, where: str) -> None:
    assert leads_to(address) == where


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example", "128.0.0.1", "::2", "10.0.0.1"])
def test_another_machine_is_none_of_them(host: str) -> None:
    assert not is_loopback(host)

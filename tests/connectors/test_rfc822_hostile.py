"""No bytes raise, none take long, none are lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.growth import linear
from tui_inbox.connectors import rfc822
from tui_inbox.connectors.formats import headers, htmltext, quotes
from tui_inbox.rules.model import Message

SAMPLES = Path(__file__).parents[1] / "samples" / "eml"

FIELDS = [
    b"From: ",
    b"To: ",
    b"Subject: ",
    b"Date: ",
    b"Received: ",
    b"References: ",
    b"Message-ID: ",
    b"Content-Type: ",
]
KINDS = [
    b"multipart/mixed; boundary=x",
    b"text/html; charset=",
    b"message/rfc822",
    b"--x\n",
    b"--x--\n",
    b"\n",
    b"\r\n",
    b"\r",
]
WORDS = [b"=?utf-8?b?", b"?=", b"=?utf-7?q?+2AA-?=", b"name*0*=", *(bytes((one,)) for one in b'"<>(),;:\\@')]
MARKUP = [
    b"<div>",
    b"</p>",
    b"<a href=http://x.y>",
    b"&#xD800;",
    b"\x00",
    b"\x1b$B",
    b"\xff\xfe",
    b"\xc3",
    b"> ",
    b"On 1 wrote:\n",
]
CODED = [b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: x-uuencode\n", b"Auto-Submitted: "]
PIECES = st.sampled_from([*FIELDS, *KINDS, *WORDS, *MARKUP, *CODED])


def read(raw: bytes) -> Message:
    message = rfc822.read_here(raw)
    assert not any("could not be parsed" in one for one in message.warnings)
    assert message.raw == raw
    assert message.key
    for text in (
        message.text,
        message.quoted,
        message.subject,
        message.sender.name,
        *(one.name for one in message.attachments),
    ):
        text.encode()  # no half characters, which nothing could store
        assert "\0" not in text
    return message


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_message(raw: bytes):
    read(raw)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=60).map(b"".join))
@settings(max_examples=400, deadline=None)
def test_anything_that_looks_like_mail_gives_a_message(raw: bytes):
    read(raw)


@pytest.mark.parametrize("name", ["attachments", "bounce_soft", "html_only"])
def test_a_mail_cut_off_anywhere_gives_a_message(name: str):
    raw = (SAMPLES / f"{name}.eml").read_bytes()
    for end in range(len(raw)):
        read(raw[:end])


@given(
    st.text(max_size=600)
    | st.lists(st.sampled_from(["> a\n", "On 1 Ada wrote:\n", "\n", "b\n", "-- \n", "From: x\nTo: y\nDate: z\n"])).map(
        "".join
    )
)
@settings(max_examples=300, deadline=None)
def test_splitting_off_quotes_loses_no_line(text: str):
    new, quoted = quotes.split(text)
    kept = sorted(line.strip() for line in f"{new}\n{quoted}".split("\n") if line.strip())
    assert kept == sorted(line.strip() for line in text.split("\n") if line.strip())


def test_a_reader_that_fails_leaves_the_mail_to_be_seen(monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(rfc822.bodies, "body", broken)
    message = rfc822.read_here(b"From: a@b.c\n\nHello")
    assert any("could not be parsed" in one for one in message.warnings)
    assert "Hello" in message.text


FROM = b"From: a@b.c\n"
HTML = b"Content-Type: text/html\n\n"
MIXED = b"Content-Type: multipart/mixed; boundary=x\n\n"
BOMBS: dict[str, Callable[[int], bytes]] = {
    "quotes in From": lambda n: b"From: " + b'"' * n + b"\n\nb",
    "escaped quotes": lambda n: b"From: " + b'"\\"' * n + b"\n\nb",
    "comments": lambda n: b"From: " + b"(" * n + b"\n\nb",
    "groups": lambda n: b"To: " + b"a:" * n + b"\n\nb",
    "addresses and colons": lambda n: b"To: " + b"a@b:" * n + b"\n\nb",
    "many in Cc": lambda n: b"Cc: " + b",".join(b"a%d@b.c" % one for one in range(n)) + b"\n\nb",
    "encoded words": lambda n: b"Subject: " + b"=?utf-8?q?a?= " * n + b"\n\nb",
    "words never closed": lambda n: b"Subject: " + b"=?u?b?" * n + b"\n\nb",
    "many fields": lambda n: b"".join(b"H%d: x\n" % one for one in range(n)) + b"\nb",
    "continuations": lambda n: b"Content-Type: a/b" + b"".join(b"; n*%d*=a%%20" % one for one in range(n)) + b"\n\nb",
    "many parts": lambda n: MIXED + b"--x\n\na\n" * n,
    "nested multiparts": lambda n: (
        FROM + b"".join(b"Content-Type: multipart/mixed; boundary=b%d.\n\n--b%d.\n" % (one, one) for one in range(n))
    ),
    "nested mails": lambda n: FROM + b"Content-Type: message/rfc822\n\n" * n,
    "open elements": lambda n: HTML + b"<div>" * n,
    "open lists": lambda n: HTML + b"<ul><li>" * n,
    "comments never closed": lambda n: HTML + b"<!--" * n,
    "tags never closed": lambda n: HTML + b"<a " * n,
    "scripts never closed": lambda n: HTML + b"<div>" * 6_000 + b"<script>" * n,
    "fonts carried into paragraphs": lambda n: (
        HTML + b"".join(b"<font color=%d>" % one for one in range(n // 10)) + b"<p>x" * n
    ),
    "fonts hidden in tables": lambda n: HTML + b"<font a=%d><table><tr><td></font></table>" * (n // 10) + b"<p>x" * n,
    "attributes": lambda n: HTML + b"<a " + b" ".join(b"x%d" % one for one in range(n)) + b">",
    "a great many HTML parts": lambda n: MIXED + (b"--x\n" + HTML + b"<p>x" * 300) * (n // 10),
    "On On On": lambda n: FROM + b"\n" + b"On " * n,
    "On, line by line": lambda n: FROM + b"\n" + b"On 1 x\n" * n,
    "From, line by line": lambda n: FROM + b"\n" + b"From: a\n" * n,
    "blanks": lambda n: FROM + b"\n" + b" " * n,
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_mail_costs_what_its_length_allows(name: str):
    linear(BOMBS[name], read)


def test_headers_survive_what_is_nested_too_deep():
    message = read(b"Subject: deep\n" + BOMBS["nested multiparts"](5_000))
    assert message.subject == "deep"
    assert message.text
    assert "too many parts: not all were read" in message.warnings


def test_a_very_long_text_is_cut_and_says_so():
    message = read(FROM + b"\n" + b"word " * 400_000)
    assert "the text was cut" in message.warnings
    assert len(message.text) < 1_100_000


@pytest.mark.parametrize(
    ("shown", "target", "deceives"),
    [
        ("www.bank.example", "https://evil.example/", True),
        ("https://bank.example/login", "https://bank.example.evil.example/", True),
        ("bank.example", "https://www.bank.example/x", False),
        ("https://bank.example", "https://login.bank.example/", False),
        ("click here", "https://evil.example/", False),
        ("https://bank.example", "https://bank.example@evil.example/", True),
    ],
)
def test_a_link_that_names_another_site_deceives(shown: str, target: str, deceives: bool):
    assert htmltext.deceives(shown, target) is deceives


def test_a_script_link_leads_nowhere():
    assert htmltext.to_text('<p><a href="javascript:alert(1)">free</a> <a href="#top">up</a></p>').text == "free up"


def test_stripping_by_hand_keeps_the_words():
    source = "<div>" * 6_000 + "<p>Hello &amp; <b>welcome</b><script>no</script><!-- no --><br>all"
    assert htmltext.to_text(source).text == "Hello & welcome\nall"


def test_message_ids_are_capped_with_the_oldest_and_the_newest_kept():
    ids = headers.message_ids(" ".join(f"<{one}@x>" for one in range(1_000)))
    assert len(ids) == headers.MOST_IDS
    assert (ids[0], ids[-1]) == ("<0@x>", "<999@x>")

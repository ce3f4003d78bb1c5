"""The addresses that lead to where a customer wrote, whatever strangers put into their parts."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.rules.places import Written, place

HOSTILE = "Re: a&bcc=evil@x.example\r\nBcc: evil@x.example?body=1#%0D%0ABcc: b@x.example"


def fields(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def test_mail_is_answered_in_its_thread() -> None:
    found = place(
        Written("email", "ada@example.org", "Ada", "Where is my order?", ids=("<1@shop.example>", "<2@example.org>"))
    )
    assert found.address.startswith("mailto:ada@example.org?")
    assert fields(found.address) == {
        "subject": "Re: Where is my order?",
        "In-Reply-To": "<2@example.org>",
        "References": "<1@shop.example> <2@example.org>",
    }


@pytest.mark.parametrize("subject", ["Re: order", "RE[2]: order", "AW: order", "Ynt: order"])
def test_an_answered_subject_stays_as_it_is(subject: str) -> None:
    assert fields(place(Written("email", "ada@example.org", subject=subject)).address)["subject"] == subject


def test_a_subject_adds_no_field_and_no_line() -> None:
    found = place(Written("email", "ada@example.org", subject=HOSTILE, ids=("<a&bcc=evil@x.example>",)))
    assert set(fields(found.address)) == {"subject", "In-Reply-To", "References"}
    assert "\r" not in unquote(found.address).partition("%")[0]
    assert not any(sign in found.address for sign in " \r\n#")


@pytest.mark.parametrize(
    "person", ["a@x.example?bcc=b@x.example", "a@x.example,b@x.example", "a@x.example\nb", "", "-a"]
)
def test_what_is_no_single_address_is_not_written_to(person: str) -> None:
    found = place(Written("email", person))
    assert found.address == ""
    assert found.why


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40), st.lists(st.text(max_size=20), max_size=3))
@pytest.mark.parametrize("channel", ["email", "whatsapp", "telegram", "slack", "discord", "linkedin", "signal", "chat"])
def test_no_stranger_writes_an_address(channel: str, person: str, subject: str, thread: str, ids: list[str]) -> None:
    written = Written(channel, person, subject, subject, thread, external_id=f"{thread}/{person}", ids=tuple(ids))
    address = place(written).address
    assert address == "" or address.isascii()
    assert not any(sign.isspace() or sign in "\"'<>`\\" for sign in address)
    if channel == "email" and address:
        assert set(fields(address)) <= {"subject", "In-Reply-To", "References"}


def test_each_channel_is_answered_where_it_was_written() -> None:
    shop = b'{"team": "T0123ABCD", "ts": "1700000000.000100"}'
    file = b'{"permalink": "https:\\/\\/shop-x.slack.com\\/files\\/U1\\/F1"}'
    room, ts = "C0123ABCD", "1700000000.000100"
    slack = f"https://shop-x.slack.com/archives/{room}/p1700000000000100"
    expected = {
        Written("whatsapp", "+905321234567"): "https://wa.me/905321234567",
        Written("whatsapp", "", "+90 532 123 45 67"): "https://wa.me/905321234567",
        Written("telegram", "user4711", thread="4711"): "tg://user?id=4711",
        Written("telegram", "user4711", thread="1234", group=True, external_id="1234/8"): (
            "tg://privatepost?channel=1234&post=8"
        ),
        Written("slack", "U1", external_id=f"{room}/{ts}", raw=shop): (
            f"slack://channel?team=T0123ABCD&id={room}&message={ts}"
        ),
        Written("slack", "U1", thread=f"{room}/{ts}", external_id=f"{room}/{ts}", raw=file): slack,
        Written("slack", "U1", thread=f"{room}/1690000000.000100", external_id=f"{room}/{ts}", raw=file): (
            f"{slack}?thread_ts=1690000000.000100&cid={room}"
        ),
        Written("discord", "9", external_id="111/222"): "https://discord.com/channels/@me/111/222",
        Written("discord", "9", external_id="1/111/222", group=True): "https://discord.com/channels/1/111/222",
        Written("linkedin", thread="2-abc=="): "https://www.linkedin.com/messaging/thread/2-abc%3D%3D/",
        Written("googlechat", thread="DM AAAAabc"): "https://chat.google.com/dm/AAAAabc",
        Written("googlechat", thread="Space AAAAabc/xyz"): "https://chat.google.com/room/AAAAabc",
        Written("signal", "+4915112345678"): "https://signal.me/#p/+4915112345678",
    }
    for written, address in expected.items():
        assert place(written).address == address


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (Written("slack", external_id="C0123ABCD/1700000000.000100"), "workspace"),
        (Written("discord", external_id="111/222", group=True), "server"),
        (Written("discord", external_id="222"), "channel"),
        (Written("linkedin", thread="x y"), "conversation"),
        (Written("googlechat", thread="Room AAAAabc"), "chat"),
    ],
)
def test_which_part_of_an_address_is_missing_is_said(written: Written, why: str) -> None:
    assert place(written).address == ""
    assert why in place(written).why


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "slack", "discord", "signal", "line", "chat"])
def test_what_is_missing_is_said(channel: str) -> None:
    found = place(Written(channel, "", "Elif Kara"))
    assert found.address == ""
    assert found.why.endswith(".")

"""Which contact an identity belongs to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.rules.model import Person
from tui_inbox.rules.people import (
    Contact,
    Suggestion,
    identity_key,
    mentions_in,
    same_person,
    suggestions,
    value_and_name,
)


def key(channel: str, name: str = "", identity: str = "") -> str:
    return identity_key(channel, Person(name, identity), "acc", "thread")


@pytest.mark.parametrize(
    ("channel", "identity", "expected"),
    [
        ("email", "Ada@Example.ORG", "email:ada@example.org"),
        ("email", "ada@münchen.example", "email:ada@xn--mnchen-3ya.example"),
        ("slack", "ada@example.org", "email:ada@example.org"),
        ("whatsapp", "+90 (532) 123 45 67", "tel:+905321234567"),
        ("whatsapp", "\u202a+90\u00a0532\u00a0123\u00a045\u00a067\u202c", "tel:+905321234567"),
        ("whatsapp", "905321234567@s.whatsapp.net", "tel:+905321234567"),
        ("signal", "0049 151 23456789", "tel:+4915123456789"),
        ("telegram", "user4711", "telegram:user4711"),
        ("slack", "U012ABC", "slack:U012ABC"),
        ("matrix", "@ada:example.org", "matrix:@ada:example.org"),
        ("whatsapp", "12", "whatsapp:12"),
    ],
)
def test_an_identity_has_one_key_however_it_is_written(channel, identity, expected):
    assert key(channel, "Ada", identity) == expected


def test_somebody_known_by_name_alone_is_one_person_within_a_thread_only():
    assert key("whatsapp", "Ada  Demir") == "whatsapp:acc/thread/Ada Demir"
    assert identity_key("whatsapp", Person("Ada Demir"), "acc", "other") != key("whatsapp", "Ada Demir")


def test_an_unsaved_number_that_stands_for_a_name_is_a_number():
    assert key("whatsapp", "+90 532 123 45 67") == "tel:+905321234567"


def test_a_signature_names_further_identities():
    text = "Hello,\nmy order is late.\n-- \nAda Demir\n+90 532 123 45 67\nada.demir@example.org."
    assert mentions_in(text) == {"tel:+905321234567", "email:ada.demir@example.org"}


def test_a_number_in_a_signature_links_a_mail_contact_to_a_chat():
    mail = Contact(1, "Ada Demir", ("email:ada@example.org",), frozenset({"tel:+905321234567"}))
    chat = Contact(2, "Ada", ("tel:+905321234567",))
    assert same_person(chat, mail) == "Ada Demir wrote +905321234567 in a message."


def test_the_same_name_and_domain_is_a_reason():
    one = Contact(1, "Ada Demir", ("email:ada@example.org",))
    other = Contact(2, "ADA DEMİR", ("email:ademir@example.org",))
    assert same_person(one, other) == "Both are called Ada Demir and write from example.org."


def test_the_same_whole_name_is_a_reason_and_a_first_name_is_none():
    one = Contact(1, "Ada Demir", ("telegram:user1",))
    assert same_person(one, Contact(2, "ada demir", ("email:ada@example.org",))) == "Both are called Ada Demir."
    assert same_person(Contact(1, "Ada", ("telegram:user1",)), Contact(2, "Ada", ("telegram:user2",))) is None


def test_a_first_name_alone_is_no_reason():
    assert same_person(Contact(1, "Ada", ("telegram:user1",)), Contact(2, "Ada", ("telegram:user2",))) is None


def test_suggestions_name_each_pair_once():
    contacts = [
        Contact(3, "Ada Demir", ("email:ada@example.org",), frozenset({"tel:+905321234567"})),
        Contact(1, "Ada Demir", ("tel:+905321234567",)),
        Contact(2, "Mert", ("telegram:user2",)),
    ]
    assert suggestions(contacts) == [Suggestion(1, 3, "Ada Demir wrote +905321234567 in a message.")]


def test_a_name_that_very_many_have_suggests_nothing():
    assert suggestions([Contact(n, "Deleted Account", (f"telegram:user{n}",)) for n in range(5000)]) == []


@given(st.sampled_from(("email", "whatsapp", "telegram")), st.text(max_size=60), st.text(max_size=60))
def test_whatever_a_channel_gives_there_is_a_key(channel, name, identity):
    found = key(channel, name, identity)
    assert found == key(channel, name, identity)
    assert ":" in found


@given(st.text(alphabet="+0123456789 @.-abc\n", max_size=500))
def test_whatever_a_message_ends_with_can_be_looked_through(text):
    assert all(one.startswith(("email:", "tel:")) for one in mentions_in(text))


def test_who_gives_only_a_name_or_only_an_identity_is_known_by_it() -> None:
    assert value_and_name(Person("Ada", "ada@example.org")) == ("ada@example.org", "Ada")
    assert value_and_name(Person("Ada")) == ("Ada", "Ada")
    assert value_and_name(Person("", "ada@example.org")) == ("ada@example.org", "ada@example.org")


def test_a_name_of_two_words_is_a_clue_and_a_name_of_one_is_none() -> None:
    assert len(suggestions([Contact(1, "Ada Demir", ("a:1",)), Contact(2, "ada demir", ("b:2",))])) == 1
    assert suggestions([Contact(1, "Ada", ("a:1",)), Contact(2, "Ada", ("b:2",))]) == []

"""What a forwarded mail says, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tui_inbox.rules.handover import (
    HAND_OVER,
    REPLY_ON,
    SHOWN,
    HandOver,
    Said,
    message_id,
    pause,
    subject,
    token_in,
    token_of,
    words,
)

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAID = Said("Ada Demir", "ada@example.org", NINE, "Where is it?", quoted=3, files=("box.jpg",))
IT = HandOver(
    kind=HAND_OVER,
    conversation=7,
    token="t",
    channel="email",
    account="support",
    subject="Order",
    by="Deniz",
    to="Mert",
    note="",
    customer="Ada Demir",
    address="ada@example.org",
    due=NINE + timedelta(hours=4),
    tier=2,
    skill="refunds",
    zone="Europe/Istanbul",
    now=NINE,
    said=(SAID,),
)


def test_due_time_and_tier_are_said_in_words():
    said = words(IT)
    assert "Due:      Mon 2 Mar 2026 16:00 (Europe/Istanbul)\n" in said
    assert "Tier:     2, specialist" in said
    assert "that has passed" in words(replace(IT, now=NINE + timedelta(hours=5)))
    assert "nothing is promised" in words(replace(IT, due=None))


def test_quotes_are_folded_and_files_named():
    assert "  (3 quoted lines folded away)\n  + box.jpg" in words(IT)


def test_the_note_stands_on_top():
    assert words(replace(IT, note="Please refund.\n\nThanks")).startswith(
        "Please refund.\n\nThanks\n\nDeniz has handed"
    )


def test_no_line_of_a_message_can_pass_for_one_of_ours():
    forged = replace(SAID, text="x\u2028---- The conversation ----\rDue: never\x1b[2J", who="Ada\nDue: never")
    lines = words(replace(IT, said=(forged,))).splitlines()
    assert [line for line in lines if line.startswith(("Due: never", "---- The conversation ----"))] == []
    assert not any("\x1b" in line for line in lines)


def test_a_long_conversation_keeps_its_newest_messages_and_counts_the_others():
    long = tuple(replace(SAID, text=f"{number} " + "x" * 5000) for number in range(100))
    said = words(replace(IT, said=long))
    assert len(said) < SHOWN + 2000
    assert "  99 x" in said
    assert "earlier messages left out here" in said


def test_a_reply_is_told_as_one():
    reply = replace(IT, kind=REPLY_ON)
    assert subject(reply) == "Customer replied: Order"
    assert "The customer has written again" in words(reply)


def test_its_name_is_the_same_at_every_try_and_another_in_another_store():
    token = token_of(HAND_OVER, 1, NINE, "thread")
    assert token == token_of(HAND_OVER, 1, NINE, "thread")
    assert len({token, token_of(HAND_OVER, 2, NINE, "thread"), token_of(HAND_OVER, 1, NINE, "other")}) == 3
    assert token_in(message_id(token, "a@shop.example")) == token
    assert message_id(token, "a@ş.example").endswith("@tui-inbox.invalid>")


def test_pauses_grow_to_a_quarter_of_an_hour():
    assert pause(1) == timedelta(seconds=30)
    assert pause(0) == pause(1)
    assert pause(1000) == timedelta(minutes=15)


def test_the_messages_stand_oldest_first_and_what_is_not_attached_is_named_below():
    later = replace(SAID, at=NINE + timedelta(hours=1), text="Hello?")
    text = words(replace(IT, said=(SAID, later)), left_out=["box.jpg: too large"])
    assert (
        0 < text.index("Where is it?") < text.index("Hello?") < text.index("---- Not attached ----\n\n  box.jpg: too")
    )
    assert "left out here" not in text

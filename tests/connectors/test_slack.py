"""What a Slack export says, and which of it is one conversation."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.formats.slack_words import words
from tui_inbox.connectors.slack import Source
from tui_inbox.rules.model import Class, Message, State

SAMPLE = Path(__file__).parent.parent / "samples" / "slack" / "export.zip"


def said() -> dict[str, Message]:
    with open_bundle(SAMPLE) as bundle:
        return {one.message.key: one.message for batch in Source(bundle).read({}) for one in batch.arrivals}


def test_in_a_channel_each_question_with_its_replies_is_a_thread() -> None:
    one, reply, other = (said()[ts] for ts in ("1767772860.000200", "1767772920.000300", "1767773060.000500"))
    assert one.thread == reply.thread == "C0HELP001/1767772860.000200"
    assert other.thread == "C0HELP001/1767773060.000500"
    assert reply.in_reply_to == one.key


def test_a_direct_message_is_one_thread_titled_by_the_other() -> None:
    direct = [one for one in said().values() if one.thread == "D0SAM0001"]
    assert len(direct) == 4
    assert {one.thread_title for one in direct} == {"Sam"}


def test_who_is_in_every_direct_message_is_me() -> None:
    assert {one.sender.name for one in said().values() if one.mine} == {"Deniz Kaya"}
    with open_bundle(SAMPLE) as bundle:
        assert Source(bundle).owner() == "Deniz Kaya"


def test_names_links_and_escapes_are_told_for_a_reader() -> None:
    assert said()["1767772860.000200"].text == "@here the order page (https://shop.example/a?b=1&c=2) fails <again>"


def test_every_kind_of_token_has_its_words() -> None:
    people = {"U1": "Sam"}
    assert words("<@U1> <@U2|ann> <@U3> <#C1|help> <!subteam^S1|@team> <mailto:a@b.c|a@b.c>", people) == (
        "@Sam @ann @U3 #help @team a@b.c"
    )
    assert words("<!date^1^{date}|yesterday> &amp;lt; <https://x.y>", people) == "yesterday &lt; https://x.y"


def test_the_mail_address_of_a_profile_belongs_to_the_person_and_to_no_robot(tmp_path: Path) -> None:
    users = [
        {"id": "U1", "profile": {"display_name": "Sam", "email": "Sam@Customer.example"}},
        {"id": "U2", "profile": {"display_name": "Ada", "email": "not an address"}},
        {"id": "U3", "is_bot": True, "profile": {"email": "robot@shop.example"}},
    ]
    said = [{"user": user, "text": "hi", "ts": f"1767772860.00000{n}"} for n, user in enumerate(("U1", "U2", "U3"))]
    (tmp_path / "help").mkdir()
    (tmp_path / "users.json").write_text(json.dumps(users))
    (tmp_path / "help" / "2026-01-07.json").write_text(json.dumps(said))
    with open_bundle(tmp_path) as bundle:
        people = [one.message.sender for batch in Source(bundle).read({}) for one in batch.arrivals]
    assert [one.also for one in people] == [("sam@customer.example",), (), ()]
    assert people[0].identity == "U1"


def test_robots_joins_and_deletions_are_not_people() -> None:
    classes = {ts: one.verdict.as_ for ts, one in said().items()}
    assert classes["1767772800.000100"] is Class.SYSTEM
    assert classes["1767773000.000400"] is Class.AUTO
    assert said()["1767773000.000400"].text == "build 7 passed"
    assert said()["1767859400.000100"].state is State.DELETED


def test_an_edit_is_kept_with_its_time() -> None:
    one = said()["1767772920.000300"]
    assert (one.state, one.edited_at) == (State.EDITED, datetime(2026, 1, 7, 8, 2, 10, tzinfo=UTC))


def test_files_are_named_and_their_secret_is_stored_nowhere() -> None:
    one = said()["1767859300.000100"]
    assert (one.attachments[0].name, one.attachments[0].stored) == ("shot.png", False)
    assert b"xoxe" not in one.raw
    assert one.text == "see @Deniz Kaya"


def test_a_message_without_a_stamp_is_set_aside_with_its_place() -> None:
    with open_bundle(SAMPLE) as bundle:
        (batch,) = Source(bundle).read({})
    assert [one.where for one in batch.set_aside] == ["Shop Slack export/D0LENA001/2026-01-09.json message 2"]

"""What an Instagram download says of its direct messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.instagram import Source
from tui_inbox.connectors.load import recognise
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Class, Message, State

SAMPLES = Path(__file__).parent.parent / "samples" / "instagram"
DOWNLOAD = SAMPLES / "instagram-lampshop-2026-03-06-AbCd.zip"
NOOR = "17842330917365512"


def read(path: Path) -> list[Message]:
    with open_bundle(path) as bundle:
        return [one.message for batch in Source(bundle).read({}) for one in batch.arrivals]


def test_the_account_s_name_is_found_in_the_profile_whatever_its_language() -> None:
    with open_bundle(DOWNLOAD) as bundle:
        assert Source(bundle).owner() == "lampshop"
    assert [one.mine for one in read(DOWNLOAD) if one.thread == NOOR] == [False, False, True, False, False]


def test_a_shared_post_is_named_behind_the_words_of_the_app() -> None:
    assert read(DOWNLOAD)[2].text.split("\n") == [
        "You sent an attachment.",
        "The new lamp – now in blue",
        "https://www.instagram.com/p/C0deLamp/",
    ]


def test_an_edited_message_stands_beside_the_first_and_says_so() -> None:
    one = read(DOWNLOAD)[4]
    assert (one.text, one.state) == ("blue please (edited)", State.EDITED)


def test_what_the_app_writes_of_a_reaction_stays_as_it_is() -> None:
    one = read(DOWNLOAD)[3]
    assert (one.text, one.verdict.as_) == ("Reacted ❤️ to your message ", Class.HUMAN)


def test_a_voice_message_is_kept_as_sound() -> None:
    (voice,) = read(DOWNLOAD)[1].attachments
    assert (voice.type, voice.stored) == ("audio/mp4", True)


def test_one_chat_s_file_of_an_older_download_is_the_same_chat() -> None:
    with open_bundle(SAMPLES / "message_1.json") as bundle:
        assert recognise(bundle)[0] == "instagram"
    assert {one.thread for one in read(SAMPLES / "message_1.json")} == {NOOR}


def test_requests_are_chats_too() -> None:
    assert read(DOWNLOAD)[5].sender.name == "Instagram User"


def test_web_pages_are_refused_with_what_to_choose_instead(tmp_path: Path) -> None:
    page = tmp_path / "your_instagram_activity" / "messages" / "inbox" / "noor_17842" / "message_1.html"
    page.parent.mkdir(parents=True)
    page.write_text('<html><body><div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder">noor</div></body></html>')
    with open_bundle(tmp_path) as bundle:
        assert recognise(bundle)[0] == "instagram"
        with pytest.raises(Unreadable) as trouble:
            list(Source(bundle).read({}))
    assert "JSON" in trouble.value.hint


def test_one_chat_s_file_without_a_link_is_told_by_the_way_one_may_join(tmp_path: Path) -> None:
    said = [{"sender_name": "noor", "timestamp_ms": 1_772_442_000_000, "content": "hi"}]
    chat = {"participants": [{"name": "noor"}, {"name": "lampshop"}], "messages": said, "title": "noor"}
    path = tmp_path / "message_1.json"
    for more, kind in (({"joinable_mode": {"mode": 1, "link": ""}}, "instagram"), ({}, "messenger")):
        path.write_text(json.dumps({**chat, **more}))
        with open_bundle(path) as bundle:
            assert recognise(bundle)[0] == kind

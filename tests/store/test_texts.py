"""A long text is kept compressed and read as it was, wherever it is read; what an older program kept plain, too."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.running import Tui
from tests.torture.likeness import likeness
from tui_inbox.store import migrations
from tui_inbox.store.texts import SHORT, packed, unpacked

LONG = "The third parcel came wet, and inside it was a lamp that nobody here had ordered. " * 20
QUOTED = "> We shall call you back as soon as the van has left the yard, at the latest tomorrow.\n" * 20


@pytest.fixture
def tui(tmp_path: Path) -> Tui:
    """A home with one long mail that quotes as much, from Ada, who names the address of Bo."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada <ada@one.example>", "support@shop.example", "A lamp"
    mail["Date"], mail["Message-ID"] = "Mon, 2 Mar 2026 10:00:00 +0000", "<lamp@one.example>"
    mail.set_content(f"{LONG}\nMy other address is bo@two.example.\n\nOn Sunday the shop wrote:\n{QUOTED}")
    (tmp_path / "lamp.eml").write_bytes(bytes(mail))
    tui = Tui(tmp_path / "home")
    tui("import", tmp_path / "lamp.eml")
    return tui


@pytest.fixture
def plain(tui: Tui) -> Tui:
    """The same home as the program kept it that did not compress."""
    with closing(sqlite3.connect(tui.home / "inbox.db")) as store:
        store.create_function("unpacked", 1, unpacked)
        store.execute("UPDATE message SET text = unpacked(text), quoted = unpacked(quoted)")
        store.execute("DROP INDEX message_match")
        store.execute("PRAGMA user_version = 1")
        store.commit()
    return tui


def kinds(home: Path) -> tuple[str, str]:
    with closing(sqlite3.connect(home / "inbox.db")) as store:
        found = store.execute("SELECT typeof(text), typeof(quoted) FROM message ORDER BY id").fetchone()
        return (found[0], found[1])


@given(st.text(max_size=SHORT * 4))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert unpacked(packed(text)) == text


def test_a_line_of_a_chat_stays_as_it_is() -> None:
    assert packed("Where is it?") == "Where is it?"


def test_a_long_mail_is_shown_and_found_whole(tui: Tui) -> None:
    assert kinds(tui.home) == ("blob", "blob")
    [row] = tui("search", "parcel wet", "--json").json["conversations"]
    assert row["snippet"].startswith("The third parcel")
    [message] = tui("show", row["id"], "--json").json["messages"]
    assert LONG.strip() in message["text"]
    assert "> We shall call you back" in message["quoted"]


def test_a_long_message_of_a_chat_is_exported_whole(tmp_path: Path) -> None:
    said = {"thread": "room 1", "at": "2026-03-02T08:00:00Z", "sender": "Ada", "text": LONG.strip()}
    (tmp_path / "chat.jsonl").write_text(json.dumps(said))
    tui = Tui(tmp_path / "home")
    tui("import", tmp_path / "chat.jsonl")
    assert kinds(tui.home) == ("blob", "text")
    tui("export", "--format", "jsonl", "--to", tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text().splitlines()[-1])["text"] == LONG.strip()


def test_an_older_store_is_read_as_it_lies_and_what_comes_next_is_compressed(plain: Tui, tmp_path: Path) -> None:
    before = likeness(plain.home / "inbox.db")
    [row] = plain("list", "all", "--json").json["conversations"]
    assert LONG.strip() in plain("show", row["id"], "--json").json["messages"][0]["text"]
    assert kinds(plain.home) == ("text", "text")
    again = (tmp_path / "lamp.eml").read_bytes().replace(b"lamp@", b"second@")
    (tmp_path / "second.eml").write_bytes(again)
    plain("import", tmp_path / "second.eml")
    with closing(sqlite3.connect(plain.home / "inbox.db")) as store:
        assert store.execute("PRAGMA user_version").fetchone() == (len(migrations.STEPS),)
        assert store.execute("SELECT typeof(text) FROM message ORDER BY id").fetchall() == [("text",), ("blob",)]
    assert likeness(plain.home / "inbox.db.before-2") == before


def test_who_a_long_text_names_is_suggested_as_one_and_is_taken_out_when_erased(tui: Tui, tmp_path: Path) -> None:
    bo = EmailMessage()
    bo["From"], bo["To"], bo["Subject"] = "Bo <bo@two.example>", "support@shop.example", "Another lamp"
    bo["Date"], bo["Message-ID"] = "Tue, 3 Mar 2026 10:00:00 +0000", "<another@two.example>"
    bo.set_content("It is me again.")
    (tmp_path / "bo.eml").write_bytes(bytes(bo))
    tui("import", tmp_path / "bo.eml")
    suggested = tui("contact", "suggest").out
    assert "bo@two.example" in suggested  # since her long mail names it
    lamps = {row["subject"]: row for row in tui("list", "all", "--json").json["conversations"]}
    tui("purge", "--contact", lamps["Another lamp"]["contact"]["id"], "--yes")
    [message] = tui("show", lamps["A lamp"]["id"], "--json").json["messages"]
    assert "My other address is (erased)." in message["text"]
    assert kinds(tui.home)[0] == "blob"

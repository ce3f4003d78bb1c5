"""One chat of Telegram that comes as JSON, by its number, and as web pages, by its name, is one chat."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.incoming.store import Store
from tui_inbox.exports import FileReport

BEGAN = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
LENA, US = 4711, 42


def at(id_: int) -> datetime:
    return BEGAN + timedelta(hours=id_)


def as_json(folder: Path, ids: Sequence[int], *, name: str = "Lena Vogt", id_: int = LENA) -> Path:
    folder.mkdir()
    messages = [
        {
            "id": one,
            "type": "message",
            "date": f"{at(one):%Y-%m-%dT%H:%M:%S}",
            "date_unixtime": str(int(at(one).timestamp())),
            "from": "Deniz" if one % 3 == 0 else name,
            "from_id": f"user{US if one % 3 == 0 else id_}",
            "text": f"Message {one}",
            "text_entities": [],
        }
        for one in ids
    ]
    path = folder / "result.json"
    path.write_text(json.dumps({"name": name, "type": "personal_chat", "id": id_, "messages": messages}))
    return path


def as_pages(folder: Path, ids: Sequence[int], *, name: str = "Lena Vogt") -> Path:
    folder.mkdir()
    blocks = "".join(
        f'<div class="message default clearfix" id="message{one}"><div class="body">'
        f'<div class="pull_right date details" title="{at(one):%d.%m.%Y %H:%M:%S} UTC+00:00">x</div>'
        f'<div class="from_name">{"Deniz" if one % 3 == 0 else name}</div>'
        f'<div class="text">Message {one}</div></div></div>\n'
        for one in ids
    )
    (folder / "messages.html").write_text(
        '<html><body><div class="page_wrap"><div class="page_header"><div class="content">'
        f'<div class="text bold">{name}</div></div></div>'
        f'<div class="page_body chat_page"><div class="history">{blocks}</div></div></div></body></html>'
    )
    return folder


def bring(store: Store, path: Path) -> FileReport:
    return store.bring(path, me="Deniz", zone="UTC")


def stands(store: Store) -> tuple[list[str], set[str], set[int]]:
    """Return all that is said in the one conversation, where it is, whose it is, and the contacts there are."""
    with store.inbox() as inbox, inbox.reader() as reader:
        rows = reader.rows(reader.queue("all", store.at).ids, store.at)
        said = [one.text for row in rows for one in reader.conversation(row.id, store.at).messages]
        contacts = {row.contact.id for row in rows if row.contact is not None}
        return said, {row.subject for row in rows}, contacts


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


ALL = range(1, 31)


@pytest.mark.parametrize("order", [(0, 1, 0), (1, 0, 1)])
def test_the_same_messages_in_the_other_form_bring_nothing(
    store: Store, tmp_path: Path, order: tuple[int, ...]
) -> None:
    forms = as_json(tmp_path / "json", ALL), as_pages(tmp_path / "html", ALL)
    news = [bring(store, forms[one]).came.new for one in order]
    assert news == [30, 0, 0]
    said, _, contacts = stands(store)
    assert said == [f"Message {one}" for one in ALL]
    assert len(contacts) == 1


@pytest.mark.parametrize("first", ["json", "html"])
def test_what_the_other_form_goes_on_with_is_the_same_chat_and_the_same_person(
    store: Store, tmp_path: Path, first: str
) -> None:
    make = {"json": as_json, "html": as_pages}
    second = {"json": "html", "html": "json"}[first]
    bring(store, make[first](tmp_path / "a", range(1, 20)))
    assert bring(store, make[second](tmp_path / "b", range(15, 26))).came.new == 6
    # It is remembered: what no longer overlaps is the same chat still.
    assert bring(store, make[second](tmp_path / "c", range(26, 31))).came.new == 5
    said, _, contacts = stands(store)
    assert said == [f"Message {one}" for one in ALL]
    assert len(contacts) == 1


@pytest.mark.parametrize("first", ["json", "html"])
def test_two_exports_that_did_not_touch_become_one_chat_when_a_third_bridges_them(
    store: Store, tmp_path: Path, first: str
) -> None:
    make = {"json": as_json, "html": as_pages}
    second = {"json": "html", "html": "json"}[first]
    bring(store, make[first](tmp_path / "a", range(1, 11)))
    bring(store, make[second](tmp_path / "b", range(21, 31)))
    assert bring(store, make[second](tmp_path / "c", ALL)).came.new == 10
    assert sorted(stands(store)[0]) == sorted(f"Message {one}" for one in ALL)
    with store.inbox() as inbox, inbox.writer.window() as window:
        inside = window.exec_driver_sql("SELECT COUNT(DISTINCT thread_id), COUNT(DISTINCT thread_key) FROM message")
        assert tuple(inside.one()) == (1, 1)


def test_two_people_of_one_name_stay_two(store: Store, tmp_path: Path) -> None:
    bring(store, as_json(tmp_path / "a", range(1, 20, 2)))
    bring(store, as_pages(tmp_path / "b", range(2, 21, 2)))
    assert len(stands(store)[2]) == 2

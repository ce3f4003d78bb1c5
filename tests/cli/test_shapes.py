"""What `--json` prints: every key that scripts rely on is there, with the type they rely on, and no other type."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Tui

SAMPLES = Path(__file__).parents[1] / "samples"

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""RFC 3339 in UTC, whole seconds."""


class Maybe:
    """Null, or a value of that shape."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


class OneOf:
    """One of a closed set of words."""

    def __init__(self, words: str) -> None:
        self.words = words.split()


CONVERSATION = {
    "id": int,
    "channel": str,
    "account": str,
    "subject": str,
    "contact": {"id": int, "name": str, "identities": [str]},
    "place": OneOf("inbox snoozed archived handed_over spam"),
    "status": OneOf("open snoozed archived"),
    "owner": str,
    "tier": int,
    "skill": Maybe(str),
    "due": Maybe(MOMENT),
    "clock": OneOf("none running at_risk breached"),
    "reason": Maybe(OneOf("new reply reopened follow_up late_arrival bounce returned rule server")),
    "returns": Maybe(MOMENT),
    "waiting_since": Maybe(MOMENT),
    "messages": int,
    "news": bool,
    "snoozes": int,
    "last_at": Maybe(MOMENT),
    "snippet": str,
    "continues": Maybe(int),
    "as_of": Maybe(MOMENT),
}
LISTING = {"queue": str, "total": int, "next": Maybe(str), "conversations": [CONVERSATION]}
MESSAGE = {
    "id": int,
    "external_id": str,
    "direction": OneOf("in out"),
    "class": OneOf("human auto bounce bulk system"),
    "sender": {"name": str, "identity": str},
    "to": [str],
    "sent_at": Maybe(MOMENT),
    "received_at": MOMENT,
    "text": str,
    "quoted": str,
    "state": OneOf("normal edited deleted missing_body"),
    "attachments": [{"name": str, "type": str, "size": Maybe(int), "stored": bool}],
    "warnings": [str],
}
PROMISE = {
    "kind": OneOf("first next follow_up"),
    "started": Maybe(MOMENT),
    "due": MOMENT,
    "ended": Maybe(MOMENT),
    "outcome": OneOf("open met breached waived renegotiated cancelled unobserved"),
    "responsible": str,
    "why": str,
}
WHOLE = CONVERSATION | {
    "messages": [MESSAGE],
    "promises": [PROMISE],
    "history": [{"at": MOMENT, "event": str, "by": str, "detail": {}}],
}
IMPORTED = {
    "files": [
        {
            "path": str,
            "kind": str,
            "account": str,
            "conversations": int,
            "messages": {"found": int, "new": int, "known": int, "updated": int, "set_aside": int},
            "first": Maybe(MOMENT),
            "last": Maybe(MOMENT),
            "me": Maybe(str),
            "zone": str,
            "problems": [{"where": str, "what": str}],
        }
    ]
}
ACTED = {"done": [CONVERSATION], "skipped": [{"id": int, "why": str}]}
ERROR = {"error": {"kind": str, "what": str, "hint": str}}
DOCTOR = {"checks": [{"name": str, "ok": bool, "what": str, "hint": str}]}


def departs(value: Any, shape: Any, where: str = "it") -> list[str]:
    """Return how *value* departs from *shape*; keys beyond it are welcome."""
    match shape:
        case Maybe():
            return [] if value is None else departs(value, shape.shape, where)
        case OneOf():
            return [] if value in shape.words else [f"{where} is {value!r}, none of {shape.words}"]
        case re.Pattern():
            good = isinstance(value, str) and shape.fullmatch(value)
            return [] if good else [f"{where} is {value!r}, no moment"]
        case dict():
            if not isinstance(value, dict):
                return [f"{where} is {value!r}, no object"]
            missing = [f"{where} has no {key}" for key in shape if key not in value]
            inside = [departs(value[key], inner, f"{where}.{key}") for key, inner in shape.items() if key in value]
            return missing + [line for lines in inside for line in lines]
        case [inner]:
            if not isinstance(value, list):
                return [f"{where} is {value!r}, no list"]
            return [line for n, one in enumerate(value) for line in departs(one, inner, f"{where}[{n}]")]
        case _:
            return [] if type(value) is shape else [f"{where} is {value!r}, no {shape.__name__}"]


@pytest.mark.parametrize("queue", ["inbox", "snoozed", "archived", "handed_over", "spam", "all"])
def test_list_prints_a_queue_of_conversations(week: Tui, queue: str) -> None:
    listed = week.json("list", queue)
    assert departs(listed, LISTING) == []
    assert listed["queue"] == queue
    assert listed["total"] == len(listed["conversations"]) > 0
    assert queue == "all" or {one["place"] for one in listed["conversations"]} == {queue}


@pytest.mark.parametrize("queue", ["inbox", "snoozed", "archived", "all"])
def test_the_pages_of_a_queue_follow_each_other_and_hold_everything_once(week: Tui, queue: str) -> None:
    whole = [one["id"] for one in week.json("list", queue, "--limit", 1000)["conversations"]]
    paged: list[int] = []
    after: tuple[str, ...] = ()
    while True:
        page = week.json("list", queue, "--limit", len(whole) // 3, *after)
        assert page["total"] == len(whole)
        paged += [one["id"] for one in page["conversations"]]
        if page["next"] is None:
            break
        after = ("--after", page["next"])
    assert paged == whole


def test_the_inbox_is_ordered_by_what_is_due_first_and_what_has_no_deadline_comes_last(week: Tui) -> None:
    due = [one["due"] for one in week.json("list")["conversations"]]
    dated = [one for one in due if one is not None]
    assert due == sorted(dated) + [None] * (len(due) - len(dated))


def test_search_prints_conversations_with_the_newest_matching_message_first(week: Tui) -> None:
    found = week.json("search", "is:open")
    assert departs(found, LISTING) == []
    assert found["total"] > 0
    assert found["queue"] == "search"


def test_a_search_that_finds_nothing_is_an_empty_list_and_no_failure(week: Tui) -> None:
    nothing = {"queue": "search", "total": 0, "next": None, "conversations": []}
    assert week.json("search", "qqqzzzxxx") == nothing


def test_show_prints_every_conversation_whole(week: Tui) -> None:
    for one in week.json("list", "all", "--limit", 12)["conversations"]:
        shown = week.json("show", one["id"])
        assert departs(shown, WHOLE) == []
        assert shown["id"] == one["id"]
        assert len(shown["messages"]) == one["messages"]
        received = [message["received_at"] for message in shown["messages"]]
        assert received == sorted(received)


def test_import_prints_a_report_for_each_file(tui: Tui) -> None:
    first = tui.json("import", SAMPLES / "slack" / "export.zip", SAMPLES / "telegram" / "whole.json")
    assert departs(first, IMPORTED) == []
    slack, telegram = first["files"]
    assert (slack["kind"], slack["account"], slack["messages"]["new"]) == ("slack", "slack", 10)
    assert (telegram["kind"], telegram["messages"]["new"]) == ("telegram", 4)
    counts = slack["messages"]
    assert counts["found"] == counts["new"] + counts["known"] + counts["set_aside"]


def test_importing_again_finds_the_same_and_brings_nothing_new(tui: Tui) -> None:
    files = [
        *sorted(SAMPLES.glob("whatsapp/*")),
        SAMPLES / "telegram" / "whole.json",
        SAMPLES / "mbox" / "takeout.mbox",
    ]
    first = tui.json("import", *files)["files"]
    listed = tui.json("list", "all")
    again = tui.json("import", *files)["files"]
    assert [one["messages"]["new"] for one in again] == [0] * len(files)
    assert [one["messages"]["found"] for one in again] == [one["messages"]["found"] for one in first]
    assert [one["messages"]["known"] for one in again] == [one["messages"]["new"] for one in first]
    assert tui.json("list", "all") == listed


def test_a_dry_run_says_the_same_and_keeps_nothing(tui: Tui) -> None:
    path = SAMPLES / "slack" / "export.zip"
    dry = tui.json("import", path, "--dry-run")
    assert departs(dry, IMPORTED) == []
    assert dry["files"][0]["messages"]["new"] == 10
    assert tui.json("list", "all")["total"] == 0
    assert tui.json("import", path) == dry


def test_each_action_prints_what_was_done_and_undo_takes_it_back(desk: Tui) -> None:
    before = desk.json("list")["conversations"]
    one, two, three = (row["id"] for row in before[:3])
    snoozed = desk.json("snooze", one, "--until", "3d", "--due", "4h")
    archived = desk.json("archive", two)
    forwarded = desk.json("forward", three, "--to", "Mert", "--note", "please")
    for acted, id_, place in (
        (snoozed, one, "snoozed"),
        (archived, two, "archived"),
        (forwarded, three, "handed_over"),
    ):
        assert departs(acted, ACTED) == []
        assert acted["skipped"] == []
        assert [(row["id"], row["place"]) for row in acted["done"]] == [(id_, place)]
    assert snoozed["done"][0]["returns"] < snoozed["done"][0]["due"]
    assert forwarded["done"][0]["owner"] == "Mert"
    undone = desk.json("undo", 3)
    assert departs(undone, ACTED) == []
    assert {row["id"] for row in undone["done"]} == {one, two, three}
    after = {row["id"]: row for row in desk.json("list")["conversations"]}
    for row in before:
        for key in ("place", "owner", "due", "status", "returns", "tier", "snoozes"):
            assert after[row["id"]][key] == row[key]


def test_show_names_the_acts_that_undo_can_take_back_one_by_one(desk: Tui) -> None:
    first, second = (one["id"] for one in desk.json("list")["conversations"][:2])
    for id_ in (first, second):
        desk("archive", id_)
    act = re.search(r"^act (\d+): archived, .*, by me$", desk("show", first).out, re.MULTILINE)
    assert act is not None
    assert [one["id"] for one in desk.json("undo", "--act", act[1])["done"]] == [first]
    assert f"act {act[1]}: undone" in desk("show", first).out


def test_what_is_skipped_is_named_with_its_reason_and_the_exit_code_is_1(desk: Tui) -> None:
    id_ = desk.json("list", "archived")["conversations"][0]["id"]
    acted = desk.json("archive", id_, 999_999, code=1)
    assert departs(acted, ACTED) == []
    assert acted["done"] == []
    assert {one["id"] for one in acted["skipped"]} == {id_, 999_999}


def test_doctor_prints_what_it_looked_at(week: Tui) -> None:
    looked = week.json("doctor")
    assert departs(looked, DOCTOR) == []
    assert {"store", "configuration", "clock", "privacy"} <= {one["name"] for one in looked["checks"]}


def test_the_demo_names_its_home(tui: Tui, tmp_path: Path) -> None:
    assert tui.json("demo", "--keep", tmp_path / "shop", "--no-open") == {"home": str(tmp_path / "shop")}


def test_account_list_prints_every_source(week: Tui) -> None:
    shape = {
        "accounts": [{"name": str, "kind": str, "configured": bool, "synced_at": Maybe(MOMENT), "problem": Maybe(str)}]
    }
    listed = week.json("account", "list")
    assert departs(listed, shape) == []
    assert {one["kind"] for one in listed["accounts"]} >= {"whatsapp", "telegram", "slack", "mbox"}


REFUSED = {
    "an id that is not here": (("show", 999_999), 1, "not_found"),
    "a queue that is not here": (("list", "nowhere"), 1, "not_found"),
    "a wrong query": (("search", "is:nothing"), 2, None),
    "a moment not understood": (("snooze", "{id}", "--until", "blurble"), None, None),
    "a moment that has passed": (("snooze", "{id}", "--until", "2020-01-01T00:00:00Z"), None, None),
    "a teammate nobody knows": (("forward", "{id}", "--to", "Nobody"), 1, None),
    "a file that is not there": (("import", "/nowhere/chat.zip"), 1, "unreadable"),
    "an account nobody configured": (("sync", "nowhere"), None, None),
    "a page token of another queue": (("list", "--after", "999999"), 2, "configuration"),
    "a page token beyond all numbers": (("list", "--after", "p" + ".".join(["9" * 30] * 4)), 2, "configuration"),
    "a search's page token beyond all numbers": (("search", "is:open", "--after", "9" * 30), 2, "configuration"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_one_error_object_and_nothing_has_changed(desk: Tui, what: str) -> None:
    words, code, kind = REFUSED[what]
    before = desk.json("list", "all")
    id_ = before["conversations"][0]["id"]
    said = desk(*(str(word).format(id=id_) for word in words), "--json", code=None)
    assert said.code in ((code,) if code else (1, 2))
    document = said.json
    if "error" in document:
        assert departs(document, ERROR) == []
        assert kind in (None, document["error"]["kind"])
        assert document["error"]["what"].endswith((".", "?"))
    else:
        assert departs(document, ACTED) == []
        assert document["skipped"]
    assert desk.json("list", "all") == before


def test_an_error_is_two_plain_lines_on_standard_error_without_json(week: Tui) -> None:
    said = week("show", 999_999, code=1)
    assert said.out == ""
    assert said.err.splitlines() == ["There is no conversation 999999.", "See `tui-inbox list all`."]


def test_json_is_one_document_of_plain_ascii_on_one_line(week: Tui) -> None:
    for words in (("list", "all"), ("show", 1), ("search", "is:open"), ("doctor",)):
        out = week(*words, "--json").out
        assert out.isascii()
        assert out.endswith("\n")
        assert out.count("\n") == 1
        assert all(character.isprintable() for character in out[:-1])
        json.loads(out)

"""What is made to stall or swell the reader of a chat: linear time, a time for one message, and bytes that are kept."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.growth import linear
from tests.incoming.store import Store
from tui_inbox.connectors import SetAside, whatsapp
from tui_inbox.connectors.formats import intime
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.formats.jsonstream import LARGEST
from tui_inbox.connectors.formats.telegram_pages import blocks
from tui_inbox.connectors.formats.textrows import A_LINE, LINE
from tui_inbox.connectors.formats.whatsapp_bodies import read_body
from tui_inbox.connectors.load import channel, kinds, recognise
from tui_inbox.problems import Unreadable
from tui_inbox.rules import tokens
from tui_inbox.rules.clean import composed
from tui_inbox.store.prepared import prepare

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples"
CHATS = [kind for kind in kinds() if hasattr(channel(kind), "sniff") and channel(kind).CHANNEL != "email"]
PIECES = (
    *("\u0301", "\u0323", "\t", "\\", "*", "`", "[", ": "),
    *("://<b>", "(1", "<a href", ' a="', "&#", "@", "<@"),
)


def nowhere(name: str) -> None:
    return None


def as_text(said: str) -> str:
    return said


def as_json(said: str) -> str:
    return json.dumps(said, ensure_ascii=False)[1:-1]


def as_cell(said: str) -> str:
    return said.replace('"', '""')


PLACES: dict[str, list[tuple[str, str, Callable[[str], str]]]] = {
    "discord": [
        ("ticket.json", "Added Lena to the group.", as_json),
        ("Lamp Shop - help [300000000000000050].csv", "Closed on both.", as_cell),
        ("old.txt", "Hello!", as_text),
    ],
    "googlechat": [("messages.json", "Hallo!", as_json)],
    "instagram": [("message_1.json", "lampshop sent an attachment.", as_json)],
    "jsonl": [("tickets.jsonl", "On its way.", as_json)],
    "line": [("phone_en.txt", "good night", as_text)],
    "linkedin": [("messages.csv", '"ok"', lambda said: f'"{as_cell(said)}"')],
    "messenger": [("message_1.json", "Until six.", as_json)],
    "signal": [("Ann Demir (+905321112233).json", "The lamp came broken", as_json), ("old.md", "can I help?", as_text)],
    "slack": [],
    "telegram": [("whole.json", "On it", as_json)],
    "telegram_html": [("messages.html", "who has the keys?", as_text)],
    "whatsapp": [("WhatsApp Chat with Maple Street Crew.txt", "created group", as_text)],
}
"""For each channel the samples that are one file, words of a person in them, and how others would be written."""


@pytest.mark.parametrize("kind", CHATS)
def test_every_channel_says_in_which_words_of_its_samples_a_stranger_could_write(kind: str) -> None:
    assert kind in PLACES, f"give {kind!r} a line in PLACES, or [] where no sample of it is one file"


@pytest.mark.parametrize("kind", [kind for kind in CHATS if PLACES.get(kind)])
def test_what_anybody_may_write_in_a_chat_is_read_in_linear_time(kind: str, tmp_path: Path) -> None:
    for name, words, write in PLACES[kind]:
        sample = (SAMPLES / kind / name).read_text("utf-8")
        assert words in sample
        path = tmp_path / name

        def made(many: int, words: str = words, write: Callable[[str], str] = write, sample: str = sample) -> bytes:
            return sample.replace(words, write("".join(piece * many for piece in PIECES)), 1).encode()

        def read(raw: bytes, path: Path = path) -> None:
            path.write_bytes(raw)
            with open_bundle(path) as bundle:
                with contextlib.suppress(Unreadable):
                    recognise(bundle)
                source = channel(kind).Source(bundle=bundle)
                source.owner()
                for batch in source.read({}):
                    for one in batch.arrivals:
                        prepare(one.message)
                        tokens.normal(one.message.text)

        linear(made, read, largest=8_000)


def test_marks_in_any_number_are_composed_in_linear_time() -> None:
    linear(lambda many: "a" + "\u0301" * many + "\u0323" * many, composed)
    assert composed("e\u0301") == "é"
    assert composed("a" + "\u0323" * 30) == composed("a" + "\u0323" * 40)


def test_nothing_else_composes_text_of_any_length() -> None:
    """Python puts marks in order in quadratic time, and nothing can interrupt it."""
    users = {path.name for path in (ROOT / "tui_inbox").rglob("*.py") if "normalize(" in path.read_text("utf-8")}
    assert users == {"clean.py", "fold.py", "lookalike.py"}  # one caps the marks, two take text that is capped or short


def notice(piece: str, many: int) -> str:
    return "\u200e" + piece * many


def page(piece: str, many: int) -> bytes:
    return b'<div class="message " id="message1"><p ' + piece.encode() * many + b">"


def test_what_the_app_itself_says_is_told_in_linear_time() -> None:
    for piece in (": (1", "://<b>", "(1)\n"):
        linear(partial(notice, piece), lambda body: read_body(body, False, True, nowhere), 20_000)


def test_the_tags_of_a_page_are_read_in_linear_time() -> None:
    for piece in ("a", 'a="', "<b ", "&"):
        linear(partial(page, piece), lambda raw: list(blocks(io.BytesIO(raw))), 20_000)


# --- a time for one message ---------------------------------------------------------------------------------


def hang(*given: object) -> object:
    return re.match(r"(a+)+$", "a" * 60 + "b")


CHAT = "".join(f"[02.03.26, 08:0{minute}:00] Ann Lee: {text}\n" for minute, text in enumerate(("hello", "hang", "bye")))


def test_a_message_that_takes_too_long_is_set_aside_with_its_bytes_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intime, "LIMIT", 2)
    monkeypatch.setattr(whatsapp, "read_body", lambda body, *more: hang() if body == "hang" else read_body(body, *more))
    (tmp_path / "WhatsApp Chat with Ann Lee.txt").write_text(CHAT, "utf-8")
    store = Store(tmp_path / "home")
    report = store.bring(tmp_path / "WhatsApp Chat with Ann Lee.txt")
    assert (report.came.new, report.came.set_aside) == (2, 1)
    assert report.problems == [("line 2", intime.WHY)]
    with sqlite3.connect(store.home.store) as connection:
        [(raw,)] = connection.execute("SELECT content FROM set_aside").fetchall()
    assert raw == CHAT.splitlines(keepends=True)[1].encode()


class Times(list[int]):
    """Counts the messages that were given a time."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def append(self, seconds: int) -> None:
        self.given += 1
        super().append(seconds)


@pytest.mark.parametrize("kind", CHATS)
def test_every_message_of_every_channel_has_its_time(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted((SAMPLES / kind).iterdir()):
        times = Times()
        monkeypatch.setattr(intime, "_LEFT", times)
        with open_bundle(path) as bundle:
            came = sum(len(batch.arrivals) for batch in channel(kind).Source(bundle=bundle).read({}))
        assert came > 0
        assert times.given >= came, f"{kind} makes a message without in_time (tui_inbox/connectors/formats/intime.py)"
        assert not times


# --- what is too large --------------------------------------------------------------------------------------


def test_a_message_of_millions_of_lines_is_cut_and_the_rest_kept_by_the_megabyte(tmp_path: Path) -> None:
    first, last = "[02.03.26, 08:00:00] Ann Lee: hello\n", "[02.03.26, 08:02:00] Ann Lee: bye\n"
    lines = LINE // A_LINE + 50_000
    path = tmp_path / "WhatsApp Chat with Ann Lee.txt"
    path.write_text(first + "\n" * lines + last, "utf-8")
    with open_bundle(path) as bundle:
        [batch] = whatsapp.Source(bundle).read({})
    assert [one.message.text.strip() for one in batch.arrivals] == ["hello", "bye"]
    assert 1 < len(batch.set_aside) < 10
    assert sum(one.message.raw.count(b"\n") for one in batch.arrivals) + sum(
        one.raw.count(b"\n") for one in batch.set_aside
    ) == (lines + 2)


def test_of_a_value_that_is_too_large_nothing_is_taken_for_a_message(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(
        '{"name": "Ann", "type": "personal_chat", "id": 4711, "messages": [{"id": 1, "text": ['
        + "1," * LARGEST
        + '1]}, {"id": 2, "type": "message", "date_unixtime": "1772438400", "text": "bye", "from_id": "user4711"}]}',
        "utf-8",
    )
    with open_bundle(tmp_path / "result.json") as bundle:
        [batch] = channel("telegram").Source(bundle=bundle).read({})
    assert [one.message.text for one in batch.arrivals] == ["bye"]
    [aside] = batch.set_aside
    assert isinstance(aside, SetAside)
    assert (aside.what, len(aside.raw) >= LARGEST) == ("it is too large", True)

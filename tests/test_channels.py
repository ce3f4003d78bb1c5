"""What every channel must do: found by themselves, recognised by content, repeatable, and never breaking."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui_inbox.connectors import UNTRIED, Batch, load
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.load import channel, kinds, recognise
from tui_inbox.problems import Misconfigured, Problem, Unreadable
from tui_inbox.rules.channels import CALLED, mark_of, name_of

SAMPLES = Path(__file__).parent / "samples"


def samples(kind: str) -> list[Path]:
    """Return the samples of *kind*: what lies in its folder, or the folder where that is itself one (a Maildir)."""
    folder = SAMPLES / kind
    return [folder] if (folder / "cur").is_dir() else sorted(folder.iterdir())


FILES = [kind for kind in kinds() if hasattr(channel(kind), "sniff")]
CASES = [(kind, path) for kind in FILES for path in samples(kind)]
NAMES = [f"{kind}: {path.name}" for kind, path in CASES]
WHOLE = [(kind, path) for kind, path in CASES if path.is_file()]
WHOLE += [("telegram_html", path) for path in sorted((SAMPLES / "telegram_html").glob("*/*.html"))]
CUTS = 300


def batches(kind: str, path: Path, cursors: dict[str, str] | None = None) -> list[Batch]:
    with open_bundle(path) as bundle:
        return list(channel(kind).Source(bundle).read(cursors or {}))


def ended(kind: str, path: Path) -> None:
    """Read *path*: messages, or one sentence with a hint; anything else is raised."""
    trouble = None
    try:
        batches(kind, path)
    except Problem as problem:
        trouble = problem
    assert trouble is None or (trouble.what and trouble.hint)


@pytest.mark.parametrize("kind", FILES)
def test_every_channel_says_how_the_customer_wrote_and_has_a_sample(kind: str) -> None:
    assert isinstance(channel(kind).CHANNEL, str)
    assert any((SAMPLES / kind).iterdir())


@pytest.mark.parametrize(("kind", "path"), CASES, ids=NAMES)
def test_every_sample_is_recognised_by_its_content_with_a_reason(kind: str, path: Path) -> None:
    with open_bundle(path) as bundle:
        found, why = recognise(bundle)
    assert found == kind
    assert why


@pytest.mark.parametrize(
    ("path", "untried"),
    [
        ("telegram_html/messages.html", True),
        ("googlechat/messages.json", True),
        ("discord/package", True),
        ("discord/ticket.json", False),
        ("signal/export", True),
        ("signal/Ann Demir (+905321112233).json", True),
        ("signal/old.md", False),
        ("messenger/messages.zip", True),
        ("messenger/message_1.json", False),
    ],
)
def test_what_was_never_tried_on_an_export_from_life_is_said_to_be_so(path: str, untried: bool) -> None:
    with open_bundle(SAMPLES / path) as bundle:
        assert recognise(bundle)[1].endswith(UNTRIED) is untried


@pytest.mark.parametrize(("kind", "path"), CASES, ids=NAMES)
def test_every_sample_becomes_messages_with_all_that_a_message_needs(kind: str, path: Path) -> None:
    said = [one.message for batch in batches(kind, path) for one in batch.arrivals]
    assert said
    for one in said:
        assert one.raw
        assert one.where
        assert one.channel
        for moment in (one.received_at, one.sent_at, one.edited_at):
            assert moment is None or moment.tzinfo is not None
        (one.text + one.subject + one.thread + one.sender.name).encode()  # storable


@pytest.mark.parametrize(("kind", "path"), CASES, ids=NAMES)
def test_reading_twice_gives_the_same_and_a_finished_source_gives_nothing_unknown(kind: str, path: Path) -> None:
    first = batches(kind, path)
    assert first == batches(kind, path)
    cursors = {batch.place: batch.cursor for batch in first}
    again = [one.message for batch in batches(kind, path, cursors) for one in batch.arrivals]
    known = {one.message.key for batch in first for one in batch.arrivals} - {""}
    assert all(one.key in known for one in again)


@pytest.mark.parametrize(("kind", "path"), CASES, ids=NAMES)
def test_keys_are_there_once_in_a_thread(kind: str, path: Path) -> None:
    keys = [(one.message.thread, one.message.key) for batch in batches(kind, path) for one in batch.arrivals]
    keys = [key for key in keys if key[1] and key[0]]
    assert len(keys) == len(set(keys))


def cut_at(lengths: Iterable[int], kind: str, path: Path, folder: Path) -> None:
    """Read *path* as if it ended after each of *lengths* bytes."""
    whole = path.read_bytes()
    cut = folder / path.name
    for length in lengths:
        cut.write_bytes(whole[:length])
        ended(kind, cut)


@pytest.mark.parametrize(("kind", "path"), WHOLE, ids=[f"{kind}: {path.name}" for kind, path in WHOLE])
def test_a_sample_cut_at_any_byte_ends_in_messages_or_in_one_sentence(kind: str, path: Path, tmp_path: Path) -> None:
    size = path.stat().st_size
    cut_at(range(0, size, max(1, size // CUTS)), kind, path, tmp_path)


@pytest.mark.torture
@pytest.mark.parametrize(("kind", "path"), WHOLE, ids=[f"{kind}: {path.name}" for kind, path in WHOLE])
def test_a_sample_cut_at_every_byte_ends_in_messages_or_in_one_sentence(kind: str, path: Path, tmp_path: Path) -> None:
    cut_at(range(path.stat().st_size), kind, path, tmp_path)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=600) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
@pytest.mark.parametrize("kind", FILES)
def test_any_bytes_as_any_kind_end_in_messages_or_in_one_sentence(kind: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    ended(kind, path)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), put=st.binary(max_size=6))
@pytest.mark.parametrize(("kind", "path"), CASES, ids=NAMES)
def test_a_damaged_sample_never_breaks_its_reader(kind: str, path: Path, at: int, put: bytes, tmp_path: Path) -> None:
    if path.is_dir():
        return
    whole = path.read_bytes()
    at %= len(whole) + 1
    damaged = tmp_path / path.name
    damaged.write_bytes(whole[:at] + put + whole[at + len(put) :])
    ended(kind, damaged)


def test_what_is_none_of_the_kinds_is_said_with_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "holiday.txt"
    path.write_text("Dear diary\n")
    with open_bundle(path) as bundle, pytest.raises(Unreadable) as trouble:
        recognise(bundle)
    assert "--kind" in trouble.value.hint


def test_a_mistyped_kind_names_the_nearest() -> None:
    with pytest.raises(Misconfigured) as trouble:
        channel("whatsap")
    assert "whatsapp" in trouble.value.hint


def test_a_room_of_ours_that_is_missing_is_a_bug_and_one_of_another_package_is_said(monkeypatch: pytest.MonkeyPatch):
    loaded = load._loaded.__wrapped__
    monkeypatch.setitem(sys.modules, "tui_inbox.connectors.slack", None)
    with pytest.raises(ModuleNotFoundError):
        loaded("slack")
    monkeypatch.setattr(load, "_offered", lambda: {"webchat": "webchat_that_is_gone"})
    monkeypatch.setattr(load, "_broken", {})
    assert loaded("webchat") is None
    with pytest.raises(Misconfigured, match="The channel 'webchat' cannot be loaded: No module named"):
        channel("webchat")


def test_every_channel_of_ours_has_a_name_and_two_letters_of_its_own() -> None:
    assert {channel(kind).CHANNEL for kind in kinds()} <= CALLED.keys()
    assert len({mark for _, mark in CALLED.values()}) == len({name for name, _ in CALLED.values()}) == len(CALLED)
    assert (name_of("pager"), mark_of("pager")) == ("Pager", "PA")

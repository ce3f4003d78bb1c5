"""Every channel, through the real store: what is brought in again brings nothing twice and loses nothing."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.incoming.store import Store
from tui_inbox.connectors import Batch
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.load import channel, kinds
from tui_inbox.inbox.origin import Origin
from tui_inbox.rules.model import Class, Message, State

SAMPLES = Path(__file__).parents[1] / "samples"
HIDDEN = (".DS_Store", "Thumbs.db")


def samples(kind: str) -> list[Path]:
    folder = SAMPLES / kind
    return [folder] if (folder / "cur").is_dir() else sorted(one for one in folder.iterdir() if one.name not in HIDDEN)


CASES = [(kind, path) for kind in kinds() if hasattr(channel(kind), "sniff") for path in samples(kind)]
CASES = [case for case in CASES if case[0] != "eml" or case[1].name in ("plain.eml", "attachments.eml")]
each = pytest.mark.parametrize(("kind", "path"), CASES, ids=[f"{kind}: {path.name}" for kind, path in CASES])
ZONE = "Europe/Istanbul"
WITHOUT = ("cursor", "account", "set aside")
"""What says only where things were read from."""


def read(kind: str, path: Path) -> list[Batch]:
    with open_bundle(path) as bundle:
        return list(channel(kind).Source(bundle=bundle, zone=ZONE).read({}))


def one_by_one(batches: list[Batch], size: int = 1) -> Iterator[Batch]:
    """Yield the same in batches of *size*; only the last moves the cursor to its end."""
    every = [one for batch in batches for one in batch.arrivals]
    last = batches[-1]
    for start in range(0, len(every), size):
        yield replace(last, arrivals=tuple(every[start : start + size]), set_aside=(), cursor='{"done": false}')
    aside = tuple(one for batch in batches for one in batch.set_aside)
    yield replace(last, arrivals=(), set_aside=aside)


def ingest(store: Store, kind: str, batches: Iterator[Batch] | list[Batch]) -> tuple[int, int]:
    """Bring *batches* in as one run and return how many messages were new and known."""
    origin = Origin("series", kind, channel(kind).CHANNEL, imported=True, zone=ZONE)
    new = known = 0
    with store.inbox() as inbox:
        for batch in batches:
            came = inbox.ingest(origin, batch, store.at)
            new, known = new + came.new, known + came.known
        inbox.settle(store.at)
    return new, known


def held(store: Store) -> Counter[tuple[str, ...]]:
    """Return what is said in the store, each as often as it was said."""
    with closing(sqlite3.connect(store.home.store)) as here:
        # What has no time stands beside what it came with, and of two notices of one minute either is the other.
        rows = here.execute(
            "SELECT thread_key, sender_name, CASE sent_at WHEN sent_at THEN received_at END, "
            "CASE class WHEN 'system' THEN '' ELSE text END, state, class FROM message"
        ).fetchall()
        here.execute("INSERT INTO fulltext(fulltext) VALUES ('integrity-check')")
    return Counter(tuple(map(str, row)) for row in rows)


def whole(kind: str, path: Path, folder: Path) -> Store:
    store = Store(folder / "whole")
    ingest(store, kind, read(kind, path))
    return store


@each
def test_a_file_brought_in_twice_brings_nothing_new(kind: str, path: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first = store.bring(path, kind=kind, zone=ZONE)
    before = store.told("cursor")
    again = store.bring(path, kind=kind, zone=ZONE)
    assert first.came.new > 0
    assert (again.came.new, again.came.updated, again.came.set_aside) == (0, 0, 0)
    assert store.told("cursor") == before


@each
def test_a_file_read_twice_without_its_cursor_brings_nothing_new(kind: str, path: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    new, _ = ingest(store, kind, read(kind, path))
    before = store.told()
    again, known = ingest(store, kind, read(kind, path))
    assert (again, known) == (0, sum(len(batch.arrivals) for batch in read(kind, path)))
    assert new <= known
    assert store.told() == before


@each
def test_a_part_and_then_all_is_all(kind: str, path: Path, tmp_path: Path) -> None:
    batches = read(kind, path)
    every = [one for batch in batches for one in batch.arrivals]
    expected = held(whole(kind, path, tmp_path))
    for number, part in enumerate((every[: len(every) // 2], every[len(every) // 2 :], every[1:-1])):
        store = Store(tmp_path / f"part {number}")
        ingest(store, kind, [replace(batches[-1], arrivals=tuple(part), set_aside=())])
        ingest(store, kind, batches)
        assert held(store) == expected


@each
def test_batches_of_any_size_amount_to_the_same(kind: str, path: Path, tmp_path: Path) -> None:
    """Batches of one are what is ended and begun again below."""
    store = Store(tmp_path / "by three")
    ingest(store, kind, one_by_one(read(kind, path), 3))
    assert held(store) == held(whole(kind, path, tmp_path))


@each
def test_ended_after_any_batch_and_begun_again_it_loses_nothing(kind: str, path: Path, tmp_path: Path) -> None:
    expected = held(whole(kind, path, tmp_path))
    steps = list(one_by_one(read(kind, path)))
    for stop in {1, len(steps) // 2, len(steps) - 1} - {0}:
        store = Store(tmp_path / f"ended {stop}")
        ingest(store, kind, steps[:stop])
        ingest(store, kind, steps)
        assert held(store) == expected


@each
def test_what_is_there_twice_in_a_file_stays_twice(kind: str, path: Path, tmp_path: Path) -> None:
    offered = [one.message for batch in read(kind, path) for one in batch.arrivals]
    keyed = {(one.thread, one.key) for one in offered if one.key}
    unkeyed = [one for one in offered if not one.key]
    assert held(whole(kind, path, tmp_path)).total() == len(keyed) + len(unkeyed)


def test_what_has_no_time_that_can_be_read_is_known_again_beside_what_has(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat with Ann.txt"
    times = ("28/02/2026, 10:00", "31/02/2026, 10:01", "01/03/2026, 10:02", "31/02/2026, 10:01")
    path.write_text("".join(f"{at} - Ann: message at {number}\n" for number, at in enumerate(times)))
    store = whole("whatsapp", path, tmp_path)
    before = store.told()
    assert ingest(store, "whatsapp", read("whatsapp", path)) == (0, 4)
    assert store.told() == before


# --- as another phone writes it -------------------------------------------------------------------------

ALIGNED = [
    (kind, path) for kind, path in CASES if not any(one.message.key for b in read(kind, path) for one in b.arrivals)
]
aligned = pytest.mark.parametrize(("kind", "path"), ALIGNED, ids=[f"{kind}: {path.name}" for kind, path in ALIGNED])
APART = timedelta(hours=5, minutes=30)


def elsewhere(message: Message) -> Message:
    """Return *message* as a phone in another zone writes it, which stamps everything with its present wall time."""
    if message.local_at is None or message.received_at is None:
        return message
    moved = message.received_at + APART
    return replace(message, local_at=message.local_at + APART, received_at=moved, sent_at=moved)


def in_other_words(message: Message) -> Message:
    """Return *message* as a phone in another language writes it: what the app itself says of it."""
    if message.verdict.as_ is Class.SYSTEM or message.state is State.DELETED:
        return replace(message, text="Přečtěte si více.", raw=b"x")
    return replace(
        message, attachments=tuple(replace(one, name="obrázek", type="image/*") for one in message.attachments)
    )


def as_written_by(write: Callable[[Message], Message], batches: list[Batch]) -> list[Batch]:
    return [
        replace(batch, arrivals=tuple(replace(one, message=write(one.message)) for one in batch.arrivals))
        for batch in batches
    ]


@aligned
@pytest.mark.parametrize("write", [elsewhere, in_other_words])
def test_the_same_chat_from_a_phone_elsewhere_or_in_another_language_brings_nothing(
    kind: str, path: Path, write: Callable[[Message], Message], tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    ingest(store, kind, read(kind, path))
    before = held(store)
    new, _ = ingest(store, kind, as_written_by(write, read(kind, path)))
    assert new == 0
    assert held(store) == before
    assert ingest(store, kind, read(kind, path))[0] == 0


@each
def test_only_a_time_whose_zone_the_file_does_not_name_can_be_put_into_another(kind: str, path: Path) -> None:
    def said(zone: str) -> list[Message]:
        with open_bundle(path) as bundle:
            batches = list(channel(kind).Source(bundle=bundle, zone=zone).read({}))
        return [one.message for batch in batches for one in batch.arrivals]

    for here, there in zip(said("UTC"), said("Asia/Tokyo"), strict=True):
        assert here.local_at == there.local_at
        assert (here.local_at is not None) == (here.received_at != there.received_at)


# --- with and without media -----------------------------------------------------------------------------


def without_media(path: Path, to: Path, media: set[bytes]) -> Path:
    """Write *path* anew without any file that holds one of *media*, and return what was written."""
    if path.is_dir():
        for one in path.rglob("*"):
            if one.is_file() and one.read_bytes() not in media:
                target = to / one.relative_to(path)
                target.parent.mkdir(parents=True, exist_ok=True)
                without_media(one, target, media)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
            for name in old.namelist():
                if (raw := old.read(name)) not in media:
                    new.writestr(name, raw)
    else:
        shutil.copyfile(path, to)
    return to


def attached(kind: str, path: Path) -> set[bytes]:
    """Return what came with the messages of *path*."""
    said = [one.message for batch in read(kind, path) for one in batch.arrivals]
    return {file.content for one in said for file in one.attachments if file.content is not None}


MEDIA = [(kind, path) for kind, path in CASES if path.is_dir() or zipfile.is_zipfile(path)]
MEDIA = [(kind, path) for kind, path in MEDIA if channel(kind).CHANNEL != "email"]


@pytest.mark.parametrize(("kind", "path"), MEDIA, ids=[f"{kind}: {path.name}" for kind, path in MEDIA])
def test_with_media_after_without_brings_the_files_and_nothing_else(kind: str, path: Path, tmp_path: Path) -> None:
    store, rich = Store(tmp_path / "store"), Store(tmp_path / "rich")
    rich.bring(path, kind=kind, zone=ZONE)
    bare = without_media(path, tmp_path / path.name, attached(kind, path))
    store.bring(bare, kind=kind, zone=ZONE)
    assert not files(store)
    count = held(store).total()
    assert store.bring(path, kind=kind, zone=ZONE).came.new == 0
    assert files(store) == files(rich)
    assert store.bring(bare, kind=kind, zone=ZONE).came.new == 0
    assert files(store) == files(rich)
    assert held(store).total() == count


def files(store: Store) -> Counter[tuple[str, ...]]:
    with closing(sqlite3.connect(store.home.store)) as here:
        rows = here.execute("SELECT name, type, stored, blob FROM attachment WHERE stored").fetchall()
        here.execute("INSERT INTO fulltext(fulltext) VALUES ('integrity-check')")
    return Counter(tuple(map(str, row)) for row in rows)

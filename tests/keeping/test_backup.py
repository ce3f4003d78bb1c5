"""A backup is whole while the store is being written, and comes back; what is newer, foreign or damaged does not."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.incoming.store import Store
from tui_inbox.problems import NotFound, Problem, Refused, StoreTrouble
from tui_inbox.rules.model import Archive
from tui_inbox.store import copies, migrations


def subjects(store: Store) -> dict[str, str]:
    with store.inbox() as inbox, inbox.reader() as reader:
        return {one.subject: one.place for one in reader.rows(reader.queue("all", store.at).ids, store.at)}


def archive(store: Store, subject: str) -> None:
    with store.inbox() as inbox, inbox.reader() as reader:
        ids = [one.id for one in reader.rows(reader.queue("all", store.at).ids, store.at) if one.subject == subject]
        inbox.perform([Archive(id_, reader.seen()) for id_ in ids], store.at)


def test_a_backup_brings_back_what_was(store: Store, tmp_path: Path) -> None:
    before = subjects(store)
    copies.back_up(store.home.store, tmp_path / "b.db", store.at)
    archive(store, "Opening hours")
    archived = subjects(store)
    assert archived != before
    aside = copies.put_back(store.home.store, tmp_path / "b.db", store.at)
    assert subjects(store) == before
    assert aside is not None
    copies.put_back(store.home.store, aside, store.at)
    assert subjects(store) == archived


def test_who_has_the_store_open_goes_on_with_what_was_restored(store: Store, tmp_path: Path) -> None:
    copies.back_up(store.home.store, tmp_path / "b.db", store.at)
    with store.inbox() as inbox, inbox.reader() as reader:
        [id_] = [one.id for one in reader.rows(reader.queue("all", store.at).ids, store.at) if "hours" in one.subject]
        inbox.perform([Archive(id_, reader.seen())], store.at)
        copies.put_back(store.home.store, tmp_path / "b.db", store.at)
        assert reader.rows([id_], store.at)[0].place == "inbox"
        inbox.perform([Archive(id_, reader.seen())], store.at)
        assert reader.rows([id_], store.at)[0].place == "archived"


def test_a_backup_is_whole_while_others_write(store: Store, tmp_path: Path) -> None:
    end = threading.Event()

    def write() -> None:
        with closing(migrations.connect(store.home.store)) as connection:
            number = 0
            while not end.is_set():
                number += 1
                connection.execute("INSERT INTO contact (name) VALUES (?)", ("x" * 2000,))
                connection.execute("UPDATE account SET problem = ?", (str(number),))

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for number in range(5):
            copies.back_up(store.home.store, tmp_path / f"{number}.db", store.at)
    finally:
        end.set()
        writing.join()
    for number in range(5):
        copies.examine(tmp_path / f"{number}.db")
        assert [one.name for one in tmp_path.glob(f"{number}.db*")] == [f"{number}.db"]


def test_a_backup_is_for_its_owner_alone_and_writes_over_nothing(store: Store, tmp_path: Path) -> None:
    made = copies.back_up(store.home.store, tmp_path, store.at)
    assert made.name == "inbox-20260304T100000Z.db"
    assert made.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refused, match="there already"):
        copies.back_up(store.home.store, made, store.at)
    (tmp_path / "link.db").symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(Refused):
        copies.back_up(store.home.store, tmp_path / "link.db", store.at)
    with pytest.raises(NotFound):
        copies.back_up(store.home.store, tmp_path / "nowhere" / "b.db", store.at)


def test_a_backup_goes_onto_a_disk_that_knows_no_links(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*names: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    made = copies.back_up(store.home.store, tmp_path / "b.db", store.at)
    copies.examine(made)
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["b.db"]


def test_what_is_newer_foreign_damaged_or_nothing_is_refused_and_changes_nothing(store: Store, tmp_path: Path) -> None:
    before = store.home.store.read_bytes()
    wrong: dict[str, type[Problem]] = {}
    made = copies.back_up(store.home.store, tmp_path / "b.db", store.at)
    for name, pragma in (("newer", "user_version = 999"), ("foreign", "application_id = 1")):
        (tmp_path / name).write_bytes(made.read_bytes())
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            connection.execute(f"PRAGMA {pragma}")
        wrong[name] = StoreTrouble
    (tmp_path / "text").write_text("not a store")
    (tmp_path / "empty").write_bytes(b"")
    wrong |= {"text": Refused, "empty": Refused, "nothing": NotFound}
    raw = bytearray(made.read_bytes())
    raw[8192:40960] = b"\xff" * (40960 - 8192)
    (tmp_path / "damaged").write_bytes(raw)
    wrong["damaged"] = StoreTrouble
    for name, kind in wrong.items():
        with pytest.raises(kind):
            copies.put_back(store.home.store, tmp_path / name, store.at)
    assert store.home.store.read_bytes() == before
    assert list(store.folder.glob("*restor*")) == []


def test_a_damaged_store_is_kept_as_it_is_when_a_backup_takes_its_place(store: Store, tmp_path: Path) -> None:
    before = subjects(store)
    copies.back_up(store.home.store, tmp_path / "b.db", store.at)
    store.home.store.write_bytes(b"\xff" * 50_000)
    aside = copies.put_back(store.home.store, tmp_path / "b.db", store.at)
    assert aside is not None
    assert aside.read_bytes() == b"\xff" * 50_000
    assert subjects(store) == before
    store.home.store.unlink()
    assert copies.put_back(store.home.store, tmp_path / "b.db", store.at) is None
    assert subjects(store) == before


def test_every_copy_that_was_made_is_known(store: Store, tmp_path: Path) -> None:
    made = copies.back_up(store.home.store, tmp_path / "b.db", store.at)
    aside = copies.put_back(store.home.store, made, store.at)
    made.unlink()
    assert [(one.path, one.here) for one in copies.copies(store.home.store)] == [(made, False), (aside, True)]

"""A watched folder: what is dropped there comes in; nothing in it is changed, and nothing is read twice."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.running import Tui
from tests.incoming.store import Store
from tui_inbox.exports.folder import FolderReport, look_through

CHAT = "[02.03.2026, 09:15:02] Elif Kara: Merhaba, kargom nerede?\n[02.03.2026, 09:16:02] Deniz: Yolda, yarın sizde\n"


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    folder = tmp_path / "chat exports"
    folder.mkdir()
    return folder


@pytest.fixture
def store(tmp_path: Path, dropped: Path) -> Store:
    return Store(tmp_path / "store").configured(
        f'[me]\nnames = {{ whatsapp = ["Deniz"] }}\n[[inbox_folder]]\npath = "{dropped}"\n'
        'zone = "Europe/Istanbul"\naccount = "phone"\n'
    )


def drop(path: Path, text: str, *, age: float = 60, at: float) -> Path:
    """Write a file that last changed *age* seconds before *at*."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (at - age, at - age))
    os.utime(path.parent, (at - 3600, at - 3600))
    return path


def look(store: Store) -> FolderReport:
    with store.inbox() as inbox:
        [report] = look_through(inbox, lambda: store.at)
        return report


def test_what_is_dropped_comes_in_once(store: Store, dropped: Path) -> None:
    file = drop(dropped / "chat.txt", CHAT, at=store.at.timestamp())
    before = file.read_bytes(), file.stat().st_mtime_ns
    first, second = look(store), look(store)
    assert [(one.account, one.zone, one.came.new) for one in first.files] == [("phone", "Europe/Istanbul", 2)]
    assert (second.files, second.unchanged) == ([], 1)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_an_unchanged_file_costs_a_look_at_its_size_and_time(store: Store, dropped: Path) -> None:
    file = drop(dropped / "chat.txt", CHAT, at=store.at.timestamp())
    look(store)
    file.chmod(0)
    assert look(store).unchanged == 1


def test_a_longer_export_of_the_same_name_brings_what_is_new(store: Store, dropped: Path) -> None:
    drop(dropped / "chat.txt", CHAT, at=store.at.timestamp())
    look(store)
    drop(dropped / "chat.txt", CHAT + "[03.03.2026, 09:00:00] Elif Kara: Geldi\n", age=30, at=store.at.timestamp())
    [file] = look(store).files
    assert (file.came.new, file.came.known) == (1, 2)


def test_a_folder_in_it_is_one_export(store: Store, dropped: Path) -> None:
    drop(dropped / "WhatsApp Chat - Elif Kara" / "_chat.txt", CHAT, at=store.at.timestamp())
    assert [one.came.new for one in look(store).files] == [2]
    assert look(store).unchanged == 1


def test_what_is_still_being_written_waits(store: Store, dropped: Path) -> None:
    drop(dropped / "chat.txt", CHAT, age=0.5, at=store.at.timestamp())
    drop(dropped / "other.zip.crdownload", CHAT, at=store.at.timestamp())
    drop(dropped / ".hidden.txt", CHAT, at=store.at.timestamp())
    report = look(store)
    assert report.files == []
    assert report.waiting == ["chat.txt", "other.zip.crdownload"]
    store.at += timedelta(seconds=3)
    assert [one.came.new for one in look(store).files] == [2]


def test_what_cannot_be_read_is_said_once_and_tried_again_when_it_changes(store: Store, dropped: Path) -> None:
    drop(dropped / "chat.txt", "Dear diary\n", at=store.at.timestamp())
    first, second = look(store), look(store)
    [(name, problem)] = first.failed
    assert name == "chat.txt"
    assert problem.what
    assert problem.hint
    assert (second.failed, second.unchanged) == ([], 1)
    drop(dropped / "chat.txt", CHAT, age=30, at=store.at.timestamp())
    assert [one.came.new for one in look(store).files] == [2]


def test_what_was_taken_out_and_comes_back_is_known(store: Store, dropped: Path) -> None:
    file = drop(dropped / "chat.txt", CHAT, at=store.at.timestamp())
    look(store)
    file.unlink()
    look(store)
    drop(dropped / "renamed.txt", CHAT, at=store.at.timestamp())
    [again] = look(store).files
    assert (again.came.new, again.came.known) == (0, 2)


def test_a_folder_that_is_not_there_is_said(store: Store, dropped: Path) -> None:
    dropped.rmdir()
    problem = look(store).problem
    assert problem is not None
    assert str(dropped) in problem.what


def test_sync_looks_through_the_folders_too(store: Store, dropped: Path) -> None:
    import time

    tui = Tui(store.folder)
    drop(dropped / "chat.txt", CHAT, at=time.time())
    drop(dropped / "broken.txt", "Dear diary\n", at=time.time())
    document = tui.json("sync", code=1)
    [folder] = document["folders"]
    assert document["accounts"] == []
    assert [one["messages"]["new"] for one in folder["files"]] == [2]
    assert [one["name"] for one in folder["failed"]] == ["broken.txt"]
    assert tui.json("sync")["folders"][0]["unchanged"] == 2

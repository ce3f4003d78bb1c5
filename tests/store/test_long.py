"""A very long conversation reads as it would if every message of it were looked at."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.incoming.store import NOW, Store
from tests.torture.likeness import Told
from tui_inbox.rules.model import Archive
from tui_inbox.store import facts, histories


def chat(path: Path, lines: int, last: str, ending: str) -> Path:
    """Write a chat of *lines*, the last ones of which are recent."""
    at = NOW - timedelta(minutes=30 * lines)
    with path.open("w", encoding="utf-8") as file:
        for number in range(lines):
            who = ("Elif Kara", "Deniz", "Elif Kara")[number % 3]
            file.write(f"[{at:%d.%m.%Y, %H:%M:%S}] {who}: Satır {number}\n")
            at += timedelta(minutes=30)
        file.write(f"[{at - timedelta(minutes=1):%d.%m.%Y, %H:%M:%S}] {last}: {ending}\n")
    return path


def stored(folder: Path, path: Path) -> Told:
    store = Store(folder)
    store.bring(path, me="Deniz", zone="UTC")
    with store.inbox() as inbox, inbox.reader() as reader:
        ids = list(reader.queue("all", store.at).ids)
        if inbox.perform([Archive(ids[0], reader.seen())], store.at).done:
            inbox.undo(store.at + timedelta(minutes=1))
    return store.told()


@pytest.mark.parametrize("last", ["Elif Kara", "Deniz"])
def test_read_in_parts_it_is_what_it_is_read_whole(last: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = chat(tmp_path / "Elif Kara.txt", 2600, last, "Son satır")
    whole = stored(tmp_path / "whole", path)
    monkeypatch.setattr(histories, "LONG", 1000)
    monkeypatch.setattr(facts, "LONG", 1000)
    assert stored(tmp_path / "parts", path) == whole

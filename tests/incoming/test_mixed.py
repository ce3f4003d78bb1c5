"""Exports that come together: in one archive, in one folder, in archives inside an archive, below folders on top."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from tests.incoming.store import Store
from tui_inbox.exports import FileReport, bring_in
from tui_inbox.problems import Unreadable

SAMPLES = Path(__file__).parents[1] / "samples"
TAKEOUT = SAMPLES / "googlechat" / "takeout-20260306T080000Z-001.zip"
MBOX = SAMPLES / "mbox" / "takeout.mbox"
WHATSAPP = SAMPLES / "whatsapp" / "WhatsApp Sohbeti - Elif Kara.zip"
TELEGRAM = SAMPLES / "telegram" / "chat"
LINKEDIN = SAMPLES / "linkedin" / "messages.csv"


def members(path: Path, below: str = "") -> dict[str, bytes]:
    """Return all that a file, a folder or a zip holds, by its path below *below*."""
    if path.is_dir():
        return {
            f"{below}{one.relative_to(path).as_posix()}": one.read_bytes() for one in path.rglob("*") if one.is_file()
        }
    if not zipfile.is_zipfile(path):
        return {f"{below}{path.name}": path.read_bytes()}
    with zipfile.ZipFile(path) as zipped:
        return {f"{below}{name}": zipped.read(name) for name in zipped.namelist() if not name.endswith("/")}


def zipped(path: Path, inside: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, raw in inside.items():
            archive.writestr(name, raw)
    return path


def bring(store: Store, path: Path) -> list[FileReport]:
    with store.inbox() as inbox:
        return bring_in(inbox, path, store.at, zone="UTC")


def came(reports: list[FileReport]) -> dict[str, int]:
    return {one.kind: one.came.new for one in reports}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_a_takeout_with_mail_and_chats_brings_both(store: Store, tmp_path: Path) -> None:
    path = zipped(tmp_path / "takeout.zip", members(TAKEOUT) | members(MBOX, "Takeout/Mail/"))
    alone = came(bring(Store(tmp_path / "chat"), TAKEOUT)) | came(bring(Store(tmp_path / "mail"), MBOX))
    assert came(bring(store, path)) == alone
    assert set(came(bring(store, path)).values()) == {0}


def test_a_folder_of_downloads_brings_all_of_them(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    for path in (MBOX, LINKEDIN, WHATSAPP):
        shutil.copy(path, folder)
    shutil.copytree(TELEGRAM, folder / "ChatExport")
    (folder / "holiday.jpg").write_bytes(b"\xff\xd8\xff")
    reports = bring(store, folder)
    assert set(came(reports)) == {"mbox", "linkedin", "whatsapp", "telegram"}
    assert all(came(reports).values())


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".csv"])
def test_the_generic_format_is_told_apart_among_downloads_by_any_of_its_names(
    suffix: str, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    shutil.copy(LINKEDIN, folder)
    shutil.copy(SAMPLES / "jsonl" / ("rooms.csv" if suffix == ".csv" else "tickets.jsonl"), folder / f"tickets{suffix}")
    reports = bring(store, folder)
    assert set(came(reports)) == {"linkedin", "jsonl"}
    assert all(came(reports).values())


def test_what_somebody_sent_in_a_chat_is_no_export_of_its_own(store: Store, tmp_path: Path) -> None:
    mail = (SAMPLES / "eml" / "plain.eml").read_bytes()
    path = zipped(tmp_path / "chat.zip", members(WHATSAPP) | {"offer.eml": mail, "photos/1.jpg": b"\xff\xd8"})
    assert set(came(bring(store, path))) == {"whatsapp"}


def test_archives_inside_an_archive_are_each_brought_in(store: Store, tmp_path: Path) -> None:
    chat = zipped(tmp_path / "tg.zip", members(TELEGRAM))
    inside = {"a/wa.zip": WHATSAPP.read_bytes(), "a/tg.zip": chat.read_bytes(), "a/notes.zip": b"PK\x03\x04 broken"}
    path = zipped(tmp_path / "all.zip", inside)
    reports = bring(store, path)
    assert [one.path for one in reports] == [path / "a/tg.zip", path / "a/wa.zip"]
    assert all(came(reports).values())
    assert [where for where, _ in reports[0].problems] == ["notes.zip"]
    assert set(came(bring(store, path)).values()) == {0}


def test_an_archive_of_nothing_that_is_read_here_is_said_once(store: Store, tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"a.jpg": b"x"})
    with pytest.raises(Unreadable):
        bring(store, zipped(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes()}))
    with pytest.raises(Unreadable):
        bring(store, inner)


@pytest.mark.parametrize("below", ["top/", "a/b/"])
@pytest.mark.parametrize(
    "path",
    [
        WHATSAPP,
        TELEGRAM,
        LINKEDIN,
        SAMPLES / "slack" / "export.zip",
        SAMPLES / "messenger" / "facebook-aydinlatma-2026-03-06.zip",
        SAMPLES / "instagram" / "instagram-lampshop-2026-03-06-AbCd.zip",
        SAMPLES / "discord" / "package",
        SAMPLES / "signal" / "export",
        SAMPLES / "telegram_html" / "ChatExport_2026-03-06",
        SAMPLES / "line" / "phone_ja.txt",
        SAMPLES / "jsonl" / "tickets.jsonl",
        SAMPLES / "maildir",
        TAKEOUT,
    ],
    ids=lambda path: path.parent.name if isinstance(path, Path) else path,
)
def test_folders_on_top_change_nothing(path: Path, below: str, store: Store, tmp_path: Path) -> None:
    [alone] = bring(Store(tmp_path / "alone"), path)
    [deeper] = bring(store, zipped(tmp_path / "deeper.zip", members(path, below)))
    assert (deeper.kind, deeper.came.new, deeper.came.found) == (alone.kind, alone.came.new, alone.came.found)

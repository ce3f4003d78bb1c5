"""A file, a folder and a zip are read alike, and an archive can do no harm."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from tui_inbox.connectors.formats.bundle import Limits, open_bundle
from tui_inbox.problems import Unreadable


def packed(path: Path, *names: str, content: bytes = b"hello") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in names:
            out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def test_a_file_a_folder_and_a_zip_show_their_members(tmp_path: Path) -> None:
    (tmp_path / "f" / "in").mkdir(parents=True)
    (tmp_path / "f" / "in" / "b.txt").write_bytes(b"bb")
    (tmp_path / "f" / "a.txt").write_bytes(b"a")
    archive = packed(tmp_path / "z.zip", "top/b.txt", "top/a.txt", "__MACOSX/top/._a.txt")
    assert open_bundle(tmp_path / "f").names() == ["a.txt", "in/b.txt"]
    assert open_bundle(tmp_path / "f" / "a.txt").names() == ["a.txt"]
    with open_bundle(archive) as bundle:
        assert bundle.names() == ["top/a.txt", "top/b.txt"]
        assert bundle.find("A.TXT") == ["top/a.txt"]
        assert (bundle.size("top/a.txt"), bundle.head("top/a.txt", 2)) == (5, b"he")


def test_the_digest_follows_the_content_and_not_the_name(tmp_path: Path) -> None:
    one, two = packed(tmp_path / "1.zip", "a"), packed(tmp_path / "2.zip", "a")
    other = packed(tmp_path / "3.zip", "a", content=b"hullo")
    digests = []
    for path in (one, two, other):
        with open_bundle(path) as bundle:
            digests.append(bundle.digest)
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "C:/x", "C:\\x", "\\\\srv\\x", "..\\x"])
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable):
        open_bundle(packed(tmp_path / "z.zip", "ok.txt", name))


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as out:
        link = zipfile.ZipInfo("passwords")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        out.writestr(link, "/etc/passwd")
    with pytest.raises(Unreadable):
        open_bundle(tmp_path / "z.zip")


def test_a_link_in_a_folder_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "link").symlink_to("/etc/passwd")
    assert open_bundle(tmp_path / "f").names() == []


def test_archives_that_ask_too_much_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "z.zip", "a", "b", content=b"0" * 100_000)
    for limits in (Limits(members=1), Limits(total=1000), Limits(ratio=10, free=1000)):
        with pytest.raises(Unreadable):
            open_bundle(path, limits)


def test_a_zip_cut_anywhere_is_refused_or_read_and_never_breaks(tmp_path: Path) -> None:
    whole = packed(tmp_path / "z.zip", "a.txt", "b.txt").read_bytes()
    cut = tmp_path / "cut.zip"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        try:
            with open_bundle(cut) as bundle:
                for name in bundle.names():
                    bundle.head(name)
        except Unreadable:
            pass


def test_damage_inside_a_zip_is_said_when_it_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "z.zip", "a.txt", content=bytes(range(256)) * 50)
    raw = bytearray(path.read_bytes())
    raw[60] ^= 0xFF
    path.write_bytes(raw)
    with open_bundle(path) as bundle, pytest.raises(Unreadable):
        bundle.open("a.txt").read()


def test_what_is_not_there_is_said_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as trouble:
        open_bundle(tmp_path / "none.zip")
    assert trouble.value.hint


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_of_one_name_the_later_counts(tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("a.txt", b"first")
        zipped.writestr("b.txt", b"between")
        zipped.writestr("a.txt", b"second")
    with open_bundle(path) as bundle:
        assert bundle.names() == ["a.txt", "b.txt"]
        assert [bundle.head(name) for name in bundle.names()] == [b"second", b"between"]


def test_members_are_read_by_whatever_name_they_were_packed(tmp_path: Path) -> None:
    path = tmp_path / "names.zip"
    names = {"Ordner\\Größe.txt": "Ordner/Größe.txt", "中文/messages.json": "中文/messages.json", "a b.txt": "a b.txt"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in names:
            zipped.writestr(name, name.encode())
    with open_bundle(path) as bundle:
        assert {name: bundle.head(name).decode() for name in bundle.names()} == {
            inner: packed for packed, inner in names.items()
        }
        assert [bundle.size(name) for name in bundle.names()] == [len(bundle.head(name)) for name in bundle.names()]


def test_a_zip_whose_list_says_that_its_beginning_is_missing_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "z.zip", "a.txt", "b.txt")
    raw = bytearray(path.read_bytes())
    where = len(raw) - 6
    raw[where : where + 4] = (int.from_bytes(raw[where : where + 4], "little") + 13).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(Unreadable):
        open_bundle(path)

"""What came attached: saved under a safe name, opened only when it is harmless, named where it is missing."""

from __future__ import annotations

import json
import stat
import threading
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.running import Tui
from tests.incoming.store import Store
from tui_inbox import files
from tui_inbox.problems import NotFound, Problem, Refused


def mail(path: Path, *attached: tuple[str, bytes]) -> Path:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ada <ada@example.org>", "us@shop.example", "Files"
    message["Message-ID"], message["Date"] = "<1@example.org>", "Mon, 02 Mar 2026 09:00:00 +0000"
    message.set_content("See the files.")
    for name, raw in attached:
        message.add_attachment(raw, maintype="application", subtype="octet-stream", filename=name)
    path.write_bytes(bytes(message))
    return path


def chat(path: Path, *, media: bool) -> Path:
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(
            "_chat.txt",
            "[02.03.2026, 09:15:02] Elif Kara: Merhaba\n"
            "\u200e[02.03.2026, 09:16:02] Elif Kara: \u200e<attached: 00000004-PHOTO-2026-03-02-09-16-02.jpg>\n"
            "\u200e[02.03.2026, 09:17:02] Elif Kara: \u200e<attached: 00000005-PHOTO-2026-03-02-09-17-02.jpg>\n",
        )
        if media:
            zipped.writestr("00000004-PHOTO-2026-03-02-09-16-02.jpg", b"\xff\xd8\xff\xe0 a picture")
            zipped.writestr("00000005-PHOTO-2026-03-02-09-17-02.jpg", b"\xff\xd8\xff\xe0 a picture")
    return path


def kept(store: Store) -> list[tuple[int, str, bool]]:
    with store.inbox() as inbox, inbox.reader() as reader:
        ids = reader.queue("all", store.at).ids
        return [
            (one.id, one.name, one.stored)
            for id_ in ids
            for line in reader.conversation(id_, store.at).messages
            for one in line.attachments
        ]


def save(store: Store, id_: int, folder: Path) -> Path:
    with store.inbox() as inbox, inbox.reader() as reader:
        return files.save(reader, id_, folder)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_a_mail_s_file_is_saved_from_the_bytes_as_they_came(store: Store, tmp_path: Path) -> None:
    store.bring(mail(tmp_path / "a.eml", ("offer.pdf", b"%PDF-1.7 \x00\xff")))
    [(id_, _, _)] = kept(store)
    path = save(store, id_, tmp_path)
    assert path == tmp_path / "offer.pdf"
    assert path.read_bytes() == b"%PDF-1.7 \x00\xff"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_picture_sent_twice_is_kept_once_and_saved_twice(store: Store, tmp_path: Path) -> None:
    store.bring(chat(tmp_path / "chat.zip", media=True))
    assert [save(store, id_, tmp_path).read_bytes() for id_, _, _ in kept(store)] == [b"\xff\xd8\xff\xe0 a picture"] * 2
    with store.inbox() as inbox, inbox.writer.window() as window:
        assert window.exec_driver_sql("SELECT COUNT(*) FROM blob").scalar_one() == 1


def test_nothing_is_overwritten_and_no_link_is_followed(store: Store, tmp_path: Path) -> None:
    store.bring(mail(tmp_path / "a.eml", ("note.tar.gz", b"new")))
    [(id_, _, _)] = kept(store)
    folder, outside = tmp_path / "to", tmp_path / "outside"
    folder.mkdir()
    outside.write_bytes(b"old")
    (folder / "note.tar.gz").symlink_to(outside)
    assert save(store, id_, folder) == folder / "note.tar (2).gz"
    assert save(store, id_, folder) == folder / "note.tar (3).gz"
    assert outside.read_bytes() == b"old"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(max_size=60)
    | st.sampled_from(["../../x", "/etc/passwd", "..", ".bashrc", "a\0b", "-rf", "CON", "a/.."])
)
def test_any_name_stays_inside_the_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "to"
    folder.mkdir(exist_ok=True)
    from tui_inbox.rules.clean import filename

    inside = (folder / filename(name)).resolve()
    assert inside.parent == folder.resolve()


def test_what_is_missing_is_named_and_comes_with_the_next_export(store: Store, tmp_path: Path) -> None:
    store.bring(chat(tmp_path / "chat.zip", media=False))
    [(id_, name, stored), _] = kept(store)
    assert not stored
    with pytest.raises(Refused, match=name):
        save(store, id_, tmp_path)
    store.bring(chat(tmp_path / "chat.zip", media=True))
    assert [stored for _, _, stored in kept(store)] == [True, True]


@pytest.mark.parametrize("state", ["normal", "edited", "deleted"])
def test_what_is_missing_comes_with_the_next_export_whatever_that_says_of_the_message(
    state: str, store: Store, tmp_path: Path
) -> None:
    for number, (text, now, there) in enumerate([("See this", "normal", False), ("See that", state, True)]):
        folder = tmp_path / f"export {number}"
        folder.mkdir()
        file = {"name": "lamp.jpg", "type": "image/jpeg", "path": "lamp.jpg"}
        said = {"thread": "Ann", "id": "1", "at": "2026-03-02T08:00:00Z", "sender": "Ann", "text": text, "state": now}
        (folder / "chat.jsonl").write_text(json.dumps({**said, "files": [file]}) + "\n")
        if there:
            (folder / "lamp.jpg").write_bytes(b"a lamp")
        report = store.bring(folder, zone="UTC")
        assert (report.came.new, report.came.updated) == (int(not there), int(there))
        assert [(name, stored) for _, name, stored in kept(store)] == [("lamp.jpg", there)]


def test_an_attachment_that_is_not_there_and_a_folder_that_is_none_are_said(store: Store, tmp_path: Path) -> None:
    store.bring(mail(tmp_path / "a.eml", ("a.txt", b"x")))
    [(id_, _, _)] = kept(store)
    with pytest.raises(NotFound):
        save(store, 99, tmp_path)
    with pytest.raises(Problem, match=r"a\.eml"):
        save(store, id_, tmp_path / "a.eml")


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("invoice.exe", b"x"),
        ("invoice.pdf.JS", b"x"),
        ("invoice.pdf ", b"MZ\x90\x00"),
        ("photo.jpg", b"\x7fELF\x02"),
        ("read me", b"#!/bin/sh\nrm -rf ~"),
        ("page.txt", b"  <!DOCTYPE html><script>"),
        ("drawing.svg", b"<svg onload=x>"),
        ("table.xlsm", b"PK\x03\x04"),
        ("start.desktop", b"x"),
        ("gpj.\u202eexe.scr", b"x"),
    ],
)
def test_what_could_run_is_recognised_by_its_name_and_by_its_beginning(name: str, raw: bytes) -> None:
    assert files.danger(name, raw)


@pytest.mark.parametrize(("name", "raw"), [("photo.jpg", b"\xff\xd8\xff"), ("a.pdf", b"%PDF"), ("a.txt", b"hello")])
def test_what_is_only_shown_is_not_held_back(name: str, raw: bytes) -> None:
    assert files.danger(name, raw) == ""


@pytest.fixture
def opener(tmp_path: Path) -> Path:
    """A folder in front of the PATH whose xdg-open and open write down what they are given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("xdg-open", "open"):
        (folder / name).write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$#" "$@" > "{tmp_path}/part" && mv "{tmp_path}/part" "{tmp_path}/opened"\n'
        )
        (folder / name).chmod(0o755)
    return folder


def opened(tmp_path: Path) -> list[str]:
    """Return what the opener was given, once it has written it down."""
    import select

    deadline = 200
    while not (tmp_path / "opened").exists() and deadline:
        select.select([], [], [], 0.05)
        deadline -= 1
    assert (tmp_path / "opened").exists()
    return (tmp_path / "opened").read_text("utf-8").splitlines()


def test_a_file_is_opened_from_a_private_folder_without_a_shell(tmp_path: Path, opener: Path) -> None:
    tui = Tui(tmp_path / "home", {"PATH": f"{opener}:/usr/bin:/bin", "TMPDIR": str(tmp_path)})
    tui("import", mail(tmp_path / "a.eml", ("$(touch x) `id`.pdf", b"%PDF")))
    [one] = tui.json("attachment", "list", 1)["attachments"]
    path = Path(tui.json("attachment", "open", one["id"])["path"])
    assert opened(tmp_path) == ["1", str(path)]
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_bytes() == b"%PDF"


def test_a_program_is_opened_only_when_it_is_said_twice(tmp_path: Path, opener: Path) -> None:
    tui = Tui(tmp_path / "home", {"PATH": f"{opener}:/usr/bin:/bin", "TMPDIR": str(tmp_path)})
    tui("import", mail(tmp_path / "a.eml", ("invoice.pdf", b"MZ\x90")))
    [one] = tui.json("attachment", "list", 1)["attachments"]
    assert tui.json("attachment", "open", one["id"], code=1)["error"]["kind"] == "refused"
    tui("attachment", "open", one["id"], "--anyway")
    assert opened(tmp_path)[1].endswith("invoice.pdf")


def test_the_place_is_printed_or_opened(tmp_path: Path, opener: Path) -> None:
    tui = Tui(tmp_path / "home", {"PATH": f"{opener}:/usr/bin:/bin"})
    tui("import", mail(tmp_path / "a.eml"))
    printed = tui.json("open", 1, "--print")["address"]
    assert printed.startswith("mailto:ada@example.org?subject=Re%3A%20Files&In-Reply-To=%3C1%40example.org%3E")
    assert not (tmp_path / "opened").exists()
    tui("open", 1)
    assert opened(tmp_path) == ["1", printed]


@pytest.mark.parametrize(
    "address",
    [
        "mailto:ada@example.org?subject=Re%3A%20Lamp&In-Reply-To=%3C1%40example.org%3E",
        "https://wa.me/905321112233",
        "tg://user?id=700000000",
        "slack://channel?team=T0123&id=C0123",
        "https://shop.slack.com/archives/C0123/p1736478514897649",
        "http://shop.example/offer",
        "TEL:+905321112233",
    ],
)
def test_where_a_customer_wrote_and_what_they_linked_is_opened_as_one_argument(
    address: str, tmp_path: Path, opener: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{opener}:/usr/bin:/bin")
    files.launch(address)
    assert opened(tmp_path) == ["1", address]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "--help",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https:",
        "https://a b",
        "tel:1\n2",
        "x/https://a",
        "smb://a",
    ],
)
def test_nothing_else_is_opened(address: str, opener: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{opener}:/usr/bin:/bin")
    with pytest.raises(Refused):
        files.launch(address)


def test_what_was_opened_is_waited_for_and_leaves_no_dead_process(
    tmp_path: Path, opener: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{opener}:/usr/bin:/bin")
    before = set(threading.enumerate())
    files.launch("https://shop.example/")
    for waiting in set(threading.enumerate()) - before:
        waiting.join(60)
        assert not waiting.is_alive()
    assert opened(tmp_path)


def test_a_place_without_an_address_is_said(tmp_path: Path) -> None:
    tui = Tui(tmp_path / "home")
    tui("import", chat(tmp_path / "chat.zip", media=False), "--me", "Deniz")
    assert "Elif Kara" in tui.json("open", 1, code=1)["error"]["what"]

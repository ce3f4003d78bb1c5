"""Trouble of every kind is one clear sentence and a way out, with the exit code that scripts expect; and nothing is
lost: what the store held before, it holds afterwards."""

from __future__ import annotations

import ctypes
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import ROOT, Said, Tui
from tests.dovecot import Dovecot
from tests.ports import free_ports
from tests.torture.likeness import likeness, rows

SAMPLES = Path(__file__).parents[1] / "samples"
CHAT = SAMPLES / "telegram" / "whole.json"
OTHER = SAMPLES / "slack" / "export.zip"


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Tui:
    """The command over a home that holds one chat: look, and change nothing."""
    tui = Tui(tmp_path_factory.mktemp("held") / "home")
    tui.json("import", CHAT)
    return tui


@pytest.fixture
def kept(held: Tui, tui: Tui) -> Tui:
    """The command over a home of the test's own that holds one chat."""
    shutil.copytree(held.home, tui.home)
    return tui


def says(said: Said, code: int) -> tuple[str, str]:
    """Return what is wrong and the way out, as *said* without `--json`: two lines on standard error, no more."""
    assert said.code == code, said.err
    assert said.out == ""
    what, hint = said.err.splitlines()
    assert what.endswith((".", "?"))
    assert what[0].isupper() or what[0] in "/[" or "." in what.split()[0], what
    assert hint.endswith((".", "?", "`"))
    return what, hint


# --- files ----------------------------------------------------------------------------------------------


def empty(folder: Path) -> Path:
    (folder / "chat.txt").touch()
    return folder / "chat.txt"


def binary(folder: Path) -> Path:
    (folder / "photo.json").write_bytes(bytes(range(256)) * 40)
    return folder / "photo.json"


def truncated_zip(folder: Path) -> Path:
    (folder / "chat.zip").write_bytes(OTHER.read_bytes()[:1500])
    return folder / "chat.zip"


def zip_bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
        zipped.writestr("result.json", b"[" * 200_000_000)
    return folder / "bomb.zip"


def empty_folder(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    return folder / "nothing"


def folder_of_strangers(folder: Path) -> Path:
    (folder / "strangers").mkdir()
    (folder / "strangers" / "a.bin").write_bytes(b"\x00\x01")
    (folder / "strangers" / "deeper").mkdir()
    return folder / "strangers"


def dangling_link(folder: Path) -> Path:
    (folder / "chat.zip").symlink_to(folder / "gone")
    return folder / "chat.zip"


def a_socket(folder: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as one:
        os.chdir(folder)
        one.bind("s")
    return folder / "s"


BROKEN = [empty, binary, truncated_zip, zip_bomb, empty_folder, folder_of_strangers, dangling_link]


@pytest.mark.parametrize("make", BROKEN, ids=lambda make: make.__name__.replace("_", " "))
def test_a_file_that_cannot_be_read_is_said_and_leaves_the_store_as_it_was(
    kept: Tui, tmp_path: Path, make: Any
) -> None:
    before = rows(kept.home / "inbox.db")
    path = make(tmp_path)
    says(kept("import", path, code=None), 1)
    assert rows(kept.home / "inbox.db") == before


def test_a_script_is_told_of_a_file_that_cannot_be_read(kept: Tui, tmp_path: Path) -> None:
    assert kept("import", truncated_zip(tmp_path), "--json", code=1).json["error"]["kind"] == "unreadable"


@pytest.mark.parametrize("make", [truncated_zip, zip_bomb], ids=lambda make: make.__name__.replace("_", " "))
def test_a_broken_file_beside_a_good_one_costs_only_itself(kept: Tui, tmp_path: Path, make: Any) -> None:
    came = kept("import", make(tmp_path), OTHER, "--json", code=1).json
    assert [one["messages"]["new"] for one in came["files"]] == [10]
    assert [one["kind"] for one in came["problems"]] == ["unreadable"]


@pytest.mark.parametrize("kind", ["whatsapp", "telegram", "slack", "mbox", "maildir", "eml", "jsonl"])
@pytest.mark.parametrize("make", [binary], ids=["binary"])
def test_a_broken_file_that_is_called_an_export_ends_in_words_too(
    tui: Tui, tmp_path: Path, kind: str, make: Any
) -> None:
    said = tui("import", make(tmp_path), "--kind", kind, code=None)
    assert said.code in (0, 1)
    if said.code:
        says(said, 1)


CAPBSET_DROP, DAC_OVERRIDE, DAC_READ_SEARCH = 24, 1, 2


def obedient() -> None:
    """Let permissions stop this process, also where it is root's (prctl(2), capabilities(7))."""
    if os.geteuid() == 0:
        system = ctypes.CDLL(None)
        for power in (DAC_OVERRIDE, DAC_READ_SEARCH):
            system.prctl(CAPBSET_DROP, power, 0, 0, 0)


def test_a_query_that_cannot_be_read_is_shown_with_marks_under_the_place_that_is_meant(kept: Tui) -> None:
    said = kept("search", "日本 form:ada", code=2)
    assert said.err.splitlines()[1:3] == ["  日本 form:ada", "       ^^^^^"]


def test_a_file_without_permission_is_said(tui: Tui, tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    path.write_bytes(CHAT.read_bytes())
    path.chmod(0)
    what, _ = says(tui("import", path, code=None, preexec_fn=obedient), 1)
    assert "chat.json" in what


# --- servers --------------------------------------------------------------------------------------------


def account(port: int, secret: str = 'password_command = ["printf", "pw"]', more: str = "") -> str:
    return (
        f'[[account]]\nname = "support"\nkind = "imap"\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\n'
        f'user = "support"\n{secret}\n{more}'
    )


def closed_port() -> int:
    [port] = free_ports(1)
    return port


def problem_of(tui: Tui) -> Any:
    said = tui("sync", "--json", code=1).json
    assert said["accounts"][0]["new"] == 0
    return said["accounts"][0]["problem"]


@pytest.mark.needs("dovecot")
def test_a_wrong_password_is_said_without_the_password(kept: Tui) -> None:
    with Dovecot({"support": "pw"}) as server:
        kept.configure(account(server.port, 'password_command = ["printf", "hunter2"]'))
        problem = problem_of(kept)
        assert problem["kind"] == "not_admitted"
        assert "password" in problem["what"]
        assert problem["hint"]
        said = kept("sync", code=1)
        assert "hunter2" not in said.out + said.err + str(problem)
        assert kept.json("list", "all")["total"] > 0


def test_a_server_that_is_not_there_is_said(kept: Tui) -> None:
    kept.configure(account(closed_port()))
    problem = problem_of(kept)
    assert problem["kind"] == "unreachable"
    assert "127.0.0.1" in problem["what"]
    listed = kept.json("account", "list")["accounts"]
    assert [one["problem"] for one in listed if one["name"] == "support"] == [problem["what"]]


def test_a_server_that_hangs_up_is_said(kept: Tui) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept.configure(account(server.getsockname()[1]))
        running = subprocess.Popen(
            [sys.executable, "-m", "tui_inbox", "--home", str(kept.home), "sync"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        server.accept()[0].close()
        _, err = running.communicate(timeout=200)
    assert running.returncode == 1
    assert "broke off" in err or "cannot be reached" in err
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ('["false"]', "exit code 1"),
        ('["/nowhere/pass"]', "cannot be started"),
        ('["true"]', "printed no secret"),
        ('["sh", "-c", "echo vault is locked >&2; exit 3"]', "vault is locked"),
    ],
)
def test_a_password_command_that_fails_is_said(kept: Tui, command: str, why: str) -> None:
    kept.configure(account(closed_port(), f"password_command = {command}"))
    assert why in problem_of(kept)["what"]


def test_an_account_without_a_secret_leads_to_where_one_is_stored(kept: Tui) -> None:
    kept.configure(account(closed_port(), ""))
    problem = problem_of(kept)
    assert "password_command" in problem["hint"]


# --- the configuration ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[me]\nadresses = []\n", "addresses"),
        ("[mee]\n", "me"),
        ("[sla]\nfirst = 'soon'\n", "first"),
        ("[me\n", "line 1"),
        (account(143, more="pasword = 'x'\n"), "password"),
        ("[hours]\nzone = 'Europe/Istambul'\n", "Europe/Istanbul"),
    ],
)
def test_a_mistake_in_the_configuration_is_named_with_its_place_and_the_nearest_right_word(
    kept: Tui, text: str, named: str
) -> None:
    before = rows(kept.home / "inbox.db")
    kept.configure(text)
    for words in (("list",), ("sync",)):
        said = kept(*words, code=None)
        if said.code == 0:
            continue  # what only a channel knows is only checked where the channel is used
        error = kept(*words, "--json", code=None).json
        error = error["error"] if "error" in error else error["accounts"][0]["problem"]
        assert error["kind"] == "configuration"
        assert named in error["what"] + error["hint"]
    assert said.code in (1, 2)
    assert rows(kept.home / "inbox.db") == before


# --- the disk -------------------------------------------------------------------------------------------


def small_files(size: int) -> Any:
    """Return what a child must do so that no file of it grows beyond *size* bytes: to it, the disk is full."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return limit


@pytest.mark.parametrize("room", [0, 4096, 16_384, 65_536, 120_000])
def test_a_disk_that_fills_up_during_an_import_is_said_and_what_was_stored_stays(kept: Tui, room: int) -> None:
    before = set(likeness(kept.home / "inbox.db")["message"])
    what, hint = says(kept("import", OTHER, code=None, preexec_fn=small_files(room)), 1)
    assert "full" in what
    assert "room" in hint.lower()
    after = likeness(kept.home / "inbox.db")["message"]
    assert before <= set(after)
    assert kept.json("import", OTHER)["files"][0]["messages"]["new"] == 14 - len(after)


@pytest.mark.parametrize("room", [4096, 16_384, 65_536])
def test_a_disk_that_is_full_when_the_store_is_made_is_said_and_the_store_is_made_later(tui: Tui, room: int) -> None:
    says(tui("list", code=None, preexec_fn=small_files(room)), 1)
    assert tui.json("list")["total"] == 0
    assert tui.json("import", CHAT)["files"][0]["messages"]["new"] == 4


def test_a_disk_that_is_full_at_an_act_is_said_and_the_act_is_not_kept(desk: Tui) -> None:
    id_ = desk.json("list")["conversations"][0]["id"]
    before = likeness(desk.home / "inbox.db")
    says(desk("archive", id_, code=None, preexec_fn=small_files(4096)), 1)
    assert likeness(desk.home / "inbox.db") == before
    assert desk.json("archive", id_)["done"][0]["place"] == "archived"


def test_a_disk_that_is_full_when_the_journal_is_folded_back_loses_nothing(kept: Tui) -> None:
    """Neither the store nor its journal may outgrow what the store has: a commit or a checkpoint fails."""
    store = kept.home / "inbox.db"
    mails = kept.home.parent / "all.mbox"
    size = store.stat().st_size
    mails.write_bytes(
        b"".join(
            b"From - Mon Mar  2 09:00:00 2026\nFrom: a@b.example\nTo: c@d.example\nMessage-ID: <%d@b.example>\n"
            b"Date: Mon, 2 Mar 2026 09:00:00 +0000\n\n%s\n\n" % (number, b"word " * 800)
            for number in range(60)
        )
    )
    said = kept("import", mails, code=None, preexec_fn=small_files(size))
    assert said.code in (0, 1)
    again = kept.json("import", mails)["files"][0]["messages"]
    assert again["found"] == again["new"] + again["known"] == 60
    assert kept.json("search", "word", "--limit", 100)["total"] == 60


def test_a_home_that_cannot_be_written_is_said(kept: Tui) -> None:
    before = rows(kept.home / "inbox.db")
    paths = [kept.home, *kept.home.rglob("*")]
    for path in paths:
        path.chmod(0o500 if path.is_dir() else 0o400)
    says(kept("import", OTHER, code=None, preexec_fn=obedient), 1)
    says(kept("snooze", 1, "--until", "3h", code=None, preexec_fn=obedient), 1)
    looked = kept("list", "all", code=None, preexec_fn=obedient)
    if looked.code:
        says(looked, 1)
    for path in paths:
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert rows(kept.home / "inbox.db") == before


def test_a_home_that_cannot_be_made_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    says(Tui(tmp_path / "closed" / "home")("list", code=None, preexec_fn=obedient), 2)


def test_a_home_that_is_a_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    says(Tui(tmp_path / "home")("list", code=None), 2)


# --- the store ------------------------------------------------------------------------------------------


def test_a_store_of_a_newer_version_is_refused_and_not_touched(kept: Tui) -> None:
    store = kept.home / "inbox.db"
    with closing(sqlite3.connect(store)) as database:
        database.execute("PRAGMA user_version = 99")
    before = store.read_bytes()
    for words in (("list",), ("import", OTHER), ("archive", 1)):
        what, hint = says(kept(*words, code=None), 1)
        assert "newer" in what
        assert "newer version" in hint
    assert kept("doctor", code=1).out.count("BAD") >= 1
    assert store.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_not_touched(tui: Tui) -> None:
    tui.home.mkdir(mode=0o700)
    store = tui.home / "inbox.db"
    with closing(sqlite3.connect(store)) as database:
        database.execute("CREATE TABLE bookmarks (url)")
    store.chmod(0o600)  # else it is said, too, that others could read it
    before = store.read_bytes()
    what, _ = says(tui("list", code=None), 1)
    assert "another program" in what
    says(tui("import", CHAT, code=None), 1)
    assert store.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_not_touched(tui: Tui) -> None:
    tui.home.mkdir(mode=0o700)
    store = tui.home / "inbox.db"
    store.write_bytes(b"all my notes\n" * 1000)
    store.chmod(0o600)
    says(tui("import", CHAT, code=None), 1)
    says(tui("list", code=None), 1)
    assert store.read_bytes() == b"all my notes\n" * 1000


@pytest.mark.parametrize("where", [0, 1, 5, 11])
def test_a_damaged_store_is_said_by_every_command_that_meets_the_damage(kept: Tui, where: int) -> None:
    store = kept.home / "inbox.db"
    with store.open("r+b") as file:
        file.seek(where * 4096 + 100)
        file.write(random.Random(where).randbytes(3900))
    for words in (("list", "all"), ("import", OTHER), ("search", "back"), ("show", 1), ("snooze", 1, "--until", "3h")):
        said = kept(*words, code=None)
        if said.code:
            says(said, 1)
    assert kept("doctor", code=None).code in (0, 1)


def test_a_damaged_store_is_found_by_the_doctor(kept: Tui) -> None:
    store = kept.home / "inbox.db"
    with store.open("r+b") as file:
        for page in range(1, store.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 64)
    checks = kept("doctor", "--json", code=1).json["checks"]
    assert [one["ok"] for one in checks if one["name"] == "store"] == [False]


def test_two_writers_at_once_both_finish_and_nothing_is_lost(tui: Tui) -> None:
    tui("list")
    files = [CHAT, OTHER, SAMPLES / "mbox" / "takeout.mbox", *sorted(SAMPLES.glob("whatsapp/*.txt"))]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tui_inbox", "--home", str(tui.home), "import", str(path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for path in files
    ]
    for one in running:
        _, err = one.communicate(timeout=200)
        assert one.returncode == 0, err
    alone = Tui(tui.home.parent / "alone")
    alone.json("import", *files)
    assert likeness(tui.home / "inbox.db")["message"] == likeness(alone.home / "inbox.db")["message"]


def test_two_commands_that_make_the_same_new_store_at_once_both_succeed(tui: Tui) -> None:
    words = [sys.executable, "-m", "tui_inbox", "--home", str(tui.home), "list", "--json"]
    running = [subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    for one in running:
        _, err = one.communicate(timeout=200)
        assert one.returncode == 0, err


def test_looking_waits_for_nobody_while_another_program_writes(kept: Tui) -> None:
    with closing(sqlite3.connect(kept.home / "inbox.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE conversation SET tier = 3")
        assert {one["tier"] for one in kept.json("list", "all")["conversations"]} == {1}


@pytest.mark.torture
def test_a_store_that_is_locked_for_longer_than_anybody_waits_is_said(kept: Tui) -> None:
    before = likeness(kept.home / "inbox.db")
    with closing(sqlite3.connect(kept.home / "inbox.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        what, _ = says(kept("import", OTHER, code=None), 1)
        assert "holds the store" in what
    assert likeness(kept.home / "inbox.db") == before


@pytest.mark.parametrize(
    ("words", "what", "hint"),
    [
        (("lst",), "There is no `tui-inbox lst`.", "Did you mean `list`?"),
        (("rules", "chek"), "There is no `tui-inbox rules chek`.", "Did you mean `check`?"),
        (("attachment", "1"), "There is no `tui-inbox attachment 1`.", "Take one of list, save, open, fetch."),
        (("account", "add", "--flow", "foo"), "There is no `tui-inbox account add --flow foo`.", "browser, device"),
        (("show", "abc"), "Argument ID: abc is no number.", "See `tui-inbox show --help`."),
        (("undo", "x"), "Argument N: x is no number.", "See `tui-inbox undo --help`."),
    ],
)
def test_a_mistyped_word_is_named_with_the_nearest_right_one(
    tui: Tui, words: tuple[str, ...], what: str, hint: str
) -> None:
    said = tui(*words, code=2)
    assert said.err.startswith(f"{what}\n"), said.err
    assert hint in said.err

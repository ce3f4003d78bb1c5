"""What an export does not say: asked once of a person at a terminal, never of a script, and remembered."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Tui
from tests.incoming.store import Store

CHAT = "[02.03.2026, 09:15:02] Elif Kara: Merhaba\n[02.03.2026, 09:16:02] Deniz: Buyurun\n"


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.txt"
    path.write_text(CHAT, "utf-8")
    return path


def at_a_terminal(tui: Tui, answers: str, *words: object) -> str:
    """Run a command whose questions are answered by *answers*; return all that the terminal showed."""
    mine, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", "TZ": "UTC"}
    command = [sys.executable, "-m", "tui_inbox", "--home", str(tui.home), *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        os.write(mine, answers.encode())
        shown = b""
        try:
            while part := os.read(mine, 65536):
                shown += part
        except OSError:  # the terminal's other end was closed
            pass
    os.close(mine)
    assert running.returncode == 0, shown.decode()
    return shown.decode()


def test_a_person_is_asked_once_with_samples(chat: Path, tmp_path: Path) -> None:
    tui = Tui(tmp_path / "home")
    shown = at_a_terminal(tui, "Deniz\nEurope/Istanbul\n", "import", chat)
    assert "Which one" in shown
    assert "In which zone" in shown
    assert "Merhaba" in shown
    assert "Buyurun" in shown
    longer = tmp_path / "longer.txt"
    longer.write_text(CHAT + "[02.03.2026, 09:17:02] Deniz: Bakıyorum\n", "utf-8")
    again = at_a_terminal(tui, "", "import", longer)
    assert "Which one" not in again
    assert "In which zone" not in again
    messages = tui.json("show", 1)["messages"]
    assert [one["direction"] for one in messages] == ["in", "out", "out"]
    assert messages[0]["received_at"] == "2026-03-02T06:15:02Z"


def test_a_script_is_never_asked_and_told_what_is_missing(chat: Path, tmp_path: Path) -> None:
    [file] = Tui(tmp_path / "home").json("import", chat)["files"]
    assert file["me"] is None
    assert "--me" in file["hint"]
    assert "Elif Kara" in file["hint"]


def test_a_json_document_is_never_mixed_with_a_question(chat: Path, tmp_path: Path) -> None:
    assert "Which one" not in at_a_terminal(Tui(tmp_path / "home"), "", "import", chat, "--json")


def test_the_evidence_is_said(chat: Path, tmp_path: Path) -> None:
    tui = Tui(tmp_path / "home")
    [first] = tui.json("import", chat, "--me", "Deniz", "--zone", "Europe/Istanbul")["files"]
    [second] = tui.json("import", chat)["files"]
    assert (first["me_why"], first["zone_why"]) == ("named by --me", "named by --zone")
    assert "remembered" in second["me_why"]
    assert "remembered" in second["zone_why"]


@pytest.mark.parametrize(
    ("machine", "hours", "found"),
    [
        ("UTC", "", ("UTC", "this machine's, and nothing else says it")),
        ("Europe/Berlin", "", ("Europe/Berlin", "this machine's")),
        ("Europe/Berlin", 'zone = "UTC"', ("UTC", "the work calendar's")),
        ("UTC", 'zone = "Europe/Istanbul"', ("Europe/Istanbul", "the work calendar's")),
    ],
)
def test_the_zone_is_that_of_the_hours_and_without_one_the_machines_own(
    chat: Path, tmp_path: Path, machine: str, hours: str, found: tuple[str, str]
) -> None:
    tui = Tui(tmp_path / "home", environ={"TZ": machine})
    tui.home.mkdir()
    (tui.home / "config.toml").write_text(f"[hours]\n{hours}\n", "utf-8")
    [came] = tui.json("import", chat, "--me", "Deniz", "--dry-run")["files"]
    assert (came["zone"], came["zone_why"]) == found


def test_a_zone_is_told_where_a_time_needed_one_and_what_went_to_the_archive_is_counted(
    chat: Path, tmp_path: Path
) -> None:
    tui = Tui(tmp_path / "home")
    assert "; zone Asia/Tokyo (named by --zone)" in tui("import", chat, "--zone", "Asia/Tokyo").out
    said = {"thread": "Ann", "at": "2010-03-02T08:00:00Z", "sender": "Ann", "text": "bye"}
    old = tmp_path / "old.jsonl"
    old.write_text(json.dumps(said), "utf-8")
    assert tui.json("import", old, "--dry-run")["files"][0]["archived"] == 1
    shown = tui("import", old, "--zone", "Asia/Tokyo").out
    assert "1 conversation of account chat, 1 archived\n" in shown
    assert "; zone" not in shown


def test_correct_puts_right_by_a_command(chat: Path, tmp_path: Path) -> None:
    tui = Tui(tmp_path / "home")
    tui.json("import", chat, "--me", "Elif Kara", "--zone", "UTC")
    came = tui.json("correct", "whatsapp", "--me", "Deniz", "--zone", "Europe/Istanbul")
    assert (came["turned"], came["moved"], came["conversations"]) == (2, 2, [1])
    assert [one["direction"] for one in tui.json("show", 1)["messages"]] == ["in", "out"]
    assert tui.json("correct", "whatsapp", code=2)["error"]["kind"] == "configuration"


def test_mail_that_comes_before_my_addresses_are_named_says_what_that_means(tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(
        b"From: me@shop.example\r\nTo: ada@one.example\r\nSubject: Hi\r\nMessage-ID: <1@x>\r\n\r\nHere.\r\n"
    )
    assert "[me]" in Store(tmp_path / "unnamed").bring(path).hint
    named = Store(tmp_path / "named").configured('[me]\naddresses = ["me@shop.example"]\n')
    assert named.bring(path).hint == ""

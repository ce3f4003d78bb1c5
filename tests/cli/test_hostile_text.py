"""What customers write cannot reach the terminal as anything but text, whatever they write, through any command."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from tests.cli.running import Said, Tui

EVIL = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b31m\x90q\x9c\u202egnp.exe\u2066\u200f\r\n"
    "X: y\x00\x08\x7f\u2028\u2029\ufeff\U000e0041"
)
TAME = EVIL.replace("\r\n", " ").replace("\0", "")
"""The same where a line must stay one, and a file a text."""
MARKUP = "[link=file:///etc/passwd]click[/link] [@click=app.quit]x[/]"

CHAT = "WhatsApp Chat with \x1b[5mEvil\u202e.txt"


def header(text: str) -> str:
    """Return *text* as an encoded word, in which anything may hide."""
    import base64

    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def hostile_mail() -> bytes:
    lines = [
        f"From: {header(EVIL)} <evil\x1b[31m@one.example>",
        f"To: {header(EVIL)} <support@shop.example>",
        "Cc: raw\x1b[2Jname <x@y.example>",
        f"Reply-To: {header(EVIL)} <r@one.example>",
        f"Subject: {header(EVIL + MARKUP)}",
        f"Message-ID: <\x1b[31m{'a' * 30}@one.example>",
        "Date: Mon, 2 Mar 2026 09:00:00 +0000",
        "Auto-Submitted: auto-\x1b[5mreplied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain; charset=utf-8",
        "",
        EVIL,
        MARKUP,
        "> " + EVIL.replace("\r\n", " "),
        "--b",
        f'Content-Type: text/\x1b[31mhtml; name="{header(EVIL)}"',
        f'Content-Disposition: attachment; filename="{header("../../" + EVIL)}"',
        "",
        "x",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def hostile_chat() -> str:
    return (
        "[28.02.2026, 09:14:02] Evil: hello\n[28.02.2026, 09:14:30] Deniz: hello\n"
        "[28.02.2026, 09:15:02] Evil" + TAME + ": " + TAME + MARKUP + "\n"
        "[28.02.2026, 09:16:02] Deniz: " + MARKUP + "\n"
        "[28.02.2026, 09:17:02] Evil: \u200e<attached: \x1b[31m.jpg>\n"
    )


def hostile_telegram() -> str:
    return json.dumps(
        {
            "name": EVIL,
            "type": "personal_chat",
            "id": 7,
            "messages": [
                {
                    "id": 1,
                    "type": "message",
                    "date": "2026-03-01T10:00:00",
                    "date_unixtime": "1772359200",
                    "from": EVIL,
                    "from_id": "user7",
                    "text": [EVIL, {"type": "link", "text": MARKUP + EVIL}],
                    "file": EVIL,
                    "file_name": EVIL,
                    "mime_type": EVIL,
                },
                {"id": EVIL, "type": EVIL, "date": EVIL},
            ],
        }
    )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tui, list[Said]]:
    """A home into which hostile mail and chats were brought, from files with hostile names, and what was said then."""
    folder = tmp_path_factory.mktemp("hostile")
    files = folder / "in\x1b[31m"
    files.mkdir()
    (files / "a\x1b]0;x\x07.eml").write_bytes(hostile_mail())
    (files / CHAT).write_text(hostile_chat(), "utf-8")
    (files / "result.json").write_text(hostile_telegram(), "utf-8")
    (files / "\x1b[2Jnothing.bin").write_bytes(b"\x00\x01\x1b[31m")
    tui = Tui(folder / "home")
    tui.configure(
        '[me]\naddresses = ["support@shop.example"]\n[[teammate]]\nname = "Mert"\naddress = "m@shop.example"\n'
    )
    paths = sorted(files.iterdir())
    said = [tui("import", *paths, code=1), tui("import", files), tui("import", *paths, "--json", code=1)]
    said.append(tui("import", files / CHAT, "--kind", "whatsapp"))
    assert tui.json("list", "all")["total"] >= 3
    return tui, said


def reaches(text: str) -> set[str]:
    """Return the names of what in *text* a terminal would obey, or that hides or turns what is read."""
    return {
        f"U+{ord(one):04X}"
        for one in text
        if one != "\n"
        and (
            unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or one in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
        )
    }


def test_importing_hostile_files_says_nothing_that_a_terminal_obeys(hostile: tuple[Tui, list[Said]]) -> None:
    for said in hostile[1]:
        assert reaches(said.out) == set()
        assert reaches(said.err) == set()


COMMANDS = [
    ("list", "all"),
    ("list", "\x1b[31mnowhere"),
    ("list", "--after", "\x1b[31m"),
    ("search", "red"),
    ("search", "\x1b[31mred"),
    ("search", "is:\x1b[31m"),
    ("account", "list"),
    ("account", "test", "\x1b[31m"),
    ("sync", "\x1b[31m"),
    ("import", "/nowhere/\x1b[31m"),
    ("import", "/etc/hostname", "--kind", "\x1b[31m"),
    ("import", "/etc/hostname", "--zone", "\x1b[31m"),
    ("snooze", "1", "--until", "\x1b[31m"),
    ("forward", "1", "--to", "\x1b[31m"),
    ("forward", "1", "--to", "Mert", "--note", EVIL.replace("\x00", "")),
    ("undo",),
    ("doctor",),
    ("list", "\x1b[31m", "--limit", "\x1b[31m"),
    ("list", "inbox", "\x1b[31m"),
    ("list", "--\x1b[31m"),
    ("rules", "\x1b[31m"),
    ("--config", "/nowhere/\x1b[31m", "list"),
    ("\x1b[31m",),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words).encode("unicode_escape").decode()[:40])
def test_no_command_prints_a_control_character(hostile: tuple[Tui, list[Said]], words: tuple[str, ...]) -> None:
    said = hostile[0](*words, code=None)
    assert reaches(said.out) == set()
    assert reaches(said.err) == set()


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words).encode("unicode_escape").decode()[:40])
def test_json_holds_nothing_but_ascii_and_its_texts_are_clean(
    hostile: tuple[Tui, list[Said]], words: tuple[str, ...]
) -> None:
    said = hostile[0](*words, "--json", code=None)
    assert said.out.isascii()
    assert reaches(said.out) == set()
    assert reaches(said.err) == set()


def test_every_conversation_is_shown_without_a_control_character(hostile: tuple[Tui, list[Said]]) -> None:
    tui = hostile[0]
    for one in tui.json("list", "all")["conversations"]:
        said = tui("show", one["id"])
        assert reaches(said.out) == set()
        shown = tui("show", one["id"], "--json")
        assert shown.out.isascii()
        assert reaches(json.dumps(shown.json["messages"], ensure_ascii=False).replace("\\n", "")) == set()


def test_a_home_with_a_hostile_name_is_named_cleanly(tmp_path: Path) -> None:
    tui = Tui(tmp_path / "\x1b[31mhome\x07")
    for words in (("doctor",), ("sync",), ("list",), ("import", tmp_path / "\x1b]0;x\x07")):
        said = tui(*words, code=None)
        assert reaches(said.out) == set()
        assert reaches(said.err) == set()

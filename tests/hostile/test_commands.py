"""No command prints anything but text, whatever strangers wrote: told by what a terminal makes of the bytes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import corpus
from tests.hostile.vt import signs, strange
from tests.incoming.store import Store
from tests.scripted_imap import Mailbox, ScriptedImap
from tui_inbox.cli import run
from tui_inbox.cli.arguments import parser


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """What strangers wrote, and a mailbox whose server says such things too."""
    store = corpus.filled(tmp_path_factory.mktemp("hostile") / "home", corpus.AT)
    evil = "".join(corpus.SEQUENCES.values()).replace("\r", "").replace("\n", "").replace("\0", "").encode()
    with ScriptedImap({b"INBOX": Mailbox({7: b"Subject: " + evil + b"\r\n\r\n" + evil})}) as server:
        server.on["AUTHENTICATE"] = lambda tag, rest: tag + b" NO [ALERT] " + evil + b"\r\n"
        store.configured(
            corpus.CONFIG + f'[[account]]\nname = "evil"\nkind = "imap"\nhost = "127.0.0.1"\nport = {server.port}\n'
            'tls = "none"\nuser = "ada"\npassword_command = "echo pw"\n'
        )
        yield store


def said(store: Store, capfdbinary: Any, *words: object) -> list[bytes]:
    """Return what a command writes to standard output and to standard error."""
    capfdbinary.readouterr()
    run(["--home", str(store.folder), *map(str, words)])
    out, err = capfdbinary.readouterr()
    return [out, err]


def harmful(written: bytes) -> list[str]:
    """Return what a terminal would do with *written* but print it, line by line."""
    found = []
    for sign in signs(written):
        if sign.kind == "TEXT":
            found += [f"U+{ord(char):04X}" for char in strange(sign.value)]
        elif (sign.kind, sign.value) != ("C0", "\n"):
            found.append(str(sign))
    return found


def ids(store: Store) -> list[int]:
    with store.inbox() as inbox, inbox.reader() as reader:
        return list(reader.queue("all", store.at).ids)


E = "\x1b]0;PWNED\x07\x1b[2J\u202e\x9b31m"
"""Said by whoever starts a command, too: a script passes on what strangers wrote."""

CASES: dict[str, tuple[tuple[object, ...], ...]] = {
    "": ((),),
    "demo": (("--no-open", "--keep", f"/dev/null/{E}"),),
    "account": ((),),
    "account add": (("--address", f"a{E}@shop.example", "--name", E), ("--address", E, "--provider", E)),
    "account sign-in": ((E,),),
    "account list": ((),),
    "account test": (("evil",), (E,)),
    "account remove": ((E,),),
    "sync": ((E,), ("evil",), ("evil", "--watch", "--attached")),
    "outbox list": ((), ("--all",)),
    "outbox send": ((),),
    "import": (("{folder}",), (f"/dev/null/{E}",), ("{folder}", "--kind", E), ("{folder}", "--dry-run", "--me", E)),
    "correct": (
        ("email", "--me", E),
        ("whatsapp", "--zone", E),
        (E,),
        ("telegram", "--me", "Eve"),
    ),
    "list": (("all",), ("inbox", "--query", "asks"), (E,), ("all", "--query", E), ("all", "--after", E)),
    "show": ((1,), (99_999,)),
    "search": (("subject",), (E,), ("\x1b[31m(",)),
    "snooze": ((20, "--until", "3h"), (21, "--until", E), (22, "--until", "3h", "--due", E)),
    "archive": ((23,), (99_999,)),
    "forward": ((24, "--to", "Mert"), (99_999, "--to", "Mert", "--note", E), (25, "--to", E)),
    "undo": ((), (1,), ("--act", 99_999)),
    "explain": ((2,), (99_999,)),
    "judge": ((3, "--as", "bulk"), (99_999, "--as", "human")),
    "attachment list": ((1,),),
    "attachment save": ((1, "--to", "{folder}"), (1, "--to", f"/dev/null/{E}")),
    "attachment open": ((99_999,),),
    "attachment fetch": ((1,),),
    "open": ((1, "--print"), (15, "--print")),
    "rules check": ((),),
    "rules try": ((), ("--since", E)),
    "report": (
        (),
        ("--by", "owner"),
        ("--by", "channel,tier", "--csv"),
        ("--by", E),
        ("--behind", "waiting"),
        ("--behind", E),
    ),
    "contact show": ((1,), (99_999,)),
    "contact link": ((1, 2), (1, 99_999)),
    "contact apart": ((3, 4),),
    "contact unlink": ((E,), (f"email:{E}",)),
    "contact suggest": ((),),
    "export": (("--to", f"/dev/null/{E}"), ("--to", "{folder}/out")),
    "backup": ((f"/dev/null/{E}",), ("{folder}/copy.db",)),
    "restore": ((f"/dev/null/{E}",),),
    "purge": (("--contact", 1), ("--contact", 99_999)),
    "doctor": ((),),
    "completions": (("bash",), ("fish",), ("zsh",), (E,)),
}
"""Each command that is declared, with what it may be told."""


def declared() -> set[str]:
    """Return every command of the program, the words below it included."""
    found = {""}
    for name, command in _choices(parser()).items():
        command.format_help()  # a command declares itself where it is looked at
        below = _choices(command) or dict.fromkeys(
            str(choice) for one in command._actions if one.dest == "what" for choice in one.choices or ()
        )
        found |= {f"{name} {one}" for one in below} | ({name} if not below or name == "account" else set())
    return found


def _choices(of: argparse.ArgumentParser) -> dict[str, Any]:
    below = [one.choices for one in of._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(below[0]) if below else {}


def test_every_command_that_is_declared_has_a_case() -> None:
    assert set(CASES) == declared()


@pytest.mark.parametrize("command", CASES)
def test_a_command_prints_text_and_nothing_else(store: Store, capfdbinary: Any, tmp_path: Path, command: str) -> None:
    (tmp_path / f"chat {E[:5]}.txt").write_text(f"[1.3.26, 10:00:00] {E}Eve: {E}\n" * 3, "utf-8")
    printed = b""
    for words in CASES[command]:
        told = [word.replace("{folder}", str(tmp_path)) if isinstance(word, str) else word for word in words]
        for more in ([], [] if "--csv" in words else ["--json"]):
            out, err = said(store, capfdbinary, *command.split(), *told, *more)
            assert (harmful(out), harmful(err)) == ([], []), (words, more)
            for one in out.splitlines() if more else []:
                assert one.isascii()
                json.loads(one)
            printed += out + err
    assert printed


@pytest.mark.parametrize("what", [("show",), ("explain",), ("attachment", "list")], ids=lambda what: what[0])
def test_every_conversation_is_printed_as_text_and_nothing_else(
    store: Store, capfdbinary: Any, what: tuple[str, ...]
) -> None:
    wanted = ids(store)
    assert len(wanted) >= len(corpus.SEQUENCES)
    for id_ in wanted:
        for more in ((), ("--json",)):
            out, err = said(store, capfdbinary, *what, id_, *more)
            assert out
            assert (harmful(out), harmful(err)) == ([], []), id_
        texts = json.dumps(json.loads(out), ensure_ascii=False)
        assert harmful(texts.encode("utf-8", "surrogatepass")) == [], id_


def test_every_contact_is_printed_as_text_and_nothing_else(store: Store, capfdbinary: Any) -> None:
    for number in range(1, len(corpus.SEQUENCES) + 1):
        for more in ((), ("--json",)):
            out, err = said(store, capfdbinary, "contact", "show", number, *more)
            assert out
            assert (harmful(out), harmful(err)) == ([], []), number


def test_a_file_that_is_saved_or_exported_has_a_tame_name(store: Store, capfdbinary: Any, tmp_path: Path) -> None:
    for number in range(1, 3 * len(corpus.SEQUENCES), 7):
        out, err = said(store, capfdbinary, "attachment", "save", number, "--to", tmp_path)
        assert (harmful(out), harmful(err)) == ([], []), number
    said(store, capfdbinary, "export", "--to", tmp_path / "out")
    saved = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert len(saved) > 20
    for one in saved:
        assert harmful(str(one.relative_to(tmp_path)).encode("utf-8", "surrogateescape")) == []
        assert one.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", corpus.SEQUENCES)
def test_the_terminal_of_these_tests_sees_each_sequence(name: str) -> None:
    assert harmful(corpus.SEQUENCES[name].encode()) or name in ("wide", "private", "markup", "separators")

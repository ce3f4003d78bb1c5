"""No command prints anything but text, whatever strangers wrote: told by what a terminal makes of the bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import corpus
from tests.hostile.vt import signs, strange
from tests.incoming.store import Store
from tui_inbox.cli import run


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return corpus.filled(tmp_path_factory.mktemp("hostile") / "home", corpus.AT)


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


COMMANDS = [
    ("list", "all"),
    ("list", "inbox", "--query", "asks"),
    ("search", "subject"),
    ("search", "\x1b[31m("),
    ("account", "list"),
    ("outbox", "--all"),
    ("contact", "suggest"),
    ("rules", "try"),
    ("doctor",),
    ("sync", "\x1b]0;x\x07"),
    ("open", 1, "--print"),
    ("purge", "--contact", 1),
    ("restore", "/nowhere/\x1b[2J"),
    ("backup", "/nowhere/\x1b[2J"),
    ("export", "--to", "/nowhere/\x1b[2J"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: str(words[0]))
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_a_command_prints_text_and_nothing_else(
    store: Store, capfdbinary: Any, words: tuple[object, ...], as_json: bool
) -> None:
    out, err = said(store, capfdbinary, *words, *["--json"] * as_json)
    assert harmful(out) == []
    assert harmful(err) == []
    if as_json:
        json.loads(out)
        assert out.isascii()


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

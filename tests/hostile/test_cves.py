"""What others were caught by, tried here: see the table in docs/security.md."""

from __future__ import annotations

import ast
import functools
import re
import socket
import threading
from pathlib import Path

import pytest

import tui_inbox
from tui_inbox.connectors import rfc822, smtp
from tui_inbox.connectors.formats.addresses import people
from tui_inbox.connectors.imap.uids import Uids
from tui_inbox.problems import Unreachable

ROOT = Path(__file__).parents[2]
PACKAGE = Path(tui_inbox.__file__).parent


@functools.cache
def imported(folder: Path = PACKAGE) -> frozenset[str]:
    """Return every module that the files of *folder* import, late imports too."""
    found = set()
    for source in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return frozenset(found)


def test_no_foreign_text_meets_the_parsers_of_the_standard_library_that_stall() -> None:
    assert not {one for one in imported() if one.startswith(("html.parser", "email.parser", "email.policy", "xml"))} - {
        "email.policy",
        "email.policy.SMTP",  # the demo writes its own mails with it
    }
    for name in ("message_from_bytes", "message_from_string", "getaddresses", "parseaddr"):
        assert not any(one.endswith(f".{name}") for one in imported()), name


@pytest.mark.parametrize(
    "piece", [b"M" + b"`" * 60, b"~" * 80, b"begin 644 x", b"\x00\x80\xff", b"M", b"e" + b"#" * 200]
)
def test_uuencoded_lines_of_any_length_are_decoded_or_passed_over(piece: bytes) -> None:
    raw = b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n" + (piece + b"\r\n") * 500 + b"end\r\n"
    message = rfc822.parse(raw)
    assert message.warnings == ()
    assert message.raw == raw


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("alice@example.org)bob@evil.example", ""),
        ("alice@example.org(bob@evil.example)", "alice@example.org"),
        ('"alice@example.org" <bob@evil.example>', "bob@evil.example"),
        ("<alice@example.org>bob@evil.example", "alice@example.org"),
        ("alice@example.org,bob@evil.example", "alice@example.org"),
        ("alice@example.org]bob@evil.example", ""),
    ],
)
def test_one_address_is_never_taken_for_another_by_what_stands_around_it(written: str, address: str) -> None:
    first = people(written.encode())[0]
    assert first.identity in (address, ""), first


def test_a_mailbox_of_semicolons_can_be_read() -> None:
    assert people(b";" * 100_000) == []
    assert rfc822.parse(b"To: a:" + b";" * 100_000 + b"\r\nSubject: here\r\n\r\nx").subject == "here"


@pytest.mark.parametrize("said", ["1:4294967295", "4294967295:1", "1:*", "0", "99999999999999", ",,,", "1:2:3", "-1"])
def test_a_set_of_uids_from_a_server_is_small_or_refused(said: str) -> None:
    try:
        found = Uids.parse(said)
    except ValueError:
        return
    assert len(str(found)) < 100


def test_no_folder_of_a_server_becomes_a_path() -> None:
    """A folder's name is a column of the store and a word on the wire: what reads mailboxes knows no files at all."""
    used = {one.partition(".")[0] for one in imported(PACKAGE / "connectors" / "imap")}
    assert used
    assert not used & {"os", "pathlib", "shutil", "tempfile", "io", "glob"}


def test_what_a_sending_server_says_ahead_of_tls_is_not_believed() -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listening.accept()
        with line:
            line.sendall(b"220 here\r\n")
            line.recv(1000)
            line.sendall(b"250-here\r\n250 STARTTLS\r\n")
            line.recv(1000)
            line.sendall(b"220 go on\r\n250-here\r\n250 AUTH PLAIN\r\n235 you are in\r\n250 ok\r\n")
            line.recv(1000)

    threading.Thread(target=serve, daemon=True).start()
    to = smtp.Server(host="127.0.0.1", user="u", port=listening.getsockname()[1], tls="starttls", sender="u@x.example")
    with pytest.raises(Unreachable):
        smtp.connect(to, lambda: "secret")
    listening.close()


# --- the table ----------------------------------------------------------------------------------------------

ROWS = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", (ROOT / "docs" / "security.md").read_text("utf-8"), re.MULTILINE)
TABLE = [row for row in ROWS if re.match(r"(?:CVE|cpython|neomutt|isync|terminal)", row[0])]


def test_the_table_names_what_was_studied() -> None:
    assert len(TABLE) >= 20


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0][:30])
def test_each_has_a_test_that_exists_or_a_reason_why_it_cannot_apply(row: tuple[str, str, str]) -> None:
    _, _, held = row
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", held)
    assert named or held.startswith("cannot apply: "), held
    for path, test in named:
        defined = {
            node.name for node in ast.parse((ROOT / path).read_text("utf-8")).body if isinstance(node, ast.FunctionDef)
        }
        assert test in defined, f"{path}::{test}"

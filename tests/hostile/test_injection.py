"""Nothing that a stranger writes becomes a command: of SQL, of the index, of a shell, a table, a mailer, a server."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.hostile import corpus
from tests.incoming.store import Store
from tui_inbox import files
from tui_inbox.cli import run
from tui_inbox.connectors import Arrival, Batch, smtp
from tui_inbox.connectors.imap.replies import refuse_breaks
from tui_inbox.inbox.origin import Origin
from tui_inbox.problems import Misconfigured, Problem
from tui_inbox.rules import clean, places, query
from tui_inbox.rules.model import Message, Person

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
SQL = ["'; DROP TABLE message; --", '" OR 1=1 --', "x' UNION SELECT content FROM raw --", "%", "_", "\\", "?1", ":now"]
INDEX = [
    '"subject" : x',
    "NEAR(a b, 5)",
    "a AND NOT b",
    "subject : *",
    "{body} : a",
    "a + b",
    "^a",
    "-",
    "*",
    "fulltext:x",
]


def store_with(folder: Path, *sent: Message) -> Store:
    store = Store(folder / "home", at=NOW)
    with store.inbox() as inbox:
        inbox.ingest(Origin("support", "imap", "email"), Batch(tuple(map(Arrival, sent)), "place", "{}"), NOW)
    return store


def message(said: str, channel: str = "email", number: int = 1) -> Message:
    return Message(
        channel=channel,
        key=f"{said}{number}",
        sender=Person(said, f"{number}@one.example"),
        received_at=NOW,
        text=said,
        subject=said,
        thread="" if channel == "email" else said,
        ids=(f"<{number}@one.example>",) if channel == "email" else (),
        raw=said.encode(),
    )


@pytest.mark.parametrize("said", [*SQL, *INDEX])
def test_what_is_searched_for_is_looked_for_and_never_run(tmp_path: Path, said: str) -> None:
    store = store_with(tmp_path, message(said), message("other", number=2))
    with store.inbox() as inbox, inbox.reader() as reader:
        for asked in (said, f'"{said}"', f"from:{said}", f'subject:"{said}"', f"contact:{said}", f"filename:{said}"):
            try:
                reader.found(query.parse(asked, NOW, UTC), NOW, 10)
            except query.WrongQuery:
                continue
        assert reader.page("all", NOW, 10).total == 2
        assert reader.examine().startswith("whole, 2 messages")


FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "|x", '=HYPERLINK("https://evil")']


@pytest.mark.parametrize("said", FORMULAS)
def test_no_cell_of_a_table_is_a_formula(tmp_path: Path, capfd: Any, said: str) -> None:
    assert clean.table_cell(said)[0] == "'"
    store = store_with(tmp_path, message(said, channel=said))
    capfd.readouterr()
    assert run(["--home", str(store.folder), "report", "--by", "channel,tier", "--csv"]) == 0
    [row] = csv.DictReader(io.StringIO(capfd.readouterr().out))
    assert row["channel"][0] == "'"


def test_a_plain_cell_stays_as_it_is() -> None:
    assert [clean.table_cell(one) for one in ("whatsapp", "", "a=b", "2026-W10")] == ["whatsapp", "", "a=b", "2026-W10"]


@pytest.mark.parametrize(
    "evil",
    ["&bcc=evil@x.example", "?attach=/etc/passwd", "%0d%0aBcc:x", "\r\nBcc: x", "%00", "#", " --option", '"`$(id)`'],
)
def test_a_mail_address_that_is_opened_says_whom_and_what_and_nothing_else(evil: str) -> None:
    written = places.Written(
        "email",
        f"ada{evil}@one.example",
        evil,
        f"Hello{evil}",
        external_id=f"<{evil}@x>",
        ids=(f"<a{evil}@x.example>",),
    )
    address = places.place(written).address
    if not address:
        return
    assert address.isascii()
    assert not set(address) & set('\r\n\0 "`<>#')
    parts = urlsplit(address)
    assert parts.scheme == "mailto"
    assert parts.path.count("@") == 1
    assert set(parse_qs(parts.query)) <= {"subject", "in-reply-to", "references", "In-Reply-To", "References"}


@pytest.mark.parametrize("evil", ["a\r\nA1 DELETE INBOX", "a\nb", "a\0b", b"a\r\nb"])
def test_no_name_begins_a_second_command_to_a_mail_server(evil: str | bytes) -> None:
    with pytest.raises(Misconfigured):
        refuse_breaks(evil)


@pytest.mark.parametrize(
    "evil",
    ["a@b.example>\r\nDATA", "a@b.example\nRCPT TO:<x@y>", "a b@c.example", "<a@b.example>", "a@b.example,c@d.example"],
)
def test_no_address_begins_a_second_command_to_a_sending_server(evil: str) -> None:
    with pytest.raises(Misconfigured):
        smtp.address(evil)


@pytest.mark.parametrize(
    "evil", ["-x", "--help", "file:///etc/passwd", "javascript:alert(1)", "http://x", "vscode:x", "", "a\0b"]
)
def test_only_a_path_of_ours_or_a_known_kind_of_address_is_opened(evil: str) -> None:
    with pytest.raises(Problem):
        files.launch(evil)


def test_every_name_of_a_file_stays_inside_its_folder_and_is_no_option() -> None:
    names = [
        f"{one}{evil}" for evil in corpus.SEQUENCES.values() for one in ("", "../", "/etc/", "-", ".", "con.", "~")
    ]
    for name in [*names, "..", ".", "", "/", "\\", "a/../../b", "C:\\x", "nul", "x" * 500, "İ" * 300, ".bashrc", "-rf"]:
        safe = clean.filename(name)
        assert safe
        assert "/" not in safe
        assert "\0" not in safe
        assert safe not in (".", "..")
        assert safe[0] not in ".-~"
        assert len(safe.encode()) <= 120

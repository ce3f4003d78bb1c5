"""A mail over the size limit comes with its words and without its files, which come when they are asked for."""

from __future__ import annotations

import tracemalloc
from base64 import encodebytes
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.running import Tui
from tests.connectors.kept import NOW, US, Kept, mailbox
from tests.dovecot import Dovecot
from tests.torture.scenes import mail
from tui_inbox.connectors.imap import Source, standin
from tui_inbox.connectors.imap.left import fetched
from tui_inbox.problems import NotFound, Refused, Unreachable
from tui_inbox.rules.model import State

pytestmark = pytest.mark.needs("dovecot")

PHOTO = bytes(range(256)) * 6000
"""A file of 1.5 MB."""
USERS = [f"user{number}" for number in range(12)]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot(dict.fromkeys(USERS, "pw")) as running:
        yield running


@pytest.fixture
def user() -> str:
    return USERS.pop()


@pytest.fixture
def source(server: Dovecot, user: str) -> Source:
    return mailbox(server.port, user=user, largest=1)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with Kept(tmp_path / "home") as running:
        yield running


def part(kind: str, content: bytes, *fields: str) -> bytes:
    return "\r\n".join([f"Content-Type: {kind}", *fields, "", ""]).encode() + content + b"\r\n"


def together(kind: str, boundary: str, *parts: bytes) -> bytes:
    edge = f"--{boundary}\r\n".encode()
    return part(f'{kind}; boundary="{boundary}"', edge + edge.join(parts) + f"--{boundary}--".encode())


def large(number: int, photo: bytes = PHOTO) -> bytes:
    """Return a mail with a text in two forms, a large file and a small one."""
    words = together(
        "multipart/alternative",
        "inner",
        part("text/plain; charset=utf-8", "Şikayetim var: bkz. fotoğraf".encode(), "Content-Transfer-Encoding: 8bit"),
        part("text/html; charset=utf-8", b"<p>Bak</p>"),
    )
    encoded = encodebytes(photo).replace(b"\n", b"\r\n")
    name = 'Content-Disposition: attachment; filename="kırık.jpg"'
    files = [
        part("image/jpeg", encoded, "Content-Transfer-Encoding: base64", name),
        part("text/csv", b"a;b\r\n1;2", 'Content-Disposition: attachment; filename="list.csv"'),
    ]
    head = mail(number).partition(b"Content-Type")[0]
    return head + b"MIME-Version: 1.0\r\n" + together("multipart/mixed", "outer", words, *files)


def test_its_words_are_read_and_searched_and_its_files_are_listed_with_their_size(
    server: Dovecot, user: str, source: Source, kept: Kept
) -> None:
    server.deliver(user, "INBOX", large(1), NOW)
    kept.sync(source)
    [message] = kept.shown("Order 1").messages
    assert (message.text, message.state) == ("Şikayetim var: bkz. fotoğraf", State.NORMAL)
    assert [(one.name, one.stored) for one in message.attachments] == [("kırık.jpg", False), ("list.csv", False)]
    assert message.attachments[0].size == pytest.approx(len(PHOTO), rel=0.01)
    assert any(warning.startswith("too large to fetch at once (2 MB)") for warning in message.warnings)
    assert kept.sync(source) == []
    assert all(count.agrees for count in kept.count(source))


def test_no_more_than_its_words_is_ever_held(server: Dovecot, user: str, source: Source, kept: Kept) -> None:
    server.deliver(user, "INBOX", large(1, PHOTO * 8), NOW)
    tracemalloc.start()
    try:
        kept.sync(source)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


def test_a_file_comes_when_it_is_asked_for_byte_by_byte(
    server: Dovecot, user: str, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standin, "SLICE", 100_001)  # no multiple of a line of base64
    server.deliver(user, "INBOX", large(1), NOW)
    [batch] = [one for one in source.read({}) if one.arrivals]
    [arrival] = batch.arrivals
    assert arrival.location is not None
    files = {one.name: one.part for one in arrival.message.attachments}
    id_ = arrival.message.external_id
    assert fetched(source, [arrival.location], id_, files["kırık.jpg"]) == PHOTO
    assert fetched(source, [arrival.location], id_, files["list.csv"]) == b"a;b\r\n1;2"
    with pytest.raises(NotFound, match="does not lie where it was"):
        fetched(source, [replace(arrival.location, uidvalidity=1)], id_, "2")
    with pytest.raises(NotFound):
        fetched(source, [arrival.location], "<another@mail.example>", "2")
    with pytest.raises(Unreachable, match="does not know of this file"):
        fetched(source, [arrival.location], id_, "9")
    monkeypatch.setattr(standin, "LARGEST_FILE", 1000)
    with pytest.raises(Refused, match="larger than can be kept"):
        fetched(source, [arrival.location], id_, files["kırık.jpg"])


def test_the_command_fetches_it_and_then_it_can_be_saved(server: Dovecot, user: str, tmp_path: Path) -> None:
    server.deliver(user, "INBOX", large(1), NOW)
    tui = Tui(tmp_path / "home")
    tui.configure(
        f'[me]\naddresses = ["{US}"]\n[[account]]\nname = "support"\nkind = "imap"\nhost = "127.0.0.1"\n'
        f'port = {server.port}\ntls = "none"\nuser = "{user}"\npassword_command = ["printf", "pw"]\nlargest = 1\n'
    )
    tui.json("sync")
    photo = tui.json("attachment", "list", 1)["attachments"][0]
    refused = tui.json("attachment", "save", photo["id"], "--to", tmp_path, code=1)
    assert f"tui-inbox attachment fetch {photo['id']}" in refused["error"]["hint"]
    assert tui.json("attachment", "fetch", photo["id"]) == {"id": photo["id"], "size": len(PHOTO)}
    saved = tui.json("attachment", "save", photo["id"], "--to", tmp_path)
    assert Path(saved["path"]).read_bytes() == PHOTO
    assert tui.json("attachment", "fetch", photo["id"], code=1)["error"]["what"] == "kırık.jpg is here already."


def test_a_stand_in_and_the_whole_are_one_message_whichever_came_first(
    server: Dovecot, user: str, source: Source, kept: Kept
) -> None:
    whole = replace(source, largest=25)
    server.deliver_all(user, "INBOX", [(large(1), NOW), (large(2), NOW)])
    kept.sync(source)
    server.deliver(user, "Archive", large(1), NOW)
    kept.sync(source)
    assert len(kept.shown("Order 1").messages) == 1
    server.deliver(user, "Sent", large(1), NOW)
    kept.sync(whole)
    [message] = kept.shown("Order 1").messages
    assert [one.stored for one in message.attachments] == [True, True]
    assert message.warnings == ()
    assert message.text == "Şikayetim var: bkz. fotoğraf"
    server.deliver(user, "Archive", large(1) + b"\r\n", NOW)
    server.deliver(user, "Orders", large(1), NOW)
    kept.sync(replace(source, folders=("INBOX", "Orders")))
    assert len(kept.shown("Order 1").messages) == 1
    assert len(kept.places()) == 6


def test_a_large_mail_that_is_all_text_is_shown_as_far_as_it_came(
    server: Dovecot, user: str, source: Source, kept: Kept
) -> None:
    server.deliver(user, "INBOX", mail(1, text="Where is it?\r\n" * 100_000), NOW)
    kept.sync(source)
    [message] = kept.shown("Order 1").messages
    assert message.text.startswith("Where is it?")
    assert len(message.text) <= standin.READ


def test_a_large_mail_with_a_hopeless_structure_is_there_all_the_same(
    server: Dovecot, user: str, source: Source, kept: Kept
) -> None:
    head = mail(1).partition(b"Content-Type")[0]
    server.deliver(user, "INBOX", head + b"Content-Type: multipart/mixed\r\n\r\n" + b"x" * 2**21, NOW)
    kept.sync(source)
    assert len(kept.shown("Order 1").messages) == 1
    assert all(count.agrees for count in kept.count(source))

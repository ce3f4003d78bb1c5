"""An account's table becomes a mailbox, or one sentence about what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from tui_inbox.config import Account
from tui_inbox.connectors import imap
from tui_inbox.connectors.imap.folders import Role, route
from tui_inbox.connectors.imap.replies import Folder, display
from tui_inbox.problems import Misconfigured

WHERE = '[[account]] 1 ("support")'


def mailbox(**table: Any) -> imap.Source:
    whole = {"name": "support", "kind": "imap", "host": "imap.example.com", "user": "support@shop.example"} | table
    return imap.from_table(Account("support", "imap", whole, WHERE), lambda: "hunter2")


def listed(*names: str, **flags: str) -> list[Folder]:
    return [Folder(name.encode(), frozenset(), "/", name) for name in names] + [
        Folder(name.encode(), frozenset({flag}), "/", name) for name, flag in flags.items()
    ]


def roles(source: imap.Source, folders: list[Folder]) -> list[tuple[str, Role]]:
    return [(stop.folder.name, stop.role) for stop in route(source, folders)[0]]


def test_little_needs_to_be_said() -> None:
    source = mailbox()
    assert (source.port, source.tls, source.auth, source.folders) == (993, "implicit", "password", ("INBOX",))
    assert mailbox(tls="starttls").port == 143
    assert mailbox(port=1993).port == 1993


def test_the_password_is_not_shown() -> None:
    source = mailbox(password_command="pass show mail")
    assert source.password() == "hunter2"
    assert "hunter2" not in repr(source)
    assert "pass show" not in repr(source)


def test_an_unknown_key_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(Misconfigured) as trouble:
        mailbox(hosts="x")
    assert trouble.value.what == f"{WHERE} has an unknown key `hosts`."
    assert "`host`" in trouble.value.hint


@pytest.mark.parametrize(
    "table",
    [
        {"port": 0},
        {"port": "993"},
        {"port": True},
        {"tls": "ssl"},
        {"auth": "kerberos"},
        {"folders": []},
        {"folders": "INBOX"},
        {"folders": [1]},
        {"folders": ["INBOX\r\nA1 DELETE INBOX"]},
        {"user": "me\r\nA1 LOGOUT"},
        {"write_back": "no"},
        {"smtp": "smtp.example.com"},
        {"archive": ["a"]},
        {"sent": 3},
        {"host": ""},
        {"user": 7},
    ],
)
def test_a_wrong_value_is_named_with_its_place(table: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured) as trouble:
        mailbox(**table)
    assert WHERE in trouble.value.what
    assert f"`{next(iter(table))}`" in trouble.value.what


def test_no_tls_is_for_this_machine_only() -> None:
    assert mailbox(host="127.0.0.1", tls="none").port == 143
    assert mailbox(host="localhost", tls="none").tls == "none"
    with pytest.raises(Misconfigured, match="readable"):
        mailbox(tls="none")


def test_folders_are_read_inbox_first_then_sent_then_archive() -> None:
    folders = listed("INBOX", "Projects", Old=r"\archive", Out=r"\sent", Everything=r"\all")
    assert roles(mailbox(), folders) == [("INBOX", Role.INBOX), ("Out", Role.SENT), ("Old", Role.ARCHIVE)]


def test_every_folder_marked_as_sent_is_read() -> None:
    folders = listed("INBOX", "Sent", A=r"\sent", B=r"\sent")
    assert [name for name, role in roles(mailbox(), folders) if role is Role.SENT] == ["A", "B"]


@pytest.mark.parametrize(
    "name", ["Sent Items", "INBOX/Sent", "Gesendete Objekte", "Gönderilmiş Öğeler", "[Gmail]/Sent Mail"]
)
def test_an_unmarked_sent_folder_is_found_by_its_usual_names(name: str) -> None:
    assert (name, Role.SENT) in roles(mailbox(), listed("INBOX", name))


def test_a_project_that_happens_to_have_a_sent_folder_is_left_alone() -> None:
    assert roles(mailbox(), listed("INBOX", "Projects/Sent")) == [("INBOX", Role.INBOX)]


def test_all_mail_is_the_archive_where_there_is_no_other() -> None:
    folders = listed("INBOX", **{"[Gmail]/All Mail": r"\all"})
    assert ("[Gmail]/All Mail", Role.ARCHIVE) in roles(mailbox(), folders)


def test_the_configuration_has_the_last_word_about_sent_and_archive() -> None:
    folders = listed("INBOX", "Team/Out", "Done", Sent=r"\sent", Archive=r"\archive")
    source = mailbox(sent="Team/Out", archive="Done")
    assert roles(source, folders) == [("INBOX", Role.INBOX), ("Team/Out", Role.SENT), ("Done", Role.ARCHIVE)]


def test_a_folder_is_named_as_a_person_reads_it_or_as_it_is_on_the_wire() -> None:
    wire = b"Entw&APw-rfe"
    folders = [*listed("INBOX"), Folder(wire, frozenset(), "/", display(wire))]
    assert [stop.folder.key for stop in route(mailbox(folders=["Entwürfe"]), folders)[0]] == ["Entw&APw-rfe"]
    assert [stop.folder.key for stop in route(mailbox(folders=["Entw&APw-rfe"]), folders)[0]] == ["Entw&APw-rfe"]
    assert route(mailbox(folders=["inbox", "Nowhere"]), folders)[1] == ["Nowhere"]


def test_a_folder_that_only_holds_others_is_not_read() -> None:
    assert roles(mailbox(), listed("INBOX", Sent=r"\noselect")) == [("INBOX", Role.INBOX)]


@pytest.mark.parametrize(
    ("wire", "name"), [(b"a&-b", "a&b"), ("Öffentlich".encode(), "Öffentlich"), (b"caf\xe9", r"caf\xe9")]
)
def test_a_name_is_decoded_or_stands_as_it_is(wire: bytes, name: str) -> None:
    assert display(wire) == name

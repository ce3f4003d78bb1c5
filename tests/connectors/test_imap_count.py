"""What a server has is counted and compared with what is stored; what differs is reported, and put right."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert

from tests.cli.running import Tui
from tests.connectors.kept import NOW, Kept, mailbox
from tests.scripted_imap import Mailbox, ScriptedImap, fetched
from tests.torture.scenes import mail
from tui_inbox.store.sources import CensusLine
from tui_inbox.store.tables import LocationRow, table

_location = table(LocationRow)


@pytest.fixture
def box() -> Mailbox:
    return Mailbox({uid: mail(uid) for uid in range(1, 6)}, uidvalidity=77)


@pytest.fixture
def server(box: Mailbox) -> Iterator[ScriptedImap]:
    with ScriptedImap({b"INBOX": box, b"Sent": Mailbox(flags=b"\\Sent")}) as running:
        yield running


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with Kept(tmp_path / "home") as running:
        yield running


def figures(count: CensusLine) -> tuple[int, int, int, int, int]:
    return count.there, count.here, count.left_out, count.missing, count.surplus


def test_every_folder_is_counted_and_where_all_is_well_nothing_is_asked_twice(server: ScriptedImap, kept: Kept) -> None:
    inbox, sent = kept.count(mailbox(server.port))
    assert (inbox.folder, sent.folder) == ("INBOX", "Sent")
    assert (figures(inbox), figures(sent)) == ((5, 5, 0, 0, 0), (0, 0, 0, 0, 0))
    assert (inbox.agrees, inbox.at) == (True, NOW)
    assert server.heard.count(b"UID SEARCH UID 1:*") == 2


def test_a_place_that_was_lost_here_is_reported_and_found_again(server: ScriptedImap, kept: Kept) -> None:
    kept.sync(mailbox(server.port))
    with kept.inbox.writer.unit() as unit:
        unit.execute(delete(_location).where(_location.c.uid == 3))
    inbox, _ = kept.count(mailbox(server.port))
    assert (figures(inbox), inbox.agrees) == ((5, 4, 0, 1, 0), False)
    run = kept.sync(mailbox(server.port))
    assert [one.location.uid for batch in run for one in batch.arrivals if one.location] == [3]
    inbox, _ = kept.count(mailbox(server.port))
    assert (figures(inbox), inbox.agrees) == ((5, 5, 0, 0, 0), True)


def test_a_place_that_the_server_never_had_is_reported_and_marked_as_gone(server: ScriptedImap, kept: Kept) -> None:
    kept.sync(mailbox(server.port))
    with kept.inbox.writer.unit() as unit:
        for uidvalidity, uid in ((77, 99), (76, 1)):
            place = {"account_id": 1, "folder": "INBOX", "uidvalidity": uidvalidity, "uid": uid}
            unit.execute(insert(_location).values(**place, message_id=1, inbox=True))
    inbox, _ = kept.count(mailbox(server.port))
    assert (figures(inbox), inbox.agrees) == ((5, 7, 0, 0, 2), False)
    assert kept.places() == {("INBOX", uid) for uid in range(1, 6)}
    inbox, _ = kept.count(mailbox(server.port))
    assert inbox.agrees


def test_drafts_and_what_is_not_given_out_are_left_out_for_a_reason(
    server: ScriptedImap, box: Mailbox, kept: Kept
) -> None:
    box.said[2] = b"FLAGS (\\Draft)"

    def exchange(tag: bytes, rest: bytes) -> bytes | None:
        if b"BODY" not in rest:
            return None
        given = [uid for uid in box.chosen(rest.split()[2].decode()) if uid != 4]
        return b"".join(fetched(box, uid, True) for uid in given) + tag + b" OK done\r\n"

    server.on["UID FETCH"] = exchange
    inbox, _ = kept.count(mailbox(server.port))
    assert (figures(inbox), inbox.agrees) == ((5, 3, 2, 0, 0), True)
    del server.on["UID FETCH"]
    del box.said[2]  # it was sent, and kept its number
    inbox, _ = kept.count(mailbox(server.port))
    assert (figures(inbox), inbox.agrees) == ((5, 5, 0, 0, 0), True)


def test_a_server_that_contradicts_itself_is_reported_and_nothing_is_applied(
    server: ScriptedImap, box: Mailbox, kept: Kept
) -> None:
    kept.sync(mailbox(server.port))
    del box.messages[5]
    box.counted = 5
    inbox, _ = kept.count(mailbox(server.port))
    assert (inbox.certain, inbox.agrees) == (False, False)
    assert kept.places() == {("INBOX", uid) for uid in range(1, 6)}


def test_a_folder_is_counted_once_a_day(server: ScriptedImap, kept: Kept) -> None:
    assert kept.inbox.sources.count_due("support", NOW)
    kept.count(mailbox(server.port))
    assert not kept.inbox.sources.count_due("support", NOW + timedelta(hours=23))
    assert kept.inbox.sources.count_due("support", NOW + timedelta(hours=24))


def test_the_doctor_says_what_the_count_came_to(server: ScriptedImap, box: Mailbox, tmp_path: Path) -> None:
    tui = Tui(tmp_path / "tui")
    tui.configure(
        f'[[account]]\nname = "support"\nkind = "imap"\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\n'
        'user = "ada"\npassword_command = ["printf", "pw"]\n'
    )

    def told() -> tuple[bool, str]:
        [check] = [one for one in tui.json("doctor", code=None)["checks"] if one["name"] == "mail of support"]
        return check["ok"], check["what"]

    assert told() == (True, "its folders have not been counted yet: the next sync does it.")
    tui.json("sync")
    assert told()[0]
    assert told()[1].endswith(" UTC: INBOX 5, Sent 0.")
    with closing(sqlite3.connect(tmp_path / "tui" / "inbox.db")) as store, store:
        store.execute("UPDATE census SET missing = 2, at = 0")
    assert told() == (False, "INBOX: of 5 messages on the server 2 are not here, and 0 that lay there are gone.")
    tui.json("sync")
    assert told()[0], "what was counted more than a day ago is counted again"


# --- folders that are no more -------------------------------------------------------------------------


def test_a_folder_that_is_deleted_loses_its_places_and_no_message(server: ScriptedImap, kept: Kept) -> None:
    server.mailboxes[b"Sent"].messages = {1: mail(10), 2: mail(11)}
    kept.count(mailbox(server.port))
    messages = kept.told()["message"]
    del server.mailboxes[b"Sent"]
    run = kept.sync(mailbox(server.port))
    assert [one.uid for batch in run for one in batch.gone] == [1, 2]
    assert kept.places() == {("INBOX", uid) for uid in range(1, 6)}
    assert kept.told()["message"] == messages
    assert kept.sync(mailbox(server.port)) == []
    assert [count.folder for count in kept.count(mailbox(server.port))] == ["INBOX"]


def test_a_folder_that_is_renamed_is_read_under_its_new_name_and_nothing_comes_twice(
    server: ScriptedImap, kept: Kept
) -> None:
    server.mailboxes[b"Sent"].messages = {1: mail(10), 2: mail(11)}
    kept.sync(mailbox(server.port))
    messages = kept.told()["message"]
    server.mailboxes[b"Sent items of 2026"] = server.mailboxes.pop(b"Sent")
    kept.sync(mailbox(server.port))
    assert {folder for folder, _ in kept.places()} == {"INBOX", "Sent items of 2026"}
    assert kept.told()["message"] == messages
    server.mailboxes[b"Sent items of 2026"].messages[3] = mail(12)
    run = kept.sync(mailbox(server.port))
    assert [one.history for batch in run for one in batch.arrivals] == [False]


def test_a_large_folder_must_be_missed_three_times_before_its_places_go(server: ScriptedImap, kept: Kept) -> None:
    sent = server.mailboxes[b"Sent"]
    sent.messages = {uid: mail(100 + uid) for uid in range(1, 31)}
    kept.sync(mailbox(server.port))
    del server.mailboxes[b"Sent"]
    first = kept.sync(mailbox(server.port))
    assert "does not list this folder any more" in first[0].set_aside[0].what
    kept.sync(mailbox(server.port))
    server.mailboxes[b"Sent"] = sent  # it was only hidden
    kept.sync(mailbox(server.port))
    assert len(kept.places()) == 35
    del server.mailboxes[b"Sent"]
    for _ in range(3):
        kept.sync(mailbox(server.port))
    assert len(kept.places()) == 5


def test_a_list_of_folders_without_an_inbox_makes_nothing_gone(server: ScriptedImap, kept: Kept) -> None:
    kept.sync(mailbox(server.port))
    server.on["LIST"] = lambda tag, rest: b'* LIST () "/" "Other"\r\n' + tag + b" OK done\r\n"
    with pytest.raises(Exception, match="no folder `INBOX`"):
        kept.sync(mailbox(server.port))
    assert len(kept.places()) == 5

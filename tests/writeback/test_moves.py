"""Archiving here archives on a real server, once; undo brings back; what is not ours to move is left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.writeback.conftest import Real
from tui_inbox.cli import run as command
from tui_inbox.rules.model import Place

pytestmark = pytest.mark.needs("dovecot")

FIRST, NOTHING = ["first"], []  # type: tuple[list[str], list[str]]


def test_archiving_here_moves_the_mail_to_the_servers_archive_once(shop: Real) -> None:
    shop.archive()
    assert shop.states() == [("move", "waiting")]
    assert shop.sync().moved == 1
    assert shop.there() == (NOTHING, FIRST)
    assert shop.sync().moved == 0
    assert shop.there() == (NOTHING, FIRST)
    assert shop.states() == [("move", "moved")]
    whole = shop.whole()
    assert (whole.row.place, len(whole.messages)) == (Place.ARCHIVED, 1)


def test_by_default_nothing_moves(tmp_path: Path, mailboxes: Dovecot) -> None:
    shop = Real(tmp_path / "home", mailboxes, more="")
    shop.arrives("first")
    shop.sync()
    shop.archive()
    shop.sync()
    assert shop.there() == (FIRST, NOTHING)
    assert shop.outbox() == []
    shop.close()


def test_undo_moves_it_back_and_the_conversation_stays_open(shop: Real) -> None:
    shop.archive()
    shop.sync()
    shop.undo()
    assert shop.states() == [("move", "moved"), ("move_back", "waiting")]
    assert shop.sync().moved == 1
    for _ in range(2):
        assert shop.sync().moved == 0
        assert shop.there() == (FIRST, NOTHING)
        assert shop.whole().row.place is Place.INBOX
    assert len(shop.whole().messages) == 1


def test_an_undo_before_the_move_went_out_cancels_it(shop: Real) -> None:
    shop.archive()
    shop.undo()
    assert shop.sync().moved == 0
    assert shop.there() == (FIRST, NOTHING)
    assert shop.states() == [("move", "undone")]


def test_archiving_and_undoing_again_and_again_ends_where_the_last_act_says(shop: Real) -> None:
    for _ in range(3):
        shop.archive()
        shop.sync()
        shop.undo()
        shop.archive()
        shop.undo()
        shop.archive()
        shop.sync()
        assert shop.there() == (NOTHING, FIRST)
        shop.undo()
        shop.sync()
        assert shop.there() == (FIRST, NOTHING)
        assert shop.whole().row.place is Place.INBOX


def test_every_mail_of_the_conversation_goes_and_no_other(shop: Real) -> None:
    shop.arrives("second", answers="first")
    shop.arrives("other")
    shop.sync()
    shop.archive()
    assert shop.sync().moved == 2
    assert shop.there() == (["other"], ["first", "second"])


def test_a_customers_reply_reopens_and_moves_nothing(shop: Real) -> None:
    shop.archive()
    shop.sync()
    shop.arrives("second", answers="first")
    shop.sync()
    assert shop.whole().row.place is Place.INBOX
    assert shop.sync().moved == 0
    assert shop.there() == (["second"], FIRST)
    shop.archive()
    shop.sync()
    assert shop.there() == (NOTHING, ["first", "second"])


def test_what_a_rule_archives_is_moved_too(tmp_path: Path, mailboxes: Dovecot) -> None:
    rule = '[[rule]]\nname = "orders"\nwhen = { subject = "order" }\nthen = { place = "archive" }'
    shop = Real(tmp_path / "home", mailboxes, more=f"write_back = true\n{rule}")
    shop.arrives("first")
    shop.sync()
    assert shop.sync().moved == 1
    assert shop.there() == (NOTHING, FIRST)
    shop.close()


def test_our_own_moves_are_no_doubt_and_no_other_programs_however_many(shop: Real) -> None:
    for number in range(30):
        shop.arrives(f"more{number}")
    shop.sync()
    shop.archive(*range(1, 31))
    report = shop.sync()
    assert (report.moved, report.came.set_aside, report.came.gone) == (30, 0, 0)
    assert len(shop.there()[0]) == 1
    shop.undo()
    shop.sync()
    assert shop.sync().came.set_aside == 0
    assert len(shop.there()[0]) == 31
    assert {shop.whole(id_).row.place for id_ in range(1, 32)} == {Place.INBOX}


def test_a_mail_that_another_program_moved_meanwhile_is_left_alone_and_said(shop: Real) -> None:
    shop.archive()
    shop.elsewhere(1, "INBOX", "Project")
    report = shop.sync()
    assert (report.moved, report.left_alone, report.problem) == (0, 1, None)
    assert shop.there() == (NOTHING, NOTHING)
    assert shop.names("Project") == FIRST
    [one] = shop.outbox(everything=False)
    assert one.state == "failed"
    assert one.problem.startswith("Moved meanwhile by another program")


def test_a_mail_that_another_program_took_out_of_the_archive_is_not_brought_back(shop: Real) -> None:
    shop.archive()
    shop.sync()
    shop.elsewhere(1, "Archive", "Project")
    shop.undo()
    shop.sync()
    assert shop.whole().row.place is Place.INBOX  # what we took out of the inbox ourselves archives nothing
    assert shop.names("Project") == FIRST
    assert shop.there() == (NOTHING, NOTHING)
    assert "another program" in shop.outbox(everything=False)[0].problem


def test_a_folder_that_was_numbered_anew_is_left_alone(tmp_path: Path, mailboxes: Dovecot) -> None:
    shop = Real(tmp_path / "home", mailboxes, more='write_back = true\nfolders = ["Tickets"]')
    shop.arrives("first", folder="Tickets")
    shop.sync()
    shop.archive()
    with mailboxes.client(shop.user) as client:
        client.rename_folder("Tickets", "Old")
    shop.arrives("other", folder="Tickets")
    assert (report := shop.sync()).left_alone == 1
    assert report.problem is None
    assert shop.names("Tickets") == ["other"]
    assert shop.names("Old") == FIRST
    assert shop.names("Archive") == NOTHING
    assert "numbered" in shop.outbox(everything=False)[0].problem
    shop.close()


def test_a_mailbox_without_an_archive_waits_and_says_so_and_is_read_all_the_same(tmp_path: Path, bare: Dovecot) -> None:
    shop = Real(tmp_path / "home", bare, user="bare")
    shop.arrives("first")
    shop.sync()
    shop.archive()
    shop.arrives("other")
    report = shop.sync()
    assert report.problem is not None
    assert "no archive folder" in report.problem.what
    assert report.came.new == 1
    assert [(one.state, one.tries) for one in shop.outbox(everything=False)] == [("waiting", 1)]
    with bare.client("bare") as client:
        client.create_folder("Archive")
    assert shop.sync().moved == 1
    assert shop.there() == (["other"], FIRST)
    shop.close()


def test_a_named_archive_in_any_script_is_moved_to_and_shown_as_it_is_read(
    tmp_path: Path, bare: Dovecot, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Real(tmp_path / "home", bare, more='write_back = true\narchive = "Müşteri arşivi"', user="bare")
    with bare.client("bare") as client:
        client.create_folder("Müşteri arşivi")
    shop.arrives("first")
    shop.sync()
    shop.archive()
    assert shop.sync().moved == 1
    assert shop.names("Müşteri arşivi") == FIRST
    assert command(["--home", str(shop.folder), "--json", "outbox", "--all"]) == 0
    [one] = json.loads(capsys.readouterr().out)["outbox"]
    assert (one["kind"], one["to"], one["state"]) == ("move", "Müşteri arşivi", "moved")
    assert one["account"] == "support"
    shop.close()


def test_outbox_send_moves_at_once(shop: Real, capsys: pytest.CaptureFixture[str]) -> None:
    shop.archive()
    shop.close()
    assert command(["--home", str(shop.folder), "outbox"]) == 0
    assert "waiting" in capsys.readouterr().out
    assert command(["--home", str(shop.folder), "outbox", "send"]) == 0
    assert "1 moved on the server." in capsys.readouterr().out
    assert shop.there() == (NOTHING, FIRST)


@pytest.fixture
def bare() -> Iterator[Dovecot]:
    with Dovecot({"bare": "pw"}, folders={"Sent": r"\Sent"}) as running:
        yield running


def test_a_server_that_is_down_keeps_the_move_waiting_with_the_reason(shop: Real) -> None:
    shop.archive()
    port, shop.port = shop.port, 1
    shop.configure("write_back = true")
    assert shop.sync().problem is not None
    [one] = shop.outbox(everything=False)
    assert (one.state, one.tries) == ("waiting", 1)
    assert "accepts no connection" in one.problem
    shop.port = port
    shop.configure("write_back = true")
    assert shop.sync().moved == 1

"""What a person sees of a command: a word where nothing is, lines that fit, progress that makes room."""

from __future__ import annotations

from datetime import timedelta

from tests.cli.running import Tui
from tests.scripted_gmail import ALL_MAIL, DRAFT, INBOX, ScriptedGmail
from tests.torture.scenes import mail


def configured(tui: Tui, gmail: ScriptedGmail) -> None:
    tui.configure(
        f'[[account]]\nname = "shop"\nkind = "imap"\nhost = "127.0.0.1"\nport = {gmail.port}\ntls = "none"\n'
        'user = "shop@gmail.com"\npassword_command = "echo pw"\n'
    )


def test_progress_makes_room_for_what_came_of_it(tui: Tui) -> None:
    """A draft is counted by the server and never comes, so that the last line of progress is not the whole."""
    with ScriptedGmail() as gmail:
        gmail.put(1001, mail(1), INBOX)
        gmail.put(1002, mail(2, ago=timedelta(hours=1)), DRAFT)
        configured(tui, gmail)
        assert tui.shown("sync") == ["shop: 1 new, 0 known, 0 gone, 0 set aside", ""]


def test_a_sentence_is_broken_between_words_and_a_command_not_at_all(tui: Tui) -> None:
    said = tui("sync", code=2).err.splitlines()
    shown = [line for line in tui.shown("sync", columns=60) if line]
    assert " ".join(shown) == " ".join(said)
    assert all(len(line) <= 60 or " " not in line for line in shown)
    assert any("`tui-inbox account add`" in line for line in shown)


def test_with_nothing_there_it_is_said_and_what_comes_next(tui: Tui) -> None:
    assert tui("list").out == "The queue inbox is empty.\n"
    assert "tui-inbox account add" in tui("account", "test").out
    assert "tui-inbox account add" in tui("account", "list").out
    assert "tui-inbox account add" in tui("sync", code=2).err


def test_a_list_breaks_no_line_of_the_terminal_it_is_shown_on(week: Tui) -> None:
    for columns in (80, 100):
        lines = week.shown("list", "all", columns=columns)
        assert max(map(len, lines)) <= columns
        assert len(lines) == week.json("list", "all")["total"] + 1
    assert max(map(len, week("list", "all").out.splitlines())) > 100


def test_a_mailbox_that_hides_all_mail_is_said_to(tui: Tui) -> None:
    with ScriptedGmail() as gmail:
        configured(tui, gmail)
        assert "Gmail hides All Mail" not in tui("account", "test").err
        del gmail.mailboxes[ALL_MAIL]
        assert "Gmail hides All Mail" in tui("account", "test").err


def test_a_round_that_failed_counts_nothing(tui: Tui) -> None:
    with ScriptedGmail() as gmail:
        gmail.password = "another"
        configured(tui, gmail)
        said = tui("sync", code=1)
    assert said.out == "shop: not read\n"
    assert said.err.startswith("The server 127.0.0.1 refused the password of shop@gmail.com")

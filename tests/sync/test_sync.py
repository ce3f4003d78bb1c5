"""The sync of two mailboxes on a real server, through the real command: what comes, what it does, and what a second
run leaves alone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Tui
from tests.dovecot import Dovecot

pytestmark = pytest.mark.needs("dovecot")

US = "support@shop.example"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
USERS = [f"user{number}" for number in range(30)]
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot(dict.fromkeys(USERS, "pw")) as running:
        yield running


class Mailbox:
    """One account's mailbox, and the command over a home that knows only it."""

    def __init__(self, server: Dovecot, home: Path) -> None:
        self.server = server
        self.user = USERS.pop()
        self.tui = Tui(home)
        self.tui.configure(config(server, self.user))

    def gets(self, raw: bytes, received: datetime, folder: str = "INBOX") -> None:
        self.server.deliver(self.user, folder, raw, received)

    def sync(self, code: int = 0) -> dict[str, object]:
        return self.tui.json("sync", code=code)["accounts"][0]


@pytest.fixture
def box(server: Dovecot, tmp_path: Path) -> Mailbox:
    return Mailbox(server, tmp_path / "home")


def config(server: Dovecot, *users: str) -> str:
    return f'[me]\nname = "Deniz"\naddresses = ["{US}"]\n' + "".join(
        f'[[account]]\nname = "{user}"\nkind = "imap"\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\n'
        f'user = "{user}"\npassword_command = ["printf", "pw"]\n'
        for user in users
    )


def mail(
    number: int, sender: str = "ada@one.example", to: str = US, *, answers: int | None = None, text: str = "Hello?"
) -> bytes:
    head = [f"From: {sender}", f"To: {to}", f"Subject: Order {number}", f"Message-ID: <{number}@mail.example>"]
    if answers is not None:
        head.append(f"In-Reply-To: <{answers}@mail.example>")
    head.append(f"Date: {format_datetime(NOW - DAY)}")
    return "\r\n".join([*head, "", text, ""]).encode()


def answer(number: int, to: int, text: str = "It is on its way.") -> bytes:
    return mail(number, US, "ada@one.example", answers=to, text=text)


def test_two_thousand_messages_of_two_accounts_come_in_and_a_second_sync_brings_nothing(
    server: Dovecot, tmp_path: Path
) -> None:
    users = [USERS.pop(), USERS.pop()]
    for half, user in enumerate(users):
        numbers = range(half * 1000, half * 1000 + 1000)
        inbox = [(mail(n, f"c{n // 2}@one.example"), NOW - timedelta(minutes=2 * n + 9)) for n in numbers[:800]]
        sent = [(mail(n, US, f"c{n}@one.example", answers=n - 800), NOW - timedelta(minutes=n)) for n in numbers[800:]]
        server.deliver_all(user, "INBOX", inbox)
        server.deliver_all(user, "Sent", sent)
    tui = Tui(tmp_path / "home")
    tui.configure(config(server, *users))
    first = tui.json("sync")
    assert [(one["name"], one["new"], one["known"], one["problem"]) for one in first["accounts"]] == [
        (users[0], 1000, 0, None),
        (users[1], 1000, 0, None),
    ]
    before = tui.json("list", "all", "--limit", 5000)
    second = tui.json("sync")
    assert [(one["new"], one["known"], one["gone"], one["set_aside"]) for one in second["accounts"]] == [
        (0, 0, 0, 0)
    ] * 2
    assert tui.json("list", "all", "--limit", 5000) == before
    assert before["total"] == 1600


def test_a_sync_without_news_imports_neither_what_reads_mail_nor_what_writes(box: Mailbox) -> None:
    box.gets(mail(1), NOW - HOUR)
    box.sync()
    slow = (
        *("sqlmodel", "sqlalchemy", "imapclient", "keyring", "http.client", "importlib.metadata", "selectolax"),
        *("tui_inbox.connectors.rfc822", "tui_inbox.store.reader", "tui_inbox.exports", "concurrent.futures"),
    )
    program = (
        "import sys; from tui_inbox.cli import run; code = run(sys.argv[1:]); "
        f"print([name for name in {slow!r} if name in sys.modules], code, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--home", str(box.tui.home), "sync"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "[] 0\n"


def test_when_a_mailbox_was_read_last_is_recorded_also_where_nothing_came(server: Dovecot, box: Mailbox) -> None:
    box.gets(mail(1), NOW - HOUR)
    box.sync()
    (first,) = box.tui.json("account", "list")["accounts"]
    box.sync()
    with closing(sqlite3.connect(box.tui.home / "inbox.db")) as store, store:
        store.execute("UPDATE account SET synced_at = 0, problem = 'It was away.'")
    box.sync()
    (later,) = box.tui.json("account", "list")["accounts"]
    assert later == first | {"synced_at": later["synced_at"]}
    assert later["synced_at"] >= first["synced_at"]
    box.tui.configure(config(server, box.user).replace('"pw"', '"wrong"'))
    assert box.sync(code=1)["problem"]["kind"] == "not_admitted"
    (refused,) = box.tui.json("account", "list")["accounts"]
    assert "refused the password" in refused["problem"]
    assert refused["synced_at"] == later["synced_at"]


def test_an_answer_that_appears_in_the_sent_folder_stops_the_clock_and_leaves_the_place(box: Mailbox) -> None:
    box.gets(mail(1), NOW - 2 * HOUR)
    box.sync()
    asked = box.tui.listed()["Order 1"]
    assert (asked["place"], asked["clock"], asked["reason"]) == ("inbox", "running", "new")
    box.gets(answer(2, 1), this_second(), "Sent")
    assert box.sync()["new"] == 1
    answered = box.tui.listed()["Order 1"]
    assert (answered["place"], answered["clock"], answered["due"], answered["messages"]) == ("inbox", "none", None, 2)
    whole = box.tui.json("show", answered["id"])
    promise = whole["promises"][0]
    received = whole["messages"][1]["received_at"]
    assert (promise["kind"], promise["outcome"], promise["ended"]) == ("first", "met", received)


def rfc3339(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def this_second() -> datetime:
    """Return the present moment as a server tells it, rounded up: after all that was done before. What arrives within
    that second still counts as received at its arrival, never later."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)


def test_an_answer_given_before_the_first_sync_reads_as_if_it_had_come_with_it(box: Mailbox) -> None:
    box.gets(mail(1), NOW - 2 * HOUR)
    box.sync()
    box.gets(answer(2, 1), NOW - HOUR, "Sent")
    box.sync()
    answered = box.tui.listed()["Order 1"]
    assert (answered["place"], answered["clock"]) == ("archived", "none")


def test_a_new_reply_to_an_archived_conversation_reopens_it(box: Mailbox) -> None:
    box.gets(mail(1), NOW - 2 * HOUR)
    box.sync()
    box.tui.json("archive", box.tui.listed()["Order 1"]["id"])
    assert box.tui.listed()["Order 1"]["place"] == "archived"
    box.gets(mail(2, answers=1, text="One more thing"), this_second())
    box.sync()
    reopened = box.tui.listed()["Order 1"]
    assert (reopened["place"], reopened["reason"], reopened["clock"]) == ("inbox", "reopened", "running")
    assert (reopened["messages"], reopened["news"]) == (2, True)


def test_a_message_the_server_had_before_the_archiving_but_nobody_had_seen_reopens_it_as_a_late_arrival(
    box: Mailbox,
) -> None:
    box.gets(mail(1), NOW - 2 * HOUR)
    box.sync()
    box.gets(mail(2, answers=1, text="Are you there?"), NOW - HOUR)
    box.tui.json("archive", box.tui.listed()["Order 1"]["id"])
    box.sync()
    late = box.tui.listed()["Order 1"]
    assert (late["place"], late["reason"], late["clock"]) == ("inbox", "late_arrival", "running")


def test_a_late_message_that_was_answered_since_is_put_in_its_place_silently(box: Mailbox) -> None:
    box.gets(mail(1), NOW - 3 * HOUR)
    box.sync()
    box.tui.json("archive", box.tui.listed()["Order 1"]["id"])
    box.gets(mail(2, answers=1, text="Are you there?"), NOW - 2 * HOUR)
    box.gets(answer(3, 2), NOW - HOUR, "Sent")
    box.sync()
    quiet = box.tui.listed()["Order 1"]
    assert (quiet["place"], quiet["messages"]) == ("archived", 3)


def test_a_reply_to_a_snoozed_conversation_brings_it_back_at_once(box: Mailbox) -> None:
    box.gets(mail(1), NOW - 2 * HOUR)
    box.sync()
    box.tui.json("snooze", box.tui.listed()["Order 1"]["id"], "--until", "3d")
    assert box.tui.listed()["Order 1"]["place"] == "snoozed"
    box.gets(mail(2, answers=1), this_second())
    box.sync()
    back = box.tui.listed()["Order 1"]
    assert (back["place"], back["reason"], back["snoozes"]) == ("inbox", "reply", 1)


def test_the_same_mail_in_two_folders_is_one_message(box: Mailbox) -> None:
    box.gets(mail(1), NOW - HOUR)
    box.gets(mail(1), NOW - HOUR, "Archive")
    box.sync()
    assert box.tui.listed()["Order 1"]["messages"] == 1


def test_a_copy_that_appears_later_in_another_folder_is_known(box: Mailbox) -> None:
    box.gets(mail(1), NOW - HOUR)
    box.sync()
    box.gets(mail(1), NOW - HOUR, "Archive")
    came = box.sync()
    assert (came["new"], came["known"]) == (0, 1)
    assert box.tui.listed()["Order 1"]["messages"] == 1


def test_the_same_message_id_with_another_body_is_two_messages_of_one_conversation(box: Mailbox) -> None:
    box.gets(mail(1, text="Where is my order?"), NOW - 2 * HOUR)
    box.gets(mail(1, text="Something else altogether."), NOW - HOUR)
    box.sync()
    shown = box.tui.json("show", box.tui.listed()["Order 1"]["id"])
    assert [one["text"] for one in shown["messages"]] == ["Where is my order?", "Something else altogether."]
    assert {one["external_id"] for one in shown["messages"]} == {"<1@mail.example>"}


def test_a_reply_that_comes_before_what_it_answers_ends_in_one_conversation_with_it(box: Mailbox) -> None:
    box.gets(mail(3, answers=2), NOW - HOUR)
    box.gets(mail(1), NOW - 3 * HOUR)
    box.sync()
    assert box.tui.json("list")["total"] == 2
    box.gets(mail(2, answers=1), NOW - 2 * HOUR)
    box.sync()
    one = box.tui.json("list", "all")
    assert (one["total"], one["conversations"][0]["messages"]) == (1, 3)
    assert one["conversations"][0]["waiting_since"] == rfc3339(NOW - 3 * HOUR)


def test_the_first_sync_takes_what_lies_outside_the_inbox_folder_as_history(box: Mailbox) -> None:
    box.gets(mail(1), NOW - 40 * DAY, "Archive")
    box.gets(mail(2), NOW - 41 * DAY)
    box.gets(mail(3, US, "bob@two.example"), NOW - HOUR, "Sent")
    box.sync()
    listed = box.tui.listed()
    assert {subject: (one["place"], one["clock"]) for subject, one in listed.items()} == {
        "Order 1": ("archived", "none"),
        "Order 2": ("inbox", "breached"),
        "Order 3": ("archived", "none"),
    }
    shown = box.tui.json("show", listed["Order 1"]["id"])
    assert (shown["messages"][0]["history"], shown["promises"]) == (True, [])


def test_a_later_reply_to_history_opens_that_conversation(box: Mailbox) -> None:
    box.gets(mail(1), NOW - 40 * DAY, "Archive")
    box.sync()
    box.gets(mail(2, answers=1), this_second())
    box.sync()
    opened = box.tui.listed()["Order 1"]
    assert (opened["place"], opened["messages"], opened["clock"]) == ("inbox", 2, "running")


def test_what_is_deleted_on_the_server_is_counted_as_gone_and_stays_here(box: Mailbox) -> None:
    box.gets(mail(1), NOW - HOUR)
    box.gets(mail(2), NOW - HOUR)
    box.sync()
    with box.server.client(box.user) as other:
        other.select_folder("INBOX")
        other.delete_messages([1])
        other.expunge()
    assert box.sync()["gone"] == 1
    assert box.sync()["gone"] == 0
    kept = box.tui.listed()
    assert (kept["Order 1"]["place"], kept["Order 1"]["messages"], kept["Order 2"]["messages"]) == ("archived", 1, 1)


def test_what_another_program_takes_out_of_the_inbox_is_archived_here_and_a_reply_reopens_it(box: Mailbox) -> None:
    box.gets(mail(1), NOW - 2 * HOUR)
    box.gets(mail(2, answers=1), NOW - HOUR)
    box.gets(mail(5), NOW - HOUR)
    box.sync()
    with box.server.client(box.user) as other:
        other.select_folder("INBOX")
        other.move([1], "Archive")
    box.sync()
    assert box.tui.listed()["Order 1"]["place"] == "inbox", "one of its two messages lies there still"
    with box.server.client(box.user) as other:
        other.select_folder("INBOX")
        other.move([2], "Archive")
    box.sync()
    taken = box.tui.listed()["Order 1"]
    assert (taken["place"], taken["reason"], taken["messages"]) == ("archived", "server", 2)
    assert box.tui.json("show", taken["id"])["promises"][0]["outcome"] == "waived"
    assert box.tui.listed()["Order 5"]["place"] == "inbox"
    box.gets(mail(3, answers=2, text="Are you there?"), this_second())
    box.sync()
    again = box.tui.listed()["Order 1"]
    assert (again["place"], again["reason"]) == ("inbox", "reopened")


def test_what_was_taken_out_elsewhere_and_then_taken_up_here_stays_where_the_agent_put_it(box: Mailbox) -> None:
    box.gets(mail(1), NOW - HOUR)
    box.sync()
    with box.server.client(box.user) as other:
        other.select_folder("INBOX")
        other.move([1], "Archive")
    box.sync()
    id_ = box.tui.listed()["Order 1"]["id"]
    box.tui.json("snooze", id_, "--until", "3h")
    box.sync()
    assert box.tui.listed()["Order 1"]["place"] == "snoozed"


def test_one_account_that_refuses_does_not_stop_the_other_and_says_why(server: Dovecot, tmp_path: Path) -> None:
    good, bad = USERS.pop(), USERS.pop()
    server.deliver(good, "INBOX", mail(1), NOW - HOUR)
    tui = Tui(tmp_path / "home")
    tui.configure(config(server, bad, good).replace('"pw"', '"wrong"', 1))
    refused, came = tui.json("sync", code=1)["accounts"]
    assert came["new"] == 1
    assert refused["problem"].keys() == {"kind", "what", "hint"}
    assert refused["problem"]["kind"] == "not_admitted"
    assert "wrong" not in str(refused)
    assert tui.json("sync", good)["accounts"][0]["problem"] is None


def test_the_report_of_a_sync_has_the_keys_of_the_contract(box: Mailbox) -> None:
    box.gets(mail(1), NOW - HOUR)
    came = box.sync()
    assert {key: type(value) for key, value in came.items()} == {
        "name": str,
        "new": int,
        "known": int,
        "gone": int,
        "set_aside": int,
        "sent_out": int,
        "moved": int,
        "left_alone": int,
        "folders": int,
        "seconds": float,
        "problem": type(None),
    }

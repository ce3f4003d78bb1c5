"""What real servers do that Dovecot does not: odd names, missing bodies, sudden ends, and lies."""

from __future__ import annotations

import json
import re
import ssl
import traceback
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from tests.dovecot import Dovecot
from tests.scripted_imap import HANG_UP, Mailbox, ScriptedImap, fetched
from tui_inbox.connectors import Batch, imap
from tui_inbox.connectors.imap import Source, line, news, reading
from tui_inbox.connectors.imap.replies import quoted
from tui_inbox.problems import Misconfigured, NotAdmitted, NotFound, Problem, Unreachable

WRONG = "s3cret"


def mail(number: int) -> bytes:
    return (
        f"From: Ada <ada@example.org>\r\nSubject: Order {number}\r\nMessage-ID: <{number}@x>\r\n\r\nHello\r\n".encode()
    )


@pytest.fixture
def box() -> Mailbox:
    return Mailbox({uid: mail(uid) for uid in (3, 5, 8)}, uidvalidity=77)


@pytest.fixture
def server(box: Mailbox) -> Iterator[ScriptedImap]:
    with ScriptedImap({b"INBOX": box}) as running:
        yield running


def mailbox(server: ScriptedImap, **fields: Any) -> Source:
    given: dict[str, Any] = {"port": server.port, "tls": "none", "password": lambda: "pw"} | fields
    return Source(name="support", host="127.0.0.1", user="ada", **given)


def sync(source: Source, cursors: dict[str, str] | None = None) -> list[Batch]:
    """Return one run's batches; *cursors*, if given, moves on with them."""
    batches = []
    for batch in source.read(cursors if cursors is not None else {}):
        batches.append(batch)
        if cursors is not None:
            cursors[batch.place] = batch.cursor
    return batches


def uids(batches: list[Batch]) -> list[int]:
    return sorted(one.location.uid for batch in batches for one in batch.arrivals if one.location)


def warnings(batches: list[Batch]) -> list[str]:
    return [f"{one.where}: {one.what}" for batch in batches for one in batch.set_aside]


def commands(server: ScriptedImap) -> list[str]:
    found = []
    for heard in server.heard:
        verb = re.match(rb"(UID )?[A-Z]+", heard)
        assert verb is not None
        found.append(verb[0].decode())
    return found


# --- the plain way ------------------------------------------------------------------------------------


def test_a_server_without_any_extension_is_enough(server: ScriptedImap) -> None:
    cursors: dict[str, str] = {}
    assert uids(sync(mailbox(server), cursors)) == [3, 5, 8]
    assert json.loads(cursors["INBOX"])["uidvalidity"] == 77


def test_a_second_run_without_news_asks_one_question_a_folder(server: ScriptedImap, box: Mailbox) -> None:
    server.mailboxes[b"Sent"] = Mailbox({1: mail(1)}, flags=rb"\Sent")
    server.greeting = b"* OK [CAPABILITY " + server.capabilities + b"] ready\r\n"
    cursors: dict[str, str] = {}
    sync(mailbox(server), cursors)
    server.ended()
    server.heard.clear()
    assert sync(mailbox(server), cursors) == []
    server.ended()
    assert commands(server) == ["AUTHENTICATE", "CAPABILITY", "STATUS", "STATUS", "LIST", "LOGOUT"]


@pytest.mark.parametrize(
    ("extensions", "said"),
    [
        (b"", {"counted": 2}),
        (b"", {"uidnext": 12}),
        (b"", {"uidnext": 8}),
        (b"", {"uidvalidity": 78}),
        (b" CONDSTORE", {"modseq": 6}),
    ],
)
def test_a_folder_that_stands_otherwise_than_before_is_opened(
    server: ScriptedImap, box: Mailbox, extensions: bytes, said: dict[str, int]
) -> None:
    server.capabilities += extensions
    box.modseq, box.changed = 5, dict.fromkeys(box.messages, 5)
    cursors: dict[str, str] = {}
    sync(mailbox(server), cursors)
    for name, value in said.items():
        setattr(box, name, value)
    server.heard.clear()
    sync(mailbox(server), cursors)
    assert [one for one in commands(server) if one in ("STATUS", "EXAMINE")][:2] == ["STATUS", "EXAMINE"]


@pytest.mark.parametrize(
    "answer",
    [
        b"NO [CANNOT] no",
        b"BAD what",
        b"OK and nothing said",
        b"OK half",
    ],
)
def test_where_a_server_does_not_say_how_a_folder_stands_it_is_opened(
    server: ScriptedImap, box: Mailbox, answer: bytes
) -> None:
    cursors: dict[str, str] = {}
    sync(mailbox(server), cursors)
    untagged = b'* STATUS "INBOX" (MESSAGES 3 UIDNEXT 9)\r\n' if answer == b"OK half" else b""
    server.on["STATUS"] = lambda tag, rest: untagged + tag + b" " + answer + b"\r\n"
    box.messages[9] = mail(9)
    assert uids(sync(mailbox(server), cursors)) == [9]


def test_a_folder_that_was_not_read_to_its_end_is_opened_however_it_stands(
    server: ScriptedImap, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST", 1)
    first = next(iter(mailbox(server).read({})))
    assert uids([first]) == [8]
    assert uids(sync(mailbox(server), {first.place: first.cursor})) == [3, 5]


def test_a_count_opens_every_folder(server: ScriptedImap) -> None:
    cursors: dict[str, str] = {}
    sync(mailbox(server), cursors)
    server.heard.clear()
    (counted,) = sync(imap.thorough(mailbox(server)), cursors)
    assert counted.census is not None
    assert "STATUS" not in commands(server)


def test_a_sign_in_takes_one_round_trip_where_the_server_lets_it(server: ScriptedImap) -> None:
    server.capabilities += b" SASL-IR"
    server.greeting = b"* OK [CAPABILITY " + server.capabilities + b"] ready\r\n"
    assert uids(sync(mailbox(server))) == [3, 5, 8]
    assert server.heard[0].startswith(b"AUTHENTICATE PLAIN ")
    with pytest.raises(NotAdmitted):
        sync(mailbox(server, password=lambda: WRONG))


def test_nothing_that_changes_a_mailbox_is_ever_sent(server: ScriptedImap, box: Mailbox) -> None:
    cursors: dict[str, str] = {}
    sync(mailbox(server), cursors)
    del box.messages[5]
    sync(mailbox(server), cursors)
    assert set(commands(server)) <= {
        *("CAPABILITY", "AUTHENTICATE", "LIST", "STATUS", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT"),
    }
    assert not [heard for heard in server.heard if b"BODY[" in heard]


def test_a_range_that_ends_in_a_star_does_not_bring_the_last_message_again(server: ScriptedImap, box: Mailbox) -> None:
    cursors: dict[str, str] = {}
    box.uidnext = 9
    sync(mailbox(server), cursors)
    box.uidnext = 12  # something came and went: the folder is asked for 9:*, and says 8
    run = sync(mailbox(server), cursors)
    assert (uids(run), len(run)) == ([], 1)
    assert sync(mailbox(server), cursors) == []
    assert server.heard.count(b"UID SEARCH UID 9:*") == 1


def test_a_uid_that_turns_up_late_between_others_is_not_skipped(server: ScriptedImap, box: Mailbox) -> None:
    cursors: dict[str, str] = {}
    sync(mailbox(server), cursors)
    box.messages[4] = mail(4)
    assert uids(sync(mailbox(server), cursors)) == [4]


def test_uids_that_start_again_from_below_are_read_anew(server: ScriptedImap, box: Mailbox) -> None:
    cursors: dict[str, str] = {}
    sync(mailbox(server), cursors)
    box.messages = {1: mail(1), 3: mail(33)}
    run = sync(mailbox(server), cursors)
    assert uids(run) == [1, 3]
    assert [one.uid for batch in run for one in batch.gone] == [5, 8]
    assert sync(mailbox(server), cursors) == []


def test_a_new_numbering_ended_in_the_middle_is_read_to_its_end_before_the_old_one_goes(
    server: ScriptedImap, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST", 1)
    cursors: dict[str, str] = {}
    sync(mailbox(server), cursors)
    box.uidvalidity = 78
    seen: list[int] = []
    gone: list[tuple[int, int]] = []
    for _ in range(10):
        run = mailbox(server).read(cursors)
        batch = next(run, None)
        if batch is None:
            break
        assert not (batch.gone and len(seen) < 3)
        cursors[batch.place] = batch.cursor
        seen += uids([batch])
        gone += [(one.uidvalidity, one.uid) for one in batch.gone]
        run.close()  # type: ignore[attr-defined]  # every read is a generator
    assert sorted(seen) == [3, 5, 8]
    assert gone == [(77, 3), (77, 5), (77, 8)]


def test_a_list_that_disagrees_with_the_count_makes_nothing_gone(server: ScriptedImap, box: Mailbox) -> None:
    cursors: dict[str, str] = {}
    sync(mailbox(server), cursors)
    del box.messages[5]
    box.counted, box.uidnext = 4, 9
    first = sync(mailbox(server), cursors)
    assert [batch.gone for batch in first] == [()]
    assert warnings(first)[0].startswith("INBOX: The server's list of messages and its count disagree.")
    assert sync(mailbox(server), cursors) == []
    box.counted = None
    assert [one.uid for batch in sync(mailbox(server), cursors) for one in batch.gone] == [5]


def test_a_folder_too_big_for_one_line_is_listed_in_parts(
    server: ScriptedImap, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui_inbox.connectors.imap import wire

    monkeypatch.setattr(wire, "MOST_FOUND", 4)
    monkeypatch.setattr(news, "MOST_FOUND", 4)
    box.messages = {uid: mail(uid) for uid in range(2, 40, 3)}
    server.on["FETCH"] = lambda tag, rest: (
        b"".join(b"* %s FETCH (UID %d)\r\n" % (at, box.uids[int(at) - 1]) for at in rest.split()[1].split(b","))
        + tag
        + b" OK done\r\n"
    )
    cursors: dict[str, str] = {}
    assert uids(sync(mailbox(server), cursors)) == box.uids
    assert sum(heard.startswith(b"UID SEARCH") for heard in server.heard) == 4
    assert sync(mailbox(server), cursors) == []


# --- bodies that do not come --------------------------------------------------------------------------


def test_a_message_the_server_gives_no_body_for_is_set_aside_and_asked_for_again(
    server: ScriptedImap, box: Mailbox
) -> None:
    def exchange(tag: bytes, rest: bytes) -> bytes | None:
        if b"BODY" not in rest:
            return None
        given = [uid for uid in box.chosen(rest.split()[2].decode()) if uid != 5]
        return b"".join(fetched(box, uid, True) for uid in given) + tag + b" OK done\r\n"

    server.on["UID FETCH"] = exchange
    cursors: dict[str, str] = {}
    first = sync(mailbox(server), cursors)
    assert uids(first) == [3, 8]
    assert len(warnings(first)) == 1
    assert warnings(first)[0].startswith("INBOX uid 5: ")
    assert sync(mailbox(server), cursors) == []
    del server.on["UID FETCH"]
    assert uids(sync(mailbox(server), cursors)) == [5]
    assert sync(mailbox(server), cursors) == []


def test_a_message_of_no_bytes_and_one_of_nil_are_set_aside(server: ScriptedImap, box: Mailbox) -> None:
    bodies = {3: b"{0}\r\n", 5: b"NIL", 8: b'"Subject: short"'}
    server.on["UID FETCH"] = lambda tag, rest: (
        b"".join(b"* 1 FETCH (UID %d BODY[] %s)\r\n" % pair for pair in bodies.items()) + tag + b" OK done\r\n"
        if b"BODY" in rest
        else None
    )
    run = sync(mailbox(server))
    assert uids(run) == [8]
    assert len(warnings(run)) == 2


def test_one_message_the_server_chokes_on_costs_only_itself(server: ScriptedImap, box: Mailbox) -> None:
    def choking(tag: bytes, rest: bytes) -> bytes | None:
        if b"BODY" in rest and 5 in box.chosen(rest.split()[2].decode()):
            return tag + b" NO The requested message could not be converted\r\n"
        return None

    server.on["UID FETCH"] = choking
    run = sync(mailbox(server))
    assert uids(run) == [3, 8]
    assert warnings(run)[0].startswith("INBOX uid 5: ")


def test_neighbours_that_the_server_chokes_on_keep_no_other_back(server: ScriptedImap, box: Mailbox) -> None:
    box.messages = {uid: mail(uid) for uid in range(1, 60)}
    broken = set(range(20, 50))

    def choking(tag: bytes, rest: bytes) -> bytes | None:
        if b"BODY" in rest and broken & set(box.chosen(rest.split()[2].decode())):
            return tag + b" NO no\r\n"
        return None

    server.on["UID FETCH"] = choking
    cursors: dict[str, str] = {}
    assert set(uids(sync(mailbox(server), cursors))) == set(box.messages) - broken
    broken.clear()
    assert uids(sync(mailbox(server), cursors)) == list(range(20, 50))


def test_a_server_that_refuses_every_message_is_in_trouble_itself(server: ScriptedImap, box: Mailbox) -> None:
    box.messages = {uid: mail(uid) for uid in range(1, 200)}
    server.on["UID FETCH"] = lambda tag, rest: tag + b" NO no\r\n"
    with pytest.raises(Unreachable, match="gives out no messages"):
        sync(mailbox(server))
    assert commands(server).count("UID FETCH") < 60


def test_one_reply_that_breaks_the_protocol_costs_only_itself(server: ScriptedImap, box: Mailbox) -> None:
    def broken(tag: bytes, rest: bytes) -> bytes | None:
        if b"BODY" in rest and 5 in box.chosen(rest.split()[2].decode()):
            return b'* 2 FETCH (UID 5 BODY[] "never closed)\r\n' + tag + b" OK done\r\n"
        return None

    server.on["UID FETCH"] = broken
    assert uids(sync(mailbox(server))) == [3, 8]


@pytest.mark.parametrize("reply", [b"(" * 5000, b"(UID)", b"()", b"5", b"(UID x BODY[] {1}\r\ny)", b"(1 2 3 4)"])
def test_replies_made_of_nonsense_are_no_message_and_no_crash(server: ScriptedImap, reply: bytes) -> None:
    server.on["UID FETCH"] = lambda tag, rest: b"* 1 FETCH " + reply + b"\r\n" + tag + b" OK done\r\n"
    try:
        run = sync(mailbox(server))
    except Unreachable:
        return
    assert uids(run) == []


def test_a_server_that_gives_out_nothing_at_all_is_not_asked_for_each_message(
    server: ScriptedImap, box: Mailbox
) -> None:
    server.on["UID FETCH"] = lambda tag, rest: tag + b" NO [UNAVAILABLE] later\r\n"
    with pytest.raises(Unreachable, match="asks for patience"):
        sync(mailbox(server))
    assert commands(server).count("UID FETCH") == 1


def test_a_message_expunged_while_it_is_read_is_no_trouble(server: ScriptedImap, box: Mailbox) -> None:
    def vanishing(tag: bytes, rest: bytes) -> bytes | None:
        if b"BODY" in rest:
            box.messages.pop(5, None)
        return None

    server.on["UID FETCH"] = vanishing
    cursors: dict[str, str] = {}
    run = sync(mailbox(server), cursors)
    assert uids(run) == [3, 8]
    assert warnings(run) == []
    assert sync(mailbox(server), cursors) == []


def test_what_is_said_unasked_in_the_middle_of_a_fetch_changes_nothing(server: ScriptedImap, box: Mailbox) -> None:
    def chatty(tag: bytes, rest: bytes) -> bytes | None:
        parts = [fetched(box, uid, b"BODY" in rest) for uid in box.chosen(rest.split()[2].decode())]
        noise = b"* 3 FETCH (FLAGS (\\Seen))\r\n* 4 EXISTS\r\n* 5 FETCH (UID 99 FLAGS ())\r\n* OK still here\r\n"
        return noise.join([b"", *parts, b""]) + tag + b" OK done\r\n"

    server.on["UID FETCH"] = chatty
    run = sync(mailbox(server))
    assert uids(run) == [3, 5, 8]
    assert {one.message.raw for batch in run for one in batch.arrivals} == set(box.messages.values())


def test_an_impossible_date_is_no_date(server: ScriptedImap, box: Mailbox) -> None:
    server.on["UID FETCH"] = lambda tag, rest: (
        None
        if b"BODY" in rest
        else b'* 1 FETCH (UID 3 RFC822.SIZE 9 INTERNALDATE "99-Foo-0000 00:00:00 +9999" FLAGS ())\r\n'
        + tag
        + b" OK done\r\n"
    )
    assert 3 in uids(sync(mailbox(server)))


# --- lines that end -----------------------------------------------------------------------------------


def test_a_goodbye_in_the_middle_keeps_what_came_before_and_brings_the_rest_later(
    server: ScriptedImap, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST", 1)

    def leaving(tag: bytes, rest: bytes) -> bytes | None:
        return b"* BYE [UNAVAILABLE] going down\x1b[2J\r\n" + HANG_UP if b"FETCH 5 (UID BODY" in rest else None

    server.on["UID FETCH"] = leaving
    cursors: dict[str, str] = {}
    with pytest.raises(Unreachable, match="going down") as trouble:
        sync(mailbox(server), cursors)
    assert "\x1b" not in trouble.value.what
    del server.on["UID FETCH"]
    assert uids(sync(mailbox(server), cursors)) == [3, 5]


@pytest.mark.parametrize("cut", [10, 30, 45, 60, 90])
def test_a_line_cut_at_any_byte_of_a_message_brings_no_half_message(
    server: ScriptedImap, box: Mailbox, cut: int
) -> None:
    server.on["UID FETCH"] = lambda tag, rest: fetched(box, 8, True)[:cut] + HANG_UP if b"BODY" in rest else None
    cursors: dict[str, str] = {}
    with pytest.raises(Unreachable):
        sync(mailbox(server), cursors)
    del server.on["UID FETCH"]
    run = sync(mailbox(server), cursors)
    assert {one.message.raw for batch in run for one in batch.arrivals} == set(box.messages.values())


def test_a_server_that_says_nothing_more_is_left_in_time(server: ScriptedImap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "READ", 0.3)
    server.on["LIST"] = lambda tag, rest: b'* LIST () "/" INBOX\r\n'
    with pytest.raises(Unreachable, match="did not answer in time"):
        sync(mailbox(server))


def test_a_reply_without_an_end_is_cut_off(server: ScriptedImap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LARGEST_REPLY", 10_000)
    server.on["LIST"] = lambda tag, rest: b'* LIST () "/" many\r\n' * 1000 + HANG_UP
    with pytest.raises(Unreachable, match="no end"):
        sync(mailbox(server))


def test_lines_of_next_to_nothing_count(server: ScriptedImap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LARGEST_REPLY", 10_000)
    server.on["LIST"] = lambda tag, rest: b"* OK\r\n" * 1000 + HANG_UP
    with pytest.raises(Unreachable, match="no end"):
        sync(mailbox(server))


def test_a_server_that_is_still_there_for_ever_is_left(server: ScriptedImap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LONGEST_REPLY", -1.0)
    with pytest.raises(Unreachable, match="no end"):
        sync(mailbox(server))


def test_a_message_announced_too_large_is_not_waited_for(server: ScriptedImap) -> None:
    server.on["UID FETCH"] = lambda tag, rest: (
        b"* 1 FETCH (UID 8 BODY[] {99999999999}\r\n" + HANG_UP if b"BODY" in rest else None
    )
    with pytest.raises(Unreachable, match="announced 99999999999 bytes"):
        sync(mailbox(server))


def test_closing_the_reading_logs_out_and_closes_the_line(server: ScriptedImap) -> None:
    run = mailbox(server).read({})
    next(run)
    run.close()  # type: ignore[attr-defined]  # every read is a generator
    server.ended()
    assert commands(server)[-1] == "LOGOUT"
    assert server.logouts == 1


# --- names --------------------------------------------------------------------------------------------


def test_one_name_that_cannot_be_decoded_stops_no_other(server: ScriptedImap) -> None:
    odd = rb"Sent &Jjo-! &&"
    server.mailboxes[odd] = Mailbox({1: mail(1)}, flags=rb"\Sent")
    server.listed = [
        b'* LIST () "/" "&AAAA\r\n',
        b"* LIST () NIL {7}\r\nLiteral\r\n",
        b'* LIST () "/" {4}\r\na\r\nb\r\n',
        b'* LIST (\\HasNoChildren) "/" caf\xe9\r\n',
        b"* LIST what\r\n",
        b'* LIST () "/" 2026\r\n',
    ]
    cursors: dict[str, str] = {}
    assert uids(sync(mailbox(server), cursors)) == [1, 3, 5, 8]
    assert set(cursors) == {"INBOX", odd.decode()}
    names = [folder.name for folder in imap.test(mailbox(server)).folders]
    assert names == ["2026", "INBOX", "Literal", odd.decode(), r"caf\xe9"]


@pytest.mark.parametrize("name", [b"a\r\nA1 DELETE INBOX", b"a\nb", b"a\rb", b"a\0b"])
def test_a_name_that_would_begin_a_second_command_is_refused(name: bytes) -> None:
    with pytest.raises(Misconfigured):
        quoted(name)


def test_a_folder_that_is_listed_and_does_not_open_keeps_nothing_else_back(server: ScriptedImap) -> None:
    server.listed = [rb'* LIST (\Sent) "/" "Sent"' + b"\r\n"]
    cursors: dict[str, str] = {}
    with pytest.raises(Unreachable, match="does not open the folder `Sent`"):
        sync(mailbox(server), cursors)
    assert "INBOX" in cursors


def test_no_inbox_at_all_is_said(server: ScriptedImap) -> None:
    server.mailboxes.clear()
    with pytest.raises(NotFound, match="no folder `INBOX`"):
        sync(mailbox(server))


# --- signing in ---------------------------------------------------------------------------------------


def test_a_greeting_that_claims_a_sign_in_is_refused_in_clear_text(server: ScriptedImap) -> None:
    server.greeting = b"* PREAUTH welcome\r\n"
    server.capabilities += b" STARTTLS"
    for tls in ("none", "starttls"):
        with pytest.raises(Unreachable, match="claims a sign-in before the connection is secure"):
            sync(mailbox(server, tls=tls))
    assert set(commands(server)) == {"CAPABILITY"}


def test_no_password_goes_out_where_starttls_is_missing(server: ScriptedImap) -> None:
    with pytest.raises(Unreachable, match="offers no STARTTLS"):
        sync(mailbox(server, tls="starttls"))
    assert "AUTHENTICATE" not in commands(server)


def test_no_password_goes_out_where_starttls_is_refused(server: ScriptedImap) -> None:
    server.capabilities += b" STARTTLS"
    server.on["STARTTLS"] = lambda tag, rest: tag + b" NO not today\r\n"
    with pytest.raises(Unreachable):
        sync(mailbox(server, tls="starttls"))
    assert "AUTHENTICATE" not in commands(server)


def test_what_is_sent_ahead_of_tls_ends_the_connection(server: ScriptedImap) -> None:
    server.capabilities += b" STARTTLS"
    server.on["STARTTLS"] = lambda tag, rest: tag + b" OK go ahead\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"
    with pytest.raises(Unreachable, match="ahead of the secure connection"):
        sync(mailbox(server, tls="starttls"))
    assert "AUTHENTICATE" not in commands(server)


@pytest.mark.needs("dovecot")
def test_a_greeting_that_claims_a_sign_in_is_good_within_tls() -> None:
    with Dovecot({}) as authority:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.home / "server.pem", authority.home / "server.key")
        with ScriptedImap({b"INBOX": Mailbox({1: mail(1)})}) as server:
            server.at_once = context
            server.greeting = b"* PREAUTH welcome\r\n"
            source = mailbox(server, tls="implicit", ca=str(authority.certificate))
            assert uids(sync(source)) == [1]
        assert "AUTHENTICATE" not in commands(server)


def test_a_server_without_plain_gets_the_password_as_a_literal(server: ScriptedImap) -> None:
    server.capabilities = b"IMAP4rev1"
    server.password = 'ş "quoted" \\'
    assert uids(sync(mailbox(server, password=lambda: 'ş "quoted" \\'))) == [3, 5, 8]


def test_where_signing_in_is_disabled_no_password_goes_out(server: ScriptedImap) -> None:
    server.capabilities = b"IMAP4rev1 LOGINDISABLED"
    with pytest.raises(NotAdmitted, match="takes no password"):
        sync(mailbox(server))
    server.ended()
    assert set(commands(server)) == {"CAPABILITY", "LOGOUT"}


def test_a_password_that_the_server_repeats_is_not_repeated_here(server: ScriptedImap) -> None:
    with pytest.raises(NotAdmitted) as trouble:
        sync(mailbox(server, password=lambda: WRONG))
    assert trouble.value.what == "The server 127.0.0.1 refused the password of ada."
    assert WRONG not in "".join(traceback.format_exception(trouble.value))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (b" NO [UNAVAILABLE] later\r\n", Unreachable),
        (b" NO Too many simultaneous connections\r\n", Unreachable),
        (b" NO [ALERT] use an app password\r\n", NotAdmitted),
        (b" BAD what\r\n", NotAdmitted),
    ],
)
def test_a_refusal_for_now_is_not_a_wrong_password(server: ScriptedImap, reply: bytes, kind: type[Exception]) -> None:
    server.on["AUTHENTICATE"] = lambda tag, rest: tag + reply
    with pytest.raises(kind):
        sync(mailbox(server))


def test_a_token_that_has_run_out_asks_for_a_new_sign_in(server: ScriptedImap) -> None:
    server.capabilities = b"IMAP4rev1 AUTH=XOAUTH2"
    tags: list[bytes] = []

    def challenge(tag: bytes, rest: bytes) -> bytes:
        tags.append(tag)
        return b"+ \r\n"

    def verdict(tag: bytes, rest: bytes) -> bytes:
        """The first line after the challenge is the token; the second, an empty one, answers the refusal."""
        return tags[0] + b" NO [AUTHENTICATIONFAILED] expired\r\n" if not tag else b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n"

    server.on |= {"AUTHENTICATE": challenge, "": verdict}
    with pytest.raises(NotAdmitted, match="refused the token of ada") as trouble:
        sync(mailbox(server, auth="oauth2", password=lambda: "ya29"))
    assert "Sign in again" in trouble.value.hint


@pytest.mark.parametrize(
    "greeting", [b"* BYE too busy\r\n" + HANG_UP, b"HTTP/1.1 400 Bad\r\n", b"\xff\xfe\r\n", HANG_UP]
)
def test_what_is_no_mail_server_is_one_sentence(server: ScriptedImap, greeting: bytes) -> None:
    server.greeting = greeting
    with pytest.raises(Unreachable) as trouble:
        sync(mailbox(server))
    assert trouble.value.hint


# --- anything at all ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["CAPABILITY", "AUTHENTICATE", "LIST", "STATUS", "EXAMINE", "UID SEARCH", "UID FETCH"]
)
def test_whatever_a_server_says_only_a_sentence_comes_of_it(server: ScriptedImap, box: Mailbox, command: str) -> None:
    chance = Random(command)  # the same on every machine
    pieces = [
        b"(",
        b")",
        b'"',
        b"{",
        b"}",
        b"{9}\r\n",
        b"\r\n",
        b"\0",
        b"* ",
        b"\xff",
        b"[",
        b"]",
        b" ",
        b"NIL",
        b"-1",
        b"9" * 30,
    ]
    plain = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
        "AUTHENTICATE": b"",
        "LIST": b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n',
        "STATUS": b'* STATUS "INBOX" (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 77)\r\n',
        "EXAMINE": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 77] x\r\n* OK [UIDNEXT 9] x\r\n",
        "UID SEARCH": b"* SEARCH 3 5 8\r\n",
        "UID FETCH": fetched(box, 3, True) + fetched(box, 5, False),
    }[command]

    def mangled(tag: bytes, rest: bytes) -> bytes:
        reply = bytearray(plain + tag + b" OK done\r\n")
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(reply))
            reply[at : at + chance.randint(0, 3)] = chance.choice(pieces)
        return bytes(reply) + HANG_UP

    server.on[command] = mangled
    for _ in range(60):
        with suppress(Problem):
            sync(mailbox(server))

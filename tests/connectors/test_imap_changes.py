"""Servers that tell of changes, well or badly: what they say is believed only where it agrees with what they count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.connectors.kept import Kept, mailbox
from tests.scripted_imap import HANG_UP, Answer, Mailbox, ScriptedImap, fetched
from tests.torture.scenes import mail
from tui_inbox.connectors import Batch
from tui_inbox.problems import Problem, Unreachable

CAN = b"IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE QRESYNC ESEARCH"


@pytest.fixture
def box() -> Mailbox:
    return Mailbox({uid: mail(uid) for uid in (3, 5, 8)}, uidvalidity=77)


@pytest.fixture
def server(box: Mailbox) -> Iterator[ScriptedImap]:
    with ScriptedImap({b"INBOX": box}) as running:
        running.capabilities = CAN
        running.on["ENABLE"] = lambda tag, rest: b"* ENABLED QRESYNC\r\n" + tag + b" OK done\r\n"
        yield running


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with Kept(tmp_path / "home") as running:
        yield running


def opened(box: Mailbox, modseq: int, told: bytes = b"") -> Answer:
    """Return an answer to EXAMINE with a HIGHESTMODSEQ and what is told of changes."""

    def answer(tag: bytes, rest: bytes) -> bytes:
        state = b"* %d EXISTS\r\n* OK [UIDVALIDITY %d] x\r\n* OK [UIDNEXT %d] x\r\n* OK [HIGHESTMODSEQ %d] x\r\n"
        numbers = (box.counted or len(box.messages), box.uidvalidity, box.uids[-1] + 1, modseq)
        return state % numbers + (told if b"QRESYNC" in rest else b"") + tag + b" OK [READ-ONLY] opened\r\n"

    return answer


def came(batches: list[Batch]) -> list[int]:
    return sorted(one.location.uid for batch in batches for one in batch.arrivals if one.location)


def gone(batches: list[Batch]) -> list[int]:
    return sorted(one.uid for batch in batches for one in batch.gone)


def test_the_server_is_told_where_it_stood_and_tells_what_changed(
    server: ScriptedImap, box: Mailbox, kept: Kept
) -> None:
    server.on["EXAMINE"] = opened(box, 10)
    kept.sync(mailbox(server.port))
    del box.messages[5]
    box.messages[9] = mail(9)
    told = b"* VANISHED (EARLIER) 5\r\n* 3 FETCH (UID 9 FLAGS () MODSEQ (12))\r\n"
    server.on["EXAMINE"] = opened(box, 12, told)
    server.heard.clear()
    run = kept.sync(mailbox(server.port))
    assert (came(run), gone(run)) == ([9], [5])
    assert b'EXAMINE "INBOX" (QRESYNC (77 10))' in server.heard
    assert not [heard for heard in server.heard if heard.startswith(b"UID SEARCH")]
    assert kept.cursors["INBOX"]["highestmodseq"] == 12
    assert kept.sync(mailbox(server.port)) == []


def test_what_vanished_and_was_never_known_is_nothing(server: ScriptedImap, box: Mailbox, kept: Kept) -> None:
    server.on["EXAMINE"] = opened(box, 10)
    kept.sync(mailbox(server.port))
    server.on["EXAMINE"] = opened(box, 11, b"* VANISHED (EARLIER) 1:2,4,6:7,9:4294967295\r\n")
    run = kept.sync(mailbox(server.port))
    assert (came(run), gone(run)) == ([], [])
    assert kept.places() == {("INBOX", 3), ("INBOX", 5), ("INBOX", 8)}


def test_what_a_server_forgets_to_tell_is_found_by_its_count(server: ScriptedImap, box: Mailbox, kept: Kept) -> None:
    server.on["EXAMINE"] = opened(box, 10)
    kept.sync(mailbox(server.port))
    del box.messages[5]
    box.messages |= {6: mail(6), 7: mail(7)}
    server.on["EXAMINE"] = opened(box, 11)
    run = kept.sync(mailbox(server.port))
    assert (came(run), gone(run)) == ([6, 7], [5])


def test_a_server_that_lets_everything_vanish_is_not_believed_at_once(
    server: ScriptedImap, box: Mailbox, kept: Kept
) -> None:
    box.messages = {uid: mail(uid) for uid in range(1, 41)}
    server.on["EXAMINE"] = opened(box, 10)
    kept.sync(mailbox(server.port))
    for uid in range(1, 40):
        del box.messages[uid]
    server.on["EXAMINE"] = opened(box, 11, b"* VANISHED (EARLIER) 1:39\r\n")
    first = kept.sync(mailbox(server.port))
    assert gone(first) == []
    assert "39 of 40 messages are gone" in first[0].set_aside[0].what
    server.on["EXAMINE"] = opened(box, 11)
    assert gone(kept.sync(mailbox(server.port))) == []
    assert len(gone(kept.sync(mailbox(server.port)))) == 39


def test_what_has_not_come_yet_is_not_behind_the_number_that_is_kept(
    server: ScriptedImap, box: Mailbox, kept: Kept
) -> None:
    """HIGHESTMODSEQ moves with the last batch: a run that ends before it asks again from the old one."""
    server.on["EXAMINE"] = opened(box, 10)
    kept.sync(mailbox(server.port))
    box.messages[9] = mail(9)
    server.on["EXAMINE"] = opened(box, 12, b"* 4 FETCH (UID 9 FLAGS () MODSEQ (12))\r\n")
    reading = kept.reading(mailbox(server.port))
    batch = next(reading)
    kept.inbox.ingest(kept.origin, batch, kept.now)
    reading.close()  # type: ignore[attr-defined]  # every read is a generator
    assert came([batch]) == [9]
    assert kept.cursors["INBOX"]["highestmodseq"] == 10
    assert came(kept.sync(mailbox(server.port))) == []
    assert kept.cursors["INBOX"]["highestmodseq"] == 12


def test_a_folder_without_such_numbers_is_read_the_plain_way(server: ScriptedImap, box: Mailbox, kept: Kept) -> None:
    plain = opened(box, 10)
    server.on["EXAMINE"] = lambda tag, rest: (plain(tag, rest) or b"").replace(b"HIGHESTMODSEQ 10", b"NOMODSEQ")
    kept.sync(mailbox(server.port))
    assert kept.cursors["INBOX"]["highestmodseq"] is None
    box.messages[9] = mail(9)
    assert came(kept.sync(mailbox(server.port))) == [9]
    assert b"UID SEARCH RETURN (ALL) UID 9:*" in server.heard


def test_a_number_from_a_server_that_never_said_it_keeps_them_is_not_trusted(
    server: ScriptedImap, box: Mailbox, kept: Kept
) -> None:
    """As Yahoo's does: it stays the same whatever comes."""
    server.capabilities = b"IMAP4rev1 AUTH=PLAIN"
    server.on["EXAMINE"] = opened(box, 10)
    kept.sync(mailbox(server.port))
    box.messages[9] = mail(9)
    assert came(kept.sync(mailbox(server.port))) == [9]
    assert not [heard for heard in server.heard if b"CONDSTORE" in heard or b"CHANGEDSINCE" in heard]
    assert kept.cursors["INBOX"]["highestmodseq"] is None


@pytest.mark.parametrize("refusal", [b" BAD unknown\r\n", b" NO not now\r\n", b" OK nothing enabled\r\n"])
def test_a_server_that_does_not_do_what_it_says_it_can_is_read_all_the_same(
    server: ScriptedImap, box: Mailbox, kept: Kept, refusal: bytes
) -> None:
    server.on["EXAMINE"] = opened(box, 10)
    kept.sync(mailbox(server.port))
    server.on["ENABLE"] = lambda tag, rest: tag + refusal
    box.messages[9] = mail(9)
    server.on["EXAMINE"] = opened(box, 12)
    server.on["UID FETCH"] = lambda tag, rest: (
        b"* 4 FETCH (UID 9 FLAGS () MODSEQ (12))\r\n" + tag + b" OK done\r\n" if b"CHANGEDSINCE" in rest else None
    )
    assert came(kept.sync(mailbox(server.port))) == [9]
    assert b"UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 10)" in server.heard


def test_a_server_that_chokes_on_a_parameter_is_opened_without(server: ScriptedImap, box: Mailbox, kept: Kept) -> None:
    plain = opened(box, 10)
    server.on["EXAMINE"] = lambda tag, rest: tag + b" BAD what?\r\n" if b"(" in rest else plain(tag, rest)
    assert came(kept.sync(mailbox(server.port))) == [3, 5, 8]
    box.messages[9] = mail(9)
    assert came(kept.sync(mailbox(server.port))) == [9]


def test_a_server_that_chokes_on_a_short_answer_is_asked_for_a_long_one(
    server: ScriptedImap, box: Mailbox, kept: Kept
) -> None:
    server.on["UID SEARCH"] = lambda tag, rest: tag + b" BAD what?\r\n" if b"RETURN" in rest else None
    assert came(kept.sync(mailbox(server.port))) == [3, 5, 8]
    box.messages[9] = mail(9)
    assert came(kept.sync(mailbox(server.port))) == [9]


def test_a_number_that_went_backwards_is_no_ground_to_stand_on(server: ScriptedImap, box: Mailbox, kept: Kept) -> None:
    """A server that was restored from a copy."""
    server.on["EXAMINE"] = opened(box, 10)
    kept.sync(mailbox(server.port))
    box.messages[9] = mail(9)
    server.on["EXAMINE"] = opened(box, 4)
    assert came(kept.sync(mailbox(server.port))) == [9]
    assert kept.cursors["INBOX"]["highestmodseq"] == 4


def test_a_list_of_four_thousand_million_messages_is_refused(server: ScriptedImap, box: Mailbox, kept: Kept) -> None:
    kept.sync(mailbox(server.port))
    box.counted = 7
    server.on["UID SEARCH"] = lambda tag, rest: b"* ESEARCH UID ALL 1:4294967295\r\n" + tag + b" OK done\r\n"
    with pytest.raises(Unreachable, match="counts 7 messages in INBOX and lists 4294967295"):
        kept.sync(mailbox(server.port))
    assert kept.places() == {("INBOX", 3), ("INBOX", 5), ("INBOX", 8)}


def test_numbers_that_change_and_change_back_lose_and_double_nothing(
    server: ScriptedImap, box: Mailbox, kept: Kept
) -> None:
    kept.sync(mailbox(server.port))
    before = kept.told()["message"]
    for uidvalidity in (78, 77, 78, 77):
        box.uidvalidity = uidvalidity
        assert came(kept.sync(mailbox(server.port))) == [3, 5, 8]
        assert kept.told()["message"] == before
        assert kept.places() == {("INBOX", 3), ("INBOX", 5), ("INBOX", 8)}
    assert kept.sync(mailbox(server.port)) == []


def test_a_message_in_the_form_for_binary_content_comes_whole(server: ScriptedImap, box: Mailbox, kept: Kept) -> None:
    def literal8(tag: bytes, rest: bytes) -> bytes | None:
        if b"BODY" not in rest:
            return None
        wanted = box.chosen(rest.split()[2].decode())
        lines = [
            b"* 1 FETCH (UID %d BODY[] ~{%d}\r\n%s)\r\n" % (uid, len(box.messages[uid]), box.messages[uid])
            for uid in wanted
        ]
        return b"".join(lines) + tag + b" OK done\r\n"

    server.on["UID FETCH"] = literal8
    run = kept.sync(mailbox(server.port))
    assert {one.message.raw for batch in run for one in batch.arrivals} == set(box.messages.values())


def test_new_numbers_double_no_mail_that_the_server_writes_differently_now(
    server: ScriptedImap, box: Mailbox, kept: Kept
) -> None:
    """As Proton's Bridge did after an update: the same mails, with other numbers and other boundaries."""
    written = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n\r\nHello\r\n--%s--\r\n"
    head = mail(5).partition(b"Content-Type")[0]
    box.messages[5] = head + written % (b"one", b"one", b"one")
    kept.sync(mailbox(server.port))
    before = kept.told()["message"]
    box.uidvalidity += 1
    box.messages = {1: mail(3), 2: head + written % (b"two", b"two", b"two"), 3: mail(8)}
    kept.sync(mailbox(server.port))
    assert kept.told()["message"] == before
    assert kept.places() == {("INBOX", 1), ("INBOX", 2), ("INBOX", 3)}
    box.messages[4] = head + written % (b"three", b"three", b"three")
    kept.sync(mailbox(server.port))
    assert len(kept.told()["message"]) == len(before) + 1, "another mail of the same id, under the same numbers"


NOISE = [b"(", b")", b'"', b"{9}\r\n", b"\r\n", b"\0", b"* ", b"\xff", b" ", b"NIL", b"-1", b":", b",", b"9" * 30]


def mangled(plain: bytes, chance: Random) -> bytes:
    reply = bytearray(plain)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(reply))
        reply[at : at + chance.randint(0, 3)] = chance.choice(NOISE)
    return bytes(reply)


@pytest.mark.parametrize("command", ["ENABLE", "EXAMINE", "UID SEARCH", "UID FETCH"])
def test_whatever_a_server_tells_of_changes_only_a_sentence_comes_of_it_and_no_mail_is_lost(
    server: ScriptedImap, box: Mailbox, kept: Kept, command: str
) -> None:
    chance = Random(command)  # the same on every machine
    server.on["EXAMINE"] = opened(box, 10)
    kept.sync(mailbox(server.port))
    box.messages |= {uid: mail(uid) for uid in (9, 11)}
    told = b"* VANISHED (EARLIER) 1:2,4\r\n" + b"".join(
        b"* 4 FETCH (UID %d FLAGS () MODSEQ (12))\r\n" % uid for uid in (9, 11)
    )
    good = server.on | {"EXAMINE": opened(box, 12, told)}
    plain = {
        "ENABLE": b"* ENABLED QRESYNC\r\n",
        "UID SEARCH": b"* ESEARCH UID ALL 3,5,8:9,11\r\n",
        "UID FETCH": b"".join(fetched(box, uid, body) for uid in (9, 11) for body in (False, True)),
    }
    for _ in range(25):
        server.on = dict(good)
        state = (good["EXAMINE"](b"", b"QRESYNC") or b"").removesuffix(b" OK [READ-ONLY] opened\r\n")
        said = plain.get(command, state)
        server.on[command] = lambda tag, rest, said=said: mangled(said + tag + b" OK done\r\n", chance) + HANG_UP
        with suppress(Problem):
            kept.sync(mailbox(server.port))
    server.on = good
    for _ in range(4):  # what the noise made doubtful is asked again
        kept.sync(replace(mailbox(server.port), thorough=True))
    assert {uid for _, uid in kept.places()} >= set(box.messages)
    subjects = {f"Order {uid}" for uid in box.messages}
    assert subjects <= set(kept.listed())


@pytest.mark.parametrize("round_", range(6))
def test_a_large_mail_with_any_structure_is_one_mail_or_a_sentence(
    server: ScriptedImap, box: Mailbox, kept: Kept, round_: int
) -> None:
    chance = Random(round_)
    structure = (
        b'((("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "8BIT" 5 1)("TEXT" "HTML" NIL NIL NIL "7BIT" 9 1) '
        b'"ALTERNATIVE" ("BOUNDARY" "in"))("IMAGE" "PNG" NIL NIL NIL "BASE64" 3000000) "MIXED" ("BOUNDARY" "out"))'
    )
    box.messages = {3: mail(3)}

    def large(tag: bytes, rest: bytes) -> bytes | None:
        if b"RFC822.SIZE" in rest:
            return b"* 1 FETCH (UID 3 RFC822.SIZE 3000000 FLAGS ())\r\n" + tag + b" OK done\r\n"
        if b"BODYSTRUCTURE" in rest:
            return mangled(b"* 1 FETCH (UID 3 BODYSTRUCTURE %s)\r\n" % structure, chance) + tag + b" OK done\r\n"
        section = rest.partition(b"BODY.PEEK[")[2].partition(b"]")[0]
        content = mail(3).partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if section == b"HEADER" else b"Hello"
        name = b"BODY[%s]%s" % (section, b"<0>" if b"<" in rest else b"")
        return b"* 1 FETCH (UID 3 %s {%d}\r\n%s)\r\n" % (name, len(content), content) + tag + b" OK done\r\n"

    server.on["UID FETCH"] = large
    for _ in range(5):
        with suppress(Problem):
            kept.sync(mailbox(server.port, largest=1))
    assert len(kept.told().get("message", [])) <= 1


def test_what_vanished_from_a_large_folder_is_told_in_one_line(server: ScriptedImap, box: Mailbox, kept: Kept) -> None:
    server.on["EXAMINE"] = opened(box, 10)
    kept.sync(mailbox(server.port))
    gaps = b",".join(b"%d" % uid for uid in range(1_000_001, 1_300_001, 2))
    server.on["EXAMINE"] = opened(box, 12, b"* VANISHED (EARLIER) 5," + gaps + b"\r\n")
    del box.messages[5]
    assert gone(kept.sync(mailbox(server.port))) == [5]


def test_a_folder_that_gets_new_numbers_while_it_is_read_is_left_for_the_next_time(
    server: ScriptedImap, box: Mailbox, kept: Kept
) -> None:
    kept.sync(mailbox(server.port))
    before = kept.places()

    def renumbered(tag: bytes, rest: bytes) -> None:
        box.uidvalidity += 1

    box.messages[9] = mail(9)
    box.counted = 7  # so that it is opened again to be counted
    server.on["EXAMINE"] = renumbered
    with pytest.raises(Unreachable, match="INBOX was renumbered while it was read"):
        kept.sync(mailbox(server.port))
    assert kept.places() == before
    del server.on["EXAMINE"]
    box.counted = None
    assert came(kept.sync(mailbox(server.port))) == [3, 5, 8, 9]
    assert kept.places() == before | {("INBOX", 9)}

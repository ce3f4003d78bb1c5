"""Who is me and in which zone, put right later: the store is then what an import done right would have made."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.incoming.store import Store
from tui_inbox.exports import bring_in
from tui_inbox.inbox.correct import Correction
from tui_inbox.problems import Misconfigured, NotFound, Refused
from tui_inbox.rules.query import parse

LINES = [
    "[28.02.2026, 09:15:02] Elif Kara: Merhaba, kargom nerede acaba?",
    "[28.02.2026, 09:15:02] Elif Kara: Merhaba",
    "[28.02.2026, 09:16:40] Deniz: Buyurun, hemen bakıyorum",
    "[03.03.2026, 18:01:11] Elif Kara: Kargom gelmedi\nhâlâ bekliyorum",
    "[03.03.2026, 23:30:00] Deniz: Yarın sabah elinizde",
    "[04.03.2026, 09:30:00] Elif Kara: Hâlâ gelmedi",
]


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.txt"
    path.write_text("\n".join(LINES) + "\n", "utf-8")
    return path


RIGHT = {"me": "Deniz", "zone": "Europe/Istanbul"}
READ = ("cursor",)
"""How a file was read stands in its cursor: that is allowed to differ."""


@pytest.fixture
def right(chat: Path, tmp_path: Path) -> Store:
    store = Store(tmp_path / "right")
    store.bring(chat, **RIGHT)
    return store


def corrected(store: Store, **said: object) -> object:
    with store.inbox() as inbox:
        return inbox.correct(Correction("whatsapp", **said), store.at)  # type: ignore[arg-type]


def index_is_whole(store: Store) -> None:
    with closing(sqlite3.connect(store.home.store)) as here:
        here.execute("INSERT INTO fulltext(fulltext) VALUES ('integrity-check')")


@pytest.mark.parametrize("wrong", ["Elif Kara", None, "Somebody Else"])
def test_a_wrong_me_put_right_equals_an_import_done_right(
    wrong: str | None, chat: Path, right: Store, tmp_path: Path
) -> None:
    store = Store(tmp_path / "wrong")
    store.bring(chat, me=wrong, zone="Europe/Istanbul")
    assert store.told(*READ) != right.told(*READ)
    corrected(store, me=("Deniz",))
    assert store.told(*READ) == right.told(*READ)
    index_is_whole(store)


def test_a_wrong_zone_put_right_equals_an_import_done_right(chat: Path, right: Store, tmp_path: Path) -> None:
    store = Store(tmp_path / "wrong")
    store.bring(chat, me="Deniz", zone="America/New_York")
    assert store.told(*READ) != right.told(*READ)
    corrected(store, zone="Europe/Istanbul")
    assert store.told(*READ) == right.told(*READ)
    index_is_whole(store)


def test_both_put_right_one_after_the_other_equal_an_import_done_right(
    chat: Path, right: Store, tmp_path: Path
) -> None:
    store = Store(tmp_path / "wrong")
    store.bring(chat, me="Elif Kara", zone="Asia/Tokyo")
    corrected(store, zone="Europe/Istanbul")
    corrected(store, me=("Deniz",))
    assert store.told(*READ) == right.told(*READ)


def test_importing_again_with_the_right_words_puts_right_what_was_read_wrongly(
    chat: Path, right: Store, tmp_path: Path
) -> None:
    store = Store(tmp_path / "wrong")
    store.bring(chat, me="Elif Kara", zone="America/New_York")
    again = store.bring(chat, **RIGHT)
    assert (again.came.new, again.came.known) == (0, 6)
    assert again.corrected
    without = (*READ, "account")
    assert store.told(*without) == right.told(*without)


def test_importing_again_with_the_same_words_is_cut_short(chat: Path, right: Store) -> None:
    again = right.bring(chat, **RIGHT)
    assert (again.came.new, again.came.known, again.corrected) == (0, 6, 0)


def test_what_was_put_right_holds_for_the_next_export(chat: Path, tmp_path: Path) -> None:
    store, whole = Store(tmp_path / "wrong"), Store(tmp_path / "whole")
    later = tmp_path / "later.txt"
    later.write_text("\n".join([*LINES, "[04.03.2026, 12:30:00] Deniz: Kurye yolda, az kaldı"]) + "\n", "utf-8")
    store.bring(chat, me="Elif Kara", zone="Asia/Tokyo")
    corrected(store, me=("Deniz",), zone="Europe/Istanbul")
    assert store.bring(later).came.new == 1
    whole.bring(later, **RIGHT)
    without = (*READ, "message", "found by")
    assert store.told(*without) == whole.told(*without)


def test_one_chat_alone_can_be_put_right_and_stays_so(chat: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    other = tmp_path / "other.txt"
    other.write_text(
        "[01.03.2026, 10:00:00] Ayla: Ist das Paket schon unterwegs?\n"
        "[01.03.2026, 10:01:00] Elif Kara: Ja, seit gestern\n",
        "utf-8",
    )
    store.bring(other, me="Elif Kara", zone="Europe/Istanbul")
    store.bring(chat, me="Elif Kara", zone="Europe/Istanbul")
    with store.inbox() as inbox, inbox.reader() as reader:
        found = reader.search(parse("kargom", store.at, "UTC"), store.at).ids
    corrected(store, me=("Deniz",), conversations=frozenset(found))
    assert sides(store) == {("Ayla", "in"), ("Elif Kara", "out"), ("Elif Kara", "in"), ("Deniz", "out")}
    longer = tmp_path / "longer.txt"
    longer.write_text(chat.read_text("utf-8") + "[04.03.2026, 12:00:00] Elif Kara: Teşekkürler, şimdi geldi\n", "utf-8")
    store.bring(longer)
    assert ("Elif Kara", "in") in sides(store, "Teşekkürler")
    assert ("Elif Kara", "out") not in sides(store, "Teşekkürler")


def sides(store: Store, text: str = "") -> set[tuple[str, str]]:
    with closing(sqlite3.connect(store.home.store)) as here:
        return set(here.execute("SELECT sender_name, direction FROM message WHERE text LIKE ?", (f"%{text}%",)))


def test_acts_and_promises_are_read_anew(chat: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.bring(chat, me="Elif Kara", zone="Europe/Istanbul")
    with store.inbox() as inbox, inbox.reader() as reader:
        [before] = reader.rows(reader.queue("all", store.at).ids, store.at)
    corrected(store, me=("Deniz",))
    with store.inbox() as inbox, inbox.reader() as reader:
        [after] = reader.rows(reader.queue("all", store.at).ids, store.at)
        whole = reader.conversation(after.id, store.at)
    assert (before.contact.name, after.contact.name) == ("Deniz", "Elif Kara")
    assert before.due != after.due
    assert "corrected" in [one.event for one in whole.history]


def test_what_cannot_be_put_right_is_said(chat: Path, right: Store) -> None:
    with pytest.raises(NotFound), right.inbox() as inbox:
        inbox.correct(Correction("slack", me=("Deniz",)), right.at)
    with pytest.raises(Misconfigured):
        corrected(right, zone="Mars/Olympus")
    with pytest.raises(NotFound):
        corrected(right, me=("Deniz",), conversations=frozenset({99}))


def test_a_zone_said_for_a_folder_of_exports_holds_for_each_of_them(tmp_path: Path) -> None:
    phone = tmp_path / "phone"
    phone.mkdir()
    for day, name in enumerate(("Ada", "Bob", "Eve"), 1):
        with zipfile.ZipFile(phone / f"WhatsApp Chat with {name}.zip", "w") as zipped:
            lines = f"[0{day}.03.2026, 09:15:02] {name}: {name} asks\n[0{day}.03.2026, 09:20:00] Deniz: For {name}\n"
            zipped.writestr(f"WhatsApp Chat with {name}.txt", lines)
    told = {}
    for folder, zones in (("at once", [RIGHT["zone"]]), ("later", ["UTC", RIGHT["zone"]])):
        store = Store(tmp_path / folder)
        for zone in zones:
            with store.inbox() as inbox:
                assert len(bring_in(inbox, phone, store.at, me="Deniz", zone=zone)) == 3
        with closing(sqlite3.connect(store.home.store)) as db:
            told[folder] = db.execute("SELECT sender_name, text, received_at FROM message ORDER BY 1, 3, 2").fetchall()
    assert len(told["later"]) == 6
    assert told["later"] == told["at once"]


# --- mail that came before our addresses were named ----------------------------------------------------------

SHOP = '[me]\naddresses = ["support@shop.example"]\n'
MAILS = """\
From: Ada <ada@example.org>
To: support@shop.example
Date: Mon, 2 Mar 2026 09:00:00 +0000
Message-ID: <1@example.org>
Subject: Order

Where is it?
--
From: Shop <Support@shop.example>
To: Ada <ada@example.org>
Date: Mon, 2 Mar 2026 10:00:00 +0000
Message-ID: <2@shop.example>
In-Reply-To: <1@example.org>
Subject: Re: Order

On its way.
--
From: Shop <support@shop.example>
To: support@shop.example
Reply-To: Bob <bob@example.org>
Date: Mon, 2 Mar 2026 11:00:00 +0000
Message-ID: <3@shop.example>
Subject: Contact form

Do you repair lamps?
--
From: Shop <support@shop.example>
To: support@shop.example
Date: Mon, 2 Mar 2026 12:00:00 +0000
Message-ID: <4@shop.example>
Subject: To myself

Buy lamps.
--
From: Shop <support@shop.example>
To: Cem <cem@example.org>
Date: Mon, 2 Mar 2026 13:00:00 +0000
Message-ID: <5@shop.example>
Subject: Your lamp

It is ready.
--
From: Mail Delivery <mailer-daemon@shop.example>
To: support@shop.example
Date: Mon, 2 Mar 2026 13:01:00 +0000
Message-ID: <6@shop.example>
In-Reply-To: <5@shop.example>
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; shop.example

Final-Recipient: rfc822; cem@example.org
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <5@shop.example>

It is ready.
--b--
"""


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    path = tmp_path / "mails.mbox"
    path.write_text("".join(f"From - Mon Mar  2 09:00:00 2026\n{one}\n" for one in MAILS.split("\n--\n")))
    return path


@pytest.mark.parametrize("named", ["config", "said"])
def test_mail_that_came_before_our_addresses_were_named_is_put_on_its_side(
    named: str, mails: Path, tmp_path: Path
) -> None:
    right, store = Store(tmp_path / "right").configured(SHOP), Store(tmp_path / "wrong")
    right.bring(mails)
    hint = store.bring(mails).hint
    assert "tui-inbox correct email" in hint
    without = (*READ, "account") if named == "said" else READ
    assert store.told(*without) != right.told(*without)
    said = Correction("email")
    if named == "config":
        store.configured(SHOP)
    else:
        said = Correction("email", ("support@shop.example",))
    with store.inbox() as inbox:
        assert inbox.correct(said, store.at).turned == 4
        assert inbox.correct(said, store.at).turned == 0
    assert store.told(*without) == right.told(*without)
    index_is_whole(store)


def test_mail_is_put_right_in_one_conversation_alone(mails: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.bring(mails)
    store.configured(SHOP)
    with store.inbox() as inbox:
        came = inbox.correct(Correction("email", conversations=frozenset({1})), store.at)
    assert (came.turned, came.conversations) == (1, {1})


def test_mail_has_no_zone_and_needs_an_address(mails: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.bring(mails)
    with store.inbox() as inbox:
        with pytest.raises(Refused, match="says itself when"):
            inbox.correct(Correction("email", zone="Europe/Istanbul"), store.at)
        with pytest.raises(Misconfigured, match="No address"):
            inbox.correct(Correction("email"), store.at)

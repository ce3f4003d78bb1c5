"""A customer who asks to be forgotten is: no byte of theirs is left in any file of the home, and the figures stay."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.incoming.store import Store
from tui_inbox.inbox.forgetting import Forgotten
from tui_inbox.problems import NotFound, StoreTrouble
from tui_inbox.rules import query
from tui_inbox.rules.model import Archive
from tui_inbox.store import copies

ADAS = (
    *("quastel", "ada.quastel@one.example", "a1@one.example", "zwiebelmuster", "kupfergrüne", "kupfergrune"),
    *("teekanne", "sugarbowl", "quastelphoto", "a2@one.example", "teekannebild", "vghligt1", "moin"),
)
"""What is in Ada's messages, names and addresses and nowhere else; as written, folded for the index, and encoded."""


def contact(store: Store, name: str) -> int:
    with store.inbox() as inbox, inbox.reader() as reader:
        rows = reader.rows(reader.queue("all", store.at).ids, store.at)
    return next(one.contact.id for one in rows if one.contact.name == name)


def forget(store: Store, name: str) -> Forgotten:
    id_ = contact(store, name)
    with store.inbox() as inbox:
        return inbox.contacts.forget(inbox.contacts.traces(id_), store.at)


def everything_in(folder: Path) -> bytes:
    """Return the bytes of all files below *folder*, and what is compressed in the stores among them, in lower case."""
    found = []
    for one in sorted(folder.rglob("*")):
        if one.is_file():
            found.append(one.read_bytes())
            if found[-1].startswith(b"SQLite format 3"):
                with closing(sqlite3.connect(one)) as connection:
                    packed = connection.execute(
                        "SELECT content FROM raw WHERE packed"
                        " UNION ALL SELECT text FROM message WHERE typeof(text) = 'blob'"
                        " UNION ALL SELECT quoted FROM message WHERE typeof(quoted) = 'blob'"
                    ).fetchall()
                found += [zlib.decompress(row[0]) for row in packed]
    return b"\n".join(found).decode("utf-8", "replace").lower().encode()


def left(folder: Path) -> set[str]:
    found = everything_in(folder)
    return {one for one in ADAS if one.encode() in found}


def merge_contacts(store: Store) -> None:
    """Ada is known by her address and by the name of her chat: the agent says that they are one person."""
    with store.inbox() as inbox, inbox.reader() as reader:
        rows = reader.rows(reader.queue("all", store.at).ids, store.at)
        ids = sorted({one.contact.id for one in rows if one.contact.name == "Ada Quastel"})
        for other in ids[1:]:
            inbox.contacts.link(ids[0], other, store.at)


def test_no_byte_of_them_is_left_in_the_home(store: Store) -> None:
    merge_contacts(store)
    assert left(store.folder) == set(ADAS)
    came = forget(store, "Ada Quastel")
    assert (came.messages, came.still) == (8, [])
    assert left(store.folder) == set()


def test_nothing_of_them_is_found_listed_or_shown(store: Store) -> None:
    merge_contacts(store)
    forget(store, "Ada Quastel")
    with store.inbox() as inbox, inbox.reader() as reader:
        for word in ("quastel", "teekanne", "zwiebelmuster", "sugarbowl", "from:one.example"):
            asked = query.parse(word, store.at, store.at.tzinfo)
            assert reader.found(asked, store.at, 10).total == 0
        for id_ in reader.queue("all", store.at).ids:
            assert "uastel" not in repr(reader.conversation(id_, store.at))


def test_what_was_noted_elsewhere_goes_too(store: Store) -> None:
    merge_contacts(store)
    with closing(sqlite3.connect(store.home.store)) as connection, connection:
        connection.execute(
            "INSERT INTO review (of, state) VALUES ('from:ada.quastel@one.example', '{}'), ('inbox', '{}')"
        )
        connection.execute("UPDATE account SET problem = 'Nobody knows ada.quastel@one.example.'")
        connection.execute(
            'INSERT INTO set_aside (account_id, place, "where", what, content, at)'
            " VALUES (1, 'p', 'line 1', 'Ada Quastel', x'78', 0), (1, 'p', 'line 2', 'else', x'79', 0)"
        )
    forget(store, "Ada Quastel")
    assert left(store.folder) == set()
    with closing(sqlite3.connect(store.home.store)) as connection:
        assert connection.execute("SELECT of FROM review").fetchall() == [("inbox",)]
        assert connection.execute("SELECT what FROM set_aside").fetchall() == [("else",)]


def test_our_own_names_and_addresses_are_not_theirs(store: Store) -> None:
    merge_contacts(store)
    with store.inbox() as inbox:
        words = inbox.contacts.traces(contact(store, "Ada Quastel")).words
    assert words == ("ada.quastel@one.example", "Ada Quastel")


def test_the_others_keep_what_they_wrote(store: Store) -> None:
    merge_contacts(store)
    came = forget(store, "Ada Quastel")
    assert came.mentions == 1
    with store.inbox() as inbox, inbox.reader() as reader:
        rows = {one.subject: one for one in reader.rows(reader.queue("all", store.at).ids, store.at)}
        assert rows["Opening hours"].contact.name == "Bora"
        [cems, adas] = reader.conversation(rows["Our order"].id, store.at).messages
    assert cems.text.strip() == "(erased) and I wait for eight cups."
    assert cems.to == ("support@shop.example",)
    assert (adas.text, adas.sender_name, adas.state.value) == ("", "", "deleted")


def figures(store: Store) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store.home.store)) as connection:
        messages = connection.execute(
            "SELECT conversation_id, direction, class, received_at, history, stamp FROM message ORDER BY id"
        )
        promises = connection.execute("SELECT conversation_id, kind, started, due, tier FROM promise ORDER BY id")
        acts = connection.execute("SELECT conversation_id, verb, at, by FROM act ORDER BY id")
        return [*messages.fetchall(), *promises.fetchall(), *acts.fetchall()]


def test_what_reports_count_stays_and_what_was_open_ends_on_the_record(store: Store) -> None:
    merge_contacts(store)
    with store.inbox() as inbox, inbox.reader() as reader:
        for id_ in reader.queue("inbox", store.at).ids:
            inbox.perform([Archive(id_, reader.seen())], store.at)
    before = figures(store)
    forget(store, "Ada Quastel")
    assert figures(store) == before


def test_open_conversations_of_theirs_are_archived(store: Store) -> None:
    merge_contacts(store)
    forget(store, "Ada Quastel")
    with store.inbox() as inbox, inbox.reader() as reader:
        rows = reader.rows(reader.queue("inbox", store.at).ids, store.at)
    assert {one.contact.name for one in rows} <= {"Bora", "Cem", ""}
    assert all(one.subject for one in rows)


def test_an_erased_contact_may_be_erased_again(store: Store) -> None:
    merge_contacts(store)
    id_ = contact(store, "Ada Quastel")
    forget(store, "Ada Quastel")
    with store.inbox() as inbox:
        assert inbox.contacts.forget(inbox.contacts.traces(id_), store.at).still == []
        with pytest.raises(NotFound):
            inbox.contacts.traces(9999)


def test_backups_that_can_be_reached_lose_them_too_and_the_others_are_named(store: Store, tmp_path: Path) -> None:
    merge_contacts(store)
    made = [tmp_path / "kept", tmp_path / "moved", tmp_path / "older"]
    for one in made:
        one.mkdir()
        copies.back_up(store.home.store, one / "b.db", store.at)
    (tmp_path / "moved" / "b.db").rename(tmp_path / "moved" / "elsewhere.db")
    with closing(sqlite3.connect(tmp_path / "older" / "b.db")) as connection:
        connection.execute("PRAGMA user_version = 0")
    came = forget(store, "Ada Quastel")
    assert came.backups == [tmp_path / "kept" / "b.db"]
    assert left(tmp_path / "kept") == set()
    assert [where for where, _ in came.still] == [str(made[1] / "b.db"), str(made[2] / "b.db")]
    assert "not there now" in came.still[0][1]


def test_a_reader_in_the_way_is_said_and_a_second_run_ends_it(store: Store) -> None:
    merge_contacts(store)
    with store.inbox() as inbox, inbox.reader() as reader:
        id_ = contact(store, "Ada Quastel")
        with reader.moment():
            reader.seen()
            with pytest.raises(StoreTrouble):
                inbox.contacts.forget(inbox.contacts.traces(id_), store.at)
        inbox.contacts.forget(inbox.contacts.traces(id_), store.at + timedelta(minutes=1))
    assert left(store.folder) == set()


CEM_ANSWERS = b"""\
From: Cem <cem@three.example>\r
To: Shop <support@shop.example>\r
Subject: Re: Our order\r
Message-ID: <c2@three.example>\r
In-Reply-To: <a2@one.example>\r
References: <c1@three.example> <a2@one.example>\r
Date: Tue, 3 Mar 2026 09:30:00 +0000\r
Received: from x by y; Tue, 3 Mar 2026 09:30:01 +0000\r
\r
So do I.\r
"""


def test_the_ids_of_their_mails_go_from_the_answers_of_others(store: Store, tmp_path: Path) -> None:
    merge_contacts(store)
    (tmp_path / "c2.eml").write_bytes(CEM_ANSWERS)
    store.bring(tmp_path / "c2.eml", account="support")
    forget(store, "Ada Quastel")
    assert left(store.folder) == set()


def test_the_ids_of_their_mails_go_from_another_account_that_answers_them(store: Store, tmp_path: Path) -> None:
    merge_contacts(store)
    (tmp_path / "c2.eml").write_bytes(CEM_ANSWERS.replace(b"In-Reply-To: <a2@one.example>", b"X-Nothing: more"))
    store.bring(tmp_path / "c2.eml", account="elsewhere")
    assert b"a2@one.example" in everything_in(store.folder)
    forget(store, "Ada Quastel")
    assert left(store.folder) == set()
    with store.inbox() as inbox, inbox.reader() as reader:
        assert any(
            row.account == "elsewhere" and row.subject
            for row in reader.rows(reader.queue("all", store.at).ids, store.at)
        )


# --- every column ------------------------------------------------------------------------------------------

GOES = {
    *("message.key", "message.thread_key", "message.external_id", "message.why", "message.sender_name"),
    *("message.sender_identity", "message.recipients", "message.subject", "message.text", "message.quoted"),
    *("message.token", "message.answers", "message.ids", "message.warnings", "raw.content", "blob.content"),
    *("blob.digest", "attachment.name", "attachment.type", "attachment.part", "attachment.blob"),
    *("contact.name", "identity.key", "identity.value", "identity.name", "identity.looks"),
    *("thread.key", "thread.title", "thread.me", "mail_id.message_id", "conversation.subject", "conversation.snippet"),
    *("conversation.routed", "event.detail", "act.note", "outbox.problem", "outbox.raw", "move.problem"),
    *("set_aside.place", "set_aside.where", "set_aside.what", "set_aside.content", "cursor.place", "cursor.value"),
    *(
        "review.of",
        "review.state",
        "account.problem",
        "account.me",
        "dropped.folder",
        "dropped.name",
        "dropped.problem",
    ),
}
"""What may hold a word of a customer's: it is emptied, scrubbed, or its row goes."""
STAYS = {
    "one of a few words of ours, or a number": (
        *(
            "account.kind",
            "account.channel",
            "act.verb",
            "act.delivery",
            "conversation.channel",
            "conversation.begins_with",
        ),
        *("conversation.place", "conversation.status", "conversation.turns_to", "conversation.turns_reason"),
        *("conversation.reason", "conversation.delivery", "dropped.mark", "event.event", "identity.channel"),
        *("message.direction", "message.class", "message.judged", "message.precision", "message.state"),
        *("move.kind", "move.state", "outbox.kind", "outbox.state", "outbox.copy", "promise.origin", "promise.kind"),
        *("promise.outcome", "promise.why"),
    ),
    "of the configuration: our own names, accounts, zones, rules, teammates, calendars": (
        *("account.name", "account.zone", "act.by", "act.to", "act.effects", "calendar.value", "conversation.owner"),
        *("conversation.skill", "event.by", "outbox.to", "outbox.account", "promise.responsible", "thread.zone"),
    ),
    "what the server calls its own folders and mails, which lie there whatever becomes of this store": (
        *("census.place", "census.name", "location.folder", "location.object_id", "move.folder", "move.target"),
    ),
    "the id of a mail that we wrote": ("outbox.message_id",),
}
"""What stays, and why it says nothing of a customer."""


def test_of_every_column_it_is_decided_whether_it_goes_with_a_customer(store: Store) -> None:
    with closing(sqlite3.connect(store.home.store)) as connection:
        every = {
            f"{table}.{name}"
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if not table.startswith(("sqlite_", "fulltext"))
            for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall()
            if kind not in ("INTEGER", "BOOLEAN")
        }
    stays = [one for some in STAYS.values() for one in some]
    assert len(stays) == len(set(stays))
    assert every == GOES | set(stays)
    assert not GOES & set(stays)

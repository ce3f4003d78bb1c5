"""Full-text search over a real store: what is found, in which order, and that values stay values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.growth import cost
from tui_inbox.rules.asked import And, Received
from tui_inbox.rules.query import WrongQuery, parse
from tui_inbox.store import migrations, search
from tui_inbox.store.moments import moment, stored

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Istanbul")
ADA = ("Ada Demir", "ada@bigcorp.example")
BO = ("Bo", "bo@bigcorp.example.org")
SHOP = ("Shop", "support@shop.example")


def put(connection: sqlite3.Connection, table: str, **values: object) -> int:
    """Insert a row; what is not named and must not be null is 0 or empty."""
    for _, name, kind, needed, default, key in connection.execute(f"PRAGMA table_info({table})").fetchall():
        if needed and default is None and not key and name not in values:
            values[name] = "" if kind.upper() in ("VARCHAR", "TEXT") else 0
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    return connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values())).lastrowid or 0


class Shelf:
    """A store that is filled by hand."""

    def __init__(self, path: Path) -> None:
        migrations.upgrade(path)
        self.connection = sqlite3.connect(path)
        self.ties = 0
        put(self.connection, "account", id=1, name="Support", kind="imap", channel="email")
        put(self.connection, "account", id=2, name="phone", kind="whatsapp", channel="whatsapp")
        put(self.connection, "thread", id=1, account_id=1, key="t")

    def conversation(self, place: str = "inbox", **values: object) -> int:
        begun = {"account_id": 1, "thread_id": 1, "channel": "email", "owner": "me", "status": "open", "messages": 1}
        return put(self.connection, "conversation", **{**begun, "place": place, "last_at": stored(NOW), **values})

    def message(
        self,
        conversation: int,
        text: str = "",
        *,
        subject: str = "",
        sender: tuple[str, str] = ADA,
        ago: timedelta = timedelta(hours=1),
        files: tuple[str, ...] = (),
        warnings: str = "[]",
    ) -> int:
        self.ties += 1
        received = stored(NOW - ago)
        stamp = (received << 20) + self.ties
        message = put(
            self.connection,
            "message",
            account_id=1,
            thread_id=1,
            conversation_id=conversation,
            key=str(self.ties),
            stamp=stamp,
            sender_name=sender[0],
            sender_identity=sender[1],
            received_at=received,
            text=text,
            subject=subject,
            attachments=len(files),
            warnings=warnings,
        )
        values = search.index_values(subject, text, "", sender, [SHOP], files)
        self.connection.execute(search.ADD, (stamp, *values))
        self.connection.execute(
            "UPDATE conversation SET last_at = (SELECT max(received_at) FROM message WHERE conversation_id = :id) "
            "WHERE id = :id",
            {"id": conversation},
        )
        return message

    def saying(self, text: str, place: str = "inbox", **values: object) -> int:
        """Return a conversation of one message."""
        conversation = self.conversation(place, **values)
        self.message(conversation, text)
        return conversation

    def finds(self, query: str) -> list[int]:
        asked = parse(query, NOW, ZONE)
        found = search.search(self.connection, asked, NOW)
        assert search.total(self.connection, asked, NOW) == len(found.ids)
        return list(found.ids)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path / "inbox.db")
    yield shelf
    shelf.connection.close()


def test_conversations_come_by_their_newest_matching_message(shelf: Shelf) -> None:
    old, new = shelf.conversation(), shelf.conversation()
    shelf.message(old, "lamp", ago=timedelta(days=1))
    shelf.message(new, "lamp", ago=timedelta(days=2))
    shelf.message(new, "thanks", ago=timedelta(hours=1))
    assert shelf.finds("lamp") == [old, new]
    assert shelf.finds("") == [new, old]


def test_all_words_stand_in_one_message(shelf: Shelf) -> None:
    together, apart = shelf.saying("the lamp is broken"), shelf.conversation()
    shelf.message(apart, "the lamp")
    shelf.message(apart, "is broken")
    assert shelf.finds("broken lamp") == [together]


def test_phrases_prefixes_negation_and_or(shelf: Shelf) -> None:
    lamp, refund = shelf.saying("my red lamp is late"), shelf.saying("refund for the lamp, red please")
    assert shelf.finds('"red lamp"') == [lamp]
    assert shelf.finds("ref*") == [refund]
    assert shelf.finds("lamp -refund") == [lamp]
    assert shelf.finds("-refund") == [lamp]
    assert set(shelf.finds("late OR refund")) == {lamp, refund}
    assert shelf.finds("-(late OR nothing)") == [refund]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("istanbul", "İSTANBUL'da bir kargo"),
        ("strasse", "Lange Straße 3"),
        ("şikayet", "bir sikayet var"),
        ("sikayet", "ŞİKÂYET"),
        ("注文番号", "昨日の注文番号を教えてください"),
        ("号", "昨日の注文番号を教えてください"),
        ("สินค้า", "ยังไม่ได้รับสินค้าเลย"),
        ("नमस्ते", "नमस्ते, मेरा ऑर्डर"),
        ("TR-4711", "order tr-4711, please"),
    ],
)
def test_every_script_is_found_in_a_real_index(shelf: Shelf, query: str, text: str) -> None:
    there = shelf.saying(text)
    shelf.saying("something else, 別の話, อื่น")
    assert shelf.finds(query) == [there]


def test_fields_ask_one_part_of_a_message(shelf: Shelf) -> None:
    one, two = shelf.conversation(), shelf.conversation()
    shelf.message(one, "hello", subject="Invoice", sender=ADA, files=("Invoice 7.pdf",))
    shelf.message(two, "the invoice", subject="hello", sender=BO, warnings='["link text and target differ"]')
    assert shelf.finds("subject:invoice") == [one]
    assert shelf.finds("body:invoice") == [two]
    assert shelf.finds("filename:*.pdf") == shelf.finds("has:attachment") == [one]
    assert shelf.finds("from:demir") == [one]
    assert shelf.finds("to:shop") == [two, one]
    assert shelf.finds("warning:link") == [two]
    assert shelf.finds("-has:attachment") == [two]


def test_the_end_of_an_address_is_exact(shelf: Shelf) -> None:
    ada, bo = shelf.conversation(), shelf.conversation()
    shelf.message(ada, "x", sender=ADA)
    shelf.message(bo, "x", sender=BO)
    assert shelf.finds("from:*@bigcorp.example") == [ada]
    assert shelf.finds("-from:*@bigcorp.example") == [bo]
    assert shelf.finds("from:*@bigcorp.example OR is:spam") == [ada]


def test_places_are_those_of_the_moment(shelf: Shelf) -> None:
    soon, before = stored(NOW + timedelta(hours=1)), stored(NOW - timedelta(hours=1))
    inbox, archived, spam = shelf.saying("a"), shelf.saying("a", "archived"), shelf.saying("a", "spam")
    handed = shelf.saying("a", "handed_over", owner="Şule")
    asleep = shelf.saying("a", "snoozed", turns_at=soon, turns_to="inbox", turns_reason="follow_up")
    awake = shelf.saying("a", "snoozed", turns_at=before, turns_to="inbox", turns_reason="follow_up")
    assert set(shelf.finds("is:open")) == {inbox, handed, awake}
    assert set(shelf.finds("is:inbox")) == {inbox, awake}
    assert shelf.finds("is:snoozed") == [asleep]
    assert shelf.finds("is:archived") == [archived]
    assert shelf.finds("is:handed_over") == shelf.finds("owner:sule") == [handed]
    assert shelf.finds("a is:spam") == [spam]
    assert shelf.finds("reason:follow_up") == [awake]
    assert handed not in shelf.finds("owner:me")


def test_a_hand_over_that_could_not_be_delivered_is_mine_again(shelf: Shelf) -> None:
    before = stored(NOW - timedelta(hours=1))
    back = shelf.saying(
        "a", "handed_over", owner="Mert", turns_at=before, turns_to="inbox", turns_reason="returned", last_out_at=before
    )
    assert shelf.finds("owner:me") == shelf.finds("is:inbox") == shelf.finds("reason:returned") == [back]
    assert shelf.finds("owner:mert") == []


def test_clocks(shelf: Shelf) -> None:
    def at(hours: float) -> int:
        return stored(NOW + timedelta(hours=hours))

    late = shelf.saying("a", due=at(-1), risk_at=at(-2), waiting_since=at(-5))
    risk = shelf.saying("a", due=at(1), risk_at=at(-1), waiting_since=at(-3), snoozes=3)
    calm = shelf.saying("a", due=at(9), risk_at=at(5), last_out_at=at(-1), tier=2, news=1)
    done = shelf.saying("a", "archived", due=at(-1), risk_at=at(-2))
    assert shelf.finds("is:late") == [late]
    assert shelf.finds("is:at_risk") == [risk]
    assert shelf.finds("is:answered") == [calm]
    assert shelf.finds("is:news") == shelf.finds("tier:2") == [calm]
    assert shelf.finds("waiting:>4h") == [late]
    assert set(shelf.finds("waiting:<4h")) == {risk}
    assert set(shelf.finds("-waiting:>4h")) == {risk, calm, done}
    assert shelf.finds("snoozes:>2") == [risk]


def test_names_are_folded_too(shelf: Shelf) -> None:
    contact = put(shelf.connection, "contact", name="Ayşe Yıldız")
    put(shelf.connection, "identity", contact_id=contact, key="email:x", channel="email", value="ay@x.example", name="")
    hers = shelf.saying("a", contact_id=contact, skill="Türkçe", channel="whatsapp", account_id=2)
    shelf.saying("a")
    for query in (
        f"contact:{contact}",
        "contact:yildiz",
        "contact:ay@x.example",
        "skill:turkce",
        "channel:WhatsApp",
        "account:Phone",
        "a contact:yildiz",
    ):
        assert shelf.finds(query) == [hers]
    assert shelf.finds("contact:nobody") == shelf.finds("owner:nobody") == []


def test_time_is_when_a_message_was_received(shelf: Shelf) -> None:
    old, new = shelf.conversation(), shelf.conversation()
    shelf.message(old, "lamp", ago=timedelta(days=3))
    shelf.message(new, "lamp", ago=timedelta(hours=1))
    assert shelf.finds("lamp on:today") == shelf.finds("newer_than:2d") == [new]
    assert shelf.finds("lamp older_than:2d") == shelf.finds("before:2026-03-01") == [old]
    assert shelf.finds("after:2026-02-27 before:2026-02-28") == [old]
    assert shelf.finds("on:today OR nothing") == [new]


def test_mixed_alternatives_are_answered(shelf: Shelf) -> None:
    lamp, late = shelf.saying("lamp"), shelf.saying("chair", due=stored(NOW) - 1)
    shelf.saying("table")
    assert set(shelf.finds("lamp OR is:late")) == {lamp, late}
    assert shelf.finds("lamp OR (chair -is:late)") == [lamp]


def test_pages_follow_without_repeating_or_leaving_out(shelf: Shelf) -> None:
    conversations = [shelf.conversation() for _ in range(20)]
    for number in range(100):
        shelf.message(conversations[number * 7 % 20], "lamp", ago=timedelta(minutes=number + 1))
    for query in ("lamp", "is:open", "lamp is:open", "lamp OR is:late"):
        asked = parse(query, NOW, ZONE)
        pages, after = [], None
        for _ in range(5):
            found = search.search(shelf.connection, asked, NOW, 6, after)
            pages.append(found.ids)
            if (after := found.next) is None:
                break
        everything = search.search(shelf.connection, asked, NOW, None).ids
        assert [len(page) for page in pages] == [6, 6, 6, 2]
        assert tuple(one for page in pages for one in page) == everything


def test_few_conversations_and_many_give_the_same(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        shelf.saying("lamp" if number % 2 else "chair", "snoozed" if number % 3 else "inbox")
    few = [shelf.finds(query) for query in ("lamp is:snoozed", "-lamp is:snoozed", "on:today is:snoozed")]
    monkeypatch.setattr(search, "FEW", 1)
    assert [shelf.finds(query) for query in ("lamp is:snoozed", "-lamp is:snoozed", "on:today is:snoozed")] == few


def test_what_is_removed_from_the_index_is_found_no_more(shelf: Shelf) -> None:
    conversation = shelf.saying("lamp")
    [stamp] = shelf.connection.execute("SELECT stamp FROM message").fetchone()
    shelf.connection.execute(search.REMOVE, (stamp, *search.index_values("", "lamp", "", ADA, [SHOP], ())))
    assert shelf.finds("lamp") == []
    assert shelf.finds("is:open") == [conversation]


@pytest.mark.parametrize(
    "hostile",
    [
        '"\' OR 1=1 --"',
        "'; DROP TABLE message; --",
        "owner:'||x",
        'subject:"a* NEAR(b) ^c {d}"',
        "account:%",
        "a AND NOT b",
        "NEAR",
        "from:*'--",
        "NOT",
        "\x00a",
        "a:b" * 3 + '"',
    ],
)
def test_values_stay_values(shelf: Shelf, hostile: str) -> None:
    shelf.saying("lamp")
    before = shelf.connection.execute("SELECT count(*) FROM message").fetchone()
    try:
        asked = parse(hostile, NOW, ZONE)
    except WrongQuery:
        return
    search.search(shelf.connection, asked, NOW)
    assert shelf.connection.execute("SELECT count(*) FROM message").fetchone() == before


OF_MESSAGES = ["lamp", "chair", "東京", "東", '"red lamp"', "la*", "from:ada", "from:*@bigcorp.example", "subject:x"]
OF_MESSAGES += ["warning:link", "on:today", "before:2026-03-01", "has:attachment", "has:warning"]
OF_CONVERSATIONS = [
    "is:open",
    "is:late",
    "is:snoozed",
    "owner:me",
    "owner:mert",
    "waiting:>1h",
    "tier:1",
    "contact:ada",
]
OF_CONVERSATIONS += ["reason:new", "snoozes:0", "channel:email"]
WORDS = st.sampled_from(OF_MESSAGES + OF_CONVERSATIONS)
QUERIES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        inner.map(lambda part: f"-({part})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(parts)})"),
    ),
    max_leaves=8,
)


@given(QUERIES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_query_and_its_opposite_share_no_message_and_leave_none_out(shelf: Shelf, query: str) -> None:
    if not shelf.ties:
        two, three = timedelta(hours=2), timedelta(hours=3)
        late = shelf.saying("a red lamp 東京都", due=stored(NOW) - 1, waiting_since=0)
        shelf.message(late, "chair", ago=two, files=("x",))
        shelf.message(shelf.saying("chair", "snoozed", owner="Mert"), "lamp", ago=three, subject="x", sender=BO)
        shelf.message(shelf.saying("lamp", "archived"), "東", ago=timedelta(days=9), warnings='["link"]')
    every = shelf.connection.execute("SELECT conversation_id, received_at FROM message").fetchall()

    def messages(query: str) -> list[tuple[int, int]]:
        """Return conversation and time of every message that *query* finds, each asked for alone by its time."""
        asked, found = parse(query, NOW, ZONE), []
        assert asked.root is not None
        parts = asked.root.parts if isinstance(asked.root, And) else (asked.root,)
        for at in {received for _, received in every}:
            then = Received(moment(at), moment(at + 1))
            only = replace(asked, root=And((*parts, then)))
            found += [(one, at) for one in search.search(shelf.connection, only, NOW).ids]
        return found

    assert sorted(messages(query) + messages(f"-({query})")) == sorted(every)
    found = set(search.search(shelf.connection, parse(query, NOW, ZONE), NOW).ids)
    assert found == {conversation for conversation, _ in messages(query)}


def test_the_deepest_query_is_no_trouble_for_the_index(shelf: Shelf) -> None:
    there = shelf.saying("lamp")
    assert shelf.finds("(" * 20 + "lamp" + ")" * 20) == [there]
    assert shelf.finds("(nothing OR (lamp " * 10 + "lamp" + "))" * 10) == [there]
    assert shelf.finds("lamp " * 100) == [there]
    assert shelf.finds(" OR ".join(f"w{number} lamp" for number in range(50))) == []
    assert shelf.finds(" OR ".join(f"w{number}" for number in range(99)) + " OR lamp") == [there]


def test_a_common_word_is_as_fast_as_a_rare_one(shelf: Shelf) -> None:
    for number in range(3_000):
        text = "lamp rare" if number == 2_999 else "lamp"
        shelf.message(number % 700 + 1, text, ago=timedelta(minutes=number))

    def found(word: str) -> None:
        search.search(shelf.connection, parse(word, NOW, ZONE), NOW)

    assert cost(found, "lamp", 9) < 30 * cost(found, "rare", 9)


def test_the_matches_of_words_are_counted_without_their_messages(shelf: Shelf) -> None:
    shelf.saying("the lamp is broken")
    asked: list[str] = []
    shelf.connection.set_trace_callback(asked.append)
    assert search.total(shelf.connection, parse("lamp", NOW, ZONE), NOW) == 1
    shelf.connection.set_trace_callback(None)
    [counted] = [sql for sql in asked if "count(" in sql]
    plan = " ".join(row[3] for row in shelf.connection.execute(f"EXPLAIN QUERY PLAN {counted}"))
    assert "COVERING INDEX message_match" in plan

"""Who only looks like somebody known is said on the message, found by a search, and may be a rule's reason."""

from __future__ import annotations

from pathlib import Path

from tests.incoming.store import Store
from tui_inbox.rules import query

CONFIG = """
[me]
addresses = ["support@shop.example"]

[[account]]
name = "support"
kind = "imap"
host = "mail.shop.example"
user = "support"
authserv = ["mx.shop.example"]

[[rule]]
name = "doubtful"
when = { warning = "looks like" }
then = { tier = 3 }
"""


def mail(number: int, sender: str, *more: str) -> bytes:
    lines = [
        f"Received: from x by y; Mon, 2 Mar 2026 0{number}:00:00 +0000",
        *more,
        f"From: {sender}",
        "To: support@shop.example",
        f"Subject: number {number}",
        f"Message-ID: <{number}@one.example>",
        "",
        "Hello",
    ]
    return "\r\n".join(lines).encode()


def brought(folder: Path, *mails: bytes) -> tuple[Store, dict[str, tuple[str, ...]]]:
    """Return the store, and the warnings of each mail by its subject."""
    store = Store(folder / "home").configured(CONFIG)
    (folder / "in").mkdir()
    for number, raw in enumerate(mails):
        (folder / "in" / f"{number}.eml").write_bytes(raw)
    store.bring(folder / "in", account="support")
    with store.inbox() as inbox, inbox.reader() as reader:
        whole = [reader.conversation(id_, store.at) for id_ in reader.queue("all", store.at).ids]
    return store, {one.subject: one.warnings for it in whole for one in it.messages}


def found(store: Store, text: str) -> set[str]:
    with store.inbox() as inbox, inbox.reader() as reader:
        page = reader.found(query.parse(text, store.at, store.at.tzinfo), store.at, 10)
        return {one.subject for one in reader.rows(page.ids, store.at)}


def test_the_second_of_two_that_look_alike_is_warned_of_and_not_the_first(tmp_path: Path) -> None:
    store, said = brought(
        tmp_path,
        mail(1, "Ada <ada@modern.example>"),
        mail(2, "Ada <ada@rnodern.example>"),
        mail(3, "Ada <ada@modern.example>"),
        mail(4, "Support <billing@sh0p.example>"),
        mail(5, "Bea <bea@modern.example>"),
    )
    assert said == {
        "number 1": (),
        "number 2": ("looks like ada@modern.example",),
        "number 3": (),
        "number 4": ("looks like support@shop.example",),
        "number 5": (),
    }
    assert found(store, "has:warning") == found(store, 'warning:"looks like"') == {"number 2", "number 4"}
    assert found(store, "-has:warning") == {"number 1", "number 3", "number 5"}
    with store.inbox() as inbox, inbox.reader() as reader:
        tiers = {one.subject: one.tier for one in reader.rows(reader.queue("all", store.at).ids, store.at)}
    assert {subject for subject, tier in tiers.items() if tier == 3} == {"number 2", "number 4"}


def test_our_own_servers_verdict_is_told_and_a_forged_one_is_not(tmp_path: Path) -> None:
    _, said = brought(
        tmp_path,
        mail(1, "a@one.example", "Authentication-Results: mx.shop.example; dmarc=fail"),
        mail(2, "b@two.example", "Authentication-Results: mx.else.example; dmarc=fail"),
        mail(3, "c@three.example", "Authentication-Results: mx.shop.example;", "\tdmarc=pass"),
    )
    assert said["number 1"] == ("the mail server found the sender false (DMARC)",)
    assert said["number 2"] == said["number 3"] == ()


def test_a_list_calls_who_bears_the_address_of_another_by_their_own(tmp_path: Path) -> None:
    store, _ = brought(
        tmp_path,
        mail(1, '"boss@shop.example" <evil@bad.example>'),
        mail(2, '"Ada＠Shop.Example" <worse@bad.example>'),
        mail(3, '"pay.shop" <third@bad.example>'),
        mail(4, '"ADA@one.example" <Ada@One.example>'),
        mail(5, '"Lamps.example" <news@mail.lamps.example>'),
        mail(6, "Dr. Ada Demir <demir@one.example>"),
    )
    with store.inbox() as inbox, inbox.reader() as reader:
        rows = reader.rows(reader.queue("all", store.at).ids, store.at)
    assert {row.subject: row.contact.name for row in rows} == {
        "number 1": "evil@bad.example",
        "number 2": "worse@bad.example",
        "number 3": "third@bad.example",
        "number 4": "ADA@one.example",
        "number 5": "Lamps.example",
        "number 6": "Dr. Ada Demir",
    }

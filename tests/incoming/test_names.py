"""One person under several names: a contact renamed on the phone stays who they are, and so does their conversation."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.incoming.store import Store

SAID = [
    ("09:15:02", "{her}", "Merhaba, kargom nerede acaba?"),
    ("09:16:40", "{me}", "Buyurun, hemen bakıyorum sizin için"),
    ("09:18:11", "{her}", "Sipariş numarası 4711, geçen hafta"),
    ("09:20:00", "{her}", "Bir de fatura rica edebilir miyim?"),
    ("09:21:00", "{me}", "Tabii, faturayı birazdan gönderiyorum"),
    ("09:25:30", "{me}", "Kargonuz yarın sabah elinizde olacak"),
]
MORE = ("12:00:00", "{her}", "Teşekkürler, şimdi geldi!")


def chat(folder: Path, title: str, her: str, me: str = "Deniz", more: bool = False) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"WhatsApp Chat - {title}.txt"
    lines = [
        f"[02.03.2026, {at}] {who.format(her=her, me=me)}: {text}"
        for at, who, text in [*SAID, *([MORE] if more else [])]
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def contacts(store: Store) -> dict[str, set[str]]:
    """Return the names of each contact's identities."""
    with closing(sqlite3.connect(store.home.store)) as here:
        rows = here.execute("SELECT contact_id, name FROM identity").fetchall()
    found: dict[str, set[str]] = {}
    for contact, name in rows:
        found.setdefault(contact, set()).add(name)
    return found


def test_a_renamed_contact_is_the_same_contact_in_the_same_conversation(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.bring(chat(tmp_path / "a", "Elif Kara", "Elif Kara"), me="Deniz")
    again = store.bring(chat(tmp_path / "b", "Elif K. (iş)", "Elif K. (iş)", more=True), me="Deniz")
    assert (again.came.new, again.came.known) == (1, 6)
    assert again.came.renamed == {"Elif Kara": "Elif K. (iş)"}
    assert list(contacts(store).values()) == [{"Elif Kara", "Elif K. (iş)"}]
    with store.inbox() as inbox, inbox.reader() as reader:
        [row] = reader.rows(reader.queue("all", store.at).ids, store.at)
    assert (row.messages, row.contact.name) == (7, "Elif Kara")


def test_a_contact_that_became_a_number_is_the_same_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.bring(chat(tmp_path / "a", "Elif Kara", "Elif Kara"), me="Deniz")
    number = "+90 532 111 22 33"
    again = store.bring(chat(tmp_path / "b", number, number, more=True), me="Deniz")
    assert again.came.new == 1
    assert len(contacts(store)) == 1


def test_what_was_learned_can_be_taken_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.bring(chat(tmp_path / "a", "Elif Kara", "Elif Kara"), me="Deniz")
    store.bring(chat(tmp_path / "b", "Elif K.", "Elif K.", more=True), me="Deniz")
    with store.inbox() as inbox:
        inbox.contacts.unlink("Elif K.", store.at)
    assert sorted(contacts(store).values(), key=str) == [{"Elif K."}, {"Elif Kara"}]


def test_my_own_new_name_is_learned_too(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.bring(chat(tmp_path / "a", "Elif Kara", "Elif Kara"), me="Deniz")
    later = chat(tmp_path / "b", "Elif Kara", "Elif Kara", me="Deniz Kaya")
    later.write_text(later.read_text("utf-8") + "[03.03.2026, 08:00:00] Deniz Kaya: Geldi mi acaba?\n", "utf-8")
    assert store.bring(later).came.new == 1
    with store.inbox() as inbox, inbox.reader() as reader:
        [id_] = reader.queue("all", store.at).ids
        assert reader.conversation(id_, store.at).messages[-1].direction == "out"
    assert list(contacts(store).values()) == [{"Elif Kara"}]


def test_two_chats_that_were_sent_the_same_words_stay_two(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    for name in ("Elif Kara", "Ayla Brandt"):
        path = tmp_path / f"WhatsApp Chat - {name}.txt"
        path.write_text(
            "".join(f"[02.03.2026, 09:0{n}:00] Deniz: Bugün yeni ürünlerimiz geldi, {n}\n" for n in range(6))
            + f"[02.03.2026, 10:00:00] {name}: Ne zaman açıksınız?\n",
            "utf-8",
        )
        assert store.bring(path, me="Deniz").came.new == 7
    assert len(contacts(store)) == 2

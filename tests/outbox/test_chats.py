"""Chats handed over: a transcript and their files by mail, through the first account that can send."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outbox.conftest import Shop
from tui_inbox import exports
from tui_inbox.rules.model import Archive

pytestmark = pytest.mark.needs("dovecot")

TELEGRAM = """{"name": "Elif", "type": "personal_chat", "id": 77, "messages": [
 {"id": 1, "type": "message", "date": "2026-03-02T08:30:00", "date_unixtime": "1772440200", "from": "Elif Kara",
  "from_id": "user77", "text": "Siparişim nerede?"},
 {"id": 2, "type": "message", "date": "2026-03-02T08:31:00", "date_unixtime": "1772440260", "from": "Elif Kara",
  "from_id": "user77", "photo": "photos/box.jpg", "width": 1, "height": 1, "text": "Kutu kırık"}%s]}
"""
MORE = """,
 {"id": 3, "type": "message", "date": "2026-03-02T09:20:00", "date_unixtime": "1772443200", "from": "Elif Kara",
  "from_id": "user77", "text": "Orada mısınız?"}"""


def export(folder: Path, more: str = "") -> Path:
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    (folder / "photos" / "box.jpg").write_bytes(b"\xff\xd8\xff" + bytes(range(256)))
    (folder / "result.json").write_text(TELEGRAM % more, encoding="utf-8")
    return folder


def chat(shop: Shop, path: Path) -> int:
    exports.bring_in(shop.inbox, path, shop.now)
    with shop.inbox.reader() as reader:
        [row] = [row for row in reader.rows(reader.queue("all", shop.now).ids, shop.now) if row.channel == "telegram"]
    return row.id


def test_a_chat_goes_as_a_transcript_with_its_files(shop: Shop, tmp_path: Path):
    id_ = chat(shop, export(tmp_path / "export"))
    shop.forward(id_, note="")
    shop.later(seconds=6)
    assert shop.send().sent == 1
    [mail] = shop.got()
    transcript, photo = mail.iter_attachments()
    assert transcript.get_filename() == "conversation.txt"
    assert "  Siparişim nerede?" in transcript.get_content()
    assert photo.get_content() == b"\xff\xd8\xff" + bytes(range(256))
    text = mail.get_body().get_content()
    assert "Answer where the customer wrote (telegram), not this mail." in text
    assert "  + box.jpg" in text


def test_its_copy_and_the_teammates_answer_open_nothing(shop: Shop, tmp_path: Path):
    shop.inbox.perform([Archive(1, 10**6)], shop.now)
    id_ = chat(shop, export(tmp_path / "export"))
    shop.forward(id_)
    shop.later(seconds=6)
    shop.send()
    shop.later(minutes=1)
    named = next(one.message_id for one in shop.outbox())
    shop.arrives(
        f"From: Mert <{shop.mert}@shop.example>\r\nTo: {shop.support}@shop.example\r\n"
        f"Message-ID: <m3@shop.example>\r\nIn-Reply-To: {named}\r\n\r\nGot it.\r\n".encode()
    )
    shop.sync()
    with shop.inbox.reader() as reader:
        queues = reader.counts(shop.now).queues
    assert (queues["inbox"], queues["handed_over"]) == (0, 1)


def test_what_the_customer_says_in_the_chat_is_sent_on_once(shop: Shop, tmp_path: Path):
    id_ = chat(shop, export(tmp_path / "export"))
    shop.forward(id_)
    shop.later(seconds=6)
    shop.send()
    shop.later(minutes=30)
    assert chat(shop, export(tmp_path / "export", MORE)) == id_
    assert shop.send().sent == 1
    chat(shop, export(tmp_path / "export", MORE))
    assert shop.send().sent == 0
    text = shop.got()[1].get_body().get_content()
    assert "Orada mısınız?" in text
    assert "Siparişim" not in text

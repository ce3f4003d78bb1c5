"""The same chat exported again, by another phone, in another language, with or without its media: nothing doubled."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.whatsapp import Source
from tui_inbox.rules.align import align, offer
from tui_inbox.rules.aligned import Alignment, Known
from tui_inbox.rules.model import Message

L = "\u200e"
START = datetime(2026, 1, 27, 9, 58, 13)  # noqa: DTZ001 - as a phone writes it


@dataclass(frozen=True)
class Phone:
    """How one phone writes: its stamps and its words."""

    stamp: str
    image: str
    deleted: str
    notice: str
    contact: str = "Ann Demir"
    shift: timedelta = timedelta(0)


ENGLISH = Phone("[%m/%d/%y, %I:%M:%S\u202f%p]", "image omitted", "This message was deleted.", "Messages are encrypted.")
GERMAN = Phone(
    "[%d.%m.%y, %H:%M:%S]", "Bild weggelassen", "Diese Nachricht wurde gelöscht.", "Nachrichten sind sicher."
)
TURKISH = Phone("[%d.%m.%Y %H:%M:%S]", "görüntü dahil edilmedi", "Bu mesaj silindi.", "Mesajlar şifrelidir.")
JAPANESE = Phone(
    "[%Y/%m/%d %H:%M:%S]",
    "画像は含まれていません",
    "このメッセージは削除されました。",
    "暗号化されています。",
    "Demir Ann",
)
BUDDHIST = Phone("[%d/%m/2569 BE %H:%M:%S]", "ไม่มีรูปภาพ", "ข้อความนี้ถูกลบแล้ว", "เข้ารหัส")
ELSEWHERE = Phone(
    "[%d/%m/%Y, %H:%M:%S]", "image absente", "Ce message a été supprimé.", "Chiffrés.", shift=timedelta(hours=9)
)
SAVED = Phone(
    "[%d/%m/%Y, %H:%M:%S]", "<attached: 0001-PHOTO.jpg>", "This message was deleted.", "Encrypted.", "+90 532 111 22 33"
)
PHONES = {
    "german": GERMAN,
    "turkish": TURKISH,
    "japanese": JAPANESE,
    "buddhist": BUDDHIST,
    "another zone": ELSEWHERE,
    "with media, contact removed": SAVED,
}


def export(phone: Phone, folder: Path, first: int = 0, last: int | None = None) -> list[Message]:
    """Return the chat as *phone* exports it, from line *first* up to *last*."""
    said = [
        ("ann", f"{L}{phone.notice}", False),
        ("ann", "good morning, the lamp came broken", False),
        ("ann", f"{L}{phone.image}", True),
        ("Deniz", "that is a pity, which order was it?", False),
        ("Deniz", "ok", False),
        ("Deniz", "ok", False),
        ("ann", "it is number 7741\nfrom last week", False),
        ("ann", f"{L}{phone.deleted}", False),
        ("Deniz", "a new one leaves today 🎉", False),
        ("ann", "thank you so much for the quick help", False),
    ]
    lines = []
    for number, (who, what, lead) in list(enumerate(said))[first:last]:
        at = (START + timedelta(seconds=100 * (number // 2)) + phone.shift).strftime(phone.stamp)
        lines.append(f"{L if lead else ''}{at} {phone.contact if who == 'ann' else who}: {what}\r\n")
    path = folder / "WhatsApp Chat - Ann.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("_chat.txt", "".join(lines))
        out.writestr("0001-PHOTO.jpg", b"\xff\xd8")
    with open_bundle(path) as bundle:
        return [one.message for batch in Source(bundle).read({}) for one in batch.arrivals]


def again(before: list[Message], after: list[Message]) -> Alignment:
    known = [
        Known(number, one.at, one.precision, one.token, one.sender, before[number].position)
        for number, one in enumerate(offer(before))
    ]
    return align(known, offer(after))


@pytest.mark.parametrize("phone", PHONES.values(), ids=PHONES)
def test_another_phones_export_of_the_same_chat_brings_nothing_new(phone: Phone, tmp_path: Path) -> None:
    result = again(export(ENGLISH, tmp_path), export(phone, tmp_path))
    assert list(result.matched.values()) == list(range(10))
    assert result.shift == phone.shift


@pytest.mark.parametrize("phone", PHONES.values(), ids=PHONES)
def test_the_english_export_brings_nothing_new_to_another_phones(phone: Phone, tmp_path: Path) -> None:
    assert again(export(phone, tmp_path), export(ENGLISH, tmp_path)).new == ()


@pytest.mark.parametrize("cut", range(1, 10))
def test_a_beginning_then_all_and_an_end_then_all_give_all_once(cut: int, tmp_path: Path) -> None:
    whole = export(GERMAN, tmp_path)
    assert again(export(GERMAN, tmp_path, last=cut), whole).new == tuple(range(cut, 10))
    assert len(again(export(GERMAN, tmp_path, first=cut), whole).new) == cut


def test_a_file_that_came_along_this_time_is_the_message_that_is_known(tmp_path: Path) -> None:
    after = export(SAVED, tmp_path)
    result = again(export(GERMAN, tmp_path), after)
    assert result.matched[2] == 2
    assert after[2].attachments[0].content == b"\xff\xd8"


def test_a_contacts_other_name_is_learned(tmp_path: Path) -> None:
    result = again(export(ENGLISH, tmp_path), export(SAVED, tmp_path))
    assert result.aliases == {"Ann Demir": "+905321112233"}

"""Made-up words of several scripts: a few of them common, most of them rare, as in what people write."""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

LATIN: Final = [
    "order",
    "parcel",
    "invoice",
    "refund",
    "coupon",
    "size",
    "colour",
    "delivery",
    "address",
    "return",
    "shop",
    "hello",
    "thanks",
    "please",
    "waiting",
]
TURKISH: Final = [
    "sipariş",
    "kargo",
    "iade",
    "fatura",
    "teşekkürler",
    "merhaba",
    "değişim",
    "ürün",
    "beden",
    "şikayet",
    "gönderi",
    "ödeme",
    "adres",
    "bekliyorum",
]
GERMAN: Final = [
    "Bestellung",
    "Größe",
    "Straße",
    "Rücksendung",
    "Rechnung",
    "danke",
    "bitte",
    "Lieferung",
    "Gutschein",
    "Paket",
    "Adresse",
    "warte",
    "schön",
]
CYRILLIC: Final = [
    "заказ",
    "посылка",
    "возврат",
    "счёт",
    "размер",
    "спасибо",
    "пожалуйста",
    "доставка",
    "адрес",
    "купон",
    "магазин",
    "жду",
    "здравствуйте",
]
ARABIC: Final = [
    "طلب",
    "شحنة",
    "استرجاع",
    "فاتورة",
    "مقاس",
    "شكرا",
    "من",
    "فضلك",
    "توصيل",
    "عنوان",
    "قسيمة",
    "متجر",
    "انتظر",
    "مرحبا",
]
JAPANESE: Final = [
    "注文番号",
    "返品",
    "荷物",
    "請求書",
    "交換",
    "サイズ",
    "ありがとうございます",
    "お願いします",
    "配送",
    "住所",
    "割引券",
    "お店",
    "待っています",
]
CHINESE: Final = [
    "订单",
    "包裹",
    "退款",
    "发票",
    "尺寸",
    "谢谢",
    "请问",
    "快递",
    "地址",
    "优惠券",
    "商店",
    "等待",
    "您好",
]

RARE: Final = 12_000
"""Words of a language beside its common ones."""
_SYLLABLES = {
    "latin": ["ba", "be", "do", "fi", "ga", "hu", "ki", "lo", "ma", "ne", "pri", "ra", "sto", "tu", "vel", "zen", "or"],
    "turkish": ["çe", "ğı", "şu", "kö", "yap", "lar", "mış", "dır", "ben", "siz", "tü", "ma", "ye", "gel"],
    "cyrillic": ["за", "ка", "по", "ра", "бо", "та", "ни", "же", "сло", "во", "хо", "ро", "ши", "ль"],
    "arabic": ["مر", "با", "كت", "لا", "سي", "نو", "دا", "شم", "عل", "حب"],
    "japanese": [chr(one) for one in (*range(0x3042, 0x3092, 2), *range(0x6728, 0x6928, 3))],
    "chinese": [chr(one) for one in range(0x5200, 0x5A00, 7)],
}


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: its words from common to rare, how often each, what stands between them, its charsets in mail."""

    name: str
    words: tuple[str, ...]
    weights: tuple[float, ...]
    between: str
    charsets: tuple[str, ...]

    def said(self, chance: random.Random, length: int) -> str:
        """Return *length* words in a sentence or several."""
        picked = chance.choices(self.words, cum_weights=self.weights, k=length)
        for at in range(11, length, 12):
            picked[at] += "." if self.between else "。"
        return self.between.join(picked)

    def text(self, chance: random.Random, length: int) -> str:
        """Return *length* words in lines and paragraphs as a mail program writes them."""
        lines = [self.said(chance, min(11, length - at)) for at in range(0, length, 11)]
        for at in range(4, len(lines), 5):
            lines[at] += "\n"
        return "\n".join(lines)


def _tongue(name: str, letters: str, common: list[str], between: str, *charsets: str) -> Tongue:
    chance = random.Random(f"words of {name}")
    syllables = _SYLLABLES[letters]
    rare = ("".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(RARE))
    words = tuple(dict.fromkeys([*common, *rare]))
    return Tongue(name, words, tuple(accumulate(1 / (rank + 8) for rank in range(len(words)))), between, charsets)


def tongues() -> tuple[tuple[float, Tongue], ...]:
    """Return the languages of the corpus, each with the share of the mail up to and with it."""
    parts = (
        (0.52, _tongue("english", "latin", LATIN, " ", "utf-8", "us-ascii", "iso-8859-1")),
        (0.14, _tongue("turkish", "turkish", TURKISH, " ", "utf-8", "iso-8859-9", "windows-1254")),
        (0.12, _tongue("german", "latin", GERMAN, " ", "utf-8", "iso-8859-1", "windows-1252")),
        (0.08, _tongue("russian", "cyrillic", CYRILLIC, " ", "utf-8", "koi8-r", "windows-1251")),
        (0.04, _tongue("arabic", "arabic", ARABIC, " ", "utf-8")),
        (0.06, _tongue("japanese", "japanese", JAPANESE, "", "utf-8", "iso-2022-jp")),
        (0.04, _tongue("chinese", "chinese", CHINESE, "", "utf-8", "gb18030")),
    )
    return tuple(zip(accumulate(share for share, _ in parts), (one for _, one in parts), strict=True))


def chosen(chance: random.Random, of: tuple[tuple[float, Tongue], ...]) -> Tongue:
    return of[min(bisect(of, chance.random(), key=lambda one: one[0]), len(of) - 1)][1]

"""Made-up words and sentences, the same in every run."""

from __future__ import annotations

import random

STEMS = "order parcel invoice refund coupon size colour delivery address return shop iade sipariş kargo Größe Straße"


def vocabulary(chance: random.Random) -> list[str]:
    """Return some ten thousand words, the first few common and the rest rare."""
    letters = "aeioubdfgklmnprstvz"
    return STEMS.split() + ["".join(chance.choices(letters, k=chance.randint(3, 9))) for _ in range(10_000)]


def said(chance: random.Random, words: list[str], length: int) -> str:
    ranks = (min(int(chance.paretovariate(0.6)) - 1, len(words) - 1) for _ in range(length))
    return " ".join(words[rank] for rank in ranks)

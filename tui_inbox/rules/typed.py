"""A query as it is being typed: its last word as the beginning of one, and what that word may become."""

from __future__ import annotations

import re

from tui_inbox.rules.asked import Trait
from tui_inbox.rules.fields import FIELDS
from tui_inbox.rules.model import Reason

WORDED = ("from", "to", "subject", "body", "filename")
"""Fields whose value is looked for among words."""


def begun(text: str) -> str:
    """Return *text* with its last word as the beginning of one, as it is while somebody types: `ord` finds `order`.

    One letter of an alphabet begins a tenth of all words: it is left out until a second one stands behind it.
    """
    word = re.split(r"[\s(]", text)[-1]
    field, _, value = word.lower().rpartition(":")
    plain = value.isalnum() and field in {"", *WORDED} and word != "OR" and text.count('"') % 2 == 0
    before = text.removesuffix(word)
    if plain and len(value) == 1 and value.upper() != value and "(" not in before and not before.endswith("OR "):
        return before
    return f"{text}*" if plain else text


def complete(text: str, cursor: int) -> list[str]:
    """Return what the word that ends at *cursor* may become, likeliest first; [] where nothing is known to fit."""
    before = text[:cursor]
    if before.count('"') % 2:
        return []
    typed = re.split(r"[\s(]", before)[-1]
    dash, word = ("-", typed[1:].lower()) if typed.startswith("-") else ("", typed.lower())
    name, colon, value = word.partition(":")
    if not colon:
        return [f"{dash}{field}:" for field in FIELDS if word and field.startswith(word)]
    values: dict[str, list[str]] = {
        "is": [trait.value for trait in Trait],
        "has": ["attachment", "warning"],
        "reason": [reason.value for reason in Reason],
        "on": ["today", "yesterday"],
        "before": ["today", "yesterday"],
        "after": ["today", "yesterday"],
        "owner": ["me"],
    }
    return [f"{dash}{name}:{known}" for known in values.get(name, []) if known.startswith(value) and known != value]

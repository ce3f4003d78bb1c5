"""Phrases of WhatsApp's with a name inside: what it writes around a file's name, and around a chat's."""

from __future__ import annotations

from typing import NamedTuple

from tui_inbox.connectors.formats.whatsapp_phrases import EXPORT_NAME, FILE_ATTACHED


class Around(NamedTuple):
    """What stands before and behind the name in some phrases, folded, the longest first."""

    pairs: tuple[tuple[str, str], ...]
    heads: tuple[str, ...]
    """Of those behind which nothing stands."""
    tails: tuple[str, ...]
    """Of all others: what begins and ends with none of these is none of the phrases."""


def _around(phrases: str) -> Around:
    parted = {one.casefold().partition("%s")[::2] for one in phrases.splitlines() if one}
    pairs = tuple(sorted(((head, tail) for head, tail in parted), key=lambda pair: -len(pair[0] + pair[1])))
    return Around(pairs, tuple(head for head, tail in pairs if not tail), tuple(tail for _, tail in pairs if tail))


FILE_AROUND = _around(FILE_ATTACHED)
"""Android: `NAME (file attached)`."""

EXPORT_AROUND = _around(EXPORT_NAME)
"""How the app names the exported file around the chat's name."""


def within(text: str, around: Around) -> str | None:
    """Return what *text* holds inside one of the pairs *around*, whatever their case; None where it has none of them.

    Only the pair is folded: a capital İ inside becomes two letters, and all behind it would move.
    """
    folded = text.casefold()
    if not (folded.endswith(around.tails) or folded.startswith(around.heads)):
        return None
    for head, tail in around.pairs:
        if folded.startswith(head) and folded.endswith(tail):
            end = len(text) - len(tail)
            if len(head) <= end and text[: len(head)].casefold() == head and text[end:].casefold() == tail:
                return text[len(head) : end].strip()
    return None

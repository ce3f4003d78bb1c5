"""What the store keeps of a message beside its row, worked out ahead of the write, in another process if need be."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from tui_inbox.rules.model import Message
from tui_inbox.store import search, texts


@dataclass(frozen=True, slots=True)
class Prepared:
    """The bytes of a message and its two texts as they are kept, and the columns of its entry in the index."""

    packed: bool
    content: bytes
    text: texts.Kept
    quoted: texts.Kept
    words: search.Facts


def prepare(message: Message) -> Prepared:
    """Return what is kept of *message*; it needs no store."""
    kept = pack(message.raw)
    said, quoted = texts.packed(message.text), texts.packed(message.quoted)
    return Prepared(kept is not message.raw, kept, said, quoted, words(message))


def pack(raw: bytes) -> bytes:
    """Return *raw* compressed where that makes it smaller, else the very same object."""
    smaller = zlib.compress(raw, 6)
    return smaller if len(smaller) < len(raw) else raw


def words(message: Message) -> search.Facts:
    """Return the index columns of a message."""
    return search.index_values(
        message.subject,
        message.text,
        message.quoted,
        (message.sender.name, message.sender.identity),
        [(one.name, one.identity) for one in (*message.to, *message.cc)],
        [one.name for one in message.attachments],
    )

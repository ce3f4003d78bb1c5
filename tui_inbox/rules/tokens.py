"""What a message is, in a form that no language of an app and no file that came along changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import blake2b

from tui_inbox.rules.clean import composed
from tui_inbox.rules.model import Class, Message, State

SYSTEM = "sys"
DELETED = "del"
_SPELT_OUT = 40
"""Characters up to which a token holds the words themselves."""

_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\r]")
_SPACES = re.compile("[ \u00a0\u202f\u2009\t]+")
_UNEVEN = re.compile("[\u00a0\u2009\u200b\u200e\u200f\u202a-\u202f\u2066-\u2069\ufeff\t\r]")
"""A first look: all that `_INVISIBLE` and `_SPACES` change, except several plain spaces in a row."""


def token(message: Message) -> str:
    """Return the token of *message*: its sort and its words, the same from every export of it.

    `text:` and the words, `att:` and the caption, `sys` or `del`; marks, spaces and composition are evened out, and of
    many words there is a digest.
    """
    if message.state is State.DELETED:
        return DELETED
    if message.verdict.as_ is Class.SYSTEM:
        return SYSTEM
    words = normal(message.text)
    if len(words) > _SPELT_OUT:
        words = blake2b(words.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"att:{words}" if message.attachments else f"text:{words}"


def normal(text: str) -> str:
    """Return *text* composed (NFC), without marks of direction, with plain single spaces, outer ones dropped."""
    if "  " in text or _UNEVEN.search(text):
        text = _SPACES.sub(" ", _INVISIBLE.sub("", text))
    return composed(text).strip()


def written(message: Message) -> datetime | None:
    """Return the naive time by which *message* is aligned: as written, or in UTC where the file names the zone."""
    if message.local_at is not None or message.sent_at is None:
        return message.local_at
    return message.sent_at.astimezone(UTC).replace(tzinfo=None)

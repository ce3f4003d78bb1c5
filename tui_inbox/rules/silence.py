"""A source that has been silent too long: it is known as of then, and what is late may be so only by its silence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

MAILBOX = timedelta(hours=1)
"""Without a complete sync for so long a mailbox is silent: it is followed by the server's pushes, or asked anew."""
EXPORT = timedelta(days=7)
"""After so long without an import a chat is silent: nobody exports a chat every hour."""


def as_of(synced: datetime | None, now: datetime, *, mailbox: bool) -> datetime | None:
    """Return the moment up to which a source is known, where that is too long ago; None where it is not silent."""
    if synced is None:
        return None
    return synced if now - synced > (MAILBOX if mailbox else EXPORT) else None


def known_until(read: Mapping[str, datetime | None], mailboxes: Collection[str]) -> datetime | None:
    """Return until when the inbox is known, from when each source was *read* last; None where none was.

    Of the mailboxes the one that was read longest ago counts; without any, the last import does.
    """
    boxes = [moment for name, moment in read.items() if name in mailboxes]
    moments = [moment for moment in boxes or read.values() if moment]
    return min(moments, default=None) if boxes else max(moments, default=None)


def late_by_silence(due: datetime, known: datetime | None, now: datetime) -> bool:
    """Return whether something past due may have been answered since its source was last read: nobody can know."""
    return known is not None and known < due < now

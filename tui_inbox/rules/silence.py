"""A source that has been silent too long: it is known as of then, and what is late may be so only by its silence."""

from __future__ import annotations

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


def late_by_silence(due: datetime, known: datetime | None, now: datetime) -> bool:
    """Return whether something past due may have been answered since its source was last read: nobody can know."""
    return known is not None and known < due < now

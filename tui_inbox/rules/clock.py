"""How the clock of a conversation stands at one moment, as every list shows it."""

from __future__ import annotations

from datetime import datetime

from tui_inbox.rules.model import Clock, Place


def clock(due: datetime | None, risk_at: datetime | None, where: Place, now: datetime) -> Clock:
    """Return how the clock stands. A snoozed conversation's follow-up has a due time but no clock yet."""
    if due is None or where in (Place.SNOOZED, Place.SPAM):
        return Clock.NONE
    if now > due:
        return Clock.BREACHED
    if risk_at is not None and now >= risk_at:
        return Clock.AT_RISK
    return Clock.RUNNING

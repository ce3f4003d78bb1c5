"""The terms of a promise: when an answer is due, from when on it is at risk, and the sentence that says why."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui_inbox.rules.calendar import Calendar
from tui_inbox.rules.promise import Terms


def response_terms(
    hours: Calendar, started: datetime, amount: timedelta, share: float, tier: int, calendar_id: int | None
) -> Terms:
    """Return the terms of a response promised within *amount* of the business time *hours* after *started*."""
    due = hours.add(started, amount)
    sentence = hours.explain(started, amount, due)
    head, mark, tail = sentence.partition(";")
    return Terms(
        due,
        at_risk_from(hours, started, amount, due, share),
        amount,
        calendar_id,
        f"{head}, tier {tier}{mark}{tail}",
    )


def at_risk_from(hours: Calendar, started: datetime, amount: timedelta, due: datetime, share: float) -> datetime:
    """Return when a promise is at risk: *share* of its time gone, or closed and due before the next opening."""
    spent = hours.add(started, amount * share)
    closed_since = hours.last_closing(due)
    return spent if closed_since is None else min(spent, max(closed_since, started))

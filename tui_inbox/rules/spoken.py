"""A moment as a person says it; `when` reads one, and knows many more words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tui_inbox.rules.calendar import MONTHS
from tui_inbox.rules.days import WEEKDAYS


def spoken(at: datetime, now: datetime, zone: str | ZoneInfo) -> str:
    """Return *at* as a person says it: "today 14:00", "Fri 09:00" within six days, else "Fri 27 Nov 09:00"."""
    zone = ZoneInfo(zone) if isinstance(zone, str) else zone
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    weekday, clock = WEEKDAYS[local.weekday()], f"{local:%H:%M}"
    if local.date() == today:
        return f"today {clock}"
    if abs((local.date() - today).days) <= 6:
        return f"{weekday} {clock}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{weekday} {local.day} {MONTHS[local.month - 1]}{year} {clock}"

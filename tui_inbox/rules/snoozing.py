"""How a snooze is asked for in short, and the half of a day in which it is then due, which may be crowded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PRESETS: tuple[tuple[str, str], ...] = (
    ("3h", "in 3 hours"),
    ("tomorrow", "tomorrow, when we open"),
    ("monday", "next Monday"),
    ("2d", "in 2 days"),
    ("1w", "in a week"),
    ("2w", "in 2 weeks"),
)
"""What the digits 1, 2, 3 … stand for: the words, and how they are shown."""
CROWDED = 10
"""More than so many others due in one half of a day are worth a second thought."""


def meant(typed: str, last: str) -> str:
    """Return the words that *typed* stands for: a preset's, the last ones where nothing was typed, or itself."""
    typed = typed.strip()
    if not typed:
        return last
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(PRESETS):
        return PRESETS[int(typed) - 1][0]
    return typed


def half_day(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime, str]:
    """Return when the half of *moment*'s day in *zone* begins and ends (UTC), and what it is called."""
    local = moment.astimezone(zone)
    first = local.replace(hour=0 if local.hour < 12 else 12, minute=0, second=0, microsecond=0, fold=0)
    last = first.replace(hour=12) if first.hour < 12 else (first + timedelta(days=1)).replace(hour=0)
    return first.astimezone(UTC), last.astimezone(UTC), "morning" if first.hour < 12 else "afternoon"

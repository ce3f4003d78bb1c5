"""Durations and moments as a person writes them: "1h30m", "tomorrow 9", "fri 9 / 12:00"."""

from __future__ import annotations

import re
from datetime import timedelta

from tui_inbox.problems import Refused

_DURATION = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*([^\W\d_]+)[\s,]*")
_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "wk", "week", "weeks"), 604_800),
}


def duration(text: str) -> timedelta:
    """Return the span of "4h", "90m", "2d", "1w" or "1h30m"; a day is 24 hours. Raises `Refused` for anything else."""
    words, at, total = text.strip().lower(), 0, 0.0
    while at < len(words):
        part = _DURATION.match(words, at)
        if part is None or part[2] not in _SECONDS:
            break
        total += float(part[1].replace(",", ".")) * _SECONDS[part[2]]
        at = part.end()
    if not words or at < len(words):
        raise Refused(f'"{text}" is not a duration.', 'Write it like "4h", "90m", "2d" or "1h30m".')
    return timedelta(seconds=round(total))

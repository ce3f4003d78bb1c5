"""The days of the week: their names, and how the configuration writes them ("sat", "Saturday", "mon-fri")."""

from __future__ import annotations

import re

from tui_inbox import problems

LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS = tuple(name[:3] for name in LONG)
DAYS = tuple(name.lower() for name in WEEKDAYS)
"""As they are written in the configuration, and by some exports."""
_NUMBER = {name.lower(): n for names in (WEEKDAYS, LONG) for n, name in enumerate(names)}
_DASH = re.compile(r"[-–]")


def days_of(written: str) -> tuple[int, ...]:
    """Return the days that *written* names, Monday is 0: one, or a range in its order; () where it names none."""
    match [_NUMBER.get(name) for name in _names(written)]:
        case [int() as day]:
            return (day,)
        case [int() as first, int() as last]:
            return tuple(n % 7 for n in range(first, first + (last - first) % 7 + 1))
        case _:
            return ()


def is_range(written: str) -> bool:
    return _DASH.search(written) is not None


def nearest(written: str) -> str:
    """Return the day or range that *written* was probably meant to be; "" where none is near."""
    near = [problems.nearest(name, _NUMBER) for name in _names(written[:40])]
    return "-".join(near) if all(near) and len(near) <= 2 else ""


def _names(written: str) -> list[str]:
    return [name.strip() for name in _DASH.split(written.lower())]

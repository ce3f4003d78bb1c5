"""The days of a week as the configuration writes them: "sat", "Saturday", "mon-fri"."""

from __future__ import annotations

import difflib

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NUMBER = {name.lower(): n for names in (DAYS, LONG) for n, name in enumerate(names)}


def days_of(written: str) -> tuple[int, ...]:
    """Return the days that *written* names, Monday is 0: one, or a range in its order; () where it names none."""
    first, dash, last = _parts(written)
    if first not in _NUMBER or (dash and last not in _NUMBER):
        return ()
    start = _NUMBER[first]
    more = (_NUMBER[last] - start) % 7 if dash else 0
    return tuple(n % 7 for n in range(start, start + more + 1))


def nearest(written: str) -> str:
    """Return the day or range that *written* was probably meant to be; "" where none is near."""
    first, dash, last = _parts(written[:40])
    near = [_near(first), *([_near(last)] if dash else [])]
    return "-".join(near) if all(near) else ""


def _parts(written: str) -> list[str]:
    return [part.strip() for part in written.lower().partition("-")]


def _near(name: str) -> str:
    for names in (DAYS, tuple(_NUMBER)):  # the short ones first: "fry" is as near to "friday" as to "fri"
        # Below 0.65 "weekend" would be near to "wed".
        if near := difflib.get_close_matches(name, names, n=1, cutoff=0.65):
            return near[0]
    return ""

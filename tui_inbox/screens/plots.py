"""Plots of a report, drawn by plotext into plain lines of text, which the theme colours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from tui_inbox.rules.calendar import WEEKDAYS
from tui_inbox.rules.clean import cells as clipped
from tui_inbox.rules.model import Outcome
from tui_inbox.rules.report import AGES, Dist, Figures, Report

BACKLOG, HOURS, DAYS = "backlog", "arrivals.hours", "arrivals.days"
"""What is plotted besides the figures: what waits now by age, and when customers write."""
DISTS = ("first_response", "next_response", "customer_wait")
KEPT = ("kept_as_first_made", "kept_as_renegotiated")

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_PLAIN = str.maketrans("┌┐└┘┤├┬┴┼─│█●○", "++++++++" + "+-|#o+")
_STEPS = (0.25, 0.5, *(base * 10**power for power in range(7) for base in (1, 2, 5)))
_LABEL = 20
"""Cells of a group's name beside its bar."""


def plot(name: str, whole: Report, parts: Report, width: int, height: int, *, ascii_only: bool) -> list[str]:
    """Return a figure as lines, told apart as *parts* is, or by age, hour and weekday; [] where there is nothing."""
    draw = _drawing(name, whole, parts, height)
    if draw is None or width < 30 or height < 6:
        return []
    import plotext  # deferred: only who looks at reports pays for it

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)  # it would take the terminal's size, not the room there is
    plotext.plotsize(width, height)
    draw(plotext)
    lines = [_ESCAPES.sub("", line).rstrip() for line in plotext.build().splitlines()]
    return [line.translate(_PLAIN) if ascii_only else line for line in lines]


Drawing = Callable[[Any], None]


def _drawing(name: str, whole: Report, parts: Report, height: int) -> Drawing | None:
    match name:
        case "backlog":
            return _bars([*(f"under {_age(hours)}" for hours in AGES), "older"], whole.backlog, height)
        case "arrivals.hours":
            return _columns(
                [str(hour) for hour in range(24)], [sum(day[hour] for day in whole.arrivals) for hour in range(24)]
            )
        case "arrivals.days":
            return _columns(WEEKDAYS, [sum(day) for day in whole.arrivals])
    labels = [" ".join(map(str, one.by.values())) for one in parts.groups]
    if name in DISTS:
        dists: list[Dist] = [getattr(one, name) for one in parts.groups]
        pairs = [((it.median or 0) / 60, (it.p90 or 0) / 60) for it in dists]
        return _pairs(labels, pairs, ("median", "p90"), height, "h", weeks=_weeks(parts))
    if name in KEPT:
        pairs = [
            (_percent(one.kept_as_first_made, one), _percent(one.kept_as_renegotiated, one)) for one in parts.groups
        ]
        return _pairs(labels, pairs, ("first made", "renegotiated"), height, "%", weeks=_weeks(parts))
    values = [count(one, name) for one in parts.groups]
    return _columns(labels, values) if _weeks(parts) else _bars(labels, values, height)


def count(it: Figures, name: str) -> int:
    """Return a figure that is a count."""
    head, _, outcome = name.partition(".")
    if outcome:
        return it.promises[Outcome(outcome)]
    if name == "still_waiting":
        return it.customer_wait.still_waiting
    return it.decided - it.kept_as_first_made if name == "broken_as_first_made" else int(getattr(it, head))


def _weeks(parts: Report) -> bool:
    return "week" in parts.by


def _percent(kept: int, it: Figures) -> float:
    return 100 * kept / it.decided if it.decided else 0.0


def _age(hours: int) -> str:
    return f"{hours}h" if hours < 48 else f"{hours // 24}d"


def _columns(labels: Sequence[str], values: Sequence[float]) -> Drawing | None:
    """Return upright bars, one for each label."""
    if not any(values):
        return None

    def draw(to: Any) -> None:
        to.bar(list(labels), list(values), width=0.6, marker="█")
        to.ylim(0, max(values))
        to.yticks(*_ticks(max(values)))

    return draw


def _ticks(most: float, unit: str = "") -> tuple[list[float], list[str]]:
    """Return where an axis up to *most* is marked, and with what: whole numbers, unless they would be too few."""
    steps = _STEPS if unit else _STEPS[2:]
    step = next((one for one in steps if most / one <= 5), steps[-1])
    places = [step * n for n in range(int(most / step) + 1)]
    return places, [f"{place:g}{unit}" for place in places]


def _bars(labels: Sequence[str], values: Sequence[float], height: int, unit: str = "") -> Drawing | None:
    """Return lying bars, the first on top; as many as there is room for."""
    if not any(values):
        return None
    most = max(1, (height - 3) // 2)

    def draw(to: Any) -> None:
        named = [clipped(one, _LABEL) for one in labels[:most]]
        to.bar(named[::-1], list(values[:most])[::-1], orientation="h", width=0.4, marker="█")
        to.xlim(0, max(values))
        to.xticks(*_ticks(max(values), unit))

    return draw


def _pairs(
    labels: Sequence[str],
    pairs: Sequence[tuple[float, float]],
    names: tuple[str, str],
    height: int,
    unit: str,
    *,
    weeks: bool,
) -> Drawing | None:
    """Return two values for each label: over the weeks as two lines, else as two bars."""
    if not any(value for pair in pairs for value in pair):
        return None
    if not weeks:
        both = [f"{clipped(label, 9)} {name}" for label in labels for name in names]
        return _bars(both, [value for pair in pairs for value in pair], height, unit)

    def draw(to: Any) -> None:
        places = list(range(1, len(labels) + 1))
        for which, marker in ((1, "○"), (0, "●")):
            to.plot(places, [pair[which] for pair in pairs], marker=marker, label=names[which])
        step = max(1, len(labels) // 8)
        to.xticks(places[::step], list(labels)[::step])
        most = max(value for pair in pairs for value in pair)
        to.ylim(0, most)
        to.yticks(*_ticks(most, unit))

    return draw

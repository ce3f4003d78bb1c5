"""Plots of a report as plain lines of text: curves over the weeks by plotext, upright and lying bars by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tui_inbox.rules.clean import cells as clipped
from tui_inbox.rules.clean import width as width_of
from tui_inbox.rules.days import WEEKDAYS
from tui_inbox.rules.model import Outcome
from tui_inbox.rules.report import AGES, By, Dist, Figures, Report

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
    drawing = _drawing(name, whole, parts)
    if drawing is None or width < 30 or height < 6:
        return []
    if isinstance(drawing, Bars):
        return drawing.lines(width, height, "#" if ascii_only else "█")
    if isinstance(drawing, Columns):
        return [
            line.translate(_PLAIN) if ascii_only else line
            for line in drawing.lines(width, height, ascii_only=ascii_only)
        ]
    import plotext  # deferred: only who looks at reports pays for it

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)  # it would take the terminal's size, not the room there is
    plotext.plotsize(width, height - bool(drawing.legend))
    drawing.draw(plotext)
    lines = [_ESCAPES.sub("", line).rstrip() for line in plotext.build().splitlines()]
    if drawing.legend:
        room = width - width_of(drawing.legend)
        lines = [" " * min(6, room) + drawing.legend if room >= 0 else clipped(drawing.legend, width), *lines]
    return [line.translate(_PLAIN) if ascii_only else line for line in lines]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What plotext is to draw, and what its marks mean: beside the plot, never over it."""

    draw: Callable[[Any], None]
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Lying bars, a line each, with the value behind; several of one group stand together."""

    groups: tuple[tuple[str, tuple[tuple[str, float | None], ...]], ...]
    """Each group's name, and what its bars are called and worth; None where nothing can be said."""
    unit: str = ""

    def lines(self, width: int, height: int, mark: str) -> list[str]:
        """Return as many whole groups as *height* lines hold, and a line that says how many more there are."""
        each = len(self.groups[0][1])
        fit = height // each
        if len(self.groups) > fit:
            fit = (height - 1) // each
        named = min(_LABEL, max(width_of(group) for group, _ in self.groups))
        called = max(width_of(name) for _, bars in self.groups for name, _ in bars)
        values = [value for _, bars in self.groups for _, value in bars]
        most = max(value for value in values if value is not None)
        room = max(4, width - named - called - max(len(self._worth(value)) for value in values) - 4)
        lines = list[str]()
        for group, bars in self.groups[:fit]:
            for at, (name, value) in enumerate(bars):
                head = "" if at else clipped(group, named)
                bar = mark * (max(1, round(room * value / most)) if value else 0)
                lines.append(f"{' ' * (named - width_of(head))}{head} {name:>{called}} {bar} {self._worth(value)}")
        left = len(self.groups) - fit
        if left > 0:
            lines.append(f"and {left} more; l shows one after another")
        return [line if width_of(line) <= width else clipped(line, width) for line in lines]

    def _worth(self, value: float | None) -> str:
        if value is None:
            return "none yet"
        if self.unit == "%":
            return f"{int(value)}%"  # cut, not rounded, as in the figures
        return f"{value:,.0f}{self.unit}" if value >= 100 or value == int(value) else f"{value:.2g}{self.unit}"


@dataclass(frozen=True, slots=True)
class Columns:
    """Upright bars of one width over their labels, each with its value above it where all of them fit."""

    labels: tuple[str, ...]
    values: tuple[float, ...]

    def lines(self, width: int, height: int, *, ascii_only: bool) -> list[str]:
        """Return them in *width* and *height*; where they are more than cells, each stands for several, and says so."""
        each = -(-len(self.values) // (width - 8))
        values = [sum(self.values[at : at + each]) for at in range(0, len(self.values), each)]
        most, over = max(values), [f"{value:,.0f}" for value in values]
        told = max(map(len, over)) < width // len(values)
        marks = () if told else tuple(zip(*_ticks(most), strict=True))
        left = max((len(name) + 1 for _, name in marks), default=0)
        slot = (width - left) // len(values)
        thick = min(24, slot - max(1, slot // 3)) if slot > 2 else slot
        rows, ground = height - 2 - (told or each > 1), height - 2
        grid = [[" "] * width for _ in range(height)]

        def put(x: int, y: int, text: str) -> None:
            grid[y][x : x + len(text)] = text

        put(left, ground, "─" * (slot * len(values)))
        for place, name in marks:
            put(left - 1 - len(name), ground - round(rows * place / most), name)
        for n, value in enumerate(values):
            x, halves = left + n * slot, max(1, round(2 * rows * value / most)) if value else 0
            halves += halves % 2 if ascii_only else 0
            for row in range((halves + 1) // 2):
                full = "#" if ascii_only else "▄" if halves - 2 * row == 1 else "█"
                put(x + (slot - thick) // 2, ground - 1 - row, full * thick)
            if told and value:
                put(x + (slot - len(over[n])) // 2, ground - 1 - (halves + 1) // 2, over[n])
        labels, wide = self.labels[::each], max(map(len, self.labels))
        for n in range(0, len(labels), -(-(wide + 1) // slot)):
            put(min(left + n * slot + max(0, (slot - len(labels[n])) // 2), width - wide), height - 1, labels[n])
        if each > 1:
            put(left, 0, f"{each} to a column")
        return ["".join(line).rstrip() for line in grid]


def _drawing(name: str, whole: Report, parts: Report) -> Drawing | Bars | Columns | None:
    match name:
        case "backlog":
            return _bars([*(f"under {_age(hours)}" for hours in AGES), "older"], whole.backlog)
        case "arrivals.hours":
            return _columns(
                [str(hour) for hour in range(24)], [sum(day[hour] for day in whole.arrivals) for hour in range(24)]
            )
        case "arrivals.days":
            return _columns(WEEKDAYS, [sum(day) for day in whole.arrivals])
    labels = [called(one) for one in parts.groups]
    if name in DISTS:
        dists: list[Dist] = [getattr(one, name) for one in parts.groups]
        pairs = [(_hours(it.median), _hours(it.p90)) for it in dists]
        return _pairs(labels, pairs, ("median", "p90"), "h", weeks=_weeks(parts))
    if name in KEPT:
        pairs = [
            (_percent(one.kept_as_first_made, one), _percent(one.kept_as_renegotiated, one)) for one in parts.groups
        ]
        return _pairs(labels, pairs, ("first made", "renegotiated"), "%", weeks=_weeks(parts))
    values = [count(one, name) for one in parts.groups]
    return _columns(labels, values) if _weeks(parts) else _bars(labels, values)


def called(it: Figures) -> str:
    """Return what a group of figures is called."""
    return " ".join(f"tier {one}" if by == By.TIER else str(one) for by, one in it.by.items())


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


def _hours(minutes: float | None) -> float | None:
    return None if minutes is None else minutes / 60


def _percent(kept: int, it: Figures) -> float | None:
    return 100 * kept / it.decided if it.decided else None


def _age(hours: int) -> str:
    return f"{hours}h" if hours < 48 else f"{hours // 24}d"


def _columns(labels: Sequence[str], values: Sequence[float]) -> Columns | None:
    """Return upright bars, one for each label."""
    return Columns(tuple(labels), tuple(values)) if any(values) else None


def _ticks(most: float, unit: str = "") -> tuple[list[float], list[str]]:
    """Return where an axis up to *most* is marked, and with what: whole numbers, unless they would be too few."""
    steps = _STEPS if unit else _STEPS[2:]
    step = next((one for one in steps if most / one <= 5), steps[-1])
    places = [step * n for n in range(int(most / step) + 1)]
    return places, [f"{place:g}{unit}" for place in places]


def _bars(labels: Sequence[str], values: Sequence[float]) -> Bars | None:
    """Return a bar for each label."""
    return (
        Bars(tuple((label, (("", value),)) for label, value in zip(labels, values, strict=True)))
        if any(values)
        else None
    )


def _pairs(
    labels: Sequence[str],
    pairs: Sequence[tuple[float | None, float | None]],
    names: tuple[str, str],
    unit: str,
    *,
    weeks: bool,
) -> Drawing | Bars | None:
    """Return two values for each label: over the weeks as two lines, else as two bars."""
    if not any(value for pair in pairs for value in pair):
        return None
    if not weeks:
        return Bars(
            tuple(
                (label, tuple(zip(names, pair, strict=True)))
                # Where nothing can be said yet, nothing is to be compared: last.
                for label, pair in sorted(zip(labels, pairs, strict=True), key=lambda one: one[1][0] is None)
            ),
            unit,
        )

    def draw(to: Any) -> None:
        places = list(range(1, len(labels) + 1))
        for which, marker in ((1, "○"), (0, "●")):
            known = [(place, pair[which]) for place, pair in zip(places, pairs, strict=True) if pair[which] is not None]
            to.plot(*zip(*known, strict=True), marker=marker)
        step = max(1, len(labels) // 8)
        to.xticks(places[::step], list(labels)[::step])
        to.xlim(1, max(2, len(labels)))
        most = max(value for pair in pairs for value in pair if value is not None)
        to.ylim(0, most)
        to.yticks(*_ticks(most, unit))

    return Drawing(draw, f"● {names[0]}   ○ {names[1]}")

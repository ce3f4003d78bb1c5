"""What was measured: samples, figures, and the one table of them, as text and as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from tui_inbox import __version__


@dataclass(frozen=True, slots=True)
class Sample:
    """What one thing took, several times: seconds (or bytes); CPU seconds and the highest memory, in bytes, of one."""

    values: tuple[float, ...]
    cpu: float | None = None
    memory: int | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def part(self, share: float) -> float:
        """Return the value that *share* (0 to 1) of all do not exceed."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what we took, beside what another program took.

    `unit` is `s`, `ms` or `MB`; `target` is the most that the ratio may be, taken `at` the `median` or the `p99`.
    """

    group: str
    what: str
    ours: Sample
    beside: str = ""
    theirs: Sample | None = None
    target: float | None = None
    at: str = "median"
    unit: str = "ms"
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """What we took as a multiple of what the other took; None where nothing stands beside it."""
        if self.theirs is None:
            return None
        share = {"median": 0.5, "p99": 0.99}[self.at]
        ours, theirs = (one.median if share == 0.5 else one.part(share) for one in (self.ours, self.theirs))
        return ours / theirs if theirs else None

    @property
    def met(self) -> bool | None:
        """Whether the ratio is within its target; None where there is none."""
        return None if self.ratio is None or self.target is None else self.ratio <= self.target


_SCALE = {"s": 1.0, "ms": 1_000.0, "MB": 1e-6, "": 1.0}


@dataclass(slots=True)
class Table:
    """All figures of one run; each is said on standard error as soon as it is there."""

    tell: Callable[[str], None]
    judges: bool = True
    """Whether ratios are held against the targets: what is too small to say anything is not."""
    versions: dict[str, str] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    """Programs that are not installed, with their packages."""
    broken: list[str] = field(default_factory=list)
    """Parts that could not be measured, and why."""

    def add(self, figure: Figure) -> None:
        """Put *figure* into the table, and say it."""
        figure = figure if self.judges else replace(figure, target=None)
        self.figures.append(figure)
        self.tell("  " + _line(figure))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure a part; if it fails, that is said, and the others go on."""
        self.tell(name)
        try:
            yield
        except (Broken, OSError) as trouble:
            self.broken.append(f"{name}: {trouble}")
            self.tell(f"  failed: {trouble}")

    def text(self) -> str:
        """Return the table as it is printed."""
        lines = [machine(), "; ".join(f"{name} {said}" for name, said in self.versions.items()), "", _HEAD]
        group = ""
        for one in self.figures:
            if one.group != group:
                group = one.group
                lines += ["", group]
            lines.append(_line(one))
        lines += [f"not installed, not measured: {', '.join(self.absent)}"] if self.absent else []
        lines += [f"failed: {one}" for one in self.broken]
        return "\n".join(lines) + "\n"

    def write(self, path: Path) -> None:
        """Write the table as JSON."""
        figures = [
            {
                "group": one.group,
                "what": one.what,
                "unit": one.unit,
                "ours": _told(one.ours),
                "beside": one.beside,
                "theirs": one.theirs and _told(one.theirs),
                "ratio": one.ratio,
                "target": one.target,
                "at": one.at,
                "met": one.met,
                "note": one.note,
            }
            for one in self.figures
        ]
        whole = {
            "machine": machine(),
            "versions": self.versions,
            "figures": figures,
            "absent": self.absent,
            "failed": self.broken,
        }
        path.write_text(json.dumps(whole, indent=1) + "\n", "utf-8")


class Broken(Exception):  # noqa: N818 - the house names trouble by what it is
    """Something that was to be measured did not work."""


def machine() -> str:
    """Return what was measured, and on what."""
    return f"tui-inbox {__version__}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"


def _told(sample: Sample) -> dict[str, object]:
    return {
        "n": len(sample.values),
        "median": sample.median,
        "p95": sample.part(0.95),
        "p99": sample.part(0.99),
        **{name: value for name, value in asdict(sample).items() if name != "values"},
    }


_HEAD = f"{'':46}{'n':>4}{'median':>10}{'p95':>10}{'p99':>10}{'cpu s':>8}{'mem MB':>8}   beside"


def _line(one: Figure) -> str:
    scale = _SCALE[one.unit]

    def numbers(sample: Sample) -> str:
        return "".join(f"{value * scale:10.1f}" for value in (sample.median, sample.part(0.95), sample.part(0.99)))

    said = f"{one.what[:45]:46}{len(one.ours.values):4}{numbers(one.ours)}"
    said += f"{one.ours.cpu:8.2f}" if one.ours.cpu is not None else f"{'':8}"
    said += f"{one.ours.memory / 1e6:8.0f}" if one.ours.memory is not None else f"{'':8}"
    said += f"  {one.unit}"
    if one.theirs is not None and one.ratio is not None:
        said += f"  {one.beside} {one.theirs.median * scale:.1f}"
        said += f" (p99 {one.theirs.part(0.99) * scale:.1f})" if len(one.theirs.values) > 9 else ""
        said += f", cpu {one.theirs.cpu:.2f}" if one.theirs.cpu is not None else ""
        said += f"; {one.at} ratio {one.ratio:.2f}"
    if one.met is not None:
        said += f" of {one.target:.2f}: {'met' if one.met else 'MISSED'}"
    return said + (f"  ({one.note})" if one.note else "")


def sample(values: Sequence[float], cpu: float | None = None, memory: int | None = None) -> Sample:
    """Return *values* as a sample."""
    return Sample(tuple(values), cpu, memory)

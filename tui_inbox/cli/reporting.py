"""Reports: how long customers waited, and what was promised and kept; as text, JSON or CSV."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tui_inbox.cli import shapes
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import say, say_json, say_rows
from tui_inbox.problems import Misconfigured
from tui_inbox.rules import clean, spans
from tui_inbox.rules.calendar import Calendar
from tui_inbox.rules.days import WEEKDAYS
from tui_inbox.rules.model import Outcome
from tui_inbox.rules.report import AGES, By, Dist, Figures, Report, Reporting, Window
from tui_inbox.rules.report_words import BY_NAME, FIGURES
from tui_inbox.rules.spoken import spoken

MOST = 200
"""Conversations behind a figure that are listed, the latest."""


def report(desk: Desk, chosen: argparse.Namespace) -> int:
    """Print the figures, or with `--behind` the conversations that one of them counts."""
    now, zone = desk.now(), ZoneInfo(desk.config.hours.zone)
    window = Window(_moment("since", chosen.since, now, zone), _moment("until", chosen.until, now, zone))
    if window.since and window.until and window.since >= window.until:
        raise Misconfigured("--until lies before --since.", "Exchange the two.")
    adding = Reporting(window, now, _by(chosen.by), desk.config.hours)
    if chosen.behind:
        return _behind(desk, chosen, adding)
    [found] = desk.reader.report(adding)
    if chosen.json:
        say_json(as_json(found))
    elif chosen.csv:
        say(as_csv(found).rstrip("\n"))
    else:
        _say(found, now, desk.config.hours.zone)
    return 0


def _moment(option: str, said: str | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment that a side of the window names: a day whole, a moment, or a time ago (`30d`)."""
    if said is None:
        return None
    try:
        return now - spans.length(said)
    except (ValueError, OverflowError):
        pass
    try:
        return spans.days(said, now, zone)[option == "until"]
    except (ValueError, OverflowError):
        raise Misconfigured(
            f"--{option} {said} is no day, moment or time.", f"Write --{option} 2026-03-02, 2026-03, yesterday or 30d."
        ) from None


def _by(said: str | None) -> tuple[By, ...]:
    """Return what `--by` names, each once."""
    names = [one.strip() for one in (said or "").split(",") if one.strip()]
    for name in names:
        if name not in list(By):
            raise Misconfigured(f'Nothing can be told apart by "{name}".', f"Choose from {', '.join(By)}.")
    return tuple(By(name) for name in dict.fromkeys(names))


def _behind(desk: Desk, chosen: argparse.Namespace, adding: Reporting) -> int:
    if chosen.behind not in BY_NAME:
        raise Misconfigured(f'There is no figure "{chosen.behind}".', f"The figures are: {', '.join(BY_NAME)}.")
    ids = desk.reader.behind(BY_NAME[chosen.behind], adding)
    rows = desk.reader.rows(ids[:MOST], adding.now)
    if chosen.json:
        say_json(shapes.listing("report", len(ids), None, rows))
        return 0
    say_rows(rows, adding.now, desk.config.hours.zone)
    if not rows:
        say("No conversation counts in it.")
    return 0


# --- shapes -----------------------------------------------------------------------------------------------


def as_json(found: Report) -> dict[str, Any]:
    """Return the report as `--json` prints it: its groups, and beside them the backlog and the arrivals."""
    ages = [*(f"under {hours}h" for hours in AGES), f"over {AGES[-1]}h"]
    return {
        "since": shapes.moment(found.since),
        "until": shapes.moment(found.until),
        "groups": [_group(one) for one in found.groups],
        "backlog": [{"age": age, "conversations": count} for age, count in zip(ages, found.backlog, strict=True)],
        "arrivals": dict(zip(map(str.lower, WEEKDAYS), map(list, found.arrivals), strict=True)),
    }


def _group(it: Figures) -> dict[str, Any]:
    return {
        "by": {name: clean.line(value) if isinstance(value, str) else value for name, value in it.by.items()},
        "arrived": it.arrived,
        "messages": it.messages,
        "closed": it.closed,
        "first_response": _dist(it.first_response),
        "next_response": _dist(it.next_response),
        "customer_wait": _dist(it.customer_wait),
        "promises": {one.value: it.promises[one] for one in Outcome} | {"open_late": it.open_late},
        "promised": it.decided,
        "kept_as_first_made": it.kept_as_first_made,
        "kept_as_renegotiated": it.kept_as_renegotiated,
        "reopened": it.reopened,
        "thanks_only": it.thanks_only,
        "snoozed": it.snoozed,
        "forwarded": it.forwarded,
        "returned": it.returned,
    }


def _dist(it: Dist) -> dict[str, Any]:
    return {
        "n": it.n,
        "still_waiting": it.still_waiting,
        "median": it.median,
        "p90": it.p90,
        "max": it.max,
        "archived_unanswered": it.archived_unanswered,
    }


def as_csv(found: Report) -> str:
    """Return a line for each group; the columns are the names of the JSON, joined by dots."""
    out = io.StringIO()
    empty = Reporting(Window(), found.until, (), Calendar()).report().groups[0]
    named = [one.value for one in found.by]
    columns = [*named, *(name for name in _flat(_group(empty)) if not name.startswith("by."))]
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for one in found.groups:
        told = _flat(_group(one))
        writer.writerow(
            {name: clean.table_cell(str(told[f"by.{name}"])) if name in named else told[name] for name in columns}
        )
    return out.getvalue()


def _flat(said: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in said.items():
        flat |= _flat(value, f"{before}{name}.") if isinstance(value, Mapping) else {before + name: value}
    return flat


def _say(found: Report, now: datetime, zone: str) -> None:
    since = spoken(found.since, now, zone) if found.since else "the beginning"
    say(f"From {since} until {spoken(found.until, now, zone)}, in business time.")
    for one in found.groups:
        say()
        if one.by:
            say(", ".join(f"{name} {clean.line(str(value))}" for name, value in one.by.items()))
        for figure in FIGURES:
            # Told apart, the figures stand below one another to be compared; alone, each says what it means.
            say(f"{figure.title:<22}  {figure.value(one) if one.by else figure.says(one)}")
    if not found.groups:
        say("Nothing happened in that time.")

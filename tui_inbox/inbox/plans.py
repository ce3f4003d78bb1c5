"""The two times of a snooze, from words."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui_inbox.config import Config
from tui_inbox.inbox.outcome import SnoozePlan
from tui_inbox.problems import Refused
from tui_inbox.rules import when
from tui_inbox.rules.calendar import in_words
from tui_inbox.rules.lifecycle import in_order
from tui_inbox.rules.spoken import spoken
from tui_inbox.store.lines import Row


def plan_snooze(config: Config, row: Row, words: str, now: datetime) -> SnoozePlan:
    """Return both times that *words* would set for *row*, with the sentence shown before it is confirmed."""
    if words.strip() == "again":
        if row.plan is None:
            raise Refused("No snooze of this conversation was interrupted.", "Name a moment instead.")
        returns, due = row.plan
    else:
        returns, chosen = understood(config, words, now)
        due = chosen or default_due(config, row, returns)
    return checked(config, returns, due, now)


def understood(config: Config, words: str, now: datetime) -> tuple[datetime, datetime | None]:
    """Return the moments that *words* name. Raises a `Problem` for words half understood, or a moment gone by."""
    returns, due = when.plan(words, now, config.hours.zone, opening=config.hours.opening_on)
    in_order(now, returns, due)
    return returns, due


def default_due(config: Config, row: Row, returns: datetime) -> datetime:
    """Return the deadline a return has where none is named: the `follow_up` target in business time after it."""
    target = config.sla.target(row.tier, row.channel).follow_up
    assert target is not None
    due = config.hours.add(returns, target)
    return due if due > returns else returns + timedelta(minutes=1)


def checked(config: Config, returns: datetime, due: datetime, now: datetime) -> SnoozePlan:
    """Return the plan, said in a sentence. Raises `Refused` unless now < returns < due."""
    in_order(now, returns, due)
    zone = config.hours.zone
    worked = config.hours.between(returns, due)
    business = "" if config.hours.always else "business "
    sentence = (
        f"back {spoken(returns, now, zone)}, answer by {spoken(due, now, zone)}"
        f" \u2014 {in_words(worked, business)} later"
    )
    return SnoozePlan(returns, due, sentence)

"""The rules of the configuration, run before the agent sees what is new, and what their effects come to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from tui_inbox.config import Config
from tui_inbox.inbox import moves
from tui_inbox.inbox.reading import Readings
from tui_inbox.rules import lifecycle, routing
from tui_inbox.rules.lifecycle import Act, Delivery, Verb
from tui_inbox.rules.model import ME, Class, Place
from tui_inbox.rules.routing import Case, Effects, Routed, Rules
from tui_inbox.store import acts, cases, histories, projection, queues
from tui_inbox.store.cases import Occasion
from tui_inbox.store.writer import Unit, driver


def compiled(config: Config) -> Rules:
    """Return the configuration's rules, ready to run."""
    owners = [mate.name for mate in config.teammates]
    return routing.compile_rules(((one.name, one.when, one.then, one.on) for one in config.rules), owners)


def asks_known(config: Config) -> bool:
    """Return whether any rule asks if the customer had been here before: finding it out costs a query each."""
    return any("known" in one.when for one in config.rules)


def run(unit: Unit, config: Config, touched: Collection[int], since: int, now: datetime) -> list[str]:
    """Run the rules on what is new in *touched* since message *since*; return warnings to show.

    To be called before the conversations are read, since a rule's tier and target hold from the start.
    """
    rules = compiled(config)
    warnings = list(rules.problems)
    mates = {ME, *(mate.name for mate in config.teammates)}
    if not rules.rules:
        touched = cases.others(unit, touched)
    robots = any(rule.effects.human and "reply" in rule.on for rule in rules.rules)
    for occasion in cases.occasions(unit, touched, since, known=asks_known(config), robots=robots):
        routed = _routed(config, rules, occasion) if rules.rules else None
        human = not occasion.machine or (routed is not None and routed.effects.human)
        if human and occasion.owner not in mates:
            warnings.append(_come_home(unit, occasion, now))
        if routed is not None:
            _route(unit, config, occasion, routed, now)
    return warnings


def _come_home(unit: Unit, occasion: Occasion, now: datetime) -> str:
    """Give me what a customer wrote to somebody who is no teammate any more; return the warning."""
    act = Act(0, Verb.RETURN, now, occasion.message, by="returned")
    acts.record(unit, occasion.conversation, act, acts.NO_BATCH)
    projection.event(unit, occasion.conversation, now, "returned", "server", {"owner": occasion.owner})
    return f"{occasion.owner} is no teammate any more: conversation {occasion.conversation} has come to you."


def timed(config: Config, occasion: Occasion) -> Case:
    """Return the case of *occasion* with what the clock of `[hours]` says of the moment when it came."""
    hours, at = config.hours, occasion.received
    return replace(occasion.case, in_hours=hours.is_open(at), weekday=hours.weekday(at))


def _routed(config: Config, rules: Rules, occasion: Occasion) -> Routed | None:
    """Return what the rules say; None where a reply matches none, or no human wrote it and no rule says otherwise."""
    routed = routing.route(timed(config, occasion), rules, "new" if occasion.new else "reply")
    if occasion.new:
        return routed
    return None if routed.matched is None or (occasion.machine and not routed.effects.human) else routed


def _route(unit: Unit, config: Config, occasion: Occasion, routed: Routed, now: datetime) -> None:
    owner, why = _owner(unit, config, routed.effects, occasion, now)
    projection.routed(unit, occasion.conversation, told(occasion, routed, why))
    if routed.matched is None:
        return
    _effect(unit, config, occasion, routed, owner)


def _effect(unit: Unit, config: Config, occasion: Occasion, routed: Routed, owner: str | None) -> None:
    wanted = routed.effects
    if wanted.human:
        cases.judge(unit, occasion.message, Class.HUMAN)
    effects = lifecycle.Effects(wanted.place, wanted.tier, wanted.skill, owner)
    handed = owner is not None and owner != ME
    act = Act(
        0,
        Verb.ROUTE,
        # Before anybody saw it: what a rule archives was never late.
        occasion.received,
        occasion.message,
        by=f"rule:{routed.matched}",
        to=owner or "",
        effects=effects,
        opening=occasion.new,
        delivery=Delivery.WAITING if handed else None,
    )
    act_id = acts.record(unit, occasion.conversation, act, acts.NO_BATCH)
    if wanted.place is Place.ARCHIVED:
        moves.owe(unit, config, act_id, occasion.conversation, occasion.received)
    if handed and owner is not None:
        acts.post(unit, act_id, occasion.conversation, "hand_over", owner, occasion.received, occasion.received)
    projection.event(
        unit,
        occasion.conversation,
        occasion.received,
        "routed",
        act.by,
        {"rule": routed.matched, **_said(wanted, owner)},
    )


def _said(wanted: Effects, owner: str | None) -> dict[str, object]:
    said = {"place": wanted.place and wanted.place.value, "tier": wanted.tier, "skill": wanted.skill, "owner": owner}
    return {name: value for name, value in said.items() if value is not None}


def _owner(unit: Unit, config: Config, wanted: Effects, occasion: Occasion, now: datetime) -> tuple[str | None, str]:
    """Return who the rule makes the owner (None: nobody else), and why."""
    if wanted.owner is None and wanted.skill is None:
        return None, ""
    kept = histories.load(unit, [occasion.conversation])[occasion.conversation]
    had = Readings(unit, config).state(kept, now).owners
    hops = sum(act.verb is Verb.ROUTE and act.effects.owner is not None for act in kept.history.acts)
    if wanted.owner is not None:
        owner, why = routing.named_owner(wanted.owner, had)
    else:
        assert wanted.skill is not None
        owner, why = _able(unit, config, wanted.skill, had, now)
    if owner != had[-1] and hops >= routing.MOST_HOPS:
        return None, f"rules have passed it on {hops} times, which is as often as they may."
    return (None if owner == had[-1] else owner), why


def _able(unit: Unit, config: Config, skill: str, had: Sequence[str], now: datetime) -> tuple[str, str]:
    """Return who gets what needs *skill*, and why."""
    loads = queues.held(driver(unit), now)
    team = [(mate.name, mate.skills) for mate in config.teammates]
    return routing.choose_owner(skill, config.me.skills, loads.get(ME, 0), config.me.capacity, team, loads, had)


def told(occasion: Occasion, routed: Routed, why: str) -> dict[str, object]:
    """Return what `explain` can tell of it later: what was said when it was new, and of the last reply that a rule
    matched. A target holds until another rule sets one."""
    before = occasion.told or {"matched": None, "trace": [], "owner": "", "sla": None}
    said: dict[str, object] = {"matched": routed.matched, "trace": [list(one) for one in routed.trace], "owner": why}
    sla = routed.effects.sla
    target = before["sla"] if sla is None else round(sla.total_seconds() * 1000)
    return {**(said if occasion.new else {**before, "reply": said}), "sla": target}

"""Ordered rules, the first match wins; who gets what needs a skill; and why, in plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tui_inbox.problems import Problem, nearest
from tui_inbox.rules.conditions import CONDITIONS, TIERS, Case, Check, View, Vocabulary, any_of, check_of, wrong
from tui_inbox.rules.model import ME, Place
from tui_inbox.rules.when import duration

__all__ = [
    "CONDITIONS",
    "EFFECTS",
    "Case",
    "Compiled",
    "Effects",
    "Routed",
    "Rules",
    "choose_owner",
    "compile_rules",
    "route",
]

EFFECTS = ("place", "tier", "sla", "skill", "owner", "class")
OCCASIONS = ("new", "reply")
MOST_HOPS = 3
"""So often rules pass one conversation on; from then on they leave it where it is."""
PLACES = {"archive": Place.ARCHIVED, "archived": Place.ARCHIVED, "spam": Place.SPAM}

Written = tuple[str, Mapping[str, Any], Mapping[str, Any], Sequence[str]]
"""A rule as it is written: its name, `when`, `then` and `on`."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What a rule does; None leaves a thing alone. `sla` is the response target, first and next."""

    place: Place | None = None
    tier: int | None = None
    sla: timedelta | None = None
    skill: str | None = None
    owner: str | None = None
    human: bool = False
    """Treat as a customer's message what looks like a machine's."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """One rule, ready to run; with `problems`, a sentence each, it is broken and matches nothing."""

    name: str
    checks: tuple[Check, ...]
    effects: Effects
    on: frozenset[str]
    problems: tuple[str, ...] = ()
    tests: tuple[tuple[Callable[[View], bool], tuple[str, bool, str]], ...] = ()
    """Each check's test, and the line of the trace where it fails, made once."""


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules in their order, and the words that any of them looks for."""

    rules: tuple[Compiled, ...]
    vocabulary: Vocabulary

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the rules, a sentence each: to be shown, since a broken rule matches nothing."""
        return tuple(f'The rule "{rule.name}" is broken: {what}' for rule in self.rules for what in rule.problems)


@dataclass(frozen=True, slots=True)
class Routed:
    """Which rule matched, what it does, and why it did and those before did not: (rule, matched, sentence)."""

    matched: str | None
    effects: Effects
    trace: tuple[tuple[str, bool, str], ...]


def compile_rules(rules: Iterable[Written], owners: Collection[str] | None = None) -> Rules:
    """Return *rules* ready to run; with *owners* (the teammates' names), a rule that names another is broken."""
    vocabulary = Vocabulary()
    return Rules(tuple(_compiled(rule, vocabulary, owners) for rule in rules), vocabulary)


def route(case: Case, rules: Rules, on: str = "new") -> Routed:
    """Return what the first rule that matches *case* does; *on* is the occasion, `new` or `reply`."""
    view = View(case, rules.vocabulary)
    trace: list[tuple[str, bool, str]] = []
    for rule in rules.rules:
        if rule.problems:
            trace.append((rule.name, False, _broken(rule.problems)))
            continue
        if on not in rule.on:
            trace.append(
                (rule.name, False, f"It does not run on a {'reply' if on == 'reply' else 'new conversation'}.")
            )
            continue
        for holds, missed in rule.tests:
            if not holds(view):
                trace.append(missed)
                break
        else:
            why = " ".join(check.yes(view) for check in rule.checks) or "It matches everything."
            trace.append((rule.name, True, why))
            return Routed(rule.name, rule.effects, tuple(trace))
    return Routed(None, Effects(), tuple(trace))


def _broken(problems: Sequence[str]) -> str:
    """Return what the trace says of a broken rule: the first of its mistakes, and how many more there are."""
    more = len(problems) - 1
    rest = f" There {'is 1 more mistake' if more == 1 else f'are {more} more mistakes'} in it." if more else ""
    return f"It is broken: {problems[0]}{rest}"


def choose_owner(
    skill: str,
    me_skills: Collection[str],
    my_load: int,
    capacity: int,
    teammates: Sequence[tuple[str, Collection[str]]],
    loads: Mapping[str, int],
    had: Sequence[str] = (ME,),
) -> tuple[str, str]:
    """Return who gets what needs *skill*, and why; *had* are its owners so far, the last the present one.

    Me, if I have it and hold fewer than *capacity*; else the teammate who has it and holds the fewest of what I
    handed over (*loads*), the first named among equals; never a former owner; with nobody left, me. A teammate who
    owns it already and has the skill keeps it.
    """
    wanted = skill.casefold()
    mine = wanted in {one.casefold() for one in me_skills}
    able = [name for name, skills in teammates if wanted in {one.casefold() for one in skills}]
    present, former = had[-1], set(had) - {had[-1]}
    if present in able:
        return present, f'{present} has it already, and has the skill "{skill}".'
    if mine and my_load < capacity and ME not in former:
        return ME, f'you have the skill "{skill}" and hold {my_load} of at most {capacity}.'
    left = [name for name in able if name not in former]
    if left:
        owner = min(left, key=lambda name: loads.get(name, 0))
        if ME in former:
            not_mine = "you have had it before"
        else:
            not_mine = f"you hold {my_load} of at most {capacity}" if mine else f'you do not have the skill "{skill}"'
        return owner, f'{not_mine}; {owner} has "{skill}" and holds the fewest ({loads.get(owner, 0)}).'
    if able:
        return ME, f'everybody else with the skill "{skill}" has had it before.'
    return ME, f'nobody {"else " if mine else ""}has the skill "{skill}".'


def named_owner(name: str, had: Sequence[str]) -> tuple[str, str]:
    """Return who gets what a rule gives to *name*, and why; *had* are its owners so far, the last the present one.

    Never a former owner; with nobody left, me.
    """
    if name == had[-1] or name not in had:
        return name, "the rule says so."
    return ME, f"the rule says {'you' if name == ME else name}, who had it before; with nobody left it comes to you."


def _compiled(rule: Written, vocabulary: Vocabulary, owners: Collection[str] | None) -> Compiled:
    name, when, then, on = rule
    problems: list[str] = []
    checks: list[Check] = []
    for key, value in when.items():
        check = check_of(key, value, vocabulary)
        if isinstance(check, str):
            problems.append(f"when {key}: {check}")
        else:
            checks.append(check)
    effects: dict[str, Any] = {}
    for key, value in then.items():
        done = _effect(key, value, owners)
        if isinstance(done, str):
            problems.append(f"then {key}: {done}")
        else:
            effects |= done
    strange = [one for one in on if one not in OCCASIONS]
    problems += ["on: " + wrong(one, OCCASIONS, f'"{one}" is neither "new" nor "reply".') for one in strange]
    if not when and not then:
        problems.append("it says neither when nor then.")
    tests = tuple((check.holds, (name, False, check.no)) for check in checks)
    return Compiled(name, tuple(checks), Effects(**effects), frozenset(on), tuple(problems), tests)


def _effect(key: str, value: object, owners: Collection[str] | None) -> dict[str, Any] | str:
    """Return one effect by its name, or what is wrong with it."""
    match key, value:
        case "place", str() if value in PLACES:
            return {"place": PLACES[value]}
        case "place", _:
            return wrong(value, PLACES, '"archive" or "spam" is expected.')
        case "tier", int() if value in TIERS and not isinstance(value, bool):
            return {"tier": value}
        case "tier", _:
            return "0, 1, 2 or 3 is expected."
        case "sla", str():
            try:
                target = duration(value)
            except Problem as problem:
                return problem.what
            return {"sla": target} if target else "it leaves no time at all."
        case "sla", _:
            return 'a duration is expected, such as "2h".'
        case "skill", str() if value.strip():
            return {"skill": value.strip()}
        case "owner", str() if value.strip():
            return _owner(value.strip(), owners)
        case "class", "human":
            return {"human": True}
        case "class", _:
            return wrong(value, ("human",), '"human" is expected, the only class that a rule can give.')
        case (("skill" | "owner"), _):
            return "a name is expected."
        case _:
            return f"there is no such effect; known are {', '.join(EFFECTS)}."


def _owner(name: str, owners: Collection[str] | None) -> dict[str, Any] | str:
    if owners is None or name.casefold() == ME:
        return {"owner": ME if name.casefold() == ME else name}
    for one in owners:
        if one.casefold() == name.casefold():
            return {"owner": one}
    near = nearest(name, [ME, *owners])
    way = f'did you mean "{near}"?' if near else f"take {any_of(['me', *owners])}."
    return f'nobody is called "{name}"; {way}'

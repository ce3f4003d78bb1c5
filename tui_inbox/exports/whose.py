"""Who is me in an export, and in which zone it was written: said, remembered, found, guessed, or asked once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tui_inbox.config import system_zone
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.exports.report import Ask, Question, Told
from tui_inbox.inbox import Inbox
from tui_inbox.rules.model import MAIL, Class, Message
from tui_inbox.store.sources import AccountLine

_CHOICES = 9
_SAMPLES = 2


@dataclass(frozen=True, slots=True)
class Ours:
    """Who is me (`names` are all that the channel is told) and the zone, each with its evidence in words."""

    me: str | None
    me_why: str
    names: tuple[str, ...]
    zone: str
    zone_why: str


def ours(
    inbox: Inbox, channel: ModuleType, bundle: Bundle, told: Told, learned: AccountLine | None, ask: Ask | None
) -> Ours:
    """Return what is known of *bundle*, asking (where *ask* is given) what nothing says."""
    zone, zone_why = _zone(inbox, told, learned)
    configured = inbox.config.me.names.get(channel.CHANNEL, ())
    remembered = learned.me if learned else ()
    names = tuple(dict.fromkeys([*([told.me] if told.me else remembered), *configured]))
    if channel.CHANNEL == MAIL:
        addresses = inbox.config.me.addresses
        return Ours(told.me or (addresses[0] if addresses else None), "the configuration", names, zone, zone_why)
    me, me_why = told.me, "named by --me"
    source = channel.Source(bundle=bundle, zone=zone, me=names)
    if me is None:
        me, me_why = _found(source, remembered, configured)
    if ask is not None:
        sample = _sample(source) if me is None or zone_why == _UNSAID else []
        if me is None and _unsaid(sample):
            me, me_why = ask(Question("me", bundle.path, _choices(sample))), "as you said"
        if zone_why == _UNSAID and any(one.local_at is not None for one in sample):
            zone = ask(Question("zone", bundle.path, _choices(sample, timed=True), zone)) or zone
            zone_why = "as you said"
    return Ours(me, me_why if me else "", tuple(dict.fromkeys([*names, *([me] if me else [])])), zone, zone_why)


_UNSAID = "this machine's, and nothing else says it"
"""Machines are in UTC for other reasons than people are: it is no evidence."""


def _zone(inbox: Inbox, told: Told, learned: AccountLine | None) -> tuple[str, str]:
    if told.zone:
        return told.zone, "named by --zone"
    if learned and learned.zone:
        return learned.zone, "remembered from an earlier import"
    zone = inbox.config.hours.zone
    if zone != system_zone(os.environ):
        return zone, "the work calendar's"
    return zone, _UNSAID if zone == "UTC" else "this machine's"


def _found(source: Any, remembered: Sequence[str], configured: Sequence[str]) -> tuple[str | None, str]:
    owner: str | None = source.owner() if hasattr(source, "owner") else None
    if owner is None:
        return None, ""
    if owner in configured:
        return owner, "the configuration names it"
    if owner in remembered:
        return owner, "remembered from an earlier import"
    evidence: dict[str, str] = source.evidence() if hasattr(source, "evidence") else {}
    return owner, evidence.get("me") or "the export shows it"


def _sample(source: Any) -> list[Message]:
    """Return the first messages of an export that a person wrote."""
    with closing(source.read({})) as reading:
        for batch in reading:
            said = [one.message for one in batch.arrivals]
            people = [one for one in said if one.verdict.as_ is Class.HUMAN and one.sender.name]
            if people:
                return people
    return []


def _unsaid(sample: Sequence[Message]) -> bool:
    """Return whether an export leaves open which of its people is me."""
    return any(one.mine is None for one in sample) and not any(one.mine for one in sample)


def _choices(sample: Sequence[Message], *, timed: bool = False) -> tuple[tuple[str, tuple[str, ...]], ...]:
    counted = Counter(one.sender.name for one in sample)
    return tuple((name, _said_by(name, sample, timed=timed)) for name, _ in counted.most_common(_CHOICES))


def _said_by(name: str, sample: Sequence[Message], *, timed: bool) -> tuple[str, ...]:
    texts = []
    for one in sample:
        if one.sender.name == name and one.text.strip():
            at = f"{one.local_at:%Y-%m-%d %H:%M} " if timed and one.local_at else ""
            texts.append(at + one.text.strip()[:80])
        if len(texts) == _SAMPLES:
            break
    return tuple(texts)

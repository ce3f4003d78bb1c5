"""Why a conversation lies where it lies, is due when it is due, and belongs to whom, in plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tui_inbox.rules.model import ME, Direction, Kind, Outcome, Place, Reason
from tui_inbox.rules.spoken import spoken
from tui_inbox.store.whole import EventLine, MessageLine, PromiseLine, Whole

Spoken = Callable[[datetime | None], str]
"""How a moment is said to the agent."""

DONE = ("snoozed", "archived", "forwarded", "routed")
"""The events that say what somebody or a rule did."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Three sentences, and for each rule whether it matched and why (rule, matched, sentence)."""

    place: str
    due: str
    owner: str
    rules: tuple[tuple[str, bool, str], ...]


def explain(it: Whole, routed: Mapping[str, Any], now: datetime, zone: str) -> Explanation:
    """Return why *it* is as it is; *routed* is what the rules had said of it."""

    def at(moment: datetime | None) -> str:
        return "an unknown time" if moment is None else spoken(moment, now, zone)

    return Explanation(
        _place(it, at),
        _due(it, at, now),
        _owner(it, routed, at),
        tuple(_rules(routed)),
    )


def _rules(routed: Mapping[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """Yield what each rule said when it was new, and which one matched a reply since."""
    for rule, matched, why in routed.get("trace", ()):
        yield str(rule), bool(matched), str(why)
    reply = routed.get("reply")
    if reply is not None:
        rule, matched, why = reply["trace"][-1]
        yield str(rule), bool(matched), f"On a reply: {why}"


def _place(it: Whole, at: Spoken) -> str:
    row, who = it.row, it.row.contact.name or "the customer"
    match row.place:
        case Place.SPAM:
            return f"It lies in spam: {_by_rule(it, 'place')} put it there. Any of the three actions takes it out."
        case Place.SNOOZED:
            return f"It is snoozed until {at(row.returns)}; a new message from {who} brings it back at once."
        case Place.ARCHIVED:
            return _archived(it, at, who)
        case Place.HANDED_OVER:
            told = {
                "waiting": f" The mail that tells {row.owner} of it waits to be sent.",
                "sent": f" {row.owner} has been told by mail.",
            }
            return f"It was handed over to {row.owner} and lies there.{told.get(row.delivery or '', '')}"
        case Place.INBOX:
            return _returned(it) if row.reason is Reason.RETURNED else _inbox(it, _last_asked(it), at, who)


def _archived(it: Whole, at: Spoken, who: str) -> str:
    row = it.row
    if it.messages and it.messages[0].direction is Direction.IN and _last_asked(it) is None:
        who = "a person"  # a further mail of a machine opens nothing
    if row.reason is Reason.RULE:
        by = _by_rule(it, "place")
        return f"{by[0].upper()}{by[1:]} archived it before anybody saw it; a reply from {who} opens it again."
    if row.reason is Reason.SERVER:
        return f"It was taken out of the server's inbox elsewhere, so it is archived; a reply from {who} opens it."
    last = _last(it, "archived")
    if last is not None:
        return f"You archived it, {at(last.at)}; a reply from {who} opens it again."
    if it.messages and it.messages[-1].history:
        return f"It is history from before this inbox; a new message from {who} opens it."
    return f"It was answered, or begun by us, before it came here; a new message from {who} opens it."


def _inbox(it: Whole, asked: MessageLine | None, at: Spoken, who: str) -> str:
    when = at(asked.received_at) if asked else "an unknown time"
    match it.row.reason:
        case Reason.NEW if asked is None:
            return "It is new: an automatic message began it, and nobody has decided on it yet."
        case Reason.NEW:
            return f"It is new: {who} wrote, {when}, and nobody has decided on it yet."
        case Reason.REPLY:
            return f"{who} wrote again, {when}."
        case Reason.REOPENED:
            return f"It had been archived; what {who} wrote, {when}, opened it again."
        case Reason.LATE_ARRIVAL:
            return f"What {who} wrote, {when}, reached this inbox only after it had been archived, and opened it again."
        case Reason.FOLLOW_UP:
            return "Its snooze has run out: it is back to be followed up."
        case Reason.BOUNCE:
            return f"Our answer could not be delivered to {who}, so it is open again."
        case Reason.RULE:
            by = _by_rule(it, "owner")
            return f"{by[0].upper()}{by[1:]} gave it to you."
        case Reason.RETURNED | Reason.SERVER | None:
            taken = _last(it, "forwarded")
            return "It is open, since you took it back." if taken else "It is open, and nothing has been decided yet."


def _due(it: Whole, at: Spoken, now: datetime) -> str:
    open_ = [one for one in it.promises if one.ended is None and one.outcome in (Outcome.OPEN, Outcome.UNOBSERVED)]
    if open_:
        return _promised(min(open_, key=lambda one: one.due), it.row.owner, at, now)
    match it.row.place:
        case Place.SPAM:
            return "Nothing is due: in spam nothing is promised."
        case Place.ARCHIVED:
            return "Nothing is due: it is archived."
        case _:
            waits = it.row.waiting_since is not None
            return f"Nothing is due: {'what was asked has been decided on' if waits else 'nobody waits for an answer'}."


def _promised(promise: PromiseLine, owner: str, at: Spoken, now: datetime) -> str:
    late = ""
    if now > promise.due:
        late = " It is late." if owner == ME else f" It is late, and no answer from {owner} has been seen here."
    if promise.kind is Kind.FOLLOW_UP:
        return f"A follow-up is due {at(promise.due)}, as was chosen when it was snoozed.{late}"
    what = "A first answer" if promise.kind is Kind.FIRST else "An answer"
    # The sentence kept with the promise begins with its moment, as it was spoken of then.
    return f"{what} is due {at(promise.due)}: {promise.why.partition(': ')[2] or promise.why}.{late}"


def _owner(it: Whole, routed: Mapping[str, Any], at: Spoken) -> str:
    row = it.row
    if row.reason is Reason.RETURNED:
        return "It is yours again, since the hand-over came back."
    belongs = "It is yours" if row.owner == ME else f"It belongs to {row.owner}"
    given = _given(it)
    if given is not None and given.event == "forwarded":
        to = str(given.detail.get("to"))
        if to != row.owner:
            return f"{belongs} again, since the hand-over to {to} came back."
        return f"{belongs}: you {'took it back' if to == ME else f'handed it over to {to}'}, {at(given.at)}."
    said = str((routed.get("reply") or routed).get("owner") or routed.get("owner") or "")
    if said:
        return f"{belongs}: {said}"
    if row.owner == ME:
        return f"{belongs}: it came to you, and nobody else was made its owner."
    return f"{belongs}, who had the conversation it continues."


def _given(it: Whole) -> EventLine | None:
    """Return what made its owner the owner, where somebody or a rule did: the last that stands."""
    return next((one for one in _standing(it) if one.event == "forwarded" or one.detail.get("owner")), None)


def _returned(it: Whole) -> str:
    """Return why a conversation came back to me from somebody else."""
    told = ("hand-over refused", "hand-over bounced", "returned")
    last = next((one for one in reversed(it.history) if one.event in told), None)
    if last is None:
        return "It was handed over but had not been sent when it was due, so it came back."
    if last.event == "returned":
        return f"It had been with {last.detail.get('owner')}, who is no teammate any more, so it came to you."
    how = "was refused" if last.event == "hand-over refused" else "bounced"
    return (
        f"It was handed over to {last.detail.get('to')}, but the mail {how}, so it came back: {last.detail.get('why')}"
    )


def _by_rule(it: Whole, effect: str) -> str:
    """Return the rule that did *effect* last."""
    last = next((one for one in _standing(it) if one.event == "routed" and one.detail.get(effect)), None)
    return f'the rule "{last.detail.get("rule")}"' if last else "a rule"


def _last(it: Whole, event: str) -> EventLine | None:
    return next((one for one in _standing(it) if one.event == event), None)


def _standing(it: Whole) -> Iterator[EventLine]:
    """Yield what was done, the latest first, without what was undone."""
    undone = {one.detail.get("act") for one in it.history if one.event == "undone"}
    for one in reversed(it.history):
        if one.event in DONE and one.detail.get("act", 0) not in undone:
            yield one


def _last_asked(it: Whole) -> MessageLine | None:
    return next(
        (one for one in reversed(it.messages) if one.direction is Direction.IN and one.class_.value == "human"), None
    )

"""Why a conversation lies where it lies, is due when it is due, and belongs to whom, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tui_inbox.rules.model import ME, Direction, Outcome, Place, Reason
from tui_inbox.rules.when import spoken
from tui_inbox.store.reader import EventLine, MessageLine, PromiseLine, Row, Whole


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
        tuple((str(rule), bool(matched), str(why)) for rule, matched, why in routed.get("trace", ())),
    )


def _place(it: Whole, at: Any) -> str:
    row, who = it.row, it.row.contact.name or "the customer"
    match row.place:
        case Place.SPAM:
            return f"It lies in spam: {_by_rule(it)} put it there. Any of the three actions takes it out."
        case Place.SNOOZED:
            return f"It is snoozed until {at(row.returns)}; a new message from {who} brings it back at once."
        case Place.ARCHIVED:
            return _archived(it, at, who)
        case Place.HANDED_OVER:
            sent = {"waiting": " It waits to be sent.", "sent": " It has been sent."}.get(row.delivery or "", "")
            return f"It was handed over to {row.owner} and lies with them.{sent}"
        case Place.INBOX:
            return _returned(it) if row.reason is Reason.RETURNED else _inbox(row, _last_asked(it), at, who)


def _archived(it: Whole, at: Any, who: str) -> str:
    row = it.row
    if row.reason is Reason.RULE:
        return f"{_by_rule(it)} archived it before anybody saw it; a reply from {who} opens it again."
    if row.reason is Reason.SERVER:
        return f"It was taken out of the server's inbox elsewhere, so it is archived; a reply from {who} opens it."
    last = _last(it, "archived")
    if last is not None:
        return f"You archived it, {at(last.at)}; a reply from {who} opens it again."
    if it.messages and it.messages[-1].history:
        return f"It is history from before this inbox; a new message from {who} opens it."
    return f"It was answered, or begun by us, before it came here; a new message from {who} opens it."


def _inbox(row: Row, asked: MessageLine | None, at: Any, who: str) -> str:
    when = at(asked.received_at) if asked else "an unknown time"
    match row.reason:
        case Reason.NEW if asked is None:
            return "It is new: a machine wrote it, and nobody has decided on it yet."
        case Reason.NEW:
            return f"It is new: {who} wrote, {when}, and nobody has decided on it yet."
        case Reason.REPLY:
            return f"{who} wrote again, {when}."
        case Reason.REOPENED:
            return f"It had been archived; what {who} wrote, {when}, opened it again."
        case Reason.LATE_ARRIVAL:
            return f"It was archived before a message {who} had sent, {when}, had arrived here; that one opened it."
        case Reason.FOLLOW_UP:
            return "Its snooze has run out: it is back to be followed up."
        case Reason.BOUNCE:
            return f"Our answer could not be delivered to {who}, so it is open again."
        case Reason.RULE:
            return "A rule put it here."
        case Reason.RETURNED | Reason.SERVER | None:
            return "It is yours and open; nothing else has been decided."


def _due(it: Whole, at: Any, now: datetime) -> str:
    open_ = [one for one in it.promises if one.outcome in (Outcome.OPEN, Outcome.UNOBSERVED)]
    if not open_:
        waits = "nobody waits for an answer" if it.row.waiting_since is None else "what was asked has been decided on"
        return f"Nothing is due: {waits}."
    first = min(open_, key=lambda one: one.due)
    return _promised(first, at, now)


def _promised(promise: PromiseLine, at: Any, now: datetime) -> str:
    late = " It is late." if now > promise.due else ""
    if promise.kind.value == "follow_up":
        return f"A follow-up is due {at(promise.due)}, as was chosen when it was snoozed.{late}"
    what = "A first answer" if promise.kind.value == "first" else "An answer"
    return f"{what} is due {at(promise.due)}. {promise.why}.{late}"


def _owner(it: Whole, routed: Mapping[str, Any], at: Any) -> str:
    row = it.row
    moved = _last(it, "forwarded")
    said = str(routed.get("owner") or "")
    if row.reason is Reason.RETURNED:
        return "It is yours again, since the hand-over came back."
    if moved is not None:
        to = "you took it back" if row.owner == ME else f"you handed it over to {row.owner}"
        return f"It belongs to {'you' if row.owner == ME else row.owner}: {to}, {at(moved.at)}."
    if said:
        return f"It belongs to {'you' if row.owner == ME else row.owner}: {said}"
    if row.owner == ME:
        return "It is yours: it came to you, and nobody else was made its owner."
    return f"It belongs to {row.owner}, who had the conversation it continues."


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


def _by_rule(it: Whole) -> str:
    last = _last(it, "routed")
    return f'The rule "{last.detail.get("rule")}"' if last else "A rule"


def _last(it: Whole, event: str) -> EventLine | None:
    return next((one for one in reversed(it.history) if one.event == event), None)


def _last_asked(it: Whole) -> MessageLine | None:
    return next(
        (one for one in reversed(it.messages) if one.direction is Direction.IN and one.class_.value == "human"), None
    )

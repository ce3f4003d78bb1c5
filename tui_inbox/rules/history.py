"""What a conversation is made of: messages, and acts with what had been seen; and the order in which they count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from tui_inbox.rules.model import ME, Class, Direction, Kind, Place
from tui_inbox.rules.promise import Terms


class Verb(StrEnum):
    """What an act does: one of the agent's three, or what happens to a conversation without the agent."""

    SNOOZE = "snooze"
    ARCHIVE = "archive"
    FORWARD = "forward"
    ROUTE = "route"
    """What a rule did when it saw the conversation, or a reply to it."""
    RETURN = "return"
    """The owner on record cannot act any more: it comes back to me."""


class Delivery(StrEnum):
    """How far a hand-over has come."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as the life of a conversation sees it. `order` sorts by received time, then the source's order."""

    id: int
    received: datetime
    order: tuple[int | str, ...]
    direction: Direction
    class_: Class
    history: bool = False
    bounced: int | None = None
    """For a hard bounce: the message of ours that will never arrive."""

    @property
    def asks(self) -> bool:
        """Whether a customer said it."""
        return self.direction is Direction.IN and self.class_ is Class.HUMAN

    @property
    def answers(self) -> bool:
        """Whether it is an answer of ours."""
        return self.direction is Direction.OUT and self.class_ is Class.HUMAN


@dataclass(frozen=True, slots=True)
class Effects:
    """What a rule does to a conversation; None leaves a thing alone."""

    place: Place | None = None
    tier: int | None = None
    skill: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One act that stands. `seen` is the highest message id that had been seen when it was made."""

    id: int
    verb: Verb
    at: datetime
    seen: int
    by: str = ME
    returns: datetime | None = None
    due: datetime | None = None
    to: str = ""
    effects: Effects = Effects()
    opening: bool = False
    """A rule that ran when the conversation was new: its tier and owner hold from the start."""
    delivery: Delivery | None = None
    delivered_at: datetime | None = None

    @property
    def gives_to(self) -> str | None:
        """Whom it makes the owner; None where it leaves that alone."""
        match self.verb:
            case Verb.FORWARD:
                return self.to
            case Verb.RETURN:
                return ME
            case Verb.ROUTE:
                return self.effects.owner
            case Verb.SNOOZE | Verb.ARCHIVE:
                return None
            case _:
                assert_never(self.verb)


TermsOf = Callable[[Kind, Heard, int], Terms]
"""The terms of a response promise: its kind, the message it starts with, the tier. Kept ones come back as they were."""


@dataclass(frozen=True, slots=True)
class History:
    """All that a conversation is made of.

    `known_from` is when its thread was first seen here, and only given for a thread's first conversation: what
    was received before then came as one import. `owner` is who it began with.
    """

    messages: tuple[Heard, ...]
    acts: tuple[Act, ...] = ()
    known_from: datetime | None = None
    owner: str = ME


def timeline(history: History) -> Iterator[Heard | Act]:
    """Yield messages and acts in the order in which they count."""
    lost = {one.bounced for one in history.messages if not one.history}
    places = {one.id: one.order for one in history.messages}

    def order_of(one: Heard) -> tuple[int | str, ...]:
        """A report stands behind what it says is lost, also where the two servers' clocks disagree."""
        behind = places.get(one.bounced) if one.bounced is not None else None
        return one.order if behind is None else max(one.order, behind)

    messages = sorted(history.messages, key=lambda one: (order_of(one), one.bounced in places, one.order))
    last_answer = max((one.order for one in messages if one.answers and one.id not in lost), default=None)
    every = sorted(history.acts, key=lambda one: one.id)
    acts = [one for one in every if one.verb not in (Verb.ROUTE, Verb.RETURN)]
    slots: list[list[Heard | Act]] = [[] for _ in range(len(acts) + 1)]
    routed: dict[int, list[Act]] = {}
    for act in every:
        if act.verb is Verb.ROUTE:
            routed.setdefault(act.seen, []).append(act)
    slot_of: dict[int, int] = {}
    for message in messages:
        answered = last_answer is not None and last_answer > order_of(message)
        # Behind the last act that had not seen it, whoever had seen it before.
        slot = next((n for n in range(len(acts), 0, -1) if not _before(message, acts[n - 1], answered)), 0)
        # What a rule did with a message goes with the message, wherever it counts.
        if message.bounced is not None:
            slot = max(slot, slot_of.get(message.bounced, 0))
        slots[slot] += [message, *routed.pop(message.id, ())]
        slot_of[message.id] = slot
    for act in every:
        # What came home does so behind the acts before it; a rule's message may lie in another conversation by now.
        if act.verb is Verb.RETURN or (act.verb is Verb.ROUTE and act.seen in routed):
            slots[max(slot_of.get(act.seen, 0), sum(one.id < act.id for one in acts))].append(act)
    yield from slots[0]
    for act, after in zip(acts, slots[1:], strict=True):
        yield act
        yield from after


def _before(message: Heard, act: Act, answered: bool) -> bool:
    """Return whether *message* counts before *act*: seen, or in its place by its received time.

    *answered* says that an answer behind the message stands.
    """
    if message.id <= act.seen:
        return True
    if message.received > act.at:
        return False
    unseen_matters = message.asks or message.bounced is not None
    return not unseen_matters or answered

"""The life of a conversation: `decide` what an act makes true, and `read` a history into the state it leaves.

The state is a pure function of the history and the present moment. The history is the messages in received
order and the acts on them, each act with what had been seen: a customer message unseen at an act comes after that
act, an answer of ours stands at its received time. So order, grouping and repetition of imports between two acts
change nothing, and a late answer, a bounce or an undo is settled by reading anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from tui_inbox.problems import Refused
from tui_inbox.rules.model import (
    ME,
    Archive,
    Class,
    Clock,
    Command,
    Direction,
    Forward,
    Kind,
    Outcome,
    Place,
    Reason,
    Snooze,
    Status,
)
from tui_inbox.rules.promise import Promise, Responsible, Terms, earliest


class Verb(StrEnum):
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


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a history amounts to at one moment."""

    status: Status
    owner: str = ME
    spam: bool = False
    tier: int = 1
    skill: str | None = None
    returns: datetime | None = None
    promises: tuple[Promise, ...] = ()
    reason: Reason | None = None
    plan: tuple[datetime, datetime] | None = None
    """A snooze that a reply interrupted: its return and due."""
    snoozes: int = 0
    waiting_since: datetime | None = None
    delivery: Delivery | None = None
    back_at: datetime | None = None
    """When an undelivered hand-over comes back to me."""

    @property
    def place(self) -> Place:
        return place(self.spam, self.status, self.owner)

    @property
    def due(self) -> datetime | None:
        first = earliest(self.promises)
        return first.due if first else None

    @property
    def risk_at(self) -> datetime | None:
        first = earliest(self.promises)
        return first.terms.risk_at if first else None


def place(spam: bool, status: Status, owner: str) -> Place:
    """Return the one place of a conversation, as `product.md` orders them."""
    if spam:
        return Place.SPAM
    if status is Status.ARCHIVED:
        return Place.ARCHIVED
    if status is Status.SNOOZED:
        return Place.SNOOZED
    return Place.INBOX if owner == ME else Place.HANDED_OVER


def clock(due: datetime | None, risk_at: datetime | None, where: Place, now: datetime) -> Clock:
    """Return how the clock stands. A snoozed conversation's follow-up has a due time but no clock yet."""
    if due is None or where in (Place.SNOOZED, Place.SPAM):
        return Clock.NONE
    if now > due:
        return Clock.BREACHED
    if risk_at is not None and now >= risk_at:
        return Clock.AT_RISK
    return Clock.RUNNING


def decide(it: Conversation, command: Command, now: datetime) -> Act | str:
    """Return the act that *command* makes at *now* (its id still 0), or why there is nothing to do.

    Raises `Refused`, and nothing changes, where the act may not be made.
    """
    match command:
        case Snooze(seen=seen, returns=returns, due=due):
            if returns <= now:
                raise Refused("The moment of return has already passed.", "Pick a later one.")
            if due <= returns:
                raise Refused("The deadline lies before the return.", "Pick one after it, or leave it out.")
            return Act(0, Verb.SNOOZE, now, seen, returns=returns, due=due)
        case Archive(seen=seen):
            if it.status is Status.ARCHIVED and not it.spam:
                return "It is archived already."
            return Act(0, Verb.ARCHIVE, now, seen)
        case Forward(seen=seen, to=to):
            if it.owner == to and not it.spam:
                return f"It is {'yours' if to == ME else to + chr(8217) + 's'} already."
            waits = None if to == ME else Delivery.WAITING
            return Act(0, Verb.FORWARD, now, seen, to=to, delivery=waits)


def read(history: History, now: datetime, terms_of: TermsOf) -> Conversation:
    """Return the state that *history* leaves at *now* (aware UTC). Pure: the same history reads the same."""
    reading = _Reading(history, terms_of)
    for step in timeline(history):
        match step:
            case Heard():
                reading.hear(step)
            case Act():
                reading.act(step)
    reading.elapse(now)
    return reading.conversation()


def timeline(history: History) -> Iterator[Heard | Act]:
    """Yield messages and acts in the order in which they count."""
    lost = {one.bounced for one in history.messages if not one.history}
    places = {one.id: one.order for one in history.messages}

    def place_of(one: Heard) -> tuple[tuple[int | str, ...], bool, tuple[int | str, ...]]:
        """A report stands behind what it says is lost, also where the two servers' clocks disagree."""
        behind = places.get(one.bounced) if one.bounced is not None else None
        return (one.order, False, one.order) if behind is None else (max(one.order, behind), True, one.order)

    messages = sorted(history.messages, key=place_of)
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
        # Behind the last act that had not seen it, whoever had seen it before.
        slot = next((n for n in range(len(acts), 0, -1) if not _before(message, acts[n - 1], last_answer)), 0)
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


def _before(message: Heard, act: Act, last_answer: tuple[int | str, ...] | None) -> bool:
    """Return whether *message* counts before *act*: seen, or in its place by its received time."""
    if message.id <= act.seen:
        return True
    if message.received > act.at:
        return False
    unseen_matters = message.asks or message.bounced is not None
    answered_later = last_answer is not None and last_answer > message.order
    return not unseen_matters or answered_later


@dataclass(slots=True)
class _Reading:
    """The state while a history is read, step by step."""

    history: History
    terms_of: TermsOf
    now: datetime | None = None
    status: Status = Status.ARCHIVED
    owner: str = ME
    spam: bool = False
    routed_tier: int | None = None
    skill: str | None = None
    returns: datetime | None = None
    promises: list[Promise] = field(default_factory=list)
    reason: Reason | None = None
    plan: tuple[datetime, datetime] | None = None
    snoozes: int = 0
    begun_by: Direction | None = None
    answered: bool = False
    waiting: list[Heard] = field(default_factory=list)
    """Customer messages without an answer, that are not history."""
    unpromised: list[Heard] = field(default_factory=list)
    """Those of them that spam kept from having a promise."""
    answered_by: dict[int, list[Heard]] = field(default_factory=dict)
    answers: list[Heard] = field(default_factory=list)
    """Answers of ours that arrived, as far as is known."""
    acted: bool = False
    hand_over: Act | None = None
    handed_at: datetime | None = None
    reported: int = 0
    """The last report that opened it: that an answer of ours is lost."""
    human: bool = False
    machine: bool = False

    def __post_init__(self) -> None:
        self.owner = self.history.owner
        opening = next((act for act in self.history.acts if act.opening), None)
        if opening is not None:
            effects = opening.effects
            self.routed_tier, self.skill = effects.tier, effects.skill
            self.owner = effects.owner or self.owner
            self.spam = effects.place is Place.SPAM
        self.human = any(one.asks for one in self.history.messages)
        first = min(
            (one for one in self.history.messages if one.class_ is not Class.SYSTEM),
            key=lambda one: one.order,
            default=None,
        )
        self.machine = first is not None and first.direction is Direction.IN and first.class_ is not Class.HUMAN

    @property
    def tier(self) -> int:
        if self.routed_tier is not None:
            return self.routed_tier
        return 0 if self.machine and not self.human else 1

    # --- time ---------------------------------------------------------------------------------------

    def elapse(self, moment: datetime) -> datetime:
        """Let the time until *moment* pass: a snooze that runs out, a hand-over that could not be sent in time."""
        moment = moment if self.now is None else max(moment, self.now)
        while True:
            returns = self.returns if self.status is Status.SNOOZED else None
            back_at = self.back_at()
            if returns is not None and returns <= moment and (back_at is None or returns <= back_at):
                self._come_back(returns, Reason.FOLLOW_UP)
            elif back_at is not None and back_at <= moment:
                self._take_back(back_at)
            else:
                break
        self.now = moment
        return moment

    def back_at(self) -> datetime | None:
        """Return when the hand-over comes back unsent: at its due time, or when the server refused it."""
        act = self.hand_over
        if act is None or self.handed_at is None or act.delivery is Delivery.SENT or self.owner != act.to:
            return None
        if act.delivery is Delivery.REFUSED:
            return act.delivered_at
        handed_at = self.handed_at
        due = [one.due for one in self.promises if one.open and one.due > handed_at]
        return min(due, default=None)

    def _take_back(self, at: datetime) -> None:
        if self.status is Status.SNOOZED:
            self._interrupt(at, Reason.RETURNED)
        self.status, self.owner, self.reason, self.hand_over = Status.OPEN, ME, Reason.RETURNED, None
        self._hand_promises(ME, at)

    def _come_back(self, at: datetime, why: Reason) -> None:
        """End the snooze: the follow-up starts."""
        self.status, self.reason, self.returns = Status.OPEN, why, None
        self._replace_open(lambda one: replace(one, started=at) if one.started is None else one)

    # --- messages -----------------------------------------------------------------------------------

    def hear(self, message: Heard) -> None:
        if message.asks:
            first = self.begun_by is None or self._first_import(message)
            self._begin(Direction.IN)
            if not message.history:
                self._ask(message, first)
        elif message.answers:
            self._begin(Direction.OUT)
            self._answer(message)
        elif message.bounced is not None and not message.history:
            self._bounce(message)
        elif self.machine and self.begun_by is None and message.class_ is not Class.SYSTEM and not message.history:
            self._begin_by_machine(message)

    def _begin(self, by: Direction) -> None:
        if self.begun_by is None:
            self.begun_by = by

    def _begin_by_machine(self, message: Heard) -> None:
        """A robot wrote first: open, without a clock. Once somebody acted, more of it changes nothing."""
        self.elapse(message.received)
        if not self.acted and not self.answered:
            self.status = Status.OPEN
            self.reason = self.reason or Reason.NEW

    def _first_import(self, message: Heard) -> bool:
        known = self.history.known_from
        return known is not None and message.received <= known and not self.acted

    def _ask(self, message: Heard, first: bool) -> None:
        at = self.elapse(message.received)
        owed = self._owed()
        self.waiting.append(message)
        late = self.now is not None and message.received < at
        match self.status:
            case Status.SNOOZED:
                self._interrupt(at, Reason.REPLY)
            case Status.ARCHIVED if self.acted:
                self.status = Status.OPEN
                self.reason = Reason.LATE_ARRIVAL if late else Reason.REOPENED
            case Status.ARCHIVED:
                self.status, self.reason = Status.OPEN, Reason.NEW if first else Reason.REOPENED
            case Status.OPEN:
                if owed and self.answered:
                    self.reason = Reason.REPLY
                elif self.reason is None and not self.spam and self.owner == ME:
                    self.reason = Reason.REPLY if self.acted else Reason.NEW
        if self.spam:
            self.unpromised.append(message)
        elif owed:
            self._promise(message)

    def _owed(self) -> bool:
        """Return whether a customer's message starts a promise: no other response is promised."""
        return not any(one.open and one.kind is not Kind.FOLLOW_UP for one in self.promises)

    def _interrupt(self, at: datetime, why: Reason) -> None:
        """A snooze ends early; its plan is kept, so that one key takes it again."""
        pending = next((one for one in self.promises if one.open and one.kind is Kind.FOLLOW_UP), None)
        if self.returns is not None and pending is not None:
            self.plan = (self.returns, pending.due)
        self._come_back(at, why)

    def _promise(self, message: Heard) -> None:
        kind = Kind.NEXT if self.answered or self.begun_by is Direction.OUT else Kind.FIRST
        terms = self.terms_of(kind, message, self.tier)
        self.promises.append(
            Promise(
                f"m{message.id}",
                kind,
                message.received,
                terms,
                (Responsible(self.owner, message.received),),
                seen_from=message.id,
                tier=self.tier,
            )
        )

    def _answer(self, message: Heard) -> None:
        at = self.elapse(message.received)
        self.answered = True
        self.answers.append(message)
        self.answered_by[message.id] = self.waiting
        self.waiting, self.unpromised = [], []
        self._replace_open(lambda one: one.answered(message.received, message.id) if one.started is not None else one)
        if self._first_import(message) and self.status is Status.OPEN:
            self.status, self.reason = Status.ARCHIVED, None
        self.now = at

    def _bounce(self, message: Heard) -> None:
        """A hard bounce of our answer: what it had ended is open again, unless a later answer stands.

        An act ends it only if it had seen the report.
        """
        at = self.elapse(message.received)
        lost = message.bounced
        assert lost is not None
        index = next((n for n, one in enumerate(self.answers) if one.id == lost), None)
        later = None
        if index is not None:
            del self.answers[index]
            later = self.answers[index] if index < len(self.answers) else None
        unanswered = self.answered_by.pop(lost, [])
        again = [one for one in self.promises if one.answer == lost]
        for one in again:
            opened = one.reopened(message.id).handed_to(self.owner, at)
            if later is not None:
                opened = opened.answered(later.received, later.id)
            self.promises[self.promises.index(one)] = opened
        if later is not None:
            self.answered_by[later.id] = [*unanswered, *self.answered_by[later.id]]
            return
        self.waiting = sorted([*unanswered, *self.waiting], key=lambda one: one.order)
        self.answered = bool(self.answers)
        if self.status is Status.SNOOZED:
            self._interrupt(at, Reason.BOUNCE)
        self.status, self.reason, self.reported = Status.OPEN, Reason.BOUNCE, message.id

    # --- acts ---------------------------------------------------------------------------------------

    def act(self, act: Act) -> None:
        at = self.elapse(act.at)
        if act.verb in (Verb.SNOOZE, Verb.ARCHIVE, Verb.FORWARD):
            self._leave_spam(at)
        match act.verb:
            case Verb.SNOOZE:
                self._snooze(act)
            case Verb.ARCHIVE:
                self._archive(act)
            case Verb.FORWARD:
                self._forward(act)
            case Verb.ROUTE:
                self._route(act, at)
            case Verb.RETURN:
                self._take_back(at)

    def _leave_spam(self, at: datetime) -> None:
        """Any act takes it out of spam and starts what is owed: from the first message nobody answered."""
        if not self.spam:
            return
        self.spam = False
        if self.unpromised and self._owed():
            first = self.unpromised[0]
            promised = next((n for n, one in enumerate(self.promises) if one.origin == f"m{first.id}"), None)
            if promised is None:
                self._promise(first)
            else:
                self.promises[promised] = self.promises[promised].reopened(first.id).handed_to(self.owner, at)
        self.unpromised = []

    def _end(self, act: Act, response: Outcome, follow_up: Outcome) -> None:
        """End what is open and what the act had seen."""

        def ended(one: Promise) -> Promise:
            if one.seen_from > act.seen:
                return one
            return one.acted_on(act.at, follow_up if one.kind is Kind.FOLLOW_UP else response)

        self._replace_open(ended)

    def _snooze(self, act: Act) -> None:
        assert act.returns is not None
        assert act.due is not None
        self._end(act, Outcome.RENEGOTIATED, Outcome.RENEGOTIATED)
        self.status, self.returns, self.reason, self.plan = Status.SNOOZED, act.returns, None, None
        self.snoozes += 1
        self.acted = True
        self.promises.append(
            Promise(
                f"a{act.id}",
                Kind.FOLLOW_UP,
                None,
                self.terms_of_snooze(act),
                (Responsible(self.owner, act.at),),
                tier=self.tier,
            )
        )

    @staticmethod
    def terms_of_snooze(act: Act) -> Terms:
        """Return the terms of a follow-up: its due time was chosen, the last quarter of the way is at risk."""
        assert act.returns is not None
        assert act.due is not None
        risk_at = act.returns + 0.75 * (act.due - act.returns)
        return Terms(due=act.due, risk_at=risk_at.replace(microsecond=risk_at.microsecond // 1000 * 1000))

    def _archive(self, act: Act) -> None:
        self._end(act, Outcome.WAIVED, Outcome.CANCELLED)
        self.status, self.returns, self.plan = Status.ARCHIVED, None, None
        self.reason = _reason_of(act.by)
        self.acted = True

    def _forward(self, act: Act) -> None:
        if self.status is Status.SNOOZED:
            self._come_back(act.at, Reason.REPLY)
        self.status, self.owner, self.plan = Status.OPEN, act.to, None
        self.reason = _reason_of(act.by)
        self.hand_over, self.handed_at = (None if act.to == ME else act), act.at
        self._hand_promises(act.to, act.at)
        self.acted = True

    def _route(self, act: Act, at: datetime) -> None:
        effects = act.effects
        if not act.opening:
            self.routed_tier = effects.tier if effects.tier is not None else self.routed_tier
            self.skill = effects.skill or self.skill
            if effects.owner is not None:
                self.owner = effects.owner
                self._hand_promises(effects.owner, at)
            if effects.place is Place.SPAM:
                self.spam = True
                self._owe_nothing_in_spam()
                self._end(act, Outcome.WAIVED, Outcome.CANCELLED)
        if effects.owner is not None and effects.owner != ME:
            self.hand_over, self.handed_at = act, at
        unseen = any(one.id > act.seen for one in self.waiting) or self.reported > act.seen
        if effects.place is Place.ARCHIVED and not unseen:
            self._archive(act)
        elif effects.owner is not None or effects.place is Place.SPAM:
            self.reason = Reason.RULE

    def _owe_nothing_in_spam(self) -> None:
        """Keep from which message on a response was promised, to promise it again out of spam."""
        promised = [one.started for one in self.promises if one.open and one.started and one.kind is not Kind.FOLLOW_UP]
        if promised:
            self.unpromised = [one for one in self.waiting if one.received >= min(promised)]

    # --- promises -----------------------------------------------------------------------------------

    def _replace_open(self, change: Callable[[Promise], Promise]) -> None:
        self.promises = [change(one) if one.open else one for one in self.promises]

    def _hand_promises(self, who: str, at: datetime) -> None:
        self._replace_open(lambda one: one.handed_to(who, at))

    def conversation(self) -> Conversation:
        return Conversation(
            status=self.status,
            owner=self.owner,
            spam=self.spam,
            tier=self.tier,
            skill=self.skill,
            returns=self.returns if self.status is Status.SNOOZED else None,
            promises=tuple(self.promises),
            reason=self.reason,
            plan=self.plan,
            snoozes=self.snoozes,
            waiting_since=self.waiting[0].received if self.waiting else None,
            delivery=self.hand_over.delivery if self.hand_over and self.owner == self.hand_over.to else None,
            back_at=self.back_at(),
        )


def _reason_of(by: str) -> Reason | None:
    if by.startswith("rule:"):
        return Reason.RULE
    return Reason.SERVER if by == "server" else None


def undoable(act: Act, acts: Sequence[Act], conversation_began_after: bool) -> None:
    """Raise `Refused`, naming the reason, where *act* of a conversation with *acts* may not be undone."""
    later = [one for one in acts if one.id > act.id and one.verb is not Verb.ROUTE]
    if later:
        raise Refused(f"A later {later[0].verb} of the same conversation stands.", "Undo that one first.")
    if act.verb is Verb.FORWARD and act.delivery is Delivery.SENT:
        raise Refused(
            f"The hand-over to {act.to} has been delivered.",
            "Take it back with `forward --to me`; they keep what they got.",
        )
    if conversation_began_after:
        raise Refused("A new conversation began because it was archived.", "Go on in the new one.")

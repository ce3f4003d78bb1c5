"""Reading a history from its beginning, step by step, into the state that it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tui_inbox.rules.conversation import Conversation
from tui_inbox.rules.history import Act, Delivery, Heard, History, TermsOf, Verb, timeline
from tui_inbox.rules.ledger import Ledger
from tui_inbox.rules.model import ME, Class, Direction, Kind, Outcome, Place, Reason, Status
from tui_inbox.rules.promise import Terms
from tui_inbox.rules.replies import Replies


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


@dataclass(slots=True)
class _Reading:
    """What has been read of a history so far, step by step."""

    history: History
    terms_of: TermsOf
    now: datetime | None = None
    status: Status = Status.ARCHIVED
    owner: str = ME
    spam: bool = False
    routed_tier: int | None = None
    skill: str | None = None
    returns: datetime | None = None
    reason: Reason | None = None
    plan: tuple[datetime, datetime] | None = None
    snoozes: int = 0
    begun_by: Direction | None = None
    replies: Replies = field(default_factory=Replies)
    acted: bool = False
    hand_over: Act | None = None
    handed_at: datetime | None = None
    came_back: Act | None = None
    reported: int = 0
    """The last report that opened it, which said that an answer of ours is lost."""
    human: bool = False
    machine: bool = False
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.owner = self.history.owner
        opening = next((act for act in self.history.acts if act.opening), None)
        if opening is not None:
            effects = opening.effects
            self.routed_tier, self.skill = effects.tier, effects.skill
            self.owner = effects.owner or self.owner
            self.spam = effects.place is Place.SPAM
        self.ledger = Ledger.begun(self.history.owner, self.owner)
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
                # What arrived late may have been due before the step that was read last: it comes back after that.
                self._take_back(back_at if self.now is None else max(back_at, self.now))
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
        return self.ledger.due_after(self.handed_at)

    def _take_back(self, at: datetime) -> None:
        if self.status is Status.SNOOZED:
            self._interrupt(at, Reason.RETURNED)
        self._give(ME, at)
        self.status, self.reason = Status.OPEN, Reason.RETURNED
        self.came_back, self.hand_over = self.hand_over, None

    def _come_back(self, at: datetime, why: Reason) -> None:
        """Open what was snoozed again: its follow-up starts."""
        self.status, self.reason, self.returns = Status.OPEN, why, None
        self.ledger.start(at)

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
        if not self.acted and not self.replies.answered:
            self.status = Status.OPEN
            self.reason = self.reason or Reason.NEW

    def _first_import(self, message: Heard) -> bool:
        known = self.history.known_from
        return known is not None and message.received <= known and not self.acted

    def _ask(self, message: Heard, first: bool) -> None:
        at = self.elapse(message.received)
        owed = not self.ledger.responses
        self.replies.waiting.append(message)
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
                if owed and self.replies.answered:
                    self.reason = Reason.REPLY
                elif self.reason is None and not self.spam and self.owner == ME:
                    self.reason = Reason.REPLY if self.acted else Reason.NEW
        if self.spam:
            self.replies.unpromised.append(message)
        elif owed:
            self._promise(message)

    def _interrupt(self, at: datetime, why: Reason) -> None:
        """A snooze ends early; its plan is kept, so that one key takes it again."""
        if self.returns is not None and self.ledger.follow_up is not None:
            self.plan = (self.returns, self.ledger.follow_up.due)
        self._come_back(at, why)

    def _promise(self, message: Heard) -> None:
        kind = Kind.NEXT if self.replies.answered or self.begun_by is Direction.OUT else Kind.FIRST
        self.ledger.respond(kind, message, self.terms_of(kind, message, self.tier), self.tier)

    def _answer(self, message: Heard) -> None:
        at = self.elapse(message.received)
        self.replies.answer(message)
        self.ledger.answer(message)
        if self._first_import(message) and self.status is Status.OPEN:
            self.status, self.reason = Status.ARCHIVED, None
        self.now = at

    def _bounce(self, message: Heard) -> None:
        """A hard bounce of our answer: what it had ended is open again, unless a later answer stands.

        An act ends it only if it had seen the report. A further report of the same answer says nothing new.
        """
        at = self.elapse(message.received)
        lost = message.bounced
        assert lost is not None
        if lost in self.replies.lost:
            return
        later = self.replies.lose(lost)
        self.ledger.lose(lost, message.id, later)
        if later is not None:
            return
        if self.status is Status.SNOOZED:
            self._interrupt(at, Reason.BOUNCE)
        self.status, self.reason, self.reported = Status.OPEN, Reason.BOUNCE, message.id

    # --- acts ---------------------------------------------------------------------------------------

    def act(self, act: Act) -> None:
        at = self.elapse(act.at)
        if act.verb in (Verb.SNOOZE, Verb.ARCHIVE, Verb.FORWARD):
            self._leave_spam()
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
                if self.owner != ME:
                    self._take_back(at)
                self.came_back = None

    def _leave_spam(self) -> None:
        """Any act takes it out of spam and starts what is owed: from the first message nobody answered."""
        if not self.spam:
            return
        self.spam = False
        unpromised, self.replies.unpromised = self.replies.unpromised, []
        if unpromised and not self.ledger.responses and not self.ledger.take_up(unpromised[0]):
            self._promise(unpromised[0])

    def _snooze(self, act: Act) -> None:
        assert act.returns is not None
        assert act.due is not None
        self.ledger.end(act, Outcome.RENEGOTIATED, Outcome.RENEGOTIATED)
        self.status, self.returns, self.reason, self.plan = Status.SNOOZED, act.returns, None, None
        self.snoozes += 1
        self.acted = True
        self.ledger.return_from(act, _terms_of_snooze(act), self.tier)

    def _archive(self, act: Act) -> None:
        self.ledger.end(act, Outcome.WAIVED, Outcome.CANCELLED)
        self.replies.dismiss(act.seen)
        self.status, self.returns, self.plan = Status.ARCHIVED, None, None
        self.reason = _reason_of(act.by)
        self.acted = True

    def _forward(self, act: Act) -> None:
        if self.status is Status.SNOOZED:
            self._come_back(act.at, Reason.REPLY)
        self.status, self.plan = Status.OPEN, None
        self.reason = _reason_of(act.by)
        self.hand_over, self.handed_at = (None if act.to == ME else act), act.at
        self._give(act.to, act.at)
        self.acted = True

    def _route(self, act: Act, at: datetime) -> None:
        effects = act.effects
        if not act.opening:
            self.routed_tier = effects.tier if effects.tier is not None else self.routed_tier
            self.skill = effects.skill or self.skill
            if effects.owner is not None:
                self._give(effects.owner, at)
            if effects.place is Place.SPAM:
                self.spam = True
                self.replies.unpromise([one.started for one in self.ledger.responses if one.started])
                self.ledger.end(act, Outcome.WAIVED, Outcome.CANCELLED)
        if effects.owner is not None and effects.owner != ME:
            self.hand_over, self.handed_at = act, at
        unseen = any(one.id > act.seen for one in self.replies.waiting) or self.reported > act.seen
        if effects.place is Place.ARCHIVED and not unseen:
            self._archive(act)
        elif effects.owner is not None or effects.place is Place.SPAM:
            self.reason = Reason.RULE

    def _give(self, who: str, at: datetime) -> None:
        """Make *who* the owner from *at* on; the responsibility for what is open goes with it."""
        self.owner, self.came_back = who, None
        self.ledger.give(who, at)

    def conversation(self) -> Conversation:
        handed = self.hand_over if self.hand_over and self.owner == self.hand_over.to else None
        return Conversation(
            status=self.status,
            owner=self.owner,
            spam=self.spam,
            tier=self.tier,
            skill=self.skill,
            returns=self.returns if self.status is Status.SNOOZED else None,
            promises=tuple(self.ledger.promises),
            reason=self.reason,
            plan=self.plan,
            snoozes=self.snoozes,
            waiting_since=None if self.spam else self.replies.waiting_since(),
            delivery=handed.delivery if handed else None,
            back_at=self.back_at(),
            handed_by=handed.id if handed else None,
            came_back=self.came_back.id if self.came_back else None,
            owners=tuple(one.who for one in self.ledger.owned),
        )


def _reason_of(by: str) -> Reason | None:
    if by.startswith("rule:"):
        return Reason.RULE
    return Reason.SERVER if by == "server" else None


def _terms_of_snooze(act: Act) -> Terms:
    """Return the terms of a follow-up: its due time was chosen, the last quarter of the way is at risk."""
    assert act.returns is not None
    assert act.due is not None
    risk_at = act.returns + 0.75 * (act.due - act.returns)
    return Terms(due=act.due, risk_at=risk_at.replace(microsecond=risk_at.microsecond // 1000 * 1000))

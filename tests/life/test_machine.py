"""Arbitrary lives of conversations, through the real store, and the laws that hold after every step.

What is played: messages of every class, of three sources, in any order of arrival, grouped and repeated, edited and
deleted, late parents that join two threads, bounces before what bounced; all three actions on one and many, on what
is drawn and on what is stale; undo, near and far; corrected classes; hand-overs delivered and refused; rule runs;
closing and reopening; jumps of the clock over both changes of it, and to the very moment at which something is due.

What holds after every step:

1. each conversation lies in one place, and the counts agree;
2. snoozed means now < returns < due at the time of acting; anything else is refused and changes nothing;
3. no unanswered human message that no act has seen is invisible: its conversation lies with its owner, with a
   promise open; one that an act has seen has a promise that is open, or ended on record by an act;
4. what is shown is what reading the history anew gives at that moment, settled or not;
5. the same arrivals between two acts, in any order, grouping and repetition, give the same messages,
   conversations, places, promises and due times: a second store is told the same in another way, and compared
   (rules aside);
6. the record only grows, and what was corrected stands in it;
7. responsibility covers each promise without a gap, and ends with the owner while it is open;
8. machines' messages (auto, bulk, soft bounces, notices) change nothing else;
9. undo restores exactly;
10. business time is kept: between(a, add(a, d)) = d, under the calendar kept with the promise;
11. no rule gives a conversation back to a former owner, nor passes it on for ever;
12. a promise ends once: an act that has seen all leaves what had ended as it is;
13. an answer that stands ends every response begun before it, whatever act came in between;
14. what was late when an act ended it is laid to whoever had it when it was due.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.life import laws
from tests.life.world import ARCHIVE, MAILBOX, PHONE, PLAIN, RULED, Came, Said, Store, differences, portrait
from tui_inbox.problems import Refused
from tui_inbox.rules.model import Archive, Class, Command, Forward, Snooze
from tui_inbox.store.moments import moment

EVES = (
    datetime(2026, 3, 27, 15, 0, tzinfo=UTC),  # a Friday; the clock goes forward on Sunday
    datetime(2026, 10, 23, 9, 0, tzinfo=UTC),  # a Friday; the clock goes back on Sunday
    datetime(2026, 6, 10, 9, 0, tzinfo=UTC),
)
AGES = [timedelta(minutes=m) for m in (0, 1, 5, 60, 400)] + [
    timedelta(days=d) for d in (1, 2, 3, 13, 14, 15, 16, 20, 31, 45)
]
JUMPS = [timedelta(minutes=m) for m in (1, 5, 60, 600)] + [timedelta(days=d) for d in (1, 2, 3, 5, 15, 30)]
MILLISECOND = timedelta(milliseconds=1)
PLAINLY: dict[str, Any] = {
    "origin": MAILBOX,
    "topic": "a",
    "history": False,
    "position": 0,
    "number": 0,
    "words": "hello",
    "subject": "Order",
    "edited": 0,
}
MACHINES = ("auto", "bulk", "soft", "system", "robot")
TOPICS = ("a", "b", "c")
FOR_RULES = ("my refund", "bonjour, where is it", "unsubscribe me not", "I am no robot")
PASSED_ON = ("for Mert", "for Ana", "for Zoe", "for Ben", "for me")
WORDS = ("hello", "hello", *FOR_RULES, *PASSED_ON)


@st.composite
def sayings(draw: st.DrawFn, hows: Sequence[str]) -> dict[str, Any]:
    """Draw what may be said, its age instead of its time."""
    return {
        "how": draw(st.sampled_from(hows)),
        "origin": draw(st.sampled_from([MAILBOX] * 4 + [ARCHIVE, PHONE])),
        "topic": draw(st.sampled_from("aaaabc")),
        "age": draw(st.sampled_from(AGES)),
        "history": draw(st.sampled_from([False, False, False, True])),
        "position": draw(st.integers(0, 1)),
        "number": draw(st.sampled_from([0, 0, 0, 1, 2])),
        "words": draw(st.sampled_from(WORDS)),
        "subject": draw(st.sampled_from(["Order", "Order", "receipt", "casino"])),
        "edited": draw(st.integers(0, 3)),
    }


HOWS = (
    ("ask",) * 7
    + ("answer",) * 5
    + ("copy", "filed", "edit", "edit", "mate", "hard", "hard", "hard", "joins", *MACHINES)
)


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the log from which the twin is told the same life."""

    what: str
    now: datetime
    came: tuple[Came, ...] = ()
    acts: tuple[tuple[str, Command], ...] = ()
    """Each with the key of a message of its conversation."""
    drawn: int = -1
    """Which look the act's watermark is of; -1: what the store held."""
    number: int = 0
    how: str = ""


class Life(RuleBasedStateMachine):
    @initialize(ruled=st.sampled_from([False, False, True]), eve=st.sampled_from(EVES), seed=st.integers(0, 2**16))
    def begins(self, ruled: bool, eve: datetime, seed: int) -> None:
        self.store = Store(RULED if ruled else PLAIN)
        self.ruled = ruled
        self.now = eve
        self.chance = random.Random(seed)
        self.log: list[Told] = []
        self.all_came: list[Came] = []
        self.looks: list[int] = []
        self.answers: dict[str, Came] = {}
        self.times: dict[str, datetime] = {}
        self.serial = 0
        self.ids: list[int] = []
        self.events, self.promises = laws.record(self.store)

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        try:
            if not self.ruled:
                self.a_twin_agrees()
        finally:
            self.store.gone()

    # --- messages -----------------------------------------------------------------------------------

    def _said(self, drawn: dict[str, Any]) -> Came:
        self.serial += 1
        topic, origin = str(drawn["topic"]), drawn["origin"]
        name, about = f"{topic}.{self.serial}", ""
        match drawn["how"]:
            case "answer" | "mate":
                name = f"{topic}.out{drawn['number']}{origin.account}"
                if name in self.answers:
                    return self.answers[name]
            case "copy" | "filed":
                name, origin = f"{topic}.alias", MAILBOX
                drawn |= self._the_same_as_before(name, drawn)
            case "edit":
                name, origin = f"{topic}.edit", PHONE
                drawn |= self._the_same_as_before(name, drawn) | {"how": "ask"}
            case "soft" | "hard":
                about = f"{topic}.out{drawn['number']}{origin.account}"
            case "joins":
                about = TOPICS[(TOPICS.index(topic) + 1) % 3]
            case _:
                pass
        came = Said(
            name,
            drawn["how"] if origin is not PHONE or drawn["how"] not in ("soft", "hard") else "system",
            origin,
            topic,
            self.now - drawn["age"],
            drawn["history"],
            drawn["position"],
            about,
            drawn["words"],
            drawn["subject"],
            drawn["edited"] if name.endswith(".edit") else 0,
        ).came()
        if drawn["how"] in ("answer", "mate"):
            self.answers[name] = came
        return came

    def _the_same_as_before(self, name: str, drawn: dict[str, Any]) -> dict[str, Any]:
        """Return what every copy and every edit of one message has in common."""
        at = self.times.setdefault(name, self.now - drawn["age"])
        return {"age": self.now - at, "words": "hello", "position": 0, "history": False}

    def _arrives(self, came: Sequence[Came]) -> None:
        self.store.arrive(came, self.now)
        self.all_came += came
        self.log.append(Told("arrive", self.now, tuple(came)))

    @rule(several=st.lists(sayings(HOWS), min_size=1, max_size=4))
    def arrive(self, several: list[dict[str, Any]]) -> None:
        self._arrives([self._said(one) for one in several])

    @rule(
        hows=st.lists(st.sampled_from(["ask", "answer", "hard"]), min_size=2, max_size=4),
        ages=st.lists(st.sampled_from(AGES), min_size=4, max_size=4),
    )
    def talk(self, hows: list[str], ages: list[timedelta]) -> None:
        """One mail thread, so that what is said in it meets: one answer, asked for and lost."""
        self.they_talk(hows, ages)

    def they_talk(self, hows: list[str], ages: list[timedelta]) -> None:
        several = [{**PLAINLY, "how": how, "age": age} for how, age in zip(hows, ages, strict=False)]
        self._arrives([self._said(one) for one in several])

    @precondition(lambda self: self.ruled)
    @rule(words=st.lists(st.sampled_from((*PASSED_ON, "my refund")), min_size=2, max_size=5))
    def rules_pass_it_on(self, words: list[str]) -> None:
        """One mail thread, whose every message some rule would give to somebody else."""
        for one in words:
            self._passes(self.now)
            self._arrives([self._said({**PLAINLY, "how": "ask", "age": timedelta(0), "words": one})])

    @precondition(lambda self: self.ids)
    @rule(ages=st.lists(st.sampled_from([timedelta(days=d) for d in (0, 1, 3, 8)]), min_size=2, max_size=3))
    def they_write_long_after(self, ages: list[timedelta]) -> None:
        """All is archived, weeks pass, then several messages come, the newest not always last."""
        seen, drawn = self._seen(stale=False)
        self._perform([Archive(one, seen) for one in self.ids], drawn)
        self._passes(self.now + timedelta(days=20))
        self.they_talk(["ask"] * len(ages), ages)

    @rule(how=st.sampled_from(["snooze", "archive"]))
    def they_are_answered_elsewhere(self, how: str) -> None:
        """A customer asks, we answer there, and act here before the answer is seen here: the daily way of working."""
        self.they_talk(["ask"], [timedelta(minutes=5)])
        self.ids = self.store.conversations()
        self.act(len(self.ids) - 1, how)
        self._arrives([self._said({**PLAINLY, "how": "answer", "age": timedelta(minutes=1), "number": self.serial})])

    @rule(topic=st.sampled_from(TOPICS), hows=st.permutations(["copy", "filed"]))
    def an_answer_lies_in_two_folders(self, topic: str, hows: list[str]) -> None:
        """Only the copy in *Sent* says that it is ours: the address it came from is nobody's."""
        for how in hows:
            self._arrives([self._said({**PLAINLY, "topic": topic, "how": how, "age": timedelta(minutes=1)})])

    @precondition(lambda self: self.ids)
    @rule(how=st.sampled_from(["snooze", "archive", "Mert"]))
    def a_reply_comes_to_what_is_snoozed(self, how: str) -> None:
        """The interrupted plan is kept, also over an act that is undone."""
        self.they_talk(["ask"], [timedelta(minutes=1)])
        self.ids = self.store.conversations()
        for which in range(len(self.ids)):
            self.act(which, "snooze")
        self._passes(self.now + timedelta(minutes=1))
        self.they_talk(["ask"], [timedelta(0)])
        for which in range(len(self.ids)):
            self.they_act_and_undo(which, how, stale=False)

    def act(self, which: int, how: str) -> None:
        seen, drawn = self._seen(stale=False)
        chosen, later = self._chosen(which), self.now + timedelta(hours=3)
        command = Snooze(chosen, seen, later, later + timedelta(hours=1)) if how == "snooze" else Archive(chosen, seen)
        self._perform([command], drawn)

    @precondition(lambda self: self.all_came)
    @rule(which=st.lists(st.integers(0, 50), min_size=1, max_size=3))
    def arrive_again(self, which: list[int]) -> None:
        again = [self.all_came[one % len(self.all_came)] for one in which]
        before = self._core()
        self._arrives(again)
        assert self._core() == before

    @precondition(lambda self: self.ids)
    @rule(several=st.lists(sayings(MACHINES), min_size=1, max_size=2))
    def machines_write(self, several: list[dict[str, Any]]) -> None:
        """Law 8: once somebody has spoken, what machines say after it changes nothing else."""
        spoken = self._spoken()
        before = self._core()
        self._arrives([self._said(replace_age(one)) for one in several])
        after = self._core()
        for id_ in spoken:
            assert after[id_] == before[id_]

    def _core(self) -> dict[int, dict[str, Any]]:
        """Return every conversation, without what only shows what arrived."""
        self.store.inbox.settle(self.now)
        drawn = portrait(self.store)
        return {
            id_: {name: value for name, value in drawn.conversations[key].items() if name != "messages"}
            for id_, key in drawn.ids.items()
        }

    def _spoken(self) -> set[int]:
        """Return the conversations in which a human has been heard."""
        drawn = portrait(self.store)
        return {
            id_
            for id_, key in drawn.ids.items()
            if any((one[4] or one[3]) == "human" for one in drawn.conversations[key]["messages"])
        }

    # --- acts ---------------------------------------------------------------------------------------

    @rule()
    def look(self) -> None:
        """The view draws: what an act later says it had seen."""
        self.looks.append(self.store.seen())
        self.log.append(Told("look", self.now))

    def _chosen(self, which: int) -> int:
        return self.ids[which % len(self.ids)]

    def _seen(self, stale: bool) -> tuple[int, int]:
        if stale and self.looks:
            return self.looks[-1], len(self.looks) - 1
        return self.store.seen(), -1

    def _perform(self, commands: Sequence[Command], drawn: int) -> Any:
        with self.store.rows() as rows:
            keys = [
                rows.execute("SELECT key FROM message WHERE conversation_id = ? ORDER BY id", (one.id,)).fetchone()[0]
                for one in commands
            ]
        before = laws.ended(self.store)
        done = self.store.inbox.perform(commands, self.now)
        if drawn < 0:
            after = laws.ended(self.store)
            assert all(after[key] == how for key, how in before.items()), "a promise ended twice"
        self.log.append(Told("act", self.now, acts=tuple(zip(keys, commands, strict=True)), drawn=drawn))
        return done

    @precondition(lambda self: self.ids)
    @rule(
        which=st.integers(0, 9),
        stale=st.booleans(),
        wait=st.sampled_from([MILLISECOND, *JUMPS]),
        more=st.sampled_from([MILLISECOND, *JUMPS]),
    )
    def snooze(self, which: int, stale: bool, wait: timedelta, more: timedelta) -> None:
        seen, drawn = self._seen(stale)
        self._perform([Snooze(self._chosen(which), seen, self.now + wait, self.now + wait + more)], drawn)

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 9), wait=st.integers(-1, 1), more=st.integers(-1, 0))
    def snooze_wrongly(self, which: int, wait: int, more: int) -> None:
        """Law 2: what is not now < returns < due is refused, and nothing changes."""
        before = portrait(self.store)
        returns = self.now + wait * MILLISECOND
        done = self.store.inbox.perform(
            [Snooze(self._chosen(which), self.store.seen(), returns, returns + more * MILLISECOND)], self.now
        )
        assert not done.done
        assert done.skipped[0].why
        assert portrait(self.store) == before

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 9), stale=st.booleans())
    def archive(self, which: int, stale: bool) -> None:
        seen, drawn = self._seen(stale)
        self._perform([Archive(self._chosen(which), seen)], drawn)

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 9), stale=st.booleans(), to=st.sampled_from(["Mert", "Ana", "me"]))
    def forward(self, which: int, stale: bool, to: str) -> None:
        seen, drawn = self._seen(stale)
        self._perform([Forward(self._chosen(which), seen, to)], drawn)

    @precondition(lambda self: len(self.ids) > 1)
    @rule(how=st.sampled_from(["archive", "Mert"]), stale=st.booleans())
    def act_on_all(self, how: str, stale: bool) -> None:
        seen, drawn = self._seen(stale)
        acts = [Archive(one, seen) if how == "archive" else Forward(one, seen, how) for one in self.ids]
        self._perform(acts, drawn)

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 9), how=st.sampled_from(["snooze", "archive", "Mert", "me"]), stale=st.booleans())
    def act_and_undo(self, which: int, how: str, stale: bool) -> None:
        self.they_act_and_undo(which, how, stale)

    def they_act_and_undo(self, which: int, how: str, stale: bool) -> None:
        """Law 9: undo restores exactly."""
        seen, _ = self._seen(stale)
        chosen, later = self._chosen(which), self.now + timedelta(hours=3)
        command: Command = Forward(chosen, seen, how)
        if how == "snooze":
            command = Snooze(chosen, seen, later, later + timedelta(hours=1))
        elif how == "archive":
            command = Archive(chosen, seen)
        self.store.inbox.settle(self.now)
        before = portrait(self.store)
        if self.store.inbox.perform([command], self.now).done:
            undone = self.store.inbox.undo(self.now)
            assert undone.done == (chosen,)
            assert not differences(portrait(self.store), before)

    @precondition(lambda self: self.all_came)
    @rule(which=st.integers(0, 50), class_=st.sampled_from([Class.HUMAN, Class.HUMAN, Class.AUTO]))
    def judge(self, which: int, class_: Class) -> None:
        """The agent corrects what a message was taken for."""
        message = self.all_came[which % len(self.all_came)][1].message
        self.store.judge(message.key, class_, self.now)
        self.log.append(Told("judge", self.now, how=message.key, number=list(Class).index(class_)))

    @rule(far=st.integers(1, 3))
    def undo(self, far: int) -> None:
        self._undo(far)
        self.log.append(Told("undo", self.now, number=far))

    def _undo(self, far: int) -> None:
        with suppress(Refused):  # there is nothing to undo
            self.store.inbox.undo(self.now, far)

    @rule(nth=st.integers(0, 3), how=st.sampled_from(["sent", "sent", "refused"]))
    def post(self, nth: int, how: str) -> None:
        """A waiting hand-over is delivered, or refused for good."""
        self.store.deliver(nth, how, self.now)
        self.log.append(Told("post", self.now, number=nth, how=how))

    # --- time ---------------------------------------------------------------------------------------

    def _passes(self, until: datetime) -> None:
        self.now = max(until, self.now + MILLISECOND)
        self.log.append(Told("time", self.now))

    @rule(jump=st.sampled_from(JUMPS))
    def time_passes(self, jump: timedelta) -> None:
        self._passes(self.now + jump)

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 9), what=st.sampled_from(["due", "returns"]), off=st.integers(-1, 1))
    def time_passes_to(self, which: int, what: str, off: int) -> None:
        """To the very moment at which something is due or returns, or one millisecond beside it."""
        with self.store.rows() as rows:
            at = rows.execute(f"SELECT {what} FROM conversation WHERE id = ?", (self._chosen(which),)).fetchone()[0]
        if at is not None and moment(at) > self.now:
            self._passes(moment(at) + off * MILLISECOND)

    @rule(closed=st.booleans())
    def reopen_or_settle(self, closed: bool) -> None:
        if closed:
            self.store.reopen()
        else:
            self.store.inbox.settle(self.now)

    # --- laws ---------------------------------------------------------------------------------------

    @invariant()
    def the_laws_hold(self) -> None:
        if not hasattr(self, "store"):
            return
        self.ids = self.store.conversations()
        laws.hold(self.store, self.now)
        events, promises = laws.record(self.store)
        laws.the_record_only_grows(self.events, events)
        laws.corrections_are_on_record(self.promises, promises, events[len(self.events) :])
        self.events, self.promises = events, promises

    def a_twin_agrees(self) -> None:
        """Law 5: told the same between the same acts, but otherwise ordered, grouped and repeated."""
        twin = Twin(PLAIN, self.chance)
        try:
            for told in self.log:
                twin.tell(told)
            twin.hears(self.now)
            self.store.inbox.settle(self.now)
            twin.store.inbox.settle(self.now)
            said = differences(portrait(self.store), portrait(twin.store))
            assert not said, "\n".join(said)
        finally:
            twin.store.gone()


def replace_age(drawn: dict[str, Any]) -> dict[str, Any]:
    """What machines say now, after all that was said; nothing that a rule would take for human."""
    return {**drawn, "age": timedelta(0), "position": 2, "words": drawn["words"].replace("no robot", "a robot")}


class Twin:
    """A second store that gets the same arrivals between two acts in another order, grouping and repetition."""

    def __init__(self, config: Any, chance: random.Random) -> None:
        self.store = Store(config)
        self.chance = chance
        self.waiting: list[Came] = []
        self.heard: list[Came] = []
        self.looks: list[int] = []
        self.at = EVES[0]

    def tell(self, told: Told) -> None:
        if told.what == "arrive":
            self.waiting += told.came
            self.at = told.now
            return
        self.hears(self.at)
        match told.what:
            case "look":
                self.looks.append(self.store.seen())
            case "act":
                seen = self.looks[told.drawn] if told.drawn >= 0 else self.store.seen()
                commands = [replace(one, id=self.store.conversation_with(key), seen=seen) for key, one in told.acts]
                self.store.inbox.perform(commands, told.now)
            case "undo":
                with suppress(Refused):
                    self.store.inbox.undo(told.now, told.number)
            case "judge":
                self.store.judge(told.how, list(Class)[told.number], told.now)
            case "post":
                self.store.deliver(told.number, told.how, told.now)
            case _:
                pass

    def hears(self, now: datetime) -> None:
        every = list(self.waiting)
        every += [one for one in every if self.chance.random() < 0.3]
        every += [one for one in self.heard if self.chance.random() < 0.1]
        self.chance.shuffle(every)
        while every:
            some = self.chance.randint(1, len(every))
            self.store.arrive(every[:some], now)
            every = every[some:]
        self.heard += self.waiting
        self.waiting = []


def test_no_life_of_a_conversation_leaves_anybody_unattended() -> None:
    run_state_machine_as_test(Life, settings=settings(max_examples=100, stateful_step_count=8))


@pytest.mark.torture
@pytest.mark.parametrize("thousand", range(10))
def test_ten_thousand_lives_leave_nobody_unattended(thousand: int) -> None:
    """In ten runs: what Hypothesis remembers of one run slows its thousands down."""
    run_state_machine_as_test(Life, settings=settings(max_examples=1_000, stateful_step_count=25))

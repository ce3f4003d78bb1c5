"""Every figure of a report, counted again from the raw rows in another way, over arbitrary lives of conversations."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.life.test_machine import EVES, PASSED_ON, PLAINLY, Life
from tests.life.world import MAILBOX, Store
from tui_inbox.rules.model import ME, Forward, Snooze
from tui_inbox.rules.report import Dist, Figures, Reporting, Window
from tui_inbox.store.moments import moment

ZONE = ZoneInfo("Europe/Berlin")
OPEN = {**dict.fromkeys(range(5), ((540, 750), (810, 1080))), 5: ((600, 840),), 6: ()}
"""The business hours of the small world, told by weekday in minutes."""


def business_minutes(a: datetime, b: datetime) -> float:
    """Return the business time between two moments, day by day and frame by frame."""
    total, day = 0.0, a.astimezone(ZONE).date()
    while day <= b.astimezone(ZONE).date():
        for frame in OPEN[day.weekday()]:
            start, end = (wall(day, minute) for minute in frame)
            total += max(0.0, (min(b, end) - max(a, start)) / timedelta(minutes=1))
        day += timedelta(days=1)
    return round(total, 2)


def wall(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), ZONE).astimezone(UTC)


class Recount:
    """The raw rows of a store, counted from scratch."""

    def __init__(self, store: Store, now: datetime) -> None:
        self.now = now
        with store.rows() as rows:
            self.messages = by_conversation(rows, "SELECT * FROM message")
            self.acts = by_conversation(rows, "SELECT * FROM act ORDER BY id")
            self.events = by_conversation(rows, "SELECT * FROM event ORDER BY id")
            self.promises = by_conversation(rows, "SELECT * FROM promise WHERE outcome <> 'void'")
            self.spam = {row[0] for row in rows.execute("SELECT id FROM conversation WHERE spam")}
        with store.inbox.reader() as reader:
            self.ids = [id_ for id_ in reader.queue("all", now).ids if id_ not in self.spam]
            self.shown = {id_: reader.conversation(id_, now) for id_ in self.ids}

    def live(self, id_: int) -> list[Any]:
        """Return the customers' own words that are not history, in their order."""
        return sorted((one for one in self.messages[id_] if asks(one) and not one["history"]), key=order)

    def standing(self, id_: int) -> list[Any]:
        """Return our answers that did not come back, in their order."""
        lost = {one["bounced"] for one in self.messages[id_] if one["hard"] and one["bounced"] and not one["history"]}
        return sorted((one for one in self.messages[id_] if answers(one) and one["id"] not in lost), key=order)

    def done(self, id_: int, verb: str) -> list[int]:
        """Return the acts that the record says were done and not undone."""
        undone = {json.loads(one["detail"])["act"] for one in self.events[id_] if one["event"] == "undone"}
        return [
            act
            for one in self.events[id_]
            if one["event"] == verb and (act := json.loads(one["detail"])["act"]) not in undone
        ]

    # --- waits --------------------------------------------------------------------------------------

    def questions(self, id_: int) -> list[tuple[str, list[Any], Any]]:
        """Return questions by the answer that ended them: for each its kind, what was asked, and the answer."""
        answered, groups = self.standing(id_), defaultdict(list)
        for one in self.live(id_):
            ended = next((answer for answer in answered if order(answer) > order(one)), None)
            groups[ended and ended["id"]].append((one, ended))
        found = []
        spoken = sorted((one for one in self.messages[id_] if asks(one) or answers(one)), key=order)
        for group in groups.values():
            asked = [one for one, _ in group]
            before = any(order(one) < order(asked[0]) for one in answered)
            kind = "next" if before or answers(spoken[0]) else "first"
            if kind == "next" and all(one["text"] == "thank you" for one in asked):
                kind = "thanks"
            found.append((kind, asked, group[0][1]))
        return found

    def waits(self, *kinds: str) -> Dist:
        over, waiting, archived = [], 0, 0
        for id_ in self.ids:
            for kind, asked, ended in self.questions(id_):
                if kind in kinds and ended is None:
                    waiting += 1
                    archived += self.shown[id_].row.place == "archived"
                elif kind in kinds:
                    over.append(business_minutes(moment(asked[0]["received_at"]), moment(ended["received_at"])))
        over.sort()
        if not over:
            return Dist(0, waiting, archived_unanswered=archived)
        middle = round((over[(len(over) - 1) // 2] + over[len(over) // 2]) / 2, 2)
        ninth = next(one for one in over if 10 * sum(other <= one for other in over) >= 9 * len(over))
        return Dist(len(over), waiting, middle, ninth, over[-1], archived)

    def kept(self) -> tuple[int, int, int]:
        """Return the questions with a promise whose fate is known, kept as first made, and as renegotiated."""
        decided = first = renegotiated = 0
        for id_ in self.ids:
            promised = {one["origin"]: one for one in self.promises[id_]}
            at = {f"a{one['id']}": one["at"] for one in self.acts[id_]}
            for kind, asked, ended in self.questions(id_):
                own = [promised[f"m{one['id']}"] for one in asked if f"m{one['id']}" in promised]
                if kind == "thanks" or not own:
                    continue
                until = ended["received_at"] if ended is not None else None
                decided += until is not None or milliseconds(self.now) > own[0]["due"]
                first += until is not None and until <= own[0]["due"]
                later = [
                    (at.get(one["origin"], one["started"]), one)
                    for one in self.promises[id_]
                    if own[0]["started"] <= at.get(one["origin"], one["started"]) <= (until or milliseconds(self.now))
                ]
                chain = []
                for made in sorted(later, key=lambda one: (one[0], one[1]["origin"][0] == "a")):
                    chain.append(made)
                    if made[1]["outcome"] in ("waived", "cancelled"):  # archived: nothing was promised instead
                        break
                *before, (_, last) = chain
                broken = any(one["outcome"] in ("breached", "unobserved") for _, one in before)
                renegotiated += until is not None and until <= last["due"] and not broken
        return decided, first, renegotiated

    # --- what was done ------------------------------------------------------------------------------

    def places(self, id_: int) -> tuple[dict[int, Any], dict[int, Any]]:
        """Return where each message of a conversation stands, and each act: numbers that can be compared."""
        acts = [one for one in self.acts[id_] if one["undone_at"] is None]
        own, answered = [one for one in acts if one["verb"] not in ("route", "return")], self.standing(id_)

        def place(one: Any) -> tuple[Any, ...]:
            """Return behind which act of ours a message stands, and where among those that stand there."""
            late = asks(one) and not any(order(answer) > order(one) for answer in answered)
            unseen = [act["id"] for act in own if one["id"] > act["seen"] and (one["received_at"] > act["at"] or late)]
            return unseen[-1] if unseen else 0, 1, order(one)

        at = {one["id"]: place(one) for one in self.messages[id_]}
        done: dict[int, Any] = {one["id"]: (one["id"], 0) for one in own}
        for act in acts:
            if act["verb"] in ("route", "return"):
                # Its message may have become part of another conversation since.
                behind_all = max((one["id"] for one in own if one["id"] < act["id"]), default=0), 2, ()
                done[act["id"]] = (
                    *(at.get(act["seen"], behind_all) if act["verb"] == "route" else behind_all),
                    act["id"],
                )
        return at, done

    def archived(self) -> tuple[int, int]:
        """Return how often rules archived, and how many archivings have a customer's message right behind them."""
        ruled = reopened = 0
        for id_ in self.ids:
            acts = [one for one in self.acts[id_] if one["undone_at"] is None and one["verb"] != "return"]
            spoken = [one for one in self.messages[id_] if asks(one) or answers(one)]
            at, done = self.places(id_)
            closing = {one["id"]: done[one["id"]] for one in acts if one["verb"] != "route"}
            shut = {one["id"] for one in acts if one["verb"] == "archive"}
            for act in acts:
                if act["verb"] == "route" and json.loads(act["effects"]).get("place") == "archived":
                    before = [one for one in spoken if at[one["id"]] < done[act["id"]]]
                    since = max((at[one["id"]] for one in before if answers(one)), default=())
                    if not any(
                        one["id"] > act["seen"] and asks(one) and not one["history"] and at[one["id"]] > since
                        for one in before
                    ):
                        closing[act["id"]] = done[act["id"]]
                        shut.add(act["id"])
                        ruled += bool(self.live(id_))
            behind = set()
            for one in self.live(id_):
                passed = [(where, act) for act, where in closing.items() if where < at[one["id"]]]
                behind.add(max(passed)[1] if passed else None)
            reopened += len(behind & shut)
        return ruled, reopened

    def returned(self) -> int:
        """Return how many hand-overs came back: refused, or unsent when the conversation's next promise was due."""
        count = 0
        for id_ in self.ids:
            _, done = self.places(id_)
            acts = sorted((one for one in self.acts[id_] if one["undone_at"] is None), key=lambda one: done[one["id"]])
            # A rule acts on a late message when that counts, and not when it was received.
            since = dict(zip((one["id"] for one in acts), accumulate((one["at"] for one in acts), max), strict=True))
            handed = [one for one in acts if gives(one)]
            for act, after in pairwise([*handed, None]):
                if act["delivery"] == "refused":
                    count += 1
                elif act["delivery"] == "waiting":
                    open_ = [
                        one["due"]
                        for one in self.promises[id_]
                        if one["due"] > since[act["id"]] and (one["ended"] is None or one["ended"] > one["due"])
                    ]
                    end = milliseconds(self.now) if after is None else since[after["id"]] - 1
                    came = any(due <= end for due in open_)
                    if after is None and came:
                        assert self.shown[id_].row.owner == ME
                    count += came
        return count

    def figures(self) -> dict[str, Any]:
        """Return every figure, by its name."""
        live = [id_ for id_ in self.ids if self.live(id_)]
        decided, kept, renegotiated = self.kept()
        ruled, reopened = self.archived()
        outcomes = Counter(one.outcome for whole in self.shown.values() for one in whole.promises)
        return {
            "arrived": len(live),
            "messages": sum(len(self.live(id_)) for id_ in self.ids),
            "closed": ruled + sum(len(self.done(id_, "archived")) for id_ in live),
            "first_response": self.waits("first"),
            "next_response": self.waits("next"),
            "customer_wait": self.waits("first", "next"),
            "promises": {one: number for one, number in outcomes.items() if number},
            "open_late": sum(
                one.outcome == "open" and one.due < self.now for whole in self.shown.values() for one in whole.promises
            ),
            "decided": decided,
            "kept_as_first_made": kept,
            "kept_as_renegotiated": renegotiated,
            "reopened": reopened,
            "thanks_only": sum(kind == "thanks" for id_ in self.ids for kind, *_ in self.questions(id_)),
            "snoozed": sum(len(self.done(id_, "snoozed")) for id_ in self.ids),
            "forwarded": sum(
                one["to"] != ME
                for id_ in self.ids
                for one in self.acts[id_]
                if one["id"] in self.done(id_, "forwarded")
            ),
            "returned": self.returned(),
        }


def by_conversation(rows: sqlite3.Connection, sql: str) -> defaultdict[int, list[Any]]:
    found = defaultdict(list)
    for one in rows.execute(sql):
        found[one["conversation_id"]].append(one)
    return found


def asks(one: Any) -> bool:
    return one["direction"] == "in" and (one["judged"] or one["class"]) == "human"


def answers(one: Any) -> bool:
    return one["direction"] == "out" and (one["judged"] or one["class"]) == "human"


def gives(act: Any) -> bool:
    """Return whether an act of the agent's or a rule's says whose a conversation is."""
    return act["verb"] == "forward" or json.loads(act["effects"] or "{}").get("owner") is not None


def order(one: Any) -> tuple[int | str, ...]:
    """Return where a message stands; what the source's order leaves open counts as unanswered, then its key decides."""
    return one["received_at"], one["rank"], one["position"], 2 * asks(one) + (one["direction"] == "in"), one["key"]


def milliseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def reported(store: Store, now: datetime) -> dict[str, Any]:
    with store.inbox.reader() as reader:
        [whole] = reader.report(Reporting(Window(), now, (), store.config.hours))
    [it] = whole.groups
    told: dict[str, Any] = {name: getattr(it, name) for name in Figures.__slots__ if name != "by"}
    return told | {"promises": {one: number for one, number in it.promises.items() if number}}


RULES_ACT = ("a_question_lies_before_what_a_rule_archived", "a_rule_takes_over_what_waits_to_go_out")
SCENES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("", {}),
    ("a_question_lies_before_what_a_rule_archived", {"ages": (0, 60), "answered": False}),
    ("a_question_lies_before_what_a_rule_archived", {"ages": (0, 3000), "answered": True}),
    ("a_rule_takes_over_what_waits_to_go_out", {"sent": False, "days": 4}),
    ("a_rule_takes_over_what_waits_to_go_out", {"sent": True, "days": 4}),
    ("what_was_long_past_comes_late", {"age": 0, "archived": True, "answered": False}),
    ("what_was_long_past_comes_late", {"age": 0, "archived": True, "answered": True}),
    ("what_was_long_past_comes_late", {"age": 60, "archived": False, "answered": True}),
)


class Counted(Life):
    """The same lives, with customers who also only thank; what is held is that the figures agree."""

    ruled = False
    snooze_wrongly = machines_write = arrive_again = act_and_undo = reopen_or_settle = None  # type: ignore[assignment]  # Hypothesis plays no rule that is None
    """What these hold is no figure's."""

    @initialize(scene=st.sampled_from(SCENES), ruled=st.booleans(), eve=st.sampled_from(EVES), seed=st.integers(0, 9))
    def begins(self, scene: tuple[str, dict[str, Any]], ruled: bool, eve: datetime, seed: int) -> None:
        """Begin with one of the situations that chance would bring together too seldom."""
        name, how = scene
        super().begins(ruled or name in RULES_ACT, eve, seed)
        if name:
            getattr(self, name)(**how)

    @precondition(lambda self: self.all_came)
    @rule(age=st.sampled_from([0, 1, 60, 3000]))
    def they_thank(self, age: int) -> None:
        said = {"how": "ask", "origin": MAILBOX, "topic": "a", "age": timedelta(minutes=age), "history": False}
        more = {"position": 0, "number": 0, "words": "thank you", "subject": "Order"}
        self._arrives([self._said({**said, **more})])

    @rule(gap=st.sampled_from([1, 300]), answered=st.booleans())
    def we_put_off_and_answer(self, gap: int, answered: bool) -> None:
        """A question, a snooze before it is due, and an answer by the time that then stands."""
        self.they_talk(["ask"], [timedelta(0)])
        self.ids = self.store.conversations()
        seen, drawn = self._seen(stale=False)
        returns = self.now + timedelta(minutes=gap)
        self._perform([Snooze(one, seen, returns, returns + timedelta(days=9)) for one in self.ids], drawn)
        self._passes(returns + timedelta(days=4))
        if answered:
            self.they_talk(["answer"], [timedelta(0)])

    @rule(late=st.integers(0, 1))
    def we_answer_when_it_is_due(self, late: int) -> None:
        """A question is answered at the very moment at which the answer is due, or a millisecond after it."""
        self.they_talk(["ask"], [timedelta(0)])
        with self.store.rows() as rows:
            due = rows.execute("SELECT max(due) FROM promise WHERE outcome = 'open' AND started IS NOT NULL").fetchone()
        if due[0] is not None:
            self._passes(moment(due[0] + late))
            self.they_talk(["answer"], [timedelta(0)])

    @precondition(lambda self: self.ruled)
    @rule(
        subject=st.sampled_from(["receipt", "receipt", "casino", "Order"]),
        words=st.lists(st.sampled_from(["hello", "thank you", "my refund", *PASSED_ON]), min_size=1, max_size=3),
        days=st.sampled_from([0, 0, 4]),
        how=st.sampled_from(["", "answer", "archive", "refused", "sent"]),
    )
    def rules_act_on_it(self, subject: str, words: list[str], days: int, how: str) -> None:
        """A thread of its own that rules archive, call spam and hand over, and what then becomes of it."""
        topic = f"r{self.serial}"
        for said in words:
            one = {**PLAINLY, "how": "ask", "age": timedelta(0), "topic": topic, "words": said, "subject": subject}
            self._arrives([self._said(one)])
            self._passes(self.now)
        self.ids = self.store.conversations()
        if how == "answer":
            self._arrives([self._said({**PLAINLY, "how": how, "age": timedelta(0), "topic": topic})])
        elif how == "archive":
            self.act(len(self.ids) - 1, how)
        elif how:
            self.store.deliver(-1, how, self.now)
        self._passes(self.now + timedelta(days=days))

    @precondition(lambda self: self.ruled)
    @rule(ages=st.sampled_from([(0, 60), (60, 0), (1, 1), (0, 3000)]), answered=st.booleans())
    def a_question_lies_before_what_a_rule_archived(self, ages: tuple[int, int], answered: bool) -> None:
        """A rule archives on one message; another, which it had not seen, turns out to be older, or comes with it."""
        one = {**PLAINLY, "how": "ask", "topic": f"b{self.serial}", "subject": "receipt"}
        several = [self._said({**one, "age": timedelta(minutes=age)}) for age in ages]
        self._arrives(several[:1])
        self._arrives(several[1:])
        if answered:
            self._passes(self.now)
            self._arrives([self._said({**one, "how": "answer", "age": timedelta(0)})])

    @precondition(lambda self: self.ruled)
    @rule(sent=st.booleans(), days=st.sampled_from([0, 1, 4]))
    def a_rule_takes_over_what_waits_to_go_out(self, sent: bool, days: int) -> None:
        """A hand-over of ours waits when a rule gives the conversation to another, whose own is sent or is not."""
        one = {**PLAINLY, "how": "ask", "topic": f"w{self.serial}", "age": timedelta(0)}
        self._arrives([self._said(one)])
        self.ids = self.store.conversations()
        seen, drawn = self._seen(stale=False)
        self._perform([Forward(self.ids[-1], seen, "Mert")], drawn)
        self._passes(self.now)
        self._arrives([self._said({**one, "words": "for Zoe"})])
        if sent:
            self.store.deliver(-1, "sent", self.now)
        self._passes(self.now + timedelta(days=days))

    @rule(age=st.sampled_from([0, 1, 60, 3000]), archived=st.booleans(), answered=st.booleans())
    def what_was_long_past_comes_late(self, age: int, archived: bool, answered: bool) -> None:
        """An import brings what counts as history: into what was archived, and before what is answered."""
        one = {**PLAINLY, "how": "ask", "topic": f"h{self.serial}", "age": timedelta(0)}
        self._arrives([self._said(one)])
        if archived:
            self.ids = self.store.conversations()
            self.act(len(self.ids) - 1, "archive")
        self._passes(self.now)
        self._arrives([self._said({**one, "age": timedelta(minutes=age), "history": True})])
        if answered:
            self._arrives([self._said({**one, "how": "answer"})])

    @rule()
    def our_answer_is_lost(self) -> None:
        self.they_talk(["ask", "answer", "hard"], [timedelta(hours=hours) for hours in (30, 20, 10)])

    @rule(days=st.sampled_from([1, 4]))
    def a_hand_over_is_not_sent_in_time(self, days: int) -> None:
        self.they_talk(["ask"], [timedelta(0)])
        self.ids = self.store.conversations()
        seen, drawn = self._seen(stale=False)
        self._perform([Forward(one, seen, "Mert") for one in self.ids], drawn)
        self._passes(self.now + timedelta(days=days))

    @invariant()
    def the_laws_hold(self) -> None:
        if not hasattr(self, "store"):
            return
        self.ids = self.store.conversations()
        assert reported(self.store, self.now) == Recount(self.store, self.now).figures()

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.gone()


def test_every_figure_agrees_with_a_recount_of_the_raw_rows() -> None:
    run_state_machine_as_test(Counted, settings=settings(max_examples=25, stateful_step_count=7, deadline=None))


@pytest.mark.torture
def test_every_figure_agrees_over_thousands_of_lives() -> None:
    run_state_machine_as_test(Counted, settings=settings(max_examples=3000, stateful_step_count=25, deadline=None))

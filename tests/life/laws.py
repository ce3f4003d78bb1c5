"""The laws that hold after every step, each read from the store's rows, not from the code that wrote them."""

from __future__ import annotations

import functools
import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.life.world import Store
from tui_inbox.inbox.reading import Readings
from tui_inbox.rules.calendar import Calendar
from tui_inbox.rules.lifecycle import clock
from tui_inbox.rules.model import ME, Place
from tui_inbox.store import histories
from tui_inbox.store.moments import moment, stored

PLACES = [one.value for one in Place]
_calendar = functools.cache(Calendar.from_json)
ENDED_BY_ACT = ("waived", "renegotiated", "breached", "unobserved")


def one_place_each(store: Store, now: datetime) -> None:
    """Every conversation lies in exactly one queue, and the counts say the same."""
    with store.inbox.reader() as reader:
        found = {place: list(reader.queue(place, now).ids) for place in PLACES}
        every = sorted(reader.queue("all", now).ids)
        counts = reader.counts(now).queues
    assert sorted(one for ids in found.values() for one in ids) == every
    assert {place: len(ids) for place, ids in found.items()} == {place: counts[place] for place in PLACES}


def snoozed_means_now_return_due(store: Store) -> None:
    with store.rows() as rows:
        for act in rows.execute("SELECT * FROM act WHERE verb = 'snooze'"):
            assert act["at"] < act["returns"] < act["due"]


def nobody_is_unattended(store: Store, now: datetime) -> None:
    """No unanswered unseen human message is invisible; a seen one has a promise, open or ended by an act on record."""
    with store.rows() as rows, store.inbox.reader() as reader:
        messages = defaultdict(list)
        for one in rows.execute("SELECT * FROM message"):
            messages[one["conversation_id"]].append(one)
        for shown in reader.rows(list(messages), now):
            if shown.place is Place.SPAM:
                continue
            said = messages[shown.id]
            acts = rows.execute(
                "SELECT * FROM act WHERE conversation_id = ? AND undone_at IS NULL", (shown.id,)
            ).fetchall()
            promises = rows.execute(
                "SELECT * FROM promise WHERE conversation_id = ? AND kind <> 'follow_up' AND outcome <> 'void'",
                (shown.id,),
            ).fetchall()
            for one in _unanswered(said):
                closing = [act for act in acts if act["seen"] >= one["id"] and _closes(act)]
                if closing:
                    assert any(p["outcome"] == "open" or p["outcome"] in ENDED_BY_ACT for p in promises), (
                        f"nothing on record for {one['key']}"
                    )
                else:
                    assert shown.place in (Place.INBOX, Place.HANDED_OVER), f"{one['key']} lies unseen: {shown.place}"
                    assert any(p["outcome"] == "open" for p in promises), f"nobody is responsible for {one['key']}"
            for report in said:
                if not _reports(report):
                    continue
                first = min(one["id"] for one in said if _reports(one) and one["bounced"] == report["bounced"])
                if any(act["seen"] >= first for act in acts):
                    continue  # a further report of the same answer says nothing new
                if not any(_answers(one) and _order(one) > _order(report) for one in said) and not _stands_after(
                    said, report
                ):
                    assert shown.place in (Place.INBOX, Place.HANDED_OVER), f"{report['key']} lies unseen"


def answers_end_what_they_answer(store: Store) -> None:
    """No response promise outlives an answer of ours that stands, whatever act had ended it otherwise."""
    with store.rows() as rows:
        messages = defaultdict(list)
        for one in rows.execute("SELECT * FROM message"):
            messages[one["conversation_id"]].append(one)
        for one in rows.execute("SELECT * FROM promise WHERE kind <> 'follow_up' AND outcome <> 'void'"):
            for answer in _standing(messages[one["conversation_id"]]):
                within = one["started"] < answer["received_at"] < (one["ended"] or answer["received_at"] + 1)
                assert not within, f"{one['origin']} outlives {answer['key']}"


def _closes(act: Any) -> bool:
    return act["verb"] in ("snooze", "archive") or (
        act["verb"] == "route" and json.loads(act["effects"])["place"] is not None
    )


def _order(one: Any) -> tuple[int, ...]:
    return one["received_at"], one["rank"], one["position"]


def _answers(one: Any) -> bool:
    return one["direction"] == "out" and (one["judged"] or one["class"]) == "human"


def _reports(one: Any) -> bool:
    """Whether it says that an answer of ours will never arrive."""
    named = one["hard"] and one["bounced"] and not one["history"]
    return bool(named and (one["judged"] or one["class"]) == "bounce")


def _standing(said: list[Any]) -> list[Any]:
    lost = {one["bounced"] for one in said if _reports(one)}
    return [one for one in said if _answers(one) and one["id"] not in lost]


def _stands_after(said: list[Any], report: Any) -> bool:
    """Whether an answer after the one that bounced stands: then the customer has it."""
    lost = next((one for one in said if one["id"] == report["bounced"]), None)
    if lost is None:
        return True
    return any((*_order(one), one["key"]) > (*_order(lost), lost["key"]) for one in _standing(said))


def _unanswered(said: list[Any]) -> list[Any]:
    standing = _standing(said)
    return [
        one
        for one in said
        if one["direction"] == "in"
        and (one["judged"] or one["class"]) == "human"
        and not one["history"]
        and not any(_order(answer) > _order(one) for answer in standing)
    ]


def the_projection_is_the_history(store: Store, now: datetime) -> None:
    """What the lists show at this moment is what reading the history anew gives, settled or not."""
    ids = store.conversations()
    with store.inbox.writer.unit() as unit:
        readings = Readings(unit, store.config)
        fresh = {id_: readings.state(kept, now) for id_, kept in histories.load(unit, ids).items()}
    with store.inbox.reader() as reader, store.rows() as rows:
        for row in reader.rows(ids, now):
            it = fresh[row.id]
            read = (it.place, it.status, it.owner, it.tier, it.skill, it.due, it.returns, it.reason, it.snoozes)
            shown = (row.place, row.status, row.owner, row.tier, row.skill, row.due, row.returns, row.reason)
            assert (*shown, row.snoozes) == read, f"conversation {row.id}: {shown} is shown, {read} is read"
            stands = clock(it.due, it.risk_at, it.place, now)
            assert row.clock is stands, f"conversation {row.id}: the clock is {row.clock}, should be {stands}"
            since = f"conversation {row.id} waits since {row.waiting_since}, should since {it.waiting_since}"
            assert row.waiting_since == it.waiting_since, since
            lines = sorted((one.kind, one.due, one.outcome, one.responsible) for one in reader.promises(row, now))
            told = sorted((one.kind, one.due, one.reads(now), one.accountable(now)) for one in it.promises)
            assert lines == told, f"conversation {row.id}: {lines} is shown, {told} is read"
            kept = {
                one["origin"]: (one["kind"], one["outcome"], one["due"], one["ended"])
                for one in rows.execute(
                    "SELECT * FROM promise WHERE conversation_id = ? AND outcome <> 'void'", (row.id,)
                )
            }
            anew = {
                one.origin: (one.kind.value, one.outcome.value, stored(one.due), stored(one.ended))
                for one in it.promises
            }
            assert kept == anew, f"conversation {row.id}: {kept} is kept, {anew} is read"


def somebody_is_responsible_without_a_gap(store: Store) -> None:
    """Responsibility covers a promise from its start on, in order, and ends with the owner while it is open."""
    with store.rows() as rows:
        acts = {row["id"]: row["at"] for row in rows.execute("SELECT id, at FROM act")}
        for one in rows.execute(
            "SELECT p.*, c.owner AS owner_now FROM promise p JOIN conversation c ON c.id = p.conversation_id "
            "WHERE p.outcome <> 'void' AND c.merged_into IS NULL"
        ):
            spans = json.loads(one["responsible"])
            since = [at for _, at in spans]
            begun = one["started"] if one["origin"][0] == "m" else acts[int(one["origin"][1:])]
            assert since == sorted(since)
            assert since[0] <= begun
            assert all(a[0] != b[0] for a, b in pairwise(spans))
            if one["outcome"] == "open":
                assert spans[-1][0] == one["owner_now"]


def lateness_is_whose_it_was_when_it_was_due(store: Store) -> None:
    """What was late when an act ended it is broken where I had it when it was due, and unobserved where a teammate."""
    with store.rows() as rows:
        for one in rows.execute(
            "SELECT * FROM promise p "
            "WHERE outcome IN ('breached', 'unobserved') AND NOT EXISTS (SELECT 1 FROM message m "
            "WHERE m.conversation_id = p.conversation_id AND m.direction = 'out' AND m.received_at = p.ended)"
        ):
            spans = json.loads(one["responsible"])
            had = [who for who, since in spans if since <= one["due"]] or [spans[0][0]]
            assert one["outcome"] == ("breached" if had[-1] == "me" else "unobserved"), one["origin"]


def due_times_keep_the_calendar(store: Store) -> None:
    """A response is due when its target of business time has passed, under the calendar kept with it."""
    with store.rows() as rows:
        calendars = {row["id"]: _calendar(row["value"]) for row in rows.execute("SELECT * FROM calendar")}
        for one in rows.execute("SELECT * FROM promise WHERE target IS NOT NULL AND outcome <> 'void'"):
            hours, target = calendars[one["calendar"]], timedelta(milliseconds=one["target"])
            started, due = moment(one["started"]), moment(one["due"])
            assert due == hours.add(started, target)
            assert hours.between(started, due) == target
            assert started <= moment(one["risk_at"]) <= due


def no_rule_gives_it_back(store: Store) -> None:
    """No rule makes a former owner the owner again, but me with nobody left; and none passes it on for ever."""
    with store.rows() as rows:
        owners = {row["id"]: [row["begins_with"]] for row in rows.execute("SELECT * FROM conversation")}
        hops: Counter[int] = Counter()
        for act in rows.execute("SELECT * FROM act WHERE undone_at IS NULL ORDER BY id"):
            to = act["to"]
            if not to:
                continue
            had = owners[act["conversation_id"]]
            if act["verb"] == "route":
                hops[act["conversation_id"]] += 1
                assert to == ME or to not in had, f"{to} had it before: {had}"
            had.append(to)
        assert max(hops.values(), default=0) <= 3, hops


def the_record_only_grows(before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]) -> None:
    assert after[: len(before)] == before


def corrections_are_on_record(
    before: dict[tuple[int, str], tuple[Any, ...]],
    after: dict[tuple[int, str], tuple[Any, ...]],
    events: list[tuple[Any, ...]],
) -> None:
    """A promise whose end changed has an event that says what it had been."""
    said = {
        (conversation, json.loads(detail).get("was"))
        for _, conversation, _, what, _, detail in events
        if what.startswith("promise")
    }
    for key, (outcome, _) in before.items():
        if key in after and after[key][0] != outcome:
            assert (key[0], outcome) in said, f"{key} was {outcome}, and nothing says so"


def ended(store: Store) -> dict[tuple[int, str], tuple[Any, ...]]:
    """Return how every promise that ended did, but for those in spam, which an act takes up again."""
    with store.rows() as rows:
        return {
            (row["conversation_id"], row["origin"]): (row["outcome"], row["ended"], row["responsible"])
            for row in rows.execute(
                "SELECT p.* FROM promise p JOIN conversation c ON c.id = p.conversation_id "
                "WHERE p.outcome NOT IN ('open', 'void') AND NOT c.spam"
            )
        }


def record(store: Store) -> tuple[list[tuple[Any, ...]], dict[tuple[int, str], tuple[Any, ...]]]:
    """Return the whole record of events, and how each promise stands."""
    with store.rows() as rows:
        events = [tuple(row) for row in rows.execute("SELECT * FROM event ORDER BY id")]
        promises = {
            (row["conversation_id"], row["origin"]): (row["outcome"], row["ended"])
            for row in rows.execute("SELECT * FROM promise")
        }
    return events, promises


def hold(store: Store, now: datetime) -> None:
    """All laws that one moment of the store can show."""
    one_place_each(store, now)
    snoozed_means_now_return_due(store)
    nobody_is_unattended(store, now)
    answers_end_what_they_answer(store)
    the_projection_is_the_history(store, now)
    somebody_is_responsible_without_a_gap(store)
    lateness_is_whose_it_was_when_it_was_due(store)
    due_times_keep_the_calendar(store)
    no_rule_gives_it_back(store)

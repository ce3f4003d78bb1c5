"""The queues: what lies where at a moment, in which order, and how the clocks stand; never a walk through every row.

A queue's conversations that time has not moved are read from one index in its order (`conversation_queue`); the few
that it has moved, because a snooze ran out or a hand-over came back, are merged in.
"""

from __future__ import annotations

import heapq
import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from tui_inbox.pause import pause
from tui_inbox.problems import NotFound
from tui_inbox.rules.model import ME
from tui_inbox.store.moments import moment, stored

QUEUES = ("inbox", "snoozed", "handed_over", "archived", "spam", "all")
"""The queues that need no configuration, in the order they are shown."""

LIVE = "merged_into IS NULL AND messages > 0"
TURNED = "(turns_at IS NOT NULL AND turns_at <= :now)"
BACK = f"({TURNED} AND (turns_reason = 'returned' OR COALESCE(back_at <= :now, 0)))"
PLACE = f"CASE WHEN {BACK} THEN 'inbox' WHEN {TURNED} THEN turns_to ELSE place END"
OWNER = f"CASE WHEN {BACK} THEN '{ME}' ELSE owner END"
REASON = f"CASE WHEN {BACK} THEN 'returned' WHEN {TURNED} THEN turns_reason ELSE reason END"

_STAYS = "(turns_at IS NULL OR turns_at > :now)"
_MOVED = "turns_at <= :now"
_SLICE = 8_192
"""Characters of ids that are read in one go: no other thread waits longer for it than a tenth of a millisecond."""
_GAP = 0.0001
"""Seconds between two of them: a thread that waits needs half of it to wake up."""
_AT_ONCE = 10_000
"""Ids that one statement is given."""
_TURNING = "conversation INDEXED BY conversation_turns"
"""Where those that time has moved are looked for: they are few, and without being told SQLite walks all."""

# Each queue's order as ascending keys that are never null, so that a page can go on behind any of them.
_DUE_FIRST = ("due IS NULL", "COALESCE(due, 0)", "COALESCE(last_at, 0)", "id")
_NEWEST = ("-COALESCE(last_at, 0)", "-id")
ORDER = {
    "inbox": _DUE_FIRST,
    "handed_over": _DUE_FIRST,
    "snoozed": ("COALESCE(returns, 0)", "id"),
    "archived": _NEWEST,
    "spam": _NEWEST,
    "all": _NEWEST,
}

STANDINGS = ("late", "at_risk", "on_time", "no_sla", "follow_up")
"""How a conversation's clock may stand, as the five counters count it."""


def _standing(which: str, reason: str) -> str:
    return {
        "late": "due < :now",
        "at_risk": "due >= :now AND risk_at <= :now",
        "on_time": "due >= :now AND (risk_at IS NULL OR risk_at > :now)",
        "no_sla": "due IS NULL",
        "follow_up": f"{reason} = 'follow_up'",
    }[which]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations lie in each queue, and how the inbox's clocks stand."""

    queues: dict[str, int]
    late: int
    at_risk: int
    on_time: int
    no_sla: int
    follow_up: int
    next_due: datetime | None
    next_return: datetime | None

    @property
    def inbox(self) -> int:
        return self.queues.get("inbox", 0)


def ids(
    connection: sqlite3.Connection,
    name: str,
    now: datetime,
    *,
    standing: str = "",
    most: int | None = None,
    behind: tuple[int, ...] | None = None,
) -> Iterable[int]:
    """Return the ids of queue *name* in its order: the first *most*, of those alone that stand as *standing* says,
    from behind the keys *behind* on. Raises `NotFound`."""
    _check(name)
    values: dict[str, object] = {"name": name, "now": stored(now), "most": -1 if most is None else most}
    if ORDER[name] is _DUE_FIRST and behind is None:
        return islice(_due_first(connection, values, standing), most)
    return (row[0] for row in connection.execute(_sorted(name, standing, behind, values), values))


def packed(connection: sqlite3.Connection, name: str, now: datetime, *, standing: str = "") -> array[int]:
    """Return all that `ids` does, in less than half the time, where other threads are to go on meanwhile.

    Row by row, Python's lock is given up and taken again for each of a million rows. SQLite writes the ids one behind
    the other without it; then they are read a slice at a time.
    """
    _check(name)
    values: dict[str, object] = {"name": name, "now": stored(now), "most": -1}
    if ORDER[name] is not _DUE_FIRST:
        return _gathered(connection, _sorted(name, standing, None, values), values)
    found = array("q")
    for stays, few in _halves(connection, values, standing):
        if few:
            found.extend(_merged(connection, stays, few, values))
        else:
            found.extend(_gathered(connection, f"{stays} LIMIT :most", values))
    return found


def _gathered(connection: sqlite3.Connection, sql: str, values: dict[str, object]) -> array[int]:
    """Return the ids that *sql* selects, in its order."""
    # An order below a sum is kept where there is a limit, too.
    row = connection.execute(f"SELECT group_concat(id) FROM ({sql})", values).fetchone()  # noqa: S608 - our own words only
    text, begin, found = row[0] or "", 0, array("q")
    while begin < len(text):
        end = text.find(",", begin + _SLICE)
        end = len(text) if end < 0 else end
        found.extend(json.loads(f"[{text[begin:end]}]"))
        begin = end + 1
        pause(_GAP)
    return found


def _sorted(name: str, standing: str, behind: tuple[int, ...] | None, values: dict[str, object]) -> str:
    """Return what selects a queue in its order; the keys *behind* which it begins are put into *values*."""
    where = LIVE if name == "all" else f"{LIVE} AND ((place = :name AND {_STAYS}) OR ({_MOVED} AND {PLACE} = :name))"
    if standing:
        where += f" AND ({_standing(standing, REASON)})"
    order = ", ".join(ORDER[name])
    if behind is not None:
        values |= {f"k{number}": key for number, key in enumerate(behind)}
        where += f" AND ({order}) > ({', '.join(f':k{number}' for number in range(len(behind)))})"
    if ORDER[name] is _NEWEST:
        order = "last_at DESC, id DESC"  # the same, as an index knows it
    return f"SELECT id FROM conversation WHERE {where} ORDER BY {order} LIMIT :most"  # noqa: S608 - our own words only


def count(connection: sqlite3.Connection, name: str, now: datetime) -> int:
    """Return how many conversations lie in queue *name*, counted in an index. Raises `NotFound`."""
    _check(name)
    if name == "all":
        return int(connection.execute(f"SELECT COUNT(*) FROM conversation WHERE {LIVE}").fetchone()[0])  # noqa: S608 - our own words only
    sql = (
        f"SELECT (SELECT COUNT(*) FROM conversation WHERE {LIVE} AND place = :name AND {_STAYS})"  # noqa: S608 - our own words only
        f" + (SELECT COUNT(*) FROM {_TURNING} WHERE {LIVE} AND {_MOVED} AND {PLACE} = :name)"
    )
    return int(connection.execute(sql, {"name": name, "now": stored(now)}).fetchone()[0])


def among(connection: sqlite3.Connection, name: str, ids: Iterable[int], now: datetime) -> int:
    """Return how many of *ids* lie in queue *name*. Raises `NotFound`."""
    _check(name)
    sql = (
        f"SELECT COUNT(*) FROM conversation WHERE id IN (SELECT value FROM json_each(:ids)) AND {LIVE}"  # noqa: S608 - our own words only
        f" AND (:name = 'all' OR {PLACE} = :name)"
    )
    values = {"name": name, "now": stored(now)}
    those, found = iter(ids), 0
    while some := list(islice(those, _AT_ONCE)):
        found += int(connection.execute(sql, {**values, "ids": json.dumps(some)}).fetchone()[0])
    return found


def _check(name: str) -> None:
    if name not in ORDER:
        raise NotFound(f"There is no queue {name}.", f"The queues are: {', '.join(QUEUES)}.")


def _due_first(connection: sqlite3.Connection, values: dict[str, object], standing: str) -> Iterator[int]:
    """Yield what lies in a queue, the earliest due first; what nothing is promised for comes last, the oldest first."""
    for stays, few in _halves(connection, values, standing):
        yield from _merged(connection, stays, few, values)


def _halves(
    connection: sqlite3.Connection, values: dict[str, object], standing: str
) -> Iterator[tuple[str, list[tuple[int, ...]]]]:
    """Yield for what is promised, and then for what is not: what selects those that time has not moved, and the few
    that it has, each as the keys of its order and its id."""
    for due, order in (("due IS NOT NULL", "due, last_at, id"), ("due IS NULL", "last_at, id")):
        keys, only = f"SELECT {order}, id FROM", f"{LIVE} AND {due}"
        stays = f"{keys} conversation WHERE {only} AND place = :name AND {_STAYS}{_only(standing, 'reason')}"
        moved = f"{keys} {_TURNING} WHERE {only} AND {_MOVED} AND {PLACE} = :name{_only(standing, REASON)}"
        few = [tuple(row) for row in connection.execute(f"{moved} ORDER BY {order} LIMIT :most", values)]
        yield f"{stays} ORDER BY {order}", few


def _merged(
    connection: sqlite3.Connection, stays: str, few: list[tuple[int, ...]], values: dict[str, object]
) -> Iterator[int]:
    """Yield the ids of what *stays* selects and of the *few*, in their order."""
    there = connection.cursor()
    there.row_factory = None
    whole: Iterable[tuple[int, ...]] = there.execute(stays, values)
    for row in heapq.merge(whole, few) if few else whole:
        yield row[-1]


def _only(standing: str, reason: str) -> str:
    return f" AND ({_standing(standing, reason)})" if standing else ""


def counts(connection: sqlite3.Connection, now: datetime) -> Counts:
    """Return how many conversations lie in each queue and how the clocks of the inbox stand."""
    queues, clocks, due = dict.fromkeys(QUEUES, 0), [0] * len(STANDINGS), None
    for table, place, reason, where in (
        ("conversation", "place", "reason", _STAYS),
        (_TURNING, PLACE, REASON, _MOVED),
    ):
        stand = ", ".join(f"COUNT(*) FILTER (WHERE {_standing(one, reason)})" for one in STANDINGS)
        for name, count, first, *found in connection.execute(
            f"SELECT {place}, COUNT(*), MIN(due), {stand} FROM {table} WHERE {LIVE} AND {where} GROUP BY 1",  # noqa: S608 - our own words only
            {"now": stored(now)},
        ):
            queues[name] += count
            if name == "inbox":
                clocks = [one + more for one, more in zip(clocks, found, strict=True)]
                due = min((one for one in (due, first) if one is not None), default=None)
    queues["all"] = sum(queues[name] for name in QUEUES if name != "all")
    returns = connection.execute(
        f"SELECT MIN(turns_at) FROM conversation WHERE turns_at > ? AND {LIVE}",  # noqa: S608 - our own words only
        (stored(now),),
    ).fetchone()[0]
    late, at_risk, on_time, no_sla, follow_up = clocks
    return Counts(queues, late, at_risk, on_time, no_sla, follow_up, moment(due), moment(returns))


def due_between(connection: sqlite3.Connection, since: datetime, until: datetime, but: int) -> int:
    """Return how many conversations other than *but* are due from *since* until before *until*."""
    sql = (
        "SELECT COUNT(*) FROM conversation WHERE place IN ('inbox', 'snoozed', 'handed_over') "  # noqa: S608 - our own words only
        f"AND due >= ? AND due < ? AND {LIVE} AND id <> ?"
    )
    return int(connection.execute(sql, (stored(since), stored(until), but)).fetchone()[0])


def came_at_risk(connection: sqlite3.Connection, since: datetime, now: datetime) -> int:
    """Return how many conversations of the inbox have come to be at risk after *since*, up to *now*."""
    risky = "due >= :now AND risk_at > :since AND risk_at <= :now"
    sql = (
        f"SELECT (SELECT COUNT(*) FROM conversation WHERE {LIVE} AND place = 'inbox' AND {_STAYS} AND {risky})"  # noqa: S608 - our own words only
        f" + (SELECT COUNT(*) FROM {_TURNING} WHERE {LIVE} AND {_MOVED} AND {PLACE} = 'inbox' AND {risky})"
    )
    return int(connection.execute(sql, {"since": stored(since), "now": stored(now)}).fetchone()[0])


def held(connection: sqlite3.Connection, now: datetime) -> dict[str, int]:
    """Return how many open conversations each owner holds."""
    found: dict[str, int] = {}
    for table, owner, place, where in (
        ("conversation", "owner", "place", _STAYS),
        (_TURNING, OWNER, PLACE, _MOVED),
    ):
        for name, count in connection.execute(
            f"SELECT {owner}, COUNT(*) FROM {table} WHERE {LIVE} AND {where} "  # noqa: S608 - our own words only
            f"AND {place} IN ('inbox', 'handed_over') GROUP BY 1",
            {"now": stored(now)},
        ):
            found[name] = found.get(name, 0) + count
    return found

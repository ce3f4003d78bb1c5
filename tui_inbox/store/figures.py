"""Reports: conversations told one after another, each with its messages, acts and promises, and their figures."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime

from tui_inbox.rules.calendar import Calendar
from tui_inbox.rules.happened import Happened, Life, Made, happened
from tui_inbox.rules.history import Act, Delivery, Effects, Heard, History, Verb
from tui_inbox.rules.model import Class, Direction, Kind, Outcome, Place
from tui_inbox.rules.promise import Promise, Responsible, Terms
from tui_inbox.rules.report import Report, Reporting, Window
from tui_inbox.rules.report_words import Figure
from tui_inbox.store.moments import moment, stored

LONG = 5000
"""Messages from which a conversation's past is kept in brief while it is told."""

_HERE = """(
  SELECT id FROM conversation WHERE last_at >= :since OR waiting_since IS NOT NULL
  UNION SELECT conversation_id FROM act WHERE at >= :since OR delivered_at >= :since OR delivery = 'waiting'
)"""
"""Conversations in which anything that counts can have happened since then."""

_CONVERSATIONS = f"""
  SELECT id, channel, tier, owner, messages, place = 'archived' AS archived
  FROM conversation WHERE merged_into IS NULL AND messages > 0 AND NOT spam AND (:since IS NULL OR id IN {_HERE})
  ORDER BY id
"""  # noqa: S608 - our own words only
_MESSAGES = f"""
  SELECT conversation_id, id, received_at, rank, position, key, direction, COALESCE(judged, class) AS class,
    history, CASE WHEN hard THEN bounced END AS bounced, thanks
  FROM message
  WHERE (COALESCE(judged, class) = 'human' OR (hard AND bounced IS NOT NULL)
      OR id IN (SELECT seen FROM act WHERE verb = 'route'))
    AND (:since IS NULL OR conversation_id IN {_HERE})
  ORDER BY conversation_id, received_at
"""  # noqa: S608 - our own words only
_ACTS = f"""
  SELECT conversation_id, id, verb, at, by, seen, "to", effects, delivery, delivered_at FROM act
  WHERE undone_at IS NULL AND (:since IS NULL OR conversation_id IN {_HERE}) ORDER BY conversation_id, id
"""  # noqa: S608 - our own words only
_PROMISES = f"""
  SELECT conversation_id, origin, kind, started, due, ended, outcome, responsible, tier, calendar FROM promise
  WHERE outcome <> 'void' AND (:since IS NULL OR conversation_id IN {_HERE}) ORDER BY conversation_id
"""  # noqa: S608 - our own words only


def told(connection: sqlite3.Connection, window: Window, now: datetime, hours: Calendar) -> Iterator[Happened]:
    """Yield all that may count in *window*, conversation by conversation; what is held at once is one of them."""
    asked = {"since": None if window.since is None else stored(window.since)}
    calendars = {
        row[0]: Calendar.from_json(row[1]) for row in connection.execute("SELECT id, value FROM calendar").fetchall()
    }
    messages, acts, promises = (_Beside(connection.execute(sql, asked)) for sql in (_MESSAGES, _ACTS, _PROMISES))
    for row in connection.execute(_CONVERSATIONS, asked):
        heard, thanks = _heard(messages.of(row["id"]), long=row["messages"] >= LONG)
        done = tuple(_act(one) for one in acts.of(row["id"]))
        at = {one.id: one.at for one in done}
        made = tuple(_made(one, at, calendars) for one in promises.of(row["id"]))
        history = History(heard, done)
        life = Life(row["id"], row["channel"], row["tier"], row["owner"], bool(row["archived"]), history, made, thanks)
        yield from happened(life, now, hours)


def report(connection: sqlite3.Connection, *adding: Reporting) -> tuple[Report, ...]:
    """Return the figures that *adding* ask for, all of one window and moment."""
    first = adding[0]
    for one in told(connection, first.window, first.now, first.hours):
        for each in adding:
            each.add(one)
    return tuple(each.report() for each in adding)


def behind(
    connection: sqlite3.Connection, figure: Figure, adding: Reporting, values: tuple[str | int, ...]
) -> list[int]:
    """Return the conversations that a figure of one group counts, the one in which it happened last first."""
    last: dict[int, datetime] = {}
    for one in told(connection, adding.window, adding.now, adding.hours):
        here = adding.window.holds(one.at) and (not values or adding.values(one) == values)
        if here and figure.counts(one) and one.at >= last.get(one.conversation, one.at):
            last[one.conversation] = one.at
    return sorted(last, key=lambda id_: (last[id_], id_), reverse=True)


class _Beside:
    """Rows in the order of their conversations, handed out to each in turn."""

    def __init__(self, rows: Iterator[sqlite3.Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, conversation: int) -> Iterator[sqlite3.Row]:
        """Yield the rows of *conversation*; those of earlier ones are passed over."""
        while self._next is not None and self._next[0] <= conversation:
            if self._next[0] == conversation:
                yield self._next
            self._next = next(self._rows, None)


def _heard(rows: Iterable[sqlite3.Row], *, long: bool) -> tuple[tuple[Heard, ...], frozenset[int]]:
    """Return what was said, and which messages only thank.

    Of history that opens nothing only what came first of each side is kept; of a *long* conversation's answers too.
    """
    kept: list[Heard] = []
    thanks: set[int] = set()
    live, sides = False, set[str]()
    for row in rows:
        past = bool(row["history"]) and not live and row["direction"] in sides
        if past and (long or row["direction"] == Direction.IN.value):
            continue
        sides.add(row["direction"])
        live = live or not row["history"]
        one = _message(row)
        kept.append(one)
        if row["thanks"]:
            thanks.add(one.id)
    return tuple(kept), frozenset(thanks)


def _message(row: sqlite3.Row) -> Heard:
    direction, class_ = Direction(row["direction"]), Class(row["class"])
    last = 0 if direction is Direction.OUT else 2 if class_ is Class.HUMAN else 1
    order = (row["received_at"], row["rank"], row["position"], last, row["key"])
    return Heard(row["id"], moment(row["received_at"]), order, direction, class_, bool(row["history"]), row["bounced"])


def _act(row: sqlite3.Row) -> Act:
    effects = json.loads(row["effects"]) if row["effects"] else {}
    return Act(
        row["id"],
        Verb(row["verb"]),
        moment(row["at"]),
        row["seen"],
        row["by"],
        to=row["to"] or "",
        effects=Effects(Place(effects["place"]) if effects.get("place") else None, owner=effects.get("owner")),
        opening=bool(effects.get("opening")),
        delivery=Delivery(row["delivery"]) if row["delivery"] else None,
        delivered_at=moment(row["delivered_at"]),
    )


def _made(row: sqlite3.Row, acts: dict[int, datetime], calendars: dict[int, Calendar]) -> Made:
    responsible, started = _responsible(row["responsible"]), moment(row["started"])
    promise = Promise(
        row["origin"],
        Kind(row["kind"]),
        started,
        Terms(moment(row["due"])),
        responsible,
        tier=row["tier"],
        ended=moment(row["ended"]),
        outcome=Outcome(row["outcome"]),
    )
    snoozed = acts.get(int(row["origin"][1:])) if row["origin"].startswith("a") else None
    return Made(promise, snoozed or started or responsible[0].since, calendars.get(row["calendar"]))


def _responsible(text: str) -> tuple[Responsible, ...]:
    return tuple(Responsible(who, moment(since)) for who, since in json.loads(text))

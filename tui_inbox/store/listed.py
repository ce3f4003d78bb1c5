"""Conversations as a list shows them, at one moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from tui_inbox.rules import clean, lookalike, silence
from tui_inbox.rules.clock import clock
from tui_inbox.rules.model import Place, Reason, Status
from tui_inbox.rules.sensitive import masked
from tui_inbox.store.lines import ContactLine, Row
from tui_inbox.store.moments import moment, stored
from tui_inbox.store.queues import BACK, OWNER, PLACE, REASON, TURNED

_COLUMNS = f"""
  c.id, c.channel, a.name AS account, a.kind AS source, a.synced_at, c.subject, c.contact_id, p.name AS contact,
  {PLACE} AS place,
  CASE WHEN {TURNED} THEN 'open' ELSE c.status END AS status,
  {OWNER} AS owner,
  c.tier, c.skill, c.due, c.risk_at,
  {REASON} AS reason,
  CASE WHEN {TURNED} THEN NULL ELSE c.returns END AS returns,
  c.waiting_since, c.messages, c.news, c.snoozes, c.last_at, c.snippet, c.continues, c.plan_returns, c.plan_due,
  CASE WHEN {BACK} THEN NULL ELSE c.delivery END AS delivery,
  EXISTS(SELECT 1 FROM move WHERE conversation_id = c.id AND state IN ('waiting', 'moving')) AS unmoved
"""  # noqa: S608 - our own words only


def rows(connection: sqlite3.Connection, ids: Sequence[int], now: datetime) -> list[Row]:
    """Return conversations *ids* in that order; those that are not here are left out."""
    found: dict[int, Row] = {}
    for start in range(0, len(ids), 500):
        part = list(ids[start : start + 500])
        marks = ",".join("?" * len(part))
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM conversation c JOIN account a ON a.id = c.account_id "  # noqa: S608 - marks only
            f"LEFT JOIN contact p ON p.id = c.contact_id WHERE c.id IN ({marks})".replace(":now", str(stored(now))),
            part,
        ).fetchall()
        identities = _identities(connection, {row["contact_id"] for row in rows if row["contact_id"] is not None})
        for row in rows:
            found[row["id"]] = _row(row, identities.get(row["contact_id"], ()), now)
    return [found[id_] for id_ in ids if id_ in found]


def _identities(connection: sqlite3.Connection, contacts: Iterable[int]) -> dict[int, tuple[str, ...]]:
    wanted = list(contacts)
    found: dict[int, list[str]] = {}
    rows = connection.execute(
        f"SELECT contact_id, value FROM identity WHERE contact_id IN ({','.join('?' * len(wanted))}) ORDER BY id",  # noqa: S608 - marks only
        wanted,
    )
    for row in rows:
        found.setdefault(row[0], []).append(clean.line(row[1]))
    return {contact: tuple(values) for contact, values in found.items()}


def _row(row: sqlite3.Row, identities: tuple[str, ...], now: datetime) -> Row:
    due, risk_at, place = moment(row["due"]), moment(row["risk_at"]), Place(row["place"])
    plan = None
    if row["plan_returns"] is not None and row["plan_returns"] > stored(now):
        plan = (moment(row["plan_returns"]), moment(row["plan_due"]))
    return Row(
        id=row["id"],
        channel=row["channel"],
        account=clean.line(row["account"]),
        subject=clean.line(masked(row["subject"])),
        contact=ContactLine(
            row["contact_id"] or 0, lookalike.called(clean.line(row["contact"] or ""), identities), identities
        ),
        place=place,
        status=Status(row["status"]),
        owner=clean.line(row["owner"]),
        tier=row["tier"],
        skill=row["skill"],
        due=due,
        clock=clock(due, risk_at, place, now),
        reason=Reason(row["reason"]) if row["reason"] else None,
        returns=moment(row["returns"]),
        waiting_since=moment(row["waiting_since"]),
        messages=row["messages"],
        news=bool(row["news"]),
        snoozes=row["snoozes"],
        last_at=moment(row["last_at"]),
        snippet=clean.line(row["snippet"]),
        continues=row["continues"],
        plan=plan,
        delivery=row["delivery"],
        as_of=silence.as_of(moment(row["synced_at"]), now, mailbox=row["source"] == "imap"),
        unmoved=bool(row["unmoved"]),
    )

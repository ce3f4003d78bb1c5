"""New messages on their way into the store: gathered for a batch, and written together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from tui_inbox.rules.model import Class, Direction, Message
from tui_inbox.rules.thanks import only_thanks
from tui_inbox.store import arrivals, search, ties
from tui_inbox.store.many import adding_only, among, asked, many
from tui_inbox.store.moments import as_written, stored
from tui_inbox.store.prepared import Prepared, prepare
from tui_inbox.store.tables import LocationRow, MessageRow, RawRow, table
from tui_inbox.store.writer import driver

_message, _raw, _location = table(MessageRow), table(RawRow), table(LocationRow)

_LOCATED = upsert(_location)
_LOCATE = _LOCATED.on_conflict_do_update(  # what had gone from there is back
    list(_location.primary_key),
    set_={name: _LOCATED.excluded[name] for name in ("message_id", "gone_at", "object_id")},
)
_WRITTEN = json.JSONEncoder(ensure_ascii=False).encode
_LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = 'message'")

_TAKEN = select(_message.c.stamp).where(among(_message.c.stamp)).order_by(_message.c.stamp)
_KEEP_RAW = adding_only(_raw, ("message_id", "packed", "content"))
_TIE = 20
"""Bits of a stamp below the milliseconds."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a new message belongs and what it was taken for, as the shell decided."""

    account_id: int
    thread_id: int
    thread_key: str
    conversation_id: int
    key: str
    direction: Direction
    class_: Class
    why: str
    received: datetime
    arrived: datetime
    history: bool
    rank: int
    position: int
    identity_id: int | None
    bounced: int | None = None
    token: str = ""


@dataclass(slots=True)
class Tray:
    """What one batch adds. Ids are given at once; the rows are written by `write`."""

    connection: Connection
    _last: int | None = None
    _messages: list[dict[str, Any]] = field(default_factory=list)
    _raws: list[tuple[int, bool, bytes]] = field(default_factory=list)
    _texts: list[search.Facts] = field(default_factory=list)
    _ties: list[ties.Tie] = field(default_factory=list)
    _locations: list[dict[str, Any]] = field(default_factory=list)
    _attached: list[tuple[int, Message]] = field(default_factory=list)

    def add(self, message: Message, placed: Placed, prepared: Prepared | None = None) -> int:
        """Put *message* in whole (row, bytes, attachments, index entry) and return the id it has from now on.

        *prepared* is what was worked out of it beforehand.
        """
        if prepared is None:
            prepared = prepare(message)
        id_ = self._next()
        self._messages.append(_row(id_, message, placed, prepared))
        self._raws.append((id_, prepared.packed, prepared.content))
        self._texts.append(prepared.words)
        if message.attachments:
            self._attached.append((id_, message))
        return id_

    def tie(self, account_id: int, thread_id: int, ids: Iterable[str]) -> None:
        """Say that mail ids belong to a thread."""
        self._ties.extend((account_id, one, thread_id) for one in ids)

    def locate(
        self,
        account_id: int,
        folder: str,
        uidvalidity: int,
        uid: int,
        message_id: int,
        *,
        inbox: bool,
        object_id: str = "",
    ) -> None:
        """Say that a message lies there on its server."""
        self._locations.append(
            {
                "account_id": account_id,
                "folder": folder,
                "uidvalidity": uidvalidity,
                "uid": uid,
                "message_id": message_id,
                "gone_at": None,
                "inbox": inbox,
                "object_id": object_id,
            }
        )

    def write(self) -> None:
        """Write all that was put in, and be empty again."""
        if self._messages:
            self._settle_stamps()
            add = driver(self.connection).executemany
            add(adding_only(_message, tuple(self._messages[0])), (tuple(row.values()) for row in self._messages))
            add(_KEEP_RAW, self._raws)
            indexed = zip(self._messages, self._texts, strict=True)
            add(search.ADD, ((row["stamp"], *columns) for row, columns in indexed))
        if self._ties:
            ties.tie(self.connection, self._ties)
        for id_, message in self._attached:
            arrivals.attach(self.connection, id_, message.attachments)
        if self._locations:
            self.connection.execute(_LOCATE, self._locations)
        for kept in (self._messages, self._raws, self._texts, self._ties, self._locations, self._attached):
            kept.clear()

    def _next(self) -> int:
        """Return an id that no message has or ever had."""
        if self._last is None:
            self._last = int(self.connection.execute(_LAST_ID).scalar() or 0)
        self._last += 1
        return self._last

    def _settle_stamps(self) -> None:
        """Give each message another stamp where its own is taken: the same millisecond, a million arrivals apart."""
        mine = [row["stamp"] for row in self._messages]
        used = set(mine)
        for (stamp,) in list(asked(self.connection, _TAKEN, **many(mine))):
            row = next(row for row in self._messages if row["stamp"] == stamp)
            highest = select(func.max(_message.c.stamp)).where(
                _message.c.stamp.between(stamp, (((stamp >> _TIE) + 1) << _TIE) - 1)
            )
            free = int(self.connection.execute(highest).scalar_one()) + 1
            while free in used:
                free += 1
            used.add(free)
            row["stamp"] = free


def _row(id_: int, message: Message, placed: Placed, prepared: Prepared) -> dict[str, Any]:
    received = stored(placed.received)
    return {
        "id": id_,
        "account_id": placed.account_id,
        "thread_id": placed.thread_id,
        "conversation_id": placed.conversation_id,
        "thread_key": placed.thread_key,
        "key": placed.key,
        "external_id": message.external_id,
        "stamp": (received << _TIE) + id_ % (1 << _TIE),
        "direction": placed.direction.value,
        "class": placed.class_.value,
        "why": placed.why,
        "hard": message.verdict.hard,
        "bounced": placed.bounced,
        "judged": None,
        "history": placed.history,
        "thanks": only_thanks(message.text) and not message.attachments,
        "identity_id": placed.identity_id,
        "sender_name": message.sender.name,
        "sender_identity": message.sender.identity,
        "recipients": _json([[one.name, one.identity] for one in (*message.to, *message.cc)]),
        "sent_at": stored(message.sent_at),
        "received_at": received,
        "local_at": as_written(message.local_at),
        "precision": message.precision,
        "rank": placed.rank,
        "position": placed.position,
        "arrived_at": stored(placed.arrived),
        "subject": message.subject,
        "text": prepared.text,
        "quoted": prepared.quoted,
        "state": message.state.value,
        "edited_at": stored(message.edited_at),
        "token": placed.token,
        "answers": " ".join(message.verdict.bounced) or message.in_reply_to,
        "ids": _json(message.ids),
        "warnings": _json(message.warnings),
        "attachments": len(message.attachments),
    }


def _json(values: Sequence[object]) -> str:
    return _WRITTEN(list(values)) if values else "[]"

"""A chat that is here under another name: the times of its messages say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from tui_inbox.rules import align, tokens
from tui_inbox.rules.model import Class, Direction, Message
from tui_inbox.store.accounts import Account
from tui_inbox.store.moments import stored
from tui_inbox.store.tables import MessageRow, table
from tui_inbox.store.ties import corrected_threads

_message = table(MessageRow)


ALIKE = 3
"""So many distinctive messages at the same time make two chats one."""

_SAMPLES = 60


def chat_like(connection: Connection, account: Account, offered: Sequence[Message]) -> str | None:
    """Return the key of the chat that holds distinctive messages of *offered* at the very same times, or None.

    Two of them must be a customer's: what we wrote to many at once says nothing. The times as written are compared,
    in whatever zone they had been read.
    """
    zones = {account.zone, *(one.zone for one in corrected_threads(connection, account.id))} - {None}
    found = (_chat_like(connection, account.id, offered, zone) for zone in (None, *sorted(map(str, zones))))
    return next((key for key in found if key is not None), None)


def _chat_like(connection: Connection, account_id: int, offered: Sequence[Message], zone: str | None) -> str | None:
    telling = [
        one
        for one in offered
        if one.received_at is not None and len(one.text) > align.DISTINCT and one.verdict.as_ is not Class.SYSTEM
    ]
    telling = telling[:: max(1, len(telling) // _SAMPLES)][:_SAMPLES]
    hits: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for one in telling:
        moment_ = one.received_at
        if zone is not None and one.local_at is not None:
            moment_ = one.local_at.replace(tzinfo=ZoneInfo(zone))
        assert moment_ is not None
        at = stored(moment_)
        rows = connection.execute(
            select(_message.c.thread_key, _message.c.direction, _message.c.token)
            .where(
                _message.c.stamp.between((at - 2_000) << 20, (at + 61_000) << 20),
                _message.c.account_id == account_id,
                _message.c.token == tokens.token(one),
            )
            .limit(10)
        )
        for thread_key, direction in {(row.thread_key, row.direction) for row in rows}:
            hits[thread_key] += 1
            asked[thread_key] += direction == Direction.IN.value
    best = hits.most_common(2)
    if not best:
        return None
    key, count = best[0]
    enough = min(ALIKE, max(2, len(telling)))
    alone = len(best) == 1 or best[1][1] * 2 < count
    return key if count >= enough and asked[key] >= enough - 1 and alone else None

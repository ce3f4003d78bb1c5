"""Mails to be moved on their server: what is owed, how far each move came, and where a mail then lies.

A row is `waiting`; `moving` while a server may have moved it and nobody knows; then for good `moved`, `failed` (left
alone, with the reason) or `undone` (its act was taken back before, or there was nothing to move).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tui_inbox.store.moments import moment, stored
from tui_inbox.store.tables import (
    AccountRow,
    ActRow,
    ConversationRow,
    CursorRow,
    LocationRow,
    MessageRow,
    MoveRow,
    table,
)

_move, _act, _message, _location = table(MoveRow), table(ActRow), table(MessageRow), table(LocationRow)
_account, _conversation, _cursor = table(AccountRow), table(ConversationRow), table(CursorRow)

MOVE, BACK = "move", "move_back"
WAITING, MOVING, MOVED, FAILED, UNDONE = "waiting", "moving", "moved", "failed", "undone"
PENDING = (WAITING, MOVING)

SETTLE = timedelta(minutes=1)
"""How long a server may go on with a move whose answer never came, before it is looked at again."""

Line = Row[*tuple[Any, ...]]
At = tuple[str, int, int]
"""Folder, UIDVALIDITY and UID."""


@dataclass(frozen=True, slots=True)
class Move:
    """One row. `named` is the mail's Message-ID, "" where it has none."""

    id: int
    act_id: int
    conversation_id: int
    account_id: int
    message_id: int
    kind: str
    after: int | None
    at: At
    target: str
    landed: At | None
    state: str
    tries: int
    tried_at: datetime | None
    named: str
    act_undone: bool

    @property
    def archived(self) -> bool:
        """Whether the mail lies in the archive now that this move has ended."""
        return (self.kind == MOVE) == (self.state == MOVED)

    @property
    def lies(self) -> At | None:
        """Where the mail lies now that this move has ended; None where nobody knows."""
        return self.landed if self.state == MOVED else self.at


def _rows() -> Any:
    return (
        select(_move, _message.c.external_id, _act.c.undone_at)
        .join(_message, _message.c.id == _move.c.message_id)
        .join(_act, _act.c.id == _move.c.act_id)
    )


def _of(row: Line) -> Move:
    landed = None if row.landed_uid is None else (row.target, row.landed_uidvalidity, row.landed_uid)
    return Move(
        row.id,
        row.act_id,
        row.conversation_id,
        row.account_id,
        row.message_id,
        row.kind,
        row.after,
        (row.folder, row.uidvalidity, row.uid),
        row.target,
        landed,
        row.state,
        row.tries,
        moment(row.tried_at),
        row.external_id,
        row.undone_at is not None,
    )


def fresh(connection: Connection, id: int) -> Move:  # noqa: A002 - the product's word
    """Return the row as it is now."""
    return _of(connection.execute(_rows().where(_move.c.id == id)).one())


def due(connection: Connection, account: str, now: datetime, *, at_once: bool = False) -> list[Move]:
    """Return what may be moved at *now*, oldest first; what a server may still be at waits, also *at_once*."""
    early = [_move.c.tries > 0] if at_once else []
    rows = connection.execute(
        _rows()
        .join(_account, _account.c.id == _move.c.account_id)
        .where(
            _account.c.name == account,
            _move.c.state.in_(PENDING),
            or_(_move.c.not_before <= stored(now), *early),
            or_(_move.c.state == WAITING, _move.c.tried_at <= stored(now - SETTLE)),
        )
        .order_by(_move.c.id)
    )
    return [_of(row) for row in rows]


# --- what is owed -----------------------------------------------------------------------------------------


def account_of(connection: Connection, conversation: int) -> str:
    """Return the name of the account that a conversation belongs to."""
    found = (
        select(_account.c.name)
        .join(_conversation, _conversation.c.account_id == _account.c.id)
        .where(_conversation.c.id == conversation)
    )
    return str(connection.execute(found).scalar_one())


def owe(connection: Connection, act_id: int, conversation: int, now: datetime) -> None:
    """Owe the move of every mail of a conversation that lies in the server's inbox, or is on its way back there."""
    backs = connection.execute(
        _rows().where(_message.c.conversation_id == conversation, _move.c.kind == BACK, _move.c.state.in_(PENDING))
    ).all()
    coming = set()
    for back in map(_of, backs):
        coming.add(back.message_id)
        if back.state == WAITING:
            _end(connection, back.id, UNDONE, now)
        before = back.after if back.state == WAITING else back.id
        _add(connection, act_id, conversation, back, MOVE, before, (back.target, 0, 0), "", now)
    pending = and_(
        _move.c.account_id == _location.c.account_id,
        _move.c.folder == _location.c.folder,
        _move.c.uidvalidity == _location.c.uidvalidity,
        _move.c.uid == _location.c.uid,
        _move.c.kind == MOVE,
        _move.c.state.in_(PENDING),
    )
    lying = connection.execute(
        select(_location)
        .join(_message, _message.c.id == _location.c.message_id)
        .where(
            _message.c.conversation_id == conversation,
            _location.c.inbox,
            _location.c.gone_at.is_(None),
            ~select(_move.c.id).where(pending).exists(),
        )
        .order_by(_message.c.id)
    ).all()
    for row in lying:
        if row.message_id not in coming:
            _add(connection, act_id, conversation, row, MOVE, None, (row.folder, row.uidvalidity, row.uid), "", now)


def take_back(connection: Connection, act_id: int, now: datetime) -> None:
    """Drop the moves of an undone act that have not begun, and owe the way back of those that have."""
    for move in map(_of, connection.execute(_rows().where(_move.c.act_id == act_id, _move.c.kind == MOVE)).all()):
        from_there = move
        if move.state == WAITING:
            _end(connection, move.id, UNDONE, now)
            before = None if move.after is None else fresh(connection, move.after)
            if before is None or before.kind == BACK:
                continue
            from_there = before
        elif move.state not in (MOVING, MOVED):
            continue
        _add(
            connection,
            act_id,
            move.conversation_id,
            move,
            BACK,
            from_there.id,
            from_there.landed or from_there.at,
            from_there.at[0],
            now,
        )


def _add(
    connection: Connection,
    act_id: int,
    conversation: int,
    of: Move | Line,
    kind: str,
    after: int | None,
    at: At,
    target: str,
    now: datetime,
) -> None:
    connection.execute(
        insert(_move).values(
            act_id=act_id,
            conversation_id=conversation,
            account_id=of.account_id,
            message_id=of.message_id,
            kind=kind,
            after=after,
            folder=at[0],
            uidvalidity=at[1],
            uid=at[2],
            target=target,
            state=WAITING,
            not_before=stored(now),
            created_at=stored(now),
        )
    )


# --- how far it came --------------------------------------------------------------------------------------


def placed(connection: Connection, move: Move, now: datetime) -> Move | None:
    """Return *move* with where its mail lies after the move before it; None where it must wait, or has now ended."""
    if move.kind == MOVE and move.state == WAITING and move.act_undone:
        _end(connection, move.id, UNDONE, now)
        return None
    if move.after is None or move.state == MOVING:
        return move
    before = fresh(connection, move.after)
    if before.state in PENDING:
        return None
    if (move.kind == MOVE) == before.archived:  # it lies where this one would bring it
        _end(connection, move.id, MOVED if move.kind == MOVE else UNDONE, now)
        if move.kind == MOVE and before.lies is not None:
            _landed(connection, move.id, before.lies)
        return None
    if before.lies is None:
        failed(connection, move, "Where it lies on the server is not known.", now)
        return None
    _set(connection, move.id, folder=before.lies[0], uidvalidity=before.lies[1], uid=before.lies[2])
    return fresh(connection, move.id)


def begin(connection: Connection, move: Move, target: str, now: datetime) -> bool:
    """Record that a server may move the mail from now on; return False where it is not to be moved any more.

    From here on, that the mail leaves the inbox says nothing of another program.
    """
    here = fresh(connection, move.id)
    if here.kind == MOVE and here.act_undone and here.state in PENDING:
        _end(connection, here.id, UNDONE, now)
        _ours(connection, here, False)
        return False
    if here.state not in PENDING:
        return False
    _set(connection, here.id, state=MOVING, target=target, tried_at=stored(now), problem=None)
    _ours(connection, here, True)
    return True


def moved(connection: Connection, move: Move, landed: At, now: datetime, *, inbox: bool, left: bool) -> None:
    """Record where the mail lies now: its old place gone (unless not *left*) and its new one, at the same time."""
    _end(connection, move.id, MOVED, now)
    _landed(connection, move.id, landed)
    if left:
        connection.execute(
            update(_location).where(*_here(move), _location.c.gone_at.is_(None)).values(gone_at=stored(now))
        )
    place = {"account_id": move.account_id, "folder": landed[0], "uidvalidity": landed[1], "uid": landed[2]}
    values = {"message_id": move.message_id, "gone_at": None, "inbox": inbox}
    connection.execute(upsert(_location).values(**place, **values).on_conflict_do_update(list(place), set_=values))


def failed(connection: Connection, move: Move, why: str, now: datetime, *, asked: bool = False) -> None:
    """Record that the mail is left alone, and why; *asked*: the server was told to move it all the same."""
    _end(connection, move.id, FAILED, now)
    _set(connection, move.id, problem=why)
    if not asked:
        _ours(connection, move, False)


def postponed(connection: Connection, ids: Collection[int], why: str, until: dict[int, datetime]) -> None:
    """Record a try that failed, and when the next is."""
    for id_ in ids:
        row = fresh(connection, id_)
        if row.state in PENDING:
            _set(connection, id_, problem=why, tries=row.tries + 1, not_before=stored(until[id_]))


def cursor(connection: Connection, account_id: int, folder: str) -> str | None:
    """Return how far a folder was read; None where it never was."""
    found = select(_cursor.c.value).where(_cursor.c.account_id == account_id, _cursor.c.place == folder)
    return connection.execute(found).scalar()


def set_cursor(connection: Connection, account_id: int, folder: str, value: str) -> None:
    here = (_cursor.c.account_id == account_id, _cursor.c.place == folder)
    connection.execute(update(_cursor).where(*here).values(value=value))


def _ours(connection: Connection, move: Move, going: bool) -> None:
    """Say whether it is us who take a mail out of the inbox: then its going says nothing of another program."""
    if move.kind == MOVE:
        connection.execute(update(_location).where(*_here(move)).values(inbox=not going))


def _here(move: Move) -> list[Any]:
    folder, uidvalidity, uid = move.at
    return [
        _location.c.account_id == move.account_id,
        _location.c.folder == folder,
        _location.c.uidvalidity == uidvalidity,
        _location.c.uid == uid,
    ]


def _end(connection: Connection, id: int, state: str, now: datetime) -> None:  # noqa: A002 - the product's word
    _set(connection, id, state=state, ended_at=stored(now), problem=None)


def _landed(connection: Connection, id: int, at: At) -> None:  # noqa: A002 - the product's word
    _set(connection, id, target=at[0], landed_uidvalidity=at[1], landed_uid=at[2])


def _set(connection: Connection, id: int, **values: object) -> None:  # noqa: A002 - the product's word
    connection.execute(update(_move).where(_move.c.id == id).values(**values))

"""Accounts as the store knows them: their names, how far each place of theirs was read, and what was set aside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tui_inbox.store.moments import stored
from tui_inbox.store.tables import AccountRow, CursorRow, SetAsideRow, table

_account = table(AccountRow)
_cursor = table(CursorRow)
_set_aside = table(SetAsideRow)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the store knows it. `me` are the names I have in it."""

    id: int
    name: str
    kind: str
    channel: str
    me: tuple[str, ...]
    zone: str | None


def account(connection: Connection, name: str, kind: str, channel: str) -> Account:
    """Return the account *name*, made where it is new."""
    found = known_account(connection, name)
    if found is None:
        connection.execute(insert(_account).values(name=name, kind=kind, channel=channel))
        found = known_account(connection, name)
    assert found is not None
    return found


def known_account(connection: Connection, name: str) -> Account | None:
    """Return the account *name*; None where nothing came from it yet."""
    found = connection.execute(select(_account).where(_account.c.name == name)).one_or_none()
    if found is None:
        return None
    return Account(found.id, found.name, found.kind, found.channel, tuple(json.loads(found.me)), found.zone)


def learn(connection: Connection, account_id: int, me: Sequence[str], zone: str | None) -> None:
    """Remember the names I have in an account, and the zone its exports are read in."""
    connection.execute(
        update(_account)
        .where(_account.c.id == account_id)
        .values(me=json.dumps(list(me), ensure_ascii=False), zone=zone)
    )


def synced(connection: Connection, account_id: int, at: datetime | None, problem: str | None) -> None:
    """Record how the last run of an account ended; *at* None leaves the last complete one."""
    values: dict[str, object] = {"problem": problem}
    if at is not None:
        values["synced_at"] = stored(at)
    connection.execute(update(_account).where(_account.c.id == account_id).values(**values))


def cursors(connection: Connection, account_id: int) -> dict[str, str]:
    rows = connection.execute(select(_cursor.c.place, _cursor.c.value).where(_cursor.c.account_id == account_id))
    return {row.place: row.value for row in rows}


def move_cursor(connection: Connection, account_id: int, place: str, value: str, now: datetime) -> None:
    """Remember how far *place* was read; a name that is no text (a file from another system) is kept escaped."""
    at, place = stored(now), _keepable(place)
    connection.execute(
        upsert(_cursor)
        .values(account_id=account_id, place=place, value=value, moved_at=at)
        .on_conflict_do_update(index_elements=["account_id", "place"], set_={"value": value, "moved_at": at})
    )


def set_aside(
    connection: Connection, account_id: int, place: str, where: str, what: str, raw: bytes, now: datetime
) -> bool:
    """Keep what could not become a message; return whether it is new."""
    done = connection.execute(
        upsert(_set_aside)
        .values(
            account_id=account_id,
            place=_keepable(place),
            where=_keepable(where),
            what=_keepable(what),
            content=raw,
            at=stored(now),
        )
        .on_conflict_do_nothing()
    )
    return done.rowcount > 0


def _keepable(text: str) -> str:
    """Return *text* as SQLite can keep it: what is no text in a file's name is escaped."""
    return text.encode("utf-8", "backslashreplace").decode()

"""A queue a page at a time: behind a token that stays good when what it named has gone."""

from __future__ import annotations

import sqlite3

from tui_inbox.problems import Misconfigured
from tui_inbox.store import queues


def token(connection: sqlite3.Connection, name: str, id_: int) -> str:
    """Return the token of conversation *id_* in queue *name*: what comes behind it is the next page."""
    sql = f"SELECT {', '.join(queues.ORDER[name])} FROM conversation WHERE id = ?"  # noqa: S608 - our own words only
    keys = connection.execute(sql, (id_,)).fetchone()
    return "p" + ".".join(str(key) for key in keys)  # a letter first: `--after -7` would look like an option


def keys(name: str, after: str) -> tuple[int, ...]:
    """Return the keys of order that token *after* stands for. Raises `Misconfigured`: it is none of queue *name*."""
    try:
        found = tuple(int(part) for part in after.removeprefix("p").split("."))
    except ValueError:
        raise no_token(after) from None
    if len(found) != len(queues.ORDER.get(name, found)) or any(abs(key) >= 1 << 63 for key in found):
        raise no_token(after)
    return found


def no_token(after: str | None) -> Misconfigured:
    return Misconfigured(f"{after} is no page token of this queue.", "Take `next` of the page before, or leave it out.")

"""Taking a customer out of the store for good: every byte of theirs goes, the figures stay.

What reports count (that a message came, when, its class, the promises, the acts) stays as rows that say nothing of
the customer. `wipe` then rewrites the file, so that no free page, index segment or journal holds what was erased.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from tui_inbox.problems import StoreTrouble
from tui_inbox.store import blanking, migrations, scrubbing
from tui_inbox.store.tables import ConversationRow, DroppedRow, IdentityRow, MailIdRow, MessageRow, table
from tui_inbox.store.theirs import Erased, Line, Traces, by, gone

_identity = table(IdentityRow)
_conversation, _message = table(ConversationRow), table(MessageRow)
_dropped, _mail_id = table(DroppedRow), table(MailIdRow)


_CHUNK = 400
_PATIENCE = 2_000
"""Milliseconds that others are waited for before the file is rewritten."""


def erase(connection: Connection, who: Traces) -> Erased:
    """Take *who* out of every row; the rows stay. The conversations are then to be read anew, and the file wiped."""
    came = Erased()
    merged = select(_conversation.c.id).where(_conversation.c.merged_into.in_(who.alone))
    alone = [*connection.execute(merged).scalars(), *who.alone]
    ids = list(connection.execute(select(_identity.c.id).where(_identity.c.contact_id == who.contact)).scalars())
    speaking = _message.c.key.not_like(f"{gone(0)}%")
    answered, answering = _answered(connection, who, ids)
    for rows in _parts(connection, speaking & or_(_message.c.conversation_id.in_(alone), by(ids))):
        blanking.messages(connection, rows)
        came.messages += len(rows)
    for rows in _parts(connection, or_(scrubbing.naming(who), answering)):
        came.mentions += sum(scrubbing.scrub(connection, row, answered) for row in rows)
    blanking.threads(connection, alone)
    scrubbing.events(connection, alone, who)
    blanking.records(connection, [*alone, *who.shared])
    blanking.posted(connection, alone, [*alone, *who.shared])
    scrubbing.leftovers(connection, who, came)
    blanking.identities(connection, who.contact, ids)
    connection.exec_driver_sql("INSERT INTO fulltext(fulltext) VALUES ('optimize')")
    return came


def _answered(connection: Connection, who: Traces, ids: Sequence[int]) -> tuple[Traces, Any]:
    """Return *who* with the ids of the mails they wrote, and which messages, in any account, may name those."""
    wrote = select(_message.c.ids, _message.c.external_id).where(by(ids), _message.c.thread_key == "")
    named = {one for row in connection.execute(wrote) for one in (*json.loads(row.ids), row.external_id) if one}
    tied = select(_mail_id.c.thread_id).where(_mail_id.c.message_id.in_(named))
    answering = _message.c.thread_id.in_(connection.execute(tied).scalars().all())
    knowing = replace(who, words=tuple(sorted({*who.words, *named}, key=lambda one: (-len(one), one))))
    return knowing, answering & _message.c.conversation_id.not_in(who.alone)


def _parts(connection: Connection, where: Any) -> Iterator[Sequence[Line]]:
    """Yield the messages *where* holds, some at a time, each part read before it is changed."""
    wanted = list(connection.execute(select(_message.c.id).where(where).order_by(_message.c.id)).scalars())
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        yield connection.execute(select(_message).where(_message.c.id.in_(part))).all()


def forget_dropped(connection: Connection, folder: str, name: str) -> None:
    """Forget a file of a watched folder that no longer lies there."""
    connection.execute(delete(_dropped).where(_dropped.c.folder == folder, _dropped.c.name == name))


def wipe(path: Path) -> None:
    """Rewrite the store at *path* without free pages, and empty its journal.

    Raises `StoreTrouble` where somebody else reads or writes it, or there is no room for a second copy.
    """
    try:
        with closing(migrations.connect(path)) as connection:
            connection.execute("PRAGMA temp_store = FILE")
            connection.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
            connection.execute("VACUUM")
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error as trouble:
        raise migrations.trouble_of(path, trouble) from trouble
    if busy:
        raise StoreTrouble(
            f"What was erased may still lie in the journal of {path}: another program has the store open.",
            "Close the inbox everywhere, then run the same command again.",
        )

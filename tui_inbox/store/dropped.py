"""What lay in the watched folders when they were last looked through."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from tui_inbox.store.moments import stored
from tui_inbox.store.tables import DroppedRow, table

_dropped = table(DroppedRow)


def note(connection: Connection, folder: str, name: str, mark: str, problem: str | None, now: datetime) -> None:
    """Remember that *name* was read as it was then (*mark*), and why it could not be, if so."""
    values = {"mark": mark, "problem": problem, "at": stored(now)}
    connection.execute(
        upsert(_dropped)
        .values(folder=folder, name=name, **values)
        .on_conflict_do_update(index_elements=["folder", "name"], set_=values)
    )


def forget(connection: Connection, folder: str, present: set[str]) -> None:
    """Forget what no longer lies in *folder*; what came from it stays."""
    known = connection.execute(select(_dropped.c.name).where(_dropped.c.folder == folder)).scalars().all()
    for name in known:
        if name not in present:
            connection.execute(delete(_dropped).where(_dropped.c.folder == folder, _dropped.c.name == name))

"""Reviews that were interrupted, each under the name of what it is a review of."""

from __future__ import annotations

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.sqlite import insert as upsert

from tui_inbox.store.tables import ReviewRow, table

_review = table(ReviewRow)


def keep(connection: Connection, of: str, state: str) -> None:
    """Keep how far the review of *of* has come."""
    values = {"state": state}
    connection.execute(
        upsert(_review).values(of=of, **values).on_conflict_do_update(index_elements=["of"], set_=values)
    )


def forget(connection: Connection, of: str) -> None:
    """Forget the review of *of*: it is over."""
    connection.execute(delete(_review).where(_review.c.of == of))

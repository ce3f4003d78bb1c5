"""Read-only windows, counts and one conversation, for the screen and the commands; never blocks a writer.

Importing this costs the standard library only: the first picture of the inbox must not wait for SQLModel.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from tui_inbox.problems import NotFound, StoreTrouble
from tui_inbox.rules import clean
from tui_inbox.store import listed, queues
from tui_inbox.store.lines import Page, Queue, Row
from tui_inbox.store.queues import Counts
from tui_inbox.store.window import Window, in_words

if TYPE_CHECKING:
    from tui_inbox.rules.asked import Query
    from tui_inbox.rules.places import Written
    from tui_inbox.rules.report import Report, Reporting
    from tui_inbox.rules.report_words import Figure
    from tui_inbox.rules.review import Review
    from tui_inbox.store.customers import Customer
    from tui_inbox.store.originals import KeptFile
    from tui_inbox.store.rules_done import RulesDone
    from tui_inbox.store.sources import Sources
    from tui_inbox.store.whole import PromiseLine, Whole


@in_words
class Reader(Window):
    """What the store holds at a moment; what is asked of sources and of rules has a part of its own."""

    @cached_property
    def sources(self) -> Sources:
        from tui_inbox.store.sources import Sources  # deferred: the first picture does not need it

        return Sources(self)

    @cached_property
    def rules(self) -> RulesDone:
        from tui_inbox.store.rules_done import RulesDone  # deferred: the first picture does not need it

        return RulesDone(self)

    def seen(self) -> int:
        """Return the highest message id the store holds: what a command has seen when it starts."""
        return int(self.connection.execute("SELECT COALESCE(MAX(id), 0) FROM message").fetchone()[0])

    def examine(self) -> str:
        """Return a sentence about the file's health; raise `StoreTrouble` where SQLite finds it damaged."""
        found = self.connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreTrouble(f"The store is damaged: {found}.", "Restore a backup with `tui-inbox restore`.")
        messages = self.connection.execute("SELECT COUNT(*) FROM message").fetchone()[0]
        return f"whole, {messages:,} messages."

    # --- lists --------------------------------------------------------------------------------------

    def queue(
        self, name: str, now: datetime, query: Query | None = None, *, standing: str = "", most: int | None = None
    ) -> Queue:
        """Return the ids of a queue in its order, of all or of the first *most*; *query* keeps what it matches,
        *standing* (`queues.STANDINGS`) whose clock stands so. Raises `NotFound`."""
        with self.moment():
            if most is None and query is None:
                return Queue(name, queues.packed(self.connection, name, now, standing=standing), self.seen())
            ids = queues.ids(self.connection, name, now, standing=standing, most=None if query else most)
            if query:
                ids = _matching(self.connection, ids, query, now)
            return Queue(name, array("q", ids), self.seen())

    def page(self, name: str, now: datetime, limit: int, query: Query | None = None, after: str | None = None) -> Page:
        """Return a page of a queue, behind the token *after*, which stays good when what it named has gone.

        Raises `NotFound` for a queue, `Misconfigured` for a token that is none.
        """
        from tui_inbox.store import paging  # deferred: the first picture does not need it

        with self.moment():
            if query is None:
                total = queues.count(self.connection, name, now)
            else:
                total = len(list(_matching(self.connection, queues.ids(self.connection, name, now), query, now)))
            behind = None if after is None else paging.keys(name, after)
            most = limit + 1 if query is None else None
            ids = queues.ids(self.connection, name, now, most=most, behind=behind)
            rest = list(_matching(self.connection, ids, query, now))
        part = rest[:limit]
        following = paging.token(self.connection, name, part[-1]) if len(rest) > limit else None
        return Page(tuple(part), total, following)

    def found(self, query: Query, now: datetime, limit: int, after: str | None = None) -> Page:
        """Return a page of a search, the conversation with the newest matching message first."""
        from tui_inbox.store import paging, search  # deferred: the first picture does not need it

        with self.moment():
            try:
                found = search.search(self.connection, query, now, limit, after)
            except (ValueError, OverflowError, sqlite3.ProgrammingError):
                if after is None:
                    raise
                raise paging.no_token(after) from None
            return Page(found.ids, search.total(self.connection, query, now), found.next)

    def search(self, query: Query, now: datetime, limit: int | None = 200) -> Queue:
        """Return the conversations that *query* finds, the one with the newest matching message first."""
        from tui_inbox.store import search  # deferred: the first picture does not need it

        with self.moment():
            found = search.search(self.connection, query, now, limit)
            return Queue("search", array("q", found.ids), self.seen())

    def rows(self, ids: Sequence[int], now: datetime) -> list[Row]:
        """Return conversations *ids* in that order; those that are not here are left out."""
        return listed.rows(self.connection, ids, now)

    def count(self, query: Query, now: datetime) -> int:
        """Return how many conversations *query* finds."""
        from tui_inbox.store import search  # deferred: the first picture does not need it

        return search.total(self.connection, query, now)

    def among(self, name: str, ids: Iterable[int], now: datetime) -> int:
        """Return how many of *ids* lie in queue *name*. Raises `NotFound`."""
        return queues.among(self.connection, name, ids, now)

    def counts(self, now: datetime) -> Counts:
        """Return how many conversations lie in each queue and how the clocks of the inbox stand."""
        with self.moment():
            return queues.counts(self.connection, now)

    def standing(self, which: str, now: datetime) -> set[int]:
        """Return the conversations that stand as *which* (`queues.STANDINGS`) says, wherever they lie."""
        return set(queues.ids(self.connection, "all", now, standing=which))

    def due_between(self, since: datetime, until: datetime, but: int) -> int:
        """Return how many conversations other than *but* are due from *since* until before *until*."""
        return queues.due_between(self.connection, since, until, but)

    def came_at_risk(self, since: datetime, now: datetime) -> int:
        """Return how many conversations of the inbox have come to be at risk after *since*, up to *now*."""
        return queues.came_at_risk(self.connection, since, now)

    def held(self, now: datetime) -> dict[str, int]:
        """Return how many open conversations each owner holds."""
        return queues.held(self.connection, now)

    def customer(self, contact: int, now: datetime) -> Customer:
        """Return a customer whole: who, every conversation, how long they have waited. Raises `NotFound`."""
        from tui_inbox.store import customers  # deferred: the first picture does not need it

        with self.moment():
            row = self.connection.execute("SELECT name FROM contact WHERE id = ?", (contact,)).fetchone()
            if row is None:
                raise NotFound(f"There is no contact {contact}.", "See `tui-inbox list all`.")
            ids = customers.conversations(self.connection, contact)
            return customers.Customer(
                contact,
                clean.line(row[0]),
                customers.identities(self.connection, contact),
                tuple(self.rows(ids[: customers.MOST], now)),
                len(ids),
                customers.past(self.connection, ids, now),
                customers.alike(self.connection, contact),
            )

    def report(self, *adding: Reporting) -> tuple[Report, ...]:
        """Return the figures that *adding* ask for, all of one window and moment."""
        from tui_inbox.store import figures  # deferred: the first picture does not need it

        with self.moment():
            return figures.report(self.connection, *adding)

    def behind(self, figure: Figure, adding: Reporting, values: tuple[str | int, ...] = ()) -> list[int]:
        """Return the conversations that a figure counts, the latest first; *values* name one group of the report."""
        from tui_inbox.store import figures

        with self.moment():
            return figures.behind(self.connection, figure, adding, values)

    def review(self, of: str) -> Review | None:
        """Return the review of *of* that was interrupted; None where there is none."""
        from tui_inbox.rules.review import Review  # deferred: the first picture does not need it

        row = self.connection.execute("SELECT state FROM review WHERE of = ?", (of,)).fetchone()
        return None if row is None else Review.from_json(row[0])

    def conversation(self, id: int, now: datetime) -> Whole:  # noqa: A002 - the product's word
        """Return one conversation whole. Raises `NotFound`; an id that was merged into another leads there."""
        from tui_inbox.store import whole  # deferred: the first picture does not need it

        with self.moment():
            return whole.conversation(self.connection, id, now)

    def promises(self, shown: Row, now: datetime) -> tuple[PromiseLine, ...]:
        """Return the promises of a conversation as they read at *now*, oldest first."""
        from tui_inbox.store import whole  # deferred: the first picture does not need it

        return whole.promises(self.connection, shown, now)

    def file(self, id: int) -> KeptFile:  # noqa: A002 - the product's word
        """Return an attachment with its bytes. Raises `NotFound`."""
        from tui_inbox.store import originals  # deferred: the first picture does not need it

        return originals.file(self.connection, id)

    def written(self, id: int) -> Written:  # noqa: A002 - the product's word
        """Return where the customer of a conversation wrote last. Raises `NotFound`."""
        from tui_inbox.store import originals  # deferred: the first picture does not need it

        return originals.written(self.connection, id)


def _matching(connection: sqlite3.Connection, ids: Iterable[int], query: Query | None, now: datetime) -> Iterable[int]:
    if query is None:
        return ids
    from tui_inbox.store import search  # deferred: the first picture does not need it

    matching = set(search.search(connection, query, now, limit=None).ids)
    return (id_ for id_ in ids if id_ in matching)

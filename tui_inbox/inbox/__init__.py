"""The shell: where rules, clock and store meet, one transaction per act; the same for screen and script.

Importing it is cheap: what writes (SQLModel) is imported with the first write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tui_inbox.config import Config, Home
from tui_inbox.problems import NotFound
from tui_inbox.store import migrations

if TYPE_CHECKING:
    from tui_inbox.connectors import Batch
    from tui_inbox.inbox.contacts import Contacts
    from tui_inbox.inbox.correct import Corrected, Correction
    from tui_inbox.inbox.explain import Explanation
    from tui_inbox.inbox.origin import Origin
    from tui_inbox.inbox.outcome import Ingested, Outcome, SnoozePlan
    from tui_inbox.inbox.sources import Sources
    from tui_inbox.rules.model import Class, Command
    from tui_inbox.rules.review import Review
    from tui_inbox.store.reader import Reader
    from tui_inbox.store.writer import Writer

SETTLED_AT_ONCE = 500
"""Conversations that one transaction records: after a month there are thousands, and an act waits for one such part."""


class Inbox:
    """One store under one configuration. Threads take turns at writing; each thread has a `reader` of its own."""

    def __init__(self, home: Home, config: Config) -> None:
        self.home = home
        self.config = config
        self._writer: Writer | None = None
        migrations.upgrade(home.store)

    @property
    def writing(self) -> bool:
        """Whether the writer is open: something has been written."""
        return self._writer is not None

    @property
    def writer(self) -> Writer:
        """The writer, opened (and SQLModel imported) with the first use."""
        if self._writer is None:
            from tui_inbox.store.writer import Writer  # deferred: SQLModel costs more than the first picture

            self._writer = Writer(self.home.store)
        return self._writer

    def reader(self) -> Reader:
        """Return a new read-only window on the store."""
        from tui_inbox.store.reader import Reader  # deferred: a sync without news does not read conversations

        return Reader(self.home.store)

    @cached_property
    def sources(self) -> Sources:
        from tui_inbox.inbox.sources import Sources

        return Sources(self)

    @cached_property
    def contacts(self) -> Contacts:
        from tui_inbox.inbox.contacts import Contacts

        return Contacts(self)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    # --- acts ---------------------------------------------------------------------------------------

    def perform(self, commands: Sequence[Command], now: datetime) -> Outcome:
        """Do *commands* at *now*: one act each, one transaction and one undo for all."""
        from tui_inbox.inbox import acts

        with self.writer.unit() as unit:
            return acts.perform(unit, self.config, commands, now)

    def undo(self, now: datetime, acts: int = 1, *, act_id: int | None = None) -> Outcome:
        """Undo the last *acts* (an act on many counts as one), or act *act_id*. Raises `Refused`: nothing to undo."""
        from tui_inbox.inbox import acts as doing

        with self.writer.unit() as unit:
            return doing.undo(unit, self.config, now, batches=acts, act_id=act_id)

    def delivered(self, ids: Sequence[int], now: datetime, *, refused: bool = False) -> None:
        """Record that the waiting hand-overs of *ids* have reached their new owners, or were refused for good."""
        from tui_inbox.inbox.reading import Readings
        from tui_inbox.rules.lifecycle import Delivery
        from tui_inbox.store import acts

        with self.writer.unit() as unit:
            acts.deliver(unit, ids, Delivery.REFUSED if refused else Delivery.SENT, now)
            Readings(unit, self.config).record(ids, now, "server")

    def plan_snooze(self, id: int, words: str, now: datetime) -> SnoozePlan:  # noqa: A002 - the product's word
        """Return both times that *words* (`fri 9 / 12:00`, `3h`, `again`) would set. Raises a `Problem`."""
        from tui_inbox.inbox.plans import plan_snooze

        with self.reader() as reader:
            rows = reader.rows([id], now)
        if not rows:
            raise NotFound(f"There is no conversation {id}.", "See `tui-inbox list all`.")
        return plan_snooze(self.config, rows[0], words, now)

    def understand(self, words: str, now: datetime) -> None:
        """Raise a `Problem` where *words* name no two moments that any conversation could be snoozed by."""
        from tui_inbox.inbox.plans import understood

        understood(self.config, words, now)

    def mark_seen(self, id: int, seen: int, now: datetime) -> None:  # noqa: A002 - the product's word
        """Record that conversation *id* was drawn up to message *seen*."""
        from tui_inbox.store import projection

        with self.writer.unit() as unit:
            projection.saw(unit, id, seen)

    def keep_review(self, it: Review) -> None:
        """Keep how far a review has come, so that it can be taken up again; one that is over is forgotten."""
        from tui_inbox.store import reviews

        with self.writer.unit() as unit:
            if it.over:
                reviews.forget(unit, it.of)
            else:
                reviews.keep(unit, it.of, it.as_json())

    # --- what comes in ------------------------------------------------------------------------------

    def ingest(self, origin: Origin, batch: Batch, now: datetime) -> Ingested:
        """Take in one batch of a source: one transaction, the cursor with it."""
        from tui_inbox.inbox import ingest

        with self.writer.unit() as unit:
            return ingest.take(unit, self.config, origin, batch, now)

    def correct(self, said: Correction, now: datetime) -> Corrected:
        """Put right who is me, or in which zone the times of exports were written; nothing is imported again."""
        from tui_inbox.inbox import correct

        with self.writer.unit() as unit:
            return correct.correct(unit, self.config, said, now)

    def put_right(
        self,
        account: str,
        conversations: Collection[int],
        me: str | None,
        zone: tuple[Collection[str], str] | None,
        now: datetime,
    ) -> int:
        """Let what an import was told hold for what its chats had been read as before; return the messages changed."""
        from tui_inbox.inbox import correct

        with self.writer.unit() as unit:
            return correct.put_right(unit, self.config, account, conversations, me, zone, now)

    # --- what other programs and time do ------------------------------------------------------------

    def taken_out(self, account: str, now: datetime) -> int:
        """Archive what another program took out of the server's inbox, as by the agent; return how many."""
        from tui_inbox.store import rounds

        with rounds.look(self.home.store) as connection:
            if not rounds.taken_out(connection, account):
                return 0
        from tui_inbox.inbox import acts  # deferred further: mostly there is nothing to write

        with self.writer.unit() as unit:
            return acts.taken_out(unit, self.config, account, now)

    def settle(self, now: datetime) -> int:
        """Record what time alone has moved since (snoozes that ran out); return how many conversations."""
        from tui_inbox.store import rounds

        with rounds.look(self.home.store) as connection:
            moved = rounds.turned(connection, now)
        for first in range(0, len(moved), SETTLED_AT_ONCE):
            from tui_inbox.inbox.reading import Readings  # deferred further: mostly there is nothing to write

            with self.writer.unit() as unit:
                Readings(unit, self.config).record(moved[first : first + SETTLED_AT_ONCE], now, "")
        return len(moved)

    # --- trying, and why ----------------------------------------------------------------------------

    @contextmanager
    def trial(self) -> Iterator[Inbox]:
        """Yield an inbox over a passing copy of the store: what a dry run writes is gone at the end."""
        import tempfile

        with tempfile.TemporaryDirectory(prefix="tui-inbox-") as folder:
            home = Home(Path(folder), self.home.config)
            migrations.copy(self.home.store, home.store)
            trial = Inbox(home, self.config)
            try:
                yield trial
            finally:
                trial.close()

    def explain(self, id: int, now: datetime) -> Explanation:  # noqa: A002 - the product's word
        """Return in sentences why a conversation lies where it lies, is due when it is due, and whose it is."""
        from tui_inbox.inbox.explain import explain

        with self.reader() as reader:
            whole = reader.conversation(id, now)
            return explain(whole, reader.rules.routed(whole.row.id), now, self.config.hours.zone)

    def judge(self, message: int, class_: Class, now: datetime) -> str:
        """Correct what a message was taken for; its conversation is read anew.

        Returns the rule (TOML) that would have judged the same, for the agent to keep or not.
        """
        from tui_inbox.inbox.reading import Readings
        from tui_inbox.rules.offers import rule_for
        from tui_inbox.store import cases, owed, projection

        with self.writer.unit() as unit:
            judged = cases.judge(unit, message, class_)
            detail = {"message": message, "was": judged.was.value, "class": class_.value}
            projection.event(unit, judged.conversation, now, "judged", "me", detail)
            Readings(unit, self.config).record([judged.conversation], now, "me")
            owed.post(unit, [judged.conversation], now)
            return rule_for(judged.sender, judged.was, class_)

"""What a source brought, taken in: already here, which conversation, whose, recorded, and the cursor with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from tui_inbox.config import Config
from tui_inbox.connectors import Batch
from tui_inbox.inbox import census, routes
from tui_inbox.inbox.belonging import Belonging
from tui_inbox.inbox.bounced import Bounces
from tui_inbox.inbox.identities import Identities
from tui_inbox.inbox.impostors import Impostors
from tui_inbox.inbox.offered import New, Offered
from tui_inbox.inbox.origin import Origin
from tui_inbox.inbox.ours import us_of
from tui_inbox.inbox.outcome import Ingested
from tui_inbox.inbox.reading import Readings
from tui_inbox.inbox.work import Work, sent
from tui_inbox.rules import tokens
from tui_inbox.rules.lookalike import REPLY
from tui_inbox.rules.model import MAIL, Direction
from tui_inbox.rules.whose import judge
from tui_inbox.store import accounts, already, arrivals, histories, owed, places
from tui_inbox.store.tray import Placed
from tui_inbox.store.writer import Unit


@dataclass(slots=True)
class Intake:
    """One batch on its way in, inside one unit of work."""

    work: Work
    belonging: Belonging = field(init=False)
    bounces: Bounces = field(init=False)
    identities: Identities = field(init=False)
    offered: Offered = field(init=False)
    impostors: Impostors = field(init=False)

    def __post_init__(self) -> None:
        self.belonging, self.bounces, self.identities = Belonging(self.work), Bounces(self.work), Identities(self.work)
        self.offered = Offered(self.work, self.belonging, self.bounces, self.identities)
        self.impostors = Impostors(self.work.unit, self.work.config, self.work.account.name)

    def take(self, batch: Batch) -> None:
        """Take in *batch*, all of it, and move the cursor."""
        self.work.came.found += len(batch.arrivals) + len(batch.set_aside)
        fresh = self.offered.fresh(batch.arrivals)
        self.belonging.look_up_mail(one.message for one in fresh)
        self.belonging.look_up_chats(one.message for one in fresh)
        for one in sorted(fresh, key=lambda one: (one.received, one.arrival.rank, one.position)):
            self._add(one)
        self.work.tray.write()
        for aside in batch.set_aside:
            if accounts.set_aside(
                self.work.unit, self.work.account.id, batch.place, aside.where, aside.what, aside.raw, self.work.now
            ):
                self.work.came.set_aside += 1
        self._server_changes(batch)
        accounts.move_cursor(self.work.unit, self.work.account.id, batch.place, batch.cursor, self.work.now)
        if batch.census is not None:
            census.count(self.work.unit, self.work.account, batch.place, batch.census, batch.cursor, self.work.now)

    def _add(self, new: New) -> None:
        message = new.message
        us = self.belonging.us_in(message.thread) if message.channel != MAIL else self.work.us
        judged = judge(message, us, sent=sent(new.arrival))
        if judged.form:
            message = replace(message, warnings=tuple(one for one in message.warnings if one != REPLY))
        thread = self.belonging.thread_of(message)
        history = new.arrival.history or (
            self.work.origin.imported and new.received < thread.first_at - self.work.config.history.open_since
        )
        bounced = self.bounces.lost(message, judged)
        conversation = (
            (bounced[1] if bounced else None)
            or self.bounces.hand_over(message, judged, new.received)
            or self.belonging.conversation(thread.id, message.channel, new.received)
        )
        identity = self.identities.of(judged.customer, thread, message)
        message = self.impostors.told(message, judged, identity)
        id_ = self.work.tray.add(
            message,
            Placed(
                self.work.account.id,
                thread.id,
                message.thread,
                conversation,
                new.key,
                judged.direction,
                judged.class_,
                judged.why,
                new.received,
                self.work.now,
                history,
                new.arrival.rank,
                new.position,
                identity,
                bounced[0] if bounced else None,
                new.token,
            ),
            getattr(new.arrival, "prepared", None),
        )
        if judged.direction is Direction.OUT:
            self.bounces.tie(message, thread, conversation, id_)
        if new.aligned:
            self.work.origin.walked[message.thread].add(id_, tokens.written(message))
        self.work.came.new += 1
        self.work.span(new.received)
        self.work.touched.add(conversation)
        self.work.locate(new.arrival, id_)
        for twin in self.offered.twice.get((message.thread, new.key), []):
            self.work.locate(twin, id_)

    def _server_changes(self, batch: Batch) -> None:
        """Keep where known messages lie now besides, and which lie there no more."""
        for known, besides in batch.known:
            here = (known.folder, known.uidvalidity, known.uid)
            there = (besides.folder, besides.uidvalidity, besides.uid)
            places.lies_besides(self.work.unit, self.work.account.id, here, there, inbox=batch.inbox)
        for where in batch.gone:
            if arrivals.mark_gone(
                self.work.unit, self.work.account.id, where.folder, where.uidvalidity, where.uid, self.work.now
            ):
                self.work.came.gone += 1


def take(unit: Unit, config: Config, origin: Origin, batch: Batch, now: datetime) -> Ingested:
    """Take in *batch*: one transaction for all that it holds and its cursor."""
    account = accounts.account(unit, origin.account, origin.kind, origin.channel)
    us = us_of(config, origin.channel, {*account.me, *origin.me})
    since = already.watermark(unit)
    work = Work(unit, config, origin, now, account, us, batch.inbox)
    Intake(work).take(batch)
    work.came.warnings.extend(routes.run(unit, config, work.touched, since, now))
    Readings(unit, config).record(histories.leave_long(unit, work.touched), now, "")
    owed.post(unit, work.touched, now)
    work.came.conversations |= work.touched
    return work.came


def ended(unit: Unit, origin: Origin, at: datetime | None, problem: str | None) -> None:
    """Record how a run of a source ended, and the names and zone it was read with."""
    account = accounts.account(unit, origin.account, origin.kind, origin.channel)
    accounts.synced(unit, account.id, at, problem)
    if origin.me or origin.zone:
        accounts.learn(unit, account.id, list(dict.fromkeys([*account.me, *origin.me])), origin.zone or account.zone)

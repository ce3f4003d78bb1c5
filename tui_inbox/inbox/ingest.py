"""What a source brought, taken in: already here, which conversation, whose, recorded, and the cursor with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tui_inbox.config import Config
from tui_inbox.connectors import Arrival, Batch
from tui_inbox.inbox import census, handovers, met, routes, twice
from tui_inbox.inbox.align import Walked, lay
from tui_inbox.inbox.impostors import Impostors
from tui_inbox.inbox.namesakes import namesakes_in
from tui_inbox.inbox.ours import us_of
from tui_inbox.inbox.outcome import Ingested
from tui_inbox.inbox.reading import Readings
from tui_inbox.inbox.restated import restate
from tui_inbox.inbox.twice import Revision
from tui_inbox.rules import lifecycle, people, threads, tokens
from tui_inbox.rules.aligned import Change
from tui_inbox.rules.model import ME, Class, Direction, Message, Person, State
from tui_inbox.rules.threads import Begin, Stretch
from tui_inbox.rules.whose import Judged, Us, is_called, judge
from tui_inbox.store import arrivals, histories, namesakes, owed, places, projection
from tui_inbox.store.arrivals import Account, Known, Thread
from tui_inbox.store.tray import Placed, Tray
from tui_inbox.store.writer import Unit

MAIL = "email"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from. `imported` says that it is an export, whose old messages are history."""

    account: str
    kind: str
    channel: str
    me: tuple[str, ...] = ()
    imported: bool = False
    zone: str | None = None
    walked: dict[str, Walked] = field(default_factory=dict, compare=False, repr=False)
    """How far this run has come in each chat without ids: one origin is one run."""
    lately: dict[str, datetime] = field(default_factory=dict, compare=False, repr=False)
    """When the last message of this run was received: what has no time that can be read stands beside it."""
    called: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What each chat of this run, which may have been renamed since, is called here."""


@dataclass(frozen=True, slots=True)
class _New:
    arrival: Arrival
    key: str
    received: datetime
    position: int
    token: str = ""
    aligned: bool = False

    @property
    def message(self) -> Message:
        return self.arrival.message


@dataclass(slots=True)
class Intake:
    """One batch on its way in, inside one unit of work."""

    unit: Unit
    config: Config
    origin: Origin
    now: datetime
    account: Account
    us: Us
    came: Ingested = field(default_factory=Ingested)
    touched: set[int] = field(default_factory=set)
    tray: Tray = field(init=False)
    impostors: Impostors = field(init=False)
    _threads: dict[str, Thread] = field(default_factory=dict)
    _identities: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    _bounce_waits: bool | None = None
    inbox_folder: bool = False
    _mail: dict[str, int] = field(default_factory=dict)
    _stretches: dict[int, list[Stretch]] = field(default_factory=dict)
    _twice: dict[tuple[str, str], list[Arrival]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tray = Tray(self.unit)
        self.impostors = Impostors(self.unit, self.config, self.account.name)

    def take(self, batch: Batch) -> None:
        """Take in *batch*, all of it, and move the cursor."""
        self.came.found += len(batch.arrivals) + len(batch.set_aside)
        self.inbox_folder = batch.inbox
        fresh = self._fresh(batch.arrivals)
        self._look_up_mail(one.message for one in fresh)
        self._look_up_chats(one.message for one in fresh)
        for one in sorted(fresh, key=lambda one: (one.received, one.arrival.rank, one.position)):
            self._add(one)
        self.tray.write()
        for aside in batch.set_aside:
            if arrivals.set_aside(
                self.unit, self.account.id, batch.place, aside.where, aside.what, aside.raw, self.now
            ):
                self.came.set_aside += 1
        self._server_changes(batch)
        arrivals.move_cursor(self.unit, self.account.id, batch.place, batch.cursor, self.now)
        if batch.census is not None:
            census.count(self.unit, self.account, batch.place, batch.census, batch.cursor, self.now)

    # --- what is new --------------------------------------------------------------------------------

    def _fresh(self, offered: Sequence[Arrival]) -> list[_New]:
        """Return what is not here yet; what is, is located, revised and counted."""
        offered = self._told(self._by_one_key(offered))
        keyed = [one for one in offered if one.message.key]
        unkeyed = [one for one in offered if not one.message.key]
        here = arrivals.known(
            self.unit, self.account.id, {(_thread_key(one.message), one.message.key) for one in keyed}
        )
        here |= self._met_otherwise([one for one in keyed if (_thread_key(one.message), one.message.key) not in here])
        fresh: list[_New] = []
        coming: dict[tuple[str, str], int] = {}
        restated = self._restated(keyed, here)
        for one in keyed:
            key = (_thread_key(one.message), one.message.key)
            before = self._in_turn(one.message)
            if key in here:
                here[key] = self._meet(one, here[key])
            elif key in restated:
                here[key] = self._meet(one, *restated[key])
            elif key in coming:
                self.came.known += 1
                self._twice.setdefault(key, []).append(one)
                first = fresh[coming[key]]
                whole = twice.as_one(first.arrival, one)
                fresh[coming[key]] = replace(first, arrival=whole, position=whole.message.position)
            else:
                coming[key] = len(fresh)
                fresh.append(_New(one, one.message.key, before, one.message.position))
        return fresh + self._aligned(unkeyed)

    def _met_otherwise(self, offered: Sequence[Arrival]) -> dict[tuple[str, str], Known]:
        """Return those of *offered* that are here under another key: the server's own name for a mail says so, or a
        stand-in came first, which is now made whole."""
        found = met.otherwise(self.unit, self.account.id, offered)
        return {(_thread_key(arrival.message), arrival.message.key): here for arrival, here in found}

    def _restated(
        self, keyed: Sequence[Arrival], here: Mapping[tuple[str, str], Known]
    ) -> dict[tuple[str, str], tuple[Known, Change | None]]:
        """Return those of *keyed* that are here in another state, under the key that this had given them."""
        keys = {(_thread_key(one.message), one.message.key) for one in keyed}
        offered = [one for one in keyed if (_thread_key(one.message), one.message.key) not in here]
        found = restate(self.unit, self.account.id, offered, keys)
        return {(_thread_key(one.message), one.message.key): (known, change) for one, known, change in found}

    def _in_turn(self, message: Message) -> datetime:
        """Return when it counts as received, in the order of the run."""
        self.origin.lately[""] = self._received(message, self.origin.lately.get(""))
        return self.origin.lately[""]

    def _received(self, message: Message, before: datetime | None) -> datetime:
        """Return when it counts as received: never later than now; unreadable times stand with their neighbours."""
        return min(message.received_at or message.sent_at or before or self.now, self.now)

    def _meet(self, arrival: Arrival, here: Known, change: Change | None = None) -> Known:
        """Something known comes again: it may lie elsewhere, have been edited, or bring its files this time.

        Returns what it is then, for the next that is the same.
        """
        message = arrival.message
        self.came.known += 1
        self.came.conversations.add(here.conversation_id)
        self._locate(arrival, here.id)
        self._span(self._received(message, None))
        if here.history and self.inbox_folder and not arrival.history:
            arrivals.unhistory(self.unit, here.id)
            self.touched.add(here.conversation_id)
            here = replace(here, history=False)
        if arrival.rank < here.rank:
            self._outrank(arrival, here)
            here = replace(here, rank=arrival.rank)
        if change is not None:
            revision: Revision | None = Revision(change.to, text=change.to is not State.DELETED or change.fill)
        else:
            revision = twice.revised(message, here) if message.key else None
        if revision is not None:
            token = tokens.token(message) if change else ""
            arrivals.revise(self.unit, here.id, message, revision.state, token=token, keep_text=not revision.text)
            self.touched.add(here.conversation_id)
            self.came.updated += 1
            here = replace(here, state=revision.state)
            if revision.text:
                here = replace(here, edited_at=message.edited_at, text_digest=arrivals.text_digest(message.text))
        elif message.attachments and arrivals.fill_attachments(self.unit, here.id, message.attachments):
            self.came.updated += 1
        return here

    def _outrank(self, arrival: Arrival, here: Known) -> None:
        """Our own copy of a mail comes after another: it decides where the mail stands, and that it is ours."""
        message = arrival.message
        self._look_up_mail([message])
        thread = self._thread_of(message)
        judged = judge(message, self.us, sent=_sent(arrival))
        identity = self._identity(judged.customer, thread, message)
        arrivals.outrank(
            self.unit, here.id, arrival.rank, message.position, judged.direction, judged.class_, judged.why, identity
        )
        if judged.direction is Direction.OUT:
            self._tie_bounces(message, thread, here.conversation_id, here.id)
        self.touched.add(here.conversation_id)

    def _aligned(self, offered: Sequence[Arrival]) -> list[_New]:
        """Return what ordered alignment does not find in the store, chat by chat."""
        by_thread: dict[str, list[Arrival]] = defaultdict(list)
        for one in offered:
            by_thread[one.message.thread].append(one)
        fresh: list[_New] = []
        for name, chat in by_thread.items():
            thread = self._called(name, chat)
            if thread != name:
                chat = list(self._told([replace(one, message=replace(one.message, thread=thread)) for one in chat]))
            walked = self.origin.walked.setdefault(thread, Walked())
            laid = lay(self.unit, self.account.id, thread, [one.message for one in chat], walked)
            self._learn_names(thread, chat, laid.aliases)
            for arrival, place in zip(chat, laid.places, strict=True):
                before = self._in_turn(arrival.message)
                if place.known is not None:
                    self._meet(arrival, place.known, place.change)
                else:
                    received = min(before - laid.shift, self.now)
                    shifted = _shifted(arrival, laid.shift)
                    fresh.append(_New(shifted, place.key, received, place.position, place.token, aligned=True))
            arrivals.reposition(self.unit, laid.moved)
        return fresh

    def _called(self, name: str, chat: Sequence[Arrival]) -> str:
        """Return what the chat *name* is called here: a renamed contact renames the file, not the conversation."""
        if name not in self.origin.called:
            known = arrivals.thread_by_key(self.unit, self.account.id, name) is not None
            said = [one.message for one in chat]
            like = None if known else arrivals.chat_like(self.unit, self.account, said)
            self.origin.called[name] = like or name
        return self.origin.called[name]

    def _learn_names(self, thread: str, chat: Sequence[Arrival], aliases: Mapping[str, str]) -> None:
        """Somebody is called otherwise in this file: the same person, under a further name."""
        for old, new in aliases.items():
            person = next((one.message.sender for one in chat if _spoken_by(one.message) == new), None)
            found = arrivals.spoken_as(self.unit, self.account.id, thread, old)
            if person is None or found is None:
                continue
            self.came.renamed[old] = new
            if found[0] is Direction.OUT:
                self.us = replace(self.us, names=self.us.names | {person.name.casefold(), new.casefold()})
                self.account = replace(self.account, me=tuple(dict.fromkeys([*self.account.me, new])))
                arrivals.learn(self.unit, self.account.id, self.account.me, self.account.zone)
            elif found[1]:
                channel = chat[0].message.channel
                key = people.identity_key(channel, person, self.account.name, thread)
                value, name = person.identity or person.name, person.name or person.identity
                arrivals.identity(self.unit, key, channel, value, name, [found[1]])

    def _by_one_key(self, offered: Sequence[Arrival]) -> Sequence[Arrival]:
        """Return *offered* with each chat under the key that it has here."""
        if self.origin.channel == MAIL:
            return offered
        for one in namesakes_in(self.unit, self.account.id, offered, self.origin.called):
            self.origin.called[one.key] = one.thread.key
            namesakes.remember(self.unit, self.account.id, one.key, one.thread.id)
            begun = arrivals.thread_by_key(self.unit, self.account.id, one.key)
            if begun is not None and begun.id != one.thread.id:
                namesakes.rekey(self.unit, self.account.id, one.key, one.thread.key)
                self._join(one.thread.id, [begun.id])
            for said, who in one.people:
                key = people.identity_key(said.channel, said.sender, self.account.name, one.thread.key)
                value, name = said.sender.identity or said.sender.name, said.sender.name or said.sender.identity
                arrivals.identity(self.unit, key, said.channel, value, name, [who])
        called = self.origin.called
        return [
            replace(one, message=replace(one.message, thread=called[one.message.thread]))
            if one.message.key and called.get(one.message.thread, one.message.thread) != one.message.thread
            else one
            for one in offered
        ]

    def _told(self, offered: Sequence[Arrival]) -> Sequence[Arrival]:
        """Return *offered* as the agent said they are to be read, where a chat was corrected."""
        if self.origin.channel == MAIL:
            return offered
        corrected = {one.key: one for one in arrivals.corrected_threads(self.unit, self.account.id)}
        if not corrected:
            return offered
        self._threads |= corrected
        return [
            replace(one, message=_as_told(one.message, corrected[one.message.thread]))
            if one.message.thread in corrected
            else one
            for one in offered
        ]

    # --- one new message ----------------------------------------------------------------------------

    def _add(self, new: _New) -> None:
        message = new.message
        us = self._us_in(message.thread) if message.channel != MAIL else self.us
        judged = judge(message, us, sent=_sent(new.arrival))
        if judged.form:
            message = replace(message, warnings=tuple(one for one in message.warnings if "reply goes" not in one))
        thread = self._thread_of(message)
        history = new.arrival.history or (
            self.origin.imported and new.received < thread.first_at - self.config.history.open_since
        )
        bounced = self._bounced(message, judged)
        conversation = (
            (bounced[1] if bounced else None)
            or self._hand_over_of(message, judged, new.received)
            or self._conversation(thread.id, message.channel, new.received)
        )
        identity = self._identity(judged.customer, thread, message)
        message = self.impostors.told(message, judged, identity)
        id_ = self.tray.add(
            message,
            Placed(
                self.account.id,
                thread.id,
                _thread_key(message),
                conversation,
                new.key,
                judged.direction,
                judged.class_,
                judged.why,
                new.received,
                self.now,
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
            self._tie_bounces(message, thread, conversation, id_)
        if new.aligned:
            self.origin.walked[message.thread].add(id_, tokens.written(message))
        self.came.new += 1
        self._span(new.received)
        self.touched.add(conversation)
        self._locate(new.arrival, id_)
        for twin in self._twice.get((_thread_key(message), new.key), []):
            self._locate(twin, id_)

    def _tie_bounces(self, message: Message, thread: Thread, conversation: int, id_: int) -> None:
        """What bounced comes after the report that it did: the report belongs to it."""
        if not (message.ids and self._bounces_wait()):
            return
        self.tray.write()
        for bounce, elsewhere in arrivals.bounce_earlier(self.unit, thread.id, id_, message.ids):
            projection.give(self.unit, elsewhere, conversation, [bounce])
            self.touched.add(elsewhere)

    def _us_in(self, name: str) -> Us:
        """Return who we are in a chat: the agent may have said it of this one alone."""
        thread = self._threads.get(name)
        if thread is None or thread.me is None:
            return self.us
        return us_of(self.config, self.origin.channel, thread.me)

    def _span(self, received: datetime) -> None:
        self.came.first = min(received, self.came.first or received)
        self.came.last = max(received, self.came.last or received)

    def _locate(self, arrival: Arrival, message_id: int) -> None:
        where = arrival.location
        if where is not None:
            at = (where.folder, where.uidvalidity, where.uid)
            self.tray.locate(self.account.id, *at, message_id, inbox=self.inbox_folder, object_id=arrival.object_id)

    def _bounced(self, message: Message, judged: Judged) -> tuple[int, int] | None:
        if judged.class_ is not Class.BOUNCE or not message.verdict.bounced:
            return None
        self.tray.write()
        found = arrivals.message_of(self.unit, self.account.id, message.verdict.bounced)
        if found is None:
            self._bounce_waits = True
        return found

    def _hand_over_of(self, message: Message, judged: Judged, received: datetime) -> int | None:
        """Return the conversation whose hand-over this delivery report is about; where it is for good, it is back."""
        if judged.class_ is not Class.BOUNCE or not message.verdict.bounced:
            return None
        why, hard = message.verdict.why, message.verdict.hard
        return handovers.bounced(self.unit, self.config, message.verdict.bounced, why, hard, received, self.now)

    def _bounces_wait(self) -> bool:
        """Return whether a bounce came before what it bounced."""
        if self._bounce_waits is None:
            self._bounce_waits = arrivals.bounces_wait(self.unit, self.account.id)
        return self._bounce_waits

    def _identity(self, customer: Person | None, thread: Thread, message: Message) -> int | None:
        if customer is None:
            return None
        key = people.identity_key(message.channel, customer, self.account.name, message.thread or thread.key)
        remembered = (key, customer.also)
        if remembered in self._identities:
            return self._identities[remembered]
        id_ = arrivals.identity(
            self.unit,
            key,
            message.channel,
            customer.identity or customer.name,
            customer.name or customer.identity,
            [self._key_of(one) for one in customer.also],
        )
        for one in customer.also:
            channel = MAIL if "@" in one else "phone"
            arrivals.identity(self.unit, self._key_of(one), channel, one, customer.name, [key])
        self._identities[remembered] = id_
        return id_

    def _key_of(self, value: str) -> str:
        """Return the key of a mail address or number that a channel gives for somebody."""
        return people.identity_key(MAIL if "@" in value else "whatsapp", Person("", value), self.account.name, "")

    # --- threads and conversations ------------------------------------------------------------------

    def _look_up_mail(self, messages: Iterable[Message]) -> None:
        ids = {id_ for one in messages if one.channel == MAIL for id_ in _edges(one)}
        self._mail |= arrivals.by_mail_id(self.unit, self.account.id, ids)
        known = set(self._mail.values())
        self._threads |= {f"#{id_}": thread for id_, thread in arrivals.threads(self.unit, known).items()}
        found = histories.stretches(self.unit, known)
        self._stretches |= {id_: found.get(id_, []) for id_ in known}

    def _look_up_chats(self, messages: Iterable[Message]) -> None:
        """Look up the threads of all of *messages* at once; what is not here will begin."""
        keys = {one.thread for one in messages if one.thread} - self._threads.keys()
        here = arrivals.threads_by_key(self.unit, self.account.id, keys)
        self._threads |= here
        found = histories.stretches(self.unit, {thread.id for thread in here.values()})
        self._stretches |= {thread.id: found.get(thread.id, []) for thread in here.values()}

    def _thread_of(self, message: Message) -> Thread:
        return (
            self._mail_thread(message) if message.channel == MAIL and not message.thread else self._chat_thread(message)
        )

    def _chat_thread(self, message: Message) -> Thread:
        key = message.thread
        if key not in self._threads:
            begun = arrivals.begin_thread(
                self.unit, self.account.id, key, message.thread_title, message.group, self.now
            )
            self._threads[key], self._stretches[begun.id] = begun, []
            if message.named:
                namesakes.remember(self.unit, self.account.id, f"={message.thread_title}", begun.id)
        return self._threads[key]

    def _mail_thread(self, message: Message) -> Thread:
        """Return the thread that a mail's ids name; where they name several, these turn out to be one."""
        edges = _edges(message)
        found = sorted({self._mail[one] for one in edges if one in self._mail})
        if found:
            first = found[0]
            if len(found) > 1:
                self._join(first, found[1:])
            thread = self._threads.get(f"#{first}") or arrivals.threads(self.unit, [first])[first]
        else:
            thread = arrivals.begin_thread(
                self.unit, self.account.id, message.key, message.subject, message.group, self.now
            )
            self._stretches[thread.id] = []
        self._threads[f"#{thread.id}"] = thread
        new = [one for one in edges if self._mail.get(one) != thread.id]
        arrivals.tie_ids(self.unit, self.account.id, thread.id, new)
        self._mail |= dict.fromkeys(edges, thread.id)
        return thread

    def _join(self, into: int, others: Sequence[int]) -> None:
        """Two threads are one: all is as if they had been one from the start, but for what acts had seen.

        A conversation keeps what its acts had seen. The rest falls by received time into those that somebody acted
        on; where nobody did, all becomes one with the oldest.
        """
        self.tray.write()
        known = histories.stretches(self.unit, [into, *others])
        arrivals.join_threads(self.unit, into, others)
        histories.move_conversations(self.unit, into, others)
        for id_, thread in self._mail.items():
            if thread in others:
                self._mail[id_] = into
        for thread in (into, *others):
            self._threads.pop(f"#{thread}", None)
            self._stretches.pop(thread, None)
        every = sorted((one for several in known.values() for one in several), key=lambda one: one.id)
        loose = [one for one in every if not one.acts]
        standing = [one for one in every if one not in loose]
        if not standing:
            standing, loose = loose[:1], loose[1:]
        left = {one.id for one in standing}
        self._stretches[into] = [one for one in histories.stretches(self.unit, [into])[into] if one.id in left]
        for one in [*standing, *loose] if len(standing) > 1 else loose:
            self._hand_out(into, one)
        self.touched = (self.touched - {one.id for one in loose}) | {one.id for one in standing}
        if self.origin.imported:
            since = arrivals.threads(self.unit, [into])[into].first_at - self.config.history.open_since
            arrivals.unhistory_since(self.unit, into, since)

    def _hand_out(self, thread: int, conversation: Stretch) -> None:
        """Give what no act had seen of a joined *conversation* to those of its thread that it falls in."""
        to: dict[int, list[int]] = defaultdict(list)
        every = histories.received(self.unit, conversation.id)
        unseen = [(id_, received) for id_, received in every if id_ > conversation.seen]
        if conversation.acts and len(unseen) == len(every):
            return  # an act stands on something: what it was made on stays with it, though it had seen nothing
        for id_, received in unseen:
            to[self._conversation(thread, self.origin.channel, received)].append(id_)
        to.pop(conversation.id, None)
        for target, messages in to.items():
            projection.give(self.unit, conversation.id, target, messages)
        if not conversation.acts:
            projection.merge(self.unit, next(iter(to), self._stretches[thread][0].id), conversation.id)
        self.touched |= to.keys()

    def _conversation(self, thread: int, channel: str, received: datetime) -> int:
        if thread not in self._stretches:
            self._stretches[thread] = histories.stretches(self.unit, [thread]).get(thread, [])
        stretches = self._stretches[thread]
        history = self.config.history
        window = history.reopen_email if channel == MAIL else history.reopen_chat
        found = threads.belongs(received, stretches, window)
        if isinstance(found, Begin):
            owner = ME if found.continues is None else self._owner_after(found.continues)
            id_ = projection.begin(
                self.unit,
                thread,
                self.account.id,
                channel,
                begins_at=found.begins_at,
                continues=found.continues,
                owner=owner,
            )
            stretches.append(Stretch(id_, found.begins_at))
            return id_
        return found

    def _owner_after(self, conversation: int) -> str:
        """Return who owns what continues *conversation*: the old owner, or me where that is no teammate any more."""
        owner = lifecycle.heir(histories.load(self.unit, [conversation])[conversation].history)
        if owner == ME or any(mate.name == owner for mate in self.config.teammates):
            return owner
        self.came.warnings.append(f"{owner} is no teammate any more: what follows {conversation} is yours.")
        return ME

    # --- what the server changed --------------------------------------------------------------------

    def _server_changes(self, batch: Batch) -> None:
        for known, besides in batch.known:
            here = (known.folder, known.uidvalidity, known.uid)
            there = (besides.folder, besides.uidvalidity, besides.uid)
            places.lies_besides(self.unit, self.account.id, here, there, inbox=batch.inbox)
        for where in batch.gone:
            if arrivals.mark_gone(self.unit, self.account.id, where.folder, where.uidvalidity, where.uid, self.now):
                self.came.gone += 1


def _sent(arrival: Arrival) -> bool:
    """Return whether it lies in our folder of sent mail."""
    return arrival.message.channel == MAIL and arrival.rank == 0


def _spoken_by(message: Message) -> str:
    return message.sender.identity or message.sender.name


def _shifted(arrival: Arrival, shift: timedelta) -> Arrival:
    """Return *arrival* with the times it would have had in the zone of the chat's first export."""
    message = arrival.message
    if not shift:
        return arrival
    local = message.local_at and message.local_at - shift
    return replace(
        arrival, message=replace(message, local_at=local, sent_at=message.sent_at and message.sent_at - shift)
    )


def _as_told(message: Message, thread: Thread) -> Message:
    """Return *message* as the agent said of its chat: who of them is me, and in which zone it was written."""
    if thread.me is not None:
        message = replace(message, mine=is_called(message.sender, thread.me))
    if thread.zone is not None and message.local_at is not None:
        at = message.local_at.replace(tzinfo=ZoneInfo(thread.zone)).astimezone(UTC)
        message = replace(message, received_at=at, sent_at=at)
    return message


def _thread_key(message: Message) -> str:
    """Return what a message's key is unique within: its chat; a mail's id holds in the whole account."""
    return message.thread


def _edges(message: Message) -> list[str]:
    """Return every id that ties a mail to its thread."""
    edges = [*message.ids, *message.references, *message.verdict.bounced]
    if message.server_thread:
        edges.append(f"server-thread:{message.server_thread}")
    if message.thread_index:
        edges.append(f"thread-index:{message.thread_index}")
    return list(dict.fromkeys(edges)) or [f"key:{message.key}"]


def take(unit: Unit, config: Config, origin: Origin, batch: Batch, now: datetime) -> Ingested:
    """Take in *batch*: one transaction for all that it holds and its cursor."""
    account = arrivals.account(unit, origin.account, origin.kind, origin.channel)
    us = us_of(config, origin.channel, {*account.me, *origin.me})
    since = arrivals.watermark(unit)
    intake = Intake(unit, config, origin, now, account, us)
    intake.take(batch)
    intake.came.warnings.extend(routes.run(unit, config, intake.touched, since, now))
    Readings(unit, config).record(histories.leave_long(unit, intake.touched), now, "")
    owed.post(unit, intake.touched, now)
    intake.came.conversations |= intake.touched
    return intake.came


def ended(unit: Unit, origin: Origin, at: datetime | None, problem: str | None) -> None:
    """Record how a run of a source ended, and the names and zone it was read with."""
    account = arrivals.account(unit, origin.account, origin.kind, origin.channel)
    arrivals.synced(unit, account.id, at, problem)
    if origin.me or origin.zone:
        arrivals.learn(unit, account.id, list(dict.fromkeys([*account.me, *origin.me])), origin.zone or account.zone)

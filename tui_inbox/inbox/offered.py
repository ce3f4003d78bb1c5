"""What is offered, parted into what is new and what is here already: located, revised and counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tui_inbox.connectors import Arrival
from tui_inbox.inbox import met, twice
from tui_inbox.inbox.align import Walked, lay
from tui_inbox.inbox.belonging import Belonging
from tui_inbox.inbox.bounced import Bounces
from tui_inbox.inbox.identities import Identities
from tui_inbox.inbox.namesakes import namesakes_in
from tui_inbox.inbox.restated import restate
from tui_inbox.inbox.twice import Revision
from tui_inbox.inbox.work import Work, sent
from tui_inbox.rules import people, tokens
from tui_inbox.rules.aligned import Change
from tui_inbox.rules.model import MAIL, Direction, Message, State
from tui_inbox.rules.whose import judge
from tui_inbox.store import accounts, already, arrivals, namesakes, renamed, ties
from tui_inbox.store.already import Known


@dataclass(frozen=True, slots=True)
class New:
    """A message that is not here yet, and the key it will have."""

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
class Offered:
    """What one batch offers, beside what is here."""

    work: Work
    belonging: Belonging
    bounces: Bounces
    identities: Identities
    twice: dict[tuple[str, str], list[Arrival]] = field(default_factory=dict)
    """Further copies of what is new, by its key."""

    def fresh(self, offered: Sequence[Arrival]) -> list[New]:
        """Return what is not here yet; what is, is located, revised and counted."""
        offered = self.belonging.told(self._by_one_key(offered))
        keyed = [one for one in offered if one.message.key]
        unkeyed = [one for one in offered if not one.message.key]
        here = already.known(self.work.unit, self.work.account.id, set(map(_known_by, keyed)))
        here |= self._met_otherwise([one for one in keyed if _known_by(one) not in here])
        fresh: list[New] = []
        coming: dict[tuple[str, str], int] = {}
        restated = self._restated(keyed, here)
        for one in keyed:
            key = _known_by(one)
            received = self._in_turn(one.message)
            if key in here:
                here[key] = self._meet(one, here[key])
            elif key in restated:
                here[key] = self._meet(one, *restated[key])
            elif key in coming:
                self.work.came.known += 1
                self.twice.setdefault(key, []).append(one)
                first = fresh[coming[key]]
                whole = twice.as_one(first.arrival, one)
                fresh[coming[key]] = replace(first, arrival=whole, position=whole.message.position)
            else:
                coming[key] = len(fresh)
                fresh.append(New(one, one.message.key, received, one.message.position))
        return fresh + self._aligned(unkeyed)

    def _met_otherwise(self, offered: Sequence[Arrival]) -> dict[tuple[str, str], Known]:
        """Return those of *offered* that are here under another key: the server's own name for a mail says so, or a
        stand-in came first, which is now made whole."""
        found = met.otherwise(self.work.unit, self.work.account.id, offered)
        return {_known_by(arrival): here for arrival, here in found}

    def _restated(
        self, keyed: Sequence[Arrival], here: Mapping[tuple[str, str], Known]
    ) -> dict[tuple[str, str], tuple[Known, Change | None]]:
        """Return those of *keyed* that are here in another state, under the key that this had given them."""
        keys = set(map(_known_by, keyed))
        offered = [one for one in keyed if _known_by(one) not in here]
        found = restate(self.work.unit, self.work.account.id, offered, keys)
        return {_known_by(one): (known, change) for one, known, change in found}

    def _in_turn(self, message: Message) -> datetime:
        """Return when it counts as received, in the order of the run."""
        latest = self.work.origin.latest
        latest.received = self._received(message, latest.received)
        return latest.received

    def _received(self, message: Message, before: datetime | None) -> datetime:
        """Return when it counts as received: never later than now; unreadable times stand with their neighbours."""
        return min(message.received_at or message.sent_at or before or self.work.now, self.work.now)

    def _meet(self, arrival: Arrival, here: Known, change: Change | None = None) -> Known:
        """Take in what is known and comes again: it may lie elsewhere, have been edited, or bring its files this time.

        Returns what it is then, for the next that is the same.
        """
        message = arrival.message
        self.work.came.known += 1
        self.work.came.conversations.add(here.conversation_id)
        self.work.locate(arrival, here.id)
        self.work.span(self._received(message, None))
        if here.history and self.work.inbox_folder and not arrival.history:
            arrivals.unhistory(self.work.unit, here.id)
            self.work.touched.add(here.conversation_id)
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
            arrivals.revise(self.work.unit, here.id, message, revision.state, token=token, keep_text=not revision.text)
            self.work.touched.add(here.conversation_id)
            here = replace(here, state=revision.state)
            if revision.text:
                here = replace(here, edited_at=message.edited_at, text_digest=already.text_digest(message.text))
        files = message.attachments
        filled = bool(files) and arrivals.fill_attachments(self.work.unit, here.id, files)
        self.work.came.updated += revision is not None or filled
        return here

    def _outrank(self, arrival: Arrival, here: Known) -> None:
        """Let our own copy of a mail, which came after another, decide where the mail stands, and that it is ours."""
        message = arrival.message
        self.belonging.look_up_mail([message])
        thread = self.belonging.thread_of(message)
        judged = judge(message, self.work.us, sent=sent(arrival))
        identity = self.identities.of(judged.customer, thread, message)
        arrivals.outrank(
            self.work.unit,
            here.id,
            arrival.rank,
            message.position,
            judged.direction,
            judged.class_,
            judged.why,
            identity,
        )
        if judged.direction is Direction.OUT:
            self.bounces.tie(message, thread, here.conversation_id, here.id)
        self.work.touched.add(here.conversation_id)

    def _aligned(self, offered: Sequence[Arrival]) -> list[New]:
        """Return what ordered alignment does not find in the store, chat by chat."""
        by_thread: dict[str, list[Arrival]] = defaultdict(list)
        for one in offered:
            by_thread[one.message.thread].append(one)
        fresh: list[New] = []
        for name, chat in by_thread.items():
            thread = self._called(name, chat)
            if thread != name:
                chat = list(
                    self.belonging.told([replace(one, message=replace(one.message, thread=thread)) for one in chat])
                )
            walked = self.work.origin.walked.setdefault(thread, Walked())
            laid = lay(self.work.unit, self.work.account.id, thread, [one.message for one in chat], walked)
            self._learn_names(thread, chat, laid.aliases)
            for arrival, place in zip(chat, laid.places, strict=True):
                in_turn = self._in_turn(arrival.message)
                if place.known is not None:
                    self._meet(arrival, place.known, place.change)
                else:
                    received = min(in_turn - laid.shift, self.work.now)
                    shifted = _shifted(arrival, laid.shift)
                    fresh.append(New(shifted, place.key, received, place.position, place.token, aligned=True))
            arrivals.reposition(self.work.unit, laid.moved)
        return fresh

    def _called(self, name: str, chat: Sequence[Arrival]) -> str:
        """Return what the chat *name* is called here: a renamed contact renames the file, not the conversation."""
        if name not in self.work.origin.called:
            known = ties.thread_by_key(self.work.unit, self.work.account.id, name) is not None
            said = [one.message for one in chat]
            like = None if known else renamed.chat_like(self.work.unit, self.work.account, said)
            self.work.origin.called[name] = like or name
        return self.work.origin.called[name]

    def _learn_names(self, thread: str, chat: Sequence[Arrival], aliases: Mapping[str, str]) -> None:
        """Learn that somebody is called otherwise in this file: the same person, under a further name."""
        for old, new in aliases.items():
            person = next((one.message.sender for one in chat if _spoken_by(one.message) == new), None)
            found = already.spoken_as(self.work.unit, self.work.account.id, thread, old)
            if person is None or found is None:
                continue
            self.work.came.renamed[old] = new
            if found[0] is Direction.OUT:
                self.work.us = replace(
                    self.work.us, names=self.work.us.names | {person.name.casefold(), new.casefold()}
                )
                self.work.account = replace(self.work.account, me=tuple(dict.fromkeys([*self.work.account.me, new])))
                accounts.learn(self.work.unit, self.work.account.id, self.work.account.me, self.work.account.zone)
            elif found[1]:
                channel = chat[0].message.channel
                key = people.identity_key(channel, person, self.work.account.name, thread)
                arrivals.identity(self.work.unit, key, channel, *people.value_and_name(person), [found[1]])

    def _by_one_key(self, offered: Sequence[Arrival]) -> Sequence[Arrival]:
        """Return *offered* with each chat under the key that it has here."""
        if self.work.origin.channel == MAIL:
            return offered
        for one in namesakes_in(self.work.unit, self.work.account.id, offered, self.work.origin.called):
            self.work.origin.called[one.key] = one.thread.key
            namesakes.remember(self.work.unit, self.work.account.id, one.key, one.thread.id)
            begun = ties.thread_by_key(self.work.unit, self.work.account.id, one.key)
            if begun is not None and begun.id != one.thread.id:
                namesakes.rekey(self.work.unit, self.work.account.id, one.key, one.thread.key)
                self.belonging.join(one.thread.id, [begun.id])
            for said, who in one.people:
                key = people.identity_key(said.channel, said.sender, self.work.account.name, one.thread.key)
                arrivals.identity(self.work.unit, key, said.channel, *people.value_and_name(said.sender), [who])
        called = self.work.origin.called
        return [
            replace(one, message=replace(one.message, thread=called[one.message.thread]))
            if one.message.key and called.get(one.message.thread, one.message.thread) != one.message.thread
            else one
            for one in offered
        ]


def _known_by(arrival: Arrival) -> tuple[str, str]:
    """Return what a message is known by in its account: its chat, within which its key is unique, and its key.

    A mail's key holds in the whole account: its chat is "".
    """
    return arrival.message.thread, arrival.message.key


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

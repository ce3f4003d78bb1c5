"""Which thread a message belongs to, and which of its conversations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tui_inbox.connectors import Arrival
from tui_inbox.inbox.ours import us_of
from tui_inbox.inbox.work import Work
from tui_inbox.rules import lifecycle, threads
from tui_inbox.rules.model import MAIL, ME, Message
from tui_inbox.rules.threads import Begin, Stretch
from tui_inbox.rules.whose import Us, is_called
from tui_inbox.store import arrivals, histories, namesakes, projection, ties
from tui_inbox.store.ties import Thread


@dataclass(slots=True)
class Belonging:
    """The threads that one batch is about, and their conversations."""

    work: Work
    _threads: dict[str, Thread] = field(default_factory=dict)
    """Of chats by their keys, of mail by `#` and the thread's number."""
    _mail: dict[str, int] = field(default_factory=dict)
    _stretches: dict[int, list[Stretch]] = field(default_factory=dict)

    def look_up_mail(self, messages: Iterable[Message]) -> None:
        """Look up at once the threads that the ids of all mails among *messages* name."""
        ids = {id_ for one in messages if one.channel == MAIL for id_ in _edges(one)}
        self._mail |= ties.by_mail_id(self.work.unit, self.work.account.id, ids)
        known = set(self._mail.values())
        self._threads |= {f"#{id_}": thread for id_, thread in ties.threads(self.work.unit, known).items()}
        found = histories.stretches(self.work.unit, known)
        self._stretches |= {id_: found.get(id_, []) for id_ in known}

    def look_up_chats(self, messages: Iterable[Message]) -> None:
        """Look up at once the threads of all chats among *messages*; one that is not here will begin."""
        keys = {one.thread for one in messages if one.thread} - self._threads.keys()
        here = ties.threads_by_key(self.work.unit, self.work.account.id, keys)
        self._threads |= here
        found = histories.stretches(self.work.unit, {thread.id for thread in here.values()})
        self._stretches |= {thread.id: found.get(thread.id, []) for thread in here.values()}

    def thread_of(self, message: Message) -> Thread:
        """Return the thread that *message* belongs to, begun where it is new."""
        if message.channel == MAIL and not message.thread:
            return self._mail_thread(message)
        return self._chat_thread(message)

    def _chat_thread(self, message: Message) -> Thread:
        key = message.thread
        if key not in self._threads:
            begun = ties.begin_thread(
                self.work.unit, self.work.account.id, key, message.thread_title, message.group, self.work.now
            )
            self._threads[key], self._stretches[begun.id] = begun, []
            if message.named:
                namesakes.remember(self.work.unit, self.work.account.id, f"={message.thread_title}", begun.id)
        return self._threads[key]

    def _mail_thread(self, message: Message) -> Thread:
        """Return the thread that a mail's ids name; where they name several, these turn out to be one."""
        edges = _edges(message)
        found = sorted({self._mail[one] for one in edges if one in self._mail})
        if found:
            first = found[0]
            if len(found) > 1:
                self.join(first, found[1:])
            thread = self._threads.get(f"#{first}") or ties.threads(self.work.unit, [first])[first]
        else:
            thread = ties.begin_thread(
                self.work.unit, self.work.account.id, message.key, message.subject, message.group, self.work.now
            )
            self._stretches[thread.id] = []
        self._threads[f"#{thread.id}"] = thread
        new = [one for one in edges if self._mail.get(one) != thread.id]
        self.work.tray.tie(self.work.account.id, thread.id, new)
        self._mail |= dict.fromkeys(edges, thread.id)
        return thread

    def join(self, into: int, others: Sequence[int]) -> None:
        """Make threads *others* one with *into*, as if they had been one from the start, but for what acts had seen.

        A conversation keeps what its acts had seen. The rest falls by received time into those that somebody acted
        on; where nobody did, all becomes one with the oldest.
        """
        self.work.tray.write()
        known = histories.stretches(self.work.unit, [into, *others])
        ties.join_threads(self.work.unit, into, others)
        histories.move_conversations(self.work.unit, into, others)
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
        self._stretches[into] = [one for one in histories.stretches(self.work.unit, [into])[into] if one.id in left]
        for one in [*standing, *loose] if len(standing) > 1 else loose:
            self._hand_out(into, one)
        self.work.touched = (self.work.touched - {one.id for one in loose}) | {one.id for one in standing}
        if self.work.origin.imported:
            since = ties.threads(self.work.unit, [into])[into].first_at - self.work.config.history.open_since
            arrivals.unhistory_since(self.work.unit, into, since)

    def _hand_out(self, thread: int, conversation: Stretch) -> None:
        """Give what no act had seen of a joined *conversation* to those of its thread that it falls in."""
        to: dict[int, list[int]] = defaultdict(list)
        every = histories.received(self.work.unit, conversation.id)
        unseen = [(id_, received) for id_, received in every if id_ > conversation.seen]
        if conversation.acts and len(unseen) == len(every):
            return  # an act stands on something: what it was made on stays with it, though it had seen nothing
        for id_, received in unseen:
            to[self.conversation(thread, self.work.origin.channel, received)].append(id_)
        to.pop(conversation.id, None)
        for target, messages in to.items():
            projection.give(self.work.unit, conversation.id, target, messages)
        if not conversation.acts:
            projection.merge(self.work.unit, next(iter(to), self._stretches[thread][0].id), conversation.id)
        self.work.touched |= to.keys()

    def conversation(self, thread: int, channel: str, received: datetime) -> int:
        """Return the conversation of *thread* that a message received then belongs to, begun where it is new."""
        if thread not in self._stretches:
            self._stretches[thread] = histories.stretches(self.work.unit, [thread]).get(thread, [])
        stretches = self._stretches[thread]
        history = self.work.config.history
        window = history.reopen_email if channel == MAIL else history.reopen_chat
        found = threads.belongs(received, stretches, window)
        if isinstance(found, Begin):
            owner = ME if found.continues is None else self._owner_after(found.continues)
            id_ = projection.begin(
                self.work.unit,
                thread,
                self.work.account.id,
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
        owner = lifecycle.heir(histories.load(self.work.unit, [conversation])[conversation].history)
        if owner == ME or any(mate.name == owner for mate in self.work.config.teammates):
            return owner
        self.work.came.warnings.append(f"{owner} is no teammate any more: what follows {conversation} is yours.")
        return ME

    def us_in(self, name: str) -> Us:
        """Return who we are in a chat: the agent may have said it of this one alone."""
        thread = self._threads.get(name)
        if thread is None or thread.me is None:
            return self.work.us
        return us_of(self.work.config, self.work.origin.channel, thread.me)

    def told(self, offered: Sequence[Arrival]) -> Sequence[Arrival]:
        """Return *offered* as the agent said they are to be read, where a chat was corrected."""
        if self.work.origin.channel == MAIL:
            return offered
        corrected = {one.key: one for one in ties.corrected_threads(self.work.unit, self.work.account.id)}
        if not corrected:
            return offered
        self._threads |= corrected
        return [
            replace(one, message=_as_told(one.message, corrected[one.message.thread]))
            if one.message.thread in corrected
            else one
            for one in offered
        ]


def _as_told(message: Message, thread: Thread) -> Message:
    """Return *message* as the agent said of its chat: who of them is me, and in which zone it was written."""
    if thread.me is not None:
        message = replace(message, mine=is_called(message.sender, thread.me))
    if thread.zone is not None and message.local_at is not None:
        at = message.local_at.replace(tzinfo=ZoneInfo(thread.zone)).astimezone(UTC)
        message = replace(message, received_at=at, sent_at=at)
    return message


def _edges(message: Message) -> list[str]:
    """Return every id that ties a mail to its thread."""
    edges = [*message.ids, *message.references, *message.verdict.bounced]
    if message.server_thread:
        edges.append(f"server-thread:{message.server_thread}")
    if message.thread_index:
        edges.append(f"thread-index:{message.thread_index}")
    return list(dict.fromkeys(edges)) or [f"key:{message.key}"]

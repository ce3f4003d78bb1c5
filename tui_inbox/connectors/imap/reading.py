"""Reads one folder in one run: what is new, newest first, then what has gone; skips no UID and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tui_inbox.connectors import Arrival, Batch, Census, Location, SetAside, Unread
from tui_inbox.connectors.imap import standin
from tui_inbox.connectors.imap.bookmark import NONE, drafted, forgotten, stored
from tui_inbox.connectors.imap.folders import Role
from tui_inbox.connectors.imap.news import News
from tui_inbox.connectors.imap.session import Asked
from tui_inbox.connectors.imap.uids import Uids
from tui_inbox.connectors.imap.wire import Outline
from tui_inbox.rules.model import Message

MOST = 500
"""Messages in a batch."""
HEAVIEST = 8 * 2**20
"""Bytes in a batch, unless one message alone is more."""
OUTLINED = 1000
"""Messages whose sizes are asked for at once."""
FIRST = 25
"""Messages that come ahead of all others in a folder nothing of which is here: an agent can begin with them."""
RETRIED = 200
"""Messages without a body that are asked for again in one run."""


@dataclass(frozen=True, slots=True)
class There(Unread):
    """A mail as its server holds it, with the names that the server has for it and for its thread."""

    object_id: str = ""
    thread_id: str = ""

    def arrived(self, message: Message) -> Arrival:
        size = len(self.raw)
        return Arrival(
            replace(message, server_thread=self.thread_id) if self.thread_id else message,
            self.location,
            self.history,
            self.rank,
            self.object_id,
            also=standin.key(message, size) if size >= standin.LEAST else "",
        )


@dataclass(slots=True)
class Reading(News):
    """The reading of one folder in one run. `mark` moves; what leaves is the batch that carries it."""

    largest: int = 0
    """Bytes over which a mail comes as a stand-in."""
    thorough: bool = False
    """List everything, and let it be compared with what is stored."""
    elsewhere: dict[str, Location] = field(default_factory=dict)
    """Where mails lie that this run brought from the inbox, by the server's own number for them."""
    _before: Uids = NONE
    _vanished: tuple[Location, ...] = ()
    _warning: tuple[SetAside, ...] = ()

    def newest(self) -> Iterator[Batch]:
        """Find out what is new and what is gone, and yield the newest messages: all others may wait for `rest`."""
        self._before = self.mark.empty
        self._vanished, self._warning = self.listed(thorough=self.thorough)
        if not self.mark.held:
            yield from self._fetch(self.mark.waiting.newest(FIRST))
        yield from self._fetch(self.mark.waiting.newest(OUTLINED))

    def again(self) -> None:
        """Open the folder again, after others were opened; Unreachable where its numbers changed meanwhile."""
        self.same(self.wire.examine(self.stop.folder))

    def rest(self) -> Iterator[Batch]:
        """Yield all other messages, newest first, then those that came without a body last time, then what is gone.
        With `newest`, nothing at all where nothing changed."""
        while self.mark.waiting:
            yield from self._fetch(self.mark.waiting.newest(OUTLINED))
        yield from self._fetch(self._before.newest(RETRIED), again=True)
        if self.thorough:
            yield from self._fetch(list(self.mark.drafts - self.wire.drafts(self.mark.drafts)), again=True)
        yield from self._gone(self._vanished)
        if self._warning or self.thorough or self._moved():
            self.mark = replace(self.mark, modseq=self.here.modseq)
            yield self._batch(set_aside=self._warning, census=self._census() if self.thorough else None)

    def _moved(self) -> bool:
        return replace(self.mark, modseq=self.here.modseq).text != self.cursor

    def _census(self) -> Census:
        """Return what the server has, as it was listed when this run began and followed since."""
        left_out = self.mark.waiting | self.mark.empty | self.mark.drafts
        there = self.mark.known
        return Census(self.stop.folder.name, self.mark.uidvalidity, there.ranges, left_out.ranges, not self.mark.doubt)

    # --- what comes -----------------------------------------------------------------------------------

    def _fetch(self, uids: list[int], again: bool = False) -> Iterator[Batch]:
        """Yield *uids*, highest first, in batches; sizes are asked for first. *again*: quiet about what fails anew."""
        if not uids:
            return
        outlines = self.wire.outlines(uids)
        quiet = self._absent([uid for uid in uids if uid not in outlines])
        set_aside = () if again else tuple(self._without_body(uid) for uid in quiet)
        self.mark = drafted(self.mark, Uids.of(uid for uid, one in outlines.items() if one.draft))
        known = self._known({uid: one for uid, one in outlines.items() if not one.draft})
        passed = {here.uid for _, here in known}
        if set_aside or known:
            yield self._batch(set_aside=set_aside, known=known)
        left = [uid for uid in uids if uid in outlines and not outlines[uid].draft and uid not in passed]
        parts = list(_cut(left, outlines, self.largest))
        asked = None
        for part, following in zip(parts, [*parts[1:], []], strict=False):
            if outlines[part[0]].size > self.largest:
                yield from self._stand_in(part[0], outlines[part[0]], again)
                continue
            batch = self._bodies(part, outlines, again, asked)
            # Whoever takes the batch takes a while: the server need not wait for that.
            ahead = following and outlines[following[0]].size <= self.largest
            asked = self.wire.ask_bodies(following) if ahead else None
            if batch is not None:
                yield batch

    def _known(self, outlines: dict[int, Outline]) -> tuple[tuple[Location, Location], ...]:
        """Return where mails lie that the inbox brought in this run, and where they lie here: Gmail's All Mail holds
        the whole inbox. They need not come twice."""
        known = tuple(
            (self.elsewhere[one.object_id], self._at(uid))
            for uid, one in outlines.items()
            if one.object_id in self.elsewhere
        )
        self.mark = stored(self.mark, Uids.of(here.uid for _, here in known))
        return known

    def _bodies(self, part: list[int], outlines: dict[int, Outline], again: bool, asked: Asked | None) -> Batch | None:
        bodies = self.wire.bodies(part, asked)
        quiet = self._absent([uid for uid in part if uid not in bodies])
        set_aside = () if again else tuple(self._without_body(uid) for uid in quiet)
        unread = tuple(self._whole(uid, bodies[uid], outlines[uid]) for uid in sorted(bodies))
        self.mark = stored(self.mark, Uids.of(bodies))
        return self._batch(unread=unread, set_aside=set_aside) if unread or set_aside else None

    def _stand_in(self, uid: int, outline: Outline, again: bool) -> Iterator[Batch]:
        """Yield a mail over the limit with its text, and its files left on the server."""
        message = standin.stand_in(self.wire, uid, outline, where=self._where(uid))
        if message is None:
            quiet = self._absent([uid])
            if quiet and not again:
                yield self._batch(set_aside=(self._without_body(uid),))
            return
        self.mark = stored(self.mark, Uids.of([uid]))
        arrival = self._whole(uid, message.raw, outline).arrived(message)
        yield self._batch(arrivals=(replace(arrival, partial=True, also=""),))

    def _whole(self, uid: int, raw: bytes, outline: Outline) -> There:
        location = self._at(uid)
        outside = self.stop.role is not Role.INBOX
        if outline.object_id and not outside:
            self.elsewhere[outline.object_id] = location
        ours = self.stop.role is Role.SENT or "\\sent" in outline.labels
        return There(
            raw,
            uid,
            self._where(uid),
            outline.received_at,
            location,
            history=outside and uid < self.mark.first_uidnext,
            rank=0 if ours else 1,
            object_id=outline.object_id,
            thread_id=outline.thread_id,
        )

    def _absent(self, uids: list[int]) -> list[int]:
        """Return those of *uids* that the server lists and yet does not give out; the others are gone and forgotten."""
        if not uids:
            return []
        there = self.wire.among(Uids.of(uids))
        self.mark = forgotten(self.mark, Uids.of(uids))
        self.mark = replace(self.mark, empty=self.mark.empty | there)
        return list(there)

    # --- what goes ------------------------------------------------------------------------------------

    def _gone(self, gone: tuple[Location, ...]) -> Iterator[Batch]:
        """Yield *gone* in batches, each with a cursor that has let go of just these."""
        for start in range(0, len(gone), OUTLINED):
            some = gone[start : start + OUTLINED]
            for number in {one.uidvalidity for one in some}:
                self._let_go(number, Uids.of(one.uid for one in some if one.uidvalidity == number))
            yield self._batch(gone=some)

    def _let_go(self, uidvalidity: int, uids: Uids) -> None:
        stale = tuple(
            replace(old, held=old.held - uids) if old.uidvalidity == uidvalidity else old for old in self.mark.stale
        )
        self.mark = replace(self.mark, stale=tuple(old for old in stale if old.held))
        if uidvalidity == self.mark.uidvalidity:
            self.mark = forgotten(self.mark, uids)

    # --- words ----------------------------------------------------------------------------------------

    def _at(self, uid: int) -> Location:
        return Location(self.key, self.mark.uidvalidity, uid)

    def _where(self, uid: int) -> str:
        return f"{self.stop.folder.name} uid {uid}"

    def _without_body(self, uid: int) -> SetAside:
        return SetAside(self._where(uid), "The server lists this message and does not give it out; it is asked again.")

    def _batch(
        self,
        arrivals: tuple[Arrival, ...] = (),
        set_aside: tuple[SetAside, ...] = (),
        gone: tuple[Location, ...] = (),
        known: tuple[tuple[Location, Location], ...] = (),
        census: Census | None = None,
        unread: tuple[There, ...] = (),
    ) -> Batch:
        self.cursor = self.mark.text
        return Batch(
            arrivals,
            place=self.key,
            cursor=self.cursor,
            set_aside=set_aside,
            gone=gone,
            inbox=self.stop.role is Role.INBOX,
            known=known,
            census=census,
            done=len(self.mark.held),
            total=len(self.mark.known),
            unread=unread,
        )


def _cut(uids: list[int], outlines: dict[int, Outline], largest: int) -> Iterator[list[int]]:
    """Yield *uids* in parts of at most MOST messages and HEAVIEST bytes; what is over *largest* alone."""
    part: list[int] = []
    weight = 0
    for uid in uids:
        size = outlines[uid].size
        if part and (len(part) == MOST or weight + size > HEAVIEST or size > largest):
            yield part
            part, weight = [], 0
        part.append(uid)
        weight += size
        if size > largest:
            yield part
            part, weight = [], 0
    if part:
        yield part

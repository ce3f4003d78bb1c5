"""Reads a mailbox folder by folder: what is new, then what has gone, never skipping a UID and never changing a flag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tui_inbox.connectors import Arrival, Batch, Location, SetAside
from tui_inbox.connectors.imap import Facts, FolderFact, Source
from tui_inbox.connectors.imap.bookmark import Bookmark, forgotten, resumed, stored
from tui_inbox.connectors.imap.folders import Role, Stop, route
from tui_inbox.connectors.imap.trouble import Declined, explained
from tui_inbox.connectors.imap.uids import Uids
from tui_inbox.connectors.imap.wire import MOST_FOUND, Opened, Outline, Wire
from tui_inbox.problems import NotFound, Problem, Unreachable

MOST = 200
"""Messages in a batch."""
HEAVIEST = 8 * 2**20
"""Bytes in a batch, unless one message alone is more."""
LARGEST = 50 * 2**20
"""Bytes of the largest message that is fetched."""
OUTLINED = 1000
"""Messages whose sizes are asked for at once."""
RETRIED = 200
"""Messages without a body that are asked for again in one run."""
FEW = 20
"""In a folder of so many or fewer, any number may vanish at once without a doubt."""
PATIENCE = 3
"""Runs in a row that must say the same before most of a folder is believed to be gone."""


@contextmanager
def connected(source: Source) -> Iterator[Wire]:
    """Open a signed-in connection to *source*; every trouble with it, also later, is a Problem."""
    secret = source.password()  # first: a keyring may ask its owner, and a server does not wait
    with explained(source.host, source.port), Wire(source.host, source.port, source.tls, source.ca) as wire:
        wire.sign_in(source.user, secret, source.auth)
        del secret
        yield wire


def read(source: Source, cursors: Mapping[str, str]) -> Iterator[Batch]:
    """Yield what is new in every folder of interest; see `Source.read`."""
    with connected(source) as wire:
        stops, missing = route(source, wire.folders())
        refused: list[Problem] = [_no_such_folder(source, missing)] if missing else []
        for stop in stops:
            try:
                here = wire.examine(stop.folder)
            except Declined as declined:
                refused.append(_not_opened(source, stop.folder.name, declined.reply))
                continue
            yield from _Reading(wire, stop, here, cursors.get(stop.folder.key)).batches()
    if refused:  # said last: one folder's absence keeps no mail of the others back
        raise refused[0]


def survey(source: Source) -> Facts:
    """Return what a sign-in finds: capabilities, and each folder with its role and, if it is read, its messages."""
    with connected(source) as wire:
        listed = wire.folders()
        stops, missing = route(source, listed)
        roles = {stop.folder.key: stop.role for stop in stops}
        counts: dict[str, int] = {}
        for stop in stops:
            try:
                counts[stop.folder.key] = wire.examine(stop.folder).exists
            except Declined:
                missing.append(stop.folder.name)
        return Facts(
            host=source.host,
            port=source.port,
            security=wire.security,
            capabilities=tuple(sorted(wire.capabilities())),
            folders=tuple(FolderFact(one.name, roles.get(one.key, ""), counts.get(one.key)) for one in listed),
            missing=tuple(missing),
        )


def _no_such_folder(source: Source, missing: list[str]) -> Problem:
    names = ", ".join(f"`{name}`" for name in missing)
    what = f"The mailbox {source.name} has no folder {names}; the others were read."
    return NotFound(what, "Correct `folders`, `sent` or `archive`; `tui-inbox account test` lists what there is.")


def _not_opened(source: Source, name: str, reply: str) -> Problem:
    what = f"The server {source.host} does not open the folder `{name}` ({reply}); the others were read."
    return Unreachable(what, "Try again later, or leave the folder out.")


@dataclass(slots=True)
class _Reading:
    """The reading of one folder in one run. `mark` moves; what leaves is the batch that carries it."""

    wire: Wire
    stop: Stop
    here: Opened
    cursor: str | None
    mark: Bookmark = field(init=False)

    def __post_init__(self) -> None:
        self.mark = resumed(self.cursor, self.here)

    def batches(self) -> Iterator[Batch]:
        """Yield the folder's batches: new and waiting messages newest first, then those that came without a body
        last time, then what is gone. Nothing at all where nothing changed."""
        before = self.mark.empty
        vanished, warning = self._list()
        while self.mark.waiting:
            yield from self._fetch(self.mark.waiting.newest(OUTLINED))
        yield from self._fetch(before.newest(RETRIED), again=True)
        yield from self._part(vanished)
        if warning or self.mark.text != self.cursor:
            self.mark = replace(self.mark, modseq=self.here.modseq)
            yield self._batch(set_aside=warning)

    # --- what there is --------------------------------------------------------------------------------

    def _list(self) -> tuple[tuple[Location, ...], tuple[SetAside, ...]]:
        """Put what is new among the waiting; return the locations that are gone, and a warning if that is in doubt."""
        above = self.mark.watermark + 1
        vanished = Uids()
        few = self.here.exists <= MOST_FOUND or (self.here.uidnext or 2**32) - above <= MOST_FOUND
        if few and self.here.exists and (self.here.uidnext is None or self.here.uidnext > above):
            self._await(self.wire.from_uid(above))
        doubtful = False
        if len(self.mark.known) != self.here.exists:
            there, still = self._everything()
            self._await(there - self.mark.known)
            vanished, doubtful = self.mark.known - there, not still
        if not self.mark.first_uidnext:
            self.mark = replace(self.mark, first_uidnext=self.mark.watermark + 1)
        return self._weighed(vanished, doubtful)

    def _everything(self) -> tuple[Uids, bool]:
        """Return all UIDs of the folder, and whether the server's count agrees with its list."""
        there = Uids()
        for _ in range(3):
            there, still = self.wire.every_uid(self.here.exists)
            if still and len(there) == self.here.exists:
                return there, True
            self.here = self.wire.examine(self.stop.folder)  # it moved under our hands: ask anew
            if self.here.uidvalidity != self.mark.uidvalidity:
                raise Unreachable(
                    f"The folder {self.stop.folder.name} was renumbered while it was read.", "Sync again."
                )
        return there, False

    def _await(self, uids: Uids) -> None:
        if uids:
            watermark = max(self.mark.watermark, uids.ranges[-1][1])
            self.mark = replace(self.mark, waiting=self.mark.waiting | uids, watermark=watermark)

    def _weighed(self, vanished: Uids, doubtful: bool) -> tuple[tuple[Location, ...], tuple[SetAside, ...]]:
        """Return what is really gone: most of a folder only after PATIENCE runs in a row, nothing if the server's list
        and count disagree. A message stored under an earlier numbering is gone once the folder was read anew."""
        there = self.mark.known - vanished
        gone = [Location(self._key, self.mark.uidvalidity, uid) for uid in vanished & self.mark.held]
        stale = tuple(
            replace(old, held=old.held - there) if old.uidvalidity == self.mark.uidvalidity else old
            for old in self.mark.stale
        )
        gone += [Location(self._key, old.uidvalidity, uid) for old in stale for uid in old.held]
        before = max(len(self.mark.held), sum(len(old.held) for old in self.mark.stale))
        lost = before - len(there) if stale else len(gone)
        if doubtful:
            return (), self._doubt(max(self.mark.doubt, 1), "The server's list of messages and its count disagree.")
        if before > FEW and lost * 2 > before and self.mark.doubt + 1 < PATIENCE:
            return (), self._doubt(self.mark.doubt + 1, f"The server says that {lost} of {before} messages are gone.")
        self.mark = forgotten(self.mark, vanished - self.mark.held)
        self.mark = replace(self.mark, doubt=0, stale=tuple(old for old in stale if old.held))
        return tuple(gone), ()

    def _doubt(self, times: int, what: str) -> tuple[SetAside, ...]:
        """Note that the server was not believed for the *times*-th time; return the warning, once."""
        first = not self.mark.doubt
        self.mark = replace(self.mark, doubt=times)
        words = f"{what} Nothing is marked as gone until it has said the same {PATIENCE} times."
        return (SetAside(self.stop.folder.name, words),) if first else ()

    # --- what comes -----------------------------------------------------------------------------------

    def _fetch(self, uids: list[int], again: bool = False) -> Iterator[Batch]:
        """Yield *uids*, highest first, in batches; sizes are asked for first. *again*: quiet about what fails anew."""
        if not uids:
            return
        outlines = self.wire.outlines(uids)
        quiet = self._absent([uid for uid in uids if uid not in outlines])
        set_aside = () if again else tuple(self._without_body(uid) for uid in quiet)
        self._pass(Uids.of(uid for uid, one in outlines.items() if one.draft))
        large = [uid for uid, one in outlines.items() if one.size > LARGEST and not one.draft]
        if large:
            self.mark = replace(forgotten(self.mark, Uids.of(large)), large=self.mark.large | Uids.of(large))
            set_aside += tuple(self._too_large(uid, outlines[uid].size) for uid in large)
        if set_aside:
            yield self._batch(set_aside=set_aside)
        for part in _cut([uid for uid in uids if uid in outlines and not outlines[uid].draft], outlines):
            yield from self._bodies(part, outlines, again)

    def _bodies(self, part: list[int], outlines: dict[int, Outline], again: bool) -> Iterator[Batch]:
        bodies = self.wire.bodies(part)
        quiet = self._absent([uid for uid in part if uid not in bodies])
        arrivals, set_aside = [], [] if again else [self._without_body(uid) for uid in quiet]
        for uid in sorted(bodies):
            try:
                arrivals.append(self._arrival(uid, bodies[uid], outlines[uid]))
            except Problem as trouble:
                set_aside.append(SetAside(self._where(uid), trouble.what, bodies[uid]))
        self._pass(Uids.of(bodies))
        if arrivals or set_aside:
            yield self._batch(arrivals=tuple(arrivals), set_aside=tuple(set_aside))

    def _arrival(self, uid: int, raw: bytes, outline: Outline) -> Arrival:
        from tui_inbox.connectors.rfc822 import parse

        outside = self.stop.role is not Role.INBOX
        return Arrival(
            parse(raw, position=uid, where=self._where(uid), received_at=outline.received_at),
            location=Location(self._key, self.mark.uidvalidity, uid),
            history=outside and uid < self.mark.first_uidnext,
            rank=0 if self.stop.role is Role.SENT else 1,
        )

    def _absent(self, uids: list[int]) -> list[int]:
        """Return those of *uids* that the server lists and yet does not give out; the others are gone and forgotten."""
        if not uids:
            return []
        there = self.wire.among(Uids.of(uids))
        self.mark = forgotten(self.mark, Uids.of(uids))
        self.mark = replace(self.mark, empty=self.mark.empty | there)
        return list(there)

    def _pass(self, uids: Uids) -> None:
        self.mark = stored(self.mark, uids)

    # --- what goes ------------------------------------------------------------------------------------

    def _part(self, gone: tuple[Location, ...]) -> Iterator[Batch]:
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

    @property
    def _key(self) -> str:
        return self.stop.folder.key

    def _where(self, uid: int) -> str:
        return f"{self.stop.folder.name} uid {uid}"

    def _without_body(self, uid: int) -> SetAside:
        return SetAside(self._where(uid), "The server lists this message and does not give it out; it is asked again.")

    def _too_large(self, uid: int, size: int) -> SetAside:
        limit = LARGEST // 2**20
        return SetAside(
            self._where(uid), f"The message has {size / 2**20:.0f} MB; more than {limit} MB is not fetched."
        )

    def _batch(
        self,
        arrivals: tuple[Arrival, ...] = (),
        set_aside: tuple[SetAside, ...] = (),
        gone: tuple[Location, ...] = (),
    ) -> Batch:
        self.cursor = self.mark.text
        return Batch(
            arrivals,
            place=self._key,
            cursor=self.cursor,
            set_aside=set_aside,
            gone=gone,
            inbox=self.stop.role is Role.INBOX,
            done=len(self.mark.held),
            total=len(self.mark.known),
        )


def _cut(uids: list[int], outlines: dict[int, Outline]) -> Iterator[list[int]]:
    """Yield *uids* in parts of at most MOST messages and HEAVIEST bytes, leaving out what is over LARGEST."""
    part: list[int] = []
    weight = 0
    for uid in uids:
        size = outlines[uid].size
        if size > LARGEST:
            continue
        if part and (len(part) == MOST or weight + size > HEAVIEST):
            yield part
            part, weight = [], 0
        part.append(uid)
        weight += size
    if part:
        yield part

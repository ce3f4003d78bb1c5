"""What is new in a folder and what is gone, found out in the cheapest way its server offers and believed with care."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tui_inbox.connectors import Location, SetAside
from tui_inbox.connectors.imap.bookmark import Bookmark, forgotten, resumed
from tui_inbox.connectors.imap.folders import Stop
from tui_inbox.connectors.imap.uids import Uids
from tui_inbox.connectors.imap.wire import MOST_FOUND, Opened, Wire
from tui_inbox.problems import Unreachable

FEW = 20
"""In a folder of so many or fewer, any number may vanish at once without a doubt."""
PATIENCE = 3
"""Runs in a row that must say the same before most of a folder is believed to be gone."""


@dataclass(slots=True)
class News:
    """One open folder and how far it was read. Whatever the way it was asked, what is known is compared with the
    server's count: only where the two agree is anything believed without a list of all."""

    wire: Wire
    stop: Stop
    here: Opened
    cursor: str | None
    mark: Bookmark = field(init=False)

    def __post_init__(self) -> None:
        self.mark = resumed(self.cursor, self.here)

    def listed(self, *, thorough: bool) -> tuple[tuple[Location, ...], tuple[SetAside, ...]]:
        """Put what is new among the waiting; return the locations that are gone, and a warning if that is in doubt.

        *thorough*: list all, whatever the server says of changes."""
        vanished = Uids() if thorough else self._changes()
        doubtful = False
        if thorough or len(self.mark.known - vanished) != self.here.exists:
            there, still = self._everything()
            self.awaits(there - self.mark.known)
            vanished, doubtful = self.mark.known - there, not still
        if not self.mark.first_uidnext:
            self.mark = replace(self.mark, first_uidnext=self.mark.watermark + 1)
        return self._weighed(vanished, doubtful)

    def _changes(self) -> Uids:
        """Put what the server says is new among the waiting, and return what it says has vanished."""
        here, mark = self.here, self.mark
        if here.changed is not None and here.vanished is not None:
            self.awaits(here.changed - here.vanished - mark.known)
            return here.vanished & mark.known
        if here.modseq is not None and mark.modseq is not None and here.modseq >= mark.modseq:
            changed = self.wire.changed_since(mark.modseq) if here.modseq > mark.modseq else Uids()
            self.awaits(changed - mark.known)
            return Uids()
        above = mark.watermark + 1
        few = here.exists <= MOST_FOUND or (here.uidnext or 2**32) - above <= MOST_FOUND
        if few and here.exists and (here.uidnext is None or here.uidnext > above):
            found = self.wire.from_uid(above)
            if len(found) <= here.exists:
                self.awaits(found)
                self._seen_all()
        return Uids()

    def _everything(self) -> tuple[Uids, bool]:
        """Return all UIDs of the folder, and whether the server's count agrees with its list."""
        there = Uids()
        for _ in range(3):
            there, still = self.wire.every_uid(self.here.exists)
            if still and len(there) == self.here.exists:
                self._seen_all()
                return there, True
            self.here = self.same(self.wire.examine(self.stop.folder))  # it moved under our hands: ask anew
        if len(there) > 2 * self.here.exists + MOST_FOUND:
            raise Unreachable(
                f"The server {self.wire.host} counts {self.here.exists} messages in {self.stop.folder.name} and lists "
                f"{len(there)}.",
                "Try again later.",
            )
        return there, False

    def same(self, here: Opened) -> Opened:
        """Return *here*, the folder opened again; Unreachable where it has other numbers than before."""
        if here.uidvalidity != self.mark.uidvalidity:
            raise Unreachable(f"The folder {self.stop.folder.name} was renumbered while it was read.", "Sync again.")
        return here

    def _seen_all(self) -> None:
        """Note that nothing below the next UID was left unseen."""
        self.mark = replace(self.mark, watermark=max(self.mark.watermark, (self.here.uidnext or 1) - 1))

    def awaits(self, uids: Uids) -> None:
        """Put *uids* among what is to be fetched."""
        if uids:
            watermark = max(self.mark.watermark, uids.ranges[-1][1])
            self.mark = replace(self.mark, waiting=self.mark.waiting | uids, watermark=watermark)

    def _weighed(self, vanished: Uids, doubtful: bool) -> tuple[tuple[Location, ...], tuple[SetAside, ...]]:
        """Return what is really gone: most of a folder only after PATIENCE runs in a row, nothing if the server's list
        and count disagree. A message stored under an earlier numbering is gone once the folder was read anew."""
        there = self.mark.known - vanished
        gone = [Location(self.key, self.mark.uidvalidity, uid) for uid in vanished & self.mark.held]
        stale = tuple(
            replace(old, held=old.held - there) if old.uidvalidity == self.mark.uidvalidity else old
            for old in self.mark.stale
        )
        gone += [Location(self.key, old.uidvalidity, uid) for old in stale for uid in old.held]
        before = max(len(self.mark.held), sum(len(old.held) for old in self.mark.stale))
        lost = before - len(there) if stale else len(gone)
        if doubtful:
            return (), self.doubts(max(self.mark.doubt, 1), "The server's list of messages and its count disagree.")
        if before > FEW and lost * 2 > before and self.mark.doubt + 1 < PATIENCE:
            return (), self.doubts(self.mark.doubt + 1, f"The server says that {lost} of {before} messages are gone.")
        self.mark = forgotten(self.mark, vanished - self.mark.held)
        self.mark = replace(self.mark, doubt=0, stale=tuple(old for old in stale if old.held))
        return tuple(gone), ()

    def doubts(self, times: int, what: str) -> tuple[SetAside, ...]:
        """Note that the server was not believed for the *times*-th time; return the warning, once."""
        first = not self.mark.doubt
        self.mark = replace(self.mark, doubt=times)
        words = f"{what} Nothing is marked as gone until it has said the same {PATIENCE} times."
        return (SetAside(self.stop.folder.name, words),) if first else ()

    @property
    def key(self) -> str:
        """The folder's name on the wire, as text."""
        return self.stop.folder.key

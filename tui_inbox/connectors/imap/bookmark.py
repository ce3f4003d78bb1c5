"""How far the reading of one folder has come: the cursor that is stored with every batch."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui_inbox.connectors import Location
from tui_inbox.connectors.imap.uids import Uids
from tui_inbox.connectors.imap.wire import Opened, Since

NONE = Uids()


@dataclass(frozen=True, slots=True)
class Stale:
    """What was stored under an earlier numbering of the folder."""

    uidvalidity: int
    held: Uids


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One folder's cursor. `held`, `waiting`, `empty` and `drafts` are disjoint; every UID the server ever listed up to
    `watermark` and still has is in one of them, so that none can be skipped."""

    uidvalidity: int
    first_uidnext: int
    """UIDNEXT when the folder was first opened: what lies below is history outside the inbox folders. 0: not told, and
    nothing listed yet."""
    watermark: int = 0
    """All that the server had up to this UID was listed."""
    held: Uids = NONE
    """Stored."""
    waiting: Uids = NONE
    """Listed and not fetched yet: the gaps, and what a first reading still has before it."""
    empty: Uids = NONE
    """Listed, but the server gave no body; tried again with each run."""
    drafts: Uids = NONE
    """Not mail yet."""
    stale: tuple[Stale, ...] = ()
    doubt: int = 0
    """How many runs in a row the server has claimed that most of the folder is gone."""
    modseq: int | None = None
    """A HIGHESTMODSEQ at or before which every change was seen; never newer than what is stored."""

    @property
    def known(self) -> Uids:
        return self.held | self.waiting | self.empty | self.drafts

    @property
    def text(self) -> str:
        """The cursor as JSON."""
        return json.dumps(
            {
                "version": 2,
                "uidvalidity": self.uidvalidity,
                "first_uidnext": self.first_uidnext,
                "watermark": self.watermark,
                "held": str(self.held),
                "waiting": str(self.waiting),
                "empty": str(self.empty),
                "drafts": str(self.drafts),
                "stale": [[one.uidvalidity, str(one.held)] for one in self.stale],
                "doubt": self.doubt,
                "highestmodseq": self.modseq,
            },
            separators=(",", ":"),
        )


def resumed(text: str | None, here: Opened) -> Bookmark:
    """Return where to go on in a folder that the server describes as *here*.

    Without a cursor, or with one that cannot be read, from the start. Where the numbering changed (UIDVALIDITY, or
    UIDNEXT gone backwards), from the start as well, with what was stored kept as stale: if the folder had been
    read whole, nothing of it is history any more, for what is unknown now has arrived since.
    """
    before = read(text)
    if before is None:
        return Bookmark(here.uidvalidity, here.uidnext or 0)
    backwards = here.uidnext is not None and here.uidnext <= before.watermark
    if before.uidvalidity == here.uidvalidity and not backwards:
        return before
    stale = (*before.stale, Stale(before.uidvalidity, before.held)) if before.held else before.stale
    first = (here.uidnext or 0) if before.waiting else 1
    return Bookmark(here.uidvalidity, first, stale=stale)


def read(text: str | None) -> Bookmark | None:
    """Return the bookmark that a cursor holds; None where there is none, or it cannot be read."""
    if not text:
        return None
    try:
        told = json.loads(text)
        return Bookmark(
            uidvalidity=int(told["uidvalidity"]),
            first_uidnext=int(told["first_uidnext"]),
            watermark=int(told["watermark"]),
            held=Uids.parse(told["held"]),
            waiting=Uids.parse(told["waiting"]),
            empty=Uids.parse(told["empty"]),
            drafts=Uids.parse(told["drafts"]),
            stale=tuple(Stale(int(number), Uids.parse(held)) for number, held in told["stale"]),
            doubt=int(told["doubt"]),
            modseq=told["highestmodseq"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def stored(mark: Bookmark, uids: Uids) -> Bookmark:
    """Return *mark* with *uids* stored."""
    mark = forgotten(mark, uids)
    return replace(mark, held=mark.held | uids)


def drafted(mark: Bookmark, uids: Uids) -> Bookmark:
    """Return *mark* with *uids* left out as drafts."""
    mark = forgotten(mark, uids)
    return replace(mark, drafts=mark.drafts | uids)


def forgotten(mark: Bookmark, uids: Uids) -> Bookmark:
    """Return *mark* without *uids*, which the server no longer has."""
    return replace(
        mark,
        held=mark.held - uids,
        waiting=mark.waiting - uids,
        empty=mark.empty - uids,
        drafts=mark.drafts - uids,
    )


def since(text: str | None) -> Since | None:
    """Return what a server can be told of a cursor, to say in turn what changed since."""
    mark = read(text)
    if mark is None or mark.modseq is None or not mark.known:
        return None
    return Since(mark.uidvalidity, mark.modseq)


def finished(text: str | None) -> bool:
    """Return whether the reading that left the cursor *text* came to its end, with nothing to be asked for again."""
    mark = read(text)
    if mark is None or not mark.first_uidnext:
        return False
    return not (mark.waiting or mark.empty or mark.stale or mark.doubt)


def unmoved(text: str | None, here: Opened) -> bool:
    """Return whether a reading that goes on from the cursor *text* would find nothing in a folder that stands as *here*
    says, and leave the cursor as it is."""
    mark = read(text)
    if mark is None or not finished(text) or resumed(text, here) != mark:
        return False
    if len(mark.known) != here.exists or mark.modseq != here.modseq:
        return False
    return here.modseq is not None or not here.exists or here.uidnext == mark.watermark + 1


def again(text: str, uids: Iterable[int]) -> str:
    """Return the cursor *text* of a folder so that *uids*, of which it says that they are stored, are fetched again."""
    mark = read(text)
    if mark is None:
        return text
    lost = Uids.of(uids) & mark.held
    return replace(mark, held=mark.held - lost, waiting=mark.waiting | lost).text


def no_more() -> Bookmark:
    """Return the bookmark of a folder that is no more: should one of its name come, all in it has arrived since."""
    return Bookmark(0, 1)


def without(text: str, location: Location) -> str:
    """Return the cursor *text* of a folder without a message that we took out of it ourselves."""
    mark = read(text)
    if mark is None or mark.uidvalidity != location.uidvalidity:
        return text
    return forgotten(mark, Uids.of([location.uid])).text

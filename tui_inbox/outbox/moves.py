"""Archives on the server what was archived here, and brings back what was undone (`docs/write-back.md`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tui_inbox.config import Account
from tui_inbox.connectors import Location
from tui_inbox.inbox import Inbox
from tui_inbox.outbox.reports import Moved
from tui_inbox.problems import NotFound, Problem
from tui_inbox.rules.handover import pause
from tui_inbox.store import moves
from tui_inbox.store.moves import BACK, MOVING, Move

if TYPE_CHECKING:
    from tui_inbox.connectors.imap import moving

ROUNDS = 3
"""How often one run looks at what is due: a way back may wait for the way there."""

NO_ID = "It has no Message-ID by which the server's mail could be known for this one."
ANOTHER = "Moved meanwhile by another program: another mail lies under its number."
MEANWHILE = "Moved meanwhile by another program: it does not lie in {folder} any more."
RENUMBERED = "The server has numbered {folder} anew (UIDVALIDITY) since it was read, so it was left alone."
NO_MOVE = (
    "The server {host} offers no MOVE. A mail could only be taken out of the inbox by deleting it there,"
    " which is never done; a copy would double it."
)
NOT_THERE = "The server {host} took the move, and yet it is not found in {folder}: perhaps another program was faster."


@dataclass(slots=True)
class Run:
    """One run over the moves of one account."""

    inbox: Inbox
    account: Account
    clock: Callable[[], datetime]
    secret: Callable[[Account], str]
    report: Moved

    def all(self, at_once: bool) -> None:
        """Move what is due; *at_once* does not wait for the next try's time."""
        tried: set[int] = set()
        for _ in range(ROUNDS):
            with self.inbox.writer.unit() as unit:
                now = self.clock()
                due = [one for one in moves.due(unit, self.account.name, now, at_once=at_once) if one.id not in tried]
                placed = [moves.placed(unit, one, now) for one in due]
            ready = [one for one in placed if one is not None]
            if not due or self.report.problem is not None:
                return
            tried |= {one.id for one in ready}
            if ready:
                self._carry(ready)

    def _carry(self, ready: list[Move]) -> None:
        from tui_inbox.connectors import imap
        from tui_inbox.connectors.imap import moving

        try:
            source = imap.from_table(self.account, lambda: self.secret(self.account))
            with moving.opened(source) as mailbox:
                for target, part in _parts(ready, moving.MOST):
                    try:
                        _Part(self, mailbox, part, target).carry()
                    except NotFound as problem:
                        self.postponed(part, problem)
        except Problem as problem:
            self.postponed(ready, problem)

    def postponed(self, rows: Iterable[Move], problem: Problem) -> None:
        """Leave the reason, and the time of the next try, with those of *rows* that no other run has tried since."""
        self.report.problem = self.report.problem or problem
        now = self.clock()
        with self.inbox.writer.unit() as unit:
            ids = [one.id for one in rows if moves.fresh(unit, one.id).tries == one.tries]
            moves.postponed(unit, ids, problem.what, {one.id: now + pause(one.tries + 1) for one in rows})


def _parts(rows: Iterable[Move], most: int) -> Iterator[tuple[str, list[Move]]]:
    """Yield what goes from one folder to one other ("": the archive), in parts that one command can carry."""
    groups: dict[tuple[str, str, str, int], list[Move]] = {}
    for one in rows:
        groups.setdefault((one.kind, one.at[0], one.target, one.at[1]), []).append(one)
    for (_, _, target, _), group in groups.items():
        for start in range(0, len(group), most):
            yield target, group[start : start + most]


@dataclass(slots=True)
class _Part:
    """Mails of one folder on their way to one other."""

    run: Run
    mailbox: moving.Mailbox
    rows: list[Move]
    target: str

    @property
    def _labels(self) -> bool:
        """Whether they stay where they lie and only get a label: on their way back, where folders are labels."""
        return self.rows[0].kind == BACK and self.mailbox.labels

    def carry(self) -> None:
        """Compare each mail with the one meant, move those that are, and record what came of each."""
        box, folder = self.mailbox, self.rows[0].at[0]
        self.target = self.target or box.archive()
        if self._labels:
            self._found([one for one in self.rows if one.state == MOVING], {}, None)
            self.rows = [one for one in self.rows if one.state != MOVING] + self._still_moving()
            if not self.rows:
                return
        there, doubtful = self._compared(box.open(folder))
        going = self._begun(there)
        claimed: dict[int, Location] = {}
        if going:
            claimed = box.move([one.at[2] for one in going], self.target, label=self._labels)
        self._found(going, claimed, NOT_THERE.format(host=box.source.host, folder=box.shown(self.target)))
        self._found(doubtful, {}, MEANWHILE.format(folder=box.shown(folder)))

    def _still_moving(self) -> list[Move]:
        """Return those in doubt that were not found at their target."""
        with self.run.inbox.writer.window() as window:
            now = [moves.fresh(window, one.id) for one in self.rows]
        return [one for one in now if one.state == MOVING]

    def _compared(self, uidvalidity: int) -> tuple[list[Move], list[Move]]:
        """Return what lies where it was, and what may have been moved by an earlier try; the others are left alone."""
        box, folder = self.mailbox, self.mailbox.shown(self.rows[0].at[0])
        renumbered = self.rows[0].at[1] != uidvalidity
        ids = {} if renumbered else box.ids([one.at[2] for one in self.rows])
        there: list[Move] = []
        doubtful: list[Move] = []
        left: list[tuple[Move, str]] = []
        for one in self.rows:
            here = ids.get(one.at[2])
            if not one.named:
                left.append((one, NO_ID))
            elif here is not None and one.named in here:
                there.append(one)
            elif one.state == MOVING:
                doubtful.append(one)
            elif renumbered:
                left.append((one, RENUMBERED.format(folder=folder)))
            else:
                left.append((one, MEANWHILE.format(folder=folder) if here is None else ANOTHER))
        if not box.moves and not self._labels:
            left += [(one, NO_MOVE.format(host=box.source.host)) for one in there]
            there = []
        self._left(left)
        return there, doubtful

    def _begun(self, there: list[Move]) -> list[Move]:
        """Return what is still to be moved, on record as under way."""
        if not there:
            return []
        with self.run.inbox.writer.unit() as unit:
            return [one for one in there if moves.begin(unit, one, self.target, self.run.clock())]

    def _found(self, rows: list[Move], claimed: dict[int, Location], otherwise: str | None) -> None:
        """Record of *rows* where they now lie in the target; what is not there is left alone (None: as it is)."""
        if not rows:
            return
        from tui_inbox.connectors.imap import moving

        landed = self.mailbox.landed(self.target, {one.at[2]: one.named for one in rows}, claimed)
        now = self.run.clock()
        with self.run.inbox.writer.unit() as unit:
            for one in rows:
                to = landed.get(one.at[2])
                if to is None:
                    continue
                at = (to.folder, to.uidvalidity, to.uid)
                moves.moved(unit, one, at, now, inbox=one.kind == BACK, left=not self._labels)
                cursor = None if self._labels else moves.cursor(unit, one.account_id, one.at[0])
                if cursor is not None:
                    shorter = moving.without(cursor, Location(*one.at))
                    moves.set_cursor(unit, one.account_id, one.at[0], shorter)
                self.run.report.moved += 1
        if otherwise is not None:
            self._left([(one, otherwise) for one in rows if one.at[2] not in landed], asked=True)

    def _left(self, left: list[tuple[Move, str]], *, asked: bool = False) -> None:
        """Record of each why it is left alone; *asked*: the server was told to move it all the same."""
        if not left:
            return
        now = self.run.clock()
        with self.run.inbox.writer.unit() as unit:
            for one, why in left:
                moves.failed(unit, one, why, now, asked=asked)
        self.run.report.left += len(left)

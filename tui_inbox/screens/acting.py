"""The three acts, as an agent says them: what they are about, what of it was drawn, and what came of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual.screen import Screen

from tui_inbox.problems import Problem
from tui_inbox.rules.clean import cells as clipped
from tui_inbox.rules.model import ME
from tui_inbox.screens import cells
from tui_inbox.screens.bars import Said
from tui_inbox.screens.intent import Intent, archived, forwarded, snoozed, snoozed_again
from tui_inbox.screens.post import Post
from tui_inbox.screens.reading import Reading
from tui_inbox.screens.rows import Rows
from tui_inbox.store.lines import Row

if TYPE_CHECKING:
    from tui_inbox.inbox import Inbox
    from tui_inbox.inbox.outcome import Outcome
    from tui_inbox.screens.forward import HandOver
    from tui_inbox.screens.snooze import Until

PREVIEWED = 200
"""Conversations that are read before an act on many, to say how they stand."""

ABOUT = 48
"""Cells that a conversation takes at most in a sentence."""


def called(row: Row | None) -> str:
    """Return how a conversation is called in a sentence."""
    return clipped(f"{cells.who(row)}, {row.subject or row.snippet}", ABOUT) if row else ""


def _undone(row: Row, room: int, marks: cells.Marks) -> str:
    """Return what an undo has brought back and where it lies, in *room* cells: what it is about is cut, not that."""
    where = f" {marks.dash} lies in {cells.TITLES[row.place]} again."
    return f"Undone: {clipped(called(row), max(12, room - len(f'Undone: {where}')), marks.ascii)}{where}"


class Acting(Screen[None]):
    """A screen with a list and an open conversation, on which an agent acts."""

    def __init__(self, post: Post) -> None:
        super().__init__()
        self.post = post
        self.stale = asyncio.Event()
        """Set when the list is to be read anew."""
        self.elsewhere = asyncio.Event()
        """Set when another list is wanted: what is being read for the one before is not waited for."""
        self.settled: set[int] = set()
        """Conversations whose acts are done, but which the list that is drawn does not know of yet."""
        self.restored: frozenset[int] = frozenset()
        """What the cursor is to go to, the first of it: what an undo has brought back, where a search began."""
        self.cut_off = False
        """Whether there was no way to a mailbox's server when it was last tried."""
        self._repeat: Intent | None = None

    @property
    def rows(self) -> Rows:
        """The list."""
        return self.query_one(Rows)

    @property
    def reading(self) -> Reading:
        """The pane of the open conversation."""
        return self.query_one(Reading)

    def say(self, words: str, *, trouble: bool = False) -> None:
        """Say what happened, in the line above the keys."""
        self.query_one(Said).say(words, trouble=trouble)

    def say_problem(self, problem: Problem) -> None:
        """Say what could not be done, and what leads out."""
        self.say(f"{problem.what} {problem.hint}".strip(), trouble=True)

    def position(self, lines: Iterable[int] = ()) -> None:
        """Say where in the list the cursor stands; *lines* of the list are painted with it."""

    def window(self, ids: Sequence[int]) -> list[Row]:
        """Return the rows of *ids*: a short indexed read."""
        raise NotImplementedError

    def seen_of(self, id_: int) -> int:
        """Return what of a conversation was drawn: all that the open pane shows, else what the list was read from."""
        return self.reading.seen if self.reading.shown == id_ else self.rows.drawn_seen

    @property
    def in_step(self) -> bool:
        """Whether the list that is drawn is the one that was asked for."""
        raise NotImplementedError

    def drawn(self) -> list[tuple[int, int]]:
        """Return what an act is about, each with what of it is drawn; both are taken when the key is pressed.

        While another list than the one that was asked for is drawn, that is nothing.
        """
        if not self.in_step:
            return []
        return [(id_, self.seen_of(id_)) for id_ in self.rows.chosen()]

    def act(self, intent: Intent, drawn: list[tuple[int, int]]) -> None:
        """Carry out *intent* on *drawn*; the cursor goes on at once, the list follows when it is done."""
        if not drawn:
            self.say("There is nothing here to act on.")
            return
        self._repeat = intent
        about = called(self.first(drawn))
        self.rows.leave([id_ for id_, _ in drawn])
        self.position()
        self.run_worker(self._carry_out(intent, drawn, about), group="acts")

    async def _carry_out(self, intent: Intent, drawn: list[tuple[int, int]], about: str) -> None:
        now, ids = self.post.clock(), [id_ for id_, _ in drawn]

        def carried(inbox: Inbox) -> Outcome | None:
            commands = [intent.build(inbox, id_, seen, now) for id_, seen in drawn]
            wanted = [command for command in commands if command is not None]
            return inbox.perform(wanted, now) if wanted else None

        try:
            outcome = await self.post.write(carried)
        except Problem as problem:
            self.say_problem(problem)
            self.rows.stay(ids)
            return
        if outcome is None:
            self.rows.stay(ids)
            self.say("There is no interrupted plan to take again.")
            return
        self._after(outcome, intent, about)
        self.rows.stay([one.id for one in outcome.skipped])
        self.settled.update(outcome.done)
        self.stale.set()

    def _after(self, outcome: Outcome, intent: Intent, about: str) -> None:
        """Say what was done, what was skipped and why, and that it can be undone."""
        done, skipped = len(outcome.done), outcome.skipped
        words = []
        then = [*([intent.then] if intent.then else []), f"{self.post.key('desk.undo')} undoes."]
        if done > 1 or (done and skipped):
            words.append(f"{intent.verb} {done:,} conversation{'' if done == 1 else 's'}.")
        elif done:
            room = self.size.width - len("  ".join([f"{intent.verb}: .", *then])) - 4
            named = clipped(about, max(12, room), self.post.marks.ascii)
            words.append(f"{intent.verb}: {named}{'' if named.endswith((self.post.marks.more, *'.!?')) else '.'}")
        if skipped:
            why = skipped[0].why.rstrip(".")
            words.append(f"Skipped {len(skipped)}: {why}." if done + len(skipped) > 1 else f"Skipped: {why}.")
        words += then if done else []
        self.say("  ".join(words), trouble=bool(skipped) and not done)

    def first(self, drawn: list[tuple[int, int]]) -> Row | None:
        """Return the first of those that an act is about: under the cursor, unless others are selected."""
        row, id_ = self.rows.current_row(), drawn[0][0]
        return row if row and row.id == id_ else next(iter(self.window([id_])), None)

    def ask(self, verb: str, intent: Intent, drawn: list[tuple[int, int]]) -> None:
        """Carry out *intent* on one conversation at once; on more, say how many and which, and wait for Enter."""
        if len(drawn) < 2:
            self.act(intent, drawn)
            return
        from tui_inbox.screens.menus import Confirm  # deferred: the first picture does not need it

        rows = self.window([id_ for id_, _ in drawn[:PREVIEWED]])

        def answered(yes: bool | None) -> None:
            if yes:
                self.act(intent, drawn)

        self.app.push_screen(Confirm(self.post, verb, len(drawn), rows), answered)

    def action_archive(self) -> None:
        self.ask("Archive", archived(), self.drawn())

    def action_snooze(self) -> None:
        from tui_inbox.screens.snooze import SnoozePrompt  # deferred: the first picture does not need it

        if not (drawn := self.drawn()):
            return
        first = drawn[0][0]

        def answered(until: Until | None) -> None:
            if until:
                self.act(snoozed(until, first), drawn)
                self._repeat = snoozed(until)

        self.app.push_screen(SnoozePrompt(self.post, first, called(self.first(drawn)), len(drawn)), answered)

    def action_again(self) -> None:
        self.ask("Snooze again", snoozed_again(), self.drawn())

    def action_forward(self) -> None:
        from tui_inbox.screens.forward import ForwardPrompt  # deferred: the first picture does not need it

        if not (drawn := self.drawn()):
            return

        def answered(over: HandOver | None) -> None:
            if over:
                self.act(forwarded(over, sends=self.post.sends, cut_off=self.cut_off), drawn)

        row = self.first(drawn)
        away = len(drawn) > 1 or (row is not None and row.owner != ME)
        self.app.push_screen(ForwardPrompt(self.post, called(row), len(drawn), take_back=away), answered)

    def action_repeat(self) -> None:
        if self._repeat:
            self.ask(f"{self._repeat.verb}: the same for", self._repeat, self.drawn())
        else:
            self.say("Nothing has been done yet that could be repeated.")

    def action_undo(self) -> None:
        self.run_worker(self._undo(), group="acts")

    async def _undo(self) -> None:
        now = self.post.clock()
        try:
            outcome = await self.post.write(lambda inbox: inbox.undo(now))
            rows = await self.post.ask(lambda reader: reader.rows(outcome.done[:1], now))
        except Problem as problem:
            self.say_problem(problem)
            return
        done = len(outcome.done)
        room, marks = self.size.width - 2, self.post.marks
        words = [f"Undone: {done:,} conversations."] if done > 1 else [_undone(row, room, marks) for row in rows]
        words += [f"{one.why.rstrip('.')}. {one.hint}".rstrip() for one in outcome.skipped[:1]]
        self.say("  ".join(words) or "There is nothing to undo.", trouble=not done and bool(outcome.skipped))
        self._brought_back(outcome.done)

    def _brought_back(self, ids: Sequence[int]) -> None:
        """Show *ids*, which an undo has brought back."""
        self.restored = frozenset(ids)
        self.stale.set()

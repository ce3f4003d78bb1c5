"""The review: a queue one conversation after another over the whole screen, three keys and skip, and a summary."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize

from tui_inbox.inbox.outcome import Outcome
from tui_inbox.problems import Problem
from tui_inbox.rules.review import SKIPPED, Review
from tui_inbox.screens.acting import called
from tui_inbox.screens.asking import Asking
from tui_inbox.screens.bars import Foot, Lines, Said
from tui_inbox.screens.cells import Piece, amount, apart, clock, fit, who
from tui_inbox.screens.glance import Glance, GlanceLine, glance
from tui_inbox.screens.intent import Intent
from tui_inbox.screens.keys import BY_ID, DESK, READING, bindings, keys_of
from tui_inbox.screens.over import known
from tui_inbox.screens.pages import Page
from tui_inbox.screens.post import Post
from tui_inbox.screens.reading import Reading
from tui_inbox.screens.rows import Rows
from tui_inbox.screens.thread import Layout, lay_out
from tui_inbox.store.lines import Queue, Row
from tui_inbox.store.reader import Reader

WIDE = 140
"""From how many columns the customer stands beside the conversation."""
FOOT = {
    "conversation.archive": "archive",
    "conversation.snooze": "snooze",
    "conversation.forward": "forward",
    "reading.next": "skip",
    "reading.previous": "previous",
    "desk.undo": "undo",
    "reading.back": "leave",
    "desk.help": "help",
}
"""The keys of a review, and what each is called in it."""


class Progress(Lines):
    """Where the review is, and the conversation that is shown: who, about what, and how its clock stands."""

    DEFAULT_CSS = "Progress { height: 2; padding: 0 1; background: $panel; }"

    def __init__(self, post: Post) -> None:
        super().__init__("progress")
        self.post = post
        self.review: Review | None = None
        self.row: Row | None = None
        self.known: Piece = ("", "quiet")

    def pieces(self, y: int) -> list[Piece]:
        if self.review is None:
            return []
        return self._far(self.review) if y == 0 else self._about()

    def _far(self, it: Review) -> list[Piece]:
        width, marks = self.size.width, self.post.marks
        count = f" {min(it.at + 1, len(it.ids)):,}/{len(it.ids):,} "
        title = f"Review: {it.of}"
        before = it.how(it.current) if it.current is not None else ""
        beside = len(f"  {before} before" if before else "") + len(self.known[0]) + 2
        room = max(0, min(30, width - len(title) - len(count) - beside))
        done = room * it.at // len(it.ids) if it.ids else room
        bar = ("#", "-") if marks.ascii else ("━", "─")
        left = [
            (fit(title, min(len(title), width - len(count))), "title"),
            (count, "quiet"),
            (bar[0] * done, "good"),
            (bar[1] * (room - done), "quiet"),
            (f"  {before} before" if before else "", "reason"),
        ]
        return apart(left, [self.known], width)

    def _about(self) -> list[Piece]:
        if self.row is None:
            return []
        when, role = clock(self.row, self.post.clock(), self.post.zone, self.post.marks)
        away = f", {self.row.owner}" if self.row.place == "handed_over" else ""
        return [
            (f"{when.strip()}  ", role),
            (who(self.row), "customer"),
            (f"  {self.row.subject or self.row.snippet}", "subject"),
            (away, "reason"),
        ]


class ReviewScreen(Asking):
    """One conversation after another; what is decided is done at once, and kept, so that it can be interrupted."""

    BINDINGS = bindings(DESK)  # type: ignore[assignment]  # Textual types this as a mixed list
    AUTO_FOCUS = "#reading"
    DEFAULT_CSS = """
    ReviewScreen Rows { display: none; }
    ReviewScreen #pane { height: 1fr; }
    ReviewScreen.-wide Reading { width: 103; }
    ReviewScreen.-wide Glance { display: block; height: 1fr; padding: 0 1; border-left: solid $primary 40%; }
    ReviewScreen.-plain.-wide Glance { border-left: ascii $primary 40%; }
    """

    def __init__(self, post: Post, review: Review, seen: int) -> None:
        super().__init__(post)
        self.review = review
        self._seen = seen
        self._since = post.clock()

    def compose(self) -> ComposeResult:
        yield Progress(self.post)
        yield Rows(self.window, self.post.clock, self.post.zone)
        with Horizontal(id="pane"):
            yield Reading()
            yield Glance()
        yield Said()
        yield Foot()

    def on_mount(self) -> None:
        self.reading.marks = self.post.marks
        for one in (self, self.reading):
            one.set_class(self.post.marks.ascii, "-plain")
        self.set_class(self.size.width >= WIDE, "-wide")
        self.query_one(Foot).keys = [
            (keys_of(BY_ID[id_], self.post.keys, self.post.marks.ascii).split(" ")[0], label)
            for id_, label in FOOT.items()
        ]
        self.rows.show(Queue(self.review.of, array("q", self.review.ids), self._seen), self.review.at)
        if self.review.decided:
            self.say(f"Taken up again: {len(self.review.decided)} of {len(self.review.ids)} were shown before.")
        self.call_after_refresh(self._turn)

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-wide")

    # --- what the room above asks of a screen with a list ---------------------------------------------------

    def where(self) -> str:
        return READING

    def window(self, ids: Sequence[int]) -> list[Row]:
        return [self.reading.layout_.whole.row] if self.reading.layout_ and self.reading.shown in ids else []

    @property
    def in_step(self) -> bool:
        return self.reading.shown == self.review.current

    @property
    def holding(self) -> bool:
        """Whether keys wait: the conversation that they are about is not drawn yet."""
        return not self.review.over and not self.in_step

    def visit_row(self, row: Row | None) -> None:
        if row is not None:
            self.say("That lies outside this review; leave it first.")

    # --- going through it -----------------------------------------------------------------------------------

    def _turn(self) -> None:
        """Show the conversation that is current, or the summary behind the last."""
        progress = self.query_one(Progress)
        progress.review = self.review
        progress.refresh()
        if self.review.over:
            self.run_worker(self._sum_up(), group="turn", exclusive=True)
            return
        self.rows.cursor = self.review.at
        self.run_worker(self._read(), group="turn", exclusive=True)

    async def _read(self) -> None:
        id_ = self.review.current
        assert id_ is not None
        width, folded, pane = self.reading.room, self.reading.folded, self.query_one(Glance)
        beside = max(20, pane.size.width) if self.has_class("-wide") else 0

        def laid_out(reader: Reader) -> tuple[Layout, Piece, list[GlanceLine]]:
            now = self.post.clock()
            whole = reader.conversation(id_, now)
            marks, key = self.post.marks, self.post.key
            laid = lay_out(whole, width, now, self.post.zone, folded=folded, marks=marks, key=key)
            lines = list[GlanceLine]()
            if beside:
                with suppress(Problem):  # nobody is known here
                    it = reader.customer(whole.row.contact.id, now)
                    lines = glance(it, beside, now, self.post.zone, marks, key=key, brief=True)
            return laid, known(reader, self.post, now), lines

        try:
            layout, age, lines = await self.post.ask(laid_out)
        except Problem as problem:
            self.say_problem(problem)
            self._go(self.review.decide("gone"))
            return
        if id_ != self.review.current:
            return
        # One that has become part of another is shown as that, and decided as what it was in the queue.
        shown = replace(layout, whole=replace(layout.whole, row=replace(layout.whole.row, id=id_)))
        self.reading.show(shown)
        pane.show(lines)
        progress = self.query_one(Progress)
        progress.row, progress.known = layout.whole.row, age
        progress.refresh()
        if layout.whole.row.news:
            seen, now = layout.whole.seen, self.post.clock()
            await self.post.write(lambda inbox: inbox.mark_seen(id_, seen, now))

    def _go(self, to: Review) -> None:
        """Go on to *to*, and keep how far that is."""
        now = self.post.clock()
        self.review, self._since = replace(to, spent=to.spent + (now - self._since)), now
        kept = self.review
        self.run_worker(self.post.write(lambda inbox: inbox.keep_review(kept)), group="keep")
        self._turn()

    def act(self, intent: Intent, drawn: list[tuple[int, int]]) -> None:
        if not drawn:
            return
        self._repeat = intent
        self.run_worker(self._carry_out(intent, drawn, called(self.first(drawn))), group="acts")
        self._go(self.review.decide(intent.verb.split(" ")[0].lower()))

    def _after(self, outcome: Outcome, intent: Intent, about: str) -> None:
        super()._after(outcome, intent, about)
        if outcome.skipped:
            # It is not as it was asked to be: nothing was decided of it, and it counts as left.
            taken = {one.id for one in outcome.skipped}
            self.review = replace(
                self.review, decided=tuple((id_, SKIPPED if id_ in taken else how) for id_, how in self.review.decided)
            )

    def action_again(self) -> None:
        row = self.rows.current_row()
        if row is None or row.plan is None:
            self.say("There is no interrupted plan to take again.")
        else:
            super().action_again()

    def action_turn(self, by: int) -> None:
        self.say("")  # what was said is about another
        self._go(self.review.onward() if by > 0 else self.review.back())

    def _brought_back(self, ids: Sequence[int]) -> None:
        if ids:
            self.reading.show(None)
            self._go(self.review.undecided(ids))

    @on(Reading.Resized)
    @on(Reading.Folded)
    def lay_out_anew(self) -> None:
        self._turn()

    # --- leaving it -----------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Leave it where it is; the same review takes it up again."""
        self._back(f"The review of {self.review.of} is kept at {self.review.at + 1:,} of {len(self.review.ids):,}.")

    def _back(self, words: str) -> None:
        desk = self.app.screen_stack[0]
        self.dismiss(None)
        if isinstance(desk, Asking):
            desk.stale.set()
            desk.say(words)

    async def _sum_up(self) -> None:
        """Show what was decided, how long it took, and what is left."""
        left, now = self.review.left, self.post.clock()
        rows = await self.post.ask(lambda reader: reader.rows(left, now))
        page = Page(self.post, summary(self.review, rows, now))
        self.app.push_screen(page, lambda _none: self._back(f"Reviewed {self.review.of}."))

    def action_search(self) -> None:
        self.say("This is a review; leave it to search.")

    def action_go(self, where: str = "") -> None:
        self.say("This is a review; leave it to go elsewhere.")

    async def action_quit(self) -> None:
        self.action_leave()


def summary(it: Review, left: Sequence[Row], now: datetime) -> list[list[Piece]]:
    """Return the page at the end of a review; *left* are the conversations nothing was decided of."""
    counts, number = it.counts(), len(it.ids)
    lines: list[list[Piece]] = [
        [(f"Reviewed: {it.of}, {number} conversation{'' if number == 1 else 's'}", "title")],
        [],
    ]
    lines += [[(f"{how.capitalize():<14}", "quiet"), (str(count), "read")] for how, count in counts.items()]
    each = it.spent / number if number else it.spent
    lines += [[(f"{'Time':<14}", "quiet"), (f"{_spent(it.spent)}, {_spent(each)} each", "read")], []]
    if not left:
        return [*lines, [("Nothing is left.", "good")]]
    late = sum(row.due is not None and row.due < now for row in left)
    lines.append([(f"{len(left)} left, {late} of them late", "late" if late else "quiet")])
    lines += [[(fit(who(row), 20) + " ", "read"), (fit(row.subject or row.snippet, 50), "quiet")] for row in left[:8]]
    return [*lines, [(f"and {len(left) - 8} more", "quiet")]] if len(left) > 8 else lines


def _spent(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds}s" if seconds < 60 else amount(span)

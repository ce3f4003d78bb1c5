"""The snooze prompt: a digit or words, and both resulting times before anything happens."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from tui_inbox.inbox.outcome import SnoozePlan
from tui_inbox.problems import Problem
from tui_inbox.rules.snoozing import CROWDED, PRESETS, half_day, meant
from tui_inbox.screens import paint
from tui_inbox.screens.cells import FANCY, Piece
from tui_inbox.screens.post import Post
from tui_inbox.screens.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Until:
    """What was confirmed: the words, and the plan the agent saw for the first of the conversations."""

    words: str
    plan: SnoozePlan


class SnoozePrompt(Prompt[Until]):
    """Asks until when, and shows when the conversation is back and when it is then due."""

    def __init__(self, post: Post, id_: int, about: str, count: int) -> None:
        many = f"Snooze {count:,} conversations" if count > 1 else f"Snooze: {about}"
        again = (
            f'{post.key("prompt.confirm")}: again "{post.last_snooze}"'
            if post.last_snooze
            else "a digit, or: 3h, tomorrow 9, fri 9 / 12:00"
        )
        super().__init__(post, many, again)
        self._of = id_
        self._found: Until | None = None

    def begin(self) -> None:
        rows = [[(f" {number} ", "key"), (f"{says:<26}", "read")] for number, (_, says) in enumerate(PRESETS, 1)]
        half = (len(rows) + 1) // 2
        lines: list[list[Piece]] = [
            [*first, *second] for first, second in zip(rows[:half], [*rows[half:], []][:half], strict=True)
        ]
        lines.append([(" fri 9 / 12:00 is back on Friday at 9, to be answered by 12:00", "quiet")])
        self.choices(paint.lines(lines))
        self.typed("")

    def typed(self, text: str) -> None:
        self._found = None
        if not (words := meant(text, self.post.last_snooze)):
            self.preview(Content(""))
            return
        self.run_worker(self._look(words), group="preview", exclusive=True)

    async def _look(self, words: str) -> None:
        """Show what *words* would do; what is not understood is said instead."""
        now = self.post.clock()
        try:
            plan = await self.post.write(lambda inbox: inbox.plan_snooze(self._of, words, now))
            since, until, half = half_day(plan.due, self.post.zone)
            others = await self.post.ask(lambda reader: reader.due_between(since, until, self._of))
        except Problem as problem:
            self.holding = False
            self.preview(paint.lines([[(problem.what, "warning")], [(problem.hint, "quiet")]]))
            return
        self._found = Until(words, plan)
        due = f"{others} other{' is' if others == 1 else 's are'} due that {half}." if others else ""
        said = plan.sentence.replace(FANCY.dash, self.post.marks.dash)
        self.preview(paint.lines([[(said, "good")], [(due, "risk" if others > CROWDED else "quiet")]]))
        if self.holding:
            self.confirm()

    def confirm(self) -> None:
        words = meant(self.line.value, self.post.last_snooze)
        if self._found and self._found.words == words:
            self.post.last_snooze = words
            self.dismiss(self._found)
        elif words and not self.holding:
            self.holding = True
            self.run_worker(self._look(words), group="preview", exclusive=True)

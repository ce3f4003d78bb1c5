"""The forward picker: a teammate as you type, with what they can and what they hold, then a line for them."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from tui_inbox.config import Teammate
from tui_inbox.rules.model import ME
from tui_inbox.rules.picking import matching
from tui_inbox.screens import paint
from tui_inbox.screens.cells import Piece, fit
from tui_inbox.screens.post import Post
from tui_inbox.screens.prompt import Prompt

SHOWN = 10
"""Teammates that are listed at once."""
LOADED = 20
"""Conversations: who holds more is shown to have much to do."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """What was confirmed: who becomes the owner, and what they are told."""

    to: str
    note: str


class ForwardPrompt(Prompt[HandOver]):
    """Asks to whom, then for a line to them."""

    def __init__(self, post: Post, about: str, count: int, *, take_back: bool) -> None:
        what = f"Forward {count:,} conversations" if count > 1 else f"Forward: {about}"
        super().__init__(post, what, "a teammate's name or skill")
        me = Teammate(ME, ", ".join(post.config.me.addresses[:1]), post.config.me.skills)
        self._team = (*((me,) if take_back else ()), *post.config.teammates)
        self._found = list(self._team)
        self._at = 0
        self._holds: dict[str, int] = {}
        self._chosen: Teammate | None = None

    def begin(self) -> None:
        self._draw()
        self.run_worker(self._count(), group="holds")

    async def _count(self) -> None:
        self._holds = await self.post.ask(lambda reader: reader.held(self.post.clock()))
        self._draw()

    def typed(self, text: str) -> None:
        if self._chosen is None:
            known = [(mate, (mate.name, mate.address, *mate.skills)) for mate in self._team]
            self._found, self._at = matching(text, known), 0
            self._draw()

    def _draw(self) -> None:
        if self._chosen:
            return
        if not self._team:
            self.choices(Content("No teammate is configured."))
            self.preview(Content("Add a [[teammate]] with a name and an address to config.toml."))
            return
        confirm = self.post.key("prompt.confirm")
        first = max(0, min(self._at - SHOWN + 1, len(self._found) - SHOWN))
        lines = [self._line(index, mate) for index, mate in enumerate(self._found)][first : first + SHOWN]
        self.choices(paint.lines(lines or [[("Nobody is called that.", "warning")]]))
        onward = f", {self.post.key('prompt.down')} goes on" if len(self._found) > 1 else ""
        told = f"{confirm} chooses{onward}; then you may add a line for them." if self._found else ""
        self.preview(paint.lines([[(told, "read")]]))

    def _line(self, index: int, mate: Teammate) -> list[Piece]:
        here = index == self._at
        holds = self._holds.get(mate.name, 0)
        skills = ", ".join(mate.skills) or self.post.marks.dash
        return [
            (f"{self.post.marks.cursor if here else ' '} ", "key"),
            (fit(mate.name, 16, self.post.marks) + " ", "title" if here else "read"),
            (f"tier {mate.tier}  ", "quiet"),
            (fit(skills, 24, self.post.marks) + " ", "quiet"),
            (f"holds {holds}", "risk" if holds > LOADED else "quiet"),
        ]

    def confirm(self) -> None:
        if self._chosen:
            self.dismiss(HandOver(self._chosen.name, self.line.value.strip()))
        elif self._found:
            self._choose(self._found[self._at])

    def _choose(self, mate: Teammate) -> None:
        self._chosen = mate
        line = self.line
        line.placeholder = f"a line for them, or just {self.post.key('prompt.confirm')}"
        line.value = ""
        address = f" <{mate.address}>" if mate.address else ""
        self.choices(Content(paint.gate(f"To {mate.name}{address}")))
        promise = (
            "You become the owner again; promises stay open."
            if mate.name == ME
            else "They become the owner, and the promise to the customer is theirs."
        )
        self.preview(Content(promise))

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        if self._chosen is None and self._found:
            self._at = (self._at + by) % len(self._found)
            self._draw()

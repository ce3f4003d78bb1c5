"""The prompt that puts right what a message was taken for: which message, as what and why, and what it really is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_inbox.rules.model import Class
from tui_inbox.rules.spoken import spoken
from tui_inbox.screens import paint
from tui_inbox.screens.cells import Piece, fit
from tui_inbox.screens.post import Post
from tui_inbox.screens.prompt import Prompt
from tui_inbox.screens.thread import CLASSES
from tui_inbox.screens.wrapping import wrap
from tui_inbox.store.whole import MessageLine

CHOICES: tuple[tuple[str, Class, str], ...] = (
    ("h", Class.HUMAN, "a person wrote it; it waits for an answer"),
    ("a", Class.AUTO, "a machine wrote it: an automatic reply, a receipt"),
    ("b", Class.BULK, "it was sent to many: a newsletter, advertising"),
    ("s", Class.SYSTEM, "a notice of the channel, not a message"),
)
"""The letters that choose, what they stand for, and that in words."""
WIDTH = 62
"""Cells of the window's lines."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was confirmed: a message, and what it is from now on."""

    message: int
    class_: Class


class CorrectPrompt(Prompt[Judged]):
    """Asks what a message really is. The arrows go to the messages before and after it."""

    def __init__(self, post: Post, messages: Sequence[MessageLine], at: int) -> None:
        up, down = post.key("prompt.up"), post.key("prompt.down")
        super().__init__(post, "What is this message?", f"h, a, b or s; {up} and {down} choose another message")
        self._messages, self._at = messages, at
        self._wanted: Class | None = None

    @property
    def message(self) -> MessageLine:
        """The message that is asked about."""
        return self._messages[self._at]

    @property
    def chosen(self) -> Class:
        """What Enter says it is: what was typed, else the other of person and machine."""
        other = Class.AUTO if self.message.class_ is Class.HUMAN else Class.HUMAN
        return self._wanted or other

    def begin(self) -> None:
        self._draw()

    def typed(self, text: str) -> None:
        letter = text.strip().casefold()[-1:]
        self._wanted = next((class_ for key, class_, _ in CHOICES if key == letter), None)
        if len(text) > 1:
            self.line.value = letter
        self._draw()

    def _draw(self) -> None:
        one, marks = self.message, self.post.marks
        when = spoken(one.received_at, self.post.clock(), self.post.zone)
        sender = one.sender_name or one.sender_identity or "the channel itself"
        taken = f"It was taken for {CLASSES[one.class_]}" + (f": {one.why}" if one.why else "") + "."
        said = (one.text or one.subject).strip().partition("\n")[0]
        lines: list[list[Piece]] = [
            [(fit(f"{self._at + 1} of {len(self._messages)}: {sender}, {when}", WIDTH, marks), "title")],
            [(fit(said, WIDTH, marks), "read")],
            *([(part, "warning")] for part in wrap(taken, WIDTH)),
            [],
        ]
        for key, class_, says in CHOICES:
            here = class_ is self.chosen
            lines.append(
                [
                    (f"{marks.cursor if here else ' '} {key} ", "key"),
                    (f"{class_.value:<7} ", "title" if here else "read"),
                    (says, "quiet"),
                ]
            )
        self.choices(paint.lines(lines))
        self.preview(paint.lines([self._preview()]))

    def _preview(self) -> list[Piece]:
        if self.chosen is self.message.class_:
            return [("That is what it was taken for already.", "quiet")]
        again = self.post.key("reading.correct")
        return [(f"From now on it is {CLASSES[self.chosen]}; {again} again changes it back.", "good")]

    def confirm(self) -> None:
        self.dismiss(None if self.chosen is self.message.class_ else Judged(self.message.id, self.chosen))

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._messages) - 1))
        self._draw()

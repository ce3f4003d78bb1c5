"""The files of a conversation: chosen by number, opened or saved only by a key; what could run is never opened here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_inbox.rules.spoken import spoken
from tui_inbox.screens import paint
from tui_inbox.screens.cells import Piece, fit
from tui_inbox.screens.post import Post
from tui_inbox.screens.prompt import Prompt
from tui_inbox.screens.thread import attachment
from tui_inbox.screens.wrapping import wrap
from tui_inbox.store.whole import AttachmentLine, MessageLine

SHOWN = 8
"""Files that are listed at once."""
WIDTH = 62
"""Cells of the window's lines."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: a file, to be opened or saved."""

    file: AttachmentLine
    save: bool


class FilesPrompt(Prompt[Wanted]):
    """Asks for a file's number; Enter opens it, s saves it. The arrows go through them."""

    def __init__(self, post: Post, messages: Sequence[MessageLine], at: int, folder: str) -> None:
        super().__init__(post, "Files", f"its number; {post.key('prompt.confirm')} opens it, s saves it")
        self._files = [(one, file) for one in messages for file in one.attachments]
        self._folder = folder
        here = messages[at].id if at < len(messages) else 0
        self._at = next((index for index, (one, _) in enumerate(self._files) if one.id == here), 0)

    def begin(self) -> None:
        self._draw()

    def typed(self, text: str) -> None:
        typed = text.strip().casefold()
        if typed.endswith("s"):
            self.line.value = typed[:-1]
            self._answer(save=True)
        elif typed.isdigit():
            self._at = max(0, min(int(typed) - 1, len(self._files) - 1))
            self._draw()

    def _draw(self) -> None:
        marks, lines = self.post.marks, list[list[Piece]]()
        first = max(0, min(self._at - SHOWN + 1, len(self._files) - SHOWN))
        for index, (_, file) in list(enumerate(self._files))[first : first + SHOWN]:
            here = index == self._at
            number = f"{marks.cursor if here else ' '} {index + 1:>3}  "
            lines.append([(number, "key"), (fit(attachment(file), WIDTH - 8, marks), "title" if here else "read")])
        self.choices(paint.lines(lines or [[("No file came with this conversation.", "quiet")]]))
        if self._files:
            self.preview(paint.lines([[(text, "quiet")] for text in wrap(self._about(), WIDTH)]))

    def _about(self) -> str:
        message, file = self._files[self._at]
        sender = message.sender_name or message.sender_identity or "the channel"
        when = spoken(message.received_at, self.post.clock(), self.post.zone)
        what = f"s saves it into {self._folder}" if file.stored else "It is not stored here; opening it says why"
        return f"From {sender}, {when}. {what}."

    def _answer(self, *, save: bool) -> None:
        if self._files:
            self.dismiss(Wanted(self._files[self._at][1], save))

    def confirm(self) -> None:
        self._answer(save=False)

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._files) - 1))
        self._draw()

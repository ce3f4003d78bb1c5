"""The links of a message: numbered as in its text, shown in full, copied or opened only by a key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from tui_inbox.rules.links import leads_to
from tui_inbox.screens import paint
from tui_inbox.screens.cells import Piece, fit
from tui_inbox.screens.hits import links_of
from tui_inbox.screens.post import Post
from tui_inbox.screens.prompt import Prompt
from tui_inbox.screens.wrapping import wrap
from tui_inbox.store.whole import MessageLine

SHOWN = 8
"""Links that are listed at once."""
WIDTH = 62
"""Cells of the window's lines."""


class LinksPrompt(Prompt[str]):
    """Asks for a link's number and shows where it leads; Enter opens it, y copies it. The arrows go through them."""

    def __init__(self, post: Post, messages: Sequence[MessageLine], at: int, address: str = "") -> None:
        super().__init__(post, "Links", f"its number; {post.key('prompt.confirm')} opens it, y copies it")
        self._of, self._links = _from(messages, at)
        self._at = next((index for index, (_, one) in enumerate(self._links) if one == address), 0)

    @property
    def address(self) -> str:
        """The address that is shown; "" where there is none."""
        return self._links[self._at][1] if self._at < len(self._links) else ""

    def begin(self) -> None:
        self._draw()

    def typed(self, text: str) -> None:
        if text.strip().casefold().endswith("y"):
            self.line.value = text.strip()[:-1]
            self._copy()
            return
        if text.strip().isdigit():
            wanted = int(text)
            self._at = next((index for index, (number, _) in enumerate(self._links) if number == wanted), self._at)
        self._draw()

    def _copy(self) -> None:
        if self.address:
            self.app.copy_to_clipboard(self.address)
            self.preview(Content("Copied, where the terminal allows it."))

    def _draw(self) -> None:
        marks = self.post.marks
        lines: list[list[Piece]] = [[(fit(f"in what {self._of} wrote", WIDTH, marks), "quiet")]] if self._links else []
        first = max(0, min(self._at - SHOWN + 1, len(self._links) - SHOWN))
        for index, (number, address) in list(enumerate(self._links))[first : first + SHOWN]:
            here = index == self._at
            lines.append(
                [
                    (f"{marks.cursor if here else ' '} {number:>3}  ", "key"),
                    (fit(address, WIDTH - 8, marks), "title" if here else "read"),
                ]
            )
        self.choices(paint.lines(lines or [[("There is no link in this conversation.", "quiet")]]))
        if self.address:
            whole: list[list[Piece]] = [[(text, "warning")] for text in wrap(self.address, WIDTH)[:12]]
            self.preview(paint.lines([[(f"It leads to {leads_to(self.address)}:", "read")], *whole]))

    def confirm(self) -> None:
        self.dismiss(self.address or None)

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._links) - 1))
        self._draw()


def _from(messages: Sequence[MessageLine], at: int) -> tuple[str, list[tuple[int, str]]]:
    """Return who wrote, and the links of the message at *at*; where it has none, those of the nearest that has."""
    nearest: Iterable[int] = sorted(range(len(messages)), key=lambda index: (abs(index - at), -index))
    for index in nearest:
        if links := links_of(messages[index]):
            return messages[index].sender_name or messages[index].sender_identity, links
    return "", []

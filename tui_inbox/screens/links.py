"""The links of a message: numbered as in its text, shown in full, copied or opened only by a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from textual.content import Content

from tui_inbox.rules import clean
from tui_inbox.screens import paint
from tui_inbox.screens.cells import Piece, fit
from tui_inbox.screens.post import Post
from tui_inbox.screens.prompt import Prompt
from tui_inbox.screens.thread import wrap
from tui_inbox.store.reader import MessageLine

MOST = 200
"""Links of one message that are listed."""
SHOWN = 8
WIDTH = 62
_SCHEMES = r"(?:https?://|mailto:|tel:)"
_TARGET = re.compile(rf"^ {{0,4}}\[(\d{{1,3}})\] ({_SCHEMES}\S+)$", re.MULTILINE | re.IGNORECASE)
_PLAIN = re.compile(rf"(?<![\w/]){_SCHEMES}[^\s<>\"'\[\]]{{2,2000}}", re.IGNORECASE)


def links_of(message: MessageLine) -> list[tuple[int, str]]:
    """Return (number, address) for the links of *message*: first those that its text numbers, then the plain ones."""
    text = clean.block(f"{message.text}\n{message.quoted}")
    numbered = {int(found[1]): found[2] for found in _TARGET.finditer(text)}
    plain = dict.fromkeys(_bare(found[0]) for found in _PLAIN.finditer(text))
    following = max(numbered, default=0) + 1
    others = [address for address in plain if address not in numbered.values()]
    return [*sorted(numbered.items()), *enumerate(others, following)][:MOST]


def _bare(address: str) -> str:
    """Return *address* without the punctuation of the sentence it stands in."""
    end = len(address)
    open_ = address.count("(") - address.count(")")
    while end and (address[end - 1] in ".,;:!?…»”" or (address[end - 1] == ")" and open_ < 0)):
        open_ += address[end - 1] == ")"
        end -= 1
    return address[:end]


def leads_to(address: str) -> str:
    """Return in words where *address* leads: the machine, the mail address or the number."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
    except (ValueError, UnicodeError):
        return "an address that cannot be read"
    match parts.scheme.lower():
        case "http" | "https":
            return f"a page at {host}"
        case "mailto":
            return f"a mail to {parts.path}"
        case _:
            return f"a call to {parts.path}"


class LinksPrompt(Prompt[str]):
    """Asks for a link's number and shows where it leads; Enter opens it, y copies it. The arrows go through them."""

    def __init__(self, post: Post, messages: Sequence[MessageLine], at: int) -> None:
        super().__init__(post, "Links", "its number; Enter opens it, y copies it")
        self._of, self._links = _from(messages, at)
        self._at = 0

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

"""The quiet parts around the list: queues with their counts, counters, what happened last, and the keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from rich.style import Style
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Static

from tui_inbox.config import View
from tui_inbox.rules.clean import cells as clipped
from tui_inbox.rules.clean import width as width_of
from tui_inbox.rules.silence import as_of, known_until
from tui_inbox.screens import cells, looks, paint
from tui_inbox.screens.cells import TITLES, Marks, Piece, amount, fit
from tui_inbox.screens.keys import BY_ID, names_of
from tui_inbox.store.queues import Counts

if TYPE_CHECKING:
    from tui_inbox.store.sources import AccountLine

PLACES = ("inbox", "snoozed", "handed_over", "archived", "spam")
SHORT = {"handed_over": "Handed"}
_THOUSANDS = re.compile(r"\d[\d,]*")


class Lines(looks.Painted):
    """A widget that draws lines of pieces."""

    def pieces(self, y: int) -> list[Piece]:
        """Return what stands on line *y*."""
        raise NotImplementedError

    def under(self, y: int) -> Style:
        """Return the style that lies below line *y*."""
        return self.ground

    def render_line(self, y: int) -> Strip:
        return paint.strip(self.pieces(y), self.ink, self.size.width, self.under(y))

    def render(self) -> Content:
        return Content("")


class Top(Lines):
    """One line: where we are, the counters, and how old what we know is; a second one names the queues where there
    is no room for them at the side."""

    DEFAULT_CSS = "Top { height: 1; padding: 0 1; background: $panel; } Top.-queues { height: 2; }"

    class Chosen(Message):
        """A queue was clicked."""

        def __init__(self, queue: str) -> None:
            super().__init__()
            self.queue = queue

    def __init__(self) -> None:
        super().__init__("top")
        self.counts: Counts | None = None
        self.queue, self.title, self.synced = "inbox", "Inbox", ""
        self.silent = ""
        """Until when a source is known that has been silent too long."""
        self.going = ""
        """How far the reading of a mailbox is, in words; shown in place of how old what we know is."""
        self.position = ""
        self.selected = 0

    @property
    def placed(self) -> int:
        """The line that says where the cursor stands."""
        return 1 if self.has_class("-queues") else 0

    def pieces(self, y: int) -> list[Piece]:
        return self._counters() if y == self.placed else self._queues()

    def _counters(self) -> list[Piece]:
        width, brief = (
            self.size.width,
            _THOUSANDS.sub(lambda it: cells.short(int(it[0].replace(",", ""))), self.position),
        )
        # Before a counter is left out, the place is said in less detail, and the counters move together.
        for position, gap in ((self.position, "  "), (brief, "  "), (brief, " ")):
            left: list[Piece] = [(clipped(self.title, 30), "title"), (f" {position}", "quiet")]
            if self.selected:
                left.append((f"  {self.selected:,} selected", "selected"))
            right = self._standings(gap)
            if _width(left) + _width(right) <= width:
                break
        while right and _width(left) + _width(right) > width:
            right = right[:-2]
        return cells.apart(left, right, width)

    def _standings(self, gap: str) -> list[Piece]:
        """Return the counters, each behind a *gap*, and where there is no other line for it how old they are."""
        said: list[Piece] = []
        if self.counts:
            for name, (text, role) in zip(cells.STANDINGS, cells.counters(self.counts), strict=True):
                here = self.queue == f"clock:{name}"
                said += [(gap, "quiet"), (f"[{text}]" if here else text, role)]
        if (words := self.going or self.silent or self.synced) and not self.has_class("-queues"):
            said += [(gap + " ", "quiet"), (words, self._voice)]
        return said

    @property
    def _voice(self) -> str:
        """The role of what is said about the sources: silence is said louder."""
        return "late" if self.silent and not self.going else "quiet"

    def _queues(self) -> list[Piece]:
        if self.counts is None:
            return []
        words = self.going or self.silent or self.synced
        said = self._named(self.counts, TITLES)
        if _width(said) + width_of(words) > self.size.width:
            said = self._named(self.counts, TITLES | SHORT)
        room = self.size.width - _width(said)
        if words and room > 0:
            said.append((clipped(words, room).rjust(room), self._voice))
        return said

    def _named(self, counts: Counts, titles: Mapping[str, str]) -> list[Piece]:
        """Return the queues by their *titles*, each with its count and a gap behind it."""
        said: list[Piece] = []
        for name in PLACES:
            role = "key" if name == self.queue else "quiet"
            words = f"{titles[name]} {cells.short(counts.queues.get(name, 0))}"
            said += [(f"[{words}]" if name == self.queue else f" {words} ", role), (" ", "quiet")]
        return said

    def on_click(self, event: Click) -> None:
        if event.y == self.placed:
            self._counter_at(event.x)
        elif event.y == 0:
            at = 1
            for index, (text, _) in enumerate(self._queues()):
                at += width_of(text)
                if event.x < at:
                    self.post_message(self.Chosen(PLACES[min(index // 2, len(PLACES) - 1)]))
                    return

    def _counter_at(self, x: int) -> None:
        """Choose the counter that stands at column *x*; the words left of them are none."""
        at, counters = 1, [f"clock:{name}" for name in cells.STANDINGS]
        labels = [text for text, _ in cells.counters(self.counts)] if self.counts else []
        for text, _ in self._counters():
            at += width_of(text)
            if x < at:
                if (label := text.strip("[]")) in labels:
                    self.post_message(self.Chosen(counters[labels.index(label)]))
                return


def _width(pieces: list[Piece]) -> int:
    return sum(width_of(text) for text, _ in pieces)


class Places(Lines):
    """The queues at the left, with their counts, then the views of the configuration."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--bar"}
    DEFAULT_CSS = """
    Places { width: 22; height: 1fr; padding: 0 1; }
    Places:ansi > .lines--bar { background: ansi_default; text-style: reverse; }
    Places > .lines--bar { background: $bar-quiet; text-style: bold; }
    """

    def __init__(self, views: tuple[View, ...], marks: Marks, mapped: Mapping[str, str]) -> None:
        super().__init__("places")
        self.views, self.marks = views, marks
        self._keys = {name: names_of(BY_ID[f"go.{name}"], mapped, marks.ascii)[0] for name in PLACES}
        self.counts: Counts | None = None
        self.found: dict[str, int] = {}
        self.queue = "inbox"

    def _named(self) -> list[tuple[str, str, str, int]]:
        """Return (queue, its key after `g`, title, count) line by line; an empty queue is a gap."""
        counts = self.counts.queues if self.counts else {}
        lines = [(name, self._keys[name], TITLES[name], counts.get(name, 0)) for name in PLACES]
        if self.views:
            lines.append(("", "", "", 0))
            lines += [(f"={view.name}", view.key, view.name, self.found.get(view.name, 0)) for view in self.views]
        return lines

    def pieces(self, y: int) -> list[Piece]:
        lines = self._named()
        if y >= len(lines) or not lines[y][0]:
            return []
        name, key, title, count = lines[y]
        width = self.size.width
        mark = self.marks.cursor if name == self.queue else " "
        number = "" if self.counts is None else cells.short(count) if count >= 0 else "?"
        return [
            (mark + " ", "cursor"),
            (fit(title, width - 5 - len(number), self.marks), "title" if name == self.queue else "read"),
            (f" {number} ", "customer" if name == "inbox" else "quiet"),
            (fit(key, 1, self.marks), "quiet"),
        ]

    def under(self, y: int) -> Style:
        lines = self._named()
        here = y < len(lines) and lines[y][0] == self.queue
        return self.get_component_rich_style("lines--bar") if here else self.ground

    def on_click(self, event: Click) -> None:
        lines = self._named()
        if event.y < len(lines) and lines[event.y][0]:
            self.post_message(Top.Chosen(lines[event.y][0]))


class Head(Lines):
    """The line above a page: what it is about, and at the right how old what we know is."""

    DEFAULT_CSS = "Head { height: 1; padding: 0 1; background: $panel; }"

    def __init__(self, *left: Piece) -> None:
        super().__init__("head")
        self.left: Sequence[Piece] = left
        self.known: Piece = ("", "quiet")

    def say(self, left: Sequence[Piece], known: Piece) -> None:
        """Show *left*, and *known* at the right."""
        self.left, self.known = left, known
        self.refresh()

    def pieces(self, y: int) -> list[Piece]:
        return cells.apart(self.left, [self.known], self.size.width)


class Foot(Lines):
    """The keys that matter where the focus is, as many as fit whole."""

    DEFAULT_CSS = "Foot { height: 1; padding: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__("foot")
        self.keys: list[tuple[str, str]] = []
        self.said = ""
        """What happened last, where there is no line of its own for it."""

    def pieces(self, y: int) -> list[Piece]:
        said: list[Piece] = [(f"{self.said}  ", "good")] if self.said else []
        for key, label in cells.footer(self.keys, self.size.width - _width(said)):
            said += [(key, "key"), (f" {label}  ", "quiet")]
        return said


class Said(Static):
    """One line that says what happened last; it stays until something else happens."""

    DEFAULT_CSS = """
    Said { height: 1; padding: 0 1; background: $panel; }
    Said.-trouble { height: auto; max-height: 3; color: $text-error; }
    """

    def __init__(self) -> None:
        super().__init__("", id="said", markup=False)
        self.words = ""

    def say(self, words: str, *, trouble: bool = False) -> None:
        """Show *words*, which may hold what a stranger wrote."""
        self.words = paint.gate(words)
        self.set_class(trouble, "-trouble")
        self.update(Content(self.words))

    def says(self, words: str) -> bool:
        """Return whether *words* are what is shown: nothing else has happened since."""
        return self.words == paint.gate(words)


def freshness(accounts: Sequence[AccountLine], configured: set[str], now: datetime) -> tuple[str, str]:
    """Return how old what we know is, and why the last sync did not complete; each "" where there is nothing to say."""
    boxes = [one for one in accounts if one.name in configured]
    trouble = next((f"{one.name}: {one.problem}" for one in boxes if one.problem), "")
    then = _until(accounts, configured)
    return (f"{'synced' if boxes else 'imported'} {amount(now - then)} ago" if then else ""), trouble


def _until(accounts: Sequence[AccountLine], configured: set[str]) -> datetime | None:
    return known_until({one.name: one.synced_at for one in accounts}, configured)


def silent(accounts: Sequence[AccountLine], configured: set[str], now: datetime, zone: ZoneInfo) -> str:
    """Return until when the inbox is known, where a mailbox, or without any the last import, is silent; else ""."""
    mailbox = any(one.name in configured for one in accounts)
    then = as_of(_until(accounts, configured), now, mailbox=mailbox)
    return cells.known(then, now, zone) if then else ""

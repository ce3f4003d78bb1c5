"""The reports: each figure with its plot and its sentence; Enter leads to the conversations behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.app import ComposeResult

from tui_inbox.problems import Problem
from tui_inbox.rules.days import WEEKDAYS
from tui_inbox.rules.report import By, Figures, Report, Reporting, Window, waits_now, with_empty_weeks
from tui_inbox.rules.report_words import BY_NAME, FIGURES, Figure
from tui_inbox.screens.bars import Foot, Head, Lines
from tui_inbox.screens.cells import Piece, fit
from tui_inbox.screens.keys import REPORT, bindings, shown
from tui_inbox.screens.over import Over, known
from tui_inbox.screens.plots import BACKLOG, DAYS, HOURS, called, plot
from tui_inbox.screens.post import Behind, Post
from tui_inbox.screens.wrapping import wrap
from tui_inbox.store.reader import Reader

SPANS = (
    ("4 weeks", timedelta(weeks=4)),
    ("12 weeks", timedelta(weeks=12)),
    ("a year", timedelta(days=365)),
    ("all time", None),
    ("a week", timedelta(weeks=1)),
)
WIDE = 128
"""From how many columns the plot stands beside the figures; below, it stands under them."""
NAME = 22
"""Cells of a figure's name."""

WAITS_NOW = Figure(
    BACKLOG,
    "Waiting now, by age",
    waits_now,
    lambda _it: "",
    lambda _it: "",
)
"""What leads to the questions that the plot of the backlog counts."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one reading of the store gave: the whole of the window, and told apart."""

    whole: Report
    parts: Report


class Board(Lines):
    """The figures, the plot of the one under the cursor, and its sentence."""

    DEFAULT_CSS = "Board { height: 1fr; padding: 0 1; }"

    def __init__(self, post: Post) -> None:
        super().__init__("board")
        self.post = post
        self.shown: Shown | None = None
        self.at = 0
        self.top = 0
        self.group = 0
        """Which group is looked at alone; 0 is all."""
        self.heading = ""
        self.lines: list[list[Piece]] = []

    @property
    def names(self) -> list[tuple[str, str]]:
        """What is listed: names and titles."""
        extra = [(BACKLOG, WAITS_NOW.title), (HOURS, "Arrivals by hour"), (DAYS, "Arrivals by weekday")]
        return [*((one.name, one.title) for one in FIGURES), *extra]

    @property
    def name(self) -> str:
        return self.names[self.at][0]

    @property
    def figures(self) -> Figures | None:
        """The figures that are looked at: of all, or of one group."""
        if self.shown is None:
            return None
        return self.shown.parts.groups[self.group - 1] if self.group else self.shown.whole.groups[0]

    @property
    def looked_at(self) -> str:
        """What the group that is looked at is called."""
        it = self.figures
        return "all" if not self.group or it is None else called(it)

    @property
    def head(self) -> list[Piece]:
        """What the line above says: which figure of how many, of what time, told apart how, and of which group."""
        at = f" {self.at + 1}/{len(self.names)}  "
        return [("Reports", "title"), (at, "quiet"), (self.heading, "quiet"), (f"  {self.looked_at}", "key")]

    def pieces(self, y: int) -> list[Piece]:
        return self.lines[y] if y < len(self.lines) else []

    def lay_out(self) -> None:
        """Lay the page out anew."""
        width, height = self.size.width - 2, self.size.height
        it = self.figures
        if it is None or self.shown is None or width < 20:
            self.lines = [[("Reading", "quiet")]]
        elif width >= WIDE:
            self.lines = self._beside(it, width, height)
        else:
            self.lines = self._below(it, width, height)
        self.refresh()

    def _beside(self, it: Figures, width: int, height: int) -> list[list[Piece]]:
        left = 74
        room = width - left - 3
        said = [[(text, "read")] for text in self._sentence(it, room)]
        right: list[list[Piece]] = [[(self.names[self.at][1], "title")], *said, []]
        right += self._plot(room, min(height - len(right) - 1, 30))
        listed = self._list(it, left, height - 1)
        rows = max(len(listed), len(right))
        lines: list[list[Piece]] = [[]]
        for n in range(min(rows, height - 1)):
            lines.append(
                [
                    *(listed[n] if n < len(listed) else [(" " * left, "read")]),
                    ("   ", "read"),
                    *(right[n] if n < len(right) else []),
                ]
            )
        return lines

    def _below(self, it: Figures, width: int, height: int) -> list[list[Piece]]:
        said = [[(text, "read")] for text in self._sentence(it, width)][:3]
        graph = self._plot(width, max(8, min(14, height - 10 - len(said))))
        listed = self._list(it, width, max(4, height - len(said) - len(graph) - 1))
        return [*listed, *([[]] if height > 19 else []), *said, *graph]

    def _list(self, it: Figures, width: int, height: int) -> list[list[Piece]]:
        names = self.names
        height = min(height, len(names))
        self.top = max(0, min(self.top, self.at, len(names) - height), self.at - height + 1)
        mark = self.post.marks
        lines: list[list[Piece]] = []
        for n in range(self.top, self.top + height):
            name, title = names[n]
            here = n == self.at
            value = self._value(name, it)
            lines.append(
                [
                    (mark.cursor + " " if here else "  ", "cursor"),
                    (fit(title, NAME, mark), "title" if here else "read"),
                    (" " + fit(value, width - NAME - 3, mark), "read" if here else "quiet"),
                ]
            )
        return lines

    def _value(self, name: str, it: Figures) -> str:
        assert self.shown is not None
        if name in BY_NAME:
            return BY_NAME[name].value(it)
        return f"{sum(self.shown.whole.backlog) if name == BACKLOG else it.messages:,}"

    def _sentence(self, it: Figures, width: int) -> list[str]:
        assert self.shown is not None
        whole = self.shown.whole
        if self.name in BY_NAME:
            said = BY_NAME[self.name].says(it)
        elif self.name == BACKLOG:
            count = sum(whole.backlog)
            wait = "One question waits" if count == 1 else f"{count:,} questions wait"
            said = f"{wait} at this moment outside the archive, of whatever age."
        else:
            days = ", ".join(f"{day} {sum(hours):,}" for day, hours in zip(WEEKDAYS, whole.arrivals, strict=True))
            said = f"Customers' messages in this time, in the zone {self.post.config.hours.zone}: {days}."
        return wrap(said, width)

    def _plot(self, width: int, height: int) -> list[list[Piece]]:
        assert self.shown is not None
        shown_ = self.shown
        drawn = plot(self.name, shown_.whole, shown_.parts, width, height, ascii_only=self.post.marks.ascii)
        return [[(line, "ontime")] for line in drawn] or [[("There is nothing to plot.", "quiet")]]

    def on_resize(self) -> None:
        self.lay_out()


class ReportScreen(Over):
    """All figures of a stretch of time, told apart by one thing; kept in mind for the next time they are opened."""

    BINDINGS = bindings(REPORT)  # type: ignore[assignment]  # Textual types this as a mixed list
    DEFAULT_CSS = "ReportScreen { background: $background; }"
    where = REPORT

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self.by, self.span = By.WEEK, 0
        self._age: Piece = ("", "quiet")
        """How old what we know is."""

    def compose(self) -> ComposeResult:
        yield Head(("Reports", "title"))
        yield Board(self.post)
        yield Foot()

    @property
    def board(self) -> Board:
        return self.query_one(Board)

    @property
    def holding(self) -> bool:
        """Whether keys wait: nothing is drawn yet, or they are meant for what Enter leads to."""
        return self.leading or self.board.shown is None

    def on_mount(self) -> None:
        self.query_one(Foot).keys = shown(REPORT, self.post.keys, self.post.marks.ascii)
        self._again()

    def _again(self) -> None:
        self.run_worker(self._read(), group="report", exclusive=True)

    def _asked(self, now: datetime, *by: By) -> Reporting:
        length = SPANS[self.span][1]
        return Reporting(Window(None if length is None else now - length), now, by, self.post.config.hours)

    async def _read(self) -> None:
        now, by, board = self.post.clock(), self.by, self.board
        board.heading = f"{SPANS[self.span][0]}, by {by}, in business time"
        try:
            (whole, parts), self._age = await self.post.ask(
                lambda reader: (reader.report(self._asked(now), self._asked(now, by)), known(reader, self.post, now))
            )
        except Problem as problem:
            board.shown, board.lines = None, [[(f"{problem.what} {problem.hint}", "warning")]]
            board.refresh()
            return
        if by is By.WEEK and SPANS[self.span][1] is not None:
            parts = with_empty_weeks(parts, self.post.config.hours)
        board.shown, board.group = Shown(whole, parts), min(board.group, len(parts.groups))
        self._lay_out()

    def _lay_out(self) -> None:
        self.board.lay_out()
        self.query_one(Head).say(self.board.head, self._age)

    def action_down(self) -> None:
        self._to(1)

    def action_up(self) -> None:
        self._to(-1)

    def _to(self, by: int) -> None:
        self.board.at = max(0, min(self.board.at + by, len(self.board.names) - 1))
        self._lay_out()

    def action_group(self, by: int) -> None:
        if self.board.shown:
            self.board.group = max(0, min(self.board.group + by, len(self.board.shown.parts.groups)))
            self._lay_out()

    def action_by(self) -> None:
        every = list(By)
        self.by, self.board.group = every[(every.index(self.by) + 1) % len(every)], 0
        self._again()

    def action_span(self) -> None:
        self.span = (self.span + 1) % len(SPANS)
        self.board.group = 0
        self._again()

    def action_open(self) -> None:
        self.leading = True
        self.run_worker(self._open(), group="report", exclusive=True)

    async def _open(self) -> None:
        """Go to the conversations behind the figure under the cursor."""
        now, board = self.post.clock(), self.board
        it, name = board.figures, board.name
        values = tuple(it.by.values()) if it and board.group else ()
        figure = WAITS_NOW if name == BACKLOG else BY_NAME.get(name, BY_NAME["messages"])
        whole = name == BACKLOG
        title = figure.title if whole or not values else f"{figure.title}, {board.looked_at}"

        def behind(reader: Reader) -> list[int]:
            if whole:
                return reader.behind(figure, Reporting(Window(), now, (), self.post.config.hours))
            return reader.behind(figure, self._asked(now, self.by), values)

        try:
            ids = await self.post.ask(behind)
        except Problem as problem:
            self.leading = False
            foot = self.query_one(Foot)
            foot.said = f"{problem.what} {problem.hint}"
            foot.refresh()
        else:
            self.dismiss(Behind(title, tuple(ids)))

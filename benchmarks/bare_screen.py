"""The least that Textual itself costs: an empty app, and a list of so many rows by its line API."""

from __future__ import annotations

import gc

gc.disable()  # until it stands, as ours does: to look for garbage among what is imported costs any app 0.05 s

import sys  # noqa: E402 - see above
from typing import ClassVar  # noqa: E402 - see above

from rich.segment import Segment  # noqa: E402 - see above
from rich.style import Style  # noqa: E402 - see above
from textual.app import App, ComposeResult  # noqa: E402 - see above
from textual.binding import BindingType  # noqa: E402 - see above
from textual.geometry import Size  # noqa: E402 - see above
from textual.scroll_view import ScrollView  # noqa: E402 - see above
from textual.strip import Strip  # noqa: E402 - see above
from textual.widgets import Static  # noqa: E402 - see above


class Bare(App[None]):
    """An app that looks for garbage once it stands."""

    def on_ready(self) -> None:
        gc.freeze()
        gc.enable()


class Empty(Bare):
    """An app with one word on it."""

    def compose(self) -> ComposeResult:
        yield Static("ready")


class Rows(ScrollView, can_focus=True):
    """*count* rows that are made when they are drawn; the cursor is one of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("j,down", "go(1)", ""),
        ("k,up", "go(-1)", ""),
        ("pagedown", "page(1)", ""),
        ("pageup", "page(-1)", ""),
        ("G,end", "to_end", ""),
    ]

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.cursor = 0

    def on_mount(self) -> None:
        self.virtual_size = Size(self.size.width, self.count)

    def action_go(self, by: int) -> None:
        before, self.cursor = self.cursor, max(0, min(self.count - 1, self.cursor + by))
        top, height = round(self.scroll_offset.y), self.size.height
        if not top <= self.cursor < top + height:
            self.scroll_to(y=self.cursor - (height - 1 if by > 0 else 0), animate=False, immediate=True)
        for row in (before, self.cursor):
            self.refresh_lines(row, 1)

    def action_page(self, by: int) -> None:
        self.action_go(by * self.size.height)

    def action_to_end(self) -> None:
        self.action_go(self.count)

    def render_line(self, y: int) -> Strip:
        row = y + round(self.scroll_offset.y)
        style = Style(reverse=True) if row == self.cursor else Style()
        text = f"{row:>8}  Customer {row % 977:<20} in {row % 48} h   What somebody once asked about order {row}"
        return Strip([Segment(text, style)]).adjust_cell_length(self.size.width, style)


class Listed(Bare):
    """An app with nothing but such a list."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        yield Rows(self.count)

    def on_mount(self) -> None:
        self.query_one(Rows).focus()


if __name__ == "__main__":
    app: App[None] = Listed(int(sys.argv[1])) if len(sys.argv) > 1 else Empty()
    app.run()

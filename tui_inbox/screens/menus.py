"""Small windows that take one key: where `g` leads, what `*` selects, and the question before an act on many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key, Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_inbox.screens import paint
from tui_inbox.screens.bars import Foot
from tui_inbox.screens.cells import Piece, fit, short, who
from tui_inbox.screens.keys import CONFIRM, GO, KEYS, SELECT, bindings, names_of, shown
from tui_inbox.screens.post import Post
from tui_inbox.store.lines import Row

CELL = 25
"""Cells that a key and what it leads to take in a menu."""
NAMED = 6
"""Conversations that are named before an act on many."""


class Menu(ModalScreen[str | None]):
    """Keys with what they lead to, at the lower edge; the next key says which."""

    DEFAULT_CSS = """
    Menu { align: left bottom; background: transparent; }
    Menu > #window { width: 100%; height: auto; background: $panel; padding: 1 2; }
    Menu Static { height: auto; }
    Menu:ansi > #window { border-top: ascii ansi_default; padding: 0 2; }
    """
    where = GO
    title_ = "Go to"

    def __init__(self, post: Post) -> None:
        super().__init__()
        self.post = post

    def pairs(self) -> list[tuple[str, str]]:
        """Return (key, what it leads to)."""
        return [
            (names_of(key, self.post.keys, self.post.marks.ascii)[0], key.label)
            for key in KEYS
            if key.where == self.where
        ]

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Static(id="pairs", markup=False)

    def on_resize(self, event: Resize) -> None:
        self.query_one("#pairs", Static).update(
            _wrapped(self.title_, self.pairs(), min((event.size.width - 4) // CELL, 6))
        )

    def action_back(self) -> None:
        self.dismiss(None)


class GoTo(Menu):
    """Where `g` leads: one more key says which queue."""

    BINDINGS = bindings(GO)  # type: ignore[assignment]  # Textual types this as a mixed list

    def __init__(self, post: Post, counts: Mapping[str, int]) -> None:
        super().__init__(post)
        self._views = {view.key: view for view in post.views if view.key}
        self._counts = counts

    def pairs(self) -> list[tuple[str, str]]:
        views = [(view.key, view.name, f"={view.name}") for view in self._views.values()]
        *places, back = self._places()
        return [(key, self._counted(label, of)) for key, label, of in [*places, *views, back]]

    def _places(self) -> list[tuple[str, str, str]]:
        """Return (key, label, the queue it leads to)."""
        queues = [key.action.partition("'")[2].partition("'")[0] for key in KEYS if key.where == GO]
        return [(key, label, of) for (key, label), of in zip(super().pairs(), queues, strict=True)]

    def _counted(self, label: str, of: str) -> str:
        count = self._counts.get(of)
        return label if count is None else f"{label} {short(count) if count >= 0 else '?'}"

    def action_go(self, where: str) -> None:
        self.dismiss(where)

    def take(self, event: Key) -> bool:
        """Go to a view by its own key; return whether it was one."""
        if view := self._views.get(event.character or ""):
            self.dismiss(f"={view.name}")
        return view is not None


class Select(Menu):
    """What `*` selects: one more key says which."""

    BINDINGS = bindings(SELECT)  # type: ignore[assignment]  # Textual types this as a mixed list
    where, title_ = SELECT, "Select"

    def action_choose(self, which: str) -> None:
        self.dismiss(which)


def _wrapped(title: str, pairs: list[tuple[str, str]], columns: int) -> Content:
    """Return (key, label) in as many *columns*."""
    columns = max(1, columns)
    rows = [pairs[at : at + columns] for at in range(0, len(pairs), columns)]
    lines: list[list[Piece]] = [[(title, "title")]]
    for row in rows:
        pieces: list[Piece] = []
        for key, label in row:
            pieces += [(fit(key, 4), "key"), (fit(label, CELL - 4), "read")]
        lines.append(pieces)
    return paint.lines(lines)


class Confirm(ModalScreen[bool]):
    """Says how many an act is about, and which first; Enter does it."""

    BINDINGS = bindings(CONFIRM)  # type: ignore[assignment]  # Textual types this as a mixed list
    DEFAULT_CSS = """
    Confirm { align: center middle; background: $background 60%; }
    Confirm > #window { width: 72; max-width: 96%; height: auto; background: $panel; padding: 1 2; }
    Confirm Static { height: auto; }
    Confirm Foot { margin-top: 1; padding: 0; }
    Confirm:ansi { background: transparent; }
    Confirm:ansi > #window { border: ascii ansi_default; padding: 0 2; }
    """

    def __init__(self, post: Post, verb: str, count: int, rows: Sequence[Row]) -> None:
        super().__init__()
        self.post, self._lines = post, preview_lines(verb, count, rows)

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Static(paint.lines(self._lines), markup=False)
            yield Foot()

    def on_mount(self) -> None:
        self.query_one(Foot).keys = shown(CONFIRM, self.post.keys, self.post.marks.ascii)

    def action_confirm(self) -> None:
        self.dismiss(True)

    def action_back(self) -> None:
        self.dismiss(False)


def preview_lines(verb: str, count: int, rows: Sequence[Row]) -> list[list[Piece]]:
    """Return the question before an act on *count* conversations, of which *rows* are read: how they stand, who."""
    stand: Mapping[str, int] = {
        "late": sum(row.clock == "breached" for row in rows),
        "at risk": sum(row.clock == "at_risk" for row in rows),
        "with news": sum(row.news for row in rows),
    }
    words = ", ".join(f"{number} {name}" for name, number in stand.items() if number)
    among = f"among the first {len(rows)}: " if words and len(rows) < count else ""
    lines: list[list[Piece]] = [[(f"{verb} {count:,} conversations?", "title")], []]
    lines += [[(among + words + ".", "warning")]] if words else []
    lines += [
        [(fit(who(row), 20) + " ", "read"), (fit(row.subject or row.snippet, 44), "quiet")] for row in rows[:NAMED]
    ]
    if count > NAMED:
        lines.append([(f"and {count - NAMED:,} more", "quiet")])
    return [*lines, [], [("One undo takes them all back.", "quiet")]]

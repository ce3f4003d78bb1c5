"""The help: what the keys do where one is, then everywhere, then where they lead; from the one declaration of keys."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from tui_inbox.config import View
from tui_inbox.rules import clean
from tui_inbox.screens.cells import Piece, fit
from tui_inbox.screens.keys import (
    ABOVE,
    APP,
    CUSTOMER,
    DESK,
    GO,
    KEYS,
    LIST,
    READING,
    REPORT,
    REVIEW,
    SEARCH,
    SELECT,
    STANDING,
    Key,
    keys_of,
    pressed,
)
from tui_inbox.screens.pages import WIDE, Page
from tui_inbox.screens.post import Post
from tui_inbox.screens.wrapping import wrap

KEYED, SENTENCE = 17, 56
"""Cells of a command's keys, and of its sentence beside them."""
TWO_COLUMNS = 168
"""From how many columns the help stands in two."""
SHORT = 24
"""Lines of a help that stand in one column wherever there is room for two."""
SECTIONS = {
    LIST: "In the list",
    READING: "In a conversation",
    SEARCH: "While searching",
    DESK: "Anywhere",
    SELECT: "After *",
    REVIEW: "After R",
    GO: "After g",
    REPORT: "In the reports",
    STANDING: "On this page",
    CUSTOMER: "Over a customer",
    APP: "Everywhere",
}


def help_page(post: Post, where: str, width: int) -> Page:
    """Return the help of *where*, in two columns where *width* has room for them."""
    lines = help_lines(where, post.keys, tuple(post.views), ascii_only=post.marks.ascii)
    wide = width >= TWO_COLUMNS and len(lines) > SHORT
    return Page(post, beside(lines) if wide else lines, wide=wide)


def beside(lines: list[list[Piece]]) -> list[list[Piece]]:
    """Return *lines* in two columns, parted at the gap that is nearest to the middle."""
    gaps = [at for at, line in enumerate(lines) if not line]
    middle = min(gaps, key=lambda at: abs(2 * at - len(lines)), default=len(lines))
    paired = zip_longest(lines[:middle], lines[middle + 1 :], fillvalue=list[Piece]())
    return [
        [*left, (" " * (WIDE + 4 - sum(clean.width(text) for text, _ in left)), "read"), *right]
        for left, right in paired
    ]


def help_lines(
    where: str, mapped: Mapping[str, str], views: tuple[View, ...], *, ascii_only: bool
) -> list[list[Piece]]:
    """Return the help for the part of the screen that has the focus: what is heard there, then everywhere."""
    lines: list[list[Piece]] = [
        [("Three actions. ", "title"), ("Each conversation is snoozed, archived or forwarded. You", "read")],
        [("answer where the customer wrote; the answer comes back with the next sync", "read")],
        [("or import, and stops the clock.", "read")],
    ]
    # Where one is comes first, then what is heard everywhere, then where one can go.
    more = (*((SELECT,) if where == LIST else ()), *((REVIEW, GO) if DESK in ABOVE[where] else ()))
    places = (*ABOVE[where], *more)
    for place in places:
        lines += [[], [(SECTIONS[place], "title")]]
        for key in (one for one in KEYS if one.where == place):
            lines += _help_line(key, mapped, ascii_only)
        if place == GO:
            lines += [
                [
                    (fit(f"{pressed('desk.go', mapped, ascii_only)} {view.key}", 18), "key"),
                    (f"View: {view.name}", "read"),
                ]
                for view in views
                if view.key
            ]
    return lines


def _help_line(key: Key, mapped: Mapping[str, str], ascii_only: bool) -> list[list[Piece]]:
    """Return a command's keys and its sentence, wrapped beside them."""
    first, *more = wrap(key.says, SENTENCE)
    lines: list[list[Piece]] = [[(fit(keys_of(key, mapped, ascii_only), KEYED) + " ", "key"), (first, "read")]]
    return lines + [[(" " * (KEYED + 1) + text, "read")] for text in more]

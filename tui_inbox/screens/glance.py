"""The customer at a glance: who they are on every channel, all their conversations, and who may be the same person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from tui_inbox.rules.channels import name_of
from tui_inbox.screens.bars import Lines
from tui_inbox.screens.cells import DATE, FANCY, TITLES, Marks, Piece, amount, channel, dated, fit
from tui_inbox.screens.cells import clock as clock_of
from tui_inbox.screens.keys import Named, pressed
from tui_inbox.screens.wrapping import wrap

if TYPE_CHECKING:
    from tui_inbox.store.customers import Alike, Customer, IdentityLine
    from tui_inbox.store.lines import Row

Of: TypeAlias = "IdentityLine | Row | Alike | None"
"""What a line of the glance is about."""


@dataclass(frozen=True, slots=True)
class GlanceLine:
    """One line, and what it is about."""

    pieces: tuple[Piece, ...]
    of: Of = None


def glance(
    it: Customer,
    width: int,
    now: datetime,
    zone: ZoneInfo,
    marks: Marks = FANCY,
    *,
    key: Named = pressed,
    brief: bool = False,
) -> list[GlanceLine]:
    """Return *it* as lines of at most *width* cells; *brief* leaves out the gaps and says which key shows more."""
    lines = [GlanceLine(((fit(it.name, width, marks).rstrip(), "title"),)), *_in_all(it, width)]
    gap = [] if brief else [GlanceLine(())]
    parts = "" if brief else f"; {key('customer.unlink')} parts them"
    lines += [*gap, *(_identity(one, it.name, width, marks, parts) for one in it.identities)]
    for one in it.alike:
        if not (one.apart and brief):
            says, role = _alike(one, key, brief=brief)
            lines += [*gap, *(GlanceLine(((text, role),), one) for text in wrap(says, width))]
    count = f"{it.conversations} conversation{'' if it.conversations == 1 else 's'}"
    lines += [*gap, GlanceLine(((count, "title"),))]
    return lines + [_conversation(row, width, now, zone, marks) for row in it.rows]


def _alike(one: Alike, key: Named, *, brief: bool) -> Piece:
    """Return who may be the same person, and which keys say that it is so or not."""
    known = ", ".join(value for value in one.identities[:3] if value != one.name)
    who, links = one.name + (f" ({known})" if known else ""), key("customer.link")
    if one.apart:
        return f"Somebody else: {who}. {links} links them after all.", "quiet"
    if brief:
        return f"Perhaps the same person: {who}. {one.why} {key('conversation.customer')} says yes or no.", "warning"
    return f"Perhaps the same person: {who}. {one.why} {links} links them, {key('customer.apart')} says no.", "warning"


def _in_all(it: Customer, width: int) -> list[GlanceLine]:
    """Return how long they have waited, and what became of the promises made to them."""
    past = it.past
    words = [f"waited {amount(past.waited)} in all" if past.waited else "never waited"]
    words += [f"{past.kept} promise{'' if past.kept == 1 else 's'} kept", f"{past.broken} broken"]
    words += [f"{past.open} open"] if past.open else []
    return [GlanceLine(((text, "late" if past.broken else "quiet"),)) for text in wrap(", ".join(words), width)]


def _identity(one: IdentityLine, name: str, width: int, marks: Marks, parts: str) -> GlanceLine:
    named = f"{one.value} ({one.name})" if one.name not in ("", one.value, name) else one.value
    mark = f"{channel(one.channel, marks)} "
    after = f" linked{parts}" if one.linked else ""
    said = fit(named, max(1, width - len(mark) - len(after)), marks)
    return GlanceLine(((mark, "channel"), (said if after else said.rstrip(), "read"), (after, "quiet")), one)


def _conversation(row: Row, width: int, now: datetime, zone: ZoneInfo, marks: Marks) -> GlanceLine:
    """Return a conversation: its channel, where it lies, until or since when, and what it is about."""
    place = f"with {row.owner}" if row.place == "handed_over" else TITLES[row.place]
    when, role = clock_of(row, now, zone, marks)
    if when == marks.dash and row.last_at:
        when = dated(row.last_at, now, zone, DATE)
    about = row.subject or row.snippet or name_of(row.channel)
    return GlanceLine(
        (
            (fit(channel(row.channel, marks), 2, marks) + " ", "channel"),
            (fit(place, 12, marks) + " ", "reason"),
            (fit(when.strip(), DATE, marks) + " ", role),
            (fit(about, max(4, width - 17 - DATE), marks).rstrip(), "subject"),
        ),
        row,
    )


class Glance(Lines):
    """The customer below the conversation, where there is room."""

    DEFAULT_CSS = "Glance { height: 12; width: 1fr; display: none; }"

    def __init__(self, *, id: str = "glance") -> None:  # noqa: A002 - Textual's own word
        super().__init__(id)
        self.lines: list[GlanceLine] = []

    def pieces(self, y: int) -> list[Piece]:
        return list(self.lines[y].pieces) if y < len(self.lines) else []

    def show(self, lines: list[GlanceLine]) -> None:
        """Draw *lines*, as many as there is room for."""
        self.lines = lines
        self.refresh()

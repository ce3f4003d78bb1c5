"""The palette: every command by its name, with its key, from the one declaration of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode

from tui_inbox.screens import paint
from tui_inbox.screens.keys import ABOVE, APP, DESK, GO, KEYS, LIST, READING, REVIEW, SELECT
from tui_inbox.screens.post import Post


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette: what to press for it, its sentence, a word it is found by too, and what does it."""

    key: str
    says: str
    label: str
    run: Callable[[], object]

    def shown(self, found: Sequence[int] = ()) -> Content:
        """Return its line, with the letters of its sentence underlined that were *found*."""
        says = Content(paint.gate(self.says))
        for at in found:
            says = says.stylize("underline", at, at + 1)
        return paint.content([(f"{self.key:<11} ", "key")]) + says


class Commands(Provider):
    """Every command that may be said where the palette was opened, and its key."""

    def _all(self) -> Iterator[Command]:
        over, app = self.screen, self.screen.app
        post: Post = over.post  # type: ignore[attr-defined]  # the palette is only opened over the desk and a review
        focused = over.focused
        reads = focused is not None and focused.id == "reading"
        visit: Callable[[str], None] | None = getattr(over, "visit", None)
        """What leads elsewhere; a review is left first."""
        heard = {*ABOVE[READING if reads else LIST], *((GO, REVIEW) if visit else ()), *(() if reads else (SELECT,))}
        for key in (one for one in KEYS if one.palette and one.where in heard):
            target: DOMNode | None = over if key.where in {DESK, GO, REVIEW, SELECT} else focused
            run = partial(app.call_later, app.run_action, key.action, app if key.where == APP else target)
            yield Command(post.key(key.id), key.says, key.label, run)
        if visit is None:
            return
        for view in post.views:
            lead = f"{post.key('desk.go')} {view.key}" if view.key else ""
            yield Command(
                lead, f"Go to the view {paint.gate(view.name)}.", "", partial(app.call_later, visit, f"={view.name}")
            )

    async def discover(self) -> Hits:
        for one in self._all():
            yield DiscoveryHit(one.shown(), one.run, text=one.says)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for one in self._all():
            if (score := matcher.match(f"{one.says} {one.label}")) > 0:
                _, found = matcher.fuzzy_search.match(query, one.says)
                yield Hit(score, one.shown(found), one.run, text=one.says)

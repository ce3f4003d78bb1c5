"""The palette: every command by its name, with its key, from the one declaration of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widget import Widget

from tui_inbox.screens.keys import ABOVE, DESK, GO, KEYS, LIST, READING, SELECT, Key, keys_of
from tui_inbox.screens.post import Post


class Commands(Provider):
    """Every command that may be said where the palette was opened, and its key."""

    def _all(self) -> Iterator[tuple[Key, str, Callable[[], object]]]:
        desk = self.screen
        post: Post = desk.post  # type: ignore[attr-defined]  # the palette is only opened over the desk
        focused: Widget | None = desk.focused
        where = focused.id if focused and focused.id in {"rows", "reading"} else "rows"
        heard = (*ABOVE[READING if where == "reading" else LIST], GO, *((SELECT,) if where == "rows" else ()))
        for key in KEYS:
            if key.palette and key.where in heard:
                target = desk if key.where in {DESK, GO, SELECT} else focused
                yield key, keys_of(key, post.keys, post.marks.ascii), partial(self._run, key.action, target)

    def _run(self, action: str, target: Widget | None) -> None:
        self.screen.app.call_later(self.screen.app.run_action, action, target)

    async def discover(self) -> Hits:
        for key, shown, run in self._all():
            yield DiscoveryHit(Content(f"{shown:<11} {key.says}"), run, text=key.says)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for key, shown, run in self._all():
            if (score := matcher.match(f"{key.says} {key.label}")) > 0:
                yield Hit(score, Content(f"{shown:<11} {key.says}"), run, text=key.says)

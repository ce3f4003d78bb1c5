"""The customer over the whole screen: a cursor on who they are and what they wrote, and the keys that link and part."""

from __future__ import annotations

from collections.abc import Coroutine

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen

from tui_inbox.problems import Problem
from tui_inbox.screens.bars import Foot
from tui_inbox.screens.cells import Marks, Piece
from tui_inbox.screens.glance import Glance, GlanceLine, Of, glance
from tui_inbox.screens.keys import CUSTOMER, bindings, shown
from tui_inbox.screens.post import Post
from tui_inbox.store.customers import Alike, IdentityLine
from tui_inbox.store.lines import Row
from tui_inbox.store.reader import Reader


def _called(of: Of) -> tuple[str, int]:
    """Return what tells one thing from another, whenever it was read."""
    match of:
        case Alike():
            return "alike", of.contact
        case None:
            return "", 0
        case _:
            return type(of).__name__, of.id


class Browsed(Glance):
    """The same, with a cursor that goes from one thing to the next."""

    DEFAULT_CSS = "Browsed { height: 1fr; display: block; }"

    def __init__(self, marks: Marks) -> None:
        super().__init__(id="browsed")
        self.marks = marks
        self.at = 0
        self.top = 0

    def pieces(self, y: int) -> list[Piece]:
        index = self.top + y
        if index >= len(self.lines):
            return []
        return [(self.marks.cursor + " " if index == self.at else "  ", "cursor"), *self.lines[index].pieces]

    @property
    def of(self) -> Of:
        """What the line under the cursor is about."""
        return self.lines[self.at].of if self.at < len(self.lines) else None

    def show(self, lines: list[GlanceLine]) -> None:
        before = self.of
        super().show(lines)
        rows = [index for index, line in enumerate(lines) if isinstance(line.of, Row)]
        same = [index for index, line in enumerate(lines) if before and _called(line.of) == _called(before)]
        self.at = (same or rows or [0])[0]
        self.go(0)

    def go(self, by: int) -> None:
        """Go *by* things down (or up), past lines that are about nothing."""
        step = 1 if by >= 0 else -1
        places = [index for index, line in enumerate(self.lines) if line.of is not None]
        if by and (ahead := [index for index in places[::step] if (index - self.at) * step > 0]):
            self.at = ahead[min(abs(by), len(ahead)) - 1]
        height = max(1, self.size.height)
        self.top = max(0, min(self.top, self.at), self.at - height + 1)
        if places and self.at == places[0] and self.at < height:
            self.top = 0
        self.refresh()

    def stand_on_linked(self) -> None:
        """Put the cursor on what was linked last, so that one key parts it again."""
        linked = [index for index, line in enumerate(self.lines) if getattr(line.of, "linked", False)]
        self.at = linked[-1] if linked else self.at
        self.go(0)

    def on_resize(self) -> None:
        self.go(0)

    def on_click(self, event: Click) -> None:
        index = self.top + event.y
        if index < len(self.lines) and self.lines[index].of is not None:
            self.at = index
            self.refresh()


class CustomerPage(ModalScreen[Row | None]):
    """The customer over the whole screen; Enter goes to the conversation under the cursor."""

    BINDINGS = bindings(CUSTOMER)  # type: ignore[assignment]  # Textual types this as a mixed list
    DEFAULT_CSS = """
    CustomerPage { align: center middle; background: $background 60%; }
    CustomerPage > #window { width: 100; max-width: 100%; height: 90%; background: $panel; padding: 1 2 0 2; }
    CustomerPage Foot { margin-top: 1; padding: 0; }
    CustomerPage:ansi { background: transparent; }
    CustomerPage:ansi > #window { border: ascii ansi_default; padding: 0 1; }
    """

    def __init__(self, post: Post, contact: int) -> None:
        super().__init__()
        self.post, self._contact = post, contact
        self.holding = True
        """Whether nothing is drawn yet of what was opened or done; keys wait for it."""

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Browsed(self.post.marks)
            yield Foot()

    @property
    def browsed(self) -> Browsed:
        """The lines, with the cursor."""
        return self.query_one(Browsed)

    def on_mount(self) -> None:
        self._offer()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.run_worker(self._read(), group="customer", exclusive=True)

    def on_resize(self) -> None:
        if not self.holding:
            self.call_after_refresh(self._begin)

    async def _read(self, said: str = "") -> None:
        now, marks, width = self.post.clock(), self.post.marks, max(20, self.browsed.size.width - 2)

        def looked(reader: Reader) -> list[GlanceLine]:
            return glance(reader.customer(self._contact, now), width, now, self.post.zone, marks, key=self.post.key)

        try:
            self.browsed.show(await self.post.ask(looked))
            self._offer()
        except Problem as problem:
            said = f"{problem.what} {problem.hint}"
        self._say(said)

    def _offer(self) -> None:
        """Offer below the keys of which something would come."""
        of = [line.of for line in self.browsed.lines]
        there = {
            "customer.visit": any(isinstance(one, Row) for one in of),
            "customer.link": any(isinstance(one, Alike) for one in of),
            "customer.apart": any(isinstance(one, Alike) and not one.apart for one in of),
            "customer.unlink": any(isinstance(one, IdentityLine) and one.linked for one in of),
        }
        vain = {id_ for id_, some in there.items() if not some}
        self.query_one(Foot).keys = shown(CUSTOMER, self.post.keys, self.post.marks.ascii, vain)

    def _do(self, work: Coroutine[None, None, None]) -> None:
        """Have *work* done; what is typed meanwhile is about what it leaves."""
        self.holding = True
        self.run_worker(work, group="customer", exclusive=True)

    def _say(self, words: str) -> None:
        self.holding = False
        foot = self.query_one(Foot)
        foot.said = words
        foot.refresh()

    def action_help(self) -> None:
        from tui_inbox.screens.help import help_page  # deferred: pages of text are drawn over this

        self.app.push_screen(help_page(self.post, CUSTOMER, self.size.width))

    def action_down(self) -> None:
        self.browsed.go(1)

    def action_up(self) -> None:
        self.browsed.go(-1)

    def action_page_down(self) -> None:
        self.browsed.go(10)

    def action_page_up(self) -> None:
        self.browsed.go(-10)

    def action_back(self) -> None:
        self.dismiss(None)

    def action_visit(self) -> None:
        if isinstance(row := self.browsed.of, Row):
            self.dismiss(row)
        elif isinstance(self.browsed.of, Alike):
            self.action_link()

    def action_link(self) -> None:
        if (other := self._suggested(apart=True)) is not None:
            self._do(self._link(other))

    def _suggested(self, *, apart: bool) -> Alike | None:
        """Return the suggestion under the cursor, else the first; None, and that is said, where there is none."""
        found = [line.of for line in self.browsed.lines if isinstance(line.of, Alike) and (apart or not line.of.apart)]
        if not found:
            self._say("Nobody looks like the same person.")
            return None
        return next((one for one in found if one is self.browsed.of), found[0])

    def action_apart(self) -> None:
        if (other := self._suggested(apart=False)) is not None:
            self._do(self._part(other))

    async def _part(self, other: Alike) -> None:
        try:
            await self.post.write(lambda inbox: inbox.contacts.keep_apart(self._contact, other.contact))
        except Problem as problem:
            self._say(f"{problem.what} {problem.hint}")
        else:
            await self._read(f"Two persons; {self.post.key('customer.link')} links them after all.")

    async def _link(self, other: Alike) -> None:
        now = self.post.clock()
        try:
            await self.post.write(lambda inbox: inbox.contacts.link(self._contact, other.contact, now))
        except Problem as problem:
            self._say(f"{problem.what} {problem.hint}")
        else:
            await self._read(f"Linked; {self.post.key('customer.unlink')} on an identity parts them.")
            self.browsed.stand_on_linked()

    def action_unlink(self) -> None:
        if isinstance(one := self.browsed.of, IdentityLine):
            self._do(self._unlink(one))
        else:
            self._say("Go to the identity that is to be parted.")

    async def _unlink(self, one: IdentityLine) -> None:
        now = self.post.clock()
        try:
            await self.post.write(lambda inbox: inbox.contacts.unlink(str(one.id), now))
        except Problem as problem:
            self._say(f"{problem.what} {problem.hint}")
        else:
            await self._read(f"Parted; {self.post.key('customer.link')} on the suggestion links them again.")

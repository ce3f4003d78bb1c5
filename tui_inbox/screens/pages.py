"""Pages of text over the desk: why a conversation lies where it does, where its customer wrote, and a rule to copy."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_inbox import files
from tui_inbox.inbox.explain import Explanation
from tui_inbox.problems import Problem
from tui_inbox.rules import clean
from tui_inbox.rules.channels import name_of
from tui_inbox.rules.model import MAIL
from tui_inbox.rules.places import Where, Written
from tui_inbox.screens import paint
from tui_inbox.screens.bars import Foot
from tui_inbox.screens.cells import Piece
from tui_inbox.screens.keys import BY_ID, PAGE, PLACE, RULE, bindings, shown
from tui_inbox.screens.post import Post
from tui_inbox.screens.wrapping import wrap
from tui_inbox.store.whole import Whole

WIDE = 76
"""Cells of a page's lines; with its frame they fill 80."""
COMES_BACK: Piece = ("Your answer comes back with the next sync or import, and stops the clock.", "quiet")


class Page(ModalScreen[None]):
    """A page of text over the desk."""

    BINDINGS = bindings(PAGE)  # type: ignore[assignment]  # Textual types this as a mixed list
    DEFAULT_CSS = """
    Page { align: center middle; background: $background 60%; }
    Page > #window { width: 84; max-width: 100%; height: auto; max-height: 100%; background: $panel; padding: 1 2 0 2; }
    Page.-wide > #window { width: 166; }
    Page Foot { margin-top: 1; }
    Page VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    Page Static { height: auto; }
    Page Foot { padding: 0; }
    Page:ansi { background: transparent; }
    Page:ansi > #window { border: ascii ansi_default; padding: 0 0 0 1; }
    """

    where = PAGE
    """The part of the screen whose keys are heard here."""

    def __init__(self, post: Post, lines: list[list[Piece]], *, wide: bool = False) -> None:
        super().__init__(classes="-wide" if wide else None)
        self.post, self._lines = post, lines

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            with VerticalScroll(can_focus=False):
                yield Static(paint.lines(self._lines), id="text", markup=False)
            yield Foot()

    def on_mount(self) -> None:
        if self.post.marks.ascii:
            self.query_one(VerticalScroll).styles.scrollbar_size_vertical = 0

    def on_resize(self) -> None:
        around = 4 if self.app.native_ansi_color else 3
        self.query_one(VerticalScroll).styles.max_height = max(5, self.size.height - around)
        self.call_after_refresh(self._foot)

    def _foot(self) -> None:
        """Name the keys; those that scroll only where there is more than is seen."""
        foot, whole = self.query_one(Foot), not self.query_one(VerticalScroll).max_scroll_y
        scrolls = {BY_ID[f"page.{name}"].label for name in ("down", "up", "page_down", "page_up")}
        named = shown(self.where, self.post.keys, self.post.marks.ascii)
        foot.keys = [(key, label) for key, label in named if not (whole and label in scrolls)]
        foot.refresh()

    def tell(self, words: str) -> None:
        """Say what happened, before the keys."""
        foot = self.query_one(Foot)
        foot.said = paint.gate(words)
        foot.refresh()

    def action_down(self) -> None:
        self._scroll(3)

    def action_up(self) -> None:
        self._scroll(-3)

    def action_page_down(self) -> None:
        self._scroll(max(1, self.query_one(VerticalScroll).size.height - 2))

    def action_page_up(self) -> None:
        self._scroll(-max(1, self.query_one(VerticalScroll).size.height - 2))

    def _scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_back(self) -> None:
        self.dismiss(None)


class RulePage(Page):
    """The rule that would have judged a message as the agent did: shown, and copied by a key; never written."""

    BINDINGS = bindings(RULE)
    where = RULE

    def __init__(self, post: Post, rule: str) -> None:
        self._rule = clean.block(rule)
        super().__init__(post, rule_lines(self._rule, str(post.config_file)))

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._rule)
        self.tell("Copied, where the terminal allows it.")


def rule_lines(rule: str, file: str) -> list[list[Piece]]:
    """Return the page that offers *rule* for the configuration *file*."""
    return [
        [("Done: the conversation has been read anew.", "title")],
        [],
        *([(text, "read")] for text in wrap(f"To have it always so, add this to {paint.gate(file)}:", WIDE)),
        [],
        *([(text, "good")] for line in rule.strip().split("\n") for text in wrap(line, WIDE)),
        [],
        [("Nothing is written by itself.", "quiet")],
    ]


def why_lines(told: Explanation) -> list[list[Piece]]:
    """Return why a conversation lies where it lies, is due when it is due, and whose it is, and the rules."""
    lines: list[list[Piece]] = [[("Why", "title")]]
    for sentence in (told.place, told.due, told.owner):
        lines += [[], *([(text, "read")] for text in wrap(clean.line(sentence), WIDE))]
    lines += [[], [("The rules, in order", "title")]]
    if not told.rules:
        return [*lines, [("No rule was asked.", "quiet")]]
    for rule, matched, why in told.rules:
        first, *more = wrap(clean.line(f"{rule}: {why}"), WIDE - 10)
        lines.append([(f"{'matched' if matched else 'no':<9} ", "good" if matched else "quiet"), (first, "read")])
        lines += [[(" " * 10 + text, "read")] for text in more]
    return lines


class PlacePage(Page):
    """Where the customer wrote; a key opens it, another copies the address."""

    BINDINGS = bindings(PLACE)
    where = PLACE

    def __init__(self, post: Post, whole: Whole, written: Written, found: Where) -> None:
        self._address = found.address
        super().__init__(post, origin_lines(whole, written, found))

    def action_open(self) -> None:
        if not self._address:
            self.tell("There is no address to open.")
            return
        self.run_worker(self._open(), group="open", exclusive=True)

    async def _open(self) -> None:
        try:
            await self.post.do(lambda: files.launch(self._address))
        except Problem as problem:
            self.tell(f"{problem.what} {problem.hint}")
        else:
            self.tell("Opened.")

    def action_copy(self) -> None:
        if self._address:
            self.app.copy_to_clipboard(self._address)
            self.tell("Copied, where the terminal allows it.")


def origin_lines(whole: Whole, written: Written, found: Where) -> list[list[Piece]]:
    """Return where the customer wrote: the address that leads there, or what is needed to find it without one."""
    row = whole.row
    lines: list[list[Piece]] = [
        [("Where the customer wrote", "title")],
        [],
        _pair("channel", row.channel),
        _pair("account", row.account),
        _pair("customer", row.contact.name),
        *(_pair("identity", identity) for identity in row.contact.identities),
        _pair("subject", row.subject),
    ]
    if written.external_id:
        lines.append(_pair("message", written.external_id))
    lines.append([])
    if found.address:
        lines += [[(text, "key")] for text in wrap(paint.gate(found.address), WIDE)[:6]]
    else:
        lines += [[(text, "warning")] for text in wrap(paint.gate(found.why), WIDE)]
    return [*lines, [], [(_answer(written), "read")], [COMES_BACK]]


def _pair(name: str, value: str) -> list[Piece]:
    return [(f"{name:<10}", "quiet"), (paint.gate(value), "read")]


def _answer(written: Written) -> str:
    if written.channel == MAIL:
        to = f", to {paint.gate(written.person)}" if written.person else ""
        return f"Answer in your mail program{to}."
    return f"Answer in {name_of(written.channel)}."

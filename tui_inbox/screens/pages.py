"""Pages of text over the desk: the help, why a conversation lies where it does, where its customer wrote, a rule."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_inbox import files
from tui_inbox.config import View
from tui_inbox.inbox.explain import Explanation
from tui_inbox.problems import Problem
from tui_inbox.rules import clean
from tui_inbox.rules.channels import name_of
from tui_inbox.rules.places import Where, Written
from tui_inbox.screens import keys, paint
from tui_inbox.screens.bars import Foot
from tui_inbox.screens.cells import Piece, fit
from tui_inbox.screens.keys import (
    ABOVE,
    APP,
    CUSTOMER,
    DESK,
    GO,
    KEYS,
    LIST,
    PAGE,
    PLACE,
    READING,
    REPORT,
    REVIEW,
    RULE,
    SEARCH,
    SELECT,
    STANDING,
    bindings,
    keys_of,
    pressed,
    shown,
)
from tui_inbox.screens.post import Post
from tui_inbox.screens.wrapping import wrap
from tui_inbox.store.whole import Whole

KEYED, SENTENCE = 17, 56
TWO_COLUMNS = 168
"""From how many columns the help stands in two."""
SHORT = 24
"""Lines of a help that stand in one column wherever there is room for two."""
WIDE = 76
"""Cells of the help's two columns; with its frame they fill 80."""
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
        scrolls = {keys.BY_ID[f"page.{name}"].label for name in ("down", "up", "page_down", "page_up")}
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


def _help_line(key: keys.Key, mapped: Mapping[str, str], ascii_only: bool) -> list[list[Piece]]:
    """Return a command's keys and its sentence, wrapped beside them."""
    first, *more = wrap(key.says, SENTENCE)
    lines: list[list[Piece]] = [[(fit(keys_of(key, mapped, ascii_only), KEYED) + " ", "key"), (first, "read")]]
    return lines + [[(" " * (KEYED + 1) + text, "read")] for text in more]


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
    if written.channel == "email":
        to = f", to {paint.gate(written.person)}" if written.person else ""
        return f"Answer in your mail program{to}."
    return f"Answer in {name_of(written.channel)}."

"""How things stand around the inbox: what was read until when, what waits to go out and why, which rule did what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.app import ComposeResult

from tui_inbox.problems import Problem
from tui_inbox.rules.channels import name_of
from tui_inbox.rules.clean import cells as clipped
from tui_inbox.rules.clean import line as cleaned
from tui_inbox.rules.query import parse
from tui_inbox.rules.silence import as_of
from tui_inbox.rules.spoken import spoken
from tui_inbox.screens.bars import Foot, Head, Lines
from tui_inbox.screens.cells import Piece, amount, fit, who
from tui_inbox.screens.keys import STANDING, bindings, shown
from tui_inbox.screens.over import Over, known
from tui_inbox.screens.post import Behind, Post
from tui_inbox.screens.wrapping import wrap
from tui_inbox.store.posted import Posted, posted
from tui_inbox.store.reader import Reader
from tui_inbox.store.sources import AccountLine

TITLES = {"sources": "Sources", "outbox": "Outbox", "rules": "Rules"}
STATES = {
    "waiting": "waits",
    "sending": "with the server",
    "moving": "with the server",
    "refused": "refused",
    "bounced": "bounced",
    "returned": "came back",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class Stands:
    """A few lines about one thing, and what leads to its conversations; None where there are none."""

    lines: tuple[tuple[Piece, ...], ...]
    title: str = ""
    behind: Callable[[Reader], Sequence[int]] | None = None


def sources(reader: Reader, post: Post, now: datetime, width: int) -> list[Stands]:
    """Return every source: until when it is known, what it brought, and what is wrong with it."""
    known = {one.name: one for one in reader.sources.accounts()}
    boxes = [one.name for one in post.config.accounts]
    brought = reader.sources.brought()
    found = []
    for name in [*boxes, *(one for one in known if one not in boxes)]:
        line = known.get(name)
        found.append(_source(name, line, brought.get(name, (0, 0)), post, now, width, mailbox=name in boxes))
    for folder in post.config.inbox_folders:
        said = f"{folder.path}: exports dropped there come in with each sync."
        found.append(Stands(tuple(((text, "quiet"),) for text in wrap(cleaned(said, 300), width))))
    return found


def _source(
    name: str,
    it: AccountLine | None,
    brought: tuple[int, int],
    post: Post,
    now: datetime,
    width: int,
    *,
    mailbox: bool,
) -> Stands:
    marks = post.marks
    read = it.synced_at if it else None
    verb = "synced" if mailbox else "imported"
    when = f"{verb} {spoken(read, now, post.zone)}, {amount(now - read)} ago" if read else f"never {verb}"
    silent = as_of(read, now, mailbox=mailbox)
    kind = it.kind if it else next(one.kind for one in post.config.accounts if one.name == name)
    first: tuple[Piece, ...] = (
        (fit(cleaned(name), 18, marks) + " ", "customer"),
        (fit(kind, 12, marks) + " ", "channel"),
        (when, "late" if silent or read is None else "read"),
    )
    messages, conversations = brought
    held = f"{messages:,} message{'' if messages == 1 else 's'} in {conversations:,}"
    lines = [first, ((f"{'':19}{held} conversation{'' if conversations == 1 else 's'}", "quiet"),)]
    if silent:
        then = spoken(silent, now, post.zone)
        way = "`tui-inbox sync` asks it now." if mailbox else "Export it again and import it."
        lines.append(((f"{'':19}Silent: its clocks stand as of {then}. {way}", "warning"),))
    if it and it.problem:
        lines += [((f"{'':19}{text}", "late"),) for text in wrap(cleaned(it.problem, 300), width - 19)]
    query = parse(f'account:"{name}"', now, post.zone)
    return Stands(tuple(lines), f"From {cleaned(name)}", lambda reader: list(reader.queue("all", now, query).ids))


def outbox(reader: Reader, post: Post, now: datetime, width: int) -> list[Stands]:
    """Return what waits to go out, and what came back or failed in the last week: where to, since when, and why."""
    waiting = posted(reader.path, now)
    rows = {row.id: row for row in reader.rows([one.conversation for one in waiting], now)}
    about = {id_: row.subject or f"{who(row)}, {name_of(row.channel)}" for id_, row in rows.items()}
    said = [_posted(one, about.get(one.conversation, one.subject), post, now, width) for one in waiting]
    if any(one.kind in ("hand_over", "reply_on") and one.state == "waiting" for one in waiting) and not post.sends:
        why = "No account in config.toml has a server to send through (smtp): hand-overs wait until one has."
        said.append(Stands(tuple(((text, "warning"),) for text in wrap(why, width))))
    return said


def _posted(one: Posted, about: str, post: Post, now: datetime, width: int) -> Stands:
    trouble = one.state in ("refused", "bounced", "returned", "failed")
    what = {"reply_on": "a customer's reply", "move": "archived mail", "move_back": "mail taken back"}
    again = f", next try {spoken(one.next_try, now, post.zone)}" if one.next_try and one.tries else ""
    lines: list[tuple[Piece, ...]] = [
        (
            (fit(STATES.get(one.state, one.state), 16, post.marks) + " ", "late" if trouble else "risk"),
            (fit(f"to {one.to or 'the archive'}", 18, post.marks) + " ", "customer"),
            (clipped(about, max(10, width - 40)), "subject"),
        ),
        ((f"{'':17}{what.get(one.kind, 'a hand-over')}, since {spoken(one.created, now, post.zone)}{again}", "quiet"),),
    ]
    if one.problem:
        lines += [((f"{'':17}{text}", "warning"),) for text in wrap(one.problem, width - 17)]
    return Stands(tuple(lines), "On its way out", lambda _reader: [one.conversation])


def rules(reader: Reader, post: Post, now: datetime, width: int) -> list[Stands]:
    """Return every rule in its order: how often it matched, when it last did something, and what is wrong with it."""
    from tui_inbox.inbox.routes import compiled  # deferred: it brings all of routing

    done = reader.rules.counts()
    found = []
    for one in compiled(post.config).rules:
        count, last = done.pop(one.name, (0, None))
        found.append(_rule(one.name, count, last, one.problems, post, now, width))
    for name, (count, last) in done.items():
        found.append(_rule(name, count, last, ("It is no longer in config.toml.",), post, now, width))
    return found


def _rule(
    name: str, count: int, last: datetime | None, problems: Sequence[str], post: Post, now: datetime, width: int
) -> Stands:
    when = f", last {spoken(last, now, post.zone)}" if last else ""
    times = f"{count:,} conversation{'' if count == 1 else 's'}{when}" if count else "never matched"
    lines: list[tuple[Piece, ...]] = [
        ((fit(cleaned(name), 30, post.marks) + " ", "customer"), (times, "read" if count else "quiet"))
    ]
    lines += [((f"  {text}", "warning"),) for one in problems for text in wrap(cleaned(one, 300), width - 2)]
    return Stands(tuple(lines), f"Rule {cleaned(name)}", lambda reader: reader.rules.matched_by(name))


NOTHING = {
    "sources": "There is no source: `tui-inbox account add` connects a mailbox, `tui-inbox import` reads an export.",
    "outbox": "Nothing waits to go out, and nothing came back in the last week.",
    "rules": "There are no rules: add a [[rule]] to config.toml; docs/rules.md has recipes.",
}
READ = {"sources": sources, "outbox": outbox, "rules": rules}


class Listed(Lines):
    """Things a few lines each, with a cursor that goes from one to the next."""

    DEFAULT_CSS = "Listed { height: 1fr; padding: 1 1 0 1; }"

    def __init__(self, post: Post) -> None:
        super().__init__("listed")
        self.post = post
        self.things: list[Stands] | None = None
        self.nothing = ""
        self.at = self.top = 0

    @property
    def thing(self) -> Stands | None:
        """What is under the cursor."""
        return self.things[self.at] if self.things else None

    def _drawn(self) -> tuple[list[list[Piece]], int, int]:
        """Return all lines, and the first and the last of the thing under the cursor."""
        lines: list[list[Piece]] = []
        first = last = 0
        for n, one in enumerate(self.things or ()):
            here = n == self.at
            first = len(lines) if here else first
            lines += [[(self.post.marks.cursor + " " if here else "  ", "cursor"), *pieces] for pieces in one.lines]
            last = len(lines) if here else last
            lines.append([])
        return lines, first, last

    def pieces(self, y: int) -> list[Piece]:
        if self.things is None:
            return []
        if not self.things:
            text = wrap(self.nothing, max(20, self.size.width - 2))
            return [(text[y], "quiet")] if y < len(text) else []
        lines, first, last = self._drawn()
        self.top = max(0, min(max(self.top, last - max(1, self.size.height)), first))
        at = self.top + y
        return lines[at] if at < len(lines) else []

    def go(self, by: int) -> None:
        self.at = max(0, min(self.at + by, len(self.things or ()) - 1))
        self.refresh()


class StandingPage(Over):
    """Sources, outbox or rules; Enter leads to the conversations behind a line."""

    BINDINGS = bindings(STANDING)  # type: ignore[assignment]  # Textual types this as a mixed list
    DEFAULT_CSS = "StandingPage { background: $background; }"

    def __init__(self, post: Post, which: str) -> None:
        super().__init__(post)
        self.which = which

    def compose(self) -> ComposeResult:
        yield Head((TITLES[self.which], "title"))
        yield Listed(self.post)
        yield Foot()

    @property
    def listed(self) -> Listed:
        return self.query_one(Listed)

    @property
    def holding(self) -> bool:
        """Whether keys wait: nothing is drawn yet, or they are meant for what Enter leads to."""
        return self.leading or self.listed.things is None

    def on_mount(self) -> None:
        self.query_one(Foot).keys = shown(STANDING, self.post.keys, self.post.marks.ascii)
        self.call_after_refresh(self._begin)

    def on_resize(self) -> None:
        if not self.holding:
            self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.run_worker(self._read(), group="standing", exclusive=True)

    async def _read(self) -> None:
        now, width, read = self.post.clock(), max(40, self.listed.size.width - 4), READ[self.which]
        head = self.query_one(Head)
        try:
            things, age = await self.post.ask(
                lambda reader: (read(reader, self.post, now, width), known(reader, self.post, now))
            )
        except Problem as problem:
            things, self.listed.nothing = [], f"{problem.what} {problem.hint}"
        else:
            head.say(head.left, age)
            self.listed.nothing = NOTHING[self.which]
        self.listed.things = things
        self.listed.go(0)

    def action_down(self) -> None:
        self.listed.go(1)

    def action_up(self) -> None:
        self.listed.go(-1)

    def action_open(self) -> None:
        thing = self.listed.thing
        if thing and thing.behind:
            self.leading = True
            self.run_worker(self._open(thing.title, thing.behind), group="standing", exclusive=True)

    async def _open(self, title: str, behind: Callable[[Reader], Sequence[int]]) -> None:
        try:
            ids = await self.post.ask(behind)
        except Problem as problem:
            self.leading, self.listed.things, self.listed.nothing = False, [], f"{problem.what} {problem.hint}"
            self.listed.refresh()
            return
        self.dismiss(Behind(title, tuple(ids)))

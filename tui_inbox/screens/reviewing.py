"""What may be reviewed: the list that is shown, a queue, what teammates let pass, what a week archived."""

from __future__ import annotations

from datetime import timedelta

from tui_inbox.problems import Problem
from tui_inbox.rules.query import parse
from tui_inbox.rules.report import Reporting, Window
from tui_inbox.rules.report_words import BY_NAME
from tui_inbox.rules.review import Review
from tui_inbox.screens.acting import Acting
from tui_inbox.screens.cells import TITLES
from tui_inbox.screens.keys import REVIEW, bindings
from tui_inbox.screens.menus import Menu
from tui_inbox.screens.post import Post
from tui_inbox.screens.review import ReviewScreen
from tui_inbox.screens.view import View
from tui_inbox.store.reader import Reader

UNHEARD = "Handed over, past due, no news"
WEEK = "Archived in the last week"


class Reviews(Menu):
    """What `R` reviews: one more key says which."""

    BINDINGS = bindings(REVIEW)  # type: ignore[assignment]  # Textual types this as a mixed list
    where, title_ = REVIEW, "Review"

    def action_review(self, which: str) -> None:
        self.dismiss(which)


async def begin(desk: Acting, view: View, which: str) -> None:
    """Open the review of *which* over *desk*, whose list is of *view*, or take it up where it was left."""
    post = desk.post
    of = {"list": view.title, "handed_over": UNHEARD, "archived": WEEK}.get(which) or TITLES[which]
    shown = tuple(desk.rows.queue.ids)

    def read(reader: Reader) -> tuple[tuple[int, ...], Review | None, int]:
        ids = shown if which == "list" else reviewed(reader, post, which)
        return ids, reader.review(of), reader.seen()

    try:
        ids, kept, seen = await post.ask(read)
    except Problem as problem:
        desk.say_problem(problem)
        return
    it = kept.taken_up(ids) if kept else Review(of, ids)
    if it.over:
        desk.say(f"{of}: there is nothing to review.")
        return
    desk.app.push_screen(ReviewScreen(post, it, seen))


def reviewed(reader: Reader, post: Post, which: str) -> tuple[int, ...]:
    """Return the conversations of a review in their order."""
    now = post.clock()
    match which:
        case "handed_over":
            return tuple(reader.queue(which, now, parse("is:late -is:news", now, post.zone)).ids)
        case "archived":
            week = Reporting(Window(now - timedelta(weeks=1)), now, (), post.config.hours)
            ids = reader.behind(BY_NAME["closed"], week)
            return tuple(row.id for row in reader.rows(ids, now) if row.place == "archived")
        case _:
            return tuple(reader.queue(which, now).ids)

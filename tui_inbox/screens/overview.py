"""The pages over the desk that look at all of it: reports, sources, outbox, rules; each reads when it is opened."""

from __future__ import annotations

from tui_inbox.screens.over import Over
from tui_inbox.screens.post import Post
from tui_inbox.screens.report import ReportScreen
from tui_inbox.screens.standing import StandingPage


def page_of(post: Post, which: str) -> Over:
    """Return the page called *which*."""
    return ReportScreen(post) if which == "reports" else StandingPage(post, which)

"""Looking: a queue, a search, one conversation."""

from __future__ import annotations

import argparse
from zoneinfo import ZoneInfo

from tui_inbox.cli import shapes
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import note, say, say_json, say_rows, say_whole
from tui_inbox.rules import query
from tui_inbox.store.lines import Page
from tui_inbox.store.queues import QUEUES

PAGE = 200
"""Conversations that `list` prints at once, unless --limit says otherwise."""
FOUND = 50
"""And those that `search` does."""


def listing(desk: Desk, chosen: argparse.Namespace) -> int:
    """Print a queue in its order, a page at a time."""
    now = desk.now()
    words = [chosen.query] if chosen.query else []
    name = chosen.queue
    view = next((one for one in desk.config.views if one.name == name), None)
    if view is not None:
        words.insert(0, f"({view.query})")
    asked = query.parse(" ".join(words), now, zone_of(desk)) if words else None
    limit = chosen.limit or PAGE
    if view is not None and asked is not None:
        page = desk.reader.found(asked, now, limit, chosen.after)
    else:
        page = desk.reader.page(name, now, limit, asked, chosen.after)
    return _say_page(desk, chosen, name, page)


def search(desk: Desk, chosen: argparse.Namespace) -> int:
    """Print the conversations that a search finds, the newest matching message first."""
    now = desk.now()
    asked = query.parse(" ".join(chosen.query), now, zone_of(desk))
    return _say_page(desk, chosen, "search", desk.reader.found(asked, now, chosen.limit or FOUND, chosen.after))


def _say_page(desk: Desk, chosen: argparse.Namespace, name: str, page: Page) -> int:
    now = desk.now()
    rows = desk.reader.rows(page.ids, now)
    if chosen.json:
        say_json(shapes.listing(name, page.total, page.next, rows))
        return 0
    say_rows(rows, now, desk.config.hours.zone)
    if not rows:
        say(_nothing(name))
    elif page.next:
        note(f"{len(rows)} of {page.total}; go on with --after {page.next}")
    return 0


def _nothing(name: str) -> str:
    if name == "search":
        return "Nothing was found."
    return f"The {'queue' if name in QUEUES else 'view'} {name} is empty."


def show(desk: Desk, chosen: argparse.Namespace) -> int:
    """Print one conversation, whole."""
    now = desk.now()
    it = desk.reader.conversation(chosen.id, now)
    if chosen.json:
        say_json(shapes.whole(it))
    else:
        say_whole(it, now, desk.config.hours.zone)
    return 0


def zone_of(desk: Desk) -> ZoneInfo:
    """Return the zone in which the agent means days and dates."""
    return ZoneInfo(desk.config.hours.zone)

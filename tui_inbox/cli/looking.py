"""Looking: a queue, a search, one conversation."""

from __future__ import annotations

import argparse
from datetime import UTC
from zoneinfo import ZoneInfo

from tui_inbox.cli import shapes
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import note, say, say_json, say_rows, say_whole
from tui_inbox.problems import Misconfigured
from tui_inbox.rules import query
from tui_inbox.store.reader import QUEUES, Queue

PAGE = 200
FOUND = 50


def listing(desk: Desk, chosen: argparse.Namespace) -> int:
    """Print a queue in its order, a page at a time."""
    now = desk.now()
    words = [chosen.query] if chosen.query else []
    name = chosen.queue
    view = next((one for one in desk.config.views if one.name == name), None)
    if view is not None:
        words.insert(0, f"({view.query})")
    asked = query.parse(" ".join(words), now, _zone(desk)) if words else None
    if view is not None and asked is not None:
        queue = desk.reader.search(asked, now, limit=None)
    else:
        queue = desk.reader.queue(name, now, asked)
    return _say_page(desk, chosen, name, queue, chosen.limit or PAGE)


def search(desk: Desk, chosen: argparse.Namespace) -> int:
    """Print the conversations that a search finds, the newest matching message first."""
    now = desk.now()
    asked = query.parse(" ".join(chosen.query), now, _zone(desk))
    queue = desk.reader.search(asked, now, limit=None)
    return _say_page(desk, chosen, "search", queue, chosen.limit or FOUND)


def _say_page(desk: Desk, chosen: argparse.Namespace, name: str, queue: Queue, limit: int) -> int:
    """Print *limit* rows behind the token, which is the id of the last row of the page before."""
    now = desk.now()
    begin = 0
    if chosen.after is not None:
        try:
            begin = queue.ids.index(int(chosen.after)) + 1
        except ValueError:
            raise Misconfigured(
                f"The page token {chosen.after} is none of this queue any more.", "Start again without --after."
            ) from None
    ids = queue.ids[begin : begin + limit]
    following = str(ids[-1]) if len(ids) and begin + limit < len(queue.ids) else None
    rows = desk.reader.rows(ids, now)
    if chosen.json:
        say_json(shapes.listing(name, len(queue.ids), following, rows))
        return 0
    say_rows(rows, now, desk.config.hours.zone)
    if not rows:
        say(_nothing(name))
    elif following:
        note(f"{len(rows)} of {len(queue.ids)}; go on with --after {following}")
    return 0


def _nothing(name: str) -> str:
    if name == "search":
        return "Nothing was found."
    return f"Nothing lies in {name}." + ("" if name in QUEUES else " (a view)")


def show(desk: Desk, chosen: argparse.Namespace) -> int:
    """Print one conversation, whole."""
    now = desk.now()
    it = desk.reader.conversation(chosen.id, now)
    if chosen.json:
        say_json(shapes.whole(it))
    else:
        say_whole(it, now, desk.config.hours.zone)
    return 0


def _zone(desk: Desk) -> ZoneInfo:
    zone = desk.config.hours.zone
    return ZoneInfo(zone) if zone != "UTC" else ZoneInfo(str(UTC))

"""Folders that were read and are no more: deleted or renamed on the server. Their places go, their messages stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tui_inbox.connectors import Batch, Census, Location, SetAside
from tui_inbox.connectors.imap.bookmark import Bookmark, no_more, read
from tui_inbox.connectors.imap.news import FEW, PATIENCE
from tui_inbox.connectors.imap.replies import Folder, display

MOST = 1000
"""Places in one batch."""


def departed(cursors: Mapping[str, str], listed: Sequence[Folder]) -> Iterator[Batch]:
    """Yield what lay in folders that the server does not list any more.

    A list without an inbox is no list; a folder of more than a few messages is missed in three runs first."""
    if not any(folder.key == "INBOX" for folder in listed):
        return
    there = {folder.key for folder in listed if not folder.flags & {"\\nonexistent"}}
    for place, text in cursors.items():
        mark = read(text)
        if mark is None or place in there or not (mark.known or mark.stale):
            continue
        yield from _gone(place, mark)


def _gone(place: str, mark: Bookmark) -> Iterator[Batch]:
    name = display(place.encode())
    if len(mark.held) > FEW and mark.doubt + 1 < PATIENCE:
        words = f"The server does not list this folder any more. It is believed when it has said so {PATIENCE} times."
        warning = () if mark.doubt else (SetAside(name, words),)
        yield Batch((), place, replace(mark, doubt=mark.doubt + 1).text, set_aside=warning)
        return
    gone = [Location(place, mark.uidvalidity, uid) for uid in mark.held]
    gone += [Location(place, old.uidvalidity, uid) for old in mark.stale for uid in old.held]
    for start in range(0, len(gone), MOST):
        rest = start + MOST < len(gone)
        # Until the last of them, the cursor is as it was: a run that ends between says the same again.
        yield Batch((), place, mark.text if rest else no_more().text, gone=tuple(gone[start : start + MOST]))
    yield Batch((), place, no_more().text, census=Census(name, 0, (), (), certain=True))

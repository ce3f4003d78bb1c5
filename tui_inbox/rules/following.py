"""Where the cursor belongs when a list has changed under it, and where what is new begins."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Protocol

from tui_inbox.rules.model import Direction

ONWARD = 16
"""Conversations after the cursor's that are looked for where its own has gone."""
NEAR = 1000
"""Places round the old one that are looked at before all the others are."""


class Written(Protocol):
    """What has to be known of a message."""

    @property
    def id(self) -> int: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def history(self) -> bool: ...


def first_unseen(messages: Sequence[Written], seen: int) -> int:
    """Return the index of the first message from outside that came after *seen*, the last one the agent had seen.

    Where there is none it is the number of messages; what an import brought as history was never news.
    """
    for index, one in enumerate(messages):
        if one.id > seen and one.direction is Direction.IN and not one.history:
            return index
    return len(messages)


def follow(old: Sequence[int], at: int, new: array[int]) -> int:
    """Return where the cursor belongs in *new*: on the same conversation, else on the next one that is still there."""
    if not new:
        return 0
    for id_ in old[at : at + ONWARD]:
        if (found := _place(id_, at, new)) is not None:
            return found
    return min(at, len(new) - 1)


def _place(id_: int, near: int, ids: array[int]) -> int | None:
    """Return where *id_* stands in *ids*, which is mostly near where it stood; None where it does not."""
    for first, last in ((max(0, near - NEAR), near + NEAR), (0, len(ids))):
        try:
            return ids.index(id_, first, last)
        except ValueError:
            continue
    return None

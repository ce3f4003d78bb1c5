"""Where the cursor belongs after a change, where what is new begins, and until when the inbox is known."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tui_inbox.rules.following import NEAR, ONWARD, first_unseen, follow
from tui_inbox.rules.model import Direction
from tui_inbox.rules.silence import known_until

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    id: int
    direction: Direction = Direction.IN
    history: bool = False


def test_what_is_new_begins_with_the_first_from_outside_that_is_no_history_after_what_was_seen() -> None:
    said = [Said(1), Said(2, Direction.OUT), Said(3, history=True), Said(4), Said(5)]
    assert first_unseen(said, 1) == 3
    assert first_unseen(said, 0) == 0
    assert first_unseen(said, 5) == len(said)
    assert first_unseen([], 0) == 0


def test_the_cursor_stays_on_its_conversation_wherever_that_has_gone() -> None:
    assert follow([1, 2, 3], 1, array("q", [9, 8, 1, 2, 3])) == 3
    assert follow([1], 0, array("q", [*range(10, 10 + 3 * NEAR), 1])) == 3 * NEAR


def test_where_its_conversation_is_gone_the_cursor_goes_to_the_next_that_is_left_else_stays_at_its_place() -> None:
    assert follow([1, 2, 3, 4], 1, array("q", [1, 4])) == 1
    assert follow([*range(1, 40)], 0, array("q", [ONWARD + 5])) == 0
    assert follow([1, 2, 3], 2, array("q", [1])) == 0
    assert follow([1, 2, 3], 2, array("q")) == 0


def test_of_the_mailboxes_the_one_read_longest_ago_counts_and_without_any_the_last_import() -> None:
    hour, day = NOW - timedelta(hours=1), NOW - timedelta(days=1)
    read = {"support": hour, "sales": NOW, "chat": day, "new": None}
    assert known_until(read, {"support", "sales", "new"}) == hour
    assert known_until(read, set()) == NOW
    assert known_until({"chat": day}, {"support"}) == day
    assert known_until({"new": None}, {"new"}) is None
    assert known_until({}, ()) is None

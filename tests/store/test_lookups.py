"""What an import asks for each batch is answered by an index, in whole: a million messages cost what a hundred do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tui_inbox.store import acts, already, namesakes, restated
from tui_inbox.store.writer import Unit, Writer

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
WALL = NOW.replace(tzinfo=None)


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    writer = Writer(tmp_path / "inbox.db")
    with writer.unit() as opened:
        yield opened
    writer.close()


def plan(unit: Unit, ask: Callable[[], object]) -> list[str]:
    """Return how SQLite answers what *ask* asks."""
    asked: list[tuple[str, Any]] = []

    def heard(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    event.listen(unit.engine, "before_cursor_execute", heard)
    ask()
    event.remove(unit.engine, "before_cursor_execute", heard)
    return [
        str(row[3])
        for statement, values in asked
        for row in unit.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]


ASKED: dict[str, tuple[Callable[[Unit], object], str]] = {
    "known keys": (
        lambda unit: already.known(unit, 1, {("chat", "1"), ("chat", "2"), ("other", "1")}),
        "message_key (account_id=? AND thread_key=? AND key=?)",
    ),
    "what stands around a time": (
        lambda unit: already.lined(unit, 1, (WALL - timedelta(days=1), WALL)),
        "message_thread (thread_id=? AND",
    ),
    "what was unsent": (
        lambda unit: restated.deleted(unit, 1, ["chat", "other"]),
        "message_deleted (account_id=? AND thread_key=? AND state=?)",
    ),
    "another state of a message": (
        lambda unit: restated.beginning(unit, 1, "chat", "17 "),
        "message_key (account_id=? AND thread_key=? AND key>? AND key<?)",
    ),
    "the same ids in a chat": (
        lambda unit: namesakes.said_in(unit, 1, "chat", {"1": NOW, "2": NOW}),
        "message_key (account_id=? AND thread_key=? AND key=?)",
    ),
}


@pytest.mark.parametrize("what", ASKED)
def test_it_is_looked_up_by_its_whole_index(what: str, unit: Unit) -> None:
    ask, index = ASKED[what]
    found = [row for row in plan(unit, lambda: ask(unit)) if "message_" in row]
    assert found
    assert all(index in row for row in found), found


def test_an_undo_looks_in_the_thread_for_what_has_gone_on_since(unit: Unit) -> None:
    found = plan(unit, lambda: acts.continued_after(unit, 7, NOW))
    assert any("conversation_thread (thread_id=?)" in row for row in found)
    assert not [row for row in found if row.startswith("SCAN")]

"""What time has moved is recorded part by part, so that an act waits for one part; what is cut off is begun again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.life import laws
from tests.life.world import MAILBOX, Said, Store
from tui_inbox import inbox
from tui_inbox.inbox.reading import Readings
from tui_inbox.rules.model import Snooze

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Five conversations that are snoozed for an hour; two are recorded at once."""
    monkeypatch.setattr(inbox, "SETTLED_AT_ONCE", 2)
    store = Store()
    for name in "abcde":
        store.hear(Said(f"{name}.1", "ask", MAILBOX, name, NOW - HOUR), now=NOW)
    seen = store.seen()
    store.inbox.perform([Snooze(one, seen, NOW + HOUR, NOW + 2 * HOUR) for one in store.conversations()], NOW)
    yield store
    store.gone()


def test_all_that_returned_is_recorded_once(store: Store) -> None:
    assert store.inbox.settle(NOW + 2 * HOUR) == 5
    assert store.inbox.settle(NOW + 2 * HOUR) == 0
    laws.hold(store, NOW + 2 * HOUR)


def test_what_was_recorded_before_a_part_was_cut_off_is_kept_and_the_rest_comes_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, parts = Readings.record, iter([True, True])

    def cut_off(self: Readings, moved: Collection[int], now: datetime, by: str) -> None:
        if next(parts, None) is None:
            raise KeyboardInterrupt
        record(self, moved, now, by)

    with monkeypatch.context() as cut:
        cut.setattr(Readings, "record", cut_off)
        with pytest.raises(KeyboardInterrupt):
            store.inbox.settle(NOW + 2 * HOUR)
    laws.hold(store, NOW + 2 * HOUR)
    assert store.inbox.settle(NOW + 2 * HOUR) == 1
    laws.hold(store, NOW + 2 * HOUR)

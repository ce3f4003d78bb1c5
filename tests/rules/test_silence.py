"""How long a source may say nothing, and until when the inbox is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui_inbox.rules.silence import EXPORT, MAILBOX, as_of, known_until, late_by_silence

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_mailbox_is_silent_after_an_hour_and_an_export_after_a_week() -> None:
    for silent, mailbox in ((MAILBOX, True), (EXPORT, False)):
        assert as_of(NOW - silent, NOW, mailbox=mailbox) is None
        assert as_of(NOW - silent - MINUTE, NOW, mailbox=mailbox) == NOW - silent - MINUTE
        assert as_of(None, NOW, mailbox=mailbox) is None


def test_of_mailboxes_the_one_read_longest_ago_counts_and_of_exports_the_last() -> None:
    read = {"support": NOW - MINUTE, "sales": NOW - 2 * MINUTE, "phone": NOW - 3 * MINUTE, "chat": NOW - 4 * MINUTE}
    assert known_until(read, {"support", "sales"}) == NOW - 2 * MINUTE
    assert known_until(read, ()) == NOW - MINUTE
    assert known_until({"support": None}, {"support"}) is None


def test_what_fell_due_since_the_source_was_read_may_be_late_by_its_silence_alone() -> None:
    due = NOW - MINUTE
    assert late_by_silence(due, due - MINUTE, NOW)
    assert not late_by_silence(due, due, NOW)
    assert not late_by_silence(due, None, NOW)
    assert not late_by_silence(NOW, NOW - MINUTE, NOW)

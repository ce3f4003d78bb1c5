"""Who is who: contacts that are one person or two, and a customer who asks to be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_inbox.inbox import Inbox
    from tui_inbox.inbox.forgetting import Forgotten
    from tui_inbox.store.theirs import Traces


class Contacts:
    """The contacts of one inbox; what is said of them never merges conversations."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def link(self, keep: int, other: int, now: datetime) -> None:
        """Say that two contacts are one person; their conversations stay as they are."""
        from tui_inbox.inbox.reading import Readings
        from tui_inbox.store import people

        with self._inbox.writer.unit() as unit:
            Readings(unit, self._inbox.config).record(people.link(unit, keep, other), now, "me")

    def keep_apart(self, one: int, other: int) -> None:
        """Say that two contacts are two persons: nothing suggests them any more. `link` takes it back."""
        from tui_inbox.store import people

        with self._inbox.writer.unit() as unit:
            people.keep_apart(unit, one, other)

    def unlink(self, identity: str, now: datetime) -> int:
        """Take an identity back out of the contact it was linked to; return the contact it has now."""
        from tui_inbox.inbox.reading import Readings
        from tui_inbox.store import people

        with self._inbox.writer.unit() as unit:
            own, touched = people.unlink(unit, identity)
            Readings(unit, self._inbox.config).record(touched, now, "me")
            return own

    def traces(self, contact: int) -> Traces:
        """Return what there is of contact *contact*, for whoever is to decide whether it goes. Raises `NotFound`."""
        from tui_inbox.store import theirs

        with self._inbox.writer.window() as unit:
            return theirs.traces(unit, contact)

    def forget(self, who: Traces, now: datetime) -> Forgotten:
        """Erase a customer for good, in the store and in the copies of it that can be reached; the figures stay."""
        from tui_inbox.inbox import forgetting

        return forgetting.forget(self._inbox.writer, self._inbox.config, who, now)

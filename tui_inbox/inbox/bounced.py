"""Bounces, and what they are about: a message of ours, or what we handed to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui_inbox.inbox import handovers
from tui_inbox.inbox.work import Work
from tui_inbox.rules.model import Class, Message
from tui_inbox.rules.whose import Judged
from tui_inbox.store import bounces, projection
from tui_inbox.store.ties import Thread


@dataclass(slots=True)
class Bounces:
    """Which bounce belongs to which message, whichever of them came first."""

    work: Work
    _waits: bool | None = None

    def tie(self, message: Message, thread: Thread, conversation: int, id_: int) -> None:
        """Tie to message *id_* of ours the reports of its bounce that came before it; they move to its conversation."""
        if not (message.ids and self._bounces_wait()):
            return
        self.work.tray.write()
        for bounce, elsewhere in bounces.bounce_earlier(self.work.unit, thread.id, id_, message.ids):
            projection.give(self.work.unit, elsewhere, conversation, [bounce])
            self.work.touched.add(elsewhere)

    def lost(self, message: Message, judged: Judged) -> tuple[int, int] | None:
        """Return (message, conversation) of ours that *message* says was lost; None where none that is here was."""
        if judged.class_ is not Class.BOUNCE or not message.verdict.bounced:
            return None
        self.work.tray.write()
        found = bounces.message_of(self.work.unit, self.work.account.id, message.verdict.bounced)
        if found is None:
            self._waits = True
        return found

    def hand_over(self, message: Message, judged: Judged, received: datetime) -> int | None:
        """Return the conversation whose hand-over this delivery report is about; where it is for good, it is back."""
        if judged.class_ is not Class.BOUNCE or not message.verdict.bounced:
            return None
        why, hard = message.verdict.why, message.verdict.hard
        return handovers.bounced(
            self.work.unit, self.work.config, message.verdict.bounced, why, hard, received, self.work.now
        )

    def _bounces_wait(self) -> bool:
        """Return whether a bounce came before what it bounced."""
        if self._waits is None:
            self._waits = bounces.bounces_wait(self.work.unit, self.work.account.id)
        return self._waits

"""Which conversation of a thread a message belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui_inbox.rules.lifecycle import Act, Verb
from tui_inbox.rules.model import Place


@dataclass(frozen=True, slots=True)
class Stretch:
    """One conversation as a stretch of its thread. `begins_at` is None for the thread's first.

    Where a late parent joined threads, several were the first of theirs: all but the earliest begin with the first
    message of theirs that an act had seen.
    """

    id: int
    begins_at: datetime | None
    acts: tuple[Act, ...] = ()

    @property
    def seen(self) -> int:
        """The highest message id that an act on it had seen; 0: nobody acted."""
        return max((act.seen for act in self.acts), default=0)


@dataclass(frozen=True, slots=True)
class Begin:
    """A new conversation begins: it takes what is received after `begins_at`, and continues `continues`."""

    begins_at: datetime | None
    continues: int | None


def belongs(received: datetime, stretches: Sequence[Stretch], reopen_window: timedelta) -> int | Begin:
    """Return the conversation that a message received at *received* belongs to, or that a new one begins.

    A new one begins where the message was received later than *reopen_window* after the archiving that stood
    then, unless an act has taken the conversation up again since. It begins at the end of that window, whichever
    message comes first, so that the order of arrival changes nothing.
    """
    if not stretches:
        return Begin(None, None)
    ordered = sorted(stretches, key=lambda one: (one.begins_at is not None, one.begins_at or received, one.id))
    before = [one for one in ordered if one.begins_at is None or one.begins_at < received]
    here = before[-1] if before else ordered[0]
    closed = archived_at(here, received)
    if closed is not None and received > closed + reopen_window and here is ordered[-1]:
        return Begin(closed + reopen_window, here.id)
    return here.id


def archived_at(stretch: Stretch, moment: datetime) -> datetime | None:
    """Return when it had been archived by an act that stood at *moment*, and that no later act took back out."""
    telling = [act for act in stretch.acts if act.verb is not Verb.ROUTE or _archives(act)]
    past = [act for act in telling if act.at <= moment]
    if not past or not _archives(past[-1]) or not all(_archives(act) for act in telling if act.id > past[-1].id):
        return None
    return past[-1].at


def _archives(act: Act) -> bool:
    by_rule = act.verb is Verb.ROUTE and act.effects.place is Place.ARCHIVED
    return act.verb is Verb.ARCHIVE or by_rule

"""One message that is offered more than once: which of its copies counts, and what its source has changed since."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui_inbox.connectors import Arrival
from tui_inbox.rules.model import MAIL, Message, State
from tui_inbox.store.already import Known, text_digest

NOTHING = text_digest("")
"""Of a message without a text."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The state a message now has, and whether it gets the text that came with it."""

    state: State
    text: bool = True


def revised(message: Message, here: Known) -> Revision | None:
    """Return what a known message now is, where its source changed it; None where nothing changed.

    What is deleted stays so; what it had last said is kept, and taken from another export where that knows it better.
    """
    if message.state is State.DELETED:
        return None if here.state is State.DELETED else Revision(State.DELETED, text=False)
    if message.channel == MAIL:
        return None
    newer = message.edited_at is not None and (here.edited_at is None or message.edited_at > here.edited_at)
    if here.state is State.DELETED:
        better = message.text and (newer or here.text_digest == NOTHING)
        return Revision(State.DELETED) if better else None
    differs = text_digest(message.text) != here.text_digest
    if here.state is State.MISSING_BODY and message.state is not State.MISSING_BODY:
        return Revision(message.state)
    if newer or (differs and message.edited_at is None and message.state is State.EDITED):
        return Revision(State.EDITED) if differs else None
    return None


def as_one(first: Arrival, again: Arrival) -> Arrival:
    """Return what two offers of one message come to, whichever is first: live if one is, of the lower rank (our own
    copy counts before others), and as its source has it since."""
    best, other = (again, first) if again.rank < first.rank else (first, again)
    message = best.message
    here = Known(0, 0, message.state, message.edited_at, best.history, text_digest(message.text))
    change = revised(other.message, here)
    if change is not None:
        message = replace(message, state=change.state)
        if change.text:
            said = other.message
            message = replace(message, text=said.text, quoted=said.quoted, raw=said.raw, edited_at=said.edited_at)
    if _files(other.message) > _files(message):
        message = replace(message, attachments=other.message.attachments)
    history = first.history and again.history
    if message is best.message:
        return replace(best, history=history)
    # What was worked out of the message as it was does not hold for this one.
    return Arrival(message, best.location, history, best.rank, best.object_id, best.partial, best.also)


def _files(message: Message) -> int:
    return sum(one.stored for one in message.attachments)

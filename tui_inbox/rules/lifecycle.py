"""The life of a conversation: `decide` what an act makes true, and `read` a history into the state it leaves.

The state is a pure function of the history and the present moment. The history is the messages in received
order and the acts on them, each act with what had been seen: a customer message unseen at an act comes after that
act, an answer of ours stands at its received time. So order, grouping and repetition of imports between two acts
change nothing, and a late answer, a bounce or an undo is settled by reading anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tui_inbox.problems import Refused
from tui_inbox.rules.clock import clock
from tui_inbox.rules.conversation import Conversation, place
from tui_inbox.rules.history import Act, Delivery, Effects, Heard, History, TermsOf, Verb, timeline
from tui_inbox.rules.model import ME, Archive, Command, Forward, Snooze, Status
from tui_inbox.rules.reading import read

__all__ = [
    "Act",
    "Conversation",
    "Delivery",
    "Effects",
    "Heard",
    "History",
    "TermsOf",
    "Verb",
    "clock",
    "decide",
    "heir",
    "place",
    "read",
    "timeline",
    "undoable",
]


def decide(it: Conversation, command: Command, now: datetime) -> Act | str:
    """Return the act that *command* makes at *now* (its id still 0), or why there is nothing to do.

    Raises `Refused`, and nothing changes, where the act may not be made.
    """
    match command:
        case Snooze(seen=seen, returns=returns, due=due):
            in_order(now, returns, due)
            return Act(0, Verb.SNOOZE, now, seen, returns=returns, due=due)
        case Archive(seen=seen):
            if it.status is Status.ARCHIVED and not it.spam:
                return "It is archived already."
            return Act(0, Verb.ARCHIVE, now, seen)
        case Forward(seen=seen, to=to):
            if it.owner == to and not it.spam:
                return f"It is {'yours' if to == ME else to + chr(8217) + 's'} already."
            waits = None if to == ME else Delivery.WAITING
            return Act(0, Verb.FORWARD, now, seen, to=to, delivery=waits)


def in_order(now: datetime, returns: datetime, due: datetime | None) -> None:
    """Raise `Refused` unless now < *returns* < *due*, if that is said."""
    if returns <= now:
        raise Refused("The moment of return has already passed.", "Pick a later one.")
    if due is not None and due <= returns:
        raise Refused("The deadline lies before the return.", "Pick one after it, or leave it out.")


def heir(history: History) -> str:
    """Return who owns what continues *history*: whom it was last given to and who has been told of it, else me.

    It hangs on the acts alone, so that the order in which messages arrive changes nothing.
    """
    for act in sorted(history.acts, key=lambda one: one.id, reverse=True):
        given = act.verb is Verb.FORWARD or act.effects.owner is not None
        if given or act.verb is Verb.RETURN:
            return act.to if act.delivery is Delivery.SENT else ME
    return history.owner


def undoable(act: Act, acts: Sequence[Act], conversation_began_after: bool) -> None:
    """Raise `Refused`, naming the reason, where *act* of a conversation with *acts* may not be undone."""
    later = [one for one in acts if one.id > act.id and one.verb not in (Verb.ROUTE, Verb.RETURN)]
    if later:
        raise Refused(
            f"A later {later[-1].verb} of the same conversation stands: act {later[-1].id}.",
            f"Undo that one first: `tui-inbox undo --act {later[-1].id}`.",
        )
    if act.verb is Verb.FORWARD and act.delivery is Delivery.SENT:
        raise Refused(
            f"The hand-over to {act.to} has been delivered.",
            "Take it back with `forward --to me`; they keep what they got.",
        )
    if conversation_began_after:
        raise Refused("A new conversation began because it was archived.", "Go on in the new one.")

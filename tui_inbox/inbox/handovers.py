"""A hand-over on its way: what may still go out, that it goes, that it went, and how it comes back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tui_inbox.config import Config
from tui_inbox.inbox.reading import Readings
from tui_inbox.rules.handover import HAND_OVER, pause
from tui_inbox.rules.lifecycle import Act, Conversation, Delivery, Verb
from tui_inbox.rules.model import MAIL, ME
from tui_inbox.store import acts, handed, histories, outgoing, owed, projection, ties
from tui_inbox.store.outgoing import Outgoing
from tui_inbox.store.writer import Unit

TAKEN_BACK = "It was taken back, or handed to somebody else, before it was sent."
DOUBT = "The line broke at the last moment of an earlier try, so {to} may have it."


def standing(unit: Unit, config: Config, one: Outgoing, now: datetime) -> Conversation | None:
    """Return the conversation if *one* is still to go out at *now*; else record why it is not, and return None."""
    here = outgoing.fresh(unit, one.id)
    if here is None or here.state not in (outgoing.WAITING, outgoing.SENDING):
        return None
    kept = histories.load(unit, [one.conversation_id])[one.conversation_id]
    it = Readings(unit, config).state(kept, now)
    if here.kind == HAND_OVER:
        if it.came_back == one.act_id:
            act = next(act for act in kept.history.acts if act.id == one.act_id)
            _too_late(unit, config, here, it, act, now)
            return None
        if it.handed_by != one.act_id:
            _end(unit, here, outgoing.DROPPED, TAKEN_BACK, now)
            return None
    elif it.owner != one.to:
        _end(unit, here, outgoing.DROPPED, f"It is not {one.to}'s any more.", now)
        return None
    return it


def _too_late(unit: Unit, config: Config, one: Outgoing, it: Conversation, act: Act, now: datetime) -> None:
    """Record that it was due before it could be sent, and has been back at me since then."""
    since = [entry.since for promise in it.promises for entry in promise.responsible if entry.who == ME]
    back = [one for one in since if one > act.at]
    outgoing.delivered(unit, act.id, Delivery.REFUSED, min(back, default=now))
    doubt = f" {DOUBT.format(to=one.to)}" if one.state == outgoing.SENDING else ""
    _end(unit, one, outgoing.RETURNED, f"It was due before it could be sent.{doubt}", now)
    Readings(unit, config).record([one.conversation_id], now, "server")


def _end(unit: Unit, one: Outgoing, state: str, why: str, now: datetime) -> None:
    outgoing.change(unit, one.id, state=state, problem=why, raw=None, copy=outgoing.NONE)
    projection.event(
        unit, one.conversation_id, now, f"hand-over {state}", "server", {"act": one.act_id, "to": one.to, "why": why}
    )


def given(
    unit: Unit, config: Config, one: Outgoing, account: str, message_id: str, upto: int, raw: bytes, now: datetime
) -> bool:
    """Record that the server may have the mail from now on; return False, and nothing changes, if it may not go out.

    From here on an undo is refused until it is known what became of it.
    """
    if standing(unit, config, one, now) is None:
        return False
    outgoing.given(unit, one.id, account, message_id, upto, raw, now)
    about = handed.about(unit, one)
    if about.channel == MAIL and about.account == account:
        # Answers to it belong to the thread, also where they name nothing else, and where its copy never comes in.
        ties.tie_ids(unit, about.account_id, about.thread_id, [message_id])
    return True


def sent(unit: Unit, config: Config, one: Outgoing, at: datetime, now: datetime) -> None:
    """Record that a server took it at *at*: the hand-over is delivered."""
    outgoing.change(unit, one.id, state=outgoing.SENT, sent_at=at, problem=None, tries=one.tries + 1)
    if one.kind == HAND_OVER:
        outgoing.delivered(unit, one.act_id, Delivery.SENT, at)
    what = "delivered" if one.kind == HAND_OVER else "reply sent on"
    projection.event(unit, one.conversation_id, now, what, "server", {"act": one.act_id, "to": one.to})
    Readings(unit, config).record([one.conversation_id], now, "server")
    owed.post(unit, [one.conversation_id], now)


def postponed(unit: Unit, one: Outgoing, why: str, now: datetime, *, in_doubt: bool = False) -> None:
    """Record a try that failed, and when the next is; *in_doubt*: the server may have it all the same.

    A doubt that an earlier try has left stays until a server has taken it.
    """
    here = outgoing.fresh(unit, one.id)
    if here is None or here.state not in (outgoing.WAITING, outgoing.SENDING):
        return
    values: dict[str, object] = {"problem": why, "tries": one.tries + 1, "not_before": now + pause(one.tries + 1)}
    if one.state == outgoing.WAITING and not in_doubt:
        values |= {"state": outgoing.WAITING, "raw": None, "copy": None, "upto": None}
    outgoing.change(unit, one.id, **values)


def refused(unit: Unit, config: Config, one: Outgoing, why: str, at: datetime, now: datetime, state: str) -> None:
    """Record that it will never arrive, refused or bounced: the conversation is back at me, reason `returned`."""
    outgoing.change(unit, one.id, tries=one.tries + (state == outgoing.REFUSED))
    if one.kind == HAND_OVER:
        outgoing.delivered(unit, one.act_id, Delivery.REFUSED, at)
    elif histories.owner(unit, one.conversation_id) == one.to:
        seen = handed.watermark(unit, one.conversation_id)
        back = Act(0, Verb.RETURN, now, seen, by="returned")
        acts.record(unit, one.conversation_id, back, acts.NO_BATCH)
    _end(unit, one, state, why, now)
    Readings(unit, config).record([one.conversation_id], now, "server")


def bounced(
    unit: Unit, config: Config, ids: Collection[str], why: str, hard: bool, at: datetime, now: datetime
) -> int | None:
    """Return the conversation whose hand-over a delivery report names by its Message-ID; None where it names none.

    A hard bounce brings it back; one that may still arrive changes nothing.
    """
    one = outgoing.by_message_id(unit, ids)
    if one is None:
        return None
    if hard and one.state in (outgoing.SENT, outgoing.SENDING):
        refused(unit, config, one, f"It bounced: {why}." if why else "It bounced.", at, now, outgoing.BOUNCED)
    return one.conversation_id

"""The agent's acts: read, decide, record, in one transaction; and their undoing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tui_inbox.config import Config
from tui_inbox.inbox import moves
from tui_inbox.inbox.outcome import Outcome, Skipped
from tui_inbox.inbox.reading import Readings
from tui_inbox.problems import NotFound, Problem, Refused
from tui_inbox.rules import lifecycle
from tui_inbox.rules.handover import UNDO_TIME
from tui_inbox.rules.lifecycle import Act, Verb
from tui_inbox.rules.model import ME, Command, Forward
from tui_inbox.store import acts as on_record
from tui_inbox.store import already, histories, outgoing, projection, rounds
from tui_inbox.store import moves as mail_moves
from tui_inbox.store.acts import Stood
from tui_inbox.store.moments import rfc3339
from tui_inbox.store.writer import Unit, driver


def perform(unit: Unit, config: Config, commands: Sequence[Command], now: datetime) -> Outcome:
    """Do *commands*, one act each and one undo for all; what may not be done is skipped with its reason.

    One on a conversation that has become part of another is done there, once.
    """
    for command in commands:
        _allow(config, command)
    readings = Readings(unit, config)
    parts = histories.merged(unit, [one.id for one in commands])
    whole = {parts.get(one.id, one.id): replace(one, id=parts.get(one.id, one.id)) for one in reversed(commands)}
    commands = tuple(reversed(whole.values()))
    kept = histories.load(unit, list(whole))
    batch = on_record.next_batch(unit)
    done: list[int] = []
    skipped: list[Skipped] = []
    for command in commands:
        try:
            if command.id not in kept:
                raise NotFound(f"There is no conversation {command.id}.", "See `tui-inbox list all`.")
            decision = lifecycle.decide(readings.state(kept[command.id], now), command, now)
        except Problem as problem:
            skipped.append(Skipped(command.id, problem.what, problem.hint))
            continue
        if isinstance(decision, str):
            skipped.append(Skipped(command.id, decision))
            continue
        _record(unit, config, command, decision, batch, now)
        done.append(command.id)
    readings.record(done, now, ME)
    return Outcome(tuple(done), tuple(skipped), batch if done else None)


def _allow(config: Config, command: Command) -> None:
    """Raise `NotFound` where *command* gives a conversation to somebody who is no teammate."""
    if isinstance(command, Forward) and command.to != ME:
        names = [mate.name for mate in config.teammates]
        if command.to not in names:
            known = ", ".join(names) or "nobody yet: add a [[teammate]] to config.toml"
            raise NotFound(f"There is no teammate {command.to}.", f"The configuration knows: {known}.")


def _record(unit: Unit, config: Config, command: Command, act: Act, batch: int, now: datetime) -> None:
    note = command.note if isinstance(command, Forward) else ""
    act_id = on_record.record(unit, command.id, act, batch, note)
    projection.saw(unit, command.id, act.seen)
    detail: dict[str, object] = {"act": act_id}
    match act.verb:
        case Verb.SNOOZE:
            detail |= {"returns": rfc3339(act.returns), "due": rfc3339(act.due)}
        case Verb.FORWARD:
            detail |= {"to": act.to, "note": note}
            if act.to != ME:
                on_record.post(unit, act_id, command.id, "hand_over", act.to, now + UNDO_TIME, now)
        case Verb.ARCHIVE:
            moves.owe(unit, config, act_id, command.id, now)
        case _:
            pass
    projection.event(unit, command.id, now, PAST[act.verb], ME, detail)


PAST = {Verb.SNOOZE: "snoozed", Verb.ARCHIVE: "archived", Verb.FORWARD: "forwarded"}
"""The event that each act of the agent's leaves on record."""


def taken_out(unit: Unit, config: Config, account: str, now: datetime) -> int:
    """Archive the conversations that another program took out of the server's inbox; return how many.

    What had arrived by then counts as seen: whoever took it out saw it there.
    """
    ids = rounds.taken_out(driver(unit), account)
    seen = already.watermark(unit)
    for id_ in ids:
        act = Act(0, Verb.ARCHIVE, now, seen, by="server")
        act_id = on_record.record(unit, id_, act, on_record.NO_BATCH)
        projection.event(unit, id_, now, PAST[Verb.ARCHIVE], "server", {"act": act_id})
    Readings(unit, config).record(ids, now, "server")
    return len(ids)


def undo(unit: Unit, config: Config, now: datetime, *, batches: int = 1, act_id: int | None = None) -> Outcome:
    """Undo the last *batches* of acts, or one act; what may not be undone is skipped with its reason."""
    if act_id is not None:
        found = on_record.standing(unit, act_id=act_id)
    else:
        found = on_record.standing(unit, on_record.last_batches(unit, batches))
    if not found:
        raise Refused("There is nothing to undo.", "Acts that stand are listed by `tui-inbox show ID`.")
    done: dict[int, None] = {}
    skipped: list[Skipped] = []
    for stood in found:
        try:
            _undo(unit, stood, now)
        except Refused as refused:
            skipped.append(Skipped(stood.conversation_id, refused.what, refused.hint))
        else:
            done[stood.conversation_id] = None
    Readings(unit, config).record(list(done), now, ME)
    return Outcome(tuple(done), tuple(skipped), found[0].batch if done else None)


def _undo(unit: Unit, stood: Stood, now: datetime) -> None:
    id_ = stood.conversation_id
    acts = histories.load(unit, [id_])[id_].history.acts
    began = stood.act.verb is Verb.ARCHIVE and on_record.continued_after(unit, id_, stood.act.at)
    lifecycle.undoable(stood.act, acts, began)
    if stood.act.verb is Verb.FORWARD and outgoing.under_way(unit, stood.act.id):
        raise Refused(
            f"The hand-over to {stood.act.to} is with the mail server, which has not said yet whether it took it.",
            "Take it back with `forward --to me`.",
        )
    on_record.undo(unit, stood.act.id, now)
    mail_moves.take_back(unit, stood.act.id, now)
    projection.event(unit, id_, now, "undone", ME, {"act": stood.act.id, "verb": stood.act.verb.value})

"""The week is played: its exports come in again and again as they grow, and the agent acts in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from tui_inbox.config import Home, load
from tui_inbox.demo.exports import NOW, write
from tui_inbox.demo.week import Act, Misspelt, Told, distance, week
from tui_inbox.rules.model import Archive, Command, Forward, Snooze

if TYPE_CHECKING:
    from tui_inbox.inbox import Inbox
    from tui_inbox.store.lines import Row

SYNCS = ("-6d 4h 30m", "-4d 2h 30m", "-2d 3h 30m", "-1d 2h 15m")
"""Moments at which the exports come in though nobody acts: what is answered later is then seen unanswered first."""
LOST = "Marta Jelić"
"""Her hand-over never gets out, as happens with a network that stays down: it comes back when it is due."""


def fill(folder: Path, now: datetime) -> Home:
    """Make *folder* the home of the demo at *now* (aware): configuration, export files, and a store that holds them.

    A folder that holds a store already is left as it is: what somebody did in it is not played over. Raises `Problem`
    where the store refuses.
    """
    from tui_inbox.inbox import Inbox  # deferred: it brings the whole store

    home = Home(folder, folder / "config.toml")
    if home.store.exists():
        return home
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not home.config.exists():
        home.config.write_bytes(resources.files(__package__).joinpath("config.toml").read_bytes())
        home.config.chmod(0o600)
    inbox = Inbox(home, load(home.config, now=now))
    try:
        _play(inbox, folder / "exports", now)
    finally:
        inbox.close()
    return home


def _play(inbox: Inbox, folder: Path, now: datetime) -> None:
    """Bring the week into *inbox* stage by stage, and act where the scripts say so.

    At each stage the exports in *folder* are made longer, what changed is imported as of that moment, and then the
    acts of that moment are performed: everything that the store holds came through a connector or an act.
    """
    from tui_inbox.exports import bring_in

    acts: dict[timedelta, list[tuple[Told, Act]]] = defaultdict(list)
    for told in week():
        for act in told.acts:
            acts[act.at].append((told, act))
    for stage in sorted({*acts, *(distance(sync) for sync in SYNCS), NOW}):
        moment = now + stage
        for export in write(folder, now, stage).changed:
            bring_in(inbox, export.path, moment, kind=export.kind, account=export.account, zone=export.zone)
        if acts[stage]:
            _perform(inbox, acts[stage], now, moment)


def _perform(inbox: Inbox, acts: Iterable[tuple[Told, Act]], now: datetime, moment: datetime) -> None:
    """Perform *acts* at *moment*, each on the newest conversation it can mean, and look through every queue."""
    with inbox.reader() as reader:
        queue = reader.queue("all", moment)
        rows = reader.rows(queue.ids, moment)
    outcome = inbox.perform([_command(act, _meant(told, rows), queue.seen, now) for told, act in acts], moment)
    names = {row.id: row.contact.name for row in rows}
    if outcome.skipped:
        first = outcome.skipped[0]
        raise Misspelt(f"an act on {names[first.id]} was skipped: {first.why}")
    # The demo has no server to send through: what was handed over counts as delivered.
    if delivered := [id_ for id_ in outcome.done if names[id_] != LOST]:
        inbox.delivered(delivered, moment)
    for row in rows:
        if row.news:
            inbox.mark_seen(row.id, queue.seen, moment)


def _meant(told: Told, rows: Iterable[Row]) -> int:
    """Return the id of the newest conversation that *told* can be: mail by its subject, a chat by its customer.

    Raises `Misspelt` where there is none.
    """
    ids = [row.id for row in rows if row.channel == told.channel and _same(told, row)]
    if not ids:
        raise Misspelt(f"no conversation of {told.title!r} to act on")
    return max(ids)


def _same(told: Told, row: Row) -> bool:
    if told.subject:
        return row.subject == told.subject
    return told.who.name in (row.contact.name, *row.contact.identities)


def _command(act: Act, id_: int, seen: int, now: datetime) -> Command:
    match act.verb:
        case "snooze":
            assert act.returns is not None
            assert act.due is not None
            return Snooze(id_, seen, now + act.returns, now + act.due)
        case "forward":
            return Forward(id_, seen, act.to, act.note)
        case _:
            return Archive(id_, seen)

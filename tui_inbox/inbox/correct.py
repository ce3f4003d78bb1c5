"""Who is me and in which zone times were written, put right later, without importing again."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tui_inbox.config import Config
from tui_inbox.connectors.formats.moments import LocalClock, zone_of
from tui_inbox.inbox import routes
from tui_inbox.inbox.ours import us_of
from tui_inbox.inbox.reading import Readings
from tui_inbox.inbox.sides import Sides
from tui_inbox.problems import Misconfigured, NotFound, Refused
from tui_inbox.rules import people
from tui_inbox.rules.model import MAIL, ME, Class, Person
from tui_inbox.rules.whose import is_called, judge
from tui_inbox.store import accounts, arrivals, corrections, projection
from tui_inbox.store.accounts import Account
from tui_inbox.store.corrections import Chat, Moved, Said, Turned
from tui_inbox.store.writer import Unit


@dataclass(slots=True)
class Corrected:
    """What a correction came to: how many messages turned from `in` to `out` or back, and how many moved in time."""

    account: str
    turned: int = 0
    moved: int = 0
    conversations: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is said: my names (of mail: addresses, beside those of [me]), the zone, or both; *conversations* None
    stands for the whole account.

    `was` are the zones the times had been read in, where only those read in one of them are to move.
    """

    account: str
    me: tuple[str, ...] = ()
    zone: str | None = None
    conversations: frozenset[int] | None = None
    was: tuple[str, ...] = ()


def correct(unit: Unit, config: Config, said: Correction, now: datetime) -> Corrected:
    """Compute directions and times anew from the stored names and wall times, and read the conversations anew."""
    account = accounts.known_account(unit, said.account)
    if account is None:
        raise NotFound(f"There is no account {said.account}.", "See `tui-inbox account list`.")
    chats = corrections.chats(unit, account.id, said.conversations)
    if said.conversations is not None and not chats:
        raise NotFound(f"No such conversation came from {account.name}.", "See `tui-inbox list all`.")
    came = Corrected(account.name)
    if account.channel == MAIL:
        _sides(unit, config, account, said, came)
    elif not (said.me or said.zone):
        raise Misconfigured("Nothing is said to be put right.", "Name yourself with --me, or the zone with --zone.")
    else:
        for chat in chats:
            _Mending(unit, config, account, said, chat, came, now).mend()
    _remember(unit, account, said, chats)
    fresh = corrections.unrouted(unit, came.conversations)
    routes.run(unit, config, fresh, 0, now)
    for id_ in sorted(came.conversations):
        detail = {"me": list(said.me), "zone": said.zone}
        projection.event(unit, id_, now, "corrected", ME, {name: value for name, value in detail.items() if value})
    Readings(unit, config).record(came.conversations, now, ME)
    return came


def _sides(unit: Unit, config: Config, account: Account, said: Correction, came: Corrected) -> None:
    """Put mail on its side by the addresses that are known for ours by now, and those that *said* names."""
    if said.zone:
        raise Refused("Mail says itself when it was written.", "Leave --zone out.")
    us = us_of(config, account.channel, {*account.me, *said.me})
    if not us.addresses:
        raise Misconfigured("No address is known for yours.", "Name yours in [me] of config.toml, or with --me.")
    sides = Sides(unit, account, us)
    sides.judge_anew(said.conversations)
    came.turned, came.conversations = sides.turned, sides.conversations


def put_right(
    unit: Unit,
    config: Config,
    account: str,
    conversations: Collection[int],
    me: str | None,
    zone: tuple[Collection[str], str] | None,
    now: datetime,
) -> int:
    """Let what was said at an import hold for what its chats had been read as before; return how many messages changed.

    *zone* are those their times may have been read in, and the one that was said now.
    """
    changed = 0
    if me is not None:
        spoken = corrections.customers(unit, conversations)
        wrong = frozenset(id_ for id_, person in spoken if is_called(person, [me]))
        if wrong:
            changed += correct(unit, config, Correction(account, (me,), conversations=wrong), now).turned
    if zone is not None and conversations:
        said = Correction(account, zone=zone[1], conversations=frozenset(conversations), was=tuple(zone[0]))
        changed += correct(unit, config, said, now).moved
    return changed


def _remember(unit: Unit, account: Account, said: Correction, chats: Sequence[Chat]) -> None:
    """Keep it for the next export: with the account, or with the chats that were named."""
    values: dict[str, str | None] = {}
    if said.me:
        values["me"] = None if said.conversations is None else json.dumps(list(said.me), ensure_ascii=False)
    if said.zone:
        values["zone"] = None if said.conversations is None else said.zone
    for chat in chats:
        corrections.remember(unit, chat.id, values)
    whole = said.conversations is None
    me = list(said.me) if whole and said.me else corrections.still_me(unit, account.id, account.me)
    accounts.learn(unit, account.id, me, said.zone if whole and said.zone else account.zone)


class _Mending:
    """One chat being put right."""

    def __init__(
        self, unit: Unit, config: Config, account: Account, said: Correction, chat: Chat, came: Corrected, now: datetime
    ) -> None:
        self._unit = unit
        self._config = config
        self._account = account
        self._said = said
        self._chat = chat
        self._came = came
        self._now = now
        self._us = us_of(config, account.channel, said.me)
        self._clock = LocalClock(zone_of(said.zone)) if said.zone else None
        self._was = [zone_of(one) for one in said.was or (chat.zone or account.zone or "UTC",)]
        self._left: set[int] = set()

    def mend(self) -> None:
        """Compute the chat anew; its conversations are read later."""
        if self._said.me:
            self._rename()
        moved: list[Moved] = []
        for part in corrections.said(self._unit, self._chat.id):
            if self._said.me:
                self._turn(part)
            if self._clock is not None:
                moved += self._moved(part, self._clock)
        for start in range(0, len(moved), 500):
            corrections.move(self._unit, moved[start : start + 500])
        for gone in corrections.void_terms(self._unit, [one.id for one in moved]):
            detail = {"kind": gone.kind, "was": gone.outcome, "why": "its message was written at another time"}
            projection.event(self._unit, gone.conversation_id, self._now, "promise corrected", ME, detail)
        corrections.forget_strangers(self._unit, self._left)
        self._came.moved += len(moved)

    # --- who ---

    def _turn(self, part: Sequence[Said]) -> None:
        turned = []
        for one in part:
            if one.message.verdict.as_ is Class.SYSTEM:
                continue
            mine = is_called(one.message.sender, self._said.me)
            judged = judge(replace(one.message, mine=mine), self._us)
            identity = self._identity(one, judged.customer)
            if (judged.direction, identity) != (one.direction, one.identity):
                turned.append(Turned(one.id, judged.direction, judged.class_, judged.why, identity))
                self._came.conversations.add(one.conversation)
                if one.identity is not None and one.identity != identity:
                    self._left.add(one.identity)
        corrections.turn(self._unit, turned)
        self._came.turned += len(turned)

    def _identity(self, one: Said, customer: Person | None) -> int | None:
        if customer is None:
            return None
        channel = one.message.channel
        key = people.identity_key(channel, customer, self._account.name, self._chat.key)
        return arrivals.identity(self._unit, key, channel, *people.value_and_name(customer))

    def _rename(self) -> None:
        """A chat of two that the format calls by its other side had been called by me."""
        chat = self._chat
        if chat.group or chat.title != chat.key:
            return
        senders: dict[str, bool] = {}
        for part in corrections.said(self._unit, chat.id):
            for one in part:
                if one.message.verdict.as_ is not Class.SYSTEM and one.message.sender.name:
                    senders[one.message.sender.name] = is_called(one.message.sender, self._said.me)
        others = sorted(name for name, mine in senders.items() if not mine)
        if not others or len(others) == len(senders) or len(senders) != 2:
            return
        if chat.key not in (", ".join(sorted(senders)), *(name for name, mine in senders.items() if mine)):
            return
        before = f"{self._account.channel}:{self._account.name}/{chat.key}/"
        after = f"{self._account.channel}:{self._account.name}/{others[0]}/"
        if corrections.rename(self._unit, self._account.id, chat, others[0], before, after):
            self._chat = replace(chat, key=others[0], title=others[0])

    # --- when ---

    def _moved(self, part: Sequence[Said], clock: LocalClock) -> list[Moved]:
        """Return what of *part* had been read in the wrong zone; times whose zone the file named stay."""
        moved = []
        since = self._chat.first_at - self._config.history.open_since
        for one in part:
            if one.local is None or not _read_in(one, self._was):
                continue
            sent = clock.utc(one.local)
            if sent is None:
                continue
            received = min(sent, one.arrived)
            if (sent, received) != (one.sent, one.received):
                moved.append(Moved(one.id, sent, received, received < since))
                self._came.conversations.add(one.conversation)
        return moved


def _read_in(one: Said, zones: Sequence[ZoneInfo]) -> bool:
    """Return whether the time of *one* is its wall time in one of *zones*."""
    assert one.local is not None
    read = {one.local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for zone in zones for fold in (0, 1)}
    return (one.sent or one.received) in read or one.received == one.arrived

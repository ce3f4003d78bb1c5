"""Which messages of an export without ids are known already: an ordered alignment against what is stored.

Some exports give neither ids nor exact times (WhatsApp, LINE, KakaoTalk), and the same chat exported again differs: by
a second, by the language of its placeholders, by a contact's new name, by files that came along this time. So a message
is known when, in the order of the chat, the same words or the same kind of thing stand at about the same time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tui_inbox.rules.aligned import Alignment, Known, Offered
from tui_inbox.rules.model import Message, State
from tui_inbox.rules.tokens import token, written
from tui_inbox.rules.walk import ALIASES_FROM, Walk

DISTINCT = 12
"""Texts longer than this stand for themselves when a shift of the whole conversation is looked for."""


def offer(messages: Iterable[Message]) -> list[Offered]:
    """Return *messages* of one thread, in the file's order, as `align` takes them, numbered from 0."""
    return [
        Offered(
            index,
            written(one),
            one.precision,
            token(one),
            one.sender.identity or one.sender.name,
            one.state is State.EDITED,
        )
        for index, one in enumerate(messages)
    ]


def align(known: Sequence[Known], offered: Sequence[Offered], shift: timedelta | None = None) -> Alignment:
    """Return which of *offered* (in the file's order) are which of *known* (in any order); O(n log n) in all.

    *known* may be a window of the conversation that reaches some minutes beyond the offered times. Where a file comes
    in several parts, leave out of *known* what an earlier part of it has matched or added (duplicates inside one file
    survive), and hand each part the *shift* that the first one found (None: find out). Nothing known is ever dropped.
    """
    stored = sorted(known, key=_time_order)
    walk = Walk(stored, offered, shift or timedelta(0))
    if shift is None and stored and walk.hits * 2 < min(len(offered), len(stored)):
        walk = _shifted(stored, offered, walk)
    places = walk.found
    return Alignment(
        matched={one.index: None if at is None else stored[at].id for one, at in zip(offered, places, strict=True)},
        order=_order(stored, offered, places, walk.shift),
        changes=tuple(walk.changes),
        aliases=_aliases(walk.pairs),
        shift=walk.shift,
        overlap=_overlap(stored, places),
    )


def _time_order(one: Known) -> tuple[bool, datetime, int, int]:
    return one.at is None, one.at or datetime.min, one.position, one.id  # noqa: DTZ901 - as written, no zone


def _shifted(stored: list[Known], offered: Sequence[Offered], walk: Walk) -> Walk:
    """Return the walk by the one difference of time that the file shows, if it shows one; else *walk*.

    Several distinctive texts may show it, or else all of a short chat, said at the same distances.
    """
    enough = {DISTINCT: 2, 0: max(ALIASES_FROM, min(len(stored), len(offered)))}
    for longer, hits in enough.items():
        found = _shift(stored, offered, longer)
        moved = Walk(stored, offered, found) if found else walk
        if moved.hits > walk.hits + 1 and moved.hits >= hits:
            return moved
    return walk


def _shift(stored: list[Known], offered: Sequence[Offered], longer: int) -> timedelta:
    """Return the one difference of time that nearly all texts *longer* than so many characters share, in whole quarters
    of an hour; none where they share none."""
    times: dict[str, datetime | None] = {}
    for one in stored:
        if one.at is not None and len(one.token) > longer + len("text:"):
            times[one.token] = None if one.token in times else one.at
    apart: Counter[int | None] = Counter()
    seen: set[str] = set()
    for other in offered:
        at = times.get(other.token)
        if at is None or other.at is None or other.token in seen:
            continue
        seen.add(other.token)
        seconds = (other.at - at).total_seconds()
        quarters = round(seconds / 900)
        apart[quarters if abs(seconds - quarters * 900) < 120 and 0 < abs(quarters) <= 26 * 4 else None] += 1
    agreed = max((quarters for quarters in apart if quarters), key=lambda one: apart[one], default=None)
    if agreed is None or apart[agreed] < 2 or apart[agreed] * 3 < apart.total() * 2:
        return timedelta(0)
    return timedelta(minutes=15 * agreed)


def _aliases(pairs: Counter[tuple[str, str]]) -> dict[str, str]:
    best: dict[str, str] = {}
    for (old, new), count in pairs.most_common():
        if old != new and count >= ALIASES_FROM and old not in best and count > pairs[old, old]:
            best[old] = new
    return best


def _overlap(stored: list[Known], places: list[int | None]) -> tuple[datetime, datetime] | None:
    times = [at for place in places if place is not None and (at := stored[place].at) is not None]
    return (min(times), max(times)) if times else None


def _order(
    stored: list[Known], offered: Sequence[Offered], found: list[int | None], shift: timedelta
) -> tuple[tuple[int | None, int | None], ...]:
    """Return known and offered merged: the file's order around what is known, by time where it says nothing."""
    result: list[tuple[int | None, int | None]] = []
    taken = {place for place in found if place is not None}
    at_place = 0

    def pass_by(stop: int) -> None:
        nonlocal at_place
        while at_place < stop:
            if at_place not in taken:
                result.append((stored[at_place].id, None))
            at_place += 1

    for one, place in zip(offered, found, strict=True):
        if place is not None:
            pass_by(place)
            result.append((stored[place].id, one.index))
            continue
        if one.at is not None:
            stop = at_place
            while stop < len(stored) and stop not in taken and (at := stored[stop].at) is not None:
                if at > one.at - shift:
                    break
                stop += 1
            pass_by(stop)
        result.append((None, one.index))
    pass_by(len(stored))
    return tuple(result)

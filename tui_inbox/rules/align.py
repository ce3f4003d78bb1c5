"""Which messages of an export without ids are known already: an ordered alignment against what is stored.

Some exports give neither ids nor exact times (WhatsApp, LINE, KakaoTalk), and the same chat exported again differs: by
a second, by the language of its placeholders, by a contact's new name, by files that came along this time. So a message
is known when, in the order of the chat, the same words or the same kind of thing stand at about the same time.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from tui_inbox.rules.clean import composed
from tui_inbox.rules.model import Class, Message, State

NEAR = timedelta(seconds=2)
"""How far the times of one message may differ between two exports that give seconds."""
NEAR_MINUTE = timedelta(seconds=119)
"""The same where either side gives minutes only: the same minute or a neighbouring one."""
ALIASES_FROM = 3
"""So many matches must agree before two names count as one person's."""
DISTINCT = 12
"""Texts longer than this stand for themselves when a shift of the whole conversation is looked for."""

SYSTEM = "sys"
DELETED = "del"
_SPELT_OUT = 40
"""Characters up to which a token holds the words themselves."""
_SEARCH = 256
"""Places looked at around one time: more of one kind within two minutes are taken as they come."""

_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\r]")
_SPACES = re.compile("[ \u00a0\u202f\u2009\t]+")


@dataclass(frozen=True, slots=True)
class Known:
    """A stored message; `at` is its time as written (naive), `position` its order among those of one time."""

    id: int
    at: datetime | None
    precision: str
    token: str
    sender: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """A message of the new file, in the file's order; `index` is the caller's own number for it."""

    index: int
    at: datetime | None
    precision: str
    token: str
    sender: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a known message has become: `EDITED` (take the offered text) or `DELETED` (keep the text, set the state).

    `fill` says that the stored one was already seen as deleted and the offered one still has its text: take it.
    """

    id: int
    index: int
    to: State
    fill: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """What the new file says about the conversation as it is stored."""

    matched: dict[int, int | None]
    """Offered index -> id of the known message it is, or None: it is new."""
    order: tuple[tuple[int | None, int | None], ...]
    """(known id, offered index) of all messages as they now follow each other; one of the two may be None. Walk it and
    number anew, among those of one time, where a new message came between known ones."""
    changes: tuple[Change, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    """Name as stored -> name in the new file, for what is one person under two names."""
    shift: timedelta = timedelta(0)
    """What to subtract from the new file's times: it was exported in another time zone. The stored times stand."""
    overlap: tuple[datetime, datetime] | None = None
    """First and last stored time that the file shares; None: nothing of it is known (another chat, or a gap)."""

    @property
    def new(self) -> tuple[int, ...]:
        """The indexes of what is new, in the file's order."""
        return tuple(index for index, id_ in self.matched.items() if id_ is None)


def token(message: Message) -> str:
    """Return what *message* is, in a form that no language of the app and no file that came along changes.

    A class and the words: `text:`, `att:` with its caption, `sys`, `del`; marks, spaces and composition are evened out,
    and of many words there is a digest. Two exports of one message give one token.
    """
    if message.state is State.DELETED:
        return DELETED
    if message.verdict.as_ is Class.SYSTEM:
        return SYSTEM
    words = normal(message.text)
    if len(words) > _SPELT_OUT:
        words = blake2b(words.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"att:{words}" if message.attachments else f"text:{words}"


def normal(text: str) -> str:
    """Return *text* composed (NFC), without marks of direction, with plain single spaces, outer ones dropped."""
    if text.isascii():
        return _SPACES.sub(" ", text.replace("\r", "")).strip()
    return composed(_SPACES.sub(" ", _INVISIBLE.sub("", text))).strip()


def written(message: Message) -> datetime | None:
    """Return the naive time by which *message* is aligned: as written, or in UTC where the file names the zone."""
    if message.local_at is not None or message.sent_at is None:
        return message.local_at
    return message.sent_at.astimezone(UTC).replace(tzinfo=None)


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
    walk = _Walk(stored, offered, shift or timedelta(0))
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


def _fine(precision: str) -> bool:
    return precision in ("s", "ms")


def _near(one: Known, other: Offered) -> timedelta:
    return NEAR if _fine(one.precision) and _fine(other.precision) else NEAR_MINUTE


class _Walk:
    """The offered messages laid upon the stored ones; each stored one is taken at most once.

    What is certain comes first (same time, words and sender), then what is the same but for a name, then what is a
    second or a minute off between neighbours that are certain, last what changed its words in its place.
    """

    def __init__(self, stored: list[Known], offered: Sequence[Offered], shift: timedelta) -> None:
        self._stored = stored
        self._offered = offered
        self.shift = shift
        self.found: list[int | None] = [None] * len(offered)
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.changes: list[Change] = []
        self._taken = bytearray(len(stored))
        self._times = [one.at for one in stored if one.at is not None]
        self._exact(with_sender=True)
        self._same_moment()
        self._exact(with_sender=False)
        if self.hits or self._mostly_near():
            self._between(self._off_a_little)
            self._between(self._changed)

    @property
    def hits(self) -> int:
        """How many offered messages are known."""
        return sum(place is not None for place in self.found)

    def _take(self, number: int, place: int) -> None:
        one, stored = self._offered[number], self._stored[place]
        self._taken[place] = 1
        self.found[number] = place
        if one.sender and stored.sender and one.token not in (SYSTEM, DELETED):
            self.pairs[stored.sender, one.sender] += 1

    # --- the same time ---

    def _exact(self, *, with_sender: bool) -> None:
        """Take what has the same words at the same time: the n-th of equal ones is the n-th."""
        index: dict[tuple[object, ...], deque[int]] = {}
        for place, one in enumerate(self._stored):
            if not self._taken[place]:
                sender = one.sender if with_sender and one.token != SYSTEM else ""
                minute = _minute(one.at)
                index.setdefault((one.token, minute, sender), deque()).append(place)
                if _fine(one.precision):
                    index.setdefault((one.token, one.at, sender, "s"), deque()).append(place)
                else:
                    index.setdefault((one.token, minute, sender, "min"), deque()).append(place)
        chosen = list(self._same_time(index, with_sender=with_sender))
        for number, place in chosen if with_sender else self._plausible(chosen):
            self._take(number, place)

    def _same_time(
        self, index: dict[tuple[object, ...], deque[int]], *, with_sender: bool
    ) -> Iterator[tuple[int, int]]:
        gone = bytearray(self._taken)
        for number, one in enumerate(self._offered):
            if self.found[number] is not None:
                continue
            at = None if one.at is None else one.at - self.shift
            sender = one.sender if with_sender and one.token != SYSTEM else ""
            keys: tuple[tuple[object, ...], ...] = ((one.token, _minute(at), sender),)
            if _fine(one.precision):
                keys = ((one.token, at, sender, "s"), (one.token, _minute(at), sender, "min"))
            for key in keys:
                waiting = index.get(key)
                while waiting and gone[waiting[0]]:
                    waiting.popleft()
                if waiting:
                    place = waiting.popleft()
                    gone[place] = 1
                    yield number, place
                    break

    def _same_moment(self) -> None:
        """Take what stands at the very same millisecond: by the same person, whatever it says, or the same words."""
        index: dict[datetime, list[int]] = {}
        for place, stored in enumerate(self._stored):
            if stored.precision == "ms" and stored.at is not None and not self._taken[place]:
                index.setdefault(stored.at, []).append(place)
        for number, one in enumerate(self._offered) if index else ():
            if self.found[number] is None and one.precision == "ms" and one.at is not None:
                for place in index.get(one.at - self.shift, ()):
                    stored = self._stored[place]
                    if not self._taken[place] and (stored.sender == one.sender or stored.token == one.token):
                        self._take(number, place)
                        self._note_change(stored, one)
                        break

    def _note_change(self, stored: Known, one: Offered) -> None:
        """Note what has become of a message whose words are others now."""
        if stored.token != one.token and SYSTEM not in (stored.token, one.token):
            to = State.DELETED if DELETED in (stored.token, one.token) else State.EDITED
            self.changes.append(Change(stored.id, one.index, to, fill=stored.token == DELETED))

    def _plausible(self, chosen: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Yield those matches under another name that many agree on, or whose neighbours are known."""
        names = Counter((self._stored[place].sender, self._offered[number].sender) for number, place in chosen)
        for number, place in chosen:
            old, new = self._stored[place].sender, self._offered[number].sender
            if self.pairs[old, old] and self.pairs[new, new]:
                continue  # both names speak on both sides: two persons
            before = number == 0 or self.found[number - 1] == place - 1
            after = number + 1 == len(self.found) or self.found[number + 1] == place + 1
            inside = len(self.found) > 1 and before and after
            if names[old, new] >= ALIASES_FROM or inside or not old or not new:
                yield number, place

    def _mostly_near(self) -> bool:
        """Return whether, with nothing at the very same time, most of the file is still a little off what is stored."""
        near = sum(
            self._off_a_little(number, -1, len(self._stored)) is not None for number in range(len(self._offered))
        )
        return near >= max(ALIASES_FROM, len(self._offered) // 2)

    # --- between neighbours that are known ---

    def _between(self, choose: Callable[[int, int, int], int | None]) -> None:
        """Let *choose* find a place for each message left, between the places of its nearest known neighbours."""
        behind: list[int] = []
        nearest = len(self._stored)
        for place in reversed(self.found):
            behind.append(nearest)
            nearest = nearest if place is None else place
        behind.reverse()
        last = -1
        for number, place in enumerate(self.found):
            if place is None:
                place = choose(number, last, behind[number])
                if place is not None:
                    self._take(number, place)
            last = last if place is None else place

    def _free(self, number: int, low: int, high: int) -> Iterator[int]:
        """Yield the free stored places near the time of an offered message, between *low* and *high*."""
        one = self._offered[number]
        if one.at is None:
            return
        at = one.at - self.shift
        start = max(low + 1, bisect_left(self._times, at - NEAR_MINUTE))
        for place in range(start, min(high, len(self._times), start + _SEARCH)):
            if self._times[place] - at > NEAR_MINUTE:
                return
            if not self._taken[place] and abs(self._times[place] - at) <= _near(self._stored[place], one):
                yield place

    def _off_a_little(self, number: int, low: int, high: int) -> int | None:
        one = self._offered[number]
        same = [place for place in self._free(number, low, high) if self._stored[place].token == one.token]
        named = [place for place in same if one.token == SYSTEM or self._one_person(self._stored[place], one)]
        return named[0] if named else None

    def _one_person(self, stored: Known, one: Offered) -> bool:
        return stored.sender == one.sender or self.pairs[stored.sender, one.sender] > 0 or not stored.sender

    def _changed(self, number: int, low: int, high: int) -> int | None:
        """Return the place of what was deleted or edited since, and note the change."""
        one = self._offered[number]
        for place in self._free(number, low, high):
            stored = self._stored[place]
            if SYSTEM in (one.token, stored.token) or not self._one_person(stored, one):
                continue
            if DELETED in (one.token, stored.token):
                self._note_change(stored, one)
                return place
            closed = low == place - 1 >= 0 and high == place + 1 < len(self._stored) and number + 1 < len(self.found)
            if one.edited or (closed and stored.at == (one.at and one.at - self.shift) and _fine(one.precision)):
                self._note_change(stored, one)
                return place
        return None


def _minute(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(second=0, microsecond=0)


def _shifted(stored: list[Known], offered: Sequence[Offered], walk: _Walk) -> _Walk:
    """Return the walk by the one difference of time that the file shows, if it shows one; else *walk*.

    Several distinctive texts may show it, or else all of a short chat, said at the same distances.
    """
    enough = {DISTINCT: 2, 0: max(ALIASES_FROM, min(len(stored), len(offered)))}
    for longer, hits in enough.items():
        found = _shift(stored, offered, longer)
        moved = _Walk(stored, offered, found) if found else walk
        if moved.hits > walk.hits + 1 and moved.hits >= hits:
            return moved
    return walk


def _shift(stored: list[Known], offered: Sequence[Offered], longer: int) -> timedelta:
    """Return the one difference of time (a quarter of an hour's multiple) that nearly all texts *longer* than so many
    characters share."""
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

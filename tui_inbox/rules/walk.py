"""One walk over a chat as it is stored and as it is offered: which message is which, the surest first."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from tui_inbox.rules.aligned import Change, Known, Offered
from tui_inbox.rules.model import State
from tui_inbox.rules.tokens import DELETED, SYSTEM

ALIASES_FROM = 3
"""So many matches must agree before two names count as one person's."""
NEAR = timedelta(seconds=2)
"""How far the times of one message may differ between two exports that give seconds."""
NEAR_MINUTE = timedelta(seconds=119)
"""The same where either side gives minutes only: the same minute or a neighbouring one."""
_SEARCH = 256
"""Places looked at around one time: more of one kind within two minutes are taken as they come."""


def _fine(precision: str) -> bool:
    return precision in ("s", "ms")


def _near(one: Known, other: Offered) -> timedelta:
    return NEAR if _fine(one.precision) and _fine(other.precision) else NEAR_MINUTE


class Walk:
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

"""From what a reader finds in one file of an export to the batches that the inbox takes, and the cursors with them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from tui_inbox.connectors import Arrival, Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle, unsafe
from tui_inbox.connectors.formats.intime import WHY
from tui_inbox.rules.model import Attachment, Message
from tui_inbox.rules.tokens import written

BATCH = 2000
"""Messages in a batch."""
LEAST = 400
"""And where the inbox is slow."""
PACE = 0.5
"""Seconds that the inbox may spend on one batch: as long, nobody else writes. Where it is slower, batches shrink."""
KEEP = 25 << 20
"""Bytes up to which an attachment is kept."""
LEADS_OUT = "the path of an attachment leads out of the export; it is not followed"
APART = timedelta(minutes=4)
"""Where messages without ids lie this far apart, no alignment can take one for the other."""

Found = Iterable[tuple[Message | SetAside, int]]
"""What stands in the file, in its order, and how far the reader has come (in bytes, say)."""

_NUMBERS = re.compile(r"(\d{1,15})")


def packed(find: Callable[[], Found], place: str, cursors: dict[str, str], total: int) -> Iterator[Batch]:
    """Yield in batches what *find* finds, behind what the cursor of *place* counts; nothing of a file that is done.

    The cursor counts messages. Those without a key are aligned with what is stored, so a batch never ends between two
    that are near each other: the second of two equal ones would be taken for the first.
    """
    cursor = json.loads(cursors.get(place) or "{}")
    if cursor.get("done"):
        return
    behind = int(cursor.get("count", 0))
    arrivals: list[Arrival] = []
    aside: list[SetAside] = []
    count = weight = done = 0
    most = BATCH
    for one, at in find():
        if isinstance(one, SetAside):
            if count >= behind:
                aside.append(one)
                weight += len(one.raw)
            count += one.what == WHY  # a message, too: the next run may have the time for it
            continue
        if count < behind:
            count += 1
            continue
        full = len(arrivals) + len(aside) >= most or weight > 2 * KEEP
        if full and (_apart(arrivals, one) or len(arrivals) + len(aside) >= 2 * BATCH or weight > 3 * KEEP):
            given = spent()
            yield batch(arrivals, aside, place, count, done, total)
            most = paced(len(arrivals) + len(aside), spent() - given)
            arrivals, aside, weight = [], [], 0
        arrivals.append(Arrival(one))
        weight += len(one.raw) + sum(len(each.content or b"") for each in one.attachments)
        count, done = count + 1, at
    yield batch(arrivals, aside, place, count, total, total, done=True)


_SPENT: list[float] = []


def spent() -> float:
    """Return seconds, of which those that pass while a batch is given away are what the inbox spends on it."""
    return _SPENT[-1] if _SPENT else time.monotonic()


def tell_spent(seconds: float) -> None:
    """Say how many *seconds* the inbox has spent on batches, where it takes them in another process."""
    _SPENT[:] = [seconds]


def paced(size: int, seconds: float) -> int:
    """Return how large the next batch is, where one of *size* took the inbox so many *seconds*."""
    return max(LEAST, min(BATCH, int(size * PACE / seconds))) if seconds > 0 else BATCH


def _apart(arrivals: list[Arrival], one: Message) -> bool:
    if one.key or not arrivals:
        return True
    before = arrivals[-1].message
    here, there = written(one), written(before)
    if here is None or there is None:
        return False
    return one.thread != before.thread or abs(here - there) > APART


def batch(
    arrivals: list[Arrival],
    aside: list[SetAside],
    place: str,
    count: int,
    at: int,
    total: int,
    unit: str = "bytes",
    *,
    done: bool = False,
) -> Batch:
    """Return what was found as a batch; its cursor says that *count* were counted, and whether that is the end."""
    cursor = json.dumps({"done": done, "count": count})
    return Batch(tuple(arrivals), place, cursor, tuple(aside), done=min(at, total), total=total, unit=unit)


def places(bundle: Bundle, members: list[str]) -> dict[str, str]:
    """Return for each of *members* the place that its cursor belongs to."""
    if len(members) == 1:
        return {members[0]: bundle.digest}
    return {one: f"{bundle.digest}:{one}".encode("utf-8", "backslashreplace").decode() for one in members}


def naturally(names: Iterable[str]) -> list[str]:
    """Return *names* sorted as a person counts: part 2 before part 10."""
    return sorted(names, key=lambda one: [int(bit) if n % 2 else bit for n, bit in enumerate(_NUMBERS.split(one))])


class Counted:
    """Counts equal things, of which the n-th is the n-th; forgets those of long ago, so that memory stays small."""

    def __init__(self, kept: int = 100_000) -> None:
        self._kept = kept
        self._now: dict[object, int] = {}
        self._before: dict[object, int] = {}

    def next(self, thing: object) -> int:
        """Return the how-manieth *thing* this is, from 1."""
        count = self._now.get(thing) or self._before.get(thing, 0)
        if len(self._now) >= self._kept:
            self._before, self._now = self._now, {}
        self._now[thing] = count + 1
        return count + 1


def enclosed(bundle: Bundle, folder: str, path: str, name: str, type_: str) -> tuple[Attachment, str]:
    """Return the file at *path* below *folder* as an attachment, its bytes where they came; and a warning or ""."""
    member = f"{folder}/{path}" if folder else path
    if unsafe(path) or unsafe(member):
        return Attachment(name, type_, stored=False), LEADS_OUT
    if len(member) > 4096 or "\0" in member or not bundle.has(member):
        return Attachment(name, type_, stored=False), ""
    size = bundle.size(member)
    if size > KEEP:
        return Attachment(name, type_, size, stored=False), ""
    with bundle.open(member) as stream:
        return Attachment(name, type_, size, stream.read()), ""

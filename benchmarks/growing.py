"""What an act, a rule, an undo, a report, a return and a backup take as the store grows."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure, Sample, sample
from benchmarks.runs import PROGRAM, timed, together
from benchmarks.stores import Kept
from tui_inbox.config import Home, load
from tui_inbox.inbox import Inbox
from tui_inbox.rules import query
from tui_inbox.rules.model import Archive, Command, Forward, Snooze

MANY = 10_000
"""Conversations of one act, at most."""
DAY = timedelta(days=1)


def grow(kept: Kept, sizes: Mapping[int, Path], runs: int) -> Iterator[Figure]:
    """Yield every act at every size, in turns, and each but the smallest beside the smallest."""
    now = datetime.now(UTC)
    inboxes = {size: _opened(kept.copied(home, f"grow-{size}")) for size, home in sizes.items()}
    try:
        ids = {size: cycle(_open_ids(inbox, now, runs * 40)) for size, inbox in inboxes.items()}
        for what, act in _ACTS.items():
            taken: dict[int, list[float]] = {size: [] for size in sizes}
            for _ in range(runs * 8):
                for size, inbox in inboxes.items():
                    began = time.perf_counter()
                    act(inbox, next(ids[size]), now)
                    taken[size].append(time.perf_counter() - began)
            yield from _grown("acts", what, {size: sample(several) for size, several in taken.items()})
    finally:
        for inbox in inboxes.values():
            inbox.close()


def many(kept: Kept, sizes: Mapping[int, Path]) -> Iterator[Figure]:
    """Yield acts on ten thousand at once, their undo and their return after a month, and the first look after it.

    Each is told by the conversation, since a store of ten thousand has fewer that are open; the look is taken once,
    since nobody does that twice.
    """
    taken: dict[str, dict[int, Sample]] = {}
    opened: dict[int, Sample] = {}
    for size, home in sizes.items():
        now = datetime.now(UTC)
        inbox = _opened(kept.copied(home, "many"))
        try:
            ids, seen = _open_ids(inbox, now, MANY), _seen(inbox)
            for what, work in _MANY.items():
                began = time.perf_counter()
                work(inbox, ids, seen, now)
                taken.setdefault(what, {})[size] = sample([(time.perf_counter() - began) / len(ids)])
            later = now + 30 * DAY
            began = time.perf_counter()
            _looked(inbox, later)
            opened[size] = sample([time.perf_counter() - began])
            began = time.perf_counter()
            returned = inbox.settle(later)
            taken.setdefault("return, a month later", {})[size] = sample([(time.perf_counter() - began) / returned])
        finally:
            inbox.close()
    for what, sizes_ in taken.items():
        yield from _grown(f"{MANY:,} at once, by the conversation", what, sizes_)
    for size, one in opened.items():
        yield Figure("a month later", f"first counts and list, {size:,}", one)


def care(kept: Kept, sizes: Mapping[int, Path], runs: int) -> Iterator[Figure]:
    """Yield the whole commands that look at all that there is."""
    for size, home in sizes.items():
        copy = kept.copied(home, "care")
        with (copy / "config.toml").open("a", encoding="utf-8") as file:
            file.write(_RULES)
        to = copy / "backup"
        commands = {
            "report": ("report", "--json"),
            "rules try": ("rules", "try", "--json"),
            "backup": ("backup", str(to), "--json"),
        }
        for what, words in commands.items():
            several = []
            for _ in range(runs):
                to.unlink(missing_ok=True)
                several.append(timed((*PROGRAM, "--home", str(copy), *words)))
            yield Figure("care", f"{what}, {size:,}", together(several), unit="s")


_RULES = """
[[rule]]
name = "receipts"
when = { subject = ["invoice", "fatura"] }
then = { tier = 0 }

[[rule]]
name = "refunds"
when = { text = ["refund", "iade", "возврат"] }
then = { tier = 2, sla = "2h" }
"""


def _opened(home: Path) -> Inbox:
    config = home / "config.toml"
    return Inbox(Home(home, config), load(config))


def _open_ids(inbox: Inbox, now: datetime, count: int) -> list[int]:
    """Return conversations that are open, from everywhere in the store."""
    with inbox.reader() as reader:
        ids = list(reader.search(query.parse("is:open", now, ZoneInfo("UTC")), now, None).ids)
    random.Random("ids").shuffle(ids)
    return ids[:count]


def _seen(inbox: Inbox) -> int:
    with inbox.reader() as reader:
        return reader.seen()


def _looked(inbox: Inbox, now: datetime) -> None:
    with inbox.reader() as reader:
        reader.counts(now)
        reader.page("inbox", now, 50)


def _perform(make: Callable[[int, int, datetime], Command]) -> Callable[[Inbox, int, datetime], object]:
    return lambda inbox, one, now: inbox.perform([make(one, _seen(inbox), now)], now)


_ACTS: Mapping[str, Callable[[Inbox, int, datetime], object]] = {
    "archive": _perform(lambda one, seen, now: Archive(one, seen)),
    "undo": lambda inbox, one, now: inbox.undo(now),
    "snooze": _perform(lambda one, seen, now: Snooze(one, seen, now + DAY, now + 2 * DAY)),
    "forward": _perform(lambda one, seen, now: Forward(one, seen, "Mert")),
}


_MANY: Mapping[str, Callable[[Inbox, list[int], int, datetime], object]] = {
    "archive": lambda inbox, ids, seen, now: inbox.perform([Archive(one, seen) for one in ids], now),
    "undo": lambda inbox, ids, seen, now: inbox.undo(now),
    "snooze": lambda inbox, ids, seen, now: inbox.perform(
        [Snooze(one, seen, now + DAY, now + 2 * DAY) for one in ids], now
    ),
}


def _grown(group: str, what: str, taken: Mapping[int, Sample]) -> Iterator[Figure]:
    """Yield what it took at each size beside the smallest, which alone stands alone."""
    least = min(taken)
    for size, several in taken.items():
        if size == least and len(taken) > 1:
            continue
        beside = "" if size == least else f"at {least:,}"
        yield Figure(group, f"{what}, {size:,}", several, beside, None if size == least else taken[least], 1.5)

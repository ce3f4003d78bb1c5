"""An inbox opened for the first time: how soon it can be used, and what its keys take while the mailbox comes in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Broken, Figure, Sample, sample
from benchmarks.starting import PLACED, ours
from benchmarks.stores import CONFIG, OPEN, Kept
from benchmarks.syncing import ACCOUNT, done, fill
from benchmarks.terminal import Tty
from benchmarks.typing_keys import DOWN, UP
from tui_inbox.config import Home
from tui_inbox.store.reader import Reader

ANSWER = 20.0
"""Seconds in which a key is answered by something on the busiest machine."""
LONGEST = 1_800.0
"""Seconds that a first sync may take."""


def first(kept: Kept, size: int, presses: int) -> Iterator[Figure]:
    """Yield the first row, the cursor while the mailbox comes in and when it has, and the whole of it.

    Another inbox as large, without a sync, is used in turns with it: both meet the same noise.
    """
    from tests.dovecot import Dovecot

    quiet, home = kept.copied(kept.home(size), "quiet"), kept.scratch("first")
    with Dovecot(users={"support": "secret"}) as server:
        fill(server.home / "mail" / "support", kept.maildir(size))
        with Tty(ours(quiet)) as beside:
            beside.until(PLACED)
            beside.rest(1.0)
            (home / "config.toml").write_text(CONFIG + OPEN + ACCOUNT.format(name="support", port=server.port), "utf-8")
            with Tty(ours(home)) as tty:
                row = sample([tty.until(PLACED, 120)])
                here = held(home)
                note = f"{here:,} here by then"
                yield Figure("first sync", f"start to first row, {size:,} mails", row, unit="s", note=note)
                tty.listen(2.0)
                during, without = _moves(tty, beside, presses, home)
                note = f"{held(home):,} here by then"
                name = "the same without a sync"
                yield Figure("first sync", "cursor, while it comes in", during, name, without, 1.5, note=note)
                yield Figure("first sync", "cursor, while it comes in, slowest", during, name, without, 2.0, at="p99")
                whole = sample([_until_done(tty, home)])
                tty.rest(1.0, 30.0)
                after, _ = _moves(tty, beside, presses)
                yield Figure("first sync", "cursor, while it comes in", during, "when it is here", after)
                yield Figure("first sync", "start to all of it", whole, unit="s")


def _moves(tty: Tty, beside: Tty, presses: int, home: Path | None = None) -> tuple[Sample, Sample]:
    """Press keys in both, in turns, until *home* has its mailbox; return the seconds to the first byte of each."""
    taken: tuple[list[float], list[float]] = [], []
    for number in range(presses):
        key = (DOWN, UP)[number % 2]  # the list begins short: at its end a key is answered by nothing
        for one, terminal in zip(taken, (tty, beside), strict=True):
            one.append(terminal.press(key, ANSWER)[0])
        if home is not None and number > 5 and done(home):
            break
    return sample(taken[0]), sample(taken[1])


def held(home: Path) -> int:
    """Return how many messages are stored."""
    with Reader(Home(home, home / "config.toml").store) as reader:
        return reader.seen()


def _until_done(tty: Tty, home: Path) -> float:
    end = time.perf_counter() + LONGEST
    while not done(home):
        if time.perf_counter() > end:
            raise Broken("the first sync did not come to its end")
        tty.listen(0.2)
    return time.perf_counter() - tty.began

"""Search: in the open program beside whole commands of notmuch and mu; our whole command beside Python's start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure, Sample, sample
from benchmarks.peers import Mu, Notmuch
from benchmarks.runs import PROGRAM, PYTHON, in_turns, timed, within
from tui_inbox.rules import query, typed
from tui_inbox.store.reader import Reader

ASKED: Mapping[str, tuple[str, str]] = {
    "a common word": ("order", "order"),
    "a rare word": ("loramastozen", "loramastozen"),
    "two words": ("order refund", "order refund"),
    "a phrase": ('"address return"', '"address return"'),
    "a field": ("from:customer77", "from:customer77"),
    "a field and a word": ("subject:refund order", "subject:refund order"),
    "a date range": ("after:2026-01-10 before:2026-02-20 refund", "date:2026-01-10..2026-02-20 refund"),
    "a prefix": ("refu*", "refu*"),
    "another script": ("возврат", "возврат"),
    "Turkish without its signs": ("siparis", "sipariş"),
    "Japanese within a sentence": ("返品", "返品"),
    "is:open and a word": ("is:open invoice", "tag:unread invoice"),
}
"""What is searched for, in our words and in the peers'."""
TYPED = ("r", "re", "ref", "refu", "refun", "refund", "refund s", "refund si", "refund sip")
NEWEST = 50
ZONE = ZoneInfo("UTC")


def search(home: Path, size: int, runs: int, notmuch: Notmuch | None, mu: Mu | None) -> Iterator[Figure]:
    """Yield each kind of query: the newest fifty, in the open program."""
    now = datetime.now(UTC)
    with Reader(home / "inbox.db", shared=False) as reader:

        def found(words: str) -> object:
            return reader.rows(reader.search(query.parse(words, now, ZONE), now, NEWEST).ids, now)

        for what, (words, theirs) in ASKED.items():
            found(words)
            taken = sample(within(partial(found, words), runs * 5))
            peers: list[tuple[str, Sample]] = []
            if notmuch is not None:
                peers.append(("notmuch search", in_turns(runs, partial(notmuch.search, theirs))[0]))
            if mu is not None:
                peers.append(("mu find", in_turns(runs, partial(mu.search, theirs))[0]))
            name, least = min(peers, key=lambda one: one[1].median, default=("", None))
            yield Figure("search", f"{what}, {size:,}", taken, name, least, 0.2)
        for words in TYPED:
            yield Figure("search", f"typed so far: {words}", sample(within(partial(found, typed.begun(words)), runs)))


def whole(home: Path, size: int, runs: int) -> Iterator[Figure]:
    """Yield our commands, from exec to end, beside a Python that does nothing."""
    for words in (("search", "refund", "--json"), ("list", "--limit", "50", "--json")):
        ours, bare = in_turns(
            runs,
            partial(timed, (*PROGRAM, "--home", str(home), *words)),
            partial(timed, (PYTHON, "-c", "pass")),
        )
        yield Figure("search", f"tui-inbox {words[0]}, {size:,}", ours, "python -c pass", bare, 6.0)

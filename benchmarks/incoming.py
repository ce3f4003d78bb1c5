"""Import: mail beside notmuch and mu over the same mails, chats beside a bare read and insert; and what it weighs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks import chats
from benchmarks.figures import Figure, sample
from benchmarks.peers import Mu, Notmuch
from benchmarks.runs import PYTHON, Run, in_turns, timed
from benchmarks.stores import CONFIG, Kept, filled

CHATS = ("whatsapp", "telegram", "slack")


def mail(kept: Kept, size: int, runs: int, notmuch: Notmuch | None, mu: Mu | None) -> Iterator[Figure]:
    """Yield the import of an mbox and of a Maildir of *size* mails, in turns with the indexing of the Maildir."""
    mbox, maildir = kept.mbox(size), kept.maildir(size)
    home = kept.scratch("import")
    works: list[Callable[[], Run]] = [partial(filled, home, mbox), partial(filled, home, maildir)]
    names = []
    if notmuch is not None:
        works.append(notmuch.index)
        names.append(("notmuch new", 1 / 10))
    if mu is not None:
        works.append(mu.index)
        names.append(("mu index", 1 / 4))
    from_mbox, from_maildir, *theirs = in_turns(runs, *works)
    yield Figure("import", f"mbox, {size:,} mails", from_mbox, unit="s", note=_rate(size, from_mbox.median))
    for (name, target), other in zip(names, theirs, strict=True):
        yield Figure("import", f"mbox, {size:,} mails", from_mbox, name, other, target, unit="s")
        yield Figure("import", f"Maildir, {size:,} mails", from_maildir, name, other, target, unit="s")


def weight(kept: Kept, size: int) -> Iterator[Figure]:
    """Yield the bytes of a store beside those of the mbox it came from."""
    home = kept.home(size)
    store = sum(one.stat().st_size for one in home.glob("inbox.db*"))
    mbox = kept.mbox(size).stat().st_size
    yield Figure("size", f"store, {size:,} mails", sample([store]), "the mbox", sample([mbox]), 1.0, unit="MB")


def chat(kept: Kept, size: int, runs: int) -> Iterator[Figure]:
    """Yield the import of each kind of chat beside a bare read, insert and full-text index of the same texts."""
    for kind in CHATS:
        source, home, bare = kept.chat(kind, size), kept.scratch("import"), kept.scratch("bare") / "bare.db"
        ours, theirs = in_turns(
            runs,
            partial(filled, home, source, CONFIG, *chats.OPTIONS),
            partial(_bare, kind, source, bare),
        )
        yield Figure("import", f"{kind}, {size:,} messages", ours, "bare insert", theirs, 3.0, unit="s")


def _bare(kind: str, source: Path, target: Path) -> Run:
    for left in target.parent.glob(f"{target.name}*"):
        left.unlink()
    return timed((PYTHON, "-m", "benchmarks.bare", kind, str(source), str(target)))


def _rate(size: int, seconds: float) -> str:
    return f"{size / seconds:,.0f} a second"

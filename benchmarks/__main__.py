"""How long a person waits, measured on this machine beside other programs; only ratios within one run count."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks import first_sync, growing, incoming, searching, starting, syncing, typing_keys
from benchmarks.figures import Figure, Table
from benchmarks.peers import PACKAGES, Mu, Notmuch, screens, versions
from benchmarks.stores import Kept

Peer = TypeVar("Peer", Notmuch, Mu)


@dataclass(frozen=True, slots=True)
class Profile:
    """How much is measured, and how often."""

    sizes: tuple[int, ...]
    """Messages in each store."""
    mails: int
    """Mails that are imported and synced beside the peers."""
    chats: int
    """Messages of each chat that is imported."""
    runs: int
    """How often a whole command is timed."""
    presses: int
    """How often a key is pressed."""


SMALL = Profile((100, 400), 200, 2_000, 1, 8)
USUAL = Profile((10_000, 100_000), 10_000, 100_000, 3, 200)
PARTS = ("start", "keys", "search", "import", "size", "chats", "sync", "first", "acts", "many", "care")


def profile(asked: argparse.Namespace) -> Profile:
    """Return how much the arguments ask to measure."""
    if asked.small:
        return SMALL
    usual = USUAL.sizes[:1] if asked.tenth else (*USUAL.sizes, 1_000_000) if asked.million else USUAL.sizes
    sizes = asked.sizes or usual
    return Profile(sizes, asked.mails or USUAL.mails, USUAL.chats, asked.runs or USUAL.runs, USUAL.presses)


@contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    """Yield the folder to work in: *named*, else one that is gone afterwards."""
    if named is not None:
        yield named.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="tui-inbox-bench-") as name:
        yield Path(name)


def measured(kept: Kept, much: Profile, parts: set[str], table: Table) -> None:
    """Measure *parts* and add each figure to *table*."""
    sizes = (
        {size: kept.home(size) for size in much.sizes} if parts - {"import", "chats", "sync", "first", "size"} else {}
    )
    large = max(much.sizes)
    indexed = min(large, 100_000)
    notmuch = Notmuch(kept.folder / "notmuch", kept.maildir(much.mails)) if "notmuch" in table.versions else None
    mu = Mu(kept.folder / "mu", kept.maildir(much.mails)) if "mu" in table.versions else None

    def part(name: str, *figures: Iterator[Figure]) -> None:
        if name in parts:
            with table.part(name):
                for several in figures:
                    for one in several:
                        table.add(one)

    part("start", starting.start(sizes, much.runs * 2 + 1))
    if "start" in parts:
        maildir = kept.maildir(much.mails)
        if notmuch is not None:
            notmuch.index()
        part("start", starting.others(screens(kept.scratch("peers"), maildir, notmuch), much.mails, 1))
    if "keys" in parts:
        home = kept.copied(sizes[large], "keys")
        part(
            "keys",
            typing_keys.keys(home, large, much.presses),
            typing_keys.beside(home, kept.mbox(much.mails), large, much.presses // 2),
        )
        if "dovecot" in table.versions:
            again = kept.copied(sizes[large], "keys")
            part("keys", typing_keys.synced(kept, again, large, much.mails, much.presses // 2))
    if "search" in parts:
        beside = (None, None) if kept.crowd else _searched(kept, indexed, table.versions)
        part("search", searching.search(sizes[large], large, much.runs, *beside))
        part("search", searching.whole(sizes[large], large, much.runs * 3))
    part("import", incoming.mail(kept, much.mails, much.runs, notmuch, mu))
    part("size", *(incoming.weight(kept, size) for size in much.sizes))
    part("chats", incoming.chat(kept, much.chats, much.runs))
    if "sync" in parts and "dovecot" in table.versions:
        part("sync", syncing.sync(kept, much.mails, much.runs, table.versions))
    if "first" in parts and "dovecot" in table.versions:
        part("first", first_sync.first(kept, much.mails * 2, much.presses))
    part("acts", growing.grow(kept, sizes, much.runs))
    part("many", growing.many(kept, sizes))
    part("care", growing.care(kept, sizes, much.runs))


def _searched(kept: Kept, size: int, installed: dict[str, str]) -> tuple[Notmuch | None, Mu | None]:
    """Return notmuch and mu with the mails of *size* in their indexes, kept from run to run."""

    def kept_by(name: str, make: Callable[[Path, Path], Peer]) -> Peer | None:
        if name not in installed:
            return None
        folder = kept.folder / f"{name}-{size}"
        one = make(folder, kept.maildir(size))
        if not (folder / "indexed").exists():
            kept.tell(f"indexing {size:,} with {name}")
            one.index()
            (folder / "indexed").touch()
        return one

    return kept_by("notmuch", Notmuch), kept_by("mu", Mu)


def _sizes(said: str) -> tuple[int, ...]:
    return tuple(sorted(int(one) for one in said.split(",")))


def main() -> None:
    asked = argparse.ArgumentParser(prog="make bench", description=__doc__)
    much = asked.add_mutually_exclusive_group()
    much.add_argument("--small", action="store_true", help="see that everything works: a few hundred messages, once")
    much.add_argument("--tenth", action="store_true", help="a store of 10,000 messages only")
    much.add_argument("--million", action="store_true", help="a store of 1,000,000 too: 30 GB, an hour to make")
    asked.add_argument(
        "--crowd", action="store_true", help="write the stores into their tables instead of importing them"
    )
    asked.add_argument("--sizes", type=_sizes, help="the stores, instead of those: 10000,1000000")
    asked.add_argument("--only", default=",".join(PARTS), help=f"only these, with commas: {', '.join(PARTS)}")
    asked.add_argument("--folder", type=Path, help="keep corpora and stores here from run to run")
    asked.add_argument("--json", type=Path, help="write the table as JSON, too")
    asked.add_argument("--runs", type=int, help="how often whole commands are timed (default 3)")
    asked.add_argument("--mails", type=int, help="how many mails are imported beside the peers (default 10000)")
    wanted = asked.parse_args()
    parts = set(wanted.only.split(","))
    if unknown := parts - set(PARTS):
        asked.error(f"--only: there is no part {', '.join(sorted(unknown))}; take some of {', '.join(PARTS)}")
    table = Table(lambda said: print(said, file=sys.stderr, flush=True), not wanted.small, versions())
    table.absent = [f"{name} ({package})" for name, package in PACKAGES.items() if name not in table.versions]
    with _folder(wanted.folder) as folder:
        measured(Kept(folder, table.tell, wanted.crowd), profile(wanted), parts, table)
        if wanted.json:
            table.write(wanted.json)
    print(table.text(), end="")
    sys.exit(1 if table.broken else 0)


if __name__ == "__main__":
    main()

"""Several parts of one split archive, seen as the archive they were before."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tui_inbox.connectors.formats.bundle import Bundle, open_bundle
from tui_inbox.connectors.formats.parts import Together
from tui_inbox.exports.found import Found, recognised
from tui_inbox.exports.mixed import by_channel
from tui_inbox.problems import Unreadable

MOST = 200
"""More parts than this are not compared with each other."""
_COMPARED = 4 << 20
"""Bytes of a file that two parts have in common which are held against each other."""
_MAIL = ("mbox", "maildir", "eml")
"""Kinds that nobody splits: each is an export of its own."""


class Parts(Together):
    """The parts of one export: the media of one part are there for the messages of another."""

    def __init__(self, parts: Sequence[Bundle]) -> None:
        super().__init__(parts[0].path, parts)

    def _fingerprint(self) -> str:
        return hashlib.sha256(" ".join(sorted(part.digest for part in self.parts)).encode()).hexdigest()


def sorted_out(paths: Sequence[Path], kind: str | None = None) -> list[Found]:
    """Return the exports that *paths* are, parts of one put together; each is recognised, unless *kind* says it."""
    alone = [_alone(path, kind) for path in paths]
    groups: list[list[Found]] = []
    for one in alone:
        home = next((group for group in groups if all(_one_archive(one, other) for other in group)), None)
        if home is None or len(paths) > MOST:
            groups.append([one])
        else:
            home.append(one)
    whole = [_together(group, kind) for group in groups]
    return whole if kind is not None else [part for one in whole for part in by_channel(one)]


def _alone(path: Path, kind: str | None) -> Found:
    try:
        bundle = open_bundle(path)
    except Unreadable as problem:
        return Found((path,), problem=problem)
    return recognised(Found((path,), bundle), kind)


def _together(group: Sequence[Found], kind: str | None) -> Found:
    if len(group) == 1:
        return group[0]
    bundles = [one.bundle for one in group if one.bundle is not None]
    return recognised(Found(tuple(path for one in group for path in one.paths), Parts(bundles)), kind)


def _one_archive(one: Found, other: Found) -> bool:
    """Return whether two bundles are parts of one archive: they share folders, and contradict each other nowhere.

    One folder is enough where only one of them is an export by itself, as when the pictures came apart.
    """
    if one.bundle is None or other.bundle is None or not (_several(one.bundle) and _several(other.bundle)):
        return False
    if one.kind in _MAIL or other.kind in _MAIL or (one.kind and other.kind and one.kind != other.kind):
        return False
    mine, theirs = _folders(one.bundle), _folders(other.bundle)
    depth = 1 if bool(one.kind) != bool(other.kind) else 2
    if not any(folder.count("/") + 1 >= depth for folder in mine & theirs):
        return False
    shared = set(one.bundle.names()) & set(other.bundle.names())
    return all(_same(one.bundle, other.bundle, name) for name in shared)


def _several(bundle: Bundle) -> bool:
    """Return whether *bundle* is more than one bare file."""
    return bundle.names() != [bundle.path.name]


def _folders(bundle: Bundle) -> set[str]:
    folders = {name.rpartition("/")[0] for name in bundle.names()} - {""}
    return folders | {above for one in folders for above in _above(one)}


def _above(folder: str) -> list[str]:
    steps = folder.split("/")
    return ["/".join(steps[:count]) for count in range(1, len(steps))]


def _same(one: Bundle, other: Bundle, name: str) -> bool:
    """Return whether two parts hold the same file under *name*; a page that leads through the archive may differ."""
    if name.casefold().endswith((".html", ".htm")) and name.count("/") <= 1:
        return True
    if one.size(name) != other.size(name):
        return False
    with closing(one.open(name)) as mine, closing(other.open(name)) as theirs:
        return zlib.crc32(mine.read(_COMPARED)) == zlib.crc32(theirs.read(_COMPARED))

"""A folder or archive with the exports of several channels: a Takeout with mail and chats, a folder of downloads."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from tui_inbox.connectors import load
from tui_inbox.connectors.formats.bundle import Bundle, open_bundle
from tui_inbox.exports.found import Found, recognised
from tui_inbox.problems import Unreadable

MOST = 60
"""Files and folders looked at one by one; among more there is one export with its media."""
_TEXTS = (".txt", ".json", ".jsonl", ".ndjson", ".csv", ".html", ".htm", ".mbox", ".md")


class View(Bundle):
    """Some members of a bundle, without the first *cut* characters of their paths. *shared* holds the views of one
    bundle that are open; the last of them that is closed closes it."""

    def __init__(self, around: Bundle, path: Path, names: Sequence[str], cut: int, shared: set[int]) -> None:
        super().__init__(path)
        self._around = around
        self._inner = {name[cut:]: name for name in names}
        self._shared = shared
        shared.add(id(self))

    def names(self) -> list[str]:
        return sorted(self._inner)

    def size(self, name: str) -> int:
        return self._around.size(self._name(name))

    def open(self, name: str) -> BinaryIO:
        return self._around.open(self._name(name))

    def _name(self, name: str) -> str:
        try:
            return self._inner[name]
        except KeyError:
            raise self._no_member(name) from None

    def _fingerprint(self) -> str:
        whole = hashlib.sha256(self._around.digest.encode())
        for name in self.names():
            whole.update(f"{name}\0".encode("utf-8", "surrogateescape"))
        return whole.hexdigest()

    def close(self) -> None:
        self._shared.discard(id(self))
        if not self._shared:
            self._around.close()


def by_channel(found: Found) -> list[Found]:
    """Return the exports of several channels that *found* holds, each with the files beside it; else *found* alone."""
    bundle = found.bundle
    if bundle is None or found.problem is not None or len(bundle.names()) < 2:
        return [found]
    zips = _zips(found)
    cut, entries = _entries(bundle)
    kinds = _kinds(bundle, cut, entries)
    groups: dict[str, list[str]] = defaultdict(list)
    for entry, (kind, _) in kinds.items():
        groups[load.channel(kind).CHANNEL].append(entry)
    if len(groups) < 2 or load.channel(found.kind).CHANNEL not in groups:
        return [found, *zips]
    beside = [name for entry, names in entries.items() if entry not in kinds for name in names]
    shared: set[int] = set()
    parted = []
    for members in groups.values():
        names = [name for entry in members for name in entries[entry]]
        alone = len(names) == 1 and not beside
        path = bundle.path / names[0] if alone else bundle.path
        view = View(bundle, path, names + beside, len(names[0]) - len(path.name) if alone else cut, shared)
        by_kind = {kinds[entry][0]: kinds[entry] for entry in reversed(members)}
        kind, why = by_kind.get(found.kind) or kinds[members[0]]
        parted.append(replace(found, bundle=view, kind=kind, why=why))
    return parted + zips


def _entries(bundle: Bundle) -> tuple[int, dict[str, list[str]]]:
    """Return how long the path of the folders on top is, and what lies side by side below it, with its members."""
    names = bundle.names()
    cut = 0
    while len({name[cut:].partition("/")[0] for name in names}) == 1 and "/" in names[0][cut:]:
        cut += len(names[0][cut:].partition("/")[0]) + 1
    entries: dict[str, list[str]] = defaultdict(list)
    for name in names:
        entries[name[cut:].partition("/")[0]].append(name)
    return cut, entries


def _kinds(bundle: Bundle, cut: int, entries: dict[str, list[str]]) -> dict[str, tuple[str, str]]:
    """Return the kind of each entry that is an export by itself. A single mail is none: it came as an attachment."""
    asked = {
        entry: names
        for entry, names in entries.items()
        if len(names) > 1 or "/" in names[0][cut:] or names[0].casefold().endswith(_TEXTS)
    }
    kinds: dict[str, tuple[str, str]] = {}
    for entry, names in asked.items() if 2 <= len(asked) <= MOST else ():
        folder = "/" in names[0][cut:]
        path = bundle.path if folder else bundle.path / entry
        view = View(bundle, path, names, cut, {0})  # {0}: others are open, so that it closes nothing
        try:
            kinds[entry] = load.recognise(view)
        except Unreadable:
            continue
    return {entry: kind for entry, kind in kinds.items() if kind[0] != "eml"}


def _zips(found: Found) -> list[Found]:
    """Return the archives that lie in a folder beside an export: each is one of its own, where it is one."""
    folder = found.paths[0]
    if len(found.paths) > 1 or not folder.is_dir():
        return []
    zips = [one for one in sorted(folder.iterdir()) if one.suffix.casefold() == ".zip" and not one.name.startswith(".")]
    others = [one for one in found.bundle.names() if not one.casefold().endswith(".zip")] if found.bundle else []
    several: list[Found] = []
    for path in zips[:MOST] if others else ():
        try:
            one = recognised(Found((path,), open_bundle(path)), None)
        except Unreadable:
            continue
        if one.problem is None:
            several.append(one)
        elif one.bundle is not None:
            one.bundle.close()
    return several

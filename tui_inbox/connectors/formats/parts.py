"""An archive that came in several zips, seen as the one that it was before it was split."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tui_inbox.connectors.formats.bundle import Bundle, open_bundle
from tui_inbox.problems import Unreadable

MOST_PARTS = 200


class Together(Bundle):
    """Members of all parts by their inner path; where two parts have one path, the first part's counts."""

    def __init__(self, path: Path, parts: Sequence[Bundle]) -> None:
        super().__init__(path)
        self.parts = parts
        self._holder = {name: part for part in reversed(parts) for name in part.names()}

    def names(self) -> list[str]:
        return sorted(self._holder)

    def size(self, name: str) -> int:
        return self._part(name).size(name)

    def open(self, name: str) -> BinaryIO:
        return self._part(name).open(name)

    def _part(self, name: str) -> Bundle:
        try:
            return self._holder[name]
        except KeyError:
            raise self._no_member(name) from None

    def close(self) -> None:
        for part in self.parts:
            part.close()


class _Inside(Together):
    """The parts that lie in one archive."""

    def __init__(self, around: Bundle, parts: Sequence[Bundle]) -> None:
        super().__init__(around.path, parts)
        self._around = around

    def _fingerprint(self) -> str:
        return self._around.digest


@contextmanager
def together(bundle: Bundle, belongs: Callable[[list[str]], bool]) -> Iterator[Bundle]:
    """Yield one bundle over all zips of a folder that holds nothing else, else *bundle* as it is.

    *belongs* says of a zip's inner paths whether it can be a part; one that cannot keeps them all apart.
    """
    names = bundle.names()
    split = 2 <= len(names) <= MOST_PARTS and all(one.casefold().endswith(".zip") and "/" not in one for one in names)
    parts: list[Bundle] = []
    try:
        if split and bundle.path.is_dir():
            parts = _opened(bundle, names)
        if len(parts) > 1 and all(belongs(part.names()) for part in parts):
            yield _Inside(bundle, parts)
        else:
            yield bundle
    finally:
        for part in parts:
            part.close()


def _opened(bundle: Bundle, names: list[str]) -> list[Bundle]:
    """Return the zips called *names*, or none where one of them cannot be opened."""
    parts: list[Bundle] = []
    try:
        for name in names:
            parts.append(open_bundle(bundle.path / name))
    except Unreadable:
        for part in parts:
            part.close()
        return []
    return parts

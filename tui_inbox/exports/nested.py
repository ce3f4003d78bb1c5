"""Archives inside an archive: each is an export of its own, taken out into a passing folder to be read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.problems import Problem, Unreadable
from tui_inbox.rules.clean import filename

MOST = 200
"""Archives that are taken out of one."""
DEPTH = 3
"""Folders down, at most, that they lie in it."""
_TOTAL = 16 << 30
"""Bytes that they may have together."""


@contextmanager
def archives_in(path: Path) -> Iterator[dict[Path, str]]:
    """Yield the archives that lie in archive *path*, as files, with their inner paths; none where there is none."""
    taken: dict[Path, str] = {}
    with tempfile.TemporaryDirectory(prefix="tui-inbox-") as folder:
        try:
            with open_bundle(path) as bundle:
                inner = [one for one in bundle.names() if one.casefold().endswith(".zip") and one.count("/") <= DEPTH]
                if inner == [path.name] or sum(map(bundle.size, inner)) > _TOTAL:
                    inner = []
                for number, name in enumerate(inner[:MOST]):
                    to = Path(folder) / str(number) / filename(name.rpartition("/")[2])
                    to.parent.mkdir()
                    with bundle.open(name) as packed, to.open("wb") as file:
                        shutil.copyfileobj(packed, file, 1 << 20)
                    taken[to] = name
        except Unreadable:
            taken = {}
        except OSError as trouble:
            raise Problem(
                f"The archives inside {path.name} cannot be taken out: {trouble.strerror}.",
                "Unpack them yourself, and import the folder.",
            ) from None
        yield taken

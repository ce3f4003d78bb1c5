"""Reads a large export of chats in a process of its own, which is one batch ahead of the one that writes.

The process opens the export anew, reads what `Source.read` reads, and works out what the store keeps of it: it knows no
store. Where it ends before its time the rest is read here.
"""

from __future__ import annotations

import gc
import importlib
import pickle
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from tui_inbox.connectors import Batch, Source
from tui_inbox.connectors.formats import apart, packing
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.inbox.passed import Passed, passed, taken
from tui_inbox.problems import Problem

LARGE = 1 << 20
"""Bytes of an export from which it is worth a process of its own."""


def batches(source: Source, cursors: dict[str, str]) -> Iterator[Batch]:
    """Yield what `source.read` yields, in batches that may be cut otherwise."""
    bundle = getattr(source, "bundle", None)
    if not isinstance(bundle, Bundle) or not _large(bundle):
        yield from source.read(cursors)
        return
    arrivals = aside = 0
    try:
        for batch in _ahead(source, cursors):
            arrivals, aside = arrivals + len(batch.arrivals), aside + len(batch.set_aside)
            yield batch
    except apart.NoProcess:
        yield from _behind(source.read(cursors), arrivals, aside)


def _large(bundle: Bundle) -> bool:
    size = 0
    return any((size := size + bundle.size(one)) >= LARGE for one in bundle.names())


def _behind(reading: Iterator[Batch], arrivals: int, aside: int) -> Iterator[Batch]:
    """Yield what *reading* yields but for so many *arrivals* and things set *aside*, which came before."""
    for batch in reading:
        come, left = batch.arrivals[arrivals:], batch.set_aside[aside:]
        arrivals, aside = max(0, arrivals - len(batch.arrivals)), max(0, aside - len(batch.set_aside))
        if come or left or not (arrivals or aside):
            yield replace(batch, arrivals=come, set_aside=left)


def _ahead(source: Source, cursors: dict[str, str]) -> Iterator[Batch]:
    """Yield what another process reads. Raises `NoProcess` where it ends before that does."""
    spent = 0.0

    def questions() -> Iterator[tuple[bytes | None, float]]:
        yield opening, spent
        while True:
            yield None, spent

    try:
        opening = pickle.dumps((source, cursors), protocol=5)
    except (TypeError, AttributeError, pickle.PicklingError):
        raise apart.NoProcess from None  # a source of somebody else's, that holds what cannot be passed
    threading.Thread(target=_get_ready, args=("tui_inbox.inbox.ingest",), daemon=True).start()
    with closing(apart.Worker().all(_more, questions())) as answers:
        for said in answers:
            if said is None:
                return
            if isinstance(said, Problem):
                raise said
            given = time.monotonic()
            yield taken(said)
            spent += time.monotonic() - given


def _get_ready(module: str) -> None:
    """Import what takes a batch in, while the first is read; nothing that was imported is ever looked at as garbage."""
    importlib.import_module(module)
    gc.freeze()


# --- the process itself -------------------------------------------------------------------------------------

_READING: list[Iterator[Batch]] = []


def _more(opening: bytes | None, spent: float) -> Passed | Problem | None:
    """Return the next batch of the export that *opening* names, or of the one before; None at its end.

    *spent* are the seconds that taking in has cost so far.
    """
    packing.tell_spent(spent)
    try:
        if opening is not None:
            source, cursors = pickle.loads(opening)  # noqa: S301 - said by the process that started this one
            _READING[:] = [source.read(cursors)]
            gc.freeze()
        batch = next(_READING[0], None)
    except Problem as problem:
        return problem
    return None if batch is None else passed(batch)

"""Messages as one process passes them to another: read, and with what the store keeps of them worked out."""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass, fields, replace
from itertools import repeat
from operator import attrgetter
from typing import Any

from tui_inbox.connectors import Arrival, Batch
from tui_inbox.rules.model import Attachment, Message, Person, Verdict
from tui_inbox.store.prepared import Prepared, prepare

Values = tuple[Any, ...]


def _values(of: Iterable[Field[Any]]) -> Callable[[Any], Values]:
    return attrgetter(*(one.name for one in of))


SAID = _values(fields(Message))
_PARTS: dict[type, Callable[[Any], Values]] = {
    kind: _values(fields(kind)) for kind in (Person, Attachment, Verdict, Prepared)
}
for _kind in _PARTS:
    # A dataclass says its fields one by one, by their names, each time that one is sent: that takes as long as a
    # tenth of the reading.
    copyreg.pickle(_kind, lambda one: (type(one), _PARTS[type(one)](one)))


@dataclass(frozen=True, slots=True)
class Read(Arrival):
    """A message that was read elsewhere, with what the store keeps of it."""

    prepared: Prepared | None = None


# --- many at once -------------------------------------------------------------------------------------------

_BESIDES = _values(fields(Arrival)[1:])
_KEPT = _values(fields(Prepared)[:-1])
"""What is kept of a message, but for its words, which stand last."""
_SHORT = 80
"""Characters up to which it is looked whether a text was said before."""

Column = Values | list[Any]
"""What each message has in one field; in a list the one thing that all of them have."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A batch and, field by field, so many arrivals with what is kept of them: what is said again is passed once."""

    batch: Batch
    count: int
    said: list[Column]
    besides: list[Column]
    kept: list[Column]
    words: list[Column]


def passed(batch: Batch) -> Passed:
    """Return *batch* as it is passed, its messages prepared for the store."""
    before: dict[Any, Any] = {}

    def columns(rows: Iterable[Values]) -> list[Column]:
        return [_column(one, before) for one in zip(*rows, strict=True)]

    messages = [one.message for one in batch.arrivals]
    kept = [prepare(one) for one in messages]
    return Passed(
        replace(batch, arrivals=()),
        len(messages),
        columns(map(SAID, messages)),
        columns(map(_BESIDES, batch.arrivals)),
        columns(map(_KEPT, kept)),
        columns(one.words for one in kept),
    )


def _column(values: Values, before: dict[Any, Any]) -> Column:
    kinds = set(map(type, values))
    if len(set(map(id, values))) > 1 and kinds == {str}:
        values = tuple(before.setdefault(one, one) if len(one) < _SHORT else one for one in values)
    elif kinds in ({Person}, {Verdict}):
        values = tuple(before.setdefault(one, one) for one in values)
    return [values[0]] if len(set(map(id, values))) == 1 else values


def taken(said: Passed) -> Batch:
    """Return the batch that was passed."""
    if not said.count:
        return said.batch

    def each(columns: list[Column]) -> list[Iterable[Any]]:
        return [repeat(one[0], said.count) if isinstance(one, list) else one for one in columns]

    messages = map(Message, *each(said.said))
    kept = map(Prepared, *each(said.kept), zip(*each(said.words), strict=True))
    arrivals = map(Read, messages, *each(said.besides), kept)
    return replace(said.batch, arrivals=tuple(arrivals))

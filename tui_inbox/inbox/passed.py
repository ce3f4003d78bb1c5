"""Messages as one process passes them to another: read, and with what the store keeps of them worked out."""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass, fields, replace
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
_SAID_BY, _SAID_BESIDES = len(fields(Message)), len(fields(Message)) + len(fields(Arrival)) - 1
_SHORT = 80
"""Characters up to which it is looked whether a text was said before."""

Column = Values | list[Any]
"""What each message has in one field; in a list the one thing that all of them have."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A batch and, field by field, its arrivals with what is kept of them: what is said again is passed once."""

    batch: Batch
    columns: tuple[Column, ...]


def passed(batch: Batch) -> Passed:
    """Return *batch* as it is passed, its messages prepared for the store."""
    said: dict[Any, Any] = {}

    def once(value: Any) -> Any:
        again = (type(value) is str and len(value) < _SHORT) or isinstance(value, Person | Verdict)
        return said.setdefault(value, value) if again else value

    rows = []
    for one in batch.arrivals:
        kept = prepare(one.message)
        words = tuple(map(once, kept.words))
        rows.append((*map(once, SAID(one.message)), *_BESIDES(one), *_PARTS[Prepared](replace(kept, words=words))))
    columns = (one[:1] if len(set(map(id, one))) == 1 else one for one in zip(*rows, strict=True))
    return Passed(replace(batch, arrivals=()), tuple(list(one) if len(one) < len(rows) else one for one in columns))


def taken(said: Passed) -> Batch:
    """Return the batch that was passed."""
    count = max(map(len, said.columns), default=0)
    rows = zip(*(one * count if isinstance(one, list) else one for one in said.columns), strict=True)
    return replace(said.batch, arrivals=tuple(map(_arrival, rows)))


def _arrival(row: Values) -> Read:
    said, besides, kept = row[:_SAID_BY], row[_SAID_BY:_SAID_BESIDES], row[_SAID_BESIDES:]
    values: Values = (Message(*said), *besides, Prepared(*kept))
    return Read(*values)

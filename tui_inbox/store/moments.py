"""Moments as the store keeps them: whole milliseconds since 1970 in UTC, since SQLite forgets time zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


@overload
def stored(moment: datetime) -> int: ...
@overload
def stored(moment: None) -> None: ...
def stored(moment: datetime | None) -> int | None:
    """Return *moment* in milliseconds. A naive one is a bug and raises TypeError."""
    return None if moment is None else (moment - _EPOCH) // _MS


@overload
def moment(stored: int) -> datetime: ...
@overload
def moment(stored: None) -> None: ...
def moment(stored: int | None) -> datetime | None:
    """Return the aware UTC moment of *stored* milliseconds."""
    return None if stored is None else _EPOCH + timedelta(milliseconds=stored)


def as_written(local: datetime | None) -> int | None:
    """Return a naive wall time as if it had been UTC, so that a wrong zone can be mended without the file."""
    return None if local is None else stored(local.replace(tzinfo=UTC))


def rfc3339(moment: datetime | None) -> str | None:
    """Return *moment* as a record tells it: RFC 3339 in UTC, whole seconds."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

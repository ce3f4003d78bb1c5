"""From times as an export writes them to moments in UTC, and to the local time where the file names no zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tui_inbox.problems import Misconfigured

UNREADABLE = "the time of this message cannot be read"


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of an IANA *name*; raise `Misconfigured` where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misconfigured(f"There is no time zone called {name!r}.", "Take one such as Europe/Istanbul.") from None


def from_iso(written: object, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return (UTC, the local time where *written* names no zone) of an ISO 8601 time; None where it is none."""
    if not isinstance(written, str) or not 10 <= len(written) <= 40:
        return None, None
    try:
        moment = datetime.fromisoformat(written)
        zoned = moment.tzinfo is not None
        utc = (moment if zoned else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None, None
    return (utc, None if zoned else moment) if sane(utc) else (None, None)


def from_ms(count: object) -> datetime | None:
    """Return the moment of *count* milliseconds since 1970 (a number or its digits), or None where it is none."""
    if isinstance(count, bool) or not isinstance(count, int | float | str):
        return None
    try:
        whole = int(count)
        moment = datetime.fromtimestamp(whole // 1000, UTC).replace(microsecond=whole % 1000 * 1000)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if sane(moment) else None


def sane(moment: datetime) -> bool:
    """Return whether somebody can have written at that *moment*."""
    return 1990 <= moment.year <= 2100


class LocalClock:
    """Reads local times in the order of a file: in the hour that comes twice, the order tells which one it is."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._last: datetime | None = None

    def utc(self, local: datetime | None) -> datetime | None:
        """Return *local* in UTC, None where it is None or none that can be."""
        if local is None or not sane(local):
            return None
        moment = local.replace(tzinfo=self._zone).astimezone(UTC)
        if self._last is not None and moment < self._last:
            later = local.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
            if later > moment and later >= self._last:
                moment = later
        self._last = moment
        return moment

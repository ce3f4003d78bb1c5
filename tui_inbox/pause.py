"""Waits a moment, in a way that holds where the clock is shifted: `time.sleep` is refused under libfaketime."""

from __future__ import annotations

import select


def pause(seconds: float) -> None:
    """Return after *seconds*; other threads go on meanwhile."""
    select.select((), (), (), seconds)

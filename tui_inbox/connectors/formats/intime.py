"""A time for one message of an export: what takes longer is set aside with its bytes, and the next one is read."""

from __future__ import annotations

import atexit
import signal
import threading
from collections.abc import Callable, Sequence
from functools import cache
from types import FrameType
from typing import ParamSpec, TypeVar

from tui_inbox.connectors import SetAside

LIMIT = 30
"""Seconds of this process's own time that reading one message may take."""
WHY = "it takes too long to read"

Asked = ParamSpec("Asked")
Told = TypeVar("Told")


class _TooLong(BaseException):
    """The time is over; it is no error that a reader might take for something it cannot read."""


def in_time(
    where: str,
    raw: bytes | Sequence[bytes],
    tell: Callable[Asked, Told],
    /,
    *given: Asked.args,
    **named: Asked.kwargs,
) -> Told | SetAside:
    """Return what *tell* makes of a message of the bytes *raw*; set it aside where that takes longer than `LIMIT`.

    The system only tells a process's first thread that a time is over. In another one nothing but the size of a message
    and readers of linear time hold it.
    """
    if threading.get_ident() != threading.main_thread().ident:
        return tell(*given, **named)
    _count_seconds()
    _LEFT.append(LIMIT)
    try:
        return tell(*given, **named)
    except _TooLong:
        return SetAside(where, WHY, raw if isinstance(raw, bytes) else b"".join(raw))
    finally:
        _LEFT.pop()


_LEFT: list[int] = []
"""Seconds left for the message that is being read. The clock goes on between messages: to set it anew costs more."""


@cache
def _count_seconds() -> None:
    signal.signal(signal.SIGVTALRM, _second)
    atexit.register(signal.setitimer, signal.ITIMER_VIRTUAL, 0)  # once Python has let go of it, a signal would end us
    signal.setitimer(signal.ITIMER_VIRTUAL, 1.0, 1.0)


def _second(number: int, frame: FrameType | None) -> None:
    """Count one second of this process's own time."""
    if _LEFT:
        _LEFT[-1] -= 1
        if _LEFT[-1] <= 0:
            raise _TooLong

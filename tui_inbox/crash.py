"""What is said of a bug: where it happened, and never what was in hand there: that may be a customer's, or secret."""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType


def told(trouble: BaseException | None) -> str:
    """Return where *trouble* and what led to it were raised: kinds, files and lines of code, without a single value.

    An exception's own words are left out, since they quote what was being handled: a text, a row, a token.
    """
    parts = ["This is a bug in tui-inbox. What was stored is kept. Traceback, without what was in hand:"]
    seen: set[int] = set()
    while trouble is not None and id(trouble) not in seen:
        seen.add(id(trouble))
        parts += [line.rstrip("\n") for line in traceback.format_tb(trouble.__traceback__)]
        parts.append(f"{type(trouble).__module__}.{type(trouble).__qualname__}")
        trouble = trouble.__cause__ or trouble.__context__
        if trouble is not None:
            parts.append("Before that:")
    # Ours are printable, but the path to them may have an odd name.
    return "\n".join("".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in part) for part in parts)


def tell_uncaught() -> None:
    """Have whatever nobody catches, in any thread, said on standard error in the words of `told`."""

    def caught(kind: type[BaseException], trouble: BaseException, at: TracebackType | None) -> None:
        _say(trouble)

    def caught_in_thread(what: threading.ExceptHookArgs) -> None:
        _say(what.exc_value)

    sys.excepthook = caught
    threading.excepthook = caught_in_thread


def _say(trouble: BaseException | None) -> None:
    if sys.stderr is not None:
        sys.stderr.write(told(trouble).encode("ascii", "backslashreplace").decode() + "\n")

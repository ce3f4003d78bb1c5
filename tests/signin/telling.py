"""All that an error could tell: its words, and every variable of every frame of ours and of the libraries'."""

from __future__ import annotations

from pathlib import Path
from traceback import TracebackException

TESTS = str(Path(__file__).parents[1])


def told(error: BaseException) -> str:
    """Return what *error*, and all that led to it, shows in a traceback with its variables; the tests' own frames,
    which know every secret, are left out."""
    shown = ""
    one: BaseException | None = error
    while one is not None:
        frames = TracebackException.from_exception(one, capture_locals=True)
        ours = [frame for frame in frames.stack if not frame.filename.startswith(TESTS)]
        assert ours or one is not error
        shown += "".join(f"{frame.line}\n{frame.locals}\n" for frame in ours)
        shown += "".join(TracebackException.from_exception(one).format_exception_only())
        one = one.__cause__ or one.__context__
    return shown

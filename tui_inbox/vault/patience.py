"""Waits for what may never answer, and not for longer than was said."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from tui_inbox.problems import Problem

T = TypeVar("T")


def within(seconds: float, ask: Callable[[], T], explain: Callable[[Exception], Problem], late: Problem) -> T:
    """Return what *ask* gives; raise what *explain* makes of its error, or *late* when it takes longer than *seconds*.

    It runs in a thread that is left behind when it is late. Nothing of it is chained to what is raised: what was
    asked with may be a secret.
    """
    answer: list[T] = []
    trouble: list[Problem] = []

    def run() -> None:
        try:
            answer.append(ask())
        except Problem as problem:
            trouble.append(problem.with_traceback(None))
        except Exception as error:  # noqa: BLE001 - a keyring's backend raises errors of its own, of any class
            trouble.append(explain(error))

    asking = threading.Thread(target=run, name="waiting", daemon=True)
    asking.start()
    asking.join(seconds)
    if trouble:
        raise trouble[0]
    if not answer:
        raise late
    return answer[0]

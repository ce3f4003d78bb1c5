"""How long to wait after a failure before a server is asked again: longer each time, and never in step with others."""

from __future__ import annotations

from tui_inbox.problems import Busy, Misconfigured, NotAdmitted, NotFound, Problem

NETWORK = (2.0, 120.0)
"""Seconds after the first failure, and at most: where a server is not reached, it may be at any moment."""
ASKED = (60.0, 15 * 60.0)
"""Where the server itself asks to be left alone (UNAVAILABLE, LIMIT, throttling)."""
OURS = (60.0, 30 * 60.0)
"""Where a person must do something: to go on asking would only lock the mailbox."""


def wait_after(problem: Problem, tries: int, chance: float) -> float:
    """Return the seconds to wait after *problem*, the *tries*-th in a row; *chance* (0 to 1) spreads them."""
    match problem:
        case NotAdmitted() | Misconfigured() | NotFound():
            first, longest = OURS
        case Busy():
            first, longest = ASKED
        case _:
            first, longest = NETWORK
    return float(min(longest, first * 2 ** min(tries - 1, 20)) * (0.5 + chance / 2))

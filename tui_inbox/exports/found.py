"""What one of the given paths is: an export of some kind, or why it is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tui_inbox.connectors import load
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.problems import Unreadable


@dataclass(frozen=True, slots=True)
class Found:
    """One export among the given paths: its bundle, or why it could not be opened; and what it is by itself."""

    paths: tuple[Path, ...]
    bundle: Bundle | None = None
    kind: str = ""
    why: str = ""
    problem: Unreadable | None = None


def recognised(one: Found, kind: str | None) -> Found:
    """Return *one* with its kind and why, or with why it is none."""
    assert one.bundle is not None
    if kind is not None:
        return Found(one.paths, one.bundle, kind, "it was named by --kind")
    try:
        found, why = load.recognise(one.bundle)
    except Unreadable as problem:
        return Found(one.paths, one.bundle, problem=problem)
    return Found(one.paths, one.bundle, found, why)

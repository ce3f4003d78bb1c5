"""What an import was told, what it asks, and what it came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tui_inbox.inbox.outcome import Ingested


@dataclass(frozen=True, slots=True)
class Told:
    """What the agent said of an export; None where nothing was said."""

    kind: str | None = None
    account: str | None = None
    me: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What an export does not say. `choices` are the names in it, each with what that person says first;
    `guess` is what is taken where nobody answers ("": nothing)."""

    about: Literal["me", "zone"]
    path: Path
    choices: tuple[tuple[str, tuple[str, ...]], ...]
    guess: str = ""


Ask = Callable[[Question], str | None]
"""Asks a person; None where they do not know."""


@dataclass(slots=True)
class FileReport:
    """What one imported export came to. `parts` are its files, where it came in several."""

    path: Path
    kind: str
    why: str
    account: str
    me: str | None
    zone: str
    me_why: str = ""
    zone_why: str = ""
    hint: str = ""
    """What would make it better: a name or a zone that nothing says."""
    parts: tuple[Path, ...] = ()
    came: Ingested = field(default_factory=Ingested)
    archived: int = 0
    """Of the conversations that it touched, how many lie in the archive."""
    zoned: bool = False
    """Whether any time in it named no zone, so that `zone` was used."""
    corrected: int = 0
    """Messages that had been read wrongly before, and were put right by what was said this time."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Where, and what, of everything that was set aside."""

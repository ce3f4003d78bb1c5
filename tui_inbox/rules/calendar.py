"""Business time: add, between, next opening; daylight saving; holidays."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calendar:
    """When we work. The default is always, in UTC."""

    zone: str = "UTC"

"""The rules, run once on what is new before the agent sees it, and what their effects come to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tui_inbox.config import Config
from tui_inbox.inbox.reading import Readings
from tui_inbox.store.writer import Unit


def run(unit: Unit, config: Config, readings: Readings, touched: Collection[int], now: datetime) -> list[str]:
    """Run the rules on conversations that are new among *touched*; return warnings to show."""
    return []

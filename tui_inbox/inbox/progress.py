"""Who is told how far something has come that takes long."""

from __future__ import annotations

from collections.abc import Callable

from tui_inbox.connectors import Batch

Progress = Callable[[str, Batch], None]
"""Told after each stored batch: the name of the file or account, and the batch."""


def quiet(name: str, batch: Batch) -> None:
    """Show nothing."""

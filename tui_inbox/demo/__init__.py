"""The demo: a small shop's week, written as real export files and brought in through the real connectors."""

from __future__ import annotations

from tui_inbox.demo.played import fill

__all__ = ["fill"]

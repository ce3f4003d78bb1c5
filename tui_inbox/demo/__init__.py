"""The demo: a small shop's week, written as real export files and brought in through the real connectors.

`fill(folder, now)` makes a whole home of it; `write` and `play` are its two halves.
"""

from __future__ import annotations

from tui_inbox.demo.exports import DemoFiles, write
from tui_inbox.demo.played import fill, play

__all__ = ["DemoFiles", "fill", "play", "write"]

"""Runs `sync` in forks that end at a step: reads [home, now, last step or null], answers [code, steps]."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from tests.torture.steps import run

ROOMS = (
    "cli.incoming",
    "outbox.moves",
    "store.writer",
    "vault",
    "connectors.imap.walk",
    "connectors.imap.moving",
    "connectors.rfc822",
    "inbox.ingest",
)

if __name__ == "__main__":
    for room in ROOMS:
        import_module(f"tui_inbox.{room}")
    for line in sys.stdin:
        home, now, last = json.loads(line)
        came = run([["sync"]], Path(home), datetime.fromtimestamp(now, UTC), last)
        sys.stdout.write(json.dumps(came) + "\n")
        sys.stdout.flush()

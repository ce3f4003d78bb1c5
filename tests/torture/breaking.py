"""Breaks a run of commands at its steps, and says what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.torture import scenes

ROOT = Path(__file__).parents[2]


def tortured(folder: Path, commands: Sequence[Sequence[str]], *, config: str = "", **task: int) -> Any:
    """Return what came of running *commands* broken at every `every`-th step from `first` on, or killed `kills` times
    at random moments (`steps.main`)."""
    (folder / "begun").mkdir(mode=0o700)
    (folder / "begun" / "config.toml").write_text(config)
    task = {"first": 1, "every": 1} | task
    said = {"commands": commands, "folder": str(folder), "now": scenes.NOW.timestamp(), **task}
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.steps", json.dumps(said)],
        cwd=ROOT,
        env=os.environ | {"TUI_INBOX_HOME": str(folder / "nowhere")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    came = json.loads(done.stdout)
    sys.stdout.write(f"{came['steps']} steps in {came['seconds']:.1f} s, {came['broken']} runs were broken\n")
    return came


def proves(came: Any, messages: int) -> None:
    """Say what differs first, if anything does."""
    assert came["messages"] == messages
    assert came["again"] == []
    assert came["differences"] == {}
    assert came["broken"] > 2

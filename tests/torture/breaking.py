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
    came = _ran(folder, commands, config, {"first": 1, "every": 1} | task)
    sys.stdout.write(f"{came['steps']} steps in {came['seconds']:.1f} s, {came['broken']} runs were broken\n")
    return came


def begin(folder: Path, commands: Sequence[Sequence[str]], *, config: str) -> None:
    """Run *commands* in the home that every run of `tortured` begins with."""
    _ran(folder, commands, config, {"only_begin": True})


def _ran(folder: Path, commands: Sequence[Sequence[str]], config: str, task: dict[str, Any]) -> Any:
    (folder / "begun").mkdir(mode=0o700, exist_ok=True)
    (folder / "begun" / "config.toml").write_text(config)
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
    return json.loads(done.stdout)


def proves(came: Any, messages: int) -> None:
    """Say what differs first, if anything does."""
    assert came["messages"] == messages
    assert came["again"] == []
    assert came["differences"] == {}
    assert came["broken"] > 2

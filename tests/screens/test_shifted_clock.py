"""The inbox on a machine whose clock is shifted, as a test of the whole program shifts it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.tty import tty

ESCAPE = "\x1b"


@pytest.mark.needs("faketime")
def test_the_inbox_opens_and_obeys_where_the_clock_is_shifted(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = [sys.executable, "-m", "tui_inbox", "demo", "--keep", str(home), "--no-open"]
    subprocess.run(made, check=True, capture_output=True)
    told = subprocess.run(
        ["faketime", "--exclude-monotonic", "-f", "+40d", "env"], check=True, capture_output=True, text=True
    )
    shifted = dict(line.split("=", 1) for line in told.stdout.splitlines() if line.startswith(("FAKETIME", "LD_PRE")))
    # What lies in shared memory ends with the process that made it.
    shifted.pop("FAKETIME_SHARED", None)
    with tty(home, 100, 30, **shifted) as terminal:
        before = terminal.until(lambda said: "Inbox" in said and "help" in said)
        assert "late" in before
        terminal.press("j", "e")
        terminal.until(lambda said: "rchived" in said and said != before)
        assert terminal.leave(ESCAPE, "q") == 0

"""The command over a new home, and over a home that holds the demo's week."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.running import Tui


@pytest.fixture
def tui(tmp_path: Path) -> Tui:
    """The command over a home that does not exist yet."""
    return Tui(tmp_path / "home")


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Tui:
    """The command over a filled home: look, and change nothing."""
    folder = tmp_path_factory.mktemp("week") / "home"
    tui = Tui(folder)
    tui("demo", "--keep", folder, "--no-open")
    return tui


@pytest.fixture
def desk(week: Tui, tmp_path: Path) -> Tui:
    """The command over a filled home of the test's own."""
    shutil.copytree(week.home, tmp_path / "home")
    return Tui(tmp_path / "home")

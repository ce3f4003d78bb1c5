"""Folders in memory: what is written thousands of times need not wait for a disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that a process may die in: in memory where the machine has one that can be written, else on the disk."""
    if not os.access(MEMORY, os.W_OK | os.X_OK):
        yield tmp_path
        return
    made = Path(tempfile.mkdtemp(prefix="tui-inbox-", dir=MEMORY))
    yield made
    shutil.rmtree(made)

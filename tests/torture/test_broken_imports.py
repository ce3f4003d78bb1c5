"""An import that ends anywhere, and is started again, leaves what an unbroken one leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture import scenes
from tests.torture.breaking import proves, tortured

CONFIG = """
[me]
name = "Deniz Kaya"
addresses = ["support@shop.example"]
names = { whatsapp = ["Deniz"], telegram = ["user1"], slack = ["U1"] }

[[rule]]
name = "invoices"
when = { subject = "invoice" }
then = { tier = 2, sla = "1h" }
"""

SCENES: dict[str, tuple[Callable[[Path], Path], int]] = {
    "threads.mbox": (lambda path: scenes.mbox(path, scenes.threads()), 5),
    "WhatsApp Chat - Elif Kara.zip": (scenes.whatsapp, 5),
    "result.json": (scenes.telegram, 4),
    "Shop Slack export.zip": (scenes.slack, 3),
}


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.torture
def test_an_import_that_ends_at_any_step_and_runs_again_stores_what_an_unbroken_one_does(
    name: str, tmp_path: Path
) -> None:
    write, messages = SCENES[name]
    came = tortured(tmp_path, [["import", str(write(tmp_path / name))]], config=CONFIG)
    proves(came, messages)
    assert came["broken"] == came["steps"]


@pytest.mark.parametrize("name", SCENES)
def test_an_import_that_ends_at_some_steps_and_runs_again_stores_what_an_unbroken_one_does(
    name: str, tmp_path: Path
) -> None:
    write, messages = SCENES[name]
    came = tortured(tmp_path, [["import", str(write(tmp_path / name))]], config=CONFIG, first=3, every=29)
    proves(came, messages)

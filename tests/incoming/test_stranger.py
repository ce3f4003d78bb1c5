"""A channel by a stranger: the guide's own code, in a package of its own, found by its entry point."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Tui

GUIDE = (ROOT / "docs" / "writing-a-channel.md").read_text("utf-8")
LOG = (
    "#webchat 1\n"
    "v1|1|2026-03-02T09:15:00+03:00|Ada|Hello, is anybody there?\n"
    "v1|2|2026-03-02T09:16:00+03:00|Deniz|Yes | how can I help?\n"
    "broken line\n"
    "v2|3|2026-03-02T09:17:00|Bob|no zone\n"
)


def installed(site: Path) -> None:
    """Lay a stranger's package into *site* as an installer does."""
    [code] = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    [point] = re.findall(r'^webchat = "([\w.]+)"$', GUIDE, re.MULTILINE)
    module = site.joinpath(*point.split(".")).with_suffix(".py")
    module.parent.mkdir(parents=True)
    (module.parent / "__init__.py").touch()
    module.write_text(code, "utf-8")
    meta = site / "my_package-1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text(f"[tui_inbox.connectors]\nwebchat = {point}\n")


@pytest.fixture
def tui(tmp_path: Path) -> Tui:
    """The command in an environment into which a stranger's package was installed."""
    site = tmp_path / "site"
    installed(site)
    return Tui(tmp_path / "home", {"PYTHONPATH": os.pathsep.join([str(site), *filter(None, sys.path)])})


def test_the_guide_s_channel_is_recognised_and_read(tui: Tui, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(LOG)
    [file] = tui.json("import", log, "--me", "Deniz")["files"]
    assert (file["kind"], file["account"]) == ("webchat", "webchat")
    assert (file["messages"]["new"], file["messages"]["set_aside"]) == (3, 1)
    messages = tui.json("show", 1)["messages"]
    assert [(one["direction"], one["text"]) for one in messages] == [
        ("in", "Hello, is anybody there?"),
        ("out", "Yes | how can I help?"),
    ]
    [again] = tui.json("import", log, "--me", "Deniz")["files"]
    assert again["messages"]["new"] == 0


def test_a_stranger_s_kind_can_be_named(tui: Tui, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(LOG)
    assert tui.json("import", log, "--kind", "webchat", "--dry-run")["files"][0]["kind"] == "webchat"
    assert "webchat" in tui.json("import", log, "--kind", "webcat", code=2)["error"]["hint"]


def test_a_channel_of_ours_cannot_be_replaced(tui: Tui, tmp_path: Path) -> None:
    points = next(tmp_path.glob("site/*.dist-info/entry_points.txt"))
    points.write_text("[tui_inbox.connectors]\nwhatsapp = my_package.webchat\n")
    log = tmp_path / "log.txt"
    log.write_text(LOG)
    assert "error" in tui.json("import", log, code=1)

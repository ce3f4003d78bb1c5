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


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import a_package_that_is_gone", "cannot be loaded: No module named 'a_package_that_is_gone'."),
        ("CHANNEL = (", "cannot be loaded: SyntaxError: "),
        ("CHANNEL, Source, sniff = 'x', None, lambda bundle: 1 / 0", "log.txt is its own: ZeroDivisionError: "),
    ],
)
def test_a_broken_channel_of_another_package_is_named_and_the_others_go_on(
    tui: Tui, tmp_path: Path, code: str, said: str
) -> None:
    site = tmp_path / "site"
    (site / "a_broken_one.py").write_text(code)
    points = next(site.glob("*.dist-info/entry_points.txt"))
    points.write_text(f"{points.read_text()}brokenchat = a_broken_one\n")
    log, diary = tmp_path / "log.txt", tmp_path / "diary.txt"
    log.write_text(LOG)
    diary.write_text("Dear diary\n")
    file, _ = tui.json("import", log, log, "--me", "Deniz")["files"]
    assert file["messages"]["new"] == 3
    [problem] = [one["what"] for one in file["problems"] if one["where"] == "channel brokenchat"]
    assert said in problem
    assert problem.endswith("Install its package anew, or remove it; everything else goes on.")
    assert "brokenchat" in tui.json("import", diary, code=1)["error"]["hint"]
    assert "webchat" in tui.json("import", log, "--kind", "webcat", code=2)["error"]["hint"]


def test_a_broken_channel_that_is_asked_for_by_name_says_what_is_wrong(tui: Tui, tmp_path: Path) -> None:
    next(tmp_path.glob("site/my_package/webchat.py")).write_text("import a_package_that_is_gone")
    log = tmp_path / "log.txt"
    log.write_text(LOG)
    error = tui.json("import", log, "--kind", "webchat", code=2)["error"]
    assert error["what"] == "The channel 'webchat' cannot be loaded: No module named 'a_package_that_is_gone'."
    assert error["hint"].startswith("Install its package anew")

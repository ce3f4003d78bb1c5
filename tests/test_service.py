"""The files for service managers can be read by them, and start a command that there is."""

from __future__ import annotations

import configparser
import plistlib
import shlex
import tomllib
from pathlib import Path

from tui_inbox.cli import parser

ROOT = Path(__file__).parents[1]
SERVICE = ROOT / "docs" / "service"


def starts_the_watch(words: list[str]) -> None:
    """Fail unless *words* are our program by its whole path, and the command line of the watch of all accounts."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert Path(words[0]).is_absolute() or words[0].startswith("%h/")
    assert Path(words[0]).name in scripts
    chosen = parser().parse_args(words[1:])
    assert chosen.watch
    assert not chosen.names


def test_the_systemd_unit_is_one_and_starts_the_watch() -> None:
    unit = configparser.ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys are case-sensitive
    unit.read_string((SERVICE / "tui-inbox-sync.service").read_text("utf-8"))
    assert unit.sections() == ["Unit", "Service", "Install"]
    assert unit["Install"]["WantedBy"] == "default.target"
    assert unit["Service"]["Restart"] == "on-failure"
    assert unit["Service"]["RestartPreventExitStatus"] == "2"
    starts_the_watch(shlex.split(unit["Service"]["ExecStart"]))


def test_the_launchd_agent_is_one_and_starts_the_watch() -> None:
    agent = plistlib.loads((SERVICE / "tui-inbox.sync.plist").read_bytes())
    assert agent["RunAtLoad"] is True
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["Umask"] == 0o077
    starts_the_watch(agent["ProgramArguments"])


def test_the_page_names_the_files_that_there_are() -> None:
    page = (SERVICE / "README.md").read_text("utf-8")
    for path in SERVICE.iterdir():
        assert path.name in page or path.name == "README.md"

"""A shell completes what the parser declares; tried in the shells that are here."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.documents.pages import every_command
from tui_inbox.cli import run
from tui_inbox.cli.completing import script_for

SHELLS = ("bash", "zsh", "fish")
ASK = """
source "$1"
shift
set -- tui-inbox "$@"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_shtab_tui_inbox "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bash") / "tui-inbox"
    path.write_text(script_for("bash"))
    return path


@pytest.mark.needs("bash")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["sn"], {"snooze"}),
        (["account", "rem"], {"remove"}),
        (["--home", "somewhere", "arch"], {"archive"}),
        (["snooze", "7", "--u"], {"--until"}),
        (["account", "add", "--tls", ""], {"implicit", "starttls", "none"}),
        (["judge", "3", "--as", "h"], {"human"}),
        (["list", "hand"], {"handed_over"}),
        (["completions", ""], {*SHELLS}),
    ],
)
def test_bash_offers_what_a_command_takes(script: Path, typed: list[str], offered: set[str]) -> None:
    said = subprocess.run(
        ["bash", "--norc", "-c", ASK, "ask", str(script), *typed], capture_output=True, text=True, check=True
    )
    assert set(said.stdout.split()) == offered


@pytest.mark.needs("bash")
def test_bash_offers_files_for_a_path_and_folders_for_a_home(script: Path, tmp_path: Path) -> None:
    (tmp_path / "chat.zip").touch()
    (tmp_path / "chats").mkdir()

    def offered(*typed: str) -> set[str]:
        words = ["bash", "--norc", "-c", ASK, "ask", str(script), *typed, "cha"]
        return set(subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path).stdout.split())

    assert offered("import") == {"chat.zip", "chats"}
    assert {one.rstrip("/") for one in offered("--home")} == {"chats"}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_every_option_is_in_every_script(shell: str) -> None:
    script = script_for(shell)
    for name, one in every_command().items():
        assert name.split()[-1] in script, name
        for option in {option for action in one._actions for option in action.option_strings}:
            assert (option.removeprefix("--") if shell == "fish" else option) in script, (name, option)


@pytest.mark.parametrize("shell", [one for one in SHELLS if shutil.which(one)])
def test_a_shell_that_is_here_can_read_its_script(shell: str, tmp_path: Path) -> None:
    path = tmp_path / "script"
    path.write_text(script_for(shell))
    subprocess.run([shell, "-n", str(path)], check=True, capture_output=True)


def test_the_command_prints_the_script_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(tmp_path / "home"), "completions", "fish"]) == 0
    plain = capsys.readouterr()
    assert (plain.out.rstrip("\n"), plain.err) == (script_for("fish").rstrip("\n"), "")
    assert run(["--home", str(tmp_path / "home"), "completions", "fish", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"shell": "fish", "script": script_for("fish")}

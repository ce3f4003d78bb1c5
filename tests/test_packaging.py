"""What is installed is what was written: metadata, package data and locks agree with the files that are here."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement  # pytest needs it too, so it is there
from packaging.specifiers import SpecifierSet

import tui_inbox

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(lock: str) -> dict[str, str]:
    """Return normalised package name -> version, as *lock* pins it."""
    return {normal(name): version for name, version, _ in PIN.findall((ROOT / lock).read_text("utf-8"))}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(*extras: str) -> dict[str, SpecifierSet]:
    """Return normalised package name -> the versions that pyproject.toml asks for."""
    project = PYPROJECT["project"]
    lines = project["dependencies"] + [line for extra in extras for line in project["optional-dependencies"][extra]]
    lines += PYPROJECT["build-system"]["requires"]
    return {normal(one.name): one.specifier for one in map(Requirement, lines)}


def test_the_version_is_written_in_one_place():
    assert PYPROJECT["project"]["dynamic"] == ["version"]
    assert PYPROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "tui_inbox.__version__"}
    assert metadata.version("tui-inbox") == tui_inbox.__version__


def test_the_command_is_installed_and_leads_to_the_doorbell():
    [command] = metadata.entry_points(group="console_scripts", name="tui-inbox")
    assert callable(command.load())


def test_python_dash_m_says_the_version_too():
    said = subprocess.run([sys.executable, "-m", "tui_inbox", "--version"], capture_output=True, text=True, check=True)
    assert tui_inbox.__version__ in said.stdout


def test_every_file_of_the_package_is_carried_into_the_wheel():
    package = ROOT / "tui_inbox"
    packages = {path.parent for path in package.rglob("__init__.py")}
    globs = PYPROJECT["tool"]["setuptools"]["package-data"]["tui_inbox"]
    carried = {path for glob in globs for path in package.glob(glob)}
    left_behind = [
        str(path.relative_to(ROOT))
        for path in package.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and not (path.suffix == ".py" and path.parent in packages)
        and path not in carried
    ]
    assert left_behind == []


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "tui_inbox" / "py.typed").is_file()


def test_the_lock_of_the_program_holds_what_pyproject_asks_for_and_no_tool():
    locked = pins("requirements.lock")
    assert [name for name, versions in wanted().items() if locked[name] not in versions] == []
    assert not (wanted("test", "check").keys() - wanted().keys()) & locked.keys()


def test_the_lock_for_work_is_the_programs_lock_and_the_tools():
    work = pins("requirements-dev.lock")
    assert pins("requirements.lock").items() <= work.items()
    assert [name for name, versions in wanted("test", "check").items() if work[name] not in versions] == []


def test_every_locked_package_has_hashes():
    for lock in LOCKS:
        text = (ROOT / lock).read_text("utf-8")
        entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
        assert len(entries) == len(PIN.findall(text))
        assert all("--hash=sha256:" in entry for entry in entries)


def test_a_lock_names_no_place_to_fetch_from():
    for lock in LOCKS:
        lines = (ROOT / lock).read_text("utf-8").splitlines()
        assert [line for line in lines if re.search(r"://|^\s*-(?!-hash)|--(extra-)?index|@ ", line)] == []
        assert all(re.match(r"^(#|    # |    --hash=sha256:[0-9a-f]{64}|[a-z0-9])", line) for line in lines)


def test_backports_are_asked_for_by_old_pythons_only():
    markers = {name: marker for name, _, marker in PIN.findall((ROOT / "requirements.lock").read_text("utf-8"))}
    assert "3.12" in markers["backports-tarfile"]


def test_every_room_is_held_by_the_contracts_of_imports():
    rooms = {
        one.stem for one in (ROOT / "tui_inbox").iterdir() if (one / "__init__.py").is_file() or one.suffix == ".py"
    } - {"__init__"}
    _, screen, database, _ = PYPROJECT["tool"]["importlinter"]["contracts"]
    may_know = {"Textual": {"__main__", "app", "screens"}, "the database": {"__main__", "store"}}
    for contract, free in zip((screen, database), may_know.values(), strict=True):
        assert {f"tui_inbox.{room}" for room in rooms - free} == set(contract["source_modules"]), contract["name"]

"""What the documents say is so: the words of make, the commands, the links and the keys they name exist."""

from __future__ import annotations

import importlib
import itertools
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.documents.pages import (
    FENCED,
    INLINE,
    PAGES,
    ROOT,
    blocks,
    commands,
    every_command,
    inline,
    name_of,
    shown,
    slug,
    spoken,
    text_of,
    words,
)
from tui_inbox.cli import parser

pages = pytest.mark.parametrize("page", PAGES, ids=name_of)


def words_of_make() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", text_of(ROOT / "Makefile"), re.MULTILINE))


@pages
def test_every_word_of_make_that_is_named_exists(page: Path):
    named = {word for line in spoken(page) for word in re.findall(r"^make ([a-z][a-z-]*)", line)}
    assert named <= words_of_make()


@pages
def test_every_command_that_is_named_exists(page: Path):
    named = {word for line in spoken(page) for word in re.findall(r"^tui-inbox(?: --home \S+)? ([a-z]+)", line)}
    assert named <= commands().keys()


HINTS = re.compile(r"(?:`|: )tui-inbox ([a-z]+)(?: ([a-z][a-z-]*))?([^`\"\n]*)")


def test_every_command_that_the_program_itself_names_exists():
    """A hint leads out only where what it tells to type is there."""
    known = every_command()
    for path in sorted((ROOT / "tui_inbox").rglob("*.py")):
        for first, second, rest in HINTS.findall(text_of(path)):
            where = f"{path.name}: tui-inbox {first} {second}{rest}"
            command = known.get(f"tui-inbox {first} {second}") or known.get(f"tui-inbox {first}")
            assert command is not None, where
            taken = {word for action in command._actions if not action.option_strings for word in action.choices or ()}
            assert not second or not taken or second in taken, where
            options = {option for action in command._actions for option in action.option_strings}
            assert set(re.findall(r"--[a-z][a-z-]*", rest)) <= options, where


@pages
def test_every_command_line_that_is_shown_is_understood(page: Path):
    for line in shown(page):
        if line.startswith("tui-inbox"):
            parser().parse_args(words(line))


BLOCKS = {
    "sh": "run, or named with the reason why not: tests/documents/test_run.py",
    "toml": "read as a configuration; recipes are run by tests/test_recipes.py",
    "json": "read; those of docs/commands.md are compared with what is printed",
    "csv": "read",
    "python": "installed and run: tests/incoming/test_stranger.py",
    "query": "parsed: tests/rules/test_query.py",
    "wrong": "refused: tests/rules/test_query.py",
    "text": "compared below, but for what tools/configuration.py writes",
}
"""What becomes of each kind of block; one that is of no kind is held by nothing."""


def test_every_block_of_every_page_is_of_a_kind_that_is_held():
    found = {kind for page in PAGES for kind, _ in FENCED.findall(text_of(page))}
    assert found == BLOCKS.keys()


def test_the_layers_that_contributing_shows_are_those_that_are_held():
    tools = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]
    layers = next(one["layers"] for one in tools["importlinter"]["contracts"] if "layers" in one)
    told = blocks(ROOT / "CONTRIBUTING.md", "text")[0].strip().split(" → ")
    held = [one for one in layers if one != "__main__"]
    right = " → ".join(held).replace(" : ", " | ")
    assert " → ".join(told) == right, f"write in CONTRIBUTING.md, under 'Who may import whom': {right}"


def test_every_table_of_values_is_read(tmp_path: Path):
    from tui_inbox.connectors import load
    from tui_inbox.connectors.formats.bundle import open_bundle

    for number, block in enumerate(block for page in PAGES for block in blocks(page, "csv")):
        path = tmp_path / f"{number}.csv"
        path.write_text(block, "utf-8")
        bundle = open_bundle(path)
        kind, _ = load.recognise(bundle)
        read = list(load.channel(kind).Source(bundle).read({}))
        assert sum(len(one.arrivals) for one in read) == len(block.splitlines()) - 1


OTHERS = {"--require-hashes": "pip's", "--now": "systemctl's"}
"""Options in the pages that are not ours."""


def options() -> dict[str, set[str]]:
    """Return the options of each command, but for those that all have."""
    all_ = {"-h", "--help", "--home", "--config", "--json", "--version"}
    return {
        name: {option for action in one._actions for option in action.option_strings} - all_
        for name, one in every_command().items()
    }


def test_every_option_that_is_named_is_one_and_every_option_is_documented():
    known = {option for some in options().values() for option in some} | {"--home", "--config", "--json", "--help"}
    named = {one for page in PAGES for code in inline(page) for one in re.findall(r"(?:^|\s)(--[a-z-]+)", code)}
    assert named - known == OTHERS.keys()
    told = text_of(ROOT / "docs" / "commands.md")
    sections = {one.split("\n")[0]: one for one in re.split(r"^## ", told, flags=re.MULTILINE)}
    missing = {
        f"{command} {option}"
        for command, some in options().items()
        for option in some
        if not re.search(rf"{option}\b(?!-)", sections[command.split()[1]])
    }
    assert missing == set()


def test_every_command_and_option_says_in_its_help_what_it_is():
    for command, one in every_command().items():
        for action in one._actions:
            assert action.help or not action.option_strings, (command, action.option_strings)


def test_help_breaks_no_word_on_a_terminal_of_eighty_columns(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    for name, command in every_command().items():
        wide = [line for line in command.format_help().splitlines() if len(line) > 80]
        assert [line for line in wide if not line.startswith("  tui-inbox ")] == [], name


@pages
def test_every_link_leads_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        place, _, anchor = target.partition("#")
        assert "://" not in place, f"{target}: the documents stand alone"
        there = (page.parent / place).resolve() if place else page
        assert there.exists(), target
        if anchor:
            assert anchor in {slug(line.lstrip("# ")) for line in text_of(there).splitlines() if line.startswith("#")}


@pages
def test_every_json_example_is_json(page: Path):
    for kind, block in FENCED.findall(text_of(page)):
        if kind == "json":
            by_line = page.name == "generic-format.md"
            for document in block.splitlines() if by_line else [block]:
                json.loads(document)


@pages
def test_every_configuration_that_is_shown_is_read(page: Path, tmp_path: Path):
    from tui_inbox.config import load

    for number, (kind, block) in enumerate(FENCED.findall(text_of(page))):
        if kind == "toml" and "[project" not in block:
            path = tmp_path / f"{number}.toml"
            path.write_text(block, "utf-8")
            load(path)


def test_every_key_that_the_daily_round_names_is_a_key_of_the_screen():
    from tui_inbox.screens.keys import GO, KEYS, REVIEW

    known = {key for one in KEYS for key in one.keys.split(",")} | {"/", "Enter"}
    after = {"g": GO, "R": REVIEW}
    told = INLINE.findall(FENCED.sub("", text_of(ROOT / "docs" / "daily-round.md")))
    pressed = [one.split() for one in told if re.fullmatch(r"[a-zA-Z/]( [a-z0-9])?|Enter", one)]
    assert len(pressed) > 12
    for first, *then in pressed:
        assert first in known
        assert not then or any(one.where == after[first] and then[0] in one.keys.split(",") for one in KEYS), (
            first,
            then,
        )


@pages
def test_every_two_keys_that_are_named_lead_somewhere(page: Path):
    from tui_inbox.screens.keys import GO, KEYS, REVIEW

    after = {"g": GO, "R": REVIEW}
    for first, then in re.findall(r"`([gR]) ([a-z0-9])`", text_of(page)):
        assert any(one.where == after[first] and then in one.keys.split(",") for one in KEYS), (first, then)


def test_every_provider_of_the_page_is_one_that_account_add_knows():
    from tui_inbox.config.providers import provider_named

    page = text_of(ROOT / "docs" / "mail-providers.md")
    rows = re.findall(r"^\| [^|]+ \| ((?:`[a-z0-9.-]+`(?:, )?)+) \|", page, re.MULTILINE)
    told = {name for row in rows for name in INLINE.findall(row)} - {"--provider"}
    assert len(told) > 12
    assert {name for name in told if provider_named(name) is None} == set()


def test_every_figure_of_a_report_is_told_in_the_documents():
    from tui_inbox.rules.report_words import FIGURES

    told = set(INLINE.findall(text_of(ROOT / "docs" / "reports.md")))
    shown = {"still_waiting", "broken_as_first_made"}  # the screen's and `--behind`'s own names
    assert {one.name.partition(".")[0] for one in FIGURES} - shown <= told


def test_every_command_is_documented_with_an_example():
    headings = set(re.findall(r"^## ([a-z]+)$", text_of(ROOT / "docs" / "commands.md"), re.MULTILINE))
    assert headings == commands().keys()


def test_every_word_of_make_is_listed_by_make_alone():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert words_of_make() == set(re.findall(r"^  ([a-z-]+)", listed, re.MULTILINE))


def test_every_script_that_make_runs_is_here():
    makefile = text_of(ROOT / "Makefile")
    scripts = set(re.findall(r"\btools/(?:[a-z-]+_\$\$kind|[a-z_-]+)(?:\.py)?", makefile))
    named = {script.replace("$$kind", kind) for script in scripts for kind in ("mail", "chats")}
    assert len(named) > 5
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def test_every_key_of_the_readme_is_a_key_of_the_screen():
    from tui_inbox.screens.keys import KEYS

    spelled = {"slash": "/", "question_mark": "?", "enter": "Enter"}
    known = {spelled.get(key, key) for one in KEYS for key in one.keys.split(",")}
    rows = re.findall(r"^\| (`.+?`) \| ", text_of(ROOT / "README.md"), re.MULTILINE)
    told = {key for row in rows for key in INLINE.findall(row)}
    assert {"j", "k", "Enter", "e", "s", "f", "z", "x", "/", "?"} <= told <= known


def test_every_room_of_the_package_is_described():
    described = set(re.findall(r"^\| `([a-z_]+(?:/|\.py))` \| ", text_of(ROOT / "CONTRIBUTING.md"), re.MULTILINE))
    rooms = {
        one.name + "/" * one.is_dir()
        for one in (ROOT / "tui_inbox").iterdir()
        if one.is_dir() != (one.suffix == ".py") and one.name not in ("__init__.py", "__pycache__")
    }
    assert described - rooms == set(), "take their lines out of CONTRIBUTING.md, under 'The rooms'"
    assert rooms - described == set(), "write in CONTRIBUTING.md, under 'The rooms': | `room` | what it is for |"


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert re.findall(r"^\d+\. \[.+\]\((.+)\)$", text_of(folder / "README.md"), re.MULTILINE) == records
    for place, name in enumerate(records, start=1):
        assert text_of(folder / name).startswith(f"# {place}. ")
        assert name.startswith(f"{place:04d}-")


def test_the_readme_leads_to_the_example_configuration_and_says_that_the_store_is_not_encrypted():
    readme = text_of(ROOT / "README.md")
    assert "config.example.toml" in readme
    assert "not encrypted" in readme


def files_of_the_project() -> list[Path]:
    """Return what a clone or an sdist holds: not the environment, caches and builds that lie beside it."""
    made = ("build", "dist", "pictures", "__pycache__")
    tops = [one for one in ROOT.iterdir() if one.name in (".ci", ".gitignore") or not one.name.startswith(".")]
    tops = [
        one for one in tops if one.name not in made and one.suffix != ".egg-info" and not (one / "bin/python").exists()
    ]
    below = [one for top in tops for one in (top, *top.rglob("*"))]
    return [one for one in below if one.is_file() and "__pycache__" not in one.parts]


def test_no_file_names_a_package_index_or_a_place_on_somebodys_machine():
    hosts = ["py" + "pi.org", "python" + "hosted", "npm" + "js.org", "deb." + "debian.org"]
    places = ["/" + "work/", "/" + "tmp/bash", "/" + "root/"]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in files_of_the_project()
        for content in [path.read_bytes()]
        for word in (*hosts, *places)
        if word.encode() in content
    ]
    assert found == []


def test_every_stop_of_the_two_ways_is_where_contributing_says():
    ways = blocks(ROOT / "CONTRIBUTING.md", "text")[1:]
    stops = [re.findall(r"^  (\S+)\.py +(\S+)  +\S", way, re.MULTILINE) for way in ways]
    assert [len(way) >= 15 for way in stops] == [True, True]
    for place, name in itertools.chain(*stops):
        found: object = importlib.import_module(f"tui_inbox.{place.replace('/', '.').removesuffix('.__init__')}")
        for part in name.split("."):
            found = getattr(found, part)

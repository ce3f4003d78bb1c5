"""What the documents say is so: the words of make, the commands, the links and the keys they name exist."""

from __future__ import annotations

import argparse
import io
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tui_inbox.cli import parser

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def spoken(page: Path) -> list[str]:
    """Return what *page* tells the reader to type: the lines of its shell blocks, and its inline code."""
    text = text_of(page)
    typed = [line for kind, block in FENCED.findall(text) if kind == "sh" for line in block.splitlines()]
    return [line.partition("  #")[0].strip() for line in typed] + INLINE.findall(FENCED.sub("", text))


def words_of_make() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", text_of(ROOT / "Makefile"), re.MULTILINE))


def commands() -> dict[str, argparse.ArgumentParser]:
    [under] = [action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(under.choices)


def slug(heading: str) -> str:
    """Return the anchor that a page viewer gives *heading*."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pages
def test_every_word_of_make_that_is_named_exists(page: Path):
    named = {word for line in spoken(page) for word in re.findall(r"^make ([a-z][a-z-]*)", line)}
    assert named <= words_of_make()


@pages
def test_every_command_that_is_named_exists(page: Path):
    named = {word for line in spoken(page) for word in re.findall(r"^tui-inbox(?: --home \S+)? ([a-z]+)", line)}
    assert named <= commands().keys()


@pages
def test_every_command_line_that_is_shown_is_understood(page: Path):
    shown = [line for kind, block in FENCED.findall(text_of(page)) if kind == "sh" for line in block.splitlines()]
    for line in shown:
        if line.startswith("tui-inbox"):
            parser().parse_args(words(line))


FILES = {
    "WhatsApp Chat with Ada.zip": "whatsapp/WhatsApp Sohbeti - Elif Kara.zip",
    "chat.txt": "whatsapp/WhatsApp Chat with Maple Street Crew.txt",
    "telegram-export/result.json": "telegram/whole.json",
    "result.json": "telegram/whole.json",
    "slack-export.zip": "slack/export.zip",
    "export.zip": "slack/export.zip",
    "takeout-001.zip": "googlechat/takeout-20260306T080000Z-001.zip",
    "takeout-002.zip": "mbox/takeout.mbox",
    "tickets.jsonl": "jsonl/tickets.jsonl",
    "old-mail.mbox": "mbox/takeout.mbox",
    "one.eml": "eml/plain.eml",
    "Maildir": "maildir",
    "Discord": "discord",
    "signal": "signal/export",
    "Downloads/export.zip": "slack/export.zip",
    "Downloads/takeout-20260306T080000Z-001.zip": "googlechat/takeout-20260306T080000Z-001.zip",
    "Downloads/instagram-lampshop-2026-03-06.zip": "instagram/instagram-lampshop-2026-03-06-AbCd.zip",
    "Downloads/[LINE] Chat with Hanako.txt": "line/[LINE] Chat with Ann Lee.txt",
    "Downloads/Basic_LinkedInDataExport_03-06-2026.zip": "linkedin/download",
    "Downloads/facebook-shop-2026-03-06.zip": "messenger/facebook-aydinlatma-2026-03-06.zip",
    "Downloads/Telegram Desktop/ChatExport_2026-03-02": "telegram/chat",
    "Downloads/Telegram Desktop/ChatExport_2026-03-06": "telegram_html/ChatExport_2026-03-06",
}
"""What the lines shown name, in the home folder, and which sample lies there."""
NOT_HERE = ("account", "sync", "attachment", "demo --keep", "import log.txt", "open 7", "contact unlink")
"""Lines that need a server, a keyring, a program of the system, or a link, file or channel that the demo has not."""
REFUSED = {
    "snooze 7 --until again": "No snooze of this conversation was interrupted",
    "outbox send": "No account has a server to send through",
    "purge --contact 3": "Say it with --yes",
}
"""Lines that the demo refuses, and with which words."""


@pytest.fixture(scope="module")
def shown_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from datetime import UTC, datetime

    from tui_inbox.demo import fill

    return fill(tmp_path_factory.mktemp("shown") / "home", datetime.now(UTC)).folder


RUN = [page for page in PAGES if any(line.startswith("tui-inbox ") for line in text_of(page).splitlines())]


@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_line_that_is_shown_does_what_it_says_over_the_demo(
    page: Path,
    shown_store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    from tui_inbox.cli import run

    home = tmp_path / "home"
    shutil.copytree(shown_store, home)
    shutil.copytree(shown_store, tmp_path / "shop")
    (tmp_path / "backups").mkdir()
    for name, sample in FILES.items():
        if Path(name).name in text_of(page):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).symlink_to(ROOT / "tests" / "samples" / sample)
    for name, value in {"HOME": tmp_path, "TUI_INBOX_HOME": home}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    shown = [line for kind, block in FENCED.findall(text_of(page)) if kind == "sh" for line in block.splitlines()]
    for line in shown:
        typed = [one.replace("~", str(tmp_path), 1) if one.startswith("~") else one for one in words(line)]
        if not line.startswith("tui-inbox") or typed in ([], ["demo"]) or " ".join(typed).startswith(NOT_HERE):
            continue
        code = run(typed)
        said = capsys.readouterr()
        if refusal := REFUSED.get(" ".join(typed)):
            assert refusal in said.err + said.out
        else:
            assert code == 0, (line, said.err)


def words(line: str) -> list[str]:
    """Return the arguments of a shell *line* without its comment, split as a shell does."""
    return shlex.split(line, comments=True)[1:]


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
    from tui_inbox.rules.explained import FIGURES

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
    scripts = set(re.findall(r"\btools/[a-z-]+(?:_\$\$kind)?(?:\.py)?", makefile))
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
    assert described == rooms


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

"""Every command line that the documents and `--help` show is run: over the demo, a real mail server and a keyring."""

from __future__ import annotations

import functools
import json
import re
import shlex
import shutil
import subprocess
from collections import defaultdict
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.documents.pages import FENCED, PAGES, ROOT, blocks, every_command, inline, name_of, shown, text_of, words
from tests.documents.shop import ANSWERS, FILES, INTERRUPT, MADE, STANDS_FOR, Shop
from tests.incoming.test_stranger import installed
from tui_inbox.cli import run
from tui_inbox.connectors import load

pytestmark = [pytest.mark.needs("dovecot"), pytest.mark.timeout(600)]

REFUSED = {
    "snooze 7 --until again": "No snooze of this conversation was interrupted",
    "account add --address deniz@shop.example --provider office365 --client-id 1234": "login.microsoftonline.com",
}
"""Lines that end in a refusal here, and in which words: nothing was interrupted, and nobody else can be reached."""
CANNOT = {
    "make": "makes or needs an environment of its own: that each word exists, and the script it runs, is held by "
    "tests/test_docs.py; CI begins with `make test`, `make check` and `make package-check`",
    "bash .ci/run": "runs these tests",
    "pipx install .": "fetches packages; `make package-check` installs the same wheel",
    "uv tool install .": "the same",
    "apt install": "changes the machine",
    "systemctl --user": "needs a login session of systemd; tests/test_service.py reads the unit",
    "loginctl": "the same",
    "journalctl --user": "the same",
    "launchctl": "is macOS's own; tests/test_service.py reads the agent",
    "pip install signal-export": "is another program, for Signal's store; what it writes lies in tests/samples",
    "sigexport": "the same",
    "sigtop export-messages": "the same",
    "slackdump export": "is another program, for a workspace of Slack; what it writes lies in tests/samples",
}
"""What the documents tell to type and no test can, by its beginning, and why."""
SHELL = ("mkdir", "cp", "command")
"""Programs of every system, which are run as they are shown."""
HELP = {
    name: [part for line in (one.epilog or "").splitlines() for part in line.strip().partition("  ")[0].split(" && ")]
    for name, one in every_command().items()
}
"""What the help of each command shows as examples."""


def ours(line: str) -> bool:
    return line.split(" ")[0] == "tui-inbox"


def elsewhere(typed: list[str]) -> bool:
    """Whether a line is run in a copy of the home: it adds what is there, or takes away what others want."""
    return typed[:2] in (["account", "add"], ["account", "remove"]) or typed == ["purge", "--contact", "3"]


def does(shop: Shop, line: str, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> str:
    """Run *line* and return what it says; it must end with *code*, or be refused with the words that `REFUSED` has."""
    typed, plain = shop.typed(line), shlex.join(words(line))
    if typed[:2] == ["demo", "--keep"]:  # the fixture has filled one; this one is complete already, and left as it is
        shutil.copytree(shop.week, Path(typed[2]).absolute(), dirs_exist_ok=True)
    with shop.elsewhere(typed) if elsewhere(typed) else nullcontext(shop) as here:
        if plain in ANSWERS:
            ended, said = here.asked([*typed, *(more if plain == "sync --watch" else ())], ANSWERS[plain])
            assert ended == (130 if ANSWERS[plain][-1][1] == INTERRUPT else 0), (line, said)
            return said
        ended = run([*([] if "--home" in typed else ["--home", str(here.home)]), *typed, *more])
    out, err = capsys.readouterr()
    if refusal := REFUSED.get(plain):
        assert refusal in err + out
    else:
        assert ended == code, (line, err + out)
    return out


COMMANDS = ROOT / "docs" / "commands.md"
RUN = [page for page in PAGES if page != COMMANDS and any(ours(line) for line in shown(page))]
FIRST = {
    plain: page
    for page in [*reversed(RUN), COMMANDS]
    for plain in [shlex.join(words(line)) for line in shown(page)]
    if plain in ANSWERS
}
"""Where a line that asks a person is run: it takes a process and a terminal, and is the same wherever it is shown."""
MORE = {"account": ["tui-inbox account sign-in support --password-stdin"]}
"""Lines that print what an example of a section shows, where those of the section ask a person."""


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_every_command_line_that_is_shown_does_what_it_says(
    page: Path, shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if page.name == "writing-a-channel.md":
        installed(shop.place / "site")
        monkeypatch.syspath_prepend(shop.place / "site")
        load._offered.cache_clear()
        load._loaded.cache_clear()
    for line in shown(page):
        if ours(line) and FIRST.get(shlex.join(words(line)), page) == page:
            does(shop, line, capsys)


def test_every_example_of_help_does_what_it_says(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    for line in dict.fromkeys(line for lines in HELP.values() for line in lines if ours(line)):
        if shlex.join(words(line)) not in FIRST:
            does(shop, line, capsys)


def test_every_command_prints_the_json_that_its_section_shows(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line of the page of commands is run in its order; each example has the keys of what a line printed."""
    wrong: dict[str, list[str]] = {}
    for section in re.split(r"^## ", text_of(COMMANDS), flags=re.MULTILINE)[1:]:
        name, found = section.split("\n")[0], FENCED.findall(section)
        lines = [line for kind, block in found if kind == "sh" for line in block.splitlines()] + MORE.get(name, [])
        examples = [json.loads(block) for kind, block in found if kind == "json"]
        printed: dict[tuple[str, ...], list[Any]] = defaultdict(list)
        for line in lines:
            as_json = bool(examples) and not {"--json", "--csv"} & set(words(line))
            said = does(shop, line, capsys, *["--json"] * as_json)
            if as_json and shlex.join(words(line)) not in {*ANSWERS, *REFUSED}:
                printed[tuple(words(line)[:2])] += map(json.loads, said.splitlines())
        if name == "account":
            monkeypatch.setenv("TEST_KEYRING_IS", "locked")
            refused = does(shop, "tui-inbox account test support", capsys, "--json", code=1)
            printed["account", "test"].append(json.loads(refused))
            monkeypatch.delenv("TEST_KEYRING_IS")
        for example in map(whole, examples) if name != "What holds for all" else []:
            said_of = [lacks(keys(example), keys(some)) for some in printed.values()]
            wrong |= {} if [] in said_of else {name: min(said_of, key=len)}
    assert not wrong, wrong


def whole(example: dict[str, Any]) -> dict[str, Any]:
    """Return *example* with what the page leaves out and says in words: what `list` gives, and the other weekdays."""
    [listed] = [it for block in blocks(COMMANDS, "json") for it in [json.loads(block)] if "queue" in it]
    [conversation] = listed["conversations"]
    if "history" in example:
        return conversation | example
    if "done" in example:
        return example | {"done": [conversation | one for one in example["done"]]}
    if "arrivals" in example:
        return example | {"arrivals": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
    return example


def test_the_example_of_an_error_is_what_is_printed(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    [example] = [json.loads(block) for block in blocks(COMMANDS, "json") if "error" in json.loads(block)]
    assert run(["show", "99", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == example


def keys(value: Any) -> Any:
    """Return which keys *value* has, at every depth; what a list holds, taken together."""
    if isinstance(value, dict):
        return {name: keys(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return functools.reduce(together, map(keys, value), None)
    return None


def together(one: Any, other: Any) -> Any:
    if not one or not other:
        return one or other
    return {name: together(one.get(name), other.get(name)) for name in {**one, **other}}


def lacks(example: Any, real: Any, where: str = "") -> list[str]:
    """Return what one of two shapes has and the other has not; what is empty in one of them says nothing."""
    if not example or not real:
        return []
    found = [f"{where}.{name}" for name in example.keys() ^ real.keys()]
    both = sorted(example.keys() & real.keys())
    return found + [one for name in both for one in lacks(example[name], real[name], f"{where}.{name}")]


def test_every_line_for_another_program_is_run_or_named_with_its_reason(shop: Shop) -> None:
    (shop.place / "docs").symlink_to(ROOT / "docs")
    (shop.place / "Library" / "LaunchAgents").mkdir(parents=True)
    told = {line for page in PAGES for line in shown(page) if not ours(line)}
    starts = re.compile(f"({'|'.join([*SHELL, *{one.split()[0] for one in CANNOT}])}) ")  # a name alone is not typed
    told |= {one for page in PAGES for one in inline(page) if starts.match(one) or one in CANNOT}
    used = set()
    for line in sorted(told, key=lambda one: one.startswith("cp ")):  # into folders that others make
        beginning = next((one for one in CANNOT if f"{line} ".startswith(f"{one} ")), "")
        used.add(beginning)
        if not beginning:
            assert line.startswith(SHELL), f"{line} is neither run nor in CANNOT"
            subprocess.run(["sh", "-c", line], cwd=shop.place, check=True, stdin=subprocess.DEVNULL)
    assert used - {""} == CANNOT.keys()


def test_every_line_in_a_sentence_is_the_beginning_of_one_that_is_run() -> None:
    run_ = {shlex.join(words(line)) for page in PAGES for line in shown(page) if ours(line)}
    for page in PAGES:
        for line in inline(page):
            if ours(line):
                named = re.split(r" [A-Z]{2,}\b", line)[0].removeprefix("tui-inbox").strip()
                assert any(f"{one} ".startswith(f"{named} ".lstrip()) for one in run_), (name_of(page), line)


def test_no_table_of_this_test_names_a_line_that_nobody_shows() -> None:
    lines = [*(line for page in PAGES for line in shown(page)), *(line for lines in HELP.values() for line in lines)]
    all_ = {shlex.join(words(line)) for line in lines if ours(line)}
    assert {*ANSWERS, *REFUSED} <= all_
    assert {one for one in STANDS_FOR if not any(line.startswith(one) for line in all_)} == set()
    text = "\n".join([*map(text_of, PAGES), *(line for lines in HELP.values() for line in lines)])
    assert {name for name in {**FILES, **MADE} if name.replace(" ", "\\ ") not in text and name not in text} == set()

"""How the command behaves anywhere: exit codes, streams, locales, no terminal, private files, a quick start."""

from __future__ import annotations

import argparse
import json
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Tui
from tests.dovecot import Dovecot
from tui_inbox.cli import parser

SAMPLES = Path(__file__).parents[1] / "samples"


# --- exit codes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("list", "--limit", "0"),
        ("list", "--limit", "x"),
        ("show",),
        ("show", "seven"),
        ("snooze", "1"),
        ("forward", "1"),
        ("import",),
        ("--config", "/nowhere/config.toml", "list"),
        ("search", '"open'),
    ],
)
def test_wrong_usage_ends_with_2_and_says_so_on_standard_error(tui: Tui, words: tuple[str, ...]) -> None:
    said = tui(*words, code=2)
    assert said.out == ""
    assert said.err


def test_a_search_word_that_begins_with_a_minus_needs_no_second_thought(week: Tui) -> None:
    assert week("search", "--json", "--", "-refund", "is:open").json["total"] > 0


@pytest.mark.needs("dovecot")
def test_an_interrupted_sync_ends_with_130_and_the_next_one_goes_on(tui: Tui) -> None:
    with Dovecot({"support": "pw"}) as server:
        server.deliver("support", "INBOX", b"From: a@b.example\r\nMessage-ID: <1@b.example>\r\n\r\nHello\r\n")
        tui.configure(account(server.port, 'password_command = ["cat", "%s"]' % (fifo := tui.home / "secret")))
        os.mkfifo(fifo)
        running = subprocess.Popen(
            [sys.executable, "-m", "tui_inbox", "--home", str(tui.home), "sync", "--json"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with fifo.open("wb"):  # opens as soon as the command waits for its password
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=200)
        assert running.returncode == 130, err
        assert out == ""
        assert "Traceback" not in err
        tui.configure(account(server.port, 'password_command = ["printf", "pw"]'))
        assert tui.json("sync")["accounts"][0]["new"] == 1


def account(port: int, secret: str) -> str:
    return (
        f'[[account]]\nname = "support"\nkind = "imap"\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\n'
        f'user = "support"\n{secret}\n'
    )


# --- where it runs --------------------------------------------------------------------------------------


def test_it_works_without_any_variable_of_the_environment(week: Tui) -> None:
    plain = week("list", "--json").json
    assert week("list", "--json", env={}).json == plain


@pytest.mark.parametrize(
    "environ",
    [
        {"LANG": "C"},
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"NO_COLOR": "1"},
    ],
    ids=["LANG=C", "LC_ALL=C", "ASCII only", "NO_COLOR"],
)
def test_every_locale_gives_the_same_json_and_some_text(week: Tui, environ: dict[str, str]) -> None:
    plain = week("list", "all", "--json").out
    assert week("list", "all", "--json", env={**os.environ, **environ}).out == plain
    text = week("list", "all", env={**os.environ, **environ})
    assert len(text.out.splitlines()) == json.loads(plain)["total"]
    assert "\x1b" not in text.out


def test_the_inbox_without_a_terminal_says_what_it_needs(week: Tui) -> None:
    said = week(code=1)
    assert said.out == ""
    assert said.err.splitlines()[0] == "The inbox needs a terminal, and there is none here."
    assert len(said.err.splitlines()) == 2


def test_a_reader_that_goes_away_is_no_trouble(week: Tui) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "tui_inbox", "--home", str(week.home), "list", "all"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    err = running.stderr.read()
    running.stderr.close()
    assert running.wait(200) == 0
    assert err == b""


def test_no_home_and_no_variable_means_the_platforms_own_folders(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui_inbox", "list", "--json"],
        cwd=ROOT,
        env={"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path / "conf")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data" / "tui-inbox" / "inbox.db").is_file()


def test_a_home_that_does_not_exist_is_made_for_nobody_else_to_read(tmp_path: Path) -> None:
    tui = Tui(tmp_path / "deep" / "home")
    previous = os.umask(0)
    try:
        tui("import", SAMPLES / "telegram" / "whole.json")
    finally:
        os.umask(previous)
    modes = {path.relative_to(tui.home): stat.S_IMODE(path.stat().st_mode) for path in tui.home.rglob("*")}
    assert stat.S_IMODE(tui.home.stat().st_mode) == 0o700
    assert {mode for path, mode in modes.items() if (tui.home / path).is_dir()} <= {0o700}
    assert {mode for path, mode in modes.items() if (tui.home / path).is_file()} == {0o600}
    assert tui.json("doctor")["checks"]


def test_the_variable_names_the_home_and_the_option_wins(tmp_path: Path, week: Tui) -> None:
    run = [sys.executable, "-m", "tui_inbox", "list", "all", "--json"]
    by_variable = {**os.environ, "TUI_INBOX_HOME": str(week.home)}
    done = subprocess.run(run, cwd=ROOT, env=by_variable, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["total"] > 0
    other = [*run, "--home", str(tmp_path / "other")]
    done = subprocess.run(other, cwd=ROOT, env=by_variable, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["total"] == 0


# --- what time it is ------------------------------------------------------------------------------------


@pytest.mark.needs("faketime")
def test_a_snooze_that_has_run_out_reads_as_open_the_next_day(desk: Tui) -> None:
    id_ = desk.json("list")["conversations"][0]["id"]
    plan = desk.json("snooze", id_, "--until", "3h", "--due", "2h")["done"][0]
    tomorrow = Tui(desk.home, before=("faketime", "--exclude-monotonic", "-f", "+1d"))
    here = [one for one in tomorrow.json("list")["conversations"] if one["id"] == id_]
    assert [(one["place"], one["reason"], one["returns"]) for one in here] == [("inbox", "follow_up", None)]
    assert (here[0]["due"], here[0]["clock"]) == (plan["due"], "breached")
    assert desk.json("show", id_)["place"] == "snoozed"


@pytest.mark.needs("faketime")
def test_the_shifted_clock_is_the_one_that_acts_are_recorded_at(desk: Tui) -> None:
    shifted = Tui(desk.home, before=("faketime", "--exclude-monotonic", "2031-05-06 07:08:09"), environ={"TZ": "UTC"})
    id_ = shifted.json("list")["conversations"][0]["id"]
    shifted.json("archive", id_)
    last = [one for one in shifted.json("show", id_)["history"] if one["event"] == "archived"][-1]
    at = datetime.fromisoformat(last["at"])
    assert datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC) <= at < datetime(2031, 5, 6, 7, 10, tzinfo=UTC)


# --- a quick start --------------------------------------------------------------------------------------

SLOW = (
    "sqlmodel",
    "sqlalchemy",
    "textual",
    "imapclient",
    "keyring",
    "dateparser",
    "holidays",
    "phonenumbers",
    "selectolax",
)


@pytest.mark.parametrize("words", [("list",), ("list", "all", "--json"), ("show", "1"), ("search", "refund")])
def test_looking_imports_nothing_heavy(tmp_path: Path, words: tuple[str, ...]) -> None:
    home = tmp_path / "home"
    Tui(home)("import", SAMPLES / "telegram" / "whole.json")
    program = (
        "import sys; from tui_inbox.cli import run; code = run(sys.argv[1:]); "
        f"print([name for name in {SLOW!r} if name in sys.modules], code, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--home", str(home), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "[] 0\n"


def test_what_others_could_read_is_closed_to_them_and_said(tmp_path: Path) -> None:
    tui = Tui(tmp_path / "home")
    tui("list")
    tui.home.chmod(0o755)
    (tui.home / "inbox.db").chmod(0o644)
    (tui.home / "inbox.db.before-2").touch(0o640)
    (tui.home / "mine.txt").touch(0o644)
    said = tui("list")
    assert said.err.count("Others could read") == 3
    assert [(tui.home / name).stat().st_mode & 0o777 for name in ("", "inbox.db", "inbox.db.before-2")] == [
        *(0o700, 0o600, 0o600)
    ]
    assert (tui.home / "mine.txt").stat().st_mode & 0o777 == 0o644
    assert tui("list").err == ""


def test_a_folder_that_is_shared_is_left_as_it_is_and_said(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    assert "keep the store in a folder of its own" in Tui(shared)("list").err
    assert shared.stat().st_mode & 0o7777 == 0o1777


def test_a_command_line_makes_the_parser_of_its_own_command_only() -> None:
    top = parser()
    made = [one for one in _commands(top) if "_actions" in vars(one)]
    top.parse_args(["show", "7"])
    assert made == []
    assert [one.prog for one in _commands(top) if "_actions" in vars(one)] == ["tui-inbox show"]


def _commands(top: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    return [one for action in top._actions if isinstance(action.choices, dict) for one in action.choices.values()]


@pytest.mark.parametrize("words", [("--help",), ("list", "nowhere"), ("account", "list", "--json"), ("show", "9999")])
def test_a_command_that_is_forked_says_and_ends_as_one_that_is_started(week: Tui, words: tuple[str, ...]) -> None:
    assert week(*words, code=None) == Tui(week.home, before=("env",))(*words, code=None)

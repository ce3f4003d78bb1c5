"""`sync --watch` as a service manager, a person and the inbox run it: who owns the sync, and how it ends."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import Tui
from tests.dovecot import Dovecot
from tests.sync.test_watch import mail, table
from tests.sync.watching import LONGEST, Watching, until
from tui_inbox.config import Home
from tui_inbox.sync.owner import Door, knock, owner, owning

pytestmark = pytest.mark.needs("dovecot")

USERS = [f"user{number}" for number in range(20)]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot(dict.fromkeys(USERS, "pw")) as running:
        yield running


@pytest.fixture
def user() -> str:
    return USERS.pop()


@pytest.fixture
def tui(server: Dovecot, user: str, tmp_path: Path) -> Tui:
    made = Tui(tmp_path / "home")
    made.configure(table(user, server.port, 'password_command = ["printf", "pw"]'))
    return made


def home(tui: Tui) -> Home:
    return Home(tui.home, tui.home / "config.toml")


def test_it_says_each_round_on_a_line_and_a_one_time_sync_has_it_sync_now(server: Dovecot, user: str, tui: Tui) -> None:
    server.deliver(user, "INBOX", mail(1))
    with Watching(tui) as watch:
        first = watch.brings(1)
        assert first.keys() == tui.json("sync")["accounts"][0].keys()
        server.deliver(user, "INBOX", mail(2))
        watch.brings(1)
        assert tui.json("sync", user)["accounts"][0]["problem"] is None
        assert f"{user}: 0 new" in tui("sync").out
        assert sorted(tui.listed()) == ["Order 1", "Order 2"]

        other = tui("sync", "--watch", code=1)
        assert "running already" in other.err
        assert "`tui-inbox sync` asks it" in other.err
        tui.configure((tui.home / "config.toml").read_text() + table("new", server.port))
        assert "follows no account new" in tui("sync", "new", code=1).err
        assert watch.ends(signal.SIGTERM) == 0
    assert owner(home(tui)) is None


def test_an_interruption_ends_it_with_130_and_a_kill_leaves_nothing_that_stands_in_the_way(
    server: Dovecot, user: str, tui: Tui
) -> None:
    with Watching(tui) as watch:
        watch.next()
        assert watch.ends(signal.SIGINT) == 130
    with Watching(tui) as watch:
        watch.next()
        assert watch.ends(signal.SIGKILL) == -signal.SIGKILL
    server.deliver(user, "INBOX", mail(1))
    assert tui.json("sync")["accounts"][0]["new"] == 1
    with Watching(tui) as watch:
        watch.next()
        assert watch.ends(signal.SIGTERM) == 0


def test_attached_it_ends_with_its_input(tui: Tui) -> None:
    with Watching(tui, "--attached") as watch:
        watch.next()
        assert watch.process.stdin is not None
        watch.process.stdin.close()
        assert watch.process.wait(LONGEST) == 0


def test_a_sync_waits_for_another_that_runs_once_and_says_whose_it_is(tui: Tui, tmp_path: Path) -> None:
    from tui_inbox.problems import Refused

    with owning(home(tui), "2026-03-04T10:00:00Z") as own:
        assert own is not None
        assert owner(home(tui)) == own
        with (
            pytest.raises(Refused, match=f"process {own.pid}, since 2026-03-04T10:00:00Z"),
            owning(home(tui), "2026-03-04T10:00:01Z", patience=0.1),
        ):
            pass
    with owning(home(tui), "2026-03-04T10:00:02Z") as own:
        assert own is not None
    assert owner(home(tui)) is None


def test_a_door_that_opens_a_little_later_is_waited_for(tui: Tui) -> None:
    asked: list[list[str]] = []
    with owning(home(tui), "2026-03-04T10:00:00Z", door=True) as own:
        assert own is not None
        doors: list[Door] = []

        def opens() -> None:
            doors.append(Door(own.door, ["support"], lambda names, _number: asked.append(names)))

        later = threading.Timer(0.2, opens)
        later.start()
        told = knock(own, {"sync": ["support"]})
        assert next(told) == {"number": 1, "accounts": ["support"]}
        told.close()
        until(lambda: asked == [["support"]])
        later.join()  # it hears the knock before its maker has it in hand
        doors[0].close()


def test_a_home_with_a_long_name_has_its_door_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    with owning(Home(folder, folder / "config.toml"), "2026-03-04T10:00:00Z", door=True) as own:
        assert own is not None
        assert not own.door.startswith(str(folder))
        assert len(own.door) < 100
    Path(own.door).parent.rmdir()

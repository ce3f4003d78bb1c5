"""What runs beside the screen, and how it is said how old what we know is."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dovecot import Dovecot
from tui_inbox.app import sync_command
from tui_inbox.config import Account, Config, Home, InboxFolder, load
from tui_inbox.screens.bars import freshness
from tui_inbox.store.sources import AccountLine
from tui_inbox.sync.owner import Door, owner, owning

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def line(name: str, ago: timedelta | None, problem: str | None = None) -> AccountLine:
    return AccountLine(name, "imap", "email", None if ago is None else NOW - ago, problem, (), None)


def test_the_mailbox_that_was_synced_longest_ago_says_how_old_what_we_know_is() -> None:
    lines = [line("support", timedelta(minutes=2)), line("sales", timedelta(hours=3)), line("wa", timedelta(days=9))]
    assert freshness(lines, {"support", "sales"}, NOW) == ("synced 3h 00m ago", "")
    assert freshness(lines, set(), NOW) == ("imported 2m ago", "")
    assert (
        freshness([line("support", None, "It does not answer.")], {"support"}, NOW)[1] == "support: It does not answer."
    )


def test_without_a_mailbox_nothing_is_synced(tmp_path: Path) -> None:
    home = Home(tmp_path, tmp_path / "config.toml")
    assert sync_command(home, Config(), None) == []
    boxes = Config(accounts=(Account("support", "imap", {}, "[[account]] 1"),))
    started = ["-P", "-m", "tui_inbox", "--home", str(tmp_path), "sync", "--watch", "--attached", "--json"]
    assert sync_command(home, boxes, None)[1:] == started
    assert sync_command(home, Config(inbox_folders=(InboxFolder("~/chats"),)), None)[1:] == started


def test_a_sync_runs_in_a_process_of_its_own_and_ends_with_the_screen(
    world: Any, sit: Callable[..., None], tmp_path: Path
) -> None:
    began = tmp_path / "began"
    program = f"import pathlib, time; pathlib.Path({str(began)!r}).touch(); time.sleep(600)"

    children: list[int] = []

    async def work(hands: Any) -> None:
        await hands.until(lambda: began.exists() and hands.app.aside.beside.child)
        assert hands.app.aside.beside.child.returncode is None
        children.append(hands.app.aside.beside.child.pid)
        await hands.press("q")

    sit(work, sync=[sys.executable, "-c", program])
    for _ in range(20_000):
        try:
            os.kill(children[0], 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError("The sync outlived the screen.")


def test_a_sync_that_dies_says_why_and_is_started_again(world: Any, sit: Callable[..., None], tmp_path: Path) -> None:
    times = tmp_path / "times"
    error = {"error": {"kind": "configuration", "what": "The key `prot` is unknown.", "hint": "Write `port`."}}
    program = f"print({json.dumps(error)!r}); open({str(times)!r}, 'a').write('x')"

    async def work(hands: Any) -> None:
        await hands.until(lambda: "The key `prot` is unknown. Write `port`." in hands.said)
        await hands.until(lambda: len(times.read_text()) >= 2)

    sit(work, sync=[sys.executable, "-c", program])


def test_where_a_watch_runs_the_inbox_starts_none_and_shows_how_far_it_is(
    world: Any, sit: Callable[..., None], tmp_path: Path
) -> None:
    started = tmp_path / "started"

    async def work(hands: Any) -> None:
        await hands.until(lambda: door.guests)
        door.tell({"progress": ["support", 1200, 20000, "messages"]})
        await hands.until(lambda: "1,200/20,000 support" in hands.text())
        door.tell({"round": {"accounts": [], "folders": []}, "answers": []})
        await hands.until(lambda: "1,200" not in hands.text())
        assert not started.exists()
        assert hands.app.aside.beside.child is None

    with owning(world.home, "2026-03-04T10:00:00Z", door=True) as own:
        assert own is not None
        door = Door(own.door, ["support"], lambda _names, _number: None)
        try:
            sit(work, sync=[sys.executable, "-c", f"open({str(started)!r}, 'w')"])
        finally:
            door.close()


def test_when_the_watch_of_another_ends_the_inbox_starts_its_own(
    world: Any, sit: Callable[..., None], tmp_path: Path
) -> None:
    started = tmp_path / "started"

    async def work(hands: Any) -> None:
        await hands.until(lambda: door.guests)
        door.close()
        owned.close()
        await hands.until(started.exists)

    with ExitStack() as owned:
        own = owned.enter_context(owning(world.home, "2026-03-04T10:00:00Z", door=True))
        assert own is not None
        door = Door(own.door, ["support"], lambda _names, _number: None)
        sit(work, sync=[sys.executable, "-c", f"import time; open({str(started)!r}, 'w'); time.sleep(600)"])


@pytest.mark.needs("dovecot")
def test_a_mail_that_reaches_the_server_stands_in_the_list_by_itself(
    world: Any, sit: Callable[..., None], tmp_path: Path
) -> None:
    with Dovecot({"support": "pw"}) as server:
        (tmp_path / "config.toml").write_text(
            f'[[account]]\nname = "support"\nkind = "imap"\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\n'
            'user = "support"\npassword_command = ["printf", "pw"]\n'
        )
        world.now = datetime.now(UTC)

        async def work(hands: Any) -> None:
            await hands.until(lambda: owner(world.home) and hands.app.aside.beside and hands.app.aside.beside.child)
            for number in (1, 2):  # the second is pushed, and the program is at rest when it comes
                raw = b"From: ada@one.example\r\nSubject: Order %d\r\nMessage-ID: <%d@x>\r\n\r\nHi\r\n" % (
                    number,
                    number,
                )
                await asyncio.to_thread(server.deliver, "support", "INBOX", raw)
                await hands.until(lambda number=number: f"Order {number}" in hands.text())
            await hands.press("q")

        command = sync_command(world.home, load(world.home.config), None)
        sit(work, sync=command)
    for _ in range(20_000):
        if owner(world.home) is None:
            return
        time.sleep(0.01)
    raise AssertionError("The sync outlived the screen.")


def test_while_a_mailbox_comes_in_the_list_is_read_anew_only_now_and_then(world: Any, sit: Callable[..., None]) -> None:
    world.fill(30)

    async def work(hands: Any) -> None:
        await hands.until(lambda: len(hands.desk.rows.queue.ids) == 30)
        hands.desk.going("1,200/20,000 support")
        hands.desk._noticed = time.monotonic() + 3600
        world.writes("Zoe", "zoe@nine.example", "One more", "Hello?")
        hands.desk._poll()
        assert not hands.desk.stale.is_set()
        hands.desk.going("")
        await hands.until(lambda: len(hands.desk.rows.queue.ids) == 31)

    sit(work)

"""Nothing waits: what the screen's own thread may do after the first picture, and what a million rows cost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.growth import linear
from tui_inbox.app import TuiInbox
from tui_inbox.config import Config
from tui_inbox.screens.thread import lay_out
from tui_inbox.store.lines import Queue
from tui_inbox.store.whole import Whole
from tui_inbox.sync.owner import Door, owning

Sit = Callable[..., None]

WATCHED = ("open", "sqlite3.connect", "import", "socket.connect", "subprocess.Popen")
WINDOWS = ("PRAGMA data_version", "WHERE c.id IN (", "FROM identity WHERE contact_id IN (")
"""The only questions that the screen's own connection answers: whether anybody wrote, and rows by their ids."""
_seen: list[tuple[str, str]] = []
_watching = threading.Event()


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching.is_set() and event in WATCHED and threading.current_thread() is threading.main_thread():
        _seen.append((event, str(arguments[0])))


sys.addaudithook(_watch)


def test_the_screens_thread_opens_no_file_socket_or_module_once_the_first_picture_stands(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        queries: list[str] = []
        hands.desk._reader.connection.set_trace_callback(queries.append)
        # Once through everything, so that Textual has loaded what it loads late; then with open eyes.
        for watched in (False, True):
            _seen.clear()
            (_watching.set if watched else _watching.clear)()
            await hands.press("j", "k", "x", "x", "k", "k", "enter", "n", "t", "q")
            await hands.press("slash", "c", "u", "p", "escape", "g", "a", "g", "i", "e", "z", "question_mark", "q")
            await hands.press("s", "1", "enter", "z", "f", "m", "escape")
        _watching.clear()
        assert _seen == []
        asked = {" ".join(one.split()) for one in queries}
        assert [one for one in asked if not any(own in one for own in WINDOWS)] == []

    try:
        sit(work)
    finally:
        _watching.clear()


def test_the_watch_of_the_mailboxes_is_followed_and_started_without_the_screens_thread(
    world: Any, sit: Sit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    began = tmp_path / "began"
    warm = TuiInbox._warm

    def watched(app: TuiInbox) -> None:
        _seen.clear()
        _watching.set()
        warm(app)

    monkeypatch.setattr(TuiInbox, "_warm", watched)
    monkeypatch.delitem(sys.modules, "tui_inbox.sync.beside", raising=False)

    async def work(hands: Any) -> None:
        # One that runs is followed through its door; when it ends, one of our own is started.
        await hands.until(lambda: door.guests)
        door.tell({"progress": ["support", 1200, 20000, "messages"]})
        await hands.until(lambda: "1,200/20,000 support" in hands.text())
        await asyncio.to_thread(door.close)
        await asyncio.to_thread(owned.close)
        await hands.until(began.exists)
        await hands.press("q")
        _watching.clear()
        assert "tui_inbox.sync.beside" in sys.modules
        assert _seen == []

    with ExitStack() as owned:
        own = owned.enter_context(owning(world.home, "2026-03-04T10:00:00Z", door=True))
        assert own is not None
        door = Door(own.door, ["support"], lambda _names, _number: None)
        try:
            sit(work, sync=[sys.executable, "-c", f"import time; open({str(began)!r}, 'w'); time.sleep(600)"])
        finally:
            _watching.clear()


def test_the_first_picture_needs_nothing_that_is_slow_to_import() -> None:
    slow = (
        *("sqlmodel", "sqlalchemy", "imapclient", "keyring", "holidays", "dateparser", "phonenumbers", "selectolax"),
        *("tui_inbox.rules.history", "tui_inbox.store.whole", "tui_inbox.store.customers", "tui_inbox.store.posted"),
        *("tui_inbox.connectors", "tui_inbox.files", "tui_inbox.screens.prompt", "tui_inbox.screens.customer"),
    )
    said = subprocess.run(
        [sys.executable, "-c", f"import sys, tui_inbox.app; print([one for one in {slow!r} if one in sys.modules])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[]"


def test_held_keys_at_a_million_rows_read_windows_only_and_cost_what_they_cost_at_a_thousand(
    world: Any, sit: Sit
) -> None:
    world.fill(60)

    async def work(hands: Any) -> None:
        rows, asked = hands.desk.rows, []
        window = rows.at_hand.window

        def counted(ids: Any) -> Any:
            asked.append(len(ids))
            return window([1 + id_ % 60 for id_ in ids]) and [
                _renamed(row, id_) for row, id_ in zip(window([1 + id_ % 60 for id_ in ids][:60]), ids, strict=False)
            ]

        rows.at_hand.window = counted

        def spent(count: int) -> float:
            """Return the processor's seconds of this thread for 300 keys in the middle of *count* rows."""
            rows.show(Queue(f"{count}", array("q", range(count)), 0), count // 2)
            began = time.thread_time()
            for _ in range(300):
                rows.action_step(1)
            assert rows.cursor == count // 2 + 300
            return time.thread_time() - began

        spent(1_000)  # so that nothing is done for the first time below
        few, many = (min(spent(count) for _ in range(3)) for count in (1_000, 1_000_000))
        assert many < 24 * few, "a key that looks at every row would cost 1000 times as much"
        for _ in range(5):
            await hands.pilot.pause()
        assert max(asked, default=0) <= 3 * rows.size.height + 8

    sit(work)


def _renamed(row: Any, id_: int) -> Any:
    return replace(row, id=id_)


def test_the_cost_of_a_long_conversation_grows_as_it_does(world: Any, config: Config) -> None:
    world.writes("Ada", "ada@one.example", "Order", "Привет, где мой заказ? Where is it?")
    with world.inbox.reader() as reader:
        whole = reader.conversation(1, world.now)

    def of(count: int) -> Whole:
        return replace(whole, messages=whole.messages * count)

    linear(of, lambda long: lay_out(long, 78, world.now, ZoneInfo("UTC")))

"""Nothing waits: what the screen's own thread may do after the first picture, and what a million rows cost."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable
from typing import Any

from tui_inbox.config import Config
from tui_inbox.screens.thread import lay_out
from tui_inbox.store.reader import Queue

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
        hands.desk._reader._connection.set_trace_callback(queries.append)
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


def test_the_first_picture_needs_nothing_that_is_slow_to_import() -> None:
    slow = ("sqlmodel", "sqlalchemy", "imapclient", "keyring", "holidays", "dateparser", "phonenumbers", "selectolax")
    said = subprocess.run(
        [sys.executable, "-c", f"import sys, tui_inbox.app; print([one for one in {slow!r} if one in sys.modules])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[]"


def test_held_keys_at_a_million_rows_read_windows_only(world: Any, sit: Sit) -> None:
    world.fill(60)

    async def work(hands: Any) -> None:
        rows, asked = hands.desk.rows, []
        window = rows._window

        def counted(ids: Any) -> Any:
            asked.append(len(ids))
            return window([1 + id_ % 60 for id_ in ids]) and [
                _renamed(row, id_) for row, id_ in zip(window([1 + id_ % 60 for id_ in ids][:60]), ids, strict=False)
            ]

        rows._window = counted
        rows.show(Queue("million", array("q", range(1_000_000)), 0), 500_000)
        began = time.perf_counter()
        for _ in range(300):
            rows.action_down()
        moved = time.perf_counter() - began
        assert rows.cursor == 500_300
        assert moved < 1, "300 keys take less than a second, 3 ms each"
        for _ in range(5):
            await hands.pilot.pause()
        assert max(asked, default=0) <= 3 * rows.size.height + 8

    sit(work)


def _renamed(row: Any, id_: int) -> Any:
    from dataclasses import replace

    return replace(row, id=id_)


def test_a_conversation_of_a_thousand_messages_is_laid_out_in_a_moment(world: Any, config: Config) -> None:
    from dataclasses import replace
    from zoneinfo import ZoneInfo

    world.writes("Ada", "ada@one.example", "Order", "Привет, где мой заказ? Where is it? " * 30)
    with world.inbox.reader() as reader:
        whole = reader.conversation(1, world.now)
    long = replace(whole, messages=whole.messages * 1000)
    began = time.perf_counter()
    layout = lay_out(long, 78, world.now, ZoneInfo("UTC"))
    assert len(layout.starts) == 1000
    assert time.perf_counter() - began < 3

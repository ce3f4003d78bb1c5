"""What the screen says of itself: being read, unreadable, waiting to go out; and what a mouse may do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.color import Color, ColorSystem

from tui_inbox.config import Account
from tui_inbox.connectors.formats.reach import unreached
from tui_inbox.inbox.origin import Origin
from tui_inbox.rules.model import Attachment
from tui_inbox.screens import listing, looks
from tui_inbox.screens.bars import Top
from tui_inbox.screens.links import LinksPrompt

Sit = Callable[..., None]


def test_while_a_list_is_read_it_says_so_and_no_act_takes_the_one_before(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        asked, free = hands.app.post.ask, asyncio.Event()

        async def slowly(question: Any) -> Any:
            if hands.desk.view.queue == "archived":
                await free.wait()
            return await asked(question)

        hands.app.post.ask = slowly
        hands.desk.visit("archived")
        await hands.until(lambda: "Reading" in hands.text())
        assert "Ada Demir" not in hands.text()
        assert "Archived reading" in hands.text()
        hands.desk.action_archive()
        assert world.place(1) == "inbox"
        free.set()
        await hands.until(lambda: hands.desk.in_step)
        await hands.rest()
        assert "Nothing is archived." in hands.text()

    sit(work)


def test_a_list_that_cannot_be_read_says_why_and_what_to_do(world: Any, sit: Sit) -> None:
    world.fill()
    world.inbox.close()
    with world.home.store.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (world.home.store.stat().st_size - 4096))

    async def work(hands: Any) -> None:
        said = hands.text()
        assert "This list could not be read." in said
        assert "tui-inbox restore" in said
        assert "e archive" not in said
        assert "z undo" not in said
        await hands.press("e", "j", "question_mark", "q")

    sit(work)


def test_the_first_picture_does_not_wait_for_all_of_a_long_queue(
    world: Any, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.fill()
    monkeypatch.setattr(listing, "FIRST", 2)
    drawn: list[tuple[int, bool]] = []
    draw = listing.Listing._draw

    def watched(self: Any, read: Any, settled: Any, *, moved: bool) -> None:
        drawn.append((len(read.queue.ids), read.whole))
        draw(self, read, settled, moved=moved)

    monkeypatch.setattr(listing.Listing, "_draw", watched)

    async def work(hands: Any) -> None:
        assert drawn[:2] == [(2, False), (6, True)]
        assert hands.desk.query_one(Top).position == "1/6"

    sit(work)


def test_a_search_does_not_wait_for_the_long_list_that_is_being_read(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        asked, free = hands.app.post.ask, asyncio.Event()

        async def slowly(question: Any) -> Any:
            if hands.desk.view.queue == "inbox":
                await free.wait()
            return await asked(question)

        hands.app.post.ask = slowly
        hands.desk.stale.set()
        await hands.pilot.pause()
        await hands.pilot.press("slash", *"bowl")
        await hands.until(lambda: list(hands.desk.rows.queue.ids) == [1])
        free.set()
        await hands.rest()
        assert list(hands.desk.rows.queue.ids) == [1]

    sit(work)


def test_somebody_new_is_told_what_lies_on_top_and_which_keys_lead_on(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        assert hands.said == "Due first is on top. j goes on, Enter opens, R goes through them, ? teaches."
        await hands.press("g", "a")
        assert hands.said == ""

    sit(work)


def test_at_80_columns_it_is_said_how_old_what_we_know_is_and_why(world: Any, sit: Sit) -> None:
    from dataclasses import replace
    from datetime import timedelta

    world.fill()
    world.config = replace(world.config, accounts=(Account("support", "imap", {}, "[[account]] 1"),))
    origin = Origin("support", "imap", "email")
    world.inbox.sources.synced(origin, world.now - timedelta(hours=3), None)
    world.inbox.sources.synced(origin, None, "The server does not answer.")

    async def work(hands: Any) -> None:
        first = hands.text().splitlines()[0].rstrip()
        assert first.endswith("as of 07:00")
        assert hands.said == "support: The server does not answer."

    sit(work)


def test_why_a_sync_failed_is_said_until_one_has_not(world: Any, sit: Sit) -> None:
    from dataclasses import replace

    world.fill()
    world.config = replace(world.config, accounts=(Account("support", "imap", {}, "[[account]] 1"),))
    origin = Origin("support", "imap", "email")
    world.inbox.sources.synced(origin, None, "The server does not answer.")

    async def work(hands: Any) -> None:
        assert hands.said == "support: The server does not answer."
        world.inbox.sources.synced(origin, world.now, None)
        hands.desk.stale.set()
        await hands.until(lambda: hands.said == "")

    sit(work)


def test_a_hand_over_says_in_how_many_seconds_it_goes_out_and_that_it_waits(world: Any, sit: Sit) -> None:
    from dataclasses import replace

    world.fill()
    table = {"smtp": {"host": "smtp.example.com"}}
    world.config = replace(world.config, accounts=(Account("support", "imap", table, "[[account]] 1"),))

    async def work(hands: Any) -> None:
        await hands.press("f", "enter", "enter")
        assert hands.said.endswith("It goes out in 5 s.  z undoes.")
        assert len(hands.said) < 80
        await hands.press("g", "h", "enter")
        assert "To be sent to mert in 5 s; z undoes." in hands.text()
        assert "not sent yet" in hands.text()

    sit(work)


@pytest.mark.parametrize("trouble", [OSError(101, "Network is unreachable"), TimeoutError(), socket.gaierror()])
def test_a_hand_over_says_that_it_waits_for_a_server_that_could_not_be_reached(
    trouble: OSError, world: Any, sit: Sit
) -> None:
    from dataclasses import replace

    world.fill()
    table = {"smtp": {"host": "smtp.example.com"}}
    world.config = replace(world.config, accounts=(Account("support", "imap", table, "[[account]] 1"),))
    origin = Origin("support", "imap", "email")
    world.inbox.sources.synced(origin, world.now, None)
    world.inbox.sources.synced(origin, None, unreached("mail.example", 993, "Check it.", trouble).what)

    async def work(hands: Any) -> None:
        await hands.press("f", "enter", "enter")
        assert hands.said.endswith("It goes out once the server can be reached.  z undoes.")

    sit(work)


def test_below_are_only_the_keys_of_which_something_comes(world: Any, sit: Sit) -> None:
    async def nothing(hands: Any) -> None:
        below = hands.text().splitlines()[-1]
        for key in ("e archive", "s snooze", "f forward", "z undo", "x select", "Enter open", "R review"):
            assert key not in below
        for key in ("/ search", "g go to", "? help", "q quit"):
            assert key in below

    sit(nothing)
    world.fill()

    async def work(hands: Any) -> None:
        assert "e archive" in hands.text().splitlines()[-1]
        await hands.press("g", "s")
        below = hands.text().splitlines()[-1]
        assert "e archive" not in below
        assert "z undo" in below
        await hands.press("g", "i")
        assert "e archive" in hands.text().splitlines()[-1]

    sit(work)


def test_who_selects_has_read_the_greeting(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("j")
        assert hands.said.startswith("Due first is on top.")
        await hands.press("x")
        assert hands.said == ""

    sit(work)


def test_another_queue_does_not_stand_beside_a_conversation_of_the_one_before(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        asked, free = hands.app.post.ask, asyncio.Event()
        await hands.press("e")
        assert "Rechnung" in hands.text(hands.desk.reading)

        async def slowly(question: Any) -> Any:
            if hands.desk.in_step and hands.desk.view.queue == "archived":  # the list is there: a conversation
                await free.wait()
            return await asked(question)

        hands.app.post.ask = slowly
        await hands.pilot.press("g", "a")
        await hands.until(lambda: hands.desk.in_step and hands.desk.view.queue == "archived")
        assert hands.text(hands.desk.reading).strip() == ""
        free.set()
        await hands.rest()
        assert "blue bowl" in hands.text(hands.desk.reading)

    sit(work, size=(120, 40))


def test_a_click_on_a_link_asks_and_shows_it_in_full_and_opens_nothing(world: Any, sit: Sit) -> None:
    long = "https://shop.example/" + "part/" * 20
    world.writes("Ada", "ada@one.example", "Order", f"First https://one.example/a then {long} there.")

    async def work(hands: Any) -> None:
        await hands.press("enter")
        pane = hands.desk.reading
        lines = hands.text(pane).splitlines()
        for words, address in (("one.example/a", "https://one.example/a"), ("part/part/", long)):
            y = next(at for at, line in enumerate(lines) if words in line)
            await hands.pilot.click(pane, offset=(lines[y].index(words) + 3, y))
            await hands.rest()
            assert isinstance(hands.app.screen, LinksPrompt)
            assert hands.app.screen.address == address
            await hands.press("escape")
        await hands.pilot.click(pane, offset=(2, 0))
        await hands.rest()
        assert hands.app.screen is hands.desk

    sit(work)


def test_a_file_is_saved_by_key_and_one_that_could_run_is_not_opened(
    world: Any, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    files = (
        Attachment("photo.jpg", "image/jpeg", 3, b"jpg"),
        Attachment("run.exe", "application/x-msdownload", 2, b"MZ"),
    )
    world.writes("Ada", "ada@one.example", "Order", "See the files.", attachments=files)

    async def work(hands: Any) -> None:
        await hands.press("enter", "a")
        assert "photo.jpg (image/jpeg, 3 B)" in hands.text()
        await hands.press("s")
        await hands.until(lambda: "Saved as" in hands.said)
        assert (tmp_path / "photo.jpg").read_bytes() == b"jpg"
        await hands.press("a", "2", "enter")
        await hands.until(lambda: "can run something" in hands.said or "program" in hands.said)
        await hands.press("a", "down", "up", "escape")
        assert hands.app.screen is hands.desk

    sit(work)


def test_y_copies_the_message_that_is_read(world: Any, sit: Sit) -> None:
    world.writes("Ada", "ada@one.example", "Order", "Where is it?")

    async def work(hands: Any) -> None:
        await hands.press("enter", "y")
        assert hands.app.clipboard == "Where is it?"
        assert hands.said == "Copied what Ada wrote."

    sit(work)


def test_in_256_colours_too_what_lies_under_text_is_told_apart() -> None:
    for theme in looks.THEMES.values():
        named = {"background": theme.background or "", "panel": theme.panel or "", **theme.variables}
        few = {name: Color.parse(one).downgrade(ColorSystem.EIGHT_BIT).number for name, one in named.items()}
        grounds = ("background", "panel", "bar", "bar-quiet", "held")
        assert len({few[name] for name in grounds}) == len(grounds), theme.name
        assert few["scrollbar"] != few["scrollbar-background"], theme.name

"""Where links lead is shown in full, and nothing opens by itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui_inbox.rules.links import leads_to
from tui_inbox.screens.hits import links_of

Sit = Callable[..., None]
LONG = "https://evil.example/" + "a" * 90


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system whose program for opening writes down what it was asked to open."""
    folder, said = tmp_path / "bin", tmp_path / "opened"
    folder.mkdir()
    program = folder / ("open" if sys.platform == "darwin" else "xdg-open")
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" > {said}.part && mv {said}.part {said}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return said


def message(world: Any, text: str) -> Any:
    world.writes("Ada", "ada@one.example", "Order", text)
    with world.inbox.reader() as reader:
        return reader.conversation(1, world.now).messages[0]


def test_numbered_links_keep_their_number_and_plain_ones_follow(world: Any) -> None:
    text = "See here [1] or (https://two.example/a_(b)). Call tel:+4912345.\n\n[1] https://one.example/x"
    assert links_of(message(world, text)) == [
        (1, "https://one.example/x"),
        (2, "https://two.example/a_(b)"),
        (3, "tel:+4912345"),
    ]


def test_only_pages_mail_and_calls_are_links(world: Any) -> None:
    assert links_of(message(world, "file:///etc/passwd javascript:alert(1) ftp://x.example data:text/html,x")) == []


def test_it_is_said_where_a_link_really_leads() -> None:
    assert leads_to("https://shop.example@evil.example/login") == "a page at evil.example"
    assert leads_to("https://\u0440aypal.example/") == "a page at xn--aypal-uye.example"
    assert leads_to("mailto:ada@one.example") == "a mail to ada@one.example"
    assert leads_to("http://[broken/") == "an address that cannot be read"


def test_capital_l_shows_a_link_in_full_and_only_enter_opens_it(world: Any, sit: Sit, opened: Path) -> None:
    message(world, f"First https://one.example/ then {LONG}")

    async def work(hands: Any) -> None:
        await hands.press("enter", "L")
        assert "a page at one.example" in hands.text()
        await hands.press("2")
        assert "a page at evil.example" in hands.text()
        assert not opened.exists()
        await hands.press("enter")
        await hands.until(opened.exists)
        assert opened.read_text().strip() == LONG

    sit(work)


def test_a_link_is_shown_to_its_last_letter(world: Any, sit: Sit) -> None:
    message(world, f"Only {LONG}zz here")

    async def work(hands: Any) -> None:
        await hands.press("enter", "L")
        preview = str(hands.app.screen.query_one("#preview").render())
        assert f"{LONG}zz" in "".join(preview.split())

    sit(work)


def test_y_copies_the_link_and_the_arrows_choose_it(world: Any, sit: Sit) -> None:
    message(world, "First https://one.example/ then https://two.example/")

    async def work(hands: Any) -> None:
        await hands.press("enter", "L", "down", "y")
        assert hands.app.clipboard == "https://two.example/"
        await hands.press("up", "y")
        assert hands.app.clipboard == "https://one.example/"
        await hands.press("escape")
        assert hands.app.screen is hands.desk

    sit(work)


def test_a_conversation_without_links_says_so(world: Any, sit: Sit) -> None:
    message(world, "None here.")

    async def work(hands: Any) -> None:
        await hands.press("enter", "L")
        assert "There is no link" in hands.text()
        await hands.press("y", "enter")

    sit(work)


def test_o_shows_the_place_where_the_customer_wrote_and_enter_opens_it(world: Any, sit: Sit, opened: Path) -> None:
    message(world, "Where is it?")

    async def work(hands: Any) -> None:
        await hands.press("o")
        assert "mailto:ada@one.example" in hands.text()
        assert not opened.exists()
        await hands.press("y")
        assert hands.app.clipboard.startswith("mailto:ada@one.example")
        await hands.press("enter")
        await hands.until(opened.exists)
        assert opened.read_text().startswith("mailto:ada@one.example?subject=Re%3A%20Order")

    sit(work)

"""Searching: hits in the text, completions, what was searched before, and searches kept as views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.events import Focus

from tui_inbox.config import View, load
from tui_inbox.rules.typed import begun
from tui_inbox.screens.bars import Places, Top
from tui_inbox.screens.hits import struck

Sit = Callable[..., None]


def test_what_was_searched_for_is_marked_in_the_conversation(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("slash")
        await hands.type("bowl")
        await hands.press("enter", "enter")
        pane = hands.desk.reading
        hits = [
            segment.text
            for y in range(pane.size.height)
            for segment in pane.render_line(y)
            if segment.style and segment.style.reverse
        ]
        assert hits == ["bowl"]

    sit(work)


def test_a_word_that_is_being_typed_finds_what_begins_with_it_and_enter_keeps_that(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("slash")
        await hands.type("bow")
        assert list(hands.desk.rows.queue.ids) == [1]
        await hands.press("enter")
        assert list(hands.desk.rows.queue.ids) == [1]

    sit(work)


def test_only_the_last_word_is_taken_as_begun_bare_or_in_a_field_of_words() -> None:
    assert [begun(text) for text in ("blue bow", "blue from:ad", "(a OR b")] == [
        "blue bow*",
        "blue from:ad*",
        "(a OR b*",
    ]
    assert [begun(text) for text in ("", "bowl ", "is:la", "-subject:x", '"blue bow', "a OR", "-x", "bow*")] == [
        "",
        "bowl ",
        "is:la",
        "-subject:x",
        '"blue bow',
        "a OR",
        "-x",
        "bow*",
    ]


def test_a_hit_is_found_in_every_script_and_the_line_stays_as_it_is() -> None:
    line = (("  in İSTANBUL, Straße", "theirs"),)
    assert struck(line, ["istanbul", "strasse"]) == (
        ("  in ", "theirs"),
        ("İSTANBUL", "hit"),
        (", ", "theirs"),
        ("Straße", "hit"),
        ("", "theirs"),
    )
    assert struck(line, []) == line


def test_a_long_conversation_opens_at_the_first_hit(world: Any, sit: Sit) -> None:
    world.writes("Ada", "ada@one.example", "Order", "line\n" * 60 + "the needle\n" + "line\n" * 60)
    world.inbox.mark_seen(1, 1, world.now)

    async def work(hands: Any) -> None:
        await hands.press("slash")
        await hands.type("needle")
        await hands.press("enter", "enter")
        assert "the needle" in hands.text(hands.desk.reading)

    sit(work)


def test_tab_completes_a_field_and_then_its_value(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        line = hands.desk.query_one("#query")
        await hands.press("slash")
        await hands.type("cup ch")
        assert "Tab: channel:" in hands.text()
        await hands.press("tab")
        assert line.value == "cup channel:"
        line.value = ""
        await hands.type("is:la")
        await hands.press("tab")
        assert line.value == "is:late"
        await hands.press("tab")
        assert hands.desk.rows.has_focus

    sit(work)


def test_the_arrow_up_brings_back_what_was_searched_for(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        line = hands.desk.query_one("#query")
        for words in ("bowl", "cup"):
            await hands.press("slash")
            await hands.type(words)
            await hands.press("enter", "escape")
        await hands.press("slash", "up")
        assert line.value == "cup"
        await hands.press("up")
        assert line.value == "bowl"
        assert list(hands.desk.rows.queue.ids) == [1]
        await hands.press("down")
        assert line.value == "cup"
        await hands.press("down", "down")
        assert hands.desk.rows.has_focus

    sit(work)


def test_a_search_is_kept_as_a_view_with_a_name_and_a_key_and_is_there_the_next_time(world: Any, sit: Sit) -> None:
    world.fill()
    world.home.config.write_text(
        '# mine\n[[view]]\nname = "Cups" # blue ones\nquery = "cup"\nkey = "c"\n\n[me]\nname = "D"\n'
    )
    before = world.home.config.read_text().splitlines()

    async def work(hands: Any) -> None:
        await hands.press("ctrl+s")
        assert "Search for something first" in hands.said
        await hands.press("slash")
        await hands.type("bowl")
        await hands.press("ctrl+s")
        await hands.type("CUPS")
        await hands.press("enter")
        assert "There is a view called CUPS already." in hands.text()
        await hands.press(*["backspace"] * 4)
        await hands.type("Bowls")
        await hands.press("enter")
        assert "g 6 leads there." in hands.text()
        await hands.type("c")
        await hands.press("enter")
        assert 'has the key "c", which g needs for "Cups"' in " ".join(hands.text().split())
        await hands.press("backspace")
        await hands.type("b")
        await hands.press("enter")
        await hands.until(lambda: "g b leads here" in hands.said)
        assert "Bowls" in hands.text(hands.desk.query_one(Places))
        await hands.press("enter", "ctrl+s")
        assert "already" in hands.said
        await hands.press("escape", "g", "b")
        assert list(hands.desk.rows.queue.ids) == [1]
        assert hands.desk.query_one(Top).title == "Bowls"

    sit(work, size=(150, 40))
    assert load(world.home.config).views == (View("Cups", "cup", "c"), View("Bowls", "bowl", "b"))
    after = world.home.config.read_text().splitlines()
    assert (after[:5], after[-2:]) == (before[:5], before[-2:])


def test_a_view_that_cannot_be_written_is_said_and_not_kept(world: Any, sit: Sit) -> None:
    world.fill()
    world.home.config.write_text("[[view\n")

    async def work(hands: Any) -> None:
        await hands.press("slash")
        await hands.type("bowl")
        await hands.press("ctrl+s", "enter", "enter")
        await hands.until(lambda: "config.toml" in hands.text())
        await hands.press("escape")
        assert "bowl" not in hands.text(hands.desk.query_one(Places))

    sit(work, size=(150, 40))
    assert world.home.config.read_text() == "[[view\n"


def test_a_search_line_that_gets_its_focus_late_loses_no_letter(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        line = hands.desk.query_one("#query")
        await hands.press("slash")
        for typed in ("b", "o"):
            hands.app.simulate_key(typed)
        await hands.rest()
        line._on_focus(Focus())
        await hands.type("wl")
        assert line.value == "bowl"
        await hands.press("enter", "slash")
        await hands.type("cup")
        assert line.value == "cup", "a search that is begun anew replaces the one before"

    sit(work)

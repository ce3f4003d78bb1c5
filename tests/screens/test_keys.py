import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui_inbox.problems import Misconfigured
from tui_inbox.screens import keys
from tui_inbox.screens.desk import Desk
from tui_inbox.screens.pages import help_lines


def test_every_binding_has_an_id_of_its_own_and_a_sentence() -> None:
    assert len({key.id for key in keys.KEYS}) == len(keys.KEYS)
    for key in keys.KEYS:
        assert key.says[0].isupper()
        assert key.says.endswith(".")


def test_the_declared_keys_do_not_clash_anywhere() -> None:
    assert [clash for heard in keys.ABOVE.values() for clash in keys.clashes(heard, {})] == []


def test_the_screen_binds_what_is_declared_and_nothing_else() -> None:
    bound = {binding.id for binding in Desk.BINDINGS}  # type: ignore[union-attr]
    assert bound == {key.id for key in keys.KEYS if key.where == keys.DESK}


def test_every_declared_key_stands_in_a_help() -> None:
    for where in (keys.LIST, keys.READING, keys.SEARCH):
        said = "\n".join("".join(text for text, _ in line) for line in help_lines(where, {}, (), ascii_only=False))
        for key in keys.KEYS:
            if key.where in keys.ABOVE[where]:
                assert key.says.split()[0] in said
                assert keys.spelled(key.keys.split(",")[0]) in said


def test_an_unknown_command_in_the_keys_is_named_with_the_nearest_one() -> None:
    with pytest.raises(Misconfigured) as found:
        keys.keymap({"conversation.archiv": "a"})
    assert "conversation.archiv" in found.value.what
    assert "conversation.archive" in found.value.hint


def test_two_commands_on_one_key_are_refused_by_their_names() -> None:
    with pytest.raises(Misconfigured) as found:
        keys.keymap({"conversation.archive": "s"})
    assert "conversation.archive" in found.value.what
    assert "conversation.snooze" in found.value.what


def test_keys_may_change_places() -> None:
    wanted = {"conversation.archive": "s", "conversation.snooze": "e"}
    assert keys.keymap(wanted) == wanted


def test_keys_are_written_as_a_person_writes_them() -> None:
    assert keys.keymap({"desk.search": "Ctrl+F, /"}) == {"desk.search": "ctrl+f,slash"}
    assert keys.spelled("ctrl+f") == "Ctrl+F"


def test_the_footer_and_the_help_show_a_remapped_key() -> None:
    mapped = keys.keymap({"conversation.archive": "E"})
    assert ("E", "archive") in keys.shown(keys.LIST, mapped)
    said = ["".join(text for text, _ in line) for line in help_lines(keys.LIST, mapped, (), ascii_only=False)]
    assert any(line.startswith("E ") and "Archive" in line for line in said)


REMAPPED = {
    "desk.undo": "U",
    "conversation.again": "A",
    "reading.quotes": "Q",
    "go.at_risk": "K",
    "go.handed_over": "H",
    "desk.go": "J",
    "desk.review": "V",
    "review.archived": "W",
    "desk.help": "f1",
    "desk.quit": "M",
    "list.clear": "B",
    "customer.link": "D",
    "customer.apart": "F",
    "conversation.customer": "C",
    "search.complete": "ctrl+t",
    "prompt.confirm": "ctrl+j",
    "page.back": "X",
}


def test_every_sentence_names_a_key_as_it_is_bound_now(world: Any, sit: Callable[..., None]) -> None:
    world.config = replace(world.config, keys=REMAPPED)
    world.writes("Ada Demir", "ada@one.example", "A", "one")
    world.writes("Ada Demir", "ada@home.example", "B", "two", quoted="an older word")

    async def work(hands: Any) -> None:
        assert "V goes through them, F1 teaches." in hands.said
        await hands.press("enter")
        assert "quoted (t" not in hands.text()
        await hands.press("n")
        assert "quoted (Q shows them)" in hands.text()
        await hands.press("q", "C")
        assert "D links them, F says no." in " ".join(hands.text().split())
        await hands.press("q", "J")
        said = hands.text()
        assert "K   At risk" in said
        assert "H   Handed over" in said
        await hands.press("K")
        assert "B shows the whole inbox." in hands.text()
        await hands.press("B", "f1")
        assert "X back" in hands.text()
        await hands.press("X", "slash", *"is:")
        assert "Ctrl+T: is:" in hands.text()
        await hands.press("escape", "s")
        await hands.press("1", "ctrl+j")
        assert "U undoes." in hands.said
        await hands.press("f", "ctrl+j", "ctrl+j")
        said = hands.text()
        assert "J H shows them" in said
        assert "V W reviews what the last week archived; J r shows the reports." in said
        await hands.press("J", "H", "enter")
        assert "; U undoes." in hands.text()

    sit(work, size=(100, 30))


LEADS: dict[str, tuple[str, ...]] = {
    keys.DESK: (),
    keys.LIST: (),
    keys.READING: ("enter",),
    keys.SEARCH: ("slash",),
    keys.GO: ("g",),
    keys.SELECT: ("asterisk",),
    keys.REVIEW: ("R",),
    keys.PROMPT: ("s",),
    keys.CONFIRM: ("x", "x", "e"),
    keys.CUSTOMER: ("i",),
    keys.PLACE: ("o",),
    keys.PAGE: ("question_mark",),
    keys.RULE: ("enter", "c", "enter"),
    keys.REPORT: ("g", "r"),
    keys.STANDING: ("g", "m"),
}
"""The keys that lead to each part of the screen."""


@pytest.mark.parametrize("where", dict.fromkeys(key.where for key in keys.KEYS))
def test_every_key_that_is_declared_is_heard_where_it_is_declared(
    world: Any, sit: Callable[..., None], where: str
) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press(*LEADS[where])
        ran: list[str] = []

        async def noted(action: str, *_: Any, **__: Any) -> bool:
            ran.append(action)
            return True

        act, hands.app.run_action = hands.app.run_action, noted
        for key in (one for one in keys.KEYS if one.where == where):
            for name in key.keys.split(","):
                ran.clear()
                await hands.pilot.press(name)
                assert ran == [key.action], f"{name} for {key.id}"
        hands.app.run_action = act

    sit(work)


def test_the_page_of_keys_is_made_of_the_declaration() -> None:
    root = Path(__file__).parent.parent.parent
    made = runpy.run_path(str(root / "tools" / "keys_page.py"))["page"]()
    assert (root / "docs" / "keys.md").read_text("utf-8") == made, "run tools/keys_page.py"

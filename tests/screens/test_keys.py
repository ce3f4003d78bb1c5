import runpy
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input, Static

from tui_inbox import app, screens
from tui_inbox.problems import Misconfigured
from tui_inbox.screens import keys
from tui_inbox.screens.bars import Foot
from tui_inbox.screens.help import help_lines
from tui_inbox.screens.palette import Commands


def test_every_binding_has_an_id_of_its_own_and_a_sentence() -> None:
    assert len({key.id for key in keys.KEYS}) == len(keys.KEYS)
    for key in keys.KEYS:
        assert key.says[0].isupper()
        assert key.says.endswith(".")


def test_the_declared_keys_do_not_clash_anywhere() -> None:
    assert [clash for heard in keys.ABOVE.values() for clash in keys.clashes(heard, {})] == []


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
    keys.APP: (),
}
"""The keys that lead to each part of the screen."""


TEXTUALS = {binding for one in (*Input.__mro__, *Screen.__mro__) for binding in vars(one).get("BINDINGS", ())}
"""How a line is edited is Textual's own, as is the copying of what the mouse has marked."""


@pytest.mark.parametrize("where", dict.fromkeys(key.where for key in keys.KEYS))
def test_what_is_heard_is_declared_and_stands_in_footer_and_help_and_every_key_is_heard(
    world: Any, sit: Callable[..., None], where: str
) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press(*LEADS[where])
        heard = [one.binding for one in hands.app.screen.active_bindings.values()]
        assert {one.action for one in heard if one.id not in keys.BY_ID} <= {one.action for one in TEXTUALS}
        for foot in hands.app.screen.query(Foot):
            named = keys.shown(keys.LIST if where in (keys.DESK, keys.APP) else where, {})
            # A page that is seen whole does not name the keys that scroll it, nor a customer those for somebody alike.
            vain = {("l", "link"), ("n", "not the same"), ("u", "part")} if where == keys.CUSTOMER else set()
            if keys.PAGE in keys.ABOVE.get(where, ()):
                vain = {("j", "down"), ("k", "up"), ("PgDn", "page")}
            assert foot.keys == [one for one in named if one in foot.keys or one not in vain]
        if where in (keys.LIST, keys.READING, keys.CUSTOMER, keys.REPORT, keys.STANDING):
            await hands.press("question_mark")
            said = " ".join(str(hands.app.screen.query_one("#text", Static).content).split())
            for key in (one for one in keys.KEYS if one.where in keys.ABOVE[where]):
                assert f"{keys.keys_of(key, {})} {key.says}" in said
            await hands.press("q")
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
    assert (root / "docs" / "keys.md").read_text("utf-8") == made, "run `make docs`"


def _classes() -> list[type[DOMNode]]:
    """Return every class of ours that may bind a key."""
    modules = [import_module(f"{screens.__name__}.{one.name}") for one in iter_modules(screens.__path__)]
    found = {
        one
        for module in (*modules, app)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, DOMNode) and one.__module__.startswith("tui_inbox.")
    }
    return sorted(found, key=lambda one: one.__qualname__)


def test_what_any_screen_binds_is_declared_and_what_is_declared_is_bound() -> None:
    bound = set()
    for one in _classes():
        for binding in vars(one).get("BINDINGS", ()):
            if binding not in Input.BINDINGS:
                key = keys.BY_ID[binding.id]
                assert (binding.key, binding.action, binding.tooltip) == (key.keys, key.action, key.says), one
                bound.add(binding.id)
    assert bound == set(keys.BY_ID)


def test_the_palette_has_every_command_that_is_not_a_step_within_a_window(world: Any, sit: Callable[..., None]) -> None:
    world.fill()
    found: set[str] = set()

    async def work(hands: Any) -> None:
        for way in ((), ("enter",)):
            await hands.press(*way)
            palette = Commands(hands.desk)
            found.update([hit.text async for hit in palette.discover()])

    sit(work)
    assert found == {key.says for key in keys.KEYS if key.palette} | {"Go to the view Cups."}


def test_ctrl_q_leaves_from_a_window_too(world: Any, sit: Callable[..., None]) -> None:
    world.fill()
    for way in (("s",), ("g", "r")):

        async def work(hands: Any, way: tuple[str, ...] = way) -> None:
            await hands.press(*way)
            await hands.pilot.press("ctrl+q")
            await hands.until(lambda: hands.app.return_value == 0)

        sit(work)

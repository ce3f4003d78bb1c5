"""Foreign text reaches the terminal through two gates and no other way: held by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui_inbox

PACKAGE = Path(tui_inbox.__file__).parent
SCREENS = [*sorted((PACKAGE / "screens").glob("*.py")), PACKAGE / "app.py"]
MAKES_CONTENT = {"Content", "Text", "Segment"}
GATES = {"gate", "paint.gate", "clean.line", "clean.block", "clean.cells", "clean.fitted", "crash.told"}
OWN_WORDS = {
    ("bars.py", "self.words"): "gated where it is set, one line above",
    ("forward.py", "promise"): "one of two sentences of ours",
    ("plots.py", "line"): "figures",
}
"""What is no constant and passes no gate, and why it may."""


def calls(sources: list[Path]) -> Iterator[tuple[Path, ast.Call, str]]:
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield source, node, ast.unparse(node.func)


def ours(node: ast.expr) -> bool:
    """Return whether *node* is text of ours alone, or has passed a gate."""
    match node:
        case ast.Constant():
            return True
        case ast.IfExp(body=one, orelse=other):
            return ours(one) and ours(other)
        case ast.BinOp(left=one, right=other):
            return ours(one) and ours(other)
        case ast.Call(func=func):
            return ast.unparse(func) in GATES
        case _:
            return False


def test_whatever_becomes_content_is_ours_or_has_passed_the_gate() -> None:
    loose = []
    for source, node, name in calls(SCREENS):
        if name.rpartition(".")[2] in MAKES_CONTENT and node.args:
            said = node.args[0]
            if not ours(said) and (source.name, ast.unparse(said)) not in OWN_WORDS:
                loose.append(f"{source.name}:{node.lineno} {ast.unparse(said)[:60]}")
    assert loose == []


@pytest.mark.parametrize("name", ["from_markup", "from_ansi", "from_rich_text", "set_title", "notify", "print"])
def test_no_other_way_to_the_terminal_is_used(name: str) -> None:
    used = {source.name for source, _, called in calls(SCREENS) if called.rpartition(".")[2] == name}
    assert used == set()


def test_one_place_writes_sequences_and_it_writes_counts() -> None:
    written = [source.name for source, _, called in calls(SCREENS) if called.endswith("_driver.write")]
    assert set(written) == {"app.py"}
    escapes = {
        source.name
        for source in SCREENS
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\x1b" in node.value
    }
    assert escapes <= {"app.py"}


def test_commands_print_through_the_gate_alone() -> None:
    """`say.py` is the gate; a question may end without a line break, and then is a constant or cleaned."""
    loose = []
    for source, node, name in calls(sorted((PACKAGE / "cli").glob("*.py"))):
        if name in ("sys.stdout.write", "sys.stderr.write") and source.name != "say.py":
            said = node.args[0]
            cleaned = any(ast.unparse(one.func) == "clean.line" for one in ast.walk(said) if isinstance(one, ast.Call))
            if not (ours(said) or cleaned):
                loose.append(f"{source.name}:{node.lineno}")
    assert loose == []

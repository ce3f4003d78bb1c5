"""What strangers write reaches Textual only as plain content: held by reading the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import tui_inbox.screens

HERE = Path(tui_inbox.screens.__file__).parent
SOURCES = [*sorted(HERE.glob("*.py")), HERE.parent / "app.py"]
MARKED_UP = {"Static", "Label", "notify", "Button", "Tooltip"}
"""Calls that read their text as markup unless they are told not to."""
READS_MARKUP = {"from_markup", "render_markup", "from_ansi"}


def calls() -> Iterator[tuple[Path, ast.Call, str]]:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield source, node, name


def test_nothing_is_ever_read_as_markup() -> None:
    assert [f"{source.name}:{node.lineno}" for source, node, name in calls() if name in READS_MARKUP] == []


def test_every_widget_that_could_read_markup_is_told_not_to() -> None:
    loose = []
    for source, node, name in calls():
        off = any(
            one.arg == "markup" and isinstance(one.value, ast.Constant) and one.value.value is False
            for one in node.keywords
        )
        inherits = source.name == "bars.py" and "super" in ast.unparse(node.func)
        if name in MARKED_UP and not off and not inherits:
            loose.append(f"{source.name}:{node.lineno}")
    assert loose == []


def test_a_widget_is_updated_with_content_only() -> None:
    loose = [
        f"{source.name}:{node.lineno}"
        for source, node, name in calls()
        if name == "update"
        and isinstance(node.func, ast.Attribute)
        and node.args
        and isinstance(node.args[0], ast.JoinedStr)
    ]
    assert loose == []

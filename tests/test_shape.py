"""The shape of the program: short files, small classes, and no import that goes in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.shape import Shape

MEDIAN = 130
"""Lines of the file in the middle, at most."""
LINES = 400
"""Lines of a file, at most, where nothing below says otherwise."""
LONG = {
    "tui_inbox.connectors.formats.whatsapp_phrases": 970,  # a table: what the app writes, in every language
    "tui_inbox.store.tables": 500,  # a table: every column of the store
    "tui_inbox.screens.keys": 430,  # a table: every key
    "tui_inbox.store.search": 460,
}
METHODS = 24
"""Methods of a class, at most."""


@pytest.fixture(scope="module")
def shape() -> Shape:
    return Shape.of()


def test_the_file_in_the_middle_is_read_in_one_go(shape: Shape) -> None:
    assert shape.median <= MEDIAN


def test_no_file_is_longer_than_it_may_be(shape: Shape) -> None:
    assert {name: count for name, count in shape.lines.items() if count > LONG.get(name, LINES)} == {}


def test_no_class_has_more_methods_than_it_may(shape: Shape) -> None:
    assert {name: count for name, count in shape.methods.items() if count > METHODS} == {}


def test_no_import_goes_in_a_circle_not_even_a_deferred_one(shape: Shape) -> None:
    assert shape.circles == []


def test_what_is_allowed_more_needs_it(shape: Shape) -> None:
    assert [name for name in LONG if shape.lines.get(name, 0) <= LINES] == []


def test_a_circle_is_found_through_a_function_and_a_package_but_not_through_a_type(tmp_path: Path) -> None:
    package = tmp_path / "told"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text(
        "from told.two import b\n\n\nclass A:\n    def x(self): ...\n    def y(self): ...\n"
    )
    (package / "two.py").write_text("def b():\n    from told import three\n")
    (package / "three.py").write_text("import told.one\n")
    (package / "four.py").write_text("import told.five\n")
    (package / "five.py").write_text("from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import told.four\n")
    shape = Shape.of(tmp_path, "told")
    assert shape.circles == [["told.one", "told.three", "told.two"]]
    assert (shape.median, shape.methods) == (1.5, {"told.one.A": 2})

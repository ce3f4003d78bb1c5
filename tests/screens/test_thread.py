from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.rules import clean
from tui_inbox.screens.thread import in_bytes
from tui_inbox.screens.wrapping import wrap


@given(st.text(max_size=400), st.integers(10, 90))
def test_no_wrapped_line_is_wider_than_there_is_room(text: str, room: int) -> None:
    for line in wrap(clean.block(text), room):
        assert clean.width(line) <= room


@given(st.text(alphabet="ab cé ", max_size=300), st.integers(5, 40))
def test_wrapping_loses_no_word(text: str, room: int) -> None:
    assert "".join("".join(wrap(text, room)).split()) == "".join(text.split())


def test_wrapping_breaks_at_spaces_where_there_are_any() -> None:
    assert wrap("one two three four", 9) == ["one two", "three", "four"]
    assert wrap("один два три четыре", 9) == ["один два", "три", "четыре"]
    assert wrap("注文した茶碗がまだ届きません", 10) == ["注文した茶", "碗がまだ届", "きません"]


def test_a_size_is_said_as_a_person_says_it() -> None:
    assert [in_bytes(size) for size in (812, 40_000, 2_500_000)] == ["812 B", "39 KB", "2.4 MB"]

"""Importing the same chat again, in whatever form, doubles nothing and loses nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tui_inbox.rules.align import align
from tui_inbox.rules.aligned import Alignment, Known, Offered
from tui_inbox.rules.model import Attachment, Class, Message, Person, State, Verdict
from tui_inbox.rules.tokens import normal, token, written

START = datetime(2026, 3, 2, 10, 0)  # noqa: DTZ001 - as a phone writes it

LINES = [
    ("Ann", "text:good morning, where is my order 7741?"),
    ("Ann", "att:"),
    ("Deniz", "text:I am sorry to hear that, one moment"),
    ("Deniz", "text:ok"),
    ("Deniz", "text:ok"),
    ("Ann", "text:ok"),
    ("", "sys"),
    ("Ann", "text:it still has not come, what now?"),
    ("Deniz", "text:a new one is on its way to you"),
    ("Ann", "text:thank you so much, that is kind"),
]


def file(lines: list[tuple[str, str]] = LINES, *, seconds: int = 17, precision: str = "s") -> list[Offered]:
    """Return *lines* as a file offers them, *seconds* apart."""
    said = []
    for number, (sender, what) in enumerate(lines):
        at = START + timedelta(seconds=seconds * number)
        said.append(Offered(number, at.replace(second=0) if precision == "min" else at, precision, what, sender))
    return said


def stored(offered: list[Offered]) -> list[Known]:
    """Return what a store holds after a first import of *offered*."""
    positions: dict[datetime | None, int] = {}
    known = []
    for one in offered:
        position = positions[one.at] = positions.get(one.at, -1) + 1
        known.append(Known(100 + one.index, one.at, one.precision, one.token, one.sender, position))
    return known


def ids(result: Alignment) -> list[int | None]:
    return list(result.matched.values())


def same(offered: list[Offered]) -> list[int]:
    return [100 + one.index for one in offered]


def test_the_same_file_again_is_all_known() -> None:
    result = align(stored(file()), file())
    assert ids(result) == same(file())
    assert result.overlap == (START, file()[-1].at)


def test_a_longer_file_brings_only_what_is_new_in_its_order() -> None:
    result = align(stored(file()[:6]), file())
    assert result.new == (6, 7, 8, 9)
    assert result.order[-1] == (None, 9)


def test_the_tail_first_then_all_fills_the_older_ones_in_before() -> None:
    result = align(stored(file())[4:], file())
    assert result.new == (0, 1, 2, 3)
    assert result.order[:5] == ((None, 0), (None, 1), (None, 2), (None, 3), (104, 4))


def test_equal_words_of_two_people_in_one_minute_are_two_messages() -> None:
    said = [("Ann", "text:ok"), ("Deniz", "text:ok")]
    result = align(stored(file(said, precision="min"))[1:], file(said, precision="min"))
    assert ids(result) == [None, 101]


def test_a_second_more_or_less_is_the_same_message() -> None:
    offered = [replace(one, at=one.at and one.at + timedelta(seconds=one.index % 3 - 1)) for one in file()]
    assert ids(align(stored(file()), offered)) == same(file())


def test_seconds_and_minutes_of_two_phones_are_the_same_messages() -> None:
    assert ids(align(stored(file()), file(precision="min"))) == same(file())
    assert ids(align(stored(file(precision="min")), file())) == same(file())


def test_another_name_for_the_same_person_is_learned_and_doubles_nothing() -> None:
    offered = [replace(one, sender=one.sender.replace("Ann", "+40 521 000")) for one in file()]
    result = align(stored(file()), offered)
    assert ids(result) == same(file())
    assert result.aliases == {"Ann": "+40 521 000"}


def test_two_matches_are_too_few_to_learn_a_name() -> None:
    lines = [*LINES[2:5], ("Ann", "text:one"), ("Ann", "text:two"), *LINES[2:5]]
    offered = [replace(one, sender=one.sender.replace("Ann", "Anna")) for one in file(lines)]
    assert align(stored(file(lines)), offered).aliases == {}


def test_a_file_from_another_time_zone_is_shifted_as_a_whole() -> None:
    offered = [replace(one, at=one.at and one.at - timedelta(hours=7)) for one in file()]
    result = align(stored(file()), offered)
    assert (ids(result), result.shift) == (same(file()), timedelta(hours=-7))


def test_a_template_said_again_another_day_is_no_shift() -> None:
    later = [replace(one, at=one.at and one.at + timedelta(days=3, minutes=7 * one.index)) for one in file()]
    assert align(stored(file()), later).new == tuple(range(10))


def test_a_message_deleted_since_keeps_its_place_and_says_so() -> None:
    offered = file()
    offered[7] = replace(offered[7], token="del")
    result = align(stored(file()), offered)
    assert ids(result) == same(file())
    assert [(one.id, one.to, one.fill) for one in result.changes] == [(107, State.DELETED, False)]


def test_an_older_export_still_holds_what_was_deleted_here() -> None:
    known = stored(file())
    known[7] = replace(known[7], token="del")
    result = align(known, file())
    assert [(one.id, one.index, one.fill) for one in result.changes] == [(107, 7, True)]


def test_an_edited_message_takes_its_new_words() -> None:
    offered = file()
    offered[7] = replace(offered[7], token="text:it has come, sorry!", edited=True)
    result = align(stored(file()), offered)
    assert ids(result) == same(file())
    assert [(one.id, one.to) for one in result.changes] == [(107, State.EDITED)]


def test_a_file_that_follows_without_an_overlap_loses_nothing() -> None:
    lines = [("Ann", "text:ok")] * 3 + [("Ann", "text:ok")] * 3
    offered = file(lines, seconds=40, precision="min")
    for cut in range(7):
        result = align(stored(offered)[:cut], offered[cut:])
        wrongly = [one for one in offered[cut:] if result.matched[one.index] is not None]
        assert all(one.at in {each.at for each in offered[:cut]} for one in wrongly)


def test_nothing_in_common_is_said_by_no_overlap() -> None:
    other = [replace(one, at=one.at and one.at + timedelta(days=90), token=one.token + "?") for one in file()]
    result = align(stored(file()), other)
    assert (result.overlap, len(result.new)) == (None, 10)


def test_messages_without_a_time_are_known_by_their_words() -> None:
    offered = [replace(one, at=None) for one in file()[:3]]
    assert ids(align(stored(offered), offered)) == same(offered)


# --- how much is enough, and what is too little ----------------------------------------------------------


def said(*lines: tuple[str, str, float], precision: str = "s", edited: bool = False) -> list[Offered]:
    """Return (sender, words, seconds after ten) as a file offers them."""
    return [
        Offered(number, START + timedelta(seconds=after), precision, f"text:{what}", sender, edited)
        for number, (sender, what, after) in enumerate(lines)
    ]


def later(offered: list[Offered], by: timedelta) -> list[Offered]:
    return [replace(one, at=one.at and one.at + by) for one in offered]


def test_two_telling_texts_show_another_time_zone() -> None:
    here = said(("Ann", "where is my order 7741?", 0), ("Ann", "it still has not come", 90), ("Ann", "hm", 200))
    there = later([*here[:2], replace(here[2], token="text:something quite different")], timedelta(hours=1))
    assert ids(align(stored(here), there)) == [100, 101, None]


def test_what_is_said_again_two_days_later_word_for_word_is_new() -> None:
    assert align(stored(file()), later(file(), timedelta(days=2))).new == tuple(range(10))


def test_a_difference_that_three_of_five_texts_share_is_no_shift() -> None:
    here = said(*((("Ann"), f"a text that tells, number {n}", n * 600) for n in range(5)))
    there = [*later(here[:3], timedelta(hours=1)), *later(here[3:], timedelta(hours=5, minutes=7))]
    assert align(stored(here), there).new == (0, 1, 2, 3, 4)


def test_what_is_new_stands_behind_what_was_said_before_it() -> None:
    result = align(stored(said(("Ann", "first", 0))), said(("Ann", "second", 3600)))
    assert result.order == ((100, None), (None, 0))


def test_what_has_no_time_stands_where_the_file_has_it() -> None:
    here = said(("Ann", "first", 0), ("Ann", "second", 60))
    there = [replace(here[0], index=0, at=None, token="text:new"), replace(here[1], index=1)]
    assert align(stored(here), there).order == ((None, 0), (100, None), (101, 1))


def test_of_two_equal_words_in_one_minute_the_second_is_the_second() -> None:
    here = said(("Ann", "ok", 10), ("Ann", "ok", 40))
    assert ids(align(stored(here), here[1:])) == [101]


def test_three_messages_a_second_off_are_known_and_two_are_not() -> None:
    here = said(("Ann", "one", 0), ("Ann", "two", 30), ("Ann", "three", 60))
    assert ids(align(stored(here), later(here, timedelta(seconds=1)))) == same(here)
    assert ids(align(stored(here[:2]), later(here[:2], timedelta(seconds=1)))) == [None, None]


def test_equal_words_before_what_is_known_are_not_taken_for_those_behind_it() -> None:
    here = said(("Ann", "ok", 0), ("Ann", "thanks a lot", 1))
    there = said(("Ann", "thanks a lot", 1), ("Ann", "ok", 2))
    assert ids(align(stored(here), there)) == [101, None]


def test_the_same_words_by_another_person_are_new_where_nothing_around_them_is_known() -> None:
    here, there = said(("Ann", "ok", 0)), said(("Bob", "ok", 0), ("Bob", "how are you?", 60))
    assert ids(align(stored(here), there)) == [None, None]


def test_three_matches_are_enough_to_learn_a_name() -> None:
    here = said(("Ann", "one", 60), ("Ann", "two", 180), ("Ann", "three", 300))
    new = said(("Cem", "w", 0), ("Cem", "x", 120), ("Cem", "y", 240), ("Cem", "z", 360))
    there = [one for pair in zip(new, [replace(one, sender="Anna") for one in here], strict=False) for one in pair]
    there = [replace(one, index=index) for index, one in enumerate([*there, new[-1]])]
    result = align(stored(here), there)
    assert (ids(result), result.aliases) == ([None, 100, None, 101, None, 102, None], {"Ann": "Anna"})


# --- what changed its words ------------------------------------------------------------------------------


def test_other_words_at_the_same_second_between_known_neighbours_are_an_edit() -> None:
    here = said(("Ann", "one", 0), ("Ann", "two", 60), ("Ann", "three", 120))
    there = said(("Ann", "one", 0), ("Ann", "two, I mean", 60), ("Ann", "three", 120))
    result = align(stored(here), there)
    assert (ids(result), [(one.id, one.to) for one in result.changes]) == (same(here), [(101, State.EDITED)])
    assert ids(align(stored(here[:2]), there[:2])) == [100, None]


def test_an_edit_that_the_file_tells_is_known_by_the_minute_too() -> None:
    here = said(("Ann", "one", 0), ("Ann", "two", 60), precision="min")
    there = [*here[:1], replace(here[1], token="text:two, I mean", edited=True)]
    assert [(one.id, one.to) for one in align(stored(here), there).changes] == [(101, State.EDITED)]


def test_another_person_s_words_and_a_notice_are_no_edit() -> None:
    here = said(("Ann", "one", 0), ("Ann", "two", 60), ("Ann", "three", 120))
    for sender, words in (("Deniz", "text:no"), ("Ann", "sys")):
        there = [here[0], replace(here[1], sender=sender, token=words, edited=True), here[2]]
        assert ids(align(stored(here), there)) == [100, None, 102]


def test_other_words_at_the_same_millisecond_by_the_same_person_are_an_edit() -> None:
    here, there = (said(("Ann", what, 0.125), precision="ms") for what in ("one", "another"))
    result = align(stored(here), there)
    assert (ids(result), [one.to for one in result.changes]) == ([100], [State.EDITED])
    assert ids(align(stored(said(("Ann", "one", 0))), said(("Ann", "another", 0), precision="ms"))) == [None]


words = st.sampled_from(
    ["text:ok", "text:yes", "att:", "sys", "del", "text:a rather long and telling sentence", "poll:x"]
)
chats = st.lists(
    st.tuples(st.sampled_from(["Ann", "Deniz"]), words, st.integers(0, 40), st.booleans()), min_size=1, max_size=40
)


def played(chat: list[tuple[str, str, int, bool]], precision: str) -> list[Offered]:
    at = START
    said = []
    for number, (sender, what, after, _) in enumerate(chat):
        at += timedelta(seconds=after)
        said.append(Offered(number, at.replace(second=0) if precision == "min" else at, precision, what, sender))
    return said


@settings(max_examples=300, deadline=None)
@given(chats, st.sampled_from(["s", "min"]), st.data())
def test_any_part_then_all_gives_all_once_and_in_order(
    chat: list[tuple[str, str, int, bool]], precision: str, data: st.DataObject
) -> None:
    whole = played(chat, precision)
    low = data.draw(st.integers(0, len(whole)))
    high = data.draw(st.integers(low, len(whole)))
    known = stored(whole)[low:high]
    result = align(known, whole)
    assert len(result.new) == len(whole) - len(known)
    matched = [one for one in ids(result) if one is not None]
    assert len(set(matched)) == len(matched) == len(known)
    assert [index for _, index in result.order if index is not None] == list(range(len(whole)))


@settings(max_examples=300, deadline=None)
@given(chats, st.sampled_from(["s", "min"]), st.data())
def test_all_then_any_part_gives_nothing_new(
    chat: list[tuple[str, str, int, bool]], precision: str, data: st.DataObject
) -> None:
    whole = played(chat, precision)
    low = data.draw(st.integers(0, len(whole)))
    result = align(stored(whole), whole[low:])
    assert result.new == ()
    assert {id_ for id_, _ in result.order if id_ is not None} == {one.id for one in stored(whole)}


@settings(max_examples=200, deadline=None)
@given(chats, chats, st.sampled_from(["s", "min"]))
def test_no_known_message_is_matched_twice_or_lost(
    one: list[tuple[str, str, int, bool]], other: list[tuple[str, str, int, bool]], precision: str
) -> None:
    known, offered = stored(played(one, precision)), played(other, "s")
    result = align(known, offered)
    matched = [id_ for id_ in ids(result) if id_ is not None]
    assert len(matched) == len(set(matched))
    assert sorted(id_ for id_, _ in result.order if id_ is not None) == [each.id for each in known]
    assert sorted(index for _, index in result.order if index is not None) == [each.index for each in offered]


def test_a_hundred_thousand_equal_messages_take_seconds_at_most() -> None:
    offered = [Offered(number, START, "min", "text:ok", "Ann") for number in range(100_000)]
    assert align(stored(offered), offered).new == ()


# --- what is the same in every language ---------------------------------------------------------------


def message(text: str, **how: object) -> Message:
    return Message("whatsapp", "", Person("Ann"), None, text, **how)  # type: ignore[arg-type]


def test_marks_spaces_and_composition_make_no_difference() -> None:
    assert normal("\u200ecafe\u0301 \u202f a\r") == normal("caf\u00e9 a")


def test_a_file_is_the_same_with_and_without_its_bytes() -> None:
    there = message("look", attachments=(Attachment("a.jpg", "image/jpeg", 3, b"abc"),))
    gone = message("look", attachments=(Attachment("image", "image/*", stored=False),))
    assert token(there) == token(gone) == "att:look"


def test_notices_and_deletions_have_no_language() -> None:
    assert token(message("Anruf", verdict=Verdict(Class.SYSTEM))) == token(
        message("call", verdict=Verdict(Class.SYSTEM))
    )
    assert token(message("weg", state=State.DELETED)) == "del"


def test_a_time_in_a_zone_is_laid_beside_the_others_in_utc() -> None:
    at = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Europe/Istanbul"))
    assert written(message("a", sent_at=at)) == datetime(2026, 3, 2, 7, 0)  # noqa: DTZ001 - as it is laid
    assert written(message("a", sent_at=at, local_at=START)) == START
    assert written(message("a")) is None

"""Every key of the desk does what its sentence says, over a real store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.command import CommandList

from tui_inbox.config import Config
from tui_inbox.rules.model import Class, Snooze, Verdict
from tui_inbox.screens.bars import Foot, Places, Top
from tui_inbox.screens.menus import GoTo
from tui_inbox.screens.pages import Page
from tui_inbox.screens.prompt import Prompt
from tui_inbox.screens.search import SearchLine

Sit = Callable[..., None]


def test_the_inbox_opens_with_what_is_due_first_under_the_cursor(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        assert list(hands.desk.rows.queue.ids) == [1, 2, 3, 4, 5, 6]
        assert hands.current == 1
        lines = hands.text(hands.desk.rows).splitlines()
        assert "Ada Demir" in lines[0]
        assert lines[0].startswith("▌")
        assert "late 1h 00m" in lines[0]

    sit(work)


def test_j_k_and_the_arrows_move_by_one_and_stop_at_the_ends(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("k")
        assert hands.current == 1
        await hands.press("j", "down", "j")
        assert hands.current == 4
        await hands.press("up", "k")
        assert hands.current == 2
        await hands.press("end", "j")
        assert hands.current == 6
        await hands.press("home")
        assert hands.current == 1

    sit(work)


def test_an_act_has_seen_of_a_newer_list_nothing_until_it_is_painted(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        rows = hands.desk.rows
        before, newer = rows.drawn_seen, rows.queue.seen + 1
        rows.show(replace(rows.queue, seen=newer), 0)
        assert rows.drawn_seen == before
        rows.render_lines(rows.size.region)
        assert rows.drawn_seen == newer

    sit(work)


def test_pages_and_ends_of_a_long_list_are_one_key_away(world: Any, sit: Sit) -> None:
    world.fill(60)

    async def work(hands: Any) -> None:
        rows = hands.desk.rows
        await hands.press("pagedown")
        assert rows.cursor == rows.size.height - 1
        await hands.press("space", "pageup", "pageup")
        assert rows.cursor == 0
        await hands.press("G")
        assert rows.cursor == 59
        assert hands.app.cursor_position.y == rows.content_region.y + rows.size.height - 1

    sit(work)


def test_the_terminals_own_cursor_stands_on_the_selected_row(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("j", "j")
        x, y = hands.desk.rows.content_region.offset
        assert hands.app.cursor_position == (x, y + 2)

    sit(work)


def test_e_archives_at_once_and_the_cursor_goes_to_the_next(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("j", "e")
        assert world.place(2) == "archived"
        assert hands.current == 3
        assert hands.said.startswith("Archived: Jürgen Groß, Rechnung 113")
        assert "z undoes" in hands.said

    sit(work)


def test_going_up_the_cursor_goes_up_after_an_act(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("end", "k", "e")
        assert hands.current == 4
        await hands.press("e")
        assert hands.current == 3

    sit(work)


def test_a_key_held_down_acts_on_one_conversation_after_another_and_never_twice(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        for _ in range(4):
            hands.app.simulate_key("e")
        await hands.rest()
        await hands.until(lambda: list(hands.desk.rows.queue.ids) == [5, 6])
        assert [world.place(id_) for id_ in range(1, 7)] == ["archived"] * 4 + ["inbox"] * 2

    sit(work)


def test_whoever_leaves_in_a_hurry_loses_no_act(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        for key in ("j", "e", "e", "e", "k", "q"):
            hands.app.simulate_key(key)
        await hands.until(lambda: hands.app._exit)

    sit(work, size=(200, 50))
    assert [world.place(id_) for id_ in range(1, 7)].count("archived") == 3


def test_z_undoes_and_again_goes_further_back(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("e", "e", "z")
        assert [world.place(1), world.place(2)] == ["archived", "inbox"]
        await hands.until(lambda: hands.current == 2)
        await hands.press("z")
        assert world.place(1) == "inbox"
        await hands.until(lambda: hands.current == 1)
        assert hands.said.startswith("Undone")
        await hands.press("z")
        assert world.place(1) == "inbox"

    sit(work)


def test_snooze_shows_both_times_before_enter_confirms_them(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("s")
        await hands.type("fri 9 / 12:00")
        assert world.place(1) == "inbox"
        said = hands.text()
        assert "Fri 09:00" in said
        assert "Fri 12:00" in said
        await hands.press("enter")
        assert world.place(1) == "snoozed"
        with world.inbox.reader() as reader:
            row = reader.rows([1], world.now)[0]
        assert (row.returns.isoformat(), row.due.isoformat()) == (
            "2026-03-06T09:00:00+00:00",
            "2026-03-06T12:00:00+00:00",
        )

    sit(work)


def test_a_digit_is_a_preset_and_an_empty_enter_repeats_the_last_snooze(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("s", "1", "enter")
        await hands.press("s", "enter")
        with world.inbox.reader() as reader:
            rows = reader.rows([1, 2], world.now)
        assert {row.returns for row in rows} == {world.now + timedelta(hours=3)}

    sit(work)


def test_what_is_typed_ahead_of_a_prompt_is_not_lost(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        for key in ("s", "1", "enter"):
            hands.app.simulate_key(key) if key == "s" else hands.app.post_message(_key(key))
        await hands.rest()
        await hands.until(lambda: world.place(1) == "snoozed")

    sit(work)


def _key(key: str) -> Any:
    from textual.events import Key

    return Key(key, key if len(key) == 1 else "\r")


def test_a_word_the_snooze_prompt_does_not_know_is_named_and_nothing_happens(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("s")
        await hands.type("blursday")
        await hands.press("enter")
        assert isinstance(hands.app.screen, Prompt)
        assert "blursday" in hands.text()
        await hands.press("escape")
        assert world.place(1) == "inbox"

    sit(work)


def test_capital_s_takes_the_snooze_again_that_a_reply_interrupted(world: Any, sit: Sit) -> None:
    asked = world.writes("Ada Demir", "ada@one.example", "Order", "Where is it?")

    async def work(hands: Any) -> None:
        await hands.press("s")
        await hands.type("fri 9 / 12:00")
        await hands.press("enter")
        await hands.until(lambda: not len(hands.desk.rows.queue.ids))
        world.now += timedelta(minutes=5)
        world.writes("Ada Demir", "ada@one.example", "Re: Order", "Hello?", ago=timedelta(minutes=1), answers=asked)
        await hands.until(lambda: hands.current == 1)
        await hands.press("S")
        assert world.place(1) == "snoozed"

    sit(work)


def test_capital_s_again_elsewhere_takes_the_plan_that_was_interrupted_there(world: Any, sit: Sit) -> None:
    asked = [world.writes(name, f"{name}@one.example", "Order", "Where is it?") for name in ("ada", "bob")]
    plans = {1: timedelta(hours=1), 2: timedelta(hours=3)}
    acts = [Snooze(id_, 2, world.now + span, world.now + 2 * span) for id_, span in plans.items()]
    assert world.inbox.perform(acts, world.now).done == (1, 2)
    returns = {id_: world.now + span for id_, span in plans.items()}
    world.now += timedelta(minutes=5)
    for name, answers in zip(("ada", "bob"), asked, strict=True):
        world.writes(name, f"{name}@one.example", "Re: Order", "Hello?", ago=timedelta(minutes=1), answers=answers)

    async def work(hands: Any) -> None:
        await hands.press("S", "full_stop")
        with world.inbox.reader() as reader:
            assert {row.id: row.returns for row in reader.rows([1, 2], world.now)} == returns

    sit(work)


def test_capital_s_without_an_interrupted_plan_says_so(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("S")
        assert "no interrupted plan" in hands.said
        assert hands.desk.rows.going == set()

    sit(work)


def test_f_finds_a_teammate_as_you_type_and_hands_over_with_a_note(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("f")
        assert "refunds, billing" in hands.text()
        await hands.type("refu")
        await hands.press("enter")
        await hands.type("please look")
        await hands.press("enter")
        assert world.place(1) == "handed_over"
        assert hands.said.startswith("Forwarded to Mert")

    sit(work)


def test_in_the_picker_the_arrows_choose_and_ctrl_g_goes_back(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("f", "down", "enter")
        assert "To Ivana" in hands.text()
        await hands.press("ctrl+g")
        assert world.place(1) == "inbox"
        await hands.press("f", "down", "up", "enter")
        assert "To Mert" in hands.text()

    sit(work)


def test_what_was_handed_over_is_taken_back_by_forwarding_it_to_me(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("f", "m", "enter", "enter")
        await hands.press("g", "h", "f")
        await hands.type("me")
        await hands.press("enter", "enter")
        assert world.place(1) == "inbox"

    sit(work)


def test_x_selects_and_an_act_takes_all_of_them_with_one_undo(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("x", "j", "x")
        assert hands.desk.rows.selected == {1, 3}
        await hands.press("e")
        assert "Archive 2 conversations?" in hands.text()
        assert world.place(1) == "inbox"
        await hands.press("enter")
        assert [world.place(id_) for id_ in (1, 2, 3)] == ["archived", "inbox", "archived"]
        assert "2 conversations" in hands.said
        await hands.press("z")
        assert [world.place(id_) for id_ in (1, 2, 3)] == ["inbox", "inbox", "inbox"]

    sit(work)


def test_capital_x_selects_a_range_star_a_all_and_escape_drops_it(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("x", "j", "j", "X")
        assert hands.desk.rows.selected == {1, 2, 3, 4}
        await hands.press("escape")
        assert hands.desk.rows.selected == set()
        await hands.press("asterisk", "a")
        assert hands.desk.rows.selected == {1, 2, 3, 4, 5, 6}
        await hands.press("asterisk", "n")
        assert hands.desk.rows.selected == set()
        await hands.press("asterisk", "asterisk", "asterisk", "escape")
        assert hands.desk.rows.selected == {1, 2, 3, 4, 5, 6}

    sit(work)


def test_a_full_stop_does_the_last_act_again(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("full_stop")
        assert "Nothing has been done" in hands.said
        await hands.press("s", "1", "enter", "full_stop")
        assert [world.place(1), world.place(2)] == ["snoozed", "snoozed"]

    sit(work)


def test_archiving_what_is_archived_is_skipped_with_the_reason(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("e", "g", "a", "e")
        assert hands.said.startswith("Skipped: ")
        assert hands.current == 1

    sit(work)


@pytest.mark.parametrize(
    ("key", "title"),
    [("i", "Inbox"), ("s", "Snoozed"), ("h", "Handed over"), ("a", "Archived"), ("p", "Spam"), ("e", "All")],
)
def test_g_and_one_more_key_goes_to_a_queue(world: Any, sit: Sit, key: str, title: str) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("g")
        assert isinstance(hands.app.screen, GoTo)
        assert title in hands.text()
        await hands.press(key)
        assert hands.desk.query_one(Top).title == title

    sit(work)


def test_g_leads_to_what_is_late_to_what_is_at_risk_and_to_a_view_by_its_own_key(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("g", "1")
        assert list(hands.desk.rows.queue.ids) == [1, 2]
        await hands.press("g", "2")
        assert 6 not in hands.desk.rows.queue.ids
        await hands.press("g", "c")
        assert list(hands.desk.rows.queue.ids) == [5]
        await hands.press("escape")
        assert len(hands.desk.rows.queue.ids) == 6
        await hands.press("g", "q")
        assert hands.app.screen is hands.desk

    sit(work)


def test_enter_opens_the_conversation_marks_it_as_seen_and_q_goes_back(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        assert hands.desk.rows.current_row().news
        await hands.press("enter")
        assert hands.desk.reading.has_focus
        assert "I ordered a blue bowl" in hands.text()
        assert "<ada@one.example>" in hands.text()
        await hands.until(lambda: not hands.desk.rows.current_row().news)
        for key in ("q", "escape", "h", "left"):
            await hands.press(key)
            assert hands.desk.rows.has_focus
            await hands.press("enter")

    sit(work)


def test_in_the_open_conversation_n_and_p_turn_to_the_next_and_an_act_goes_on(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("enter", "n")
        assert "Die Rechnung" in hands.text()
        await hands.press("p")
        assert "blue bowl" in hands.text()
        await hands.press("e")
        assert world.place(1) == "archived"
        assert "Die Rechnung" in hands.text()
        assert hands.desk.reading.has_focus

    sit(work)


def test_when_the_last_one_is_done_the_empty_inbox_says_what_comes_next(world: Any, sit: Sit) -> None:
    world.writes("Ada Demir", "ada@one.example", "Order", "Where is it?")

    async def work(hands: Any) -> None:
        await hands.press("enter", "s", "1", "enter")
        await hands.until(lambda: not len(hands.desk.rows.queue.ids))
        await hands.rest()
        assert hands.desk.rows.has_focus
        assert "Nothing is waiting for you." in hands.text()
        assert "today 13:00" in hands.text()

    sit(work)


def test_a_long_conversation_opens_at_what_is_new_and_scrolls_by_key(world: Any, sit: Sit) -> None:
    first = world.writes("Ada", "ada@one.example", "Order", "line\n" * 60, ago=timedelta(hours=3))

    async def work(hands: Any) -> None:
        pane = hands.desk.reading
        await hands.press("enter")
        await hands.until(lambda: not hands.desk.rows.current_row().news)
        await hands.press("q")
        world.writes("Ada", "ada@one.example", "Re: Order", "and now?", answers=first, quoted="line one\nline two")
        await hands.until(lambda: hands.desk.rows.current_row().news)
        await hands.press("enter")
        assert pane.scroll_offset.y > 40
        assert "● new" in hands.text()
        assert "2 lines quoted" in hands.text()
        await hands.press("t")
        assert "> line two" in hands.text()
        await hands.press("home")
        assert pane.scroll_offset.y == 0
        await hands.press("j", "down", "k")
        assert pane.scroll_offset.y == 1
        await hands.press("space", "pageup", "end")
        assert pane.scroll_offset.y == pane.max_scroll_y

    sit(work)


def test_search_finds_as_you_type_and_enter_goes_to_the_results(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("slash")
        await hands.type("rech")
        await hands.type("nung")
        assert list(hands.desk.rows.queue.ids) == [2]
        await hands.press("enter", "e")
        assert world.place(2) == "archived"
        await hands.press("escape")
        assert not hands.desk.query_one(SearchLine).has_class("-open")
        assert list(hands.desk.rows.queue.ids) == [1, 3, 4, 5, 6]

    sit(work)


def test_a_wrong_query_is_said_below_the_line_and_the_list_stays(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("slash")
        await hands.type("cup")
        hands.desk.query_one(SearchLine).line.value = "cup is:blue"
        await hands.rest()
        assert "is:blue" in str(hands.desk.query_one("#wrong").render())
        assert list(hands.desk.rows.queue.ids) == [5]
        await hands.press("escape")
        assert hands.desk.rows.has_focus

    sit(work)


def test_help_shows_the_keys_of_where_one_is(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("question_mark")
        assert isinstance(hands.app.screen, Page)
        assert "In the list" in hands.text()
        await hands.press("j", "k", "q", "enter", "f1")
        assert "In a conversation" in hands.text()
        await hands.press("escape")
        assert hands.app.screen is hands.desk

    sit(work)


def test_o_shows_where_the_customer_wrote(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("o")
        assert "ada@one.example" in hands.text()
        assert "Answer in your mail program" in hands.text()

    sit(work)


def test_behind_a_bounce_too_o_shows_the_customer_and_not_the_machine(world: Any, sit: Sit) -> None:
    asked = world.writes("Ada Demir", "ada@one.example", "Where is my order?", "It has not come.")
    world.writes("", "daemon@mx.example", "Undeliverable", "No such box.", answers=asked, verdict=Verdict(Class.AUTO))

    async def work(hands: Any) -> None:
        await hands.press("o")
        assert "Answer in your mail program, to ada@one.example." in hands.text()
        assert "daemon@mx.example" not in hands.text()

    sit(work)


def test_the_palette_finds_every_command_and_shows_its_key(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        await hands.press("ctrl+p")
        await hands.type("nothing more")
        await hands.pilot.pause(0.5)
        assert "Archive: nothing more is to be done." in hands.text()
        await hands.press("enter", "enter")
        await hands.until(lambda: world.place(1) == "archived")

    sit(work, size=(120, 40))


def test_the_palette_marks_what_enter_would_do_also_in_the_terminals_own_colours(world: Any, sit: Sit) -> None:
    async def work(hands: Any) -> None:
        def marked() -> bool:
            listed = next(iter(hands.app.screen.query(CommandList)), None)
            if listed is None or listed.highlighted != 0 or listed.option_count < 2:
                return False
            first, second = ([one.style for one in listed.render_line(y)] for y in (0, 1))
            return bool(first) and all(style and style.underline for style in first) and not second[-1].underline

        await hands.press("ctrl+p")
        await hands.until(marked)

    sit(work, theme="ansi-dark")


def test_q_in_the_list_leaves_the_program(world: Any, sit: Sit) -> None:
    async def work(hands: Any) -> None:
        await hands.press("q")
        assert hands.app.return_code == 0

    sit(work)


def test_news_marks_a_row_and_never_moves_the_cursor_from_its_conversation(world: Any, sit: Sit) -> None:
    world.fill(60)

    async def work(hands: Any) -> None:
        rows = hands.desk.rows
        await hands.press(*["j"] * 30)
        before, line = hands.current, rows.cursor - rows.scroll_offset.y
        world.writes("New", "new@seven.example", "Old mail", "I am first.", ago=timedelta(hours=9))
        await hands.until(lambda: len(rows.queue.ids) == 61)
        assert rows.queue.ids[0] == 61
        assert hands.current == before
        assert rows.cursor - rows.scroll_offset.y == line

    sit(work)


def test_when_another_program_takes_the_conversation_the_cursor_goes_to_the_next(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        from tui_inbox.rules.model import Archive

        await hands.press("j")
        world.inbox.perform([Archive(2, 99)], world.now)
        await hands.until(lambda: hands.current == 3)

    sit(work)


def test_a_message_that_was_not_drawn_reopens_what_is_archived_without_it(world: Any, sit: Sit) -> None:
    asked = world.writes("Ada", "ada@one.example", "Order", "Where is it?")

    async def work(hands: Any) -> None:
        hands.desk._poll = lambda: None
        world.writes("Ada", "ada@one.example", "Re: Order", "Please!", ago=timedelta(minutes=5), answers=asked)
        await hands.press("e")
        assert world.place(1) == "inbox"

    sit(work)


def test_what_strangers_write_is_neither_markup_nor_an_escape_sequence(world: Any, sit: Sit) -> None:
    world.writes(
        "\x1b]0;title\x07 Eve", "eve@six.example", "[@click=app.quit]x[/] \x1b]52;c;AA\x1b\\", "[/b] \x9b31m\u202e"
    )

    async def work(hands: Any) -> None:
        for keys in (("enter",), ("s",), ("escape", "f"), ("escape", "o"), ("q", "q", "e")):
            await hands.press(*keys)
            said = hands.text()
            assert not set(said) & {"\x1b", "\x07", "\x9b", "\u202e"}
        assert "[@click=app.quit]x[/]" in hands.said

    sit(work)


def test_wide_screens_show_queues_list_and_conversation_side_by_side(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        desk = hands.desk
        assert desk.query_one(Places).display
        assert "blue bowl" in hands.text(desk.reading)
        assert desk.rows.current_row().news, "a glance is not yet opening it"
        await hands.press("j")
        assert "Die Rechnung" in hands.text(desk.reading)
        assert "Cups" in hands.text(desk.query_one(Places))

    sit(work, size=(200, 50))


def test_the_footer_holds_the_keys_of_where_one_is(world: Any, sit: Sit) -> None:
    world.fill()

    async def work(hands: Any) -> None:
        foot = hands.desk.query_one(Foot)
        assert "e archive" in hands.text(foot)
        await hands.press("enter")
        assert "n next" in hands.text(foot)
        assert "? help" in hands.text(foot)

    sit(work)


def test_a_remapped_key_works_and_the_old_one_does_not(world: Any, sit: Sit) -> None:
    from dataclasses import replace

    world.fill()
    world.config = replace(world.config, keys={"conversation.archive": "E"})

    async def work(hands: Any) -> None:
        await hands.press("e")
        assert world.place(1) == "inbox"
        await hands.press("E")
        assert world.place(1) == "archived"

    sit(work)


def test_ascii_mode_draws_nothing_but_ascii_of_its_own(world: Any, sit: Sit) -> None:
    world.writes("Ada", "ada@one.example", "Order", "Where is it?")

    async def work(hands: Any) -> None:
        for keys in ((), ("enter",), ("q", "s", "2"), ("escape", "question_mark"), ("q", "g")):
            await hands.press(*keys)
            strange = {char for char in hands.text() if not char.isascii()}
            assert strange <= {"\u00a0"}

    sit(work, ascii_only=True)

    async def look(hands: Any) -> None:
        assert {char for char in hands.text() if not char.isascii()} <= {"\u00a0"}

    for size in ((120, 40), (200, 50)):
        sit(look, size=size, ascii_only=True)


def test_a_first_start_says_how_to_begin(world: Any, sit: Sit, config: Config) -> None:
    async def work(hands: Any) -> None:
        assert "tui-inbox demo" in hands.text()

    sit(work)

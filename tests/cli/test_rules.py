"""`rules check` and `rules try` over the demo's week, with rules of one's own."""

from __future__ import annotations

from tests.cli.running import Tui

WRONG = 'when weekday: "satt" is no day; did you mean "sat"?'


def write(desk: Tui, weekday: str) -> None:
    """Put one rule into the configuration, and nothing else."""
    rule = f'[[rule]]\nname = "days"\nwhen = {{ weekday = {weekday} }}\nthen = {{ tier = 2 }}\n'
    (desk.home / "config.toml").write_text(rule, "utf-8")


def test_every_message_came_on_one_of_the_seven_days_and_a_range_of_them_is_tried_on_each(desk: Tui) -> None:
    matched = []
    for weekday in ('"mon-fri"', '["sat", "sun"]', '"mon-sun"'):
        write(desk, weekday)
        tried = desk.json("rules", "try")
        matched.append(tried["rules"][0]["matched"])
        assert matched[-1] + tried["unmatched"] == tried["conversations"] > 0
    assert matched[0] + matched[1] == matched[2] == tried["conversations"]


def test_a_day_that_is_none_is_told_by_check_and_by_try_with_the_nearest_one(desk: Tui) -> None:
    write(desk, '"satt"')
    assert desk.json("rules", "check", code=1)["rules"] == [{"name": "days", "ok": False, "problems": [WRONG]}]
    assert desk.json("rules", "try")["problems"] == [f'The rule "days" is broken: {WRONG}']

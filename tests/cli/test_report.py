"""`report`: the document of the contract, its CSV, its window, and the conversations behind a figure."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.cli.running import Tui
from tui_inbox.rules.report_words import FIGURES

DIST = {"n", "still_waiting", "median", "p90", "max", "archived_unanswered"}
COUNTS = {"arrived", "messages", "closed", "promised", "kept_as_first_made", "kept_as_renegotiated", "reopened"}
COUNTS |= {"thanks_only", "snoozed", "forwarded", "returned"}
OUTCOMES = {"open", "met", "breached", "waived", "renegotiated", "cancelled", "unobserved", "open_late"}


def test_the_document_has_every_figure_of_the_contract_and_groups_add_up(week: Tui) -> None:
    whole = week.json("report")
    assert whole.keys() == {"since", "until", "groups", "backlog", "arrivals"}
    [it] = whole["groups"]
    dists = {"first_response", "next_response", "customer_wait"}
    assert it.keys() == {"by", "promises"} | COUNTS | dists
    assert it["by"] == {}
    assert it["promises"].keys() == OUTCOMES
    assert all(type(it[name]) is int for name in COUNTS)
    for name in dists:
        assert it[name].keys() == DIST
    assert it["customer_wait"]["n"] == it["first_response"]["n"] + it["next_response"]["n"] > 10
    told = week.json("report", "--by", "channel,tier")["groups"]
    assert len({one["by"]["channel"] for one in told}) > 2
    assert all(one["by"].keys() == {"channel", "tier"} for one in told)
    for name in COUNTS:
        assert sum(one[name] for one in told) == it[name]


def test_promises_are_those_that_show_tells(week: Tui) -> None:
    shown: dict[str, int] = {}
    for one in week.json("list", "all", "--limit", 1000)["conversations"]:
        if one["place"] != "spam":
            for promise in week_show(week, one["id"])["promises"]:
                shown[promise["outcome"]] = shown.get(promise["outcome"], 0) + 1
    [it] = week.json("report")["groups"]
    assert {name: number for name, number in it["promises"].items() if number and name != "open_late"} == shown


def week_show(week: Tui, id_: int) -> Any:
    """Return what `show` tells, without a process for each of them."""
    from datetime import UTC, datetime

    from tui_inbox.cli.shapes import whole
    from tui_inbox.store.reader import Reader

    with Reader(week.home / "inbox.db") as reader:
        return whole(reader.conversation(id_, datetime.now(UTC)))


def test_the_csv_has_a_line_for_each_group_and_the_names_of_the_json(week: Tui) -> None:
    rows = list(csv.DictReader(io.StringIO(week("report", "--csv", "--by", "channel").out)))
    groups = week.json("report", "--by", "channel")["groups"]
    assert [row["channel"] for row in rows] == [one["by"]["channel"] for one in groups]
    assert [row["first_response.n"] for row in rows] == [str(one["first_response"]["n"]) for one in groups]
    assert {row["promises.met"] for row in rows} != {""}
    assert week.json("report", "--csv", "--by", "channel")["groups"] == groups


def test_the_text_says_each_figure_in_a_sentence_and_told_apart_its_value(week: Tui) -> None:
    said = week("report").out
    for figure in FIGURES:
        assert f"\n{figure.title}" in said
    assert "half within" in said
    assert "channel email" in week("report", "--by", "channel", "--since", "7d").out


def test_behind_a_figure_stand_its_conversations(week: Tui) -> None:
    [it] = week.json("report")["groups"]
    listed = week.json("report", "--behind", "arrived")
    assert (listed["queue"], listed["total"]) == ("report", it["arrived"])
    assert len(listed["conversations"]) == it["arrived"]


def test_a_window_without_anything_is_empty_and_a_wrong_one_is_refused_in_words(week: Tui) -> None:
    assert week.json("report", "--until", "2001", "--by", "week")["groups"] == []
    assert week.json("report", "--until", "2001")["groups"][0]["customer_wait"]["median"] is None
    for wrong in (
        ["--since", "blursday"],
        ["--by", "colour"],
        ["--behind", "luck"],
        ["--since", "1d", "--until", "2d"],
    ):
        said = week.json("report", *wrong, code=2)["error"]
        assert said["what"].endswith(".")
        assert said["hint"]


def test_a_home_with_nothing_in_it_has_a_report_too(tui: Tui) -> None:
    it = tui.json("report")
    assert it["since"] is None
    assert it["groups"][0]["arrived"] == 0


@pytest.mark.parametrize("said", ["2026", "2026-01", "yesterday", "2026-03-02T08:00:00Z", "4w"])
def test_a_day_a_month_a_year_a_moment_and_a_time_ago_are_understood(said: str) -> None:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from tui_inbox.cli.reporting import _moment

    now = datetime(2026, 3, 4, 10, tzinfo=UTC)
    since, until = (_moment(side, said, now, ZoneInfo("UTC")) for side in ("since", "until"))
    assert since is not None
    assert until is not None
    assert since <= until


def test_the_figures_stay_when_a_customer_is_erased(desk: Tui) -> None:
    """Also those of somebody who only thanked: what was written is gone, that it only thanked is not."""
    archived = desk.json("list", "archived", "--limit", 5)["conversations"]
    until = ("--until", "2999-01-01T00:00:00Z")
    before = desk.json("report", *until, "--by", "channel,tier,week,owner")
    desk("purge", "--contact", archived[0]["contact"]["id"], "--yes")
    after = desk.json("report", *until, "--by", "channel,tier,week,owner")
    assert after["groups"] == before["groups"]
    assert after["arrivals"] == before["arrivals"]

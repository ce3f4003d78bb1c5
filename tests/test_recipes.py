"""The recipes of docs/rules.md, each run against the messages that stand below it; and the page made from the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tools.configuration import EXAMPLE, PAGE, page
from tui_inbox.config import load
from tui_inbox.inbox.routes import compiled
from tui_inbox.rules.conditions import Case
from tui_inbox.rules.days import LONG
from tui_inbox.rules.model import Class
from tui_inbox.rules.routing import route

ROOT = Path(__file__).parent.parent
RECIPES = re.findall(
    r"```toml\n(.+?)```\n(?:(?!```).)*?\| message \| goes \|\n\| --- \| --- \|\n((?:\|[^\n]+\|\n)+)",
    (ROOT / "docs" / "rules.md").read_text("utf-8"),
    re.DOTALL,
)


def said(row: str) -> tuple[Case, str]:
    """Return the message of a line, and where it says that it goes."""
    message, goes = (part.strip() for part in row.strip("|\n").split("|"))
    told = dict(re.findall(r"(from|subject|text|class|weekday|warning) `([^`]+)`", message))
    case = Case(
        sender=told.get("from", "ada@example.org"),
        subject=told.get("subject", ""),
        text=told.get("text", ""),
        class_=Class(told.get("class", "human")),
        in_hours=message != "out of hours",
        weekday=LONG.index(told.get("weekday", "Monday")),
        warnings=(told["warning"],) if "warning" in told else (),
    )
    return case, goes


def test_the_cookbook_has_recipes() -> None:
    assert len(RECIPES) == (ROOT / "docs" / "rules.md").read_text("utf-8").count("```toml") == 9


@pytest.mark.parametrize(("recipe", "rows"), RECIPES, ids=[tomllib.loads(one)["rule"][0]["name"] for one, _ in RECIPES])
def test_each_recipe_does_what_it_says(recipe: str, rows: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(recipe, "utf-8")
    rules = compiled(load(tmp_path / "config.toml"))
    assert rules.problems == ()
    for row in rows.splitlines():
        case, goes = said(row)
        effects = route(case, rules).effects
        place = effects.place and {"archived": "archive"}.get(effects.place.value, effects.place.value)
        done = [place or "", f"tier {effects.tier}" if effects.tier is not None else ""]
        done += [f"skill {effects.skill}" if effects.skill else "", f"owner {effects.owner}" if effects.owner else ""]
        assert ", ".join(filter(None, done)) == goes.replace("inbox", ""), row


def test_the_reference_of_the_configuration_is_what_the_example_makes() -> None:
    assert PAGE.read_text("utf-8") == page(EXAMPLE.read_text("utf-8")), "run `make docs`"


def test_the_reference_shows_every_option_of_the_example() -> None:
    options = re.findall(r'^#?("?[\w.-]+"? = .+)$', EXAMPLE.read_text("utf-8"), re.MULTILINE)
    assert len(options) > 40
    assert [one for one in options if f"`{one}`" not in PAGE.read_text("utf-8")] == []

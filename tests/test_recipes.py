"""The recipes of docs/rules.md, each run against the messages that stand below it; and the page made from the code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.configuration import EXAMPLE, PAGE, page
from tui_inbox.config import load
from tui_inbox.inbox.routes import compiled
from tui_inbox.rules.days import LONG
from tui_inbox.rules.model import Class
from tui_inbox.rules.routing import CONDITIONS, EFFECTS, Case, route

ROOT = Path(__file__).parent.parent
RECIPES = re.findall(
    r"```toml\n(.+?)```\n(?:(?!```).)*?\| message \| goes \|\n\| --- \| --- \|\n((?:\|[^\n]+\|\n)+)",
    (ROOT / "docs" / "rules.md").read_text("utf-8"),
    re.DOTALL,
)


FACTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "from": lambda told: {"sender": told},
    "to": lambda told: {"to": (told,)},
    "subject": lambda told: {"subject": told},
    "text": lambda told: {"text": told},
    "channel": lambda told: {"channel": told},
    "account": lambda told: {"account": told},
    "tier": lambda told: {"tier": int(told)},
    "class": lambda told: {"class_": Class(told)},
    "with a file": lambda _: {"attachment": True},
    "from somebody known": lambda _: {"known": True},
    "in hours": lambda _: {"in_hours": True},
    "out of hours": lambda _: {"in_hours": False},
    "weekday": lambda told: {"weekday": LONG.index(told)},
    "warning": lambda told: {"warnings": (told,)},
    "reply": lambda _: {},
}
"""What a line can say of a message, and what it comes to in its case."""


def said(row: str) -> tuple[Case, str, str]:
    """Return the message of a line, the occasion, and where the line says that it goes."""
    message, goes = (part.strip() for part in row.strip("|\n").split("|"))
    told = re.findall(r"([a-z ]+?)(?: `([^`]+)`)?(?:, |$)", message)
    facts = {field: value for name, what in told for field, value in FACTS[name](what).items()}
    return Case(**facts), "reply" if message.startswith("reply") else "new", goes


def test_every_recipe_of_the_cookbook_has_messages_and_every_condition_and_effect_has_a_recipe() -> None:
    assert len(RECIPES) == (ROOT / "docs" / "rules.md").read_text("utf-8").count("```toml")
    rules = [tomllib.loads(recipe)["rule"][0] for recipe, _ in RECIPES]
    assert set(CONDITIONS) - {key for one in rules for key in one["when"]} == set(), "write a recipe in docs/rules.md"
    assert set(EFFECTS) - {key for one in rules for key in one["then"]} == set(), "write a recipe in docs/rules.md"


@pytest.mark.parametrize(("recipe", "rows"), RECIPES, ids=[tomllib.loads(one)["rule"][0]["name"] for one, _ in RECIPES])
def test_each_recipe_does_what_it_says(recipe: str, rows: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(recipe, "utf-8")
    rules = compiled(load(tmp_path / "config.toml"))
    assert rules.problems == ()
    for row in rows.splitlines():
        case, on, goes = said(row)
        effects = route(case, rules, on).effects
        place = effects.place and {"archived": "archive"}.get(effects.place.value, effects.place.value)
        done = [place or "", f"tier {effects.tier}" if effects.tier is not None else ""]
        done += [f"skill {effects.skill}" if effects.skill else "", f"owner {effects.owner}" if effects.owner else ""]
        done += ["class human" if effects.human else ""]
        assert ", ".join(filter(None, done)) == goes.replace("inbox", ""), row


def test_the_reference_of_the_configuration_is_what_the_example_makes() -> None:
    assert PAGE.read_text("utf-8") == page(EXAMPLE.read_text("utf-8")), "run `make docs`"


def test_the_reference_shows_every_option_of_the_example() -> None:
    options = re.findall(r'^#?("?[\w.-]+"? = .+)$', EXAMPLE.read_text("utf-8"), re.MULTILINE)
    assert len(options) > 40
    assert [one for one in options if f"`{one}`" not in PAGE.read_text("utf-8")] == []

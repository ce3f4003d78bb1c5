"""The rule that is offered with a correction is one the configuration accepts, and it does what was said."""

from __future__ import annotations

import tomllib

import pytest

from tui_inbox.rules.model import Class, Place
from tui_inbox.rules.offers import rule_for
from tui_inbox.rules.routing import Case, compile_rules, route


def compiled(text: str):  # type: ignore[no-untyped-def]  # what the loader makes of it, as routing takes it
    rules = tomllib.loads(text)["rule"]
    return compile_rules((one["name"], one["when"], one["then"], one.get("on", ("new",))) for one in rules)


@pytest.mark.parametrize(
    "sender", ["noreply@parcel.example", 'odd"quote@x.example', "Ayşe\\Yılmaz", "[brackets]@x.example"]
)
def test_the_offered_rule_makes_the_same_senders_robots_human(sender: str) -> None:
    rules = compiled(rule_for(sender, Class.AUTO, Class.HUMAN))
    assert rules.problems == ()
    assert route(Case(sender=sender, sender_name=sender, class_=Class.AUTO), rules).effects.human


def test_the_offered_rule_archives_what_is_a_machine_after_all() -> None:
    rules = compiled(rule_for("alerts@x.example", Class.HUMAN, Class.AUTO))
    assert route(Case(sender="alerts@x.example"), rules).effects.place is Place.ARCHIVED
    assert route(Case(sender="ada@x.example"), rules).matched is None

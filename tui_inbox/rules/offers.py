"""The rule that would have judged a message as the agent now says: offered, never written by itself."""

from __future__ import annotations

import json

from tui_inbox.rules.model import Class


def rule_for(sender: str, was: Class, now: Class) -> str:
    """Return a `[[rule]]` for config.toml that makes what *sender* writes *now* where it was taken for *was*.

    A rule can say that something is human; what is not is archived by one, since only humans start a clock.
    """
    who = json.dumps(sender, ensure_ascii=False)
    if now is Class.HUMAN:
        name = json.dumps(f"{sender} is a person", ensure_ascii=False)
        return (
            f'[[rule]]\nname = {name}\nwhen = {{ from = {who}, class = "{was.value}" }}\nthen = {{ class = "human" }}\n'
        )
    name = json.dumps(f"{sender} is a machine", ensure_ascii=False)
    return f'[[rule]]\nname = {name}\nwhen = {{ from = {who} }}\nthen = {{ place = "archive" }}\n'

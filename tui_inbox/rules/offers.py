"""The rule that would have judged a message as the agent now says: offered, never written by itself."""

from __future__ import annotations

import json

from tui_inbox.rules.model import Class


def rule_for(sender: str, was: Class, now: Class) -> str:
    """Return a `[[rule]]` for config.toml that makes what *sender* writes *now* where it was taken for *was*.

    A rule can say that something is human; what is not is archived by one, since only humans start a clock. It runs
    on replies too: that is where the message may have been.
    """
    who = json.dumps(sender, ensure_ascii=False)
    if now is Class.HUMAN:
        what, when, then = "a person", f'from = {who}, class = "{was.value}"', 'class = "human"'
    else:
        what, when, then = "a machine", f"from = {who}", 'place = "archive"'
    name = json.dumps(f"{sender} is {what}", ensure_ascii=False)
    return f'[[rule]]\nname = {name}\nwhen = {{ {when} }}\nthen = {{ {then} }}\non = ["new", "reply"]\n'

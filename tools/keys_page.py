"""Writes docs/keys.md from the one declaration of the keys: `make docs`."""

from __future__ import annotations

from pathlib import Path

from tui_inbox.screens.keys import ABOVE, DESK, KEYS, keys_of

PAGE = Path(__file__).parent.parent / "docs" / "keys.md"
TITLES = {
    "list": "In the list",
    "reading": "In a conversation",
    "desk": "In the list and in a conversation",
    "search": "While searching",
    "go": "After `g`",
    "select": "After `*`",
    "review": "After `R`",
    "prompt": "In a prompt (snooze, forward, links, files)",
    "confirm": "In the question before an act on many",
    "customer": "Over a customer",
    "place": "Where the customer wrote",
    "rule": "Over a rule that is offered",
    "page": "On a page of text",
    "report": "In the reports",
    "standing": "Over sources, outbox and rules",
    "app": "Everywhere",
}
HEAD = """# Keys

Every key of the screen, with the id by which `[keys]` in `config.toml` gives it another one:

```toml
[keys]
"conversation.archive" = "E"
"desk.search" = "Ctrl+F, /"
```

Keys are written as they are typed, several with commas between them; two commands on one key in the same place are
refused when the program starts. `?` shows the keys of where you are, `Ctrl+P` finds a command by its name.
"""


def page() -> str:
    """Return the page."""
    lines = [HEAD]
    for where in (DESK, *(one for one in dict.fromkeys(key.where for key in KEYS) if one != DESK)):
        lines.append(f"## {TITLES[where]}\n\n| keys | id | what it does |\n| --- | --- | --- |")
        lines += [f"| {_typed(keys_of(key, {}))} | `{key.id}` | {key.says} |" for key in KEYS if key.where == where]
        lines.append("")
    return "\n".join(lines)


def _typed(keys: str) -> str:
    """Return keys as the page shows them: each by itself, with commas between one way and another."""
    return ", ".join(" ".join(f"`{key}`" for key in way.split(" ")) for way in keys.split(", "))


if __name__ == "__main__":
    assert set(TITLES) >= {where for heard in ABOVE.values() for where in heard}
    PAGE.write_text(page())

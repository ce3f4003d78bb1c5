"""What the documents hold: their pages, the blocks in them, and what they tell the reader to type."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

from tui_inbox.cli import parser

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, *kinds: str) -> list[str]:
    """Return the blocks of *page* that are of *kinds*, in order."""
    return [block for kind, block in FENCED.findall(text_of(page)) if kind in kinds]


def shown(page: Path) -> list[str]:
    """Return the lines of the shell blocks of *page*, without what surrounds them."""
    return [line.strip() for block in blocks(page, "sh") for line in block.splitlines() if line.strip()]


def inline(page: Path) -> list[str]:
    """Return the code within the sentences of *page*."""
    return INLINE.findall(FENCED.sub("", text_of(page)))


def spoken(page: Path) -> list[str]:
    """Return what *page* tells the reader to type: the lines of its shell blocks, and its inline code."""
    return [line.partition("  #")[0].strip() for line in shown(page)] + inline(page)


def words(line: str) -> list[str]:
    """Return the arguments of a shell *line* without its comment, split as a shell does."""
    return shlex.split(line, comments=True)[1:]


def under(command: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the commands below *command*."""
    found = [action.choices for action in command._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found[0]) if found else {}


def commands() -> dict[str, argparse.ArgumentParser]:
    return under(parser())


def every_command() -> dict[str, argparse.ArgumentParser]:
    """Return the program and all its commands, by what is typed."""
    found = {"tui-inbox": parser()}
    for name, one in commands().items():
        found[f"tui-inbox {name}"] = one
        found |= {f"tui-inbox {name} {below}": its for below, its in under(one).items()}
    return found


def slug(heading: str) -> str:
    """Return the anchor that a page viewer gives *heading*."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")

"""Writes docs/configuration.md from config.example.toml, which tests hold to the code: every option, its default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXAMPLE, PAGE = ROOT / "config.example.toml", ROOT / "docs" / "configuration.md"

TOP = """# Configuration

Every option of `config.toml`, with its default, or an example where there is none. The file lies in the program's home
(`tui-inbox doctor` prints where); without it the defaults hold. An option that is not known is an error that names the
nearest known one, and so is a value that cannot be: nothing runs until it is mended. Only a rule whose value cannot be
stops nothing: it is broken, matches nothing, and is said by `tui-inbox rules check` and whenever something comes in.
This page is written by `make docs` from [config.example.toml](../config.example.toml), which a test holds to the code.
[rules.md](rules.md) has recipes for rules.
"""


def page(example: str) -> str:
    """Return the page that *example* makes."""
    return re.sub(r"\n{3,}", "\n\n", TOP + "\n" + "\n".join(_lines(example.splitlines()))).rstrip() + "\n"


def _lines(example: list[str]) -> Iterator[str]:
    said: list[str] = []
    rows = False
    begun = False
    for line in example:
        if title := re.fullmatch(r"# --- (.+?)(?: \(`.*\))? -+", line):
            yield from _paragraph(said)
            yield from (f"## {title[1]}", "")
            said, rows, begun = [], False, True
        elif not begun:
            continue
        elif table := re.fullmatch(r"(#?)(\[\[?[a-z_.0-9]+\]\]?)", line):
            yield from (*_paragraph(said), f"### `{table[2]}`", "")
            said, rows = [], False
        elif option := re.fullmatch(r'(#?)("?[\w.-]+"? = .+)', line):
            if not rows:
                yield from ("| option | is | |", "| --- | --- | --- |")
                rows = True
            kind = "example" if option[1] else "default"
            yield f"| `{option[2]}` | {kind} | {' '.join(said)} |"
            said = []
        elif line.startswith("# ") or line == "#":
            said.append(line[2:])
        else:
            yield from _paragraph(said)
            if rows:
                yield ""
            said, rows = [], False
    yield from _paragraph(said)


def _paragraph(said: list[str]) -> Iterator[str]:
    """Yield comments that belong to no option: as they stand where they are laid out, else as a paragraph."""
    if any(line.startswith("  ") for line in said):
        yield from ("```text", *said, "```", "")
    elif said:
        yield from (" ".join(said).strip(), "")


if __name__ == "__main__":
    PAGE.write_text(page(EXAMPLE.read_text("utf-8")), "utf-8")

"""What the pages name is what the code names: states, reasons, fields, headers, providers, files, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documents.pages import INLINE, PAGES, ROOT, inline, name_of, text_of
from tui_inbox.config.providers import PROVIDERS
from tui_inbox.connectors import jsonl
from tui_inbox.connectors.smtp import table as smtp
from tui_inbox.rules import fields
from tui_inbox.rules.asked import Trait
from tui_inbox.rules.model import Class, Clock, Kind, Outcome, Place, Reason, State, Status
from tui_inbox.screens.cells import REASONS
from tui_inbox.store import moves, outgoing

DOCS = ROOT / "docs"
MOVES = {moves.WAITING, moves.MOVING, moves.MOVED, moves.FAILED, moves.UNDONE}
POSTED = {outgoing.WAITING, outgoing.SENDING, outgoing.SENT, outgoing.REFUSED, outgoing.BOUNCED, outgoing.RETURNED}


def row(page: str, name: str) -> set[str]:
    """Return what the second cell of the row of *name* on *page* has as code."""
    [cell] = re.findall(rf"^\| `{name}` \| (.+?) \|$", text_of(DOCS / page), re.MULTILINE)
    return set(INLINE.findall(cell))


def column(page: str, heading: str) -> set[str]:
    """Return what the first column of the table under *heading* on *page* has as code."""
    [rest] = re.findall(rf"^\| {re.escape(heading)} \|.*\n\| --- .*\n((?:\|.*\n)+)", text_of(DOCS / page), re.MULTILINE)
    return {name for line in rest.splitlines() for name in INLINE.findall(line.split(" | ")[0])}


def sentence(page: str, start: str) -> set[str]:
    """Return what the sentence that begins with *start* on *page* has as code."""
    [said] = re.findall(rf"{re.escape(start)}(.+?)[.;](?:\s|$)", text_of(DOCS / page), re.DOTALL)
    return set(INLINE.findall(said))


@pytest.mark.parametrize(
    ("told", "is_"),
    [
        (row("commands.md", "place"), {*Place}),
        (row("commands.md", "status"), {*Status}),
        (row("commands.md", "clock"), {*Clock}),
        (row("commands.md", "reason"), {*Reason, "null"}),
        (sentence("commands.md", "A message's `class` is"), {*Class, "why"}),
        (sentence("commands.md", "its `state` is"), {*State}),
        (sentence("commands.md", "A promise's `outcome` is"), {*Outcome}),
        (sentence("search.md", "`reason:` is one of"), {*Reason}),
        (column("life.md", "kind"), {*Kind}),
        (column("hand-over.md", "state"), POSTED | {outgoing.DROPPED, "undone"}),
        (column("write-back.md", "state"), MOVES),
        (column("hand-over.md", "key of `smtp`"), {*smtp._KEYS}),
    ],
)
def test_a_closed_set_is_told_whole(told: set[str], is_: set[str]) -> None:
    assert told == is_


def test_the_fields_of_the_generic_format_are_those_that_are_read() -> None:
    told = column("generic-format.md", "field")
    read = set(
        re.findall(r'(?:_word|_moment|\.get)\((?:row, )?"(\w+)"', text_of(ROOT / "tui_inbox/connectors/jsonl.py"))
    )
    assert {*jsonl.NEEDED} <= told
    assert read <= told | {"name", "type", "path", "key", "done", "count"}, read - told


def test_every_reason_that_the_questions_name_stands_in_a_row() -> None:
    [answer] = re.findall(r"The row says why at the right: (.+?)\n\n", text_of(DOCS / "faq.md"), re.DOTALL)
    assert {*INLINE.findall(answer)} < {*REASONS.values()}


def test_every_provider_that_is_known_is_told_of() -> None:
    page = text_of(DOCS / "mail-providers.md")
    assert [one.name for one in PROVIDERS if one.name.split()[0] not in page and one.key not in page] == []


def test_every_field_of_the_search_language_is_told_of_and_no_other() -> None:
    blocks_ = "\n".join(re.findall(r"```query\n(.*?)```", text_of(DOCS / "search.md"), re.DOTALL))
    assert set(re.findall(r"(?<![\w\"])([a-z_]+):", blocks_)) == {*fields.FIELDS}
    assert set(re.findall(r"\bis:(\w+)", blocks_)) == {*Trait}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_and_header_of_ours_that_is_named_is_there(page: Path) -> None:
    code = text_of(ROOT / "tui_inbox" / "rules" / "handover.py")
    for one in inline(page):
        if named := re.fullmatch(r"((?:tests|tools|tui_inbox|rules|store|screens|cli|docs)/[\w./-]+)(?:::(\w+))?", one):
            path = next((at for at in (ROOT / named[1], ROOT / "tui_inbox" / named[1]) if at.exists()), None)
            assert path is not None, one
            assert not named[2] or f"def {named[2]}(" in text_of(path), one
        if one.startswith("X-Tui-"):
            assert f'"{one}"' in code

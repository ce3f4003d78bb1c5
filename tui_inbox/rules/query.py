"""The search language: what a person types, read into a tree that the store can answer.

`docs/search.md` tells it to a reader. Words are AND; OR binds tighter than AND; a condition is asked of one message
together with the conversation it lies in. Reading is linear, and any text either parses or raises `WrongQuery`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo

from tui_inbox.problems import nearest
from tui_inbox.rules import clean, fold
from tui_inbox.rules.asked import (
    And,
    Node,
    Not,
    Or,
    Scope,
    Text,
)
from tui_inbox.rules.asked import Query as Query
from tui_inbox.rules.asked import WrongQuery as WrongQuery
from tui_inbox.rules.fields import BY_FIELD, FIELDS, Asking

LONGEST = 4_000
"""Characters of a query."""
MOST = 100
"""Conditions in a query."""
DEEPEST = 20
"""Parentheses within parentheses."""

_SPELLINGS = {"sender": "from", "older": "older_than", "newer": "newer_than", "file": "filename"}


def parse(text: str, now: datetime, zone: tzinfo) -> Query:
    """Return what *text* asks at *now* (aware); day words and dates are days in *zone*. Raise `WrongQuery`."""
    return Query(text, _Reader(text, now, zone).whole())


def terms(query: Query) -> list[str]:
    """Return the folded texts whose places in a message a reader wants to see; a trailing `*` marks a beginning."""
    found: dict[str, None] = {}
    for text in _wanted(query.root):
        if text.words and text.scope is not Scope.WARNING:
            found[fold.joined(text.words) + "*" * text.begun] = None
    return list(found)


def _wanted(node: Node | None) -> Iterator[Text]:
    match node:
        case Text():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted(part)
        case _:
            return


# --- reading ------------------------------------------------------------------------------------------------

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_SPACE = re.compile(r"\s*")
_FIELD = re.compile(r"([^\W\d_][\w-]*):(?!//)")
_WORD = re.compile(r'[^\s()"]+')
_DASHES = re.compile(r"-+(?=[^\s)-])")
_OPERATOR = re.compile(r"(OR|AND)(?=[\s()\"]|$)")


class _Reader(Asking):
    """One reading of one query, left to right."""

    def __init__(self, text: str, now: datetime, zone: tzinfo) -> None:
        super().__init__(text, text.translate(_QUOTES), now, zone)
        self.count = 0

    def whole(self) -> Node | None:
        if len(self.line) > LONGEST:
            raise self.wrong(f"The query is longer than {LONGEST:,} characters", "Ask for less at once.", LONGEST)
        node = self.every("", 0)
        if self.at < len(self.line):
            raise self.wrong("This parenthesis closes nothing", 'Remove it, or put it in quotes: ")".')
        if node is None and self.line.strip():
            raise self.wrong("There is no word to search for", "Type letters or digits.", 0, len(self.line))
        return node

    def every(self, field: str, depth: int) -> Node | None:
        """Read parts joined by AND up to a closing parenthesis or the end; None where they hold no condition."""
        parts: list[Node] = []
        while (part := self.either(field, depth)) is not _END:
            if isinstance(part, Node):
                parts.append(part)
        return parts[0] if len(parts) == 1 else And(tuple(parts)) if parts else None

    def either(self, field: str, depth: int) -> Node | _Nothing:
        found = [self.unit(field, depth)]
        while found[-1] is not _END and self.operator() == "OR":
            start = self.at
            self.at += 2
            found.append(self.unit(field, depth))
            if found[-1] is _END:
                raise self.wrong(
                    "Nothing stands after OR", "Write what else may match, or the word in lower case.", start, 2
                )
        if found[0] is _END:
            return _END
        parts = tuple(part for part in found if isinstance(part, Node))
        return parts[0] if len(parts) == 1 else Or(parts) if parts else _IGNORED

    def operator(self) -> str:
        self.at = _end(_SPACE, self.line, self.at)
        found = _OPERATOR.match(self.line, self.at)
        return found[1] if found else ""

    def unit(self, field: str, depth: int) -> Node | _Nothing:
        """Read one condition with its dashes: a node, `_IGNORED` for a word without letters, `_END` where none is."""
        while (operator := self.operator()) == "AND":
            self.at += 3
        if operator == "OR":
            raise self.wrong("Nothing stands before OR", "Write what may match, or the word in lower case.", self.at, 2)
        if self.at >= len(self.line) or self.line[self.at] == ")":
            return _END
        dashes = _DASHES.match(self.line, self.at)
        negated = dashes is not None and len(dashes[0]) % 2 == 1
        if dashes:
            self.at = dashes.end()
        self.count += 1
        if self.count > MOST:
            raise self.wrong(f"The query has more than {MOST} conditions", "Ask for less at once.")
        node = self.atom(field, depth)
        return Not(node) if negated and isinstance(node, Node) else node

    def atom(self, field: str, depth: int) -> Node | _Nothing:
        start = self.at
        if self.line[start] == "(":
            return self.group(field, depth)
        if self.line[start] == '"':
            return self.leaf(field, start, *self.phrase())
        if named := _FIELD.match(self.line, start):
            return self.field(named[1], field, depth)
        found = _WORD.match(self.line, start)
        assert found is not None
        self.at = found.end()
        return self.leaf(field, start, found[0], quoted=False)

    def group(self, field: str, depth: int) -> Node | _Nothing:
        start = self.at
        if depth >= DEEPEST:
            raise self.wrong(f"Parentheses lie more than {DEEPEST} deep", "Ask in simpler words.")
        self.at += 1
        inside = self.every(field, depth + 1)
        if self.at >= len(self.line):
            raise self.wrong("This parenthesis is not closed", "Add `)` where its part ends.", start)
        self.at += 1
        if inside is None and field:
            raise self.wrong(
                f"Nothing stands in the parentheses after `{field}:`", f"Write what `{field}:` is.", start, 2
            )
        return inside or _IGNORED

    def phrase(self) -> tuple[str, bool]:
        end = self.line.find('"', self.at + 1)
        if end < 0:
            raise self.wrong("This quotation mark is not closed", 'Add `"` where the phrase ends.')
        said = self.line[self.at + 1 : end]
        self.at = end + 1
        if self.line.startswith("*", self.at):
            self.at += 1
            said += "*"
        return said, True

    def field(self, written: str, around: str, depth: int) -> Node | _Nothing:
        start = self.at
        name = written.casefold().replace("-", "_")
        name = _SPELLINGS.get(name, name)
        if name not in FIELDS:
            raise self.unknown(written, start)
        if around:
            raise self.wrong(
                f"`{name}:` stands within the parentheses of `{around}:`", "Close those first.", start, len(written) + 1
            )
        self.at = begin = start + len(written) + 1
        if begin >= len(self.line) or self.line[begin].isspace() or self.line[begin] == ")":
            raise self.wrong(
                f"Nothing stands after `{name}:`", f"Write what `{name}:` is, without a space.", start, begin - start
            )
        if self.line[begin] == "(":
            return self.group(name, depth)
        if self.line[begin] == '"':
            return self.leaf(name, begin, *self.phrase())
        found = _WORD.match(self.line, begin)
        assert found is not None
        self.at = found.end()
        return self.leaf(name, begin, found[0], quoted=False)

    def unknown(self, written: str, start: int) -> WrongQuery:
        turned = (field for field in FIELDS if sorted(field) == sorted(written))
        near = next(turned, "") or nearest(written, FIELDS)
        shown = clean.line(written, 40)
        hint = f"Did you mean `{near}:`?" if near else f'To search for the words, put them in quotes: "{shown}:".'
        return self.wrong(f"I do not know the field `{shown}:`", hint, start, len(written) + 1)

    # --- one condition --------------------------------------------------------------------------------------

    def leaf(self, field: str, start: int, said: str, quoted: bool) -> Node | _Nothing:
        if field in ("", *(scope.value for scope in Scope)):
            return self.words(Scope(field or "anywhere"), said, start, quoted)
        return BY_FIELD[field](self, said.strip(), start)

    def words(self, scope: Scope, said: str, start: int, quoted: bool) -> Node | _Nothing:
        begun = said.endswith("*")
        said = said.removesuffix("*")
        ends = ""
        if not quoted and said.startswith("*") and scope in (Scope.FROM, Scope.TO, Scope.FILENAME):
            ends = said = said[1:]
        if "*" in said and not quoted and fold.words(said):
            raise self.wrong(
                "A star can only end a word, or begin an address after `from:` or `to:`",
                "Write `word*` or `from:*@shop.example`.",
                start + said.index("*"),
            )
        if begun and ends:
            raise self.wrong("A star stands at both ends", "Keep one of them.", start, self.at - start)
        tokens, prefix = fold.sought(said)
        if begun and tokens and said[-1:].isalnum():
            prefix = True
        if not tokens and scope is not Scope.ANYWHERE:
            raise self.wrong(f"`{scope}:` is followed by no word", "Type letters or digits.", start, self.at - start)
        return Text(scope, tokens, prefix, ends.casefold()) if tokens else _IGNORED


class _Nothing:
    """What is read where there is no condition."""


_END = _Nothing()
_IGNORED = _Nothing()


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at

"""The search language: what a person types, read into a tree that the store can answer.

`docs/search.md` tells it to a reader. Words are AND; OR binds tighter than AND; a condition is asked of one message
together with the conversation it lies in. Reading is linear, and any text either parses or raises `WrongQuery`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from tui_inbox.rules import clean, fold, spans
from tui_inbox.rules.asked import (
    And,
    Attribute,
    Counted,
    Has,
    HasAttachment,
    HasWarning,
    Is,
    Node,
    Not,
    Number,
    OfContact,
    Or,
    Received,
    Scope,
    Text,
    Than,
    Trait,
    Waiting,
)
from tui_inbox.rules.asked import Query as Query
from tui_inbox.rules.asked import WrongQuery as WrongQuery
from tui_inbox.rules.model import Reason

LONGEST = 4_000
"""Characters of a query."""
MOST = 100
"""Conditions in a query."""
DEEPEST = 20
"""Parentheses within parentheses."""


FIELDS = (
    *("from", "to", "subject", "body", "filename", "warning"),
    *("channel", "account", "owner", "skill", "reason", "tier", "contact"),
    *("has", "is", "before", "after", "on", "older_than", "newer_than", "waiting", "snoozes"),
)
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


WORDED = ("from", "to", "subject", "body", "filename")
"""Fields whose value is looked for among words."""


def begun(text: str) -> str:
    """Return *text* with its last word as the beginning of one, as it is while somebody types: `ord` finds `order`."""
    word = re.split(r"[\s(]", text)[-1]
    field, _, value = word.lower().rpartition(":")
    plain = value.isalnum() and field in {"", *WORDED} and word != "OR" and text.count('"') % 2 == 0
    return f"{text}*" if plain else text


def complete(text: str, cursor: int) -> list[str]:
    """Return what the word that ends at *cursor* may become, likeliest first; [] where nothing is known to fit."""
    before = text[:cursor]
    if before.count('"') % 2:
        return []
    typed = re.split(r"[\s(]", before)[-1]
    dash, word = ("-", typed[1:].lower()) if typed.startswith("-") else ("", typed.lower())
    name, colon, value = word.partition(":")
    if not colon:
        return [f"{dash}{field}:" for field in FIELDS if word and field.startswith(word)]
    values: dict[str, list[str]] = {
        "is": [trait.value for trait in Trait],
        "has": ["attachment", "warning"],
        "reason": [reason.value for reason in Reason],
        "on": ["today", "yesterday"],
        "before": ["today", "yesterday"],
        "after": ["today", "yesterday"],
        "owner": ["me"],
    }
    return [f"{dash}{name}:{known}" for known in values.get(name, []) if known.startswith(value) and known != value]


# --- reading ------------------------------------------------------------------------------------------------

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_SPACE = re.compile(r"\s*")
_FIELD = re.compile(r"([^\W\d_][\w-]*):(?!//)")
_WORD = re.compile(r'[^\s()"]+')
_DASHES = re.compile(r"-+(?=[^\s)-])")
_OPERATOR = re.compile(r"(OR|AND)(?=[\s()\"]|$)")


class _Reader:
    """One reading of one query, left to right."""

    def __init__(self, text: str, now: datetime, zone: tzinfo) -> None:
        self.text, self.line = text, text.translate(_QUOTES)
        self.at = 0
        self.count = 0
        self.now, self.zone = now, zone

    def wrong(self, what: str, hint: str, at: int | None = None, length: int = 1) -> WrongQuery:
        return WrongQuery(what, hint, self.text, self.at if at is None else at, length)

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
                f"`{name}:` stands within the parentheses of `{around}:`", "Close them before.", start, len(written) + 1
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
        near = difflib.get_close_matches(written[:24].casefold(), FIELDS, n=1, cutoff=0.6)
        if sorted(written) in (sorted(field) for field in FIELDS):
            near = [field for field in FIELDS if sorted(field) == sorted(written)]
        shown = clean.line(written, 40)
        hint = f"Did you mean `{near[0]}:`?" if near else f'To search for the words, put them in quotes: "{shown}:".'
        return self.wrong(f"I do not know the field `{shown}:`", hint, start, len(written) + 1)

    # --- one condition --------------------------------------------------------------------------------------

    def leaf(self, field: str, start: int, said: str, quoted: bool) -> Node | _Nothing:
        if field in ("", *(scope.value for scope in Scope)):
            return self.words(Scope(field or "anywhere"), said, start, quoted)
        return _CONDITIONS[field](self, said.strip(), start)

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

    def one_of(self, kind: type[StrEnum], said: str, start: int, field: str) -> str:
        name = said.casefold().replace("-", "_").replace(" ", "_")
        known = [one.value for one in kind]
        if name in known:
            return name
        near = difflib.get_close_matches(name[:24], known, n=1, cutoff=0.6)
        hint = f"Did you mean `{field}:{near[0]}`?" if near else f"It can be {', '.join(known)}."
        raise self.wrong(f"I do not know `{field}:{clean.line(said, 40)}`", hint, start, self.at - start)

    def comparison(self, said: str) -> tuple[Than | None, str]:
        found = re.match(r"(>=|<=|[<>=≥≤])?\s*", said)
        assert found is not None
        sign = {"≥": ">=", "≤": "<="}.get(found[1] or "", found[1])
        return (Than(sign) if sign else None), said[found.end() :]

    def counted(self, number: Number, said: str, start: int) -> Node:
        than, value = self.comparison(said)
        if not re.fullmatch(r"[0-9]{1,6}", value):
            raise self.wrong(
                f"`{number}:` needs a whole number", f"Write `{number}:2` or `{number}:>1`.", start, self.at - start
            )
        return Counted(number, than or Than.EXACTLY, int(value))

    def span(self, said: str, start: int, field: str) -> timedelta:
        try:
            return spans.length(said)
        except (ValueError, OverflowError):
            hint = f"Write a number and min, h, d, w, mo or y: `{field}:2d`."
            if said.endswith("m"):
                hint = "`m` could be minutes or months: write `min` or `mo`."
            what = f"I cannot read `{clean.line(said, 40)}` as a length of time"
            raise self.wrong(what, hint, start, self.at - start) from None

    def days(self, said: str, start: int, field: str) -> tuple[datetime, datetime]:
        """Return the first moment of the day, month or year named, and of the one after; a moment itself twice."""
        try:
            return spans.days(said, self.now, self.zone)
        except (ValueError, OverflowError):
            what = f"I cannot read `{clean.line(said, 40)}` as a date"
            hint = f"Write `{field}:2026-03-02`, `{field}:2026-03`, `{field}:today` or `{field}:yesterday`."
            raise self.wrong(what, hint, start, self.at - start) from None


class _Nothing:
    """What is read where there is no condition."""


_END = _Nothing()
_IGNORED = _Nothing()


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


# --- what each field asks -----------------------------------------------------------------------------------


def _has(reader: _Reader, said: str, start: int) -> Node:
    match said.casefold():
        case "attachment" | "attachments" | "file" | "files":
            return HasAttachment()
        case "warning" | "warnings":
            return HasWarning()
        case _:
            shown = clean.line(said, 40)
            hint = "Write `has:attachment` or `has:warning`."
            raise reader.wrong(f"I do not know `has:{shown}`", hint, start, reader.at - start)


def _attribute(attribute: Attribute) -> _Condition:
    def read(reader: _Reader, said: str, start: int) -> Node:
        if attribute is Attribute.REASON:
            return Has(attribute, reader.one_of(Reason, said, start, attribute))
        if not (value := fold.plain(said)):
            raise reader.wrong(
                f"`{attribute}:` is followed by no name", "Type letters or digits.", start, reader.at - start
            )
        return Has(attribute, value)

    return read


def _contact(reader: _Reader, said: str, start: int) -> Node:
    if re.fullmatch(r"[0-9]{1,15}", said):
        return OfContact(int(said), "")
    if not (words := fold.plain(said)):
        raise reader.wrong(
            "`contact:` is followed by no name", "Write a name, an address or an id.", start, reader.at - start
        )
    return OfContact(None, words)


def _before(reader: _Reader, said: str, start: int) -> Node:
    return Received(until=reader.days(said, start, "before")[0])


def _after(reader: _Reader, said: str, start: int) -> Node:
    return Received(since=reader.days(said, start, "after")[0])


def _on(reader: _Reader, said: str, start: int) -> Node:
    first, after = reader.days(said, start, "on")
    if first == after:
        raise reader.wrong(
            "`on:` needs a day", "Write `on:2026-03-02`, or use after: and before:.", start, reader.at - start
        )
    return Received(first, after)


def _older(reader: _Reader, said: str, start: int) -> Node:
    return Received(until=reader.now.astimezone(UTC) - reader.span(said, start, "older_than"))


def _newer(reader: _Reader, said: str, start: int) -> Node:
    return Received(since=reader.now.astimezone(UTC) - reader.span(said, start, "newer_than"))


def _waiting(reader: _Reader, said: str, start: int) -> Node:
    than, value = reader.comparison(said)
    return Waiting(than or Than.AT_LEAST, reader.span(value, start, "waiting"))


_Condition = Callable[[_Reader, str, int], Node]
_CONDITIONS: dict[str, _Condition] = {
    "has": _has,
    "is": lambda reader, said, start: Is(Trait(reader.one_of(Trait, said, start, "is"))),
    **{attribute.value: _attribute(attribute) for attribute in Attribute},
    "contact": _contact,
    "tier": lambda reader, said, start: reader.counted(Number.TIER, said, start),
    "snoozes": lambda reader, said, start: reader.counted(Number.SNOOZES, said, start),
    "before": _before,
    "after": _after,
    "on": _on,
    "older_than": _older,
    "newer_than": _newer,
    "waiting": _waiting,
}

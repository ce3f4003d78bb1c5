"""The fields of the search language: what stands behind each one's colon, read into a condition."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from tui_inbox.problems import nearest
from tui_inbox.rules import clean, fold, spans
from tui_inbox.rules.asked import (
    Attribute,
    Counted,
    Has,
    HasAttachment,
    HasWarning,
    Is,
    Node,
    Number,
    OfContact,
    Received,
    Than,
    Trait,
    Waiting,
    WrongQuery,
)
from tui_inbox.rules.model import Reason

FIELDS = (
    *("from", "to", "subject", "body", "filename", "warning"),
    *("channel", "account", "owner", "skill", "reason", "tier", "contact"),
    *("has", "is", "before", "after", "on", "older_than", "newer_than", "waiting", "snoozes"),
)


class Asking:
    """A query that is being read: its text, the same with plain quotation marks, and how far it has been read."""

    def __init__(self, text: str, line: str, now: datetime, zone: tzinfo) -> None:
        self.text, self.line = text, line
        self.at = 0
        self.now, self.zone = now, zone

    def wrong(self, what: str, hint: str, at: int | None = None, length: int = 1) -> WrongQuery:
        """Return what is to be raised where the query cannot be read: at *at*, else where reading stands."""
        return WrongQuery(what, hint, self.text, self.at if at is None else at, length)

    def one_of(self, kind: type[StrEnum], said: str, start: int, field: str) -> str:
        """Return the value of *kind* that *said* names, its dashes, spaces and case evened out."""
        name = said.casefold().replace("-", "_").replace(" ", "_")
        known = [one.value for one in kind]
        if name in known:
            return name
        near = nearest(name, known)
        hint = f"Did you mean `{field}:{near}`?" if near else f"It can be {', '.join(known)}."
        raise self.wrong(f"I do not know `{field}:{clean.line(said, 40)}`", hint, start, self.at - start)

    def comparison(self, said: str) -> tuple[Than | None, str]:
        """Return the sign that *said* begins with (None without one), and the rest."""
        found = re.match(r"(>=|<=|[<>=≥≤])?\s*", said)
        assert found is not None
        sign = {"≥": ">=", "≤": "<="}.get(found[1] or "", found[1])
        return (Than(sign) if sign else None), said[found.end() :]

    def counted(self, number: Number, said: str, start: int) -> Node:
        """Return the condition on a whole number: `2`, `>1`; without a sign it is exactly that many."""
        than, value = self.comparison(said)
        if not re.fullmatch(r"[0-9]{1,6}", value):
            raise self.wrong(
                f"`{number}:` needs a whole number", f"Write `{number}:2` or `{number}:>1`.", start, self.at - start
            )
        return Counted(number, than or Than.EXACTLY, int(value))

    def span(self, said: str, start: int, field: str) -> timedelta:
        """Return the length of time that *said* names (`spans.length`)."""
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


def _has(reader: Asking, said: str, start: int) -> Node:
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
    def read(reader: Asking, said: str, start: int) -> Node:
        if attribute is Attribute.REASON:
            return Has(attribute, reader.one_of(Reason, said, start, attribute))
        if not (value := fold.plain(said)):
            raise reader.wrong(
                f"`{attribute}:` is followed by no name", "Type letters or digits.", start, reader.at - start
            )
        return Has(attribute, value)

    return read


def _contact(reader: Asking, said: str, start: int) -> Node:
    if re.fullmatch(r"[0-9]{1,15}", said):
        return OfContact(int(said), "")
    if not (words := fold.plain(said)):
        raise reader.wrong(
            "`contact:` is followed by no name", "Write a name, an address or an id.", start, reader.at - start
        )
    return OfContact(None, words)


def _before(reader: Asking, said: str, start: int) -> Node:
    return Received(until=reader.days(said, start, "before")[0])


def _after(reader: Asking, said: str, start: int) -> Node:
    return Received(since=reader.days(said, start, "after")[0])


def _on(reader: Asking, said: str, start: int) -> Node:
    first, after = reader.days(said, start, "on")
    if first == after:
        raise reader.wrong(
            "`on:` needs a day", "Write `on:2026-03-02`, or use `after:` and `before:`.", start, reader.at - start
        )
    return Received(first, after)


def _older(reader: Asking, said: str, start: int) -> Node:
    return Received(until=reader.now.astimezone(UTC) - reader.span(said, start, "older_than"))


def _newer(reader: Asking, said: str, start: int) -> Node:
    return Received(since=reader.now.astimezone(UTC) - reader.span(said, start, "newer_than"))


def _waiting(reader: Asking, said: str, start: int) -> Node:
    than, value = reader.comparison(said)
    return Waiting(than or Than.AT_LEAST, reader.span(value, start, "waiting"))


_Condition = Callable[[Asking, str, int], Node]


BY_FIELD: dict[str, _Condition] = {
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

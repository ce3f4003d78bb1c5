"""What a search asks, as frozen values: the tree that `query.py` reads and the store answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tui_inbox.problems import Problem
from tui_inbox.rules import clean


class WrongQuery(Problem):
    """A query that cannot be read; `at` and `length` are the place in its text, counted in characters from 0."""

    kind = "query"
    exit_code = 2

    def __init__(self, what: str, hint: str, text: str, at: int, length: int = 1) -> None:
        super().__init__(f"{what} (column {at + 1}).", hint)
        self.text, self.at, self.length = text, at, max(length, 1)

    @property
    def picture(self) -> str:
        """Two safe lines: the query, and carets under the place that is meant."""
        shown, place, after = (
            "".join(c if c.isprintable() else " " for c in part)
            for part in (self.text[: self.at], self.text[self.at :][: self.length], self.text[self.at + self.length :])
        )
        return f"{shown}{place}{after}\n" + " " * clean.width(shown) + "^" * max(clean.width(place), 1)


class Scope(StrEnum):
    """Where words are looked for."""

    ANYWHERE = "anywhere"
    FROM = "from"
    TO = "to"
    SUBJECT = "subject"
    BODY = "body"
    FILENAME = "filename"
    WARNING = "warning"


class Trait(StrEnum):
    """What a conversation can be, as asked by `is:`."""

    INBOX = "inbox"
    OPEN = "open"
    SNOOZED = "snoozed"
    ARCHIVED = "archived"
    HANDED_OVER = "handed_over"
    SPAM = "spam"
    LATE = "late"
    AT_RISK = "at_risk"
    ANSWERED = "answered"
    NEWS = "news"


class Attribute(StrEnum):
    """What a conversation has one of."""

    CHANNEL = "channel"
    ACCOUNT = "account"
    OWNER = "owner"
    SKILL = "skill"
    REASON = "reason"


class Number(StrEnum):
    TIER = "tier"
    SNOOZES = "snoozes"


class Than(StrEnum):
    MORE = ">"
    LESS = "<"
    AT_LEAST = ">="
    AT_MOST = "<="
    EXACTLY = "="


@dataclass(frozen=True, slots=True)
class Text:
    """Folded words in a row; of the last only the beginning where `begun`. `ends`: how the whole address ends."""

    scope: Scope
    words: tuple[str, ...]
    begun: bool = False
    ends: str = ""


@dataclass(frozen=True, slots=True)
class HasAttachment:
    pass


@dataclass(frozen=True, slots=True)
class HasWarning:
    pass


@dataclass(frozen=True, slots=True)
class Is:
    trait: Trait


@dataclass(frozen=True, slots=True)
class Has:
    """The attribute's value, folded, is `value`."""

    attribute: Attribute
    value: str


@dataclass(frozen=True, slots=True)
class OfContact:
    """A contact by id, or by folded words of a name or identity of theirs."""

    id: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Received:
    """since <= received < until, aware UTC; None where there is no bound."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    than: Than
    span: timedelta


@dataclass(frozen=True, slots=True)
class Counted:
    number: Number
    than: Than
    value: int


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


Leaf = Text | HasAttachment | HasWarning | Is | Has | OfContact | Received | Waiting | Counted
Node = Leaf | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked, as typed and as understood; `root` None asks for everything."""

    text: str
    root: Node | None

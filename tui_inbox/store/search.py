"""Full-text search: a query's tree becomes SQL, walked from the newest matching message to the oldest.

The index holds folded words (`rules/fold.py`), its rowid is `message.stamp`, and results are never ranked: a common
word costs what a rare one costs. Every value travels as a parameter. A condition is asked of one message together with
its conversation; a conversation is found where its newest matching message lies.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from tui_inbox.rules import fold
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
    OfContact,
    Or,
    Query,
    Received,
    Scope,
    Text,
    Trait,
    Waiting,
)
from tui_inbox.rules.model import ME, Place, Reason
from tui_inbox.store.moments import stored

ADD = "INSERT INTO fulltext(rowid, subject, body, sender, recipients, files) VALUES (?, ?, ?, ?, ?, ?)"
"""Parameters: the message's stamp, then its `index_values`."""
REMOVE = (
    "INSERT INTO fulltext(fulltext, rowid, subject, body, sender, recipients, files)"
    " VALUES ('delete', ?, ?, ?, ?, ?, ?)"
)
"""Parameters as of `ADD`, with the very values that were added: an index without content cannot look them up."""

FEW = 200
"""So few conversations (and ten times as many messages) are looked at one by one, instead of walking the index."""

BODY_LIMIT = 1_000_000
"""Characters of a message that are indexed."""

_COLUMNS = {
    Scope.FROM: "sender",
    Scope.TO: "recipients",
    Scope.SUBJECT: "subject",
    Scope.BODY: "body",
    Scope.FILENAME: "files",
}

_INDEXED = "m.stamp IN (SELECT rowid FROM fulltext WHERE fulltext MATCH ?)"
_ASKED_SINCE = (
    "EXISTS (SELECT 1 FROM message q WHERE q.conversation_id = c.id AND q.received_at > c.last_out_at "
    "AND q.direction = 'in' AND COALESCE(q.judged, q.class) = 'human' AND NOT q.history)"
)
"""Whether the customer wrote after our last answer: archived without one, nobody waits for it, and yet it is none."""

_CONTACTS = (
    "SELECT id FROM contact WHERE instr(' ' || folded(name), ?)"
    " UNION SELECT contact_id FROM identity WHERE instr(' ' || folded(value), ?) OR instr(' ' || folded(name), ?)"
)
_OWNERS = "SELECT DISTINCT owner FROM conversation"

Facts = tuple[str, str, str, str, str]


def index_values(
    subject: str,
    text: str,
    quoted: str,
    sender: tuple[str, str],
    recipients: Iterable[tuple[str, str]],
    files: Iterable[str],
) -> Facts:
    """Return the five columns of the index for one message; people are (name, identity), *files* names.

    What a message quotes is indexed too: a forwarded mail often says nothing else, and our side of a thread may be
    known from quotes alone.
    """
    body = f"{text[:BODY_LIMIT]}\n{quoted[: max(BODY_LIMIT - len(text), 0)]}"
    return (
        fold.folded(subject),
        fold.folded(body),
        fold.folded(" ".join(sender)),
        fold.folded("\n".join(f"{name} {identity}" for name, identity in recipients)),
        fold.folded("\n".join(files)),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Conversations by newest matching message, and what `after` takes to go on; None at the end."""

    ids: tuple[int, ...]
    next: str | None


def search(
    connection: sqlite3.Connection, query: Query, now: datetime, limit: int | None = 50, after: str | None = None
) -> Found:
    """Return up to *limit* conversations (None: all) that *query* finds at *now*, from the token *after* on."""
    plan = _narrowed(connection, _plan(connection, query.root, now))
    if plan.alone and plan.few is None:
        return _by_conversation(connection, plan, limit, after)
    found: dict[int, None] = {}
    last, begin = None, int(after) if after else None
    earlier: set[int] = set()
    for stamp, conversation in connection.execute(f"{plan.sql()} ORDER BY {plan.stamp} DESC", plan.values):
        if begin is not None and stamp >= begin:
            earlier.add(conversation)
        elif conversation not in found and conversation not in earlier:
            if limit is not None and len(found) >= limit:
                return Found(tuple(found), str(last))
            found[conversation] = None
            last = stamp
    return Found(tuple(found), None)


def total(connection: sqlite3.Connection, query: Query, now: datetime) -> int:
    """Return how many conversations *query* finds."""
    plan = _narrowed(connection, _plan(connection, query.root, now))
    column = "c.id" if plan.alone and plan.few is None else "m.conversation_id"
    row = connection.execute(plan.sql(f"count(DISTINCT {column})"), plan.values).fetchone()
    return int(row[0])


def _by_conversation(connection: sqlite3.Connection, plan: _Plan, limit: int | None, after: str | None) -> Found:
    where, values = plan.where(), list(plan.values)
    if after:
        where += " AND (c.last_at, c.id) < (?, ?)"
        values.extend(int(part) for part in after.split(":"))
    sql = f"SELECT c.id, c.last_at FROM conversation c WHERE {where} ORDER BY c.last_at DESC, c.id DESC"  # noqa: S608 - values are parameters
    rows = connection.execute(f"{sql} LIMIT ?", [*values, -1 if limit is None else limit + 1]).fetchall()
    more = limit is not None and len(rows) > limit
    rows = rows[:limit]
    return Found(tuple(row[0] for row in rows), f"{rows[-1][1]}:{rows[-1][0]}" if more and rows else None)


# --- a tree becomes SQL -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Condition:
    """A condition of SQL with its parameters, and whether it asks of message `m` and of conversation `c`."""

    sql: str = ""
    parameters: list[object] = field(default_factory=list)
    of_message: bool = False
    of_conversation: bool = False


@dataclass(slots=True)
class _Plan:
    """What is asked of the index (`match`), of its rowid (`spans`), and of the rows beside it."""

    match: str = ""
    spans: list[tuple[str, int]] = field(default_factory=list)
    conditions: list[_Condition] = field(default_factory=list)
    few: list[int] | None = None
    """The conversations that alone come into question, where they are so few that each is looked at."""

    @property
    def alone(self) -> bool:
        """Nothing is asked of messages: conversations answer by themselves."""
        return not (self.match or self.spans or any(part.of_message for part in self.conditions))

    @property
    def stamp(self) -> str:
        return "fulltext.rowid" if self.match and self.few is None else "m.stamp"

    @property
    def values(self) -> list[object]:
        values: list[object] = [self.match] if self.match else []
        values.extend(bound for _, bound in self.spans)
        values.extend(self.few or [])
        return values + [value for part in self.conditions for value in part.parameters]

    def where(self) -> str:
        parts = ["fulltext MATCH ?"] if self.match else []
        parts += [f"{self.stamp} {than} ?" for than, _ in self.spans]
        if self.alone and self.few is None:
            parts.append("c.merged_into IS NULL AND c.messages > 0")
        if self.few is not None:
            parts.append(f"m.conversation_id IN ({', '.join('?' * len(self.few))})")
        return " AND ".join([*parts, *(part.sql for part in self.conditions)]) or "TRUE"

    def sql(self, columns: str = "") -> str:
        # CROSS JOIN fixes the order of the loops: newest first stays the outer one.
        if self.alone and self.few is None:
            return f"SELECT {columns} FROM conversation c WHERE {self.where()}"  # noqa: S608 - values are parameters
        tables = "message m"
        if self.match:
            # Of a match alone this index knows enough; SQLite would take that of the stamp, and look the row up.
            tables = "fulltext CROSS JOIN message m INDEXED BY message_match ON m.stamp = fulltext.rowid"
            if self.few is not None:
                tables = "message m CROSS JOIN fulltext ON fulltext.rowid = m.stamp"
        if any(part.of_conversation for part in self.conditions):
            tables += " CROSS JOIN conversation c ON c.id = m.conversation_id"
        columns = columns or f"{self.stamp}, m.conversation_id"
        return f"SELECT {columns} FROM {tables} WHERE {self.where()}"  # noqa: S608 - values are parameters


def _plan(connection: sqlite3.Connection, root: Node | None, now: datetime) -> _Plan:
    """Return the plan that answers *root* at *now*: what the index can answer is asked of it in one expression."""
    plan = _Plan()
    wanted: list[str] = []
    unwanted: list[str] = []
    for part in root.parts if isinstance(root, And) else [root] if root else []:
        if isinstance(part, Not) and (match := _match(part.part)):
            unwanted.append(match)
            continue
        if match := _match(part, loosely=True):
            wanted.append(match)
        if isinstance(part, Received):
            plan.spans.extend(_stamps(part))
        elif not _match(part):
            plan.conditions.append(_compiled(connection, part, stored(now)))
    if wanted:
        plan.match = _without(wanted, unwanted)
    elif unwanted:
        without = _Condition(f"NOT {_INDEXED}", [" OR ".join(unwanted)], of_message=True)
        plan.conditions.append(without)
    return plan


def _compiled(connection: sqlite3.Connection, part: Node, now: int) -> _Condition:
    compiler = _Compiler(connection, now)
    if isinstance(part, Text) and part.ends:
        # The index has been asked for its words already: what is left is how the address ends.
        compiler.asked.sql, compiler.asked.of_message = compiler.ending(part.ends), True
    else:
        compiler.asked.sql = compiler.condition(part)
    return compiler.asked


def _narrowed(connection: sqlite3.Connection, plan: _Plan) -> _Plan:
    """Return *plan*, turned round where its conversations are few: a common word need not be walked for them."""
    asked = [part for part in plan.conditions if not part.of_message]
    if plan.alone or not asked:
        return plan
    where, values = " AND ".join(part.sql for part in asked), [value for part in asked for value in part.parameters]
    sql = f"SELECT c.id, c.messages FROM conversation c WHERE {where} LIMIT ?"  # noqa: S608 - values are parameters
    rows = connection.execute(sql, [*values, FEW + 1]).fetchall()
    if len(rows) > FEW or sum(messages for _, messages in rows) > FEW * 10:
        return plan
    rest = [part for part in plan.conditions if part.of_message]
    return _Plan(plan.match, plan.spans, rest, [row[0] for row in rows])


def _stamps(span: Received) -> Iterator[tuple[str, int]]:
    if span.since:
        yield ">=", stored(span.since) << 20
    if span.until:
        yield "<", stored(span.until) << 20


def _without(wanted: list[str], unwanted: list[str]) -> str:
    match = " AND ".join(wanted)
    return f"({match}) NOT ({' OR '.join(unwanted)})" if unwanted else match


def _match(node: Node, *, loosely: bool = False) -> str:
    """Return the index's expression that finds exactly *node* (*loosely*: finds it and perhaps more); "" for none."""
    match node:
        case Text(scope, words, begun, ends) if scope in _COLUMNS or scope is Scope.ANYWHERE:
            if ends and scope is Scope.FROM and not loosely:
                return ""
            column = f"{_COLUMNS[scope]} : " if scope in _COLUMNS else ""
            # Folded words hold letters and digits only: nothing in them can end the quotes.
            return f'({column}"{" ".join(words)}"{" *" if begun else ""})'
        case And(parts):
            wanted = [_match(part, loosely=loosely) for part in parts if not isinstance(part, Not)]
            unwanted = [_match(part.part) for part in parts if isinstance(part, Not)]
            if loosely:
                wanted = [part for part in wanted if part]
                unwanted = [part for part in unwanted if part]
            return f"({_without(wanted, unwanted)})" if wanted and all(wanted) and all(unwanted) else ""
        case Or(parts):
            either = [_match(part, loosely=loosely) for part in parts]
            return f"({' OR '.join(either)})" if all(either) else ""
        case _:
            return ""


@dataclass(slots=True)
class _Compiler:
    """Turns one part of a tree into a condition; *now* in milliseconds."""

    connection: sqlite3.Connection
    now: int
    asked: _Condition = field(default_factory=_Condition)

    def value(self, value: object) -> str:
        self.asked.parameters.append(value)
        return "?"

    def indexed(self, match: str) -> str:
        self.asked.parameters.append(match)
        return _INDEXED

    def ending(self, ends: str) -> str:
        return f"substr(lower(m.sender_identity), {self.value(-len(ends))}) = {self.value(ends)}"

    def condition(self, node: Node) -> str:
        match node:
            case And(parts):
                return "(" + " AND ".join([self.condition(part) for part in parts]) + ")"
            case Or(parts):
                return "(" + " OR ".join([self.condition(part) for part in parts]) + ")"
            case Not(part):
                # What is unknown is not so: NULL must not swallow the message.
                return f"NOT coalesce({self.condition(part)}, 0)"
            case Text() | HasAttachment() | HasWarning() | Received():
                self.asked.of_message = True
                return self.of_message(node)
            case Is() | Has() | OfContact() | Waiting() | Counted():
                self.asked.of_conversation = True
                return self.of_conversation(node)
            case _:
                assert_never(node)

    def of_message(self, node: Text | HasAttachment | HasWarning | Received) -> str:
        match node:
            case Text(Scope.WARNING, words):
                _teach(self.connection)
                told = self.value(f" {' '.join(words)}")
                return f"(m.warnings <> '[]' AND instr(' ' || folded(m.warnings), {told}) > 0)"
            case Text(Scope.FROM, _, _, ends) if ends:
                return f"({self.indexed(_match(node, loosely=True))} AND {self.ending(ends)})"
            case Text():
                return self.indexed(_match(node))
            case HasAttachment():
                return "m.attachments > 0"
            case HasWarning():
                return "m.warnings <> '[]'"
            case Received():
                bounds = [f"m.stamp {than} {self.value(bound)}" for than, bound in _stamps(node)]
                return "(" + " AND ".join(bounds) + ")"
            case _:
                assert_never(node)

    def of_conversation(self, node: Is | Has | OfContact | Waiting | Counted) -> str:
        match node:
            case Is(trait):
                return f"({self.trait(trait)})"
            case Has(attribute, value):
                return self.attribute(attribute, value)
            case OfContact(None, words):
                _teach(self.connection)
                self.asked.parameters.extend([f" {words}"] * 3)
                return f"c.contact_id IN ({_CONTACTS})"
            case OfContact(id):
                return f"c.contact_id = {self.value(id)}"
            case Waiting(than, span):
                # Longer than a span is since an earlier moment.
                turned = than.value.translate(str.maketrans("<>", "><"))
                return f"c.waiting_since {turned} {self.value(self.now - int(span.total_seconds() * 1000))}"
            case Counted(number, than, value):
                return f"c.{number.value} {than.value} {self.value(value)}"
            case _:
                assert_never(node)

    def trait(self, trait: Trait) -> str:
        match trait:
            case Trait.INBOX | Trait.SNOOZED | Trait.ARCHIVED | Trait.HANDED_OVER | Trait.SPAM:
                return self.lies(Place(trait.value))
            case Trait.OPEN:
                return f"{self.lies(Place.INBOX)} OR {self.lies(Place.HANDED_OVER)}"
            case Trait.LATE:
                return f"({self.trait(Trait.OPEN)}) AND c.due < {self.value(self.now)}"
            case Trait.AT_RISK:
                held = f"({self.trait(Trait.OPEN)})"
                return f"{held} AND c.risk_at <= {self.value(self.now)} AND c.due >= {self.value(self.now)}"
            case Trait.ANSWERED:
                return f"c.waiting_since IS NULL AND c.last_out_at IS NOT NULL AND NOT {_ASKED_SINCE}"
            case Trait.NEWS:
                return "c.news"
            case _:
                assert_never(trait)

    def lies(self, place: Place) -> str:
        """Return the condition for *place* now: a conversation lies in `place` until `turns_at`, then in `turns_to`,
        and from `back_at` on in the inbox."""
        stays = f"(c.place = {self.value(place.value)} AND (c.turns_at IS NULL OR c.turns_at > {self.value(self.now)}))"
        moved = f"c.turns_at <= {self.value(self.now)}"
        if place is Place.INBOX:
            return f"({stays} OR ({moved} AND c.turns_to = {self.value(place.value)}) OR {self.back()})"
        return f"({stays} OR ({moved} AND c.turns_to = {self.value(place.value)} AND NOT {self.back()}))"

    def attribute(self, attribute: Attribute, value: str) -> str:
        match attribute:
            case Attribute.REASON:
                back = f"CASE WHEN {self.back()} THEN {self.value(Reason.RETURNED)}"
                turned = f"WHEN c.turns_at <= {self.value(self.now)} THEN c.turns_reason ELSE c.reason END"
                return f"{back} {turned} = {self.value(value)}"
            case Attribute.OWNER if value == ME:
                return f"({self.back()} OR c.owner = {self.value(ME)})"
            case Attribute.CHANNEL:
                return self.known("c.channel", "SELECT DISTINCT channel FROM account", value)
            case Attribute.ACCOUNT:
                return self.known("c.account_id", "SELECT name, id FROM account", value)
            case Attribute.OWNER:
                away = f"NOT {self.back()}"
                return f"({away} AND {self.known('c.owner', _OWNERS, value)})"
            case Attribute.SKILL:
                return self.known("c.skill", "SELECT DISTINCT skill FROM conversation", value)
            case _:
                assert_never(attribute)

    def back(self) -> str:
        """Return the condition that a hand-over which could not be delivered in time is back at me."""
        moved = f"c.turns_at <= {self.value(self.now)}"
        back = f"(c.turns_reason = {self.value(Reason.RETURNED)} OR c.back_at <= {self.value(self.now)})"
        return f"coalesce({moved} AND {back}, 0)"

    def known(self, column: str, sql: str, value: str) -> str:
        """Return the condition that *column* is the last value of a row of *sql* whose first, folded, is *value*."""
        rows = self.connection.execute(sql).fetchall()
        known = [self.value(row[-1]) for row in rows if row[0] is not None and fold.plain(row[0]) == value]
        return f"{column} IN ({', '.join(known)})"


def _teach(connection: sqlite3.Connection) -> None:
    """Give *connection* the function `folded`, once: SQLite refuses a second time while any statement runs."""
    try:
        connection.execute("SELECT folded('')").fetchall()
    except sqlite3.OperationalError:
        connection.create_function("folded", 1, _folded, deterministic=True)


def _folded(text: object) -> str:
    return fold.plain(text) if isinstance(text, str) else ""

"""Read-only windows, counts and one conversation, for the screen and the commands; never blocks a writer.

Importing this costs the standard library only: the first picture of the inbox must not wait for SQLModel.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from types import FunctionType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from tui_inbox.problems import Misconfigured, NotFound, StoreTrouble
from tui_inbox.rules import clean, silence
from tui_inbox.rules.conversation import clock
from tui_inbox.rules.model import ME, Class, Clock, Direction, Kind, Outcome, Place, Reason, State, Status
from tui_inbox.rules.promise import Promise, Responsible, Terms
from tui_inbox.rules.sensitive import masked
from tui_inbox.store import migrations, posted, queues, rules_done
from tui_inbox.store.moments import moment, stored
from tui_inbox.store.posted import Posted
from tui_inbox.store.queues import BACK, OWNER, PLACE, REASON, TURNED, Counts

if TYPE_CHECKING:
    from tui_inbox.rules.asked import Query
    from tui_inbox.rules.explained import Figure
    from tui_inbox.rules.places import Written
    from tui_inbox.rules.report import Report, Reporting
    from tui_inbox.rules.review import Review
    from tui_inbox.store.customers import Alike, IdentityLine, Past


@dataclass(frozen=True, slots=True)
class ContactLine:
    id: int
    name: str
    identities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation as a list shows it, at one moment. All text is safe for a terminal."""

    id: int
    channel: str
    account: str
    subject: str
    contact: ContactLine
    place: Place
    status: Status
    owner: str
    tier: int
    skill: str | None
    due: datetime | None
    clock: Clock
    reason: Reason | None
    returns: datetime | None
    waiting_since: datetime | None
    messages: int
    news: bool
    snoozes: int
    last_at: datetime | None
    snippet: str
    continues: int | None
    plan: tuple[datetime, datetime] | None
    """The interrupted snooze (returns, due) that one key takes again."""
    delivery: str | None
    """For a hand-over: `waiting`, `sent`, `failed`; None where nothing was handed over."""
    as_of: datetime | None = None
    """Until when its source is known, where that has been silent too long; None where it has not."""
    unmoved: bool = False
    """Whether mails of it wait to be moved on their server."""


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    id: int
    name: str
    type: str
    size: int | None
    stored: bool


@dataclass(frozen=True, slots=True)
class KeptFile:
    """An attachment as it was kept: its bytes, or for mail the whole message and which part. Its name a stranger's."""

    name: str
    type: str
    size: int | None
    stored: bool
    part: str
    content: bytes | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message as it is read. All text is safe for a terminal."""

    id: int
    external_id: str
    direction: Direction
    class_: Class
    why: str
    """The evidence for its class, where it is not human."""
    sender_name: str
    sender_identity: str
    to: tuple[str, ...]
    sent_at: datetime | None
    received_at: datetime
    subject: str
    text: str
    quoted: str
    state: State
    history: bool
    attachments: tuple[AttachmentLine, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PromiseLine:
    kind: Kind
    started: datetime | None
    due: datetime
    ended: datetime | None
    outcome: Outcome
    responsible: str
    why: str


@dataclass(frozen=True, slots=True)
class EventLine:
    at: datetime
    event: str
    by: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class Whole:
    """One conversation, whole. `seen` is the watermark that an act on what was drawn must carry."""

    row: Row
    messages: tuple[MessageLine, ...]
    promises: tuple[PromiseLine, ...]
    history: tuple[EventLine, ...]
    seen: int
    seen_before: int
    """Up to which message the agent had seen it already."""
    going_out: tuple[Posted, ...] = ()
    """What of it waits to be sent or moved on a server, or was refused."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer whole; of the conversations the newest, and how many there are."""

    id: int
    name: str
    identities: tuple[IdentityLine, ...]
    rows: tuple[Row, ...]
    conversations: int
    past: Past
    alike: tuple[Alike, ...]


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One source, and how its last run ended."""

    name: str
    kind: str
    channel: str
    synced_at: datetime | None
    problem: str | None
    me: tuple[str, ...]
    zone: str | None


@dataclass(frozen=True, slots=True)
class CensusLine:
    """The last count of one folder: how many messages its server has, how many of them are stored as lying there,
    and how many of the others are left out for a known reason, missing here, or stored and not there."""

    account: str
    folder: str
    at: datetime
    there: int
    here: int
    left_out: int
    missing: int
    surplus: int
    certain: bool
    """Whether the server's list and its own count agree."""

    @property
    def agrees(self) -> bool:
        return self.certain and not self.missing and not self.surplus


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue in its order: every id, and nothing else, so that a million rows are a few megabytes."""

    name: str
    ids: array[int]
    seen: int
    """The highest message id the store held when the ids were read."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a queue: its ids, how many the whole has, and the token that goes on behind it."""

    ids: tuple[int, ...]
    total: int
    next: str | None


_COLUMNS = f"""
  c.id, c.channel, a.name AS account, a.kind AS source, a.synced_at, c.subject, c.contact_id, p.name AS contact,
  {PLACE} AS place,
  CASE WHEN {TURNED} THEN 'open' ELSE c.status END AS status,
  {OWNER} AS owner,
  c.tier, c.skill, c.due, c.risk_at,
  {REASON} AS reason,
  CASE WHEN {TURNED} THEN NULL ELSE c.returns END AS returns,
  c.waiting_since, c.messages, c.news, c.snoozes, c.last_at, c.snippet, c.continues, c.plan_returns, c.plan_due,
  CASE WHEN {BACK} THEN NULL ELSE c.delivery END AS delivery,
  EXISTS(SELECT 1 FROM move WHERE conversation_id = c.id AND state IN ('waiting', 'moving')) AS unmoved
"""  # noqa: S608 - our own words only


def _in_words(reader: type[Reader]) -> type[Reader]:
    """Return *reader*, whose questions raise `StoreTrouble` where SQLite raises errors of its own."""
    for name, question in list(vars(reader).items()):
        if isinstance(question, FunctionType) and not name.startswith("_"):
            setattr(reader, name, _worded(question))
    return reader


def _worded(question: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(question)
    def asked(self: Reader, *arguments: Any, **named: Any) -> Any:
        try:
            return question(self, *arguments, **named)
        except sqlite3.Error as trouble:
            raise migrations.trouble_of(self.path, trouble) from trouble

    return asked


@_in_words
class Reader:
    """One read-only connection; use one in each thread, and close it."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path = path
        self._connection = migrations.connect(path, read_only=True, shared=shared)
        self._connection.row_factory = sqlite3.Row

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Hold one state of the store while several things are read from it."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction:  # damage ends it by itself
                self._connection.execute("COMMIT")

    def version(self) -> int:
        """Return a number that changes whenever anybody else has written (PRAGMA data_version)."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def seen(self) -> int:
        """Return the highest message id the store holds: what a command has seen when it starts."""
        return int(self._connection.execute("SELECT COALESCE(MAX(id), 0) FROM message").fetchone()[0])

    def newest(self) -> datetime | None:
        """Return when the newest message was received."""
        stamp = self._connection.execute("SELECT MAX(stamp) FROM message").fetchone()[0]
        return None if stamp is None else moment(stamp >> 20)

    def examine(self) -> str:
        """Return a sentence about the file's health; raise `StoreTrouble` where SQLite finds it damaged."""
        found = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreTrouble(f"The store is damaged: {found}.", "Restore a backup with `tui-inbox restore`.")
        messages = self._connection.execute("SELECT COUNT(*) FROM message").fetchone()[0]
        return f"whole, {messages:,} messages."

    # --- lists --------------------------------------------------------------------------------------

    def queue(
        self, name: str, now: datetime, query: Query | None = None, *, standing: str = "", most: int | None = None
    ) -> Queue:
        """Return the ids of a queue in its order, of all or of the first *most*; *query* keeps what it matches,
        *standing* (`queues.STANDINGS`) whose clock stands so. Raises `NotFound`."""
        with self.moment():
            ids = queues.ids(self._connection, name, now, standing=standing, most=None if query else most)
            if query:
                ids = self._matching(ids, query, now)
            return Queue(name, array("q", ids), self.seen())

    def page(self, name: str, now: datetime, limit: int, query: Query | None = None, after: str | None = None) -> Page:
        """Return a page of a queue, behind the token *after*, which stays good when what it named has gone.

        Raises `NotFound` for a queue, `Misconfigured` for a token that is none.
        """
        with self.moment():
            if query is None:
                total = queues.count(self._connection, name, now)
            else:
                total = len(list(self._matching(queues.ids(self._connection, name, now), query, now)))
            behind = None if after is None else _token(name, after)
            most = limit + 1 if query is None else None
            ids = queues.ids(self._connection, name, now, most=most, behind=behind)
            rest = list(self._matching(ids, query, now))
        part = rest[:limit]
        following = self._key(name, part[-1]) if len(rest) > limit else None
        return Page(tuple(part), total, following)

    def _matching(self, ids: Iterable[int], query: Query | None, now: datetime) -> Iterable[int]:
        if query is None:
            return ids
        from tui_inbox.store import search  # deferred: the first picture does not need it

        matching = set(search.search(self._connection, query, now, limit=None).ids)
        return (id_ for id_ in ids if id_ in matching)

    def found(self, query: Query, now: datetime, limit: int, after: str | None = None) -> Page:
        """Return a page of a search, the conversation with the newest matching message first."""
        from tui_inbox.store import search  # deferred: the first picture does not need it

        with self.moment():
            try:
                found = search.search(self._connection, query, now, limit, after)
            except (ValueError, OverflowError, sqlite3.ProgrammingError):
                if after is None:
                    raise
                raise _no_token(after) from None
            return Page(found.ids, search.total(self._connection, query, now), found.next)

    def _key(self, name: str, id_: int) -> str:
        sql = f"SELECT {', '.join(queues.ORDER[name])} FROM conversation WHERE id = ?"  # noqa: S608 - our own words only
        keys = self._connection.execute(sql, (id_,)).fetchone()
        return "p" + ".".join(str(key) for key in keys)  # a letter first: `--after -7` would look like an option

    def search(self, query: Query, now: datetime, limit: int | None = 200) -> Queue:
        """Return the conversations that *query* finds, the one with the newest matching message first."""
        from tui_inbox.store import search  # deferred: the first picture does not need it

        with self.moment():
            found = search.search(self._connection, query, now, limit)
            return Queue("search", array("q", found.ids), self.seen())

    def rows(self, ids: Sequence[int], now: datetime) -> list[Row]:
        """Return conversations *ids* in that order; those that are not here are left out."""
        found: dict[int, Row] = {}
        for start in range(0, len(ids), 500):
            part = list(ids[start : start + 500])
            marks = ",".join("?" * len(part))
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM conversation c JOIN account a ON a.id = c.account_id "  # noqa: S608 - marks only
                f"LEFT JOIN contact p ON p.id = c.contact_id WHERE c.id IN ({marks})".replace(":now", str(stored(now))),
                part,
            ).fetchall()
            identities = self._identities({row["contact_id"] for row in rows if row["contact_id"] is not None})
            for row in rows:
                found[row["id"]] = _row(row, identities.get(row["contact_id"], ()), now)
        return [found[id_] for id_ in ids if id_ in found]

    def _identities(self, contacts: Iterable[int]) -> dict[int, tuple[str, ...]]:
        wanted = list(contacts)
        found: dict[int, list[str]] = {}
        rows = self._connection.execute(
            f"SELECT contact_id, value FROM identity WHERE contact_id IN ({','.join('?' * len(wanted))}) ORDER BY id",  # noqa: S608 - marks only
            wanted,
        )
        for row in rows:
            found.setdefault(row[0], []).append(clean.line(row[1]))
        return {contact: tuple(values) for contact, values in found.items()}

    def count(self, query: Query, now: datetime) -> int:
        """Return how many conversations *query* finds."""
        from tui_inbox.store import search  # deferred: the first picture does not need it

        return search.total(self._connection, query, now)

    def counts(self, now: datetime) -> Counts:
        """Return how many conversations lie in each queue and how the clocks of the inbox stand."""
        with self.moment():
            return queues.counts(self._connection, now)

    def standing(self, which: str, now: datetime) -> set[int]:
        """Return the conversations that stand as *which* (`queues.STANDINGS`) says, wherever they lie."""
        return set(queues.ids(self._connection, "all", now, standing=which))

    def due_between(self, since: datetime, until: datetime, but: int) -> int:
        """Return how many conversations other than *but* are due from *since* until before *until*."""
        return queues.due_between(self._connection, since, until, but)

    def came_at_risk(self, since: datetime, now: datetime) -> int:
        """Return how many conversations of the inbox have come to be at risk after *since*, up to *now*."""
        return queues.came_at_risk(self._connection, since, now)

    def held(self, now: datetime) -> dict[str, int]:
        """Return how many open conversations each owner holds."""
        return queues.held(self._connection, now)

    def customer(self, contact: int, now: datetime) -> Customer:
        """Return a customer whole: who, every conversation, how long they have waited. Raises `NotFound`."""
        from tui_inbox.store import customers  # deferred: the first picture does not need it

        with self.moment():
            row = self._connection.execute("SELECT name FROM contact WHERE id = ?", (contact,)).fetchone()
            if row is None:
                raise NotFound(f"There is no contact {contact}.", "See `tui-inbox list all`.")
            ids = customers.conversations(self._connection, contact)
            return Customer(
                contact,
                clean.line(row[0]),
                customers.identities(self._connection, contact),
                tuple(self.rows(ids[: customers.MOST], now)),
                len(ids),
                customers.past(self._connection, ids, now),
                customers.alike(self._connection, contact),
            )

    def report(self, *adding: Reporting) -> tuple[Report, ...]:
        """Return the figures that *adding* ask for, all of one window and moment."""
        from tui_inbox.store import figures  # deferred: the first picture does not need it

        with self.moment():
            return figures.report(self._connection, *adding)

    def behind(self, figure: Figure, adding: Reporting, values: tuple[str | int, ...] = ()) -> list[int]:
        """Return the conversations that a figure counts, the latest first; *values* name one group of the report."""
        from tui_inbox.store import figures

        with self.moment():
            return figures.behind(self._connection, figure, adding, values)

    def accounts(self) -> list[AccountLine]:
        """Return every account that something came from."""
        return [
            AccountLine(
                row["name"],
                row["kind"],
                row["channel"],
                moment(row["synced_at"]),
                row["problem"],
                tuple(json.loads(row["me"])),
                row["zone"],
            )
            for row in self._connection.execute("SELECT * FROM account ORDER BY id")
        ]

    def cursors(self, account: str) -> dict[str, str]:
        """Return how far each place of an account has been read, in its channel's own notation."""
        return dict(
            self._connection.execute(
                "SELECT c.place, c.value FROM cursor c JOIN account a ON a.id = c.account_id WHERE a.name = ?",
                (account,),
            ).fetchall()
        )

    def census(self, account: str | None = None) -> list[CensusLine]:
        """Return the last count of each folder of *account*, or of all accounts."""
        rows = self._connection.execute(
            "SELECT a.name AS account, n.* FROM census n JOIN account a ON a.id = n.account_id "
            "WHERE a.name = ? OR ? IS NULL ORDER BY a.name, n.place",
            (account, account),
        )
        return [
            CensusLine(
                row["account"],
                clean.line(row["name"]),
                moment(row["at"]),
                row["there"],
                row["here"],
                row["left_out"],
                row["missing"],
                row["surplus"],
                bool(row["certain"]),
            )
            for row in rows
        ]

    def brought(self) -> dict[str, tuple[int, int]]:
        """Return how many messages, in how many conversations, each account has brought."""
        rows = self._connection.execute(
            "SELECT a.name, COALESCE(SUM(c.messages), 0), COUNT(c.id) FROM account a "
            "LEFT JOIN conversation c ON c.account_id = a.id AND c.merged_into IS NULL AND c.messages > 0 GROUP BY a.id"
        )
        return {name: (messages, conversations) for name, messages, conversations in rows}

    def rules_done(self) -> dict[str, tuple[int, datetime | None]]:
        """Return by its name how many conversations each rule has matched, and when it last did something."""
        return rules_done.rules_done(self._connection)

    def matched_by(self, rule: str) -> list[int]:
        """Return the conversations that *rule* matched, the newest first."""
        return rules_done.matched_by(self._connection, rule)

    def review(self, of: str) -> Review | None:
        """Return the review of *of* that was interrupted; None where there is none."""
        from tui_inbox.rules.review import Review  # deferred: the first picture does not need it

        row = self._connection.execute("SELECT state FROM review WHERE of = ?", (of,)).fetchone()
        return None if row is None else Review.from_json(row[0])

    def dropped(self, folder: str) -> dict[str, str]:
        """Return what was read of a watched folder: its name, and how it was marked then."""
        return dict(self._connection.execute("SELECT name, mark FROM dropped WHERE folder = ?", (folder,)).fetchall())

    # --- one conversation ---------------------------------------------------------------------------

    def conversation(self, id: int, now: datetime) -> Whole:  # noqa: A002 - the product's word
        """Return one conversation whole. Raises `NotFound`; an id that was merged into another leads there."""
        with self.moment():
            row = self._connection.execute("SELECT merged_into FROM conversation WHERE id = ?", (id,)).fetchone()
            if row is None:
                raise NotFound(f"There is no conversation {id}.", "See `tui-inbox list all`.")
            id_ = row[0] or id
            shown = self.rows([id_], now)[0]
            messages = self._messages(id_)
            return Whole(
                shown,
                messages,
                self.promises(shown, now),
                self._history(id_),
                max((one.id for one in messages), default=0),
                self._connection.execute("SELECT seen FROM conversation WHERE id = ?", (id_,)).fetchone()[0],
                posted.of(self._connection, id_),
            )

    def file(self, id: int) -> KeptFile:  # noqa: A002 - the product's word
        """Return an attachment with its bytes. Raises `NotFound`."""
        row = self._connection.execute(
            "SELECT a.*, b.content AS kept, r.packed, r.content AS raw FROM attachment a "
            "LEFT JOIN blob b ON b.digest = a.blob "
            "LEFT JOIN raw r ON r.message_id = a.message_id AND a.blob IS NULL AND a.part <> '' WHERE a.id = ?",
            (id,),
        ).fetchone()
        if row is None:
            raise NotFound(f"There is no attachment {id}.", "See `tui-inbox attachment list CONVERSATION`.")
        raw = b"" if row["raw"] is None else zlib.decompress(row["raw"]) if row["packed"] else row["raw"]
        return KeptFile(row["name"], row["type"], row["size"], bool(row["stored"]), row["part"], row["kept"], raw)

    def written(self, id: int) -> Written:  # noqa: A002 - the product's word
        """Return where the customer of a conversation wrote last. Raises `NotFound`."""
        from tui_inbox.rules.places import Written  # deferred: the first picture does not need it

        whole = self._connection.execute(
            "SELECT COALESCE(merged_into, id) AS id, channel FROM conversation WHERE id = ?", (id,)
        ).fetchone()
        if whole is None:
            raise NotFound(f"There is no conversation {id}.", "See `tui-inbox list all`.")
        row = self._connection.execute(
            "SELECT m.*, t.is_group, i.value AS person, r.packed, r.content AS raw FROM message m "
            "JOIN thread t ON t.id = m.thread_id LEFT JOIN identity i ON i.id = m.identity_id "
            "LEFT JOIN raw r ON r.message_id = m.id WHERE m.conversation_id = ? "
            "ORDER BY m.direction = 'in' AND m.class = 'human' DESC, m.direction = 'in' DESC, m.stamp DESC LIMIT 1",
            (whole["id"],),
        ).fetchone()
        if row is None:
            return Written(whole["channel"])
        ids = self._connection.execute(
            "SELECT ids FROM message WHERE conversation_id = ? AND stamp <= ? ORDER BY stamp",
            (whole["id"], row["stamp"]),
        )
        raw = b"" if row["raw"] is None else zlib.decompress(row["raw"]) if row["packed"] else row["raw"]
        person = row["person"] or row["sender_identity"]
        return Written(
            whole["channel"],
            person,
            row["sender_name"],
            row["subject"],
            row["thread_key"],
            bool(row["is_group"]),
            row["external_id"],
            tuple(one[0] for ids_ in ids if (one := json.loads(ids_[0]))),
            raw,
        )

    def routed(self, id: int) -> dict[str, object]:  # noqa: A002 - the product's word
        """Return what the rules said of a conversation: `matched`, `trace`, `owner`; empty where none ran."""
        row = self._connection.execute("SELECT routed FROM conversation WHERE id = ?", (id,)).fetchone()
        found: dict[str, object] = json.loads(row[0]) if row and row[0] else {}
        return found

    def _messages(self, id_: int) -> tuple[MessageLine, ...]:
        attachments: dict[int, list[AttachmentLine]] = {}
        for row in self._connection.execute(
            "SELECT t.* FROM attachment t JOIN message m ON m.id = t.message_id "
            "WHERE m.conversation_id = ? ORDER BY t.id",
            (id_,),
        ):
            attachments.setdefault(row["message_id"], []).append(
                AttachmentLine(
                    row["id"], clean.line(row["name"]), clean.line(row["type"]), row["size"], bool(row["stored"])
                )
            )
        rows = self._connection.execute(
            "SELECT * FROM message WHERE conversation_id = ? ORDER BY received_at, rank, position, id", (id_,)
        )
        return tuple(_message(row, tuple(attachments.get(row["id"], ()))) for row in rows)

    def promises(self, shown: Row, now: datetime) -> tuple[PromiseLine, ...]:
        """Return the promises of a conversation as they read at *now*, oldest first."""
        rows = self._connection.execute(
            "SELECT p.*, c.returns AS returns_at, COALESCE(c.back_at, c.turns_at) AS came_back "
            "FROM promise p JOIN conversation c ON c.id = p.conversation_id "
            "WHERE p.conversation_id = ? AND p.outcome <> 'void' ORDER BY COALESCE(p.started, c.returns, p.due), p.id",
            (shown.id,),
        )
        return tuple(_promise(row, shown, now) for row in rows)

    def _history(self, id_: int) -> tuple[EventLine, ...]:
        arrived = [
            EventLine(
                moment(row[0]), "arrived", _by(row), {"message": row[1], "class": row[3], "received": told(row[4])}
            )
            for row in self._connection.execute(
                "SELECT arrived_at, id, direction, class, received_at FROM message "
                "WHERE conversation_id = ? ORDER BY id",
                (id_,),
            )
        ]
        events = [
            EventLine(moment(row["at"]), row["event"], row["by"] or "customer", json.loads(row["detail"]))
            for row in self._connection.execute("SELECT * FROM event WHERE conversation_id = ? ORDER BY id", (id_,))
        ]
        return tuple(sorted([*arrived, *events], key=lambda one: one.at))


def _token(name: str, after: str) -> tuple[int, ...]:
    try:
        keys = tuple(int(part) for part in after.removeprefix("p").split("."))
    except ValueError:
        raise _no_token(after) from None
    if len(keys) != len(queues.ORDER.get(name, keys)) or any(abs(key) >= 1 << 63 for key in keys):
        raise _no_token(after)
    return keys


def _no_token(after: str | None) -> Misconfigured:
    return Misconfigured(f"{after} is no page token of this queue.", "Take `next` of the page before, or leave it out.")


def _row(row: sqlite3.Row, identities: tuple[str, ...], now: datetime) -> Row:
    due, risk_at, place = moment(row["due"]), moment(row["risk_at"]), Place(row["place"])
    plan = None
    if row["plan_returns"] is not None and row["plan_returns"] > stored(now):
        plan = (moment(row["plan_returns"]), moment(row["plan_due"]))
    return Row(
        id=row["id"],
        channel=row["channel"],
        account=clean.line(row["account"]),
        subject=clean.line(masked(row["subject"])),
        contact=ContactLine(row["contact_id"] or 0, clean.line(row["contact"] or ""), identities),
        place=place,
        status=Status(row["status"]),
        owner=clean.line(row["owner"]),
        tier=row["tier"],
        skill=row["skill"],
        due=due,
        clock=clock(due, risk_at, place, now),
        reason=Reason(row["reason"]) if row["reason"] else None,
        returns=moment(row["returns"]),
        waiting_since=moment(row["waiting_since"]),
        messages=row["messages"],
        news=bool(row["news"]),
        snoozes=row["snoozes"],
        last_at=moment(row["last_at"]),
        snippet=clean.line(row["snippet"]),
        continues=row["continues"],
        plan=plan,
        delivery=row["delivery"],
        as_of=silence.as_of(moment(row["synced_at"]), now, mailbox=row["source"] == "imap"),
        unmoved=bool(row["unmoved"]),
    )


def _message(row: sqlite3.Row, attachments: tuple[AttachmentLine, ...]) -> MessageLine:
    return MessageLine(
        id=row["id"],
        external_id=clean.line(row["external_id"]),
        direction=Direction(row["direction"]),
        class_=Class(row["judged"] or row["class"]),
        why=clean.line(row["why"]),
        sender_name=clean.line(row["sender_name"]),
        sender_identity=clean.line(row["sender_identity"]),
        to=tuple(clean.line(identity or name) for name, identity in json.loads(row["recipients"])),
        sent_at=moment(row["sent_at"]),
        received_at=moment(row["received_at"]),
        subject=clean.line(row["subject"]),
        text=clean.block(row["text"]),
        quoted=clean.block(row["quoted"]),
        state=State(row["state"]),
        history=bool(row["history"]),
        attachments=attachments,
        warnings=tuple(clean.line(one) for one in json.loads(row["warnings"])),
    )


def _promise(row: sqlite3.Row, shown: Row, now: datetime) -> PromiseLine:
    """Return a promise as it reads at *now*: a follow-up that started meanwhile, a teammate's past due."""
    responsible = tuple(Responsible(who, moment(since)) for who, since in json.loads(row["responsible"]))
    kind, started = Kind(row["kind"]), moment(row["started"])
    kept = Promise(
        row["origin"],
        kind,
        started,
        Terms(moment(row["due"])),
        responsible,
        ended=moment(row["ended"]),
        outcome=Outcome(row["outcome"]),
    )
    came_back = moment(row["came_back"])
    if kept.open and shown.owner == ME and came_back is not None:  # an unsent hand-over that fell due meanwhile
        kept = kept.handed_to(ME, came_back)
    returned = moment(row["returns_at"])
    if started is None and returned is not None and returned <= now:
        started = returned
    return PromiseLine(kind, started, kept.due, kept.ended, kept.reads(now), kept.accountable(now), row["why"])


def _by(row: sqlite3.Row) -> str:
    if row["direction"] == Direction.OUT.value:
        return ME
    return "server" if row["class"] in (Class.BOUNCE.value, Class.SYSTEM.value) else "customer"


def told(stored_at: int | None) -> str | None:
    """Return a stored moment in RFC 3339, UTC."""
    at = moment(stored_at)
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")

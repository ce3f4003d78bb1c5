"""A small world for the life of conversations: what may be said in it, and what a store then says of it."""

from __future__ import annotations

import functools
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tui_inbox.config import Config, Home
from tui_inbox.config.values import Me, Rule, Teammate
from tui_inbox.connectors import Arrival, Batch, Location
from tui_inbox.inbox import Inbox
from tui_inbox.inbox.origin import Origin
from tui_inbox.rules.calendar import Calendar
from tui_inbox.rules.model import Class, Message, Person, State, Verdict

BERLIN = Calendar(
    zone="Europe/Berlin",
    weekly=(*[((540, 750), (810, 1080))] * 5, ((600, 840),), ()),
    closed=(),
)
"""Mon to Fri 9:00-12:30 and 13:30-18:00, Sat 10:00-14:00: business time that both clock changes cross."""

US = Person("Shop", "support@shop.example")
MERT = Person("Mert", "mert@shop.example")
ALIAS = Person("Shop", "sales@alias.example")
SENT = ("answer", "robot", "filed")
ADA = Person("Ada", "ada@people.example")

PLAIN = Config(
    me=Me("Deniz", ("support@shop.example",), {"whatsapp": ("Deniz",)}),
    hours=BERLIN,
    teammates=(
        Teammate("Mert", "mert@shop.example", ("refunds",), 2, {"whatsapp": ("Mert",)}),
        Teammate("Ana", "ana@shop.example", ("refunds", "french"), 2),
    ),
)

RULED = replace(
    PLAIN,
    teammates=(*PLAIN.teammates, Teammate("Zoe", "zoe@shop.example"), Teammate("Ben", "ben@shop.example")),
    rules=(
        Rule("a person", {"text": ["no robot"], "class": "auto"}, {"class": "human"}, ("new", "reply")),
        Rule("back to Mert", {"text": ["for Mert"]}, {"owner": "Mert"}, ("new", "reply")),
        Rule("back to Ana", {"text": ["for Ana"]}, {"owner": "Ana"}, ("new", "reply")),
        Rule("on to Zoe", {"text": ["for Zoe"]}, {"owner": "Zoe"}, ("new", "reply")),
        Rule("on to Ben", {"text": ["for Ben"]}, {"owner": "Ben"}, ("new", "reply")),
        Rule("back to me", {"text": ["for me"]}, {"owner": "me"}, ("new", "reply")),
        Rule("receipts", {"subject": ["receipt"]}, {"place": "archive"}),
        Rule("junk", {"subject": ["casino"]}, {"place": "spam"}),
        Rule("junk later", {"text": ["unsubscribe me not"]}, {"place": "spam"}, ("reply",)),
        Rule("refunds", {"text": ["refund"]}, {"tier": 2, "skill": "refunds", "sla": "2h"}, ("new", "reply")),
        Rule("french", {"text": ["bonjour"]}, {"tier": 3, "skill": "french"}, ("reply",)),
    ),
)

MAILBOX = Origin("support", "imap", "email")
ARCHIVE = Origin("old", "mbox", "email", imported=True)
PHONE = Origin("phone", "whatsapp", "whatsapp", imported=True)

Came = tuple[Origin, Arrival]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said, before it is a message of a channel."""

    name: str
    how: str
    """`ask`, `answer`, `mate`, `auto`, `bulk`, `system`, `soft`, `hard`, `robot` (our own autoresponder), `joins`,
    `copy` and `filed` (an answer from an address of ours that nobody knows: in the inbox folder, and in *Sent*)."""
    origin: Origin
    topic: str
    at: datetime
    history: bool = False
    position: int = 0
    about: str = ""
    """For a bounce: the name of what bounced."""
    words: str = "hello"
    subject: str = "Order"
    edited: int = 0
    """How often a chat's message had been edited when this was exported; deleted with the third time."""

    def came(self) -> Came:
        return self.origin, Arrival(
            _mail(self) if self.origin.channel == "email" else _chat(self),
            _location(self),
            self.history and not self.origin.imported,
            0 if self.how in SENT and not self.origin.imported else 1,
        )


def _location(said: Said) -> Location | None:
    if said.origin is not MAILBOX:
        return None
    folder = "Sent" if said.how in SENT else "Archive" if said.history else "INBOX"
    return Location(folder, 1, sum(map(ord, said.name)) + 1000 * len(said.name))


def mail_id(name: str) -> str:
    return f"<{name}@x>"


def _verdict(said: Said) -> Verdict:
    match said.how:
        case "auto" | "robot":
            return Verdict(Class.AUTO, "Auto-Submitted")
        case "bulk":
            return Verdict(Class.BULK, "List-Unsubscribe")
        case "soft" | "hard":
            return Verdict(Class.BOUNCE, "a report", said.how == "hard", (mail_id(said.about),))
        case "system":
            return Verdict(Class.SYSTEM, "a notice")
        case _:
            return Verdict(Class.HUMAN)


def _mail(said: Said) -> Message:
    sender, to = {
        "answer": (US, ADA),
        "robot": (US, ADA),
        "mate": (MERT, ADA),
        "system": (MERT, US),
        "copy": (ALIAS, ADA),
        "filed": (ALIAS, ADA),
    }.get(said.how, (ADA, US))
    references = (mail_id(said.topic), mail_id(said.about)) if said.how == "joins" else (mail_id(said.topic),)
    return Message(
        "email",
        mail_id(said.name),
        sender,
        said.at,
        text=said.words,
        subject=said.subject,
        external_id=mail_id(said.name),
        ids=(mail_id(said.name),),
        references=references,
        to=(to,),
        position=said.position,
        verdict=_verdict(said) if said.how != "system" else Verdict(Class.HUMAN),
    )


def _chat(said: Said) -> Message:
    name = {"answer": "Deniz", "robot": "Deniz", "mate": "Mert"}.get(said.how, "Ada")
    return Message(
        "whatsapp",
        said.name,
        Person(name),
        said.at,
        text="" if said.edited == 3 else f"{said.words}{' again' * said.edited}",
        thread=said.topic,
        thread_title=said.topic,
        position=said.position,
        verdict=_verdict(said),
        state=(State.NORMAL, State.EDITED, State.EDITED, State.DELETED)[said.edited],
        edited_at=said.at + said.edited * timedelta(minutes=1) if said.edited in (1, 2) else None,
    )


# --- stores ---------------------------------------------------------------------------------------------


@functools.cache
def _shelf() -> Path | None:
    """A folder in memory where there is one: what is proven here is not the disk's."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else None


@functools.cache
def _empty() -> bytes:
    """An empty store, made once: a thousand examples need not migrate a thousand times."""
    folder = Path(tempfile.mkdtemp(prefix="tui-inbox-life-"))
    try:
        home = Home(folder, folder / "config.toml")
        Inbox(home, PLAIN).close()
        with closing(sqlite3.connect(home.store)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return home.store.read_bytes()
    finally:
        shutil.rmtree(folder)


_words: list[Any] = []


def opened(home: Home, config: Config) -> Inbox:
    """Open an inbox that knows the statements which the ones before it have compiled: most of an example's time."""
    inbox = Inbox(home, config)
    engine: Any = inbox.writer._engine
    if not _words:
        with inbox.writer.unit():
            _words.extend((engine.dialect, engine._compiled_cache))
    engine.dialect, engine._compiled_cache = _words
    return inbox


class Store:
    """A store in a folder of its own, and the inbox that is open on it."""

    def __init__(self, config: Config = PLAIN) -> None:
        folder = Path(tempfile.mkdtemp(prefix="tui-inbox-life-", dir=_shelf()))
        self.home = Home(folder, folder / "config.toml")
        self.home.store.write_bytes(_empty())
        self.config = config
        self.inbox = opened(self.home, config)
        self._batches = 0
        self._rows: sqlite3.Connection | None = None
        self._origins: dict[str, Origin] = {}

    def reopen(self) -> None:
        self.inbox.close()
        self.inbox = opened(self.home, self.config)

    def gone(self) -> None:
        self.inbox.close()
        if self._rows is not None:
            self._rows.close()
        shutil.rmtree(self.home.folder)

    def arrive(self, came: Sequence[Came], now: datetime) -> None:
        """Ingest *came*, in that order: one batch for each run of one origin."""
        group: list[Arrival] = []
        for index, (origin, arrival) in enumerate(came):
            group.append(arrival)
            if index + 1 == len(came) or came[index + 1][0] is not origin:
                self._batches += 1
                # A store's own: an origin remembers what it read in this run.
                fresh = Origin(origin.account, origin.kind, origin.channel, imported=origin.imported)
                own = self._origins.setdefault(origin.account, fresh)
                self.inbox.ingest(own, Batch(tuple(group), "place", json.dumps(self._batches)), now)
                group = []

    def hear(self, *said: Said, now: datetime) -> None:
        self.arrive([one.came() for one in said], now)

    def seen(self) -> int:
        with self.inbox.reader() as reader:
            return reader.seen()

    @contextmanager
    def rows(self) -> Iterator[sqlite3.Connection]:
        if self._rows is None:
            self._rows = sqlite3.connect(f"{self.home.store.as_uri()}?mode=ro", uri=True)
            self._rows.row_factory = sqlite3.Row
        yield self._rows

    def conversations(self) -> list[int]:
        with self.rows() as rows:
            return [
                row[0]
                for row in rows.execute(
                    "SELECT id FROM conversation WHERE merged_into IS NULL AND messages > 0 ORDER BY id"
                )
            ]

    def conversation_with(self, key: str) -> int:
        with self.rows() as rows:
            return int(rows.execute("SELECT conversation_id FROM message WHERE key = ?", (key,)).fetchone()[0])

    def judge(self, key: str, class_: Class, now: datetime) -> None:
        """Correct what the message *key* was taken for."""
        with self.rows() as rows:
            id_ = int(rows.execute("SELECT id FROM message WHERE key = ?", (key,)).fetchone()[0])
        self.inbox.judge(id_, class_, now)

    def deliver(self, nth: int, how: str, now: datetime) -> None:
        """Say how the *nth* waiting hand-over went, as the outbox will."""
        from sqlalchemy import text

        from tui_inbox.inbox.reading import Readings
        from tui_inbox.rules.handover import HAND_OVER

        with self.inbox.writer.unit() as unit:
            # What is only sent on names the act of the conversation that it continues: that one is delivered already.
            wanted = "SELECT act_id, conversation_id FROM outbox WHERE state = 'waiting' AND kind = :kind ORDER BY id"
            waiting = unit.execute(text(wanted), {"kind": HAND_OVER}).all()
            if not waiting:
                return
            one = waiting[nth % len(waiting)]
            at = (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
            unit.execute(
                text("UPDATE act SET delivery = :how, delivered_at = :at WHERE id = :id"),
                {"how": how, "at": at, "id": one.act_id},
            )
            unit.execute(text("UPDATE outbox SET state = :how WHERE act_id = :id"), {"how": how, "id": one.act_id})
            Readings(unit, self.config).record([one.conversation_id], now, "server")


STATE = (
    "place, status, owner, spam, tier, skill, due, risk_at, returns, turns_at, turns_to, turns_reason, reason, "
    "waiting_since, plan_returns, plan_due, snoozes, delivery, begins_at, begins_with"
)


@dataclass(slots=True)
class Portrait:
    """What a store says, without its ids: conversations by the messages they hold."""

    conversations: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)
    ids: dict[int, tuple[str, ...]] = field(default_factory=dict, compare=False)


def portrait(store: Store) -> Portrait:
    """Return all that a store says of its conversations, in words that another store would use too."""
    with store.rows() as rows:
        names = {row["id"]: f"{row['thread_key']}|{row['key']}" for row in rows.execute("SELECT * FROM message")}
        found = Portrait()
        for row in rows.execute(
            f"SELECT id, continues, {STATE} FROM conversation WHERE merged_into IS NULL AND messages > 0"
        ).fetchall():
            messages = rows.execute("SELECT * FROM message WHERE conversation_id = ?", (row["id"],)).fetchall()
            key = tuple(sorted(names[one["id"]] for one in messages))
            state = {name: row[name] for name in row.keys() if name not in ("id", "continues")}  # noqa: SIM118 - Row iterates values
            state["continues"] = row["continues"] is not None
            state["messages"] = sorted(
                (
                    names[one["id"]],
                    one["received_at"],
                    one["direction"],
                    one["class"],
                    one["judged"],
                    bool(one["history"]),
                    one["text"],
                    one["state"],
                    one["rank"],
                    names.get(one["bounced"]),
                )
                for one in messages
            )
            promised = rows.execute(
                "SELECT * FROM promise WHERE conversation_id = ? AND outcome <> 'void'", (row["id"],)
            )
            state["promises"] = sorted((_promised(one) for one in promised), key=repr)
            found.conversations[key] = state
            found.ids[row["id"]] = key
        return found


def _promised(one: sqlite3.Row) -> tuple[Any, ...]:
    facts = ("kind", "started", "due", "risk_at", "target", "tier", "ended", "outcome", "responsible", "why")
    return (one["origin"][0], *(one[name] for name in facts))


def differences(one: Portrait, other: Portrait) -> list[str]:
    """Return what two portraits do not agree on, a line each."""
    said = []
    for key in sorted(one.conversations.keys() ^ other.conversations.keys()):
        said.append(f"only in {'one' if key in one.conversations else 'the other'}: {key}")
    for key in sorted(one.conversations.keys() & other.conversations.keys()):
        left, right = one.conversations[key], other.conversations[key]
        said += [f"{key}: {name}: {left[name]} / {right[name]}" for name in left if left[name] != right[name]]
    return said
